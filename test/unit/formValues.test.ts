import {
	collection,
	entriesOf,
	fromJsonText,
	idFromForm,
	isEmpty,
	optionsOf,
	textFromForm,
	withoutEmpty,
} from '../../nodes/shared/validation/formValues';

const SHAPE = {
	field: 'Buttons',
	groups: ['button', 'buttons'],
	known: ['text', 'url'],
	example: '{"text": "A"}',
};

describe('JSON in a text', () => {
	it.each<[unknown, unknown]>([
		['{"a": 1}', { a: 1 }],
		[' [1, 2]\n', [1, 2]],
		['```json\n{"a": 1}\n```', { a: 1 }],
		['```\n[1]\n```', [1]],
		['```JSON {"a": 1}```', { a: 1 }],
		['7', '7'],
		['"text"', '"text"'],
		['{"a": ', '{"a": '],
		['[x]', '[x]'],
		['say {"a": 1}', 'say {"a": 1}'],
		['', ''],
		[7, 7],
		[null, null],
		[{ a: 1 }, { a: 1 }],
	])('%j', (given, expected) => expect(fromJsonText(given)).toEqual(expected));
});

describe('a collection', () => {
	it.each<[unknown, object]>([
		[undefined, {}],
		[null, {}],
		['', {}],
		[{}, {}],
		[{ a: 1 }, { a: 1 }],
		['{"a": 1}', { a: 1 }],
	])('is read from %j', (given, expected) =>
		expect(collection(given, 'Options')).toEqual(expected),
	);

	it.each([
		[7, 'Options must be an object, but is the number 7'],
		['text', 'Options must be an object, but is the text "text"'],
		[[{ a: 1 }], 'Options must be an object, but is a list'],
	])('is nothing else: %j', (given, problem) => {
		expect(() => collection(given, 'Options')).toThrow(new RegExp(`^${problem}$`));
		const shape = { known: ['a'], example: '{"a": 1}' };
		expect(() => collection(given, 'Options', shape)).toThrow(`${problem}: give {"a": 1}`);
	});

	it('has only the fields that are known, where they are', () => {
		const shape = { known: ['a', 'b'], example: '{"a": 1}' };
		expect(collection({ b: 2 }, 'Options', shape)).toEqual({ b: 2 });
		expect(() => collection({ a: 1, c: 3 }, 'Options', shape)).toThrow(
			'Options has the unknown field "c": give {"a": 1}',
		);
	});
});

describe('the entries of a fixed collection', () => {
	const [one, other] = [{ text: 'A' }, { text: 'B', url: 'https://b' }];

	it.each<[unknown, object[]]>([
		[undefined, []],
		[null, []],
		['', []],
		[{}, []],
		[[], []],
		[{ button: [one, other] }, [one, other]],
		[{ buttons: [one] }, [one]],
		[{ button: one }, [one]],
		[{ button: null }, []],
		[{ button: '[{"text": "A"}]' }, [one]],
		[
			[one, other],
			[one, other],
		],
		['[{"text": "A"}]', [one]],
		[['{"text": "A"}'], [one]],
		[one, [one]],
		[other, [other]],
	])('are read from %j', (given, entries) => expect(entriesOf(given, SHAPE)).toEqual(entries));

	it.each<[unknown, string]>([
		[7, 'Buttons must be an object, but is the number 7: give {"text": "A"}'],
		[[one, 7], 'Buttons must be an object, but is the number 7: give {"text": "A"}'],
		[{ color: 'red' }, 'Buttons has the unknown field "color": give {"text": "A"}'],
		[{ button: [one], text: 'A' }, 'Buttons has the unknown field "button": give {"text": "A"}'],
	])('are nothing else: %j', (given, problem) => {
		expect(() => entriesOf(given, SHAPE)).toThrow(problem);
	});
});

describe('a value of the form', () => {
	it.each<[unknown, unknown]>([
		[7, '7'],
		[0, '0'],
		[true, 'true'],
		[false, 'false'],
		[7n, '7'],
		['a', 'a'],
		[NaN, NaN],
		[Infinity, Infinity],
		[null, null],
		[undefined, undefined],
	])('is text where it can be: %p', (given, expected) => {
		expect(textFromForm(given)).toBe(expected);
		expect(idFromForm(given === Infinity ? 7 : given, 'ID')).toBe(
			given === Infinity ? '7' : expected,
		);
	});

	it.each([2 ** 53, -(2 ** 53), 1e20])('is no ID where it is not exact: %d', (given) => {
		expect(() => idFromForm(given, 'ID')).toThrow(
			`ID has the number ${given}, which is too large to be exact: give the ID as text, in quotes`,
		);
		expect(idFromForm(Number.MAX_SAFE_INTEGER, 'ID')).toBe('9007199254740991');
	});

	it('is empty when nothing was entered, and then left out', () => {
		const empty = { a: undefined, b: null, c: '' };
		for (const value of Object.values(empty)) expect(isEmpty(value)).toBe(true);
		const filled = { d: 0, e: false, f: [], g: ' ' };
		for (const value of Object.values(filled)) expect(isEmpty(value)).toBe(false);
		expect(withoutEmpty({ ...empty, ...filled })).toEqual(filled);
	});
});

it('the options of a list have the names of their table', () => {
	expect(optionsOf({ a: { name: 'A' }, b: { name: 'B', description: 'Second' } })).toEqual([
		{ name: 'A', value: 'a' },
		{ name: 'B', description: 'Second', value: 'b' },
	]);
});
