import { DELETE_APP_FEED_CARDS } from '../../../shared/api/endpoints';
import type { DeleteCardContent } from '../../../shared/api/payloads';
import { businessIdField, readBusinessId } from '../../fields/businessId';
import { readRecipients, recipientFields } from '../../fields/recipients';
import type { SendOperation } from '../../Operation';

/** Feishu: im-v2/app_feed_card-batch/delete */
export const deleteCard: SendOperation = {
	kind: 'send',
	option: {
		name: 'Delete',
		value: 'delete',
		action: 'Delete card',
		description: "Remove a card from people's message lists",
	},
	fields: [businessIdField, ...recipientFields],
	endpoint: DELETE_APP_FEED_CARDS,
	done: 'deleted',
	read: (parameters) => {
		const bizId = readBusinessId(parameters);
		const content: DeleteCardContent = { biz_id: bizId };
		return {
			...readRecipients(parameters),
			content,
			target: bizId,
			names: { biz_id: bizId },
		};
	},
};
