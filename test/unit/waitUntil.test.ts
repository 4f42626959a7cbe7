import { getEventListeners } from 'node:events';

import { raceUntil, waitUntil } from '../../nodes/shared/primitives/waitUntil';

const HOUR_MS = 3_600_000;

describe('a wait', () => {
	it('lasts until its time, not less', async () => {
		const timeMs = Date.now() + 400;
		await waitUntil(timeMs);
		expect(Date.now()).toBeGreaterThanOrEqual(timeMs);
	});

	it('lasts until its time also with a signal that does not abort', async () => {
		const timeMs = Date.now() + 600;
		await waitUntil(timeMs, new AbortController().signal);
		expect(Date.now()).toBeGreaterThanOrEqual(timeMs);
	});

	it.each([
		['in steps with a signal', new AbortController().signal, [250, 250, 100]],
		['in one go without', undefined, [600]],
	])('sleeps %s', async (_, signal, expected) => {
		jest.useFakeTimers();
		try {
			const sleep = jest.spyOn(globalThis, 'setTimeout');
			const wait = waitUntil(Date.now() + 600, signal);
			await jest.advanceTimersByTimeAsync(600);
			await wait;
			expect(sleep.mock.calls.map(([, milliseconds]) => milliseconds)).toEqual(expected);
		} finally {
			jest.useRealTimers();
		}
	});

	it('sleeps no more once its signal aborts', async () => {
		const controller = new AbortController();
		const wait = waitUntil(Date.now() + HOUR_MS, controller.signal);
		const sleep = jest.spyOn(globalThis, 'setTimeout');
		controller.abort();
		await wait;
		expect(sleep).not.toHaveBeenCalled();
		sleep.mockRestore();
	});

	it('sets no timer when its time is over', async () => {
		const sleep = jest.spyOn(globalThis, 'setTimeout');
		await waitUntil(Date.now());
		await waitUntil(Date.now() - 1, new AbortController().signal);
		await waitUntil(Date.now() + HOUR_MS, AbortSignal.abort());
		expect(sleep).not.toHaveBeenCalled();
		sleep.mockRestore();
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

	it('leaves no wait behind when the promise was earlier', async () => {
		const abort = jest.spyOn(AbortController.prototype, 'abort');
		await raceUntil(Date.now() + HOUR_MS, Promise.resolve(7));
		expect(abort).toHaveBeenCalledTimes(1);
		abort.mockRestore();
	});

	it('gives nothing when the time comes first', async () => {
		expect(await raceUntil(Date.now() + 1, new Promise(() => {}))).toBeUndefined();
	});
});
