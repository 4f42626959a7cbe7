/**
 * Reads what came over the wire, or out of an expression, whatever it may be: nothing here throws.
 */

/** The value as an object, or nothing when it is none. */
export function asObject(value: unknown): Record<string, unknown> | undefined {
	return typeof value === 'object' && value !== null && !Array.isArray(value)
		? (value as Record<string, unknown>)
		: undefined;
}

/** The value as text: '' for none, JSON for what is no text. */
export function asText(value: unknown): string {
	if (typeof value === 'string') return value;
	try {
		// String() throws for an object whose toString is no function, as in {"toString": 1}.
		return value === undefined || value === null ? '' : (JSON.stringify(value) ?? '');
	} catch {
		return `[${typeof value}]`;
	}
}

/** The value that a text of JSON holds, or nothing when the text is not JSON. */
export function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** The JSON object in a text, or nothing when there is none. */
export function parseObject(text: string): Record<string, unknown> | undefined {
	return asObject(jsonOf(text));
}

/** The first of the values that is a text, and not empty. */
export function firstText(...values: unknown[]): string | undefined {
	return values.find((value): value is string => typeof value === 'string' && value !== '');
}
