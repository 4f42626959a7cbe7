import type { INodeProperties } from 'n8n-workflow';

import { InvalidField } from '../../shared/validation/InvalidField';
import type { ItemParameters } from '../execution/ItemParameters';

export const recipientDepartmentField: INodeProperties = {
	displayName: 'Department',
	name: 'recipientDepartment',
	type: 'resourceLocator',
	default: { mode: 'id', value: '' },
	required: true,
	modes: [{ displayName: 'By ID', name: 'id', type: 'string' }],
};

/** @throws {InvalidField} when it is empty */
export function readDepartment(
	parameters: ItemParameters,
	name: string,
): { id: string; idType: 'open_department_id' | 'department_id' } {
	const id = parameters(name);
	if (typeof id !== 'string' || id.trim() === '') {
		throw new InvalidField('Department', 'is empty, but it must say whom to reach');
	}
	const trimmed = id.trim();
	return {
		id: trimmed,
		idType: trimmed.startsWith('od-') ? 'open_department_id' : 'department_id',
	};
}
