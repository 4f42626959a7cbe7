import fc from 'fast-check';

import { PayloadAssembler } from '../../nodes/FeishuFeedTrigger/longConnection/PayloadAssembler';
import type { Frame } from '../../nodes/FeishuFeedTrigger/longConnection/frames';
import { collectGarbage } from '../helpers/unit/garbageCollection';

/** A data frame with these headers; those that are undefined are left out. */
function part(headers: Record<string, string | number | undefined>, payload?: Uint8Array): Frame {
	return {
		SeqID: 0n,
		LogID: 0n,
		service: 1,
		method: 1,
		headers: Object.entries(headers)
			.filter(([, value]) => value !== undefined)
			.map(([key, value]) => ({ key, value: String(value) })),
		payload,
	};
}

function joiner() {
	const dropped: string[] = [];
	return { parts: new PayloadAssembler((reason) => dropped.push(reason)), dropped };
}

const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

describe('split payloads', () => {
	it('are joined, however they are split, mixed and repeated', () => {
		const payload = fc.record({
			bytes: fc.uint8Array({ maxLength: 200 }),
			cuts: fc.array(fc.nat(200), { minLength: 1, maxLength: 12 }),
		});
		fc.assert(
			fc.property(
				fc.array(payload, { minLength: 1, maxLength: 8 }),
				fc.infiniteStream(fc.nat()),
				(payloads, random) => {
					const { parts, dropped } = joiner();
					const frames = payloads.flatMap(({ bytes, cuts }, id) => {
						const bounds = [0, ...[...cuts].sort((a, b) => a - b), 200];
						const sum = bounds.length - 1;
						return bounds.slice(1).map((end, seq) => ({
							id,
							frame: part({ message_id: `m${id}`, sum, seq }, bytes.subarray(bounds[seq], end)),
						}));
					});
					const joined = new Map<number, Buffer>();
					while (frames.length > 0) {
						const [index, repeats] = [random.next().value, random.next().value];
						const { id, frame } = frames.splice(index % frames.length, 1)[0];
						// The last part is not repeated, as it would begin the payload anew.
						const isLast = !frames.some((other) => other.id === id);
						for (let times = isLast ? 0 : repeats % 2; times >= 0; times--) {
							const whole = parts.add(frame, 0);
							expect(whole !== undefined).toBe(isLast && times === 0);
							if (whole) joined.set(id, Buffer.from(whole));
						}
					}
					expect([...joined.keys()].sort()).toEqual(payloads.map((_, id) => id));
					payloads.forEach(({ bytes }, id) => {
						expect(joined.get(id)!.equals(Buffer.from(bytes))).toBe(true);
					});
					expect(dropped).toEqual([]);
				},
			),
			{ numRuns: 500 },
		);
	});

	it.each([{ sum: 1, seq: 0, message_id: 'm' }, { sum: 1 }, {}])(
		'that are whole pass at once: %j',
		(headers) => {
			const { parts } = joiner();
			expect(text(parts.add(part(headers, Buffer.from('whole')), 0))).toBe('whole');
			expect(text(parts.add(part(headers), 0))).toBe('');
		},
	);

	it.each([
		{ message_id: 'm', sum: 2, seq: 2 },
		{ message_id: 'm', sum: 2, seq: -1 },
		{ message_id: 'm', sum: 2, seq: 0.5 },
		{ message_id: 'm', sum: 2, seq: 'first' },
		{ message_id: 'm', sum: 2 },
		{ sum: 2, seq: 0 },
		{ message_id: 'm', sum: 0, seq: 0 },
		{ message_id: 'm', sum: -2, seq: 0 },
		{ message_id: 'm', sum: 2.5, seq: 0 },
		{ message_id: 'm', sum: 'two', seq: 0 },
		{ message_id: 'm', sum: 1_001, seq: 0 },
		{ message_id: 'm', sum: 4_294_967_295, seq: 0 },
		{ message_id: 'm', sum: 1e300, seq: 0 },
	])('that cannot be are dropped: %j', (headers) => {
		const { parts, dropped } = joiner();
		expect(parts.add(part(headers, Buffer.from('x')), 0)).toBeUndefined();
		expect(dropped).toHaveLength(1);
	});

	it('that disagree about their sum are dropped, and those that agree are joined', () => {
		const { parts, dropped } = joiner();
		parts.add(part({ message_id: 'm', sum: 2, seq: 0 }, Buffer.from('a')), 0);
		expect(
			parts.add(part({ message_id: 'm', sum: 3, seq: 1 }, Buffer.from('b')), 0),
		).toBeUndefined();
		expect(dropped).toHaveLength(1);
		expect(text(parts.add(part({ message_id: 'm', sum: 2, seq: 1 }, Buffer.from('c')), 0))).toBe(
			'ac',
		);
	});

	it('wait 10 seconds for their other parts', () => {
		const { parts, dropped } = joiner();
		const add = (id: string, seq: number, now: number) =>
			text(parts.add(part({ message_id: id, sum: 2, seq }, Buffer.from(`${id}${seq} `)), now));
		add('a', 0, 0);
		add('b', 0, 5_000);
		expect(add('a', 1, 10_000)).toBe('a0 a1 ');
		expect(add('b', 1, 15_001)).toBeUndefined();
		expect(dropped).toEqual(['a payload whose other parts did not come']);
	});

	it('are dropped, the oldest first, when too many wait', () => {
		const { parts, dropped } = joiner();
		const add = (id: number, seq: number) =>
			parts.add(part({ message_id: id, sum: 2, seq }, Buffer.from([id])), 0);
		for (let id = 0; id < 70; id++) add(id, 0);
		expect(dropped).toHaveLength(6);
		expect(add(6, 1)).toEqual(Buffer.from([6, 6]));
		expect(add(0, 1)).toBeUndefined();
	});

	it('take at most 8 MiB in all, whatever is sent', () => {
		const { parts, dropped } = joiner();
		const big = Buffer.alloc(1024 * 1024);
		const before = process.memoryUsage().arrayBuffers;
		for (let id = 0; id < 500; id++) {
			for (let seq = 0; seq < 3; seq++) parts.add(part({ message_id: id, sum: 4, seq }, big), 0);
		}
		expect(dropped.length).toBeGreaterThan(490);
		collectGarbage();
		expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20e6);
		// One that is larger alone never becomes whole.
		for (let seq = 0; seq < 12; seq++) {
			expect(parts.add(part({ message_id: 'huge', sum: 12, seq }, big), 0)).toBeUndefined();
		}
		// What was dropped no longer counts, nor what the same part held before.
		for (let times = 0; times < 12; times++) {
			parts.add(part({ message_id: 'again', sum: 2, seq: 0 }, big), 0);
		}
		expect(parts.add(part({ message_id: 'again', sum: 2, seq: 1 }, big), 0)).toBeDefined();
		for (const id of ['x', 'y']) {
			parts.add(part({ message_id: id, sum: 2, seq: 0 }, big), 0);
			expect(parts.add(part({ message_id: id, sum: 2, seq: 1 }, big), 0)).toHaveLength(
				2 * big.length,
			);
		}
	});

	it('do not keep the frame that a small part came in', () => {
		const { parts } = joiner();
		const before = process.memoryUsage().arrayBuffers;
		for (let id = 0; id < 60; id++) {
			const message = Buffer.alloc(1024 * 1024);
			parts.add(part({ message_id: id, sum: 2, seq: 0 }, message.subarray(0, 10)), 0);
		}
		collectGarbage();
		expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10e6);
	});
});
