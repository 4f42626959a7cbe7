import type { INodePropertyOptions } from 'n8n-workflow';

import { asObject } from '../primitives/json';
import { InvalidField, kindOf } from './InvalidField';

/** Reads a collection (of options, or of fields to add) as name and value. An empty one is `{}`. */
export function collection(value: unknown, field: string): Record<string, unknown> {
	if (isEmpty(value)) return {};
	const entries = asObject(value);
	if (entries === undefined) {
		throw new InvalidField(field, `must be an object, but is ${kindOf(value)}`);
	}
	return entries;
}

/** Reads the entries of a fixed collection, whether it takes one or many. */
export function entriesOf(
	value: unknown,
	group: string,
	field: string,
): Array<Record<string, unknown>> {
	const entries = collection(value, field)[group] ?? [];
	return (Array.isArray(entries) ? entries : [entries]).map((entry) => collection(entry, field));
}

/** True for what a field holds when the user left it alone, or when its expression gave nothing. */
export function isEmpty(value: unknown): value is undefined | null | '' {
	return value === undefined || value === null || value === '';
}

/** Drops the fields that the user left empty, so that they do not go over the wire. */
export function withoutEmpty(fields: Record<string, unknown>): Record<string, unknown> {
	return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)));
}

/** The options of a form's list, from a table of what each value is called. */
export function optionsOf(
	table: Record<string, Omit<INodePropertyOptions, 'value'>>,
): INodePropertyOptions[] {
	return Object.entries(table).map(([value, option]) => ({ ...option, value }));
}
