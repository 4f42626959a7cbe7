import { UPDATE_APP_FEED_CARDS } from '../../../shared/api/endpoints';
import { CARD_REASON } from '../../../shared/api/errorCodes';
import { InvalidField } from '../../../shared/validation/InvalidField';
import { attentionOptions, readAttention, refuseSilentNotification } from '../../fields/attention';
import { newBusinessIdField } from '../../fields/businessId';
import { cardFields, cardOptions, lacksBusinessId } from '../../fields/cardContent';
import { withSeldomUsed } from '../../fields/seldomUsed';
import { recipientFields } from '../../fields/recipients';
import type { SendOperation } from '../../Operation';
import { create, readNewCard } from './create';

const BUSINESS_ID =
	'Your own name for the card. People who have a card with this name get it updated, and all others get a new one. If you leave it empty, every run creates new cards, which cannot be found again after a stop or a crash.';

/** Creates cards, and updates them for the recipients who have them already. */
export const upsert: SendOperation = {
	...create,
	option: {
		name: 'Create or Update',
		value: 'upsert',
		action: 'Create or update card',
		description: 'Create a new record, or update the current one if it already exists (upsert)',
	},
	fields: [
		{ ...newBusinessIdField, description: BUSINESS_ID },
		...recipientFields,
		...cardFields,
		{
			displayName:
				'For people who already have the card, it becomes what this form says: fields that you leave empty are cleared.',
			name: 'upsertNotice',
			type: 'notice',
			default: '',
		},
	],
	options: [
		...cardOptions,
		...attentionOptions.map((option) => ({
			...option,
			displayName: `${option.displayName} If It Exists`,
		})),
	],
	fallback: { reason: CARD_REASON.duplicate, endpoint: UPDATE_APP_FEED_CARDS, when: 'always' },
	read: (asked) => {
		const parameters = withSeldomUsed(asked, cardOptions);
		const request = readNewCard(parameters);
		const { app_feed_card: card } = request.content;
		if (lacksBusinessId(parameters, card)) {
			throw new InvalidField(
				'Business ID',
				'is an expression that gives nothing, so no card could be found by it: correct it, or leave the field empty to always create a card',
			);
		}
		const attention = readAttention(parameters);
		refuseSilentNotification(card.notify, attention);
		const { app_feed_card, update_fields: fields } = request.fallbackContent;
		return {
			...request,
			fallbackContent: { app_feed_card, update_fields: [...fields, ...attention] },
		};
	},
};
