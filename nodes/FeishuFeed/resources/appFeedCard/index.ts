import type { Resource } from '../Resource';
import { create } from './create';
import { deleteCard } from './delete';
import { sendAndWait } from './sendAndWait';
import { update } from './update';
import { upsert } from './upsert';

/** Cards of the app in people's message lists. */
export const appFeedCard: Resource = {
	option: {
		name: 'App Feed Card',
		value: 'appFeedCard',
		description: 'A card of your app in the message list (应用消息流卡片)',
	},
	operations: [create, upsert, deleteCard, sendAndWait, update],
	first: 'create',
};
