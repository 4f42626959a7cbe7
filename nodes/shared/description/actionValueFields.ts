import type { INodePropertyCollection } from 'n8n-workflow';

/** The form for one action value: a button carries it, and a trigger filters by it. */
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
			description: 'What the value is called',
		},
		{
			displayName: 'Value',
			name: 'value',
			type: 'string',
			default: '',
			placeholder: 'e.g. clock_in',
			description: 'What the callback has under that name',
		},
	],
};
