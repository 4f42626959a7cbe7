import { CREATE_APP_FEED_CARD, UPDATE_APP_FEED_CARDS } from '../../../shared/api/endpoints';
import { CARD_REASON } from '../../../shared/api/errorCodes';
import { ALL_OF_THE_CARD } from '../../../shared/validation/cardFields';
import { cardFields, readWholeCard } from '../../fields/cardContent';
import { readRecipients, recipientFields } from '../../fields/recipients';
import type { SendOperation } from '../../Operation';
import { assignBusinessIds } from './assignBusinessIds';

/** Feishu: im-v2/app_feed_card/create */
export const create: SendOperation = {
	kind: 'send',
	option: {
		name: 'Create',
		value: 'create',
		action: 'Create a card',
		description: 'Put a new card into the message list of some people',
	},
	fields: [...recipientFields, ...cardFields],
	endpoint: CREATE_APP_FEED_CARD,
	// Whether it was this node that made the card, or somebody last week, an equal update makes no difference.
	fallback: {
		reason: CARD_REASON.duplicate,
		endpoint: UPDATE_APP_FEED_CARDS,
		when: 'attemptLost',
	},
	complete: assignBusinessIds,
	read: (parameters) => {
		const card = readWholeCard(parameters);
		return {
			...readRecipients(parameters),
			content: { app_feed_card: card },
			fallbackContent: { app_feed_card: card, update_fields: [...ALL_OF_THE_CARD] },
			target: card.biz_id ?? '',
			names: { biz_id: card.biz_id },
		};
	},
};
