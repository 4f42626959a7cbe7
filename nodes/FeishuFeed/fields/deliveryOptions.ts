import type { INodeProperties } from 'n8n-workflow';

import type { DeliveryOptions } from '../../shared/delivery/DeliveryOptions';
import { parseField, wholeNumber } from '../../shared/validation/validators';
import { collection } from '../../shared/validation/formValues';
import type { ItemParameters } from '../execution/ItemParameters';

const RANGES = {
	callsAtOnce: { minimum: 1, maximum: 100 },
	callsPerSecond: { minimum: 1, maximum: 10_000 },
	longestWait: { minimum: 0, maximum: 3_600 },
};
const CALLS_AT_ONCE = 20;
const LONGEST_WAIT = 120;

const callsPerSecondField: INodeProperties = {
	displayName: 'Calls per Second',
	name: 'callsPerSecond',
	type: 'number',
	typeOptions: {
		minValue: RANGES.callsPerSecond.minimum,
		maxValue: RANGES.callsPerSecond.maximum,
	},
	default: 10,
	description:
		"How many calls to make each second, if Feishu has changed the limit for your company. Without this, the node keeps to Feishu's documented limit.",
};
const longestWaitField: INodeProperties = {
	displayName: 'Keep Retrying (Seconds)',
	name: 'longestWait',
	type: 'number',
	typeOptions: { minValue: RANGES.longestWait.minimum, maxValue: RANGES.longestWait.maximum },
	default: LONGEST_WAIT,
	description:
		'How long to keep retrying a call that failed for a temporary reason, such as a rate limit or a broken connection',
};
const callsAtOnceField: INodeProperties = {
	displayName: 'Most Calls at Once',
	name: 'callsAtOnce',
	type: 'number',
	typeOptions: { minValue: RANGES.callsAtOnce.minimum, maxValue: RANGES.callsAtOnce.maximum },
	default: CALLS_AT_ONCE,
	description: 'How many calls may be under way at the same time',
};

/** Options of every operation that nobody needs to touch. */
export const deliveryOptionFields = [callsPerSecondField, longestWaitField, callsAtOnceField];

/**
 * Reads how calls are to be made. They are made for all items together, so the first item decides.
 *
 * @throws {InvalidField} for a number that is out of range, or none
 */
export function readDeliveryOptions(parameters: ItemParameters): DeliveryOptions {
	const options = collection(parameters('options'), 'Options');
	const read = (name: keyof typeof RANGES, { displayName }: INodeProperties, byDefault?: number) =>
		parseField(wholeNumber(RANGES[name]), name in options ? options[name] : byDefault, displayName);
	return {
		callsAtOnce: read('callsAtOnce', callsAtOnceField, CALLS_AT_ONCE),
		longestWait: read('longestWait', longestWaitField, LONGEST_WAIT),
		...('callsPerSecond' in options && {
			callsPerSecond: read('callsPerSecond', callsPerSecondField),
		}),
	};
}
