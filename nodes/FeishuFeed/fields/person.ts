import type { INodeProperties } from 'n8n-workflow';

export const personField: INodeProperties = {
	displayName: 'Person',
	name: 'person',
	type: 'resourceLocator',
	default: { mode: 'id', value: '' },
	required: true,
	modes: [{ displayName: 'By ID', name: 'id', type: 'string' }],
};
