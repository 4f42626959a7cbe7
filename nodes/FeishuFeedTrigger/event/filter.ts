import type { INodeProperties } from 'n8n-workflow';

import { actionValueFields } from '../../shared/description/actionValueFields';
import { asObject } from '../../shared/primitives/json';
import type { EventFilter } from './feishuEvent';

/** The form for which events start the workflow. */
export const filterFields: INodeProperties[] = [
	{
		displayName: 'Events',
		name: 'events',
		type: 'options',
		options: [
			{
				name: 'Button Pressed',
				value: 'buttonPressed',
				description: 'Somebody pressed a button that sends a callback',
			},
			{
				name: 'Any Event',
				value: 'any',
				description:
					'Everything that your app subscribes to, such as app_ticket, by which a store app gets its ticket',
			},
		],
		default: 'buttonPressed',
	},
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		description: 'Only events that fit all of these start the workflow',
		options: [
			{
				displayName: 'Action Values',
				name: 'actionValues',
				type: 'fixedCollection',
				typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Value' },
				placeholder: 'Add Value',
				default: {},
				description: 'Values that the pressed button must carry',
				options: [actionValueFields],
			},
			{
				displayName: 'Business IDs',
				name: 'bizIds',
				type: 'string',
				default: '',
				placeholder: 'e.g. order-42, order-43',
				description:
					'The cards whose buttons count, separated by commas. Feishu does not promise to name the card in a callback: an action value of the name biz_id, set on the button, is read as well.',
			},
		],
	},
];

/** Reads which events start the workflow. */
export function readFilter(parameter: (name: string) => unknown): EventFilter {
	const filters = asObject(parameter('filters')) ?? {};
	const values = asObject(filters.actionValues)?.value;
	return {
		events: parameter('events') as EventFilter['events'],
		bizIds: String(filters.bizIds ?? '')
			.split(/[,，]/)
			.map((bizId) => bizId.trim())
			.filter((bizId) => bizId !== ''),
		actionValues: (Array.isArray(values) ? values : [])
			.map((entry: Record<string, unknown>) => ({
				name: String(entry.name ?? ''),
				value: String(entry.value ?? ''),
			}))
			.filter(({ name }) => name !== ''),
	};
}
