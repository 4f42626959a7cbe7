import type { INodeProperties } from 'n8n-workflow';

import { parseField, trueOrFalse, wholeNumber } from '../../shared/validation/validators';
import type { ItemParameters } from '../execution/ItemParameters';

/** The form for how many results an operation gives that lists something. */
export const pagingFields: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { returnAll: [false] } },
	},
];

/** The form for whether results come as Feishu gives them. */
export const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/**
 * Reads how many results are wanted at most; Infinity for all.
 *
 * @throws {InvalidField} when an expression gives something else than the form offers
 */
export function readPaging(parameters: ItemParameters): number {
	if (parseField(trueOrFalse, parameters('returnAll'), 'Return All')) return Infinity;
	const limit = wholeNumber({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
	return parseField(limit, parameters('limit'), 'Limit');
}
