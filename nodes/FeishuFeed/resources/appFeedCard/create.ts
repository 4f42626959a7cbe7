import { CREATE_APP_FEED_CARD } from '../../../shared/api/endpoints';
import type { CreateCardContent } from '../../../shared/api/payloads';
import { businessIdWarnings, cardFields, readWholeCard } from '../../fields/cardContent';
import { readRecipients, recipientFields } from '../../fields/recipients';
import type { RecipientRequest } from '../../../shared/delivery/batches';
import type { ItemParameters } from '../../execution/ItemParameters';
import type { Operation } from '../../Operation';

/** Feishu: im-v2/app_feed_card/create */
export const create: Operation = {
	option: {
		name: 'Create',
		value: 'create',
		action: 'Create a card',
		description: "Add a new card to people's message lists",
	},
	fields: [...recipientFields, ...cardFields],
	endpoint: CREATE_APP_FEED_CARD,
	read: readNewCard,
};

/**
 * Reads a new card and who gets it.
 *
 * @throws {InvalidField} for the first field that Feishu would refuse
 */
export function readNewCard(
	parameters: ItemParameters,
): RecipientRequest & { content: CreateCardContent } {
	const card = readWholeCard(parameters);
	return {
		...readRecipients(parameters),
		content: { app_feed_card: card },
		target: card.biz_id ?? '',
		names: { biz_id: card.biz_id },
		...businessIdWarnings(parameters, card),
	};
}
