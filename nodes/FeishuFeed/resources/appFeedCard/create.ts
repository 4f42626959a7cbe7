import { inVersion1, sinceVersion1_1 } from '../../../shared/description/shownWhen';
import { CREATE_APP_FEED_CARD, UPDATE_APP_FEED_CARDS } from '../../../shared/api/endpoints';
import { CARD_REASON } from '../../../shared/api/errorCodes';
import type { CreateCardContent, UpdateCardContent } from '../../../shared/api/payloads';
import type { RecipientRequest } from '../../../shared/delivery/batches';
import { ALL_UPDATE_FIELDS } from '../../../shared/validation/cardFields';
import type { ItemParameters } from '../../execution/ItemParameters';
import type { WithAvatar } from '../../fields/avatar';
import { newBusinessIdField } from '../../fields/businessId';
import {
	businessIdWarnings,
	cardFields,
	cardOptions,
	readWholeCard,
} from '../../fields/cardContent';
import { withSeldomUsed } from '../../fields/seldomUsed';
import { readRecipients, recipientFields } from '../../fields/recipients';
import type { SendOperation } from '../../Operation';
import { assignBusinessIds } from './assignBusinessIds';

/** Among the options since version 1.1. */
const SELDOM_USED = [...cardOptions, sinceVersion1_1(newBusinessIdField)];

/** Feishu: im-v2/app_feed_card/create */
export const create: SendOperation = {
	kind: 'send',
	option: {
		name: 'Create',
		value: 'create',
		action: 'Create card',
		description: "Add a new card to people's message lists",
	},
	fields: [...recipientFields, ...cardFields, inVersion1(newBusinessIdField)],
	options: SELDOM_USED,
	endpoint: CREATE_APP_FEED_CARD,
	// Whether it was this node that made the card, or somebody last week, an equal update makes no difference.
	fallback: {
		reason: CARD_REASON.duplicate,
		endpoint: UPDATE_APP_FEED_CARDS,
		when: 'attemptLost',
	},
	complete: assignBusinessIds,
	read: (parameters) => readNewCard(withSeldomUsed(parameters, SELDOM_USED)),
};

/**
 * Reads a new card and who gets it.
 *
 * @throws {InvalidField} for the first field that Feishu would refuse
 */
export function readNewCard(
	parameters: ItemParameters,
): RecipientRequest &
	WithAvatar & { content: CreateCardContent; fallbackContent: UpdateCardContent } {
	const { card, avatar } = readWholeCard(parameters);
	return {
		avatar,
		...readRecipients(parameters),
		content: { app_feed_card: card },
		fallbackContent: { app_feed_card: card, update_fields: [...ALL_UPDATE_FIELDS] },
		target: card.biz_id ?? '',
		names: { biz_id: card.biz_id },
		...businessIdWarnings(parameters, card),
	};
}
