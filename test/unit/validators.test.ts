import * as fc from 'fast-check';

import { InvalidField, kindOf, shown } from '../../nodes/shared/validation/InvalidField';
import {
	codePoints,
	httpsAddress,
	list,
	object,
	oneOf,
	parseField,
	refined,
	text,
	textByName,
	trueOrFalse,
	wholeNumber,
} from '../../nodes/shared/validation/validators';
import type { Parser } from '../../nodes/shared/validation/validators';

/** What a rule says of a value at the path `here`, or nothing when it passes. */
function problemOf(rule: Parser<unknown>, value: unknown): string | undefined {
	try {
		rule(value, 'here', (path) => `<${path}>`);
		return undefined;
	} catch (error) {
		expect(error).toBeInstanceOf(InvalidField);
		return (error as InvalidField).message;
	}
}

type Case = [rule: Parser<unknown>, value: unknown, problem: string | undefined];

const button = object(
	{ text: text({ minimum: 1, maximum: 3 }), pressed: trueOrFalse },
	{ required: ['text'] },
);
const buttons = object({ all: list(button, { maximum: 2 }) });

describe('each rule at, below and above its limit', () => {
	it.each<[string, Case[]]>([
		[
			'text',
			[
				[text({ maximum: 2 }), '', undefined],
				[text({ maximum: 2 }), 'ab', undefined],
				[text({ maximum: 2 }), '😀𠮷', undefined],
				[text({ maximum: 2 }), 'abc', '<here> has 3 characters, but at most 2 are allowed: "abc"'],
				[text({ minimum: 1, maximum: 2 }), 'a', undefined],
				[
					text({ minimum: 1, maximum: 2 }),
					'',
					'<here> has 0 characters, but at least 1 is required',
				],
				[text({ maximum: 2 }), 12, '<here> must be text, but is the number 12'],
				[text({ maximum: 2 }), null, '<here> must be text, but is null'],
				[text({ maximum: 2 }), undefined, '<here> must be text, but is missing'],
				[text({ maximum: 2 }), ['a'], '<here> must be text, but is a list'],
			],
		],
		[
			'httpsAddress',
			[
				[httpsAddress({ maximum: 20 }), 'https://example.com/', undefined],
				[
					httpsAddress({ maximum: 20 }),
					'https://example.com/😀',
					'<here> has 21 characters, but at most 20 are allowed: "https://example.com/😀"',
				],
				[
					httpsAddress({ maximum: 23 }),
					'https://example.com/😀',
					'<here> has 24 bytes in UTF-8, but at most 23 are allowed: "https://example.com/😀"',
				],
				[httpsAddress({ maximum: 24 }), 'https://example.com/😀', undefined],
				[httpsAddress({ maximum: 20 }), ' \u200bhttps://example.com/\n', undefined],
				[
					httpsAddress({ maximum: 20 }),
					'https://a b',
					'<here> has a space in it, which an address cannot have: "https://a b"',
				],
				[
					httpsAddress({ maximum: 20 }),
					'https://a:99999',
					'<here> has the port "99999", but a port is a number up to 65535: "https://a:99999"',
				],
				[httpsAddress({ maximum: 20 }), 'https://a:65535', undefined],
				[httpsAddress({ maximum: 20 }), 'https://u:p@a:8/', undefined],
				...['1x', 'x1'].map(
					(port): Case => [
						httpsAddress({ maximum: 20 }),
						`https://a:${port}`,
						`<here> has the port "${port}", but a port is a number up to 65535: "https://a:${port}"`,
					],
				),
				[
					httpsAddress({ maximum: 20 }),
					'https://[::1]x',
					'<here> has the port ":1]x", but a port is a number up to 65535: "https://[::1]x"',
				],
				[httpsAddress({ maximum: 20 }), 'https://[::1]:8', undefined],
				[httpsAddress({ maximum: 20 }), 'HTTPS://a', undefined],
				[httpsAddress({ maximum: 20 }), '', '<here> is empty, but an https:// address is required'],
				[
					httpsAddress({ maximum: 20 }),
					'http://a',
					'<here> must be an address that begins with https://, but is "http://a"',
				],
				[
					httpsAddress({ maximum: 20 }),
					'https://',
					'<here> has no host after https://: "https://"',
				],
				[httpsAddress({ maximum: 20 }), 'https://[', '<here> is not a valid address: "https://["'],
				[
					httpsAddress({ maximum: 20 }),
					'xhttps://a',
					'<here> must be an address that begins with https://, but is "xhttps://a"',
				],
				[
					httpsAddress({ maximum: 20 }),
					'xHTTPS://a',
					'<here> must be an address that begins with https://, but is "xHTTPS://a"',
				],
				[httpsAddress({ maximum: 20 }), 5, '<here> must be text, but is the number 5'],
			],
		],
		[
			'oneOf',
			[
				[oneOf(['a', 'b']), 'b', undefined],
				[oneOf(['a', 'b']), 'B', '<here> must be one of a, b, but is the text "B"'],
				[oneOf(['1']), 1, '<here> must be one of 1, but is the number 1'],
				[oneOf(['a']), undefined, '<here> must be one of a, but is missing'],
			],
		],
		[
			'trueOrFalse',
			[
				[trueOrFalse, true, undefined],
				[trueOrFalse, false, undefined],
				[trueOrFalse, 'yes', '<here> must be true or false, but is the text "yes"'],
				[trueOrFalse, '', '<here> must be true or false, but is the text ""'],
				[trueOrFalse, 0, '<here> must be true or false, but is the number 0'],
				[trueOrFalse, null, '<here> must be true or false, but is null'],
			],
		],
		[
			'wholeNumber',
			[
				[wholeNumber({ minimum: 1, maximum: 3 }), 1, undefined],
				[wholeNumber({ minimum: 1, maximum: 3 }), 3, undefined],
				[wholeNumber({ minimum: 1, maximum: 3 }), 0, '<here> must be from 1 to 3, but is 0'],
				[wholeNumber({ minimum: 1, maximum: 3 }), 4, '<here> must be from 1 to 3, but is 4'],
				[
					wholeNumber({ minimum: 1, maximum: 3 }),
					1.5,
					'<here> must be a whole number, but is the number 1.5',
				],
				[
					wholeNumber({ minimum: 1, maximum: 3 }),
					'2.0',
					'<here> must be a whole number, but is the text "2.0"',
				],
				[
					wholeNumber({ minimum: 1, maximum: 3 }),
					[2],
					'<here> must be a whole number, but is a list',
				],
				[
					wholeNumber({ minimum: 1, maximum: 3 }),
					NaN,
					'<here> must be a whole number, but is the number NaN',
				],
			],
		],
		[
			'list',
			[
				[list(trueOrFalse, { maximum: 2 }), [], undefined],
				[list(trueOrFalse, { maximum: 2 }), [true, false], undefined],
				[
					list(trueOrFalse, { maximum: 2 }),
					[true, true, true],
					'<here> has 3 entries, but at most 2 are allowed',
				],
				[
					list(trueOrFalse, { maximum: 2 }),
					[true, 1],
					'<here[1]> must be true or false, but is the number 1',
				],
				[list(trueOrFalse, { maximum: 2 }), { 0: true }, '<here> must be a list, but is an object'],
			],
		],
		[
			'textByName',
			[
				[textByName, {}, undefined],
				[textByName, { a: '', b: 'c' }, undefined],
				[textByName, { a: 1 }, '<here> "a" must be text, but is the number 1'],
				[
					textByName,
					JSON.parse('{"__proto__":1}'),
					'<here> "__proto__" must be text, but is the number 1',
				],
				[textByName, ['a'], '<here> must be an object, but is a list'],
				[textByName, 'a', '<here> must be an object, but is the text "a"'],
			],
		],
		[
			'object',
			[
				[button, { text: 'a' }, undefined],
				[button, { text: 'abc', pressed: true }, undefined],
				[button, { text: 'a', pressed: undefined }, undefined],
				[
					button,
					{ text: 'abcd' },
					'<here.text> has 4 characters, but at most 3 are allowed: "abcd"',
				],
				[button, { pressed: true }, '<here.text> is missing, but required'],
				[
					button,
					{ text: 'a', size: 1 },
					'<here> has the unknown field "size"; known are text, pressed',
				],
				[
					button,
					{ text: 'a', toString: 1 },
					'<here> has the unknown field "toString"; known are text, pressed',
				],
				[button, null, '<here> must be an object, but is null'],
				[
					buttons,
					{ all: [{ text: 'a' }, { text: '' }] },
					'<here.all[1].text> has 0 characters, but at least 1 is required',
				],
			],
		],
	])('%s', (_, cases) => {
		for (const [rule, value, problem] of cases) expect(problemOf(rule, value)).toBe(problem);
	});
});

