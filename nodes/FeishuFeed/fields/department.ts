import type { INodeProperties } from 'n8n-workflow';

import type { Department } from '../../shared/delivery/lookUps';
import { idFromForm, isEmpty } from '../../shared/validation/formValues';
import { InvalidField, kindOf, shown } from '../../shared/validation/InvalidField';
import type { ItemParameters } from '../execution/ItemParameters';
import { locator } from './locator';
import type { LocatorField } from './locator';

/**
 * Lets the user choose a department from the list or by its ID. There is no "By URL": Feishu documents no link to a
 * department, and those that its client opens hold a number of its own, which no endpoint takes.
 */
export function departmentLocator(field: LocatorField): INodeProperties {
	return locator(field, {
		placeholder: 'Select a department...',
		searchListMethod: 'searchDepartments',
		modes: [
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: 'e.g. od-4e6ac4d14bcd5071a37a39de902c7141',
				hint: 'The open_department_id, which begins with od-, your own department_id, or 0 for the whole company',
				validation: [
					{
						type: 'regex',
						properties: {
							regex: '\\s*[A-Za-z0-9][\\w@.-]*\\s*',
							errorMessage:
								'A department ID begins with od-, or is the one that your company gave the department',
						},
					},
				],
			},
		],
	});
}

/** The department whose members are the recipients. */
export const recipientDepartmentField = departmentLocator({
	displayName: 'Members of Department',
	name: 'recipientDepartment',
	required: true,
	description: "A department that is within the app's contacts scope (通讯录权限范围)",
});

/**
 * Reads a department.
 *
 * @throws {InvalidField} when it is empty, or recognisably something else than the ID of a department
 */
export function readDepartment(parameters: ItemParameters): Department {
	const { name, displayName } = recipientDepartmentField;
	return departmentOf(parameters(name), displayName);
}

const OTHER_KINDS: ReadonlyArray<[RegExp, string]> = [
	[/^[a-z]+:\/\//i, 'a link, which does not hold the ID: choose the department from the list'],
	[/^oc_/, 'the ID of a chat'],
	[/^(?:ou|on)_/, 'the ID of a person'],
	[/^cli_/, 'the ID of an app'],
	[/^[^@]+@[^@]+\.[^@]+$/, 'an e-mail address'],
];

/**
 * The department in what the form holds. A department_id may be all digits, and sheets hand such IDs on as numbers.
 *
 * @param field what messages call the field
 * @throws {InvalidField} as `readDepartment`
 */
export function departmentOf(value: unknown, field: string): Department {
	if (isEmpty(value)) {
		throw new InvalidField(field, 'is empty, but it must say which department is meant');
	}
	const text = typeof value === 'number' ? idFromForm(value, field) : value;
	if (typeof text !== 'string') {
		throw new InvalidField(field, `must be a department ID, but is ${kindOf(value)}`);
	}
	const id = text.trim();
	const other = OTHER_KINDS.find(([pattern]) => pattern.test(id))?.[1];
	if (other !== undefined) {
		throw new InvalidField(field, `must be a department ID, but ${shown(value)} is ${other}`);
	}
	if (!/^[A-Za-z0-9][\w@.-]{0,127}$/.test(id)) {
		throw new InvalidField(field, `must be a department ID, but is ${shown(value)}`);
	}
	const isOpenId = id === '0' || id.startsWith('od-');
	return { id, idType: isOpenId ? 'open_department_id' : 'department_id' };
}
