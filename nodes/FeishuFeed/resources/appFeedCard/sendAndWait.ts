import { SEND_AND_WAIT_OPERATION } from 'n8n-workflow';

import { newBusinessIdField } from '../../fields/businessId';
import {
	avatarKeyField,
	linkField,
	notificationField,
	previewField,
	readCardToWait,
	statusLabelField,
	titleField,
} from '../../fields/cardContent';
import { readRecipients, recipientFields } from '../../fields/recipients';
import { responseFields, waitingOptions } from '../../fields/response';
import type { SendAndWaitOperation } from '../../Operation';

/** Feishu: im-v2/app_feed_card/create, and what ends the card again. */
export const sendAndWait: SendAndWaitOperation = {
	kind: 'sendAndWait',
	option: {
		name: 'Send and Wait for Response',
		value: SEND_AND_WAIT_OPERATION,
		action: 'Send a card and wait for response',
		description: 'Pin a card with buttons, and go on when somebody has pressed one',
	},
	fields: [
		...recipientFields,
		titleField,
		previewField,
		{ ...linkField, required: true },
		...responseFields,
		statusLabelField,
		notificationField,
		avatarKeyField,
		newBusinessIdField,
	],
	options: waitingOptions,
	read: (parameters) => {
		const card = readCardToWait(parameters);
		return {
			...readRecipients(parameters),
			content: { app_feed_card: card },
			target: card.biz_id ?? '',
			names: { biz_id: card.biz_id },
		};
	},
};
