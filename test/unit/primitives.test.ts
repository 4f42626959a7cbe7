import { ExpiringCache } from '../../nodes/shared/primitives/ExpiringCache';
import { atMostAtOnce } from '../../nodes/shared/primitives/atMostAtOnce';
import { constantTimeEqual } from '../../nodes/shared/primitives/constantTimeEqual';
import { forEachAtOnce } from '../../nodes/shared/primitives/forEachAtOnce';
import {
	asObject,
	asText,
	firstText,
	jsonOf,
	parseObject,
} from '../../nodes/shared/primitives/json';
import { onAbort } from '../../nodes/shared/primitives/onAbort';
import { shortened } from '../../nodes/shared/primitives/shortened';

describe('ExpiringCache', () => {
	beforeEach(() => void jest.useFakeTimers({ now: 0 }));
	afterEach(() => void jest.useRealTimers());

	it('keeps a value for its time, and not longer', () => {
		const cache = new ExpiringCache<string>(1_000, 10);
		cache.set('a', 'first');
		jest.setSystemTime(999);
		expect(cache.get('a')).toBe('first');
		expect(cache.get('b')).toBeUndefined();
		jest.setSystemTime(1_000);
		expect(cache.get('a')).toBeUndefined();
		// What has expired takes no room any more.
		jest.setSystemTime(0);
		expect(cache.get('a')).toBeUndefined();
	});

	it('keeps no more than its size; the oldest go first', () => {
		const cache = new ExpiringCache<string>(1_000, 3);
		for (const key of ['a', 'b', 'c']) cache.set(key, key);
		expect(cache.get('a')).toBe('a');
		cache.set('d', 'd');
		expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key))).toEqual([undefined, 'b', 'c', 'd']);
		cache.set('e', 'e', 2);
		expect(['b', 'c', 'd', 'e'].map((key) => cache.get(key))).toEqual([
			...[undefined, undefined, 'd', 'e'],
		]);
		cache.set('whole', 'whole', 4);
		expect(['d', 'e', 'whole'].map((key) => cache.get(key))).toEqual([
			...[undefined, undefined, undefined],
		]);
		cache.set('f', 'f', 3);
		expect(cache.get('f')).toBe('f');
	});

	it('counts a value once that is set again, as the newest', () => {
		const cache = new ExpiringCache<string>(1_000, 2);
		cache.set('a', 'first');
		cache.set('b', 'b');
		cache.set('a', 'second');
		expect([cache.get('a'), cache.get('b')]).toEqual(['second', 'b']);
		cache.set('c', 'c');
		expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual(['second', undefined, 'c']);
	});
});

/** Work whose end a test decides. */
function heldWork() {
	const begun: number[] = [];
	const ends = new Map<
		number,
		{ resolve: (goesOn?: boolean) => void; reject: (e: Error) => void }
	>();
	const work = async (entry: number) =>
		await new Promise<boolean>((resolve, reject) => {
			begun.push(entry);
			ends.set(entry, { resolve: (goesOn = true) => resolve(goesOn), reject });
		});
	return { begun, work, ends };
}
const settle = async () => await new Promise((resolve) => setImmediate(resolve));

describe('atMostAtOnce', () => {
	it('begins the next one when one ends, in order, also when that failed', async () => {
		const { begun, work, ends } = heldWork();
		const limited = atMostAtOnce(2, work);
		const results = [1, 2, 3, 4].map(async (entry) => await limited(entry).catch(() => 'failed'));
		await settle();
		expect(begun).toEqual([1, 2]);
		ends.get(2)?.reject(new Error());
		await settle();
		expect(begun).toEqual([1, 2, 3]);
		ends.get(1)?.resolve();
		await settle();
		expect(begun).toEqual([1, 2, 3, 4]);
		ends.get(3)?.resolve();
		ends.get(4)?.resolve();
		expect(await Promise.all(results)).toEqual([true, 'failed', true, true]);
		// All places are free again, and no more than there were.
		for (const entry of [5, 6, 7]) void limited(entry);
		await settle();
		expect(begun.slice(4)).toEqual([5, 6]);
	});
});

describe('forEachAtOnce', () => {
	it('does all of it, and ends with the last', async () => {
		const done: number[] = [];
		await forEachAtOnce([1, 2, 3], 2, async (entry) => done.push(entry) > 0);
		expect(done).toEqual([1, 2, 3]);
	});

	it('begins nothing more once it is not wanted', async () => {
		const { begun, work, ends } = heldWork();
		const all = forEachAtOnce([1, 2, 3, 4], 2, work);
		await settle();
		ends.get(1)?.resolve(false);
		await settle();
		expect(begun).toEqual([1, 2]);
		ends.get(2)?.resolve();
		await all;
		expect(begun).toEqual([1, 2]);
	});
});

