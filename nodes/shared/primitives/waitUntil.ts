import { sleep } from 'n8n-workflow';

import { onAbort } from './onAbort';

/** n8n's sleep cannot be cancelled: a wait that is aborted leaves a timer behind, of at most this length. */
const MAX_SLEEP_MS = 250;

/**
 * Waits until a time, or until the signal aborts.
 *
 * @param timeMs milliseconds since 1970
 */
export async function waitUntil(timeMs: number, signal?: AbortSignal): Promise<void> {
	const remainingMs = timeMs - Date.now();
	if (remainingMs <= 0 || signal?.aborted) return;
	if (signal === undefined) return await sleep(remainingMs);
	let stopListening: (() => void) | undefined;
	const aborted = new Promise<void>((resolve) => (stopListening = onAbort(signal, resolve)));
	for (let leftMs = remainingMs; leftMs > 0 && !signal.aborted; leftMs = timeMs - Date.now()) {
		await Promise.race([sleep(Math.min(leftMs, MAX_SLEEP_MS)), aborted]);
	}
	stopListening?.();
}

/**
 * Waits for a promise, but only until a time.
 *
 * @param timeMs milliseconds since 1970
 * @returns nothing when the time comes first
 */
export async function raceUntil<Result>(
	timeMs: number,
	promise: Promise<Result>,
): Promise<Result | undefined> {
	const settled = new AbortController();
	const timeout = waitUntil(timeMs, settled.signal).then(() => undefined);
	try {
		return await Promise.race([promise, timeout]);
	} finally {
		settled.abort();
	}
}
