import type { INodeProperties } from 'n8n-workflow';

import { asObject } from '../../shared/primitives/json';
import { entriesOf, isEmpty } from '../../shared/validation/formValues';
import type { EntriesShape } from '../../shared/validation/formValues';
import { InvalidField, kindOf, shown } from '../../shared/validation/InvalidField';
import type { ItemParameters } from '../execution/ItemParameters';
import { chatLocator } from './chat';
import { departmentLocator } from './department';
import { locator } from './locator';

/** Where the list of people comes from: the members of a chat or those of a department. */
export type PersonSource = 'chat' | 'department';

const sourceField: INodeProperties = {
	displayName: 'Look In',
	name: 'personFrom',
	type: 'options',
	options: [
		{ name: 'Chat', value: 'chat', description: 'The members of a group that your bot is in' },
		{ name: 'Department', value: 'department', description: 'The direct members of a department' },
	] satisfies Array<{ value: PersonSource; [key: string]: string }>,
	default: 'chat',
	noDataExpression: true,
	description:
		'Where the list below finds people. Those that you have chosen stay when you look elsewhere.',
};

/** Only the list in the editor needs it: people who were chosen are kept by their own IDs. */
export const personChatField: INodeProperties = {
	...chatLocator({
		displayName: 'Look in Chat',
		name: 'personChat',
		description: 'The chat whose members the list below shows',
	}),
	displayOptions: { show: { personFrom: ['chat'] } },
};

/** As `personChatField`. */
export const personDepartmentField: INodeProperties = {
	...departmentLocator({
		displayName: 'Look in Department',
		name: 'personDepartment',
		description: 'The department whose direct members the list below shows',
	}),
	displayOptions: { show: { personFrom: ['department'] } },
};

const personField: INodeProperties = {
	...locator(
		{ displayName: 'Person', name: 'person', required: true },
		{
			placeholder: 'Select a person...',
			searchListMethod: 'searchPeople',
			modes: [
				{
					displayName: 'By ID',
					name: 'id',
					type: 'string',
					placeholder: 'e.g. ou_7d8a6e6df7621556ce0d21922b676706',
					hint: 'The open_id, which begins with ou_',
					validation: [
						{
							type: 'regex',
							properties: { regex: '\\s*ou_\\S+\\s*', errorMessage: 'An open_id begins with ou_' },
						},
					],
				},
			],
		},
	),
	default: { __rl: true, mode: 'list', value: '' },
};

/** The form for choosing people by their names. */
export const personFields: INodeProperties[] = [
	sourceField,
	personChatField,
	personDepartmentField,
	{
		displayName: 'People',
		name: 'persons',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Person' },
		placeholder: 'Add Person',
		default: {},
		description: 'The people who are meant, picked by their names',
		options: [{ displayName: 'Person', name: 'persons', values: [personField] }],
	},
];

const SHAPE: EntriesShape = {
	field: 'People',
	groups: ['persons'],
	known: ['person'],
	example: 'a list such as [{"person": "ou_7d8a6e6df7621556ce0d21922b676706"}]',
};

/**
 * Reads the people that were chosen, in the order given, each once.
 *
 * @returns open_ids
 * @throws {InvalidField} when there is nobody, or somebody has no open_id
 */
export function readPeople(parameters: ItemParameters): string[] {
	const people = entriesOf(parameters('persons'), SHAPE);
	if (people.length === 0) {
		throw new InvalidField(SHAPE.field, 'is empty, but at least one person is required');
	}
	return [...new Set(people.map(({ person }, index) => openIdOf(person, `Person ${index + 1}`)))];
}

/** n8n hands a locator inside a collection on as it is saved. */
function openIdOf(person: unknown, field: string): string {
	const value = asObject(person) === undefined ? person : asObject(person)?.value;
	if (isEmpty(value)) throw new InvalidField(field, 'is empty: choose somebody, or remove it');
	if (typeof value !== 'string') {
		throw new InvalidField(field, `must be an open_id, but is ${kindOf(value)}`);
	}
	const openId = value.trim();
	if (/^ou_[\w-]+$/.test(openId)) return openId;
	throw new InvalidField(field, `must be an open_id that begins with ou_, but is ${shown(value)}`);
}
