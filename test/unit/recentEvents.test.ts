import { RecentEvents } from '../../nodes/FeishuFeedTrigger/event/recentEvents';

const NOW = Date.UTC(2026, 10, 22);
const HOUR_MS = 3_600_000;
const take = async () => {};

/** A memory as another process, or this one after a restart, reads it. */
function reread(memory: RecentEvents, now: number): RecentEvents {
	const other = new RecentEvents();
	other.merge(JSON.parse(JSON.stringify(memory.toStored())), now);
	return other;
}

describe('the memory of events', () => {
	it.each(['15 seconds', '5 minutes', '1 hour', '6 hours', '8 hours'])(
		'knows a copy after %s, also after a restart',
		async (after) => {
			const [count, unit] = after.split(' ');
			const unitMs = { seconds: 1_000, minutes: 60_000 }[unit!] ?? HOUR_MS;
			const later = NOW + Number(count) * unitMs;
			const memory = new RecentEvents();
			expect(await memory.once('event', NOW, take)).toBe(true);
			// Many others come meanwhile.
			for (let other = 0; other < 4_000; other++) await memory.once(`other-${other}`, NOW, take);
			const restarted = reread(memory, later);
			expect(await memory.once('event', later, take)).toBe(false);
			expect(await restarted.once('event', later, take)).toBe(false);
		},
	);

	it('ends in time, and is bounded', async () => {
		const memory = new RecentEvents();
		await memory.once('old', NOW, take);
		await memory.once('new', NOW + 25 * HOUR_MS, take);
		expect(Object.keys(memory.toStored())).toEqual(['new']);
		for (let other = 0; other < 60_000; other++) {
			await memory.once(`other-${other}`, NOW + 25 * HOUR_MS, take);
		}
		const stored = Object.keys(memory.toStored());
		expect(stored.length).toBeLessThanOrEqual(5_000);
		expect(stored.at(-1)).toBe('other-59999');
		expect(await memory.once('other-59000', NOW + 25 * HOUR_MS, take)).toBe(false);
		expect(await memory.once('new', NOW + 25 * HOUR_MS, take)).toBe(true);
	});

	it('does not hold what could not be handed over, nor for copies that came meanwhile', async () => {
		const memory = new RecentEvents();
		let fail: (error: Error) => void = () => {};
		const first = memory.once(
			'event',
			NOW,
			async () => await new Promise((_, reject) => (fail = reject)),
		);
		const copy = memory.once('event', NOW, take);
		// What it is about to store says nothing before n8n has taken the event.
		memory.merge({ event: NOW / 1_000 }, NOW);
		expect(memory.toStored()).toEqual({});
		fail(new Error('no'));
		await expect(first).rejects.toThrow('no');
		await expect(copy).rejects.toThrow('no');
		expect(await memory.once('event', NOW, take)).toBe(true);
		expect(await memory.once('event', NOW, take)).toBe(false);
	});

	it('hands over one of a hundred copies that come at a time', async () => {
		const memory = new RecentEvents();
		let handedOver = 0;
		const copies = Array.from(
			{ length: 100 },
			async () =>
				await memory.once('event', NOW, async () => {
					await Promise.resolve();
					handedOver++;
				}),
		);
		expect((await Promise.all(copies)).filter(Boolean)).toHaveLength(1);
		expect(handedOver).toBe(1);
	});

	it('reads any stored value', () => {
		for (const value of [undefined, null, 1, 'text', { event: 'text' }, { event: null }, [{}]]) {
			const memory = new RecentEvents();
			memory.merge(value, NOW);
			expect(memory.toStored()).not.toHaveProperty('event');
		}
	});
});
