import { getEventListeners } from 'node:events';

import { raceUntil, waitUntil } from '../../nodes/shared/primitives/waitUntil';

const HOUR_MS = 3_600_000;

describe('a wait', () => {
	it('lasts until its time, not less', async () => {
		const timeMs = Date.now() + 400;
		await waitUntil(timeMs);
		expect(Date.now()).toBeGreaterThanOrEqual(timeMs);
	});

	it('ends at once with its signal, before or while it waits', async () => {
		await waitUntil(Date.now() + HOUR_MS, AbortSignal.abort());
		const controller = new AbortController();
		const wait = waitUntil(Date.now() + HOUR_MS, controller.signal);
		controller.abort();
		await wait;
	});

	it('leaves no listener on its signal', async () => {
		const { signal } = new AbortController();
		for (let times = 0; times < 5; times++) await waitUntil(Date.now() + 1, signal);
		await waitUntil(Date.now() - 1, signal);
		expect(getEventListeners(signal, 'abort')).toEqual([]);
	});
});

describe('a race against a time', () => {
	it('gives what the promise gives, if that is earlier', async () => {
		expect(await raceUntil(Date.now() + HOUR_MS, Promise.resolve(7))).toBe(7);
		const failing = raceUntil(Date.now() + HOUR_MS, Promise.reject(new Error('broken')));
		await expect(failing).rejects.toThrow('broken');
	});

	it('gives nothing when the time comes first', async () => {
		expect(await raceUntil(Date.now() + 1, new Promise(() => {}))).toBeUndefined();
	});
});
