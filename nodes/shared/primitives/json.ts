/**
 * Reads values of any type, from the wire or from an expression. Nothing here throws.
 */

/** The value if it is an object, and not an array. */
export function asObject(value: unknown): Record<string, unknown> | undefined {
	return typeof value === 'object' && value !== null && !Array.isArray(value)
		? (value as Record<string, unknown>)
		: undefined;
}

/** The value as text: '' for undefined and null, JSON for what is not a text. */
export function asText(value: unknown): string {
	if (typeof value === 'string') return value;
	try {
		// String() throws for an object whose toString is not a function, as in {"toString": 1}.
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

/** The JSON object in a text, if there is one. */
export function parseObject(text: string): Record<string, unknown> | undefined {
	return asObject(jsonOf(text));
}

/** The first of the values that is a text and not empty. */
export function firstText(...values: unknown[]): string | undefined {
	return values.find((value): value is string => typeof value === 'string' && value !== '');
}
