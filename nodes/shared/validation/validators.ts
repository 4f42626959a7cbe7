import { asObject } from '../primitives/json';
import { InvalidField, kindOf, shown } from './InvalidField';

/** Turns the path of a value into what the user calls it: "buttons[0].text" into "Button 1 Text". */
export type FieldName = (path: string) => string;

/**
 * Reads one value of any type and returns it typed.
 *
 * @throws {InvalidField} for a value that breaks the rule
 */
export type Parser<T> = (value: unknown, path: string, name: FieldName) => T;

/** Reads the value of one field. */
export function parseField<T>(parse: Parser<T>, value: unknown, field: string): T {
	return parse(value, '', () => field);
}

/** Length as Feishu counts it: in Unicode code points, so that an emoji or a rare character is one. */
export function codePoints(text: string): number {
	return Array.from(text).length;
}

/** Text of `minimum` to `maximum` code points. */
export function text({
	minimum = 0,
	maximum,
}: {
	minimum?: number;
	maximum: number;
}): Parser<string> {
	return (value, path, name) => {
		if (typeof value !== 'string') {
			throw new InvalidField(name(path), `must be text, but is ${kindOf(value)}`);
		}
		const length = codePoints(value);
		if (length > maximum) {
			throw new InvalidField(
				name(path),
				`has ${length} characters, but at most ${maximum} are allowed: ${shown(value)}`,
			);
		}
		if (length < minimum) {
			throw new InvalidField(
				name(path),
				`has ${length} characters, but at least ${minimum} is required`,
			);
		}
		return value;
	};
}

/**
 * An HTTPS address (an applink is one too) of at most `maximum` UTF-8 bytes, the strictest count that Feishu's own
 * clients make. Gives it without the spaces around it, and with a scheme in small letters.
 */
export function httpsAddress({ maximum }: { maximum: number }): Parser<string> {
	const inCodePoints = text({ maximum });
	return (value, path, name) => {
		const given = typeof value === 'string' ? value.replace(AROUND_AN_ADDRESS, '') : value;
		const address = inCodePoints(given, path, name).replace(/^https:/i, 'https:');
		const problem = problemOfAddress(address, maximum);
		if (problem !== undefined) throw new InvalidField(name(path), problem);
		return address;
	};
}

/** Spaces, and what people paste along and do not see: zero-width spaces and byte order marks. */
const AROUND_AN_ADDRESS = /^[\s\u200b\u2060]+|[\s\u200b\u2060]+$/g;

