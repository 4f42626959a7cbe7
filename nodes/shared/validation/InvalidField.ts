import { asText } from '../primitives/json';

/**
 * A value that Feishu would refuse, found before any call.
 * The message is one sentence: the field, the rule, and what was given.
 */
export class InvalidField extends Error {
	constructor(
		readonly field: string,
		problem: string,
	) {
		super(`${field} ${problem}`);
		this.name = 'InvalidField';
	}
}

const SHOWN_CHARACTERS = 60;

/** Shortens a value for a message: what the user typed, recognisable, on one line. */
export function shown(value: unknown): string {
	const text = asText(value ?? String(value));
	const characters = Array.from(text);
	return characters.length <= SHOWN_CHARACTERS
		? `"${text}"`
		: `"${characters.slice(0, SHOWN_CHARACTERS).join('')}…"`;
}

/** Names the type of a value in the words of somebody who writes no code. */
export function kindOf(value: unknown): string {
	if (value === undefined) return 'missing';
	if (value === null) return 'null';
	if (Array.isArray(value)) return 'a list';
	if (typeof value === 'object') return 'an object';
	if (typeof value === 'string') return `the text ${shown(value)}`;
	return `the ${typeof value} ${String(value)}`;
}
