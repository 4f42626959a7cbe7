import type { INodeProperties } from 'n8n-workflow';

import type { UpdateField } from '../../shared/api/payloads';
import { trueOrFalse } from '../../shared/validation/validators';
import { collection } from '../execution/ItemParameters';
import type { ItemParameters } from '../execution/ItemParameters';

/** Ways to draw attention to a card that exists. */
export const attentionOptions: INodeProperties[] = [
	{
		displayName: 'Move to the Top',
		name: 'moveToTop',
		type: 'boolean',
		default: true,
		description:
			'Whether the card moves up as if it had just arrived, below the pinned ones unless it is pinned itself',
	},
	{
		displayName: 'Notify Again',
		name: 'notifyAgain',
		type: 'boolean',
		default: true,
		description: 'Whether the recipients are notified once more',
	},
	{
		displayName: 'Set Time to Now',
		name: 'displayTimeNow',
		type: 'boolean',
		default: true,
		description: 'Whether the time that the card shows becomes the time of this update',
	},
];

const FIELD_BY_OPTION: ReadonlyArray<[option: string, field: UpdateField]> = [
	['displayTimeNow', '101'],
	['moveToTop', '102'],
	['notifyAgain', '103'],
];

/**
 * Reads how an update is to draw attention, as Feishu's `update_fields`.
 *
 * @throws {InvalidField} when an expression gives something else than true or false
 */
export function readAttention(parameters: ItemParameters): UpdateField[] {
	const options = collection(parameters('options'), 'Options');
	return FIELD_BY_OPTION.filter(([option]) => {
		const chosen = options[option] ?? false;
		const { displayName } = attentionOptions.find(({ name }) => name === option) as INodeProperties;
		trueOrFalse(chosen, '', () => displayName);
		return chosen;
	}).map(([, field]) => field);
}