describe('constantTimeEqual', () => {
	it.each([
		['secret', 'secret', true],
		['', '', true],
		['secret', 'Secret', false],
		['secret', 'secret ', false],
		['', 'a', false],
	])('%j and %j: %p', (one, other, equal) => expect(constantTimeEqual(one, other)).toBe(equal));
});

describe('JSON', () => {
	const BAD = {
		toJSON: () => {
			throw new Error('no');
		},
	};

	it.each<[unknown, unknown]>([
		[{ a: 1 }, { a: 1 }],
		[[1], undefined],
		[null, undefined],
		['{}', undefined],
		[undefined, undefined],
	])('asObject %j', (value, expected) => expect(asObject(value)).toEqual(expected));

	it.each<[unknown, string]>([
		['text', 'text'],
		['', ''],
		[undefined, ''],
		[null, ''],
		[7, '7'],
		[{ a: [1] }, '{"a":[1]}'],
		[{ toString: 1 }, '{"toString":1}'],
		[() => 1, ''],
		[BAD, '[object]'],
		[7n, '[bigint]'],
	])('asText %#', (value, expected) => expect(asText(value)).toBe(expected));

	it.each<[string, unknown, unknown]>([
		['{"a":1}', { a: 1 }, { a: 1 }],
		['[1]', [1], undefined],
		['7', 7, undefined],
		['{"a"', undefined, undefined],
		['', undefined, undefined],
	])('of the text %j', (text, whole, object) => {
		expect(jsonOf(text)).toEqual(whole);
		expect(parseObject(text)).toEqual(object);
	});

	it('firstText', () => {
		expect(firstText(undefined, 7, '', 'a', 'b')).toBe('a');
		expect(firstText(7, '')).toBeUndefined();
		expect(firstText()).toBeUndefined();
	});
});

describe('onAbort', () => {
	it('calls each back once, and has one listener for all', () => {
		const controller = new AbortController();
		const added = jest.spyOn(controller.signal, 'addEventListener');
		const called: string[] = [];
		onAbort(controller.signal, () => called.push('a'));
		const end = onAbort(controller.signal, () => called.push('b'));
		onAbort(controller.signal, () => called.push('c'));
		end();
		expect(added).toHaveBeenCalledTimes(1);
		controller.abort();
		expect(called).toEqual(['a', 'c']);
	});

	it('leaves no listener behind, and listens again for whoever comes later', () => {
		const controller = new AbortController();
		const removed = jest.spyOn(controller.signal, 'removeEventListener');
		const called: string[] = [];
		const ends = ['a', 'b'].map((name) => onAbort(controller.signal, () => called.push(name)));
		ends[0]?.();
		expect(removed).not.toHaveBeenCalled();
		ends[1]?.();
		expect(removed).toHaveBeenCalledTimes(1);
		onAbort(controller.signal, () => called.push('later'));
		controller.abort();
		expect(called).toEqual(['later']);
	});
});

describe('shortened', () => {
	it.each([
		['abc', 3, 'abc'],
		['abcd', 3, 'ab…'],
		['😀😀😀', 3, '😀😀😀'],
		['😀😀😀😀', 3, '😀😀…'],
		['', 3, ''],
	])('%j to %i characters', (text, maximum, short) => expect(shortened(text, maximum)).toBe(short));
});

describe('isN8nAtLeast', () => {
	it.each([
		['2.36.1', 2, 36, true],
		['2.35.9', 2, 36, false],
		['2.40.0', 2, 36, true],
		['3.0.0', 2, 36, true],
		['1.120.31', 2, 0, false],
		['1.120.31', 1, 99, true],
		['2.0.0', 2, 0, true],
	])('n8n %s is at least %i.%i: %p', (version, major, minor, expected) => {
		jest.isolateModules(() => {
			jest.doMock('n8n-workflow/package.json', () => ({ version }));
			const { isN8nAtLeast } = jest.requireActual<
				typeof import('../../nodes/shared/primitives/n8nVersion')
			>('../../nodes/shared/primitives/n8nVersion');
			expect(isN8nAtLeast(major, minor)).toBe(expected);
			jest.dontMock('n8n-workflow/package.json');
		});
	});
});
