import type { INodePropertyOptions } from 'n8n-workflow';

import { asObject, jsonOf } from '../primitives/json';
import { InvalidField, kindOf, shown } from './InvalidField';

/** What a collection of the form takes, also when one expression gives all of it. */
export interface CollectionShape {
	/** What messages call it. */
	field: string;
	/** The fields that it, or each of its entries, may have. */
	known: readonly string[];
	/** What to give, as it reads after "give". */
	example: string;
}

/** What a fixed collection takes. Its entries stand under the name of the form's group, or under Feishu's. */
export interface EntriesShape extends CollectionShape {
	groups: readonly string[];
}

/** JSON as models write it, with or without the fence of a code block around it. */
const FENCE = /^```(?:json)?\s*([^]*?)\s*```$/i;

/** What a text of JSON holds, if it holds an object or a list; everything else as it is. */
export function fromJsonText(value: unknown): unknown {
	if (typeof value !== 'string') return value;
	const text = value.trim().replace(FENCE, '$1');
	return /^[[{]/.test(text) ? (jsonOf(text) ?? value) : value;
}

/**
 * Reads a collection (of options, or of fields to add) as name and value. An empty one is `{}`.
 *
 * @throws {InvalidField} when it is not an object, or, where the shape is known, has an unknown field
 */
export function collection(
	value: unknown,
	field: string,
	shape?: Omit<CollectionShape, 'field'>,
): Record<string, unknown> {
	if (isEmpty(value)) return {};
	const entries = asObject(fromJsonText(value));
	if (entries === undefined) throw notAnObject(value, { field, ...shape });
	return shape ? onlyKnown(entries, { field, ...shape }) : entries;
}

/**
 * Reads the entries of a fixed collection, whether it takes one or many: in the form's own shape, or as an
 * expression plausibly gives them, as a list of entries or as one entry.
 *
 * @throws {InvalidField} for what is not an entry, and for an unknown field
 */
export function entriesOf(value: unknown, shape: EntriesShape): Array<Record<string, unknown>> {
	return ungrouped(value, shape).map((entry) => {
		const fields = asObject(fromJsonText(entry));
		if (fields === undefined) throw notAnObject(entry, shape);
		return onlyKnown(fields, shape);
	});
}

function ungrouped(given: unknown, { groups, ...shape }: EntriesShape): unknown[] {
	const value = fromJsonText(given);
	if (isEmpty(value)) return [];
	if (Array.isArray(value)) return value;
	const fields = asObject(value);
	if (fields === undefined) throw notAnObject(value, shape);
	const [name, ...others] = Object.keys(fields);
	if (name === undefined) return [];
	if (others.length > 0 || !groups.includes(name)) return [fields];
	const entries = fromJsonText(fields[name]) ?? [];
	return Array.isArray(entries) ? entries : [entries];
}

function onlyKnown(
	fields: Record<string, unknown>,
	{ field, known, example }: CollectionShape,
): Record<string, unknown> {
	const unknown = Object.keys(fields).find((name) => !known.includes(name));
	if (unknown === undefined) return fields;
	throw new InvalidField(field, `has the unknown field ${shown(unknown)}: give ${example}`);
}

function notAnObject(
	value: unknown,
	{ field, example }: { field: string; example?: string },
): InvalidField {
	const advice = example === undefined ? '' : `: give ${example}`;
	return new InvalidField(field, `must be an object, but is ${kindOf(value)}${advice}`);
}

/**
 * Text as the form gives it: a number or a boolean from an expression becomes text, as in n8n's own nodes.
 * Everything else is given back as it is.
 */
export function textFromForm(value: unknown): unknown {
	const isText =
		typeof value === 'boolean' ||
		typeof value === 'bigint' ||
		(typeof value === 'number' && Number.isFinite(value));
	return isText ? String(value) : value;
}

/**
 * An ID as the form gives it: a number becomes text if it is whole and exact.
 *
 * @throws {InvalidField} for a number that is so large that it has lost its last digits
 */
export function idFromForm(value: unknown, field: string): unknown {
	if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) {
		throw new InvalidField(
			field,
			`has the number ${value}, which is too large to be exact: give the ID as text, in quotes`,
		);
	}
	return textFromForm(value);
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
