import type { INodeProperties } from 'n8n-workflow';

import type { UpdateField } from '../../shared/api/payloads';
import { collection } from '../../shared/validation/formValues';
import { parseField, trueOrFalse } from '../../shared/validation/validators';
import type { ItemParameters } from '../execution/ItemParameters';

/** Ways to draw attention to a card that exists, each with its code in `update_fields`. */
const ATTENTION: ReadonlyArray<{ field: UpdateField; option: INodeProperties }> = [
	{
		field: '101',
		option: {
			displayName: 'Set Time to Now',
			name: 'displayTimeNow',
			type: 'boolean',
			default: true,
			description: 'Whether the time that the card shows becomes the time of this update',
		},
	},
	{
		field: '102',
		option: {
			displayName: 'Move to the Top',
			name: 'moveToTop',
			type: 'boolean',
			default: true,
			description:
				'Whether the card moves up as if it had just arrived, below the pinned ones unless it is pinned itself',
		},
	},
	{
		field: '103',
		option: {
			displayName: 'Notify Again',
			name: 'notifyAgain',
			type: 'boolean',
			default: true,
			description: 'Whether the recipients are notified once more',
		},
	},
];

/** The form for the ways to draw attention to a card that exists. */
export const attentionOptions = ATTENTION.map(({ option }) => option);

/**
 * Reads how an update is to draw attention, as Feishu's `update_fields`.
 *
 * @throws {InvalidField} when an expression gives something else than true or false
 */
export function readAttention(parameters: ItemParameters): UpdateField[] {
	const options = collection(parameters('options'), 'Options');
	return ATTENTION.filter(({ option }) =>
		parseField(trueOrFalse, options[option.name] ?? false, option.displayName),
	).map(({ field }) => field);
}
