import { SEND_AND_WAIT_OPERATION } from 'n8n-workflow';

import { inVersion1, sinceVersion1_1 } from '../../../shared/description/shownWhen';
import { CARD_FIELDS } from '../../../shared/validation/cardFields';
import { newBusinessIdField } from '../../fields/businessId';
import {
	businessIdWarnings,
	fieldsToWait,
	optionsToWait,
	readCardToWait,
} from '../../fields/cardContent';
import { withSeldomUsed } from '../../fields/seldomUsed';
import { readRecipients, recipientFields } from '../../fields/recipients';
import { responseFields, waitingOptions } from '../../fields/response';
import type { SendAndWaitOperation } from '../../Operation';

/** What people choose from comes right after the link. */
const AFTER_LINK =
	fieldsToWait.findLastIndex(({ name }) => name === CARD_FIELDS.link.form.name) + 1;

/** Among the options since version 1.1. */
const SELDOM_USED = [...optionsToWait, sinceVersion1_1(newBusinessIdField)];

/** Feishu: im-v2/app_feed_card/create, and what ends the card again. */
export const sendAndWait: SendAndWaitOperation = {
	kind: 'sendAndWait',
	option: {
		name: 'Send and Wait for Response',
		value: SEND_AND_WAIT_OPERATION,
		action: 'Send and wait for response',
		description: 'Pin a card with buttons, and continue when somebody presses one',
	},
	fields: [
		...recipientFields,
		...fieldsToWait.slice(0, AFTER_LINK),
		...responseFields,
		...fieldsToWait.slice(AFTER_LINK),
		inVersion1(newBusinessIdField),
	],
	options: [...waitingOptions, ...SELDOM_USED],
	read: (asked) => {
		const parameters = withSeldomUsed(asked, SELDOM_USED);
		const { card, avatar } = readCardToWait(parameters);
		return {
			avatar,
			...readRecipients(parameters),
			content: { app_feed_card: card },
			target: card.biz_id ?? '',
			names: { biz_id: card.biz_id },
			...businessIdWarnings(parameters, card),
		};
	},
};
