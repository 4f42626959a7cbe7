import type { INodePropertyCollection } from 'n8n-workflow';

/** The form for one action value: what a button carries, and what a trigger may wait for. */
export const actionValueFields: INodePropertyCollection = {
	displayName: 'Value',
	name: 'value',
	values: [
		{
			displayName: 'Name',
			name: 'name',
			type: 'string',
			default: '',
			placeholder: 'e.g. action',
		},
		{
			displayName: 'Value',
			name: 'value',
			type: 'string',
			default: '',
			placeholder: 'e.g. clock_in',
		},
	],
};
