import type { INodeProperties } from 'n8n-workflow';

import type { Notify, UpdateField } from '../../shared/api/payloads';
import { collection } from '../../shared/validation/formValues';
import { InvalidField } from '../../shared/validation/InvalidField';
import { parseField, trueOrFalse } from '../../shared/validation/validators';
import type { ItemParameters } from '../execution/ItemParameters';

/** The code in `update_fields` that notifies the recipients once more, as `notify` of the card says. */
export const NOTIFY_AGAIN = '103' satisfies UpdateField;

/** Ways to draw attention to a card that exists, each with its code in `update_fields`. */
const ATTENTION: ReadonlyArray<{ field: UpdateField; option: INodeProperties }> = [
	{
		field: '101',
		option: {
			displayName: 'Set Time to Now',
			name: 'displayTimeNow',
			type: 'boolean',
			default: true,
			description: 'Whether the card shows the time of this update',
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
				'Whether the card moves up as if it had just arrived. It stays below pinned cards unless it is pinned itself.',
		},
	},
	{
		field: NOTIFY_AGAIN,
		option: {
			displayName: 'Notify Again',
			name: 'notifyAgain',
			type: 'boolean',
			default: true,
			description: 'Whether to notify the recipients again',
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

/**
 * Refuses to notify again with a card that notifies nobody, which Feishu takes and does not do.
 *
 * @throws {InvalidField}
 */
export function refuseSilentNotification(
	notify: Notify | undefined,
	attention: readonly UpdateField[],
): void {
	if (notify?.close_notify && attention.includes(NOTIFY_AGAIN)) {
		throw new InvalidField(
			'Notify Again',
			'has no effect on a card that is Silent: switch one of them off',
		);
	}
}
