import { InvalidField, kindOf } from '../../shared/validation/InvalidField';

/** Gives the value of a node parameter for one item, with its expressions resolved. */
export type ItemParameters = (name: string) => unknown;

/** What the user calls the value at a path of the wire format. */
export type FieldName = (path: string) => string;

/** Reads a collection (of options, or of fields to add) as name and value. An empty one is `{}`. */
export function collection(value: unknown, field: string): Record<string, unknown> {
	if (value === undefined || value === null || value === '') return {};
	if (typeof value !== 'object' || Array.isArray(value)) {
		throw new InvalidField(field, `must be an object, but is ${kindOf(value)}`);
	}
	return value as Record<string, unknown>;
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
export function isEmpty(value: unknown): boolean {
	return value === undefined || value === null || value === '';
}

/** Drops the fields that the user left empty, so that they do not go over the wire. */
export function withoutEmpty<Fields extends Record<string, unknown>>(
	fields: Fields,
): { [Field in keyof Fields]?: NonNullable<Fields[Field]> } {
	return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value))) as {
		[Field in keyof Fields]?: NonNullable<Fields[Field]>;
	};
}