describe('what a rule gives', () => {
	const given = (rule: Parser<unknown>, value: unknown) => rule(value, 'here', (path) => path);

	it.each<[Parser<unknown>, unknown, unknown]>([
		[text({ maximum: 2 }), 'ab', 'ab'],
		[httpsAddress({ maximum: 20 }), ' \u200bHTTPS://a/B\n', 'https://a/B'],
		[trueOrFalse, ' TRUE ', true],
		[trueOrFalse, 'False', false],
		[wholeNumber({ minimum: 1, maximum: 30 }), 2, 2],
		[wholeNumber({ minimum: 1, maximum: 30 }), '22', 22],
		[wholeNumber({ minimum: 1, maximum: 30 }), ' 2\n', 2],
		[list(trueOrFalse, { maximum: 2 }), [true, 'false'], [true, false]],
		[textByName, { a: '', b: 'c' }, { a: '', b: 'c' }],
		[object({ a: { parse: trueOrFalse }, b: trueOrFalse }), { a: 'true' }, { a: true }],
	])('is what the value says: %#', (rule, value, expected) => {
		expect(given(rule, value)).toEqual(expected);
	});

	it('has the name of the field in its message', () => {
		expect(parseField(trueOrFalse, 'true', 'Silent')).toBe(true);
		expect(() => parseField(trueOrFalse, 1, 'Silent')).toThrow(
			'Silent must be true or false, but is the number 1',
		);
	});
});

