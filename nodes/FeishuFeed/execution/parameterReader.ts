import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { asObject } from '../../shared/primitives/json';
import { isHumanReview } from './humanReview';
import { itemFile } from './itemFile';
import type { ItemParameters } from './ItemParameters';

/**
 * Gives the node's parameters, for one item after the other. n8n needs about half a millisecond for an
 * expression, and evaluates all of a parameter each time that it is asked for. So what has no expression is
 * asked for once, what only names a field of the item is taken from there, and all else is asked for once an item.
 */
export function parameterReader(context: IExecuteFunctions): (item: number) => ItemParameters {
	const node = context.getNode();
	const { parameters, typeVersion } = node;
	const items = context.getInputData();
	const fixed = new Map<string, unknown>();
	const isExpression = (name: string, part?: string) => {
		const parameter = parameters[name];
		// One expression may give a collection as a whole.
		const whole = asObject(parameter);
		return hasExpression(part === undefined || whole === undefined ? parameter : whole[part]);
	};
	return (item) => {
		const ofItem = new Map<string, unknown>();
		const read = (name: string) => {
			if (fixed.has(name)) return fixed.get(name);
			const known = isExpression(name) ? ofItem : fixed;
			if (!known.has(name)) {
				const value =
					fieldNamedBy(parameters[name], items[item]?.json ?? {}) ??
					context.getNodeParameter(name, item, undefined, { extractValue: true });
				known.set(name, value);
			}
			return known.get(name);
		};
		const file = (property: unknown, field: string) => itemFile(context, item, property, field);
		return Object.assign(read, {
			typeVersion,
			isExpression,
			file,
			isHumanReview: isHumanReview(node),
		});
	};
}

function hasExpression(parameter: unknown): boolean {
	if (typeof parameter === 'string') return parameter.startsWith('=');
	if (typeof parameter !== 'object' || parameter === null) return false;
	return Object.values(parameter).some(hasExpression);
}

/** Such as `={{ $json.open_id }}` or `={{ $json["open ID"] }}`. */
const FIELD_OF_ITEM = /^=\{\{\s*\$json(?:\.([A-Za-z_]\w*)|\["([^"\\]+)"\]|\['([^'\\]+)'\])\s*\}\}$/;

/** The field of the item that an expression names, if it does nothing else and the item has it. */
function fieldNamedBy(parameter: unknown, json: IDataObject): unknown {
	if (typeof parameter !== 'string') return undefined;
	const [, ...names] = FIELD_OF_ITEM.exec(parameter) ?? [];
	const name = names.find((one) => one !== undefined);
	return name !== undefined && Object.hasOwn(json, name) ? json[name] : undefined;
}
