import type { INodeProperties } from 'n8n-workflow';

import { collection } from '../../shared/validation/formValues';
import type { ItemParameters } from '../execution/ItemParameters';

/**
 * The parameters with what is seldom used read where the node has it: in the form itself in version 1, among the
 * options that the user added since.
 *
 * @param fields what is seldom used
 */
export function withSeldomUsed(
	parameters: ItemParameters,
	fields: readonly INodeProperties[],
): ItemParameters {
	if (parameters.typeVersion === 1) return parameters;
	const names = new Set(fields.map(({ name }) => name));
	const read = (name: string) =>
		names.has(name) ? addedOptions(parameters)[name] : parameters(name);
	const isExpression: ItemParameters['isExpression'] = (name, part) =>
		names.has(name)
			? name in addedOptions(parameters) && parameters.isExpression?.('options', name) === true
			: parameters.isExpression?.(name, part) === true;
	return Object.assign(read, { ...parameters, isExpression });
}

/** The options that the user added, by name. */
export function addedOptions(parameters: ItemParameters): Record<string, unknown> {
	return collection(parameters('options'), 'Options');
}
