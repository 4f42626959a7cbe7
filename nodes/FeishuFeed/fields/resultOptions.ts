import type { INodeProperties } from 'n8n-workflow';

import { oneOf, parseField, trueOrFalse } from '../../shared/validation/validators';
import { collection } from '../../shared/validation/formValues';
import type { ItemParameters } from '../execution/ItemParameters';

/** How the node reports who was reached. */
export interface ResultOptions {
	/** What happens to an item when some, but not all, of its recipients were not reached. */
	whenSomeFail: 'tell' | 'fail';
	/** One output item for each recipient, in place of one for each input item. */
	itemPerRecipient: boolean;
}

/** Options that every operation has. */
export const resultOptionFields: INodeProperties[] = [
	{
		displayName: 'If Some Recipients Fail',
		name: 'whenSomeFail',
		type: 'options',
		options: [
			{
				name: 'Tell in the Output',
				value: 'tell',
				description: 'The item continues, and its output lists who was not reached and why',
			},
			{
				name: 'Fail the Item',
				value: 'fail',
				description: 'The item fails, as it does when no recipient was reached',
			},
		],
		default: 'tell',
		description: 'What happens when some recipients, but not all, were not reached',
	},
	{
		displayName: 'One Output Item per Recipient',
		name: 'itemPerRecipient',
		type: 'boolean',
		default: false,
		description:
			'Whether to output one item for each recipient, instead of one for each input item that lists its recipients',
	},
];

/**
 * Reads the options that every operation has.
 *
 * @throws {InvalidField} when an expression gives something else than the form offers
 */
export function readResultOptions(parameters: ItemParameters): ResultOptions {
	const { whenSomeFail = 'tell', itemPerRecipient = false } = collection(
		parameters('options'),
		'Options',
	);
	return {
		whenSomeFail: parseField(oneOf(['tell', 'fail']), whenSomeFail, 'If Some Recipients Fail'),
		itemPerRecipient: parseField(trueOrFalse, itemPerRecipient, 'One Output Item per Recipient'),
	};
}
