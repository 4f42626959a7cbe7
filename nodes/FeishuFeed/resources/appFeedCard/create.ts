import { CREATE_APP_FEED_CARD } from '../../../shared/api/endpoints';
import type { CreateCardContent } from '../../../shared/api/payloads';
import { cardFields, readWholeCard } from '../../fields/cardContent';
import { readRecipients, recipientFields } from '../../fields/recipients';
import type { Operation } from '../../Operation';

/** Feishu: im-v2/app_feed_card/create */
export const create: Operation = {
	option: {
		name: 'Create',
		value: 'create',
		action: 'Create a card',
		description: 'Put a new card into the message list of some people',
	},
	fields: [...recipientFields, ...cardFields],
	endpoint: CREATE_APP_FEED_CARD,
	read: (parameters) => {
		const card = readWholeCard(parameters);
		const content: CreateCardContent = { app_feed_card: card };
		return {
			...readRecipients(parameters),
			content,
			target: card.biz_id ?? '',
			names: { biz_id: card.biz_id },
		};
	},
};
