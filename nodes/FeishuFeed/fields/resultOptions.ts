import type { INodeProperties } from 'n8n-workflow';

import { oneOf, parseField, trueOrFalse } from '../../shared/validation/validators';
import { InvalidField } from '../../shared/validation/InvalidField';
import { collection } from '../../shared/validation/formValues';
import type { ItemParameters } from '../execution/ItemParameters';

/** How the node reports who was reached. */
export interface ResultOptions {
	/** What happens to an item when some, but not all, of its recipients were not reached. */
	whenSomeFail: 'tell' | 'fail';
	/** One output item for each recipient, in place of one for each input item. */
	itemPerRecipient: boolean;
	/** Counts in place of the lists of those who were reached. */
	shortOutput: boolean;
}

const itemPerRecipientField: INodeProperties = {
	displayName: 'One Output Item per Recipient',
	name: 'itemPerRecipient',
	type: 'boolean',
	default: false,
	description:
		'Whether to output one item for each recipient, instead of one for each input item that lists its recipients',
};
const shortOutputField: INodeProperties = {
	displayName: 'Short Output',
	name: 'shortOutput',
	type: 'boolean',
	default: false,
	description:
		'Whether to output only counts, and whom the node did not reach and why, instead of listing everybody. Use it for many recipients: n8n keeps less, and opens the execution faster.',
};

/** Options of every operation that sends. */
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
	itemPerRecipientField,
	shortOutputField,
];

/**
 * Reads the options of every operation that sends.
 *
 * @throws {InvalidField} when an expression gives something else than the form offers, or when both forms of output
 *   are asked for
 */
export function readResultOptions(parameters: ItemParameters): ResultOptions {
	const {
		whenSomeFail = 'tell',
		itemPerRecipient = false,
		shortOutput = false,
	} = collection(parameters('options'), 'Options');
	const options: ResultOptions = {
		whenSomeFail: parseField(oneOf(['tell', 'fail']), whenSomeFail, 'If Some Recipients Fail'),
		itemPerRecipient: parseField(trueOrFalse, itemPerRecipient, itemPerRecipientField.displayName),
		shortOutput: parseField(trueOrFalse, shortOutput, shortOutputField.displayName),
	};
	if (options.itemPerRecipient && options.shortOutput) {
		throw new InvalidField(
			'Options',
			`has ${itemPerRecipientField.displayName} and ${shortOutputField.displayName}, which rule each other out: keep one of them`,
		);
	}
	return options;
}