it('a rule for a value as a whole comes after those for its parts', () => {
	const pressable = refined(button, ({ text: said, pressed }) =>
		pressed && said === 'no' ? { at: '.pressed', problem: 'has no effect' } : undefined,
	);
	expect(problemOf(pressable, { text: 'yes', pressed: true })).toBeUndefined();
	expect(problemOf(pressable, { text: 'no', pressed: true })).toBe('<here.pressed> has no effect');
	expect(problemOf(pressable, { text: 'no', pressed: 1 })).toBe(
		'<here.pressed> must be true or false, but is the number 1',
	);
	expect(pressable({ text: 'yes' }, '', (path) => path)).toEqual({ text: 'yes' });
});

describe('code points', () => {
	it.each([
		['', 0],
		['abc', 3],
		['长城', 2],
		['😀', 1],
		['𠮷野家', 3],
		['é', 1],
		['e\u0301', 2],
		['👨‍👩‍👧', 5],
		['\ud83d', 1],
	])('%j has %i', (value, expected) => {
		expect(codePoints(value)).toBe(expected);
	});

	it('decide what is too long, whatever the text', () => {
		const anything = fc.string({ unit: 'binary', maxLength: 30 });
		fc.assert(
			fc.property(anything, fc.nat({ max: 30 }), (value, maximum) => {
				const length = [...value].length;
				expect(problemOf(text({ maximum }), value)).toBe(
					length <= maximum
						? undefined
						: `<here> has ${length} characters, but at most ${maximum} are allowed: "${value}"`,
				);
			}),
		);
	});
});

describe('what a message shows of a value', () => {
	it.each<[unknown, string]>([
		['short', '"short"'],
		['a'.repeat(60), `"${'a'.repeat(60)}"`],
		['a'.repeat(61), `"${'a'.repeat(60)}…"`],
		['𠮷'.repeat(61), `"${'𠮷'.repeat(60)}…"`],
		[{ a: 1 }, '"{"a":1}"'],
		[null, '"null"'],
		[undefined, '"undefined"'],
	])('%j', (value, expected) => {
		expect(shown(value)).toBe(expected);
	});

	it.each<[unknown, string]>([
		[undefined, 'missing'],
		[null, 'null'],
		[[], 'a list'],
		[{}, 'an object'],
		['', 'the text ""'],
		[7, 'the number 7'],
		[false, 'the boolean false'],
	])('kind of %j', (value, expected) => {
		expect(kindOf(value)).toBe(expected);
	});
});
