import type { IDataObject } from 'n8n-workflow';

/** The card of the pages about the trigger, whose button sends the values that they show. */
export function cardToClockIn(person: string): IDataObject {
	return {
		resource: 'appFeedCard',
		operation: 'create',
		userIds: person,
		title: 'Time to clock in',
		link: 'https://example.com',
		bizId: 'shift-7',
		buttons: {
			button: [
				{
					text: 'Clock in',
					actionType: 'webhook',
					actionValues: {
						value: [
							{ name: 'action', value: 'clock_in' },
							{ name: 'biz_id', value: 'shift-7' },
						],
					},
				},
			],
		},
	};
}
