import { InvalidField, kindOf, shown } from './InvalidField';

/**
 * Checks one value; throws InvalidField.
 * `name` turns the path of a value into what the user calls it: "buttons[0].text" into "Button 1 Text".
 */
export type Rule = (value: unknown, path: string, name: (path: string) => string) => void;

/** Length as Feishu counts it: in Unicode code points, so that an emoji or a rare character is one. */
export function codePoints(text: string): number {
	return Array.from(text).length;
}

/** Text of `minimum` to `maximum` code points. */
export function text({ minimum = 0, maximum }: { minimum?: number; maximum: number }): Rule {
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
	};
}

/** An HTTPS address (an applink is one too) of at most `maximum` code points. */
export function httpsAddress({ maximum }: { maximum: number }): Rule {
	const length = text({ maximum });
	return (value, path, name) => {
		length(value, path, name);
		const address = value as string;
		if (!address)
			throw new InvalidField(name(path), 'is empty, but an https:// address is required');
		if (!/^https:\/\/[^\s/?#]+\S*$/i.test(address) || !URL.canParse(address)) {
			throw new InvalidField(
				name(path),
				`must be an address that begins with https://, but is ${shown(address)}`,
			);
		}
	};
}

/** One of a fixed set of words. */
export function oneOf(choices: readonly string[]): Rule {
	return (value, path, name) => {
		if (typeof value !== 'string' || !choices.includes(value)) {
			throw new InvalidField(
				name(path),
				`must be one of ${choices.join(', ')}, but is ${kindOf(value)}`,
			);
		}
	};
}

/** Exactly true or false. */
export const trueOrFalse: Rule = (value, path, name) => {
	if (typeof value !== 'boolean') {
		throw new InvalidField(name(path), `must be true or false, but is ${kindOf(value)}`);
	}
};

/** A whole number from `minimum` to `maximum`. */
export function wholeNumber({ minimum, maximum }: { minimum: number; maximum: number }): Rule {
	return (value, path, name) => {
		if (!Number.isInteger(value)) {
			throw new InvalidField(name(path), `must be a whole number, but is ${kindOf(value)}`);
		}
		if ((value as number) < minimum || (value as number) > maximum) {
			throw new InvalidField(
				name(path),
				`must be from ${minimum} to ${maximum}, but is ${String(value)}`,
			);
		}
	};
}

/** A list of at most `maximum` values that each pass `rule`. */
export function list(rule: Rule, { maximum }: { maximum: number }): Rule {
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
		value.forEach((entry, index) => rule(entry, `${path}[${index}]`, name));
	};
}

/** Any number of names, each with a text. */
export const textByName: Rule = (value, path, name) => {
	for (const [key, entry] of Object.entries(requireObject(value, path, name))) {
		if (typeof entry !== 'string') {
			throw new InvalidField(
				`${name(path)} ${shown(key)}`,
				`must be text, but is ${kindOf(entry)}`,
			);
		}
	}
};

/** An object of known fields. A field that is absent passes unless it is required. */
export function object(
	fields: Record<string, Rule>,
	{ required = [] }: { required?: string[] } = {},
): Rule {
	return (value, path, name) => {
		const entries = requireObject(value, path, name);
		for (const key of Object.keys(entries)) {
			if (!Object.hasOwn(fields, key)) {
				throw new InvalidField(
					name(path),
					`has the unknown field ${shown(key)}; known are ${Object.keys(fields).join(', ')}`,
				);
			}
		}
		for (const [key, rule] of Object.entries(fields)) {
			const inner = path ? `${path}.${key}` : key;
			if (entries[key] !== undefined) rule(entries[key], inner, name);
			else if (required.includes(key))
				throw new InvalidField(name(inner), 'is missing, but required');
		}
	};
}

function requireObject(
	value: unknown,
	path: string,
	name: (path: string) => string,
): Record<string, unknown> {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		throw new InvalidField(name(path), `must be an object, but is ${kindOf(value)}`);
	}
	return value as Record<string, unknown>;
}
