import { UPDATE_APP_FEED_CARDS } from '../../../shared/api/endpoints';
import type { UpdateCardContent, UpdateField } from '../../../shared/api/payloads';
import { attentionOptions, readAttention } from '../../fields/attention';
import { newBusinessIdField } from '../../fields/businessId';
import { create } from './create';
import type { Operation } from '../../Operation';

/** What makes an existing card equal to the one that was asked for; what it lacks is cleared. */
const ALL_OF_THE_CARD: UpdateField[] = ['1', '2', '3', '10', '11', '12', '13'];

const BUSINESS_ID =
	'Your own name for the card: who has a card of this name sees it updated, all others get a new one. Leave empty to always create one.';

/** Creates cards, and updates them for the recipients who have them already. */
export const upsert: Operation = {
	...create,
	option: {
		name: 'Create or Update',
		value: 'upsert',
		action: 'Create or update a card',
		description: 'Create a new record, or update the current one if it already exists (upsert)',
	},
	fields: [
		...create.fields.map((field) =>
			field === newBusinessIdField ? { ...field, description: BUSINESS_ID } : field,
		),
		{
			displayName:
				'People who have the card already see it become what this form says: what is left empty here is cleared.',
			name: 'upsertNotice',
			type: 'notice',
			default: '',
		},
	],
	options: attentionOptions.map((option) => ({
		...option,
		displayName: `${option.displayName} If It Exists`,
	})),
	fallback: { reason: '4', endpoint: UPDATE_APP_FEED_CARDS },
	read: (parameters) => {
		const ask = create.read(parameters);
		const fallbackContent: UpdateCardContent = {
			...(ask.content as { app_feed_card: UpdateCardContent['app_feed_card'] }),
			update_fields: [...ALL_OF_THE_CARD, ...readAttention(parameters)],
		};
		return { ...ask, fallbackContent };
	},
};