function problemOfAddress(address: string, maximum: number): string | undefined {
	if (!address) return 'is empty, but an https:// address is required';
	if (!address.startsWith('https://')) {
		return `must be an address that begins with https://, but is ${shown(address)}`;
	}
	const [foreign] = /[\s\u200b\u2060\p{Cc}]/u.exec(address) ?? [];
	if (foreign !== undefined) {
		return `has ${CHARACTER_NAMES[foreign] ?? 'an invisible character'} in it, which an address cannot have: ${shown(address)}`;
	}
	const authority = address.slice('https://'.length).replace(/[/?#\\].*/, '');
	const [, host = '', port] =
		/^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(authority.slice(authority.lastIndexOf('@') + 1)) ?? [];
	if (host === '') return `has no host after https://: ${shown(address)}`;
	if (port !== undefined && (!/^\d*$/.test(port) || Number(port) > 65_535)) {
		return `has the port ${shown(port)}, but a port is a number up to 65535: ${shown(address)}`;
	}
	if (!URL.canParse(address)) return `is not a valid address: ${shown(address)}`;
	const bytes = Buffer.byteLength(address);
	return bytes > maximum
		? `has ${bytes} bytes in UTF-8, but at most ${maximum} are allowed: ${shown(address)}`
		: undefined;
}

const CHARACTER_NAMES: Record<string, string> = {
	' ': 'a space',
	'\t': 'a tab',
	'\n': 'a line break',
	'\r': 'a line break',
};

/** One of a fixed set of words. */
export function oneOf<const Choice extends string>(choices: readonly Choice[]): Parser<Choice> {
	return (value, path, name) => {
		const choice = choices.find((one) => one === value);
		if (choice === undefined) {
			throw new InvalidField(
				name(path),
				`must be one of ${choices.join(', ')}, but is ${kindOf(value)}`,
			);
		}
		return choice;
	};
}

/** True or false; also the words, which AI models and templates give as text. */
export const trueOrFalse: Parser<boolean> = (value, path, name) => {
	const word = typeof value === 'string' ? value.trim().toLowerCase() : undefined;
	if (word === 'true' || word === 'false') return word === 'true';
	if (typeof value !== 'boolean') {
		throw new InvalidField(name(path), `must be true or false, but is ${kindOf(value)}`);
	}
	return value;
};

/** A whole number from `minimum` to `maximum`; also its digits as text. */
export function wholeNumber({
	minimum,
	maximum,
}: {
	minimum: number;
	maximum: number;
}): Parser<number> {
	return (value, path, name) => {
		const isDigits = typeof value === 'string' && /^\s*\d+\s*$/.test(value);
		const number = isDigits ? Number(value) : value;
		if (typeof number !== 'number' || !Number.isInteger(number)) {
			throw new InvalidField(name(path), `must be a whole number, but is ${kindOf(value)}`);
		}
		if (number < minimum || number > maximum) {
			throw new InvalidField(name(path), `must be from ${minimum} to ${maximum}, but is ${number}`);
		}
		return number;
	};
}

/** A list of at most `maximum` values that `parse` takes. */
export function list<T>(parse: Parser<T>, { maximum }: { maximum: number }): Parser<T[]> {
	return (value, path, name) => {
		if (!Array.isArray(value)) {
			throw new InvalidField(name(path), `must be a list, but is ${kindOf(value)}`);
		}
		if (value.length > maximum) {
			throw new InvalidField(
				name(path),
				`has ${value.length} entries, but at most ${maximum} are allowed`,
			);
		}
		return value.map((entry: unknown, index) => parse(entry, `${path}[${index}]`, name));
	};
}

/** Any number of names, each with a text. */
export const textByName: Parser<Record<string, string>> = (value, path, name) =>
	Object.fromEntries(
		Object.entries(requireObject(value, path, name)).map(([key, entry]) => {
			if (typeof entry !== 'string') {
				throw new InvalidField(
					`${name(path)} ${shown(key)}`,
					`must be text, but is ${kindOf(entry)}`,
				);
			}
			return [key, entry];
		}),
	);

/** How `object` reads a field: a parser, or a row of a table that has one. */
type Field = Parser<unknown> | { parse: Parser<unknown> };
type ParsedField<F extends Field> =
	F extends Parser<infer T> ? T : F extends { parse: Parser<infer T> } ? T : never;
type ParsedObject<Fields extends Record<string, Field>, Required extends keyof Fields> = {
	[Name in Required]: ParsedField<Fields[Name]>;
} & {
	[Name in Exclude<keyof Fields, Required>]?: ParsedField<Fields[Name]>;
};

/** An object of known fields. A field may be absent unless it is required. */
export function object<
	Fields extends Record<string, Field>,
	const Required extends keyof Fields & string = never,
>(
	fields: Fields,
	{ required = [] }: { required?: readonly Required[] } = {},
): Parser<ParsedObject<Fields, Required>> {
	const isRequired = new Set<string>(required);
	return (value, path, name) => {
		const given = requireObject(value, path, name);
		for (const key of Object.keys(given)) {
			if (!Object.hasOwn(fields, key)) {
				throw new InvalidField(
					name(path),
					`has the unknown field ${shown(key)}; known are ${Object.keys(fields).join(', ')}`,
				);
			}
		}
		const parsed: Record<string, unknown> = {};
		for (const [key, field] of Object.entries(fields)) {
			const inner = path ? `${path}.${key}` : key;
			const parse = typeof field === 'function' ? field : field.parse;
			if (given[key] !== undefined) parsed[key] = parse(given[key], inner, name);
			else if (isRequired.has(key)) throw new InvalidField(name(inner), 'is missing, but required');
		}
		// Every field that is there came out of its own parser.
		return parsed as ParsedObject<Fields, Required>;
	};
}

/** The same, with a rule for the value as a whole: `problemOf` says what is wrong, and at which path in it. */
export function refined<T>(
	parse: Parser<T>,
	problemOf: (value: T) => { at: string; problem: string } | undefined,
): Parser<T> {
	return (value, path, name) => {
		const parsed = parse(value, path, name);
		const found = problemOf(parsed);
		if (found) throw new InvalidField(name(path + found.at), found.problem);
		return parsed;
	};
}

function requireObject(value: unknown, path: string, name: FieldName): Record<string, unknown> {
	const given = asObject(value);
	if (given === undefined) {
		throw new InvalidField(name(path), `must be an object, but is ${kindOf(value)}`);
	}
	return given;
}

/** The keys of a table, with their type. */
export function keysOf<Key extends string>(table: Record<Key, unknown>): Key[] {
	return Object.keys(table) as Key[];
}
