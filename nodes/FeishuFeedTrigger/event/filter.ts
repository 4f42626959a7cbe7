import type { INodeProperties } from 'n8n-workflow';

import { actionValueFields } from '../../shared/description/actionValueFields';
import { asObject, asText } from '../../shared/primitives/json';
import { isButtonPress } from './feishuEvent';
import type { FeishuEvent } from './feishuEvent';

/** Which events start the workflow. */
export interface EventFilter {
	/** Only presses on buttons, or every event that Feishu sends. */
	events: 'buttonPressed' | 'any';
	/** Business IDs of cards, of which one must be the event's; empty for any. */
	bizIds: string[];
	/** Action values that the button must have, all of them. */
	actionValues: Array<{ name: string; value: string }>;
}

/** True when the event is to start the workflow. */
export function isWanted(event: FeishuEvent, filter: EventFilter): boolean {
	if (filter.events === 'buttonPressed' && !isButtonPress(event)) return false;
	if (filter.bizIds.length > 0 && !filter.bizIds.includes(event.biz_id ?? '')) return false;
	return filter.actionValues.every(
		({ name, value }) => Object.hasOwn(event.action, name) && asText(event.action[name]) === value,
	);
}

/** The form for the events that start the workflow. */
export const filterFields: INodeProperties[] = [
	{
		displayName: 'Events',
		name: 'events',
		type: 'options',
		options: [
			{
				name: 'Button Pressed',
				value: 'buttonPressed',
				description: 'Start when somebody presses a button that sends a callback',
			},
			{
				name: 'Any Event',
				value: 'any',
				description:
					'Start on everything that your app subscribes to, such as app_ticket, which brings a store app its ticket',
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
		description: 'Only events that match all of these start the workflow',
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
					'Only buttons of these cards start the workflow. Separate the IDs with commas. Feishu does not guarantee that a callback names the card: an action value named biz_id, set on the button, is read as well.',
			},
		],
	},
];

/** Reads the form. */
export function readFilter(parameter: (name: string) => unknown): EventFilter {
	const filters = asObject(parameter('filters')) ?? {};
	const values = asObject(filters.actionValues)?.value;
	return {
		events: parameter('events') === 'buttonPressed' ? 'buttonPressed' : 'any',
		bizIds: String(filters.bizIds ?? '')
			.split(/[,，]/)
			.map((bizId) => bizId.trim())
			.filter((bizId) => bizId !== ''),
		actionValues: (Array.isArray(values) ? values : [])
			.map((entry: unknown) => ({
				name: asText(asObject(entry)?.name),
				value: asText(asObject(entry)?.value),
			}))
			.filter(({ name }) => name !== ''),
	};
}
