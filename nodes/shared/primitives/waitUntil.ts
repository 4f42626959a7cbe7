import { sleep } from 'n8n-workflow';

/** n8n's sleep cannot be cancelled: a wait that is aborted leaves a timer behind, of at most this length. */
const MAX_SLEEP_MS = 250;

/**
 * Waits until a time, or until the signal aborts.
 *
 * @param timeMs milliseconds since 1970
 */
export async function waitUntil(timeMs: number, signal?: AbortSignal): Promise<void> {
	let onAbort = () => {};
	const aborted = new Promise<void>((resolve) => (onAbort = resolve));
	signal?.addEventListener('abort', onAbort, { once: true });
	for (
		let remainingMs = timeMs - Date.now();
		remainingMs > 0 && !signal?.aborted;
		remainingMs = timeMs - Date.now()
	) {
		await Promise.race([sleep(Math.min(remainingMs, MAX_SLEEP_MS)), aborted]);
	}
	// Signals outlive single waits: a listener for each would pile up.
	signal?.removeEventListener('abort', onAbort);
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

/** How soon a wait notices that the user stopped the execution, in milliseconds. */
const LONGEST_NAP = 250;

/** Tells whether the user stopped the execution, or its time ran out. */
export type IsStopped = () => boolean;

/** Waits until a time, in milliseconds since 1970, or until the execution is stopped. */
export async function pollUntil(time: number, isStopped: IsStopped): Promise<void> {
	for (let left = time - Date.now(); left > 0 && !isStopped(); left = time - Date.now()) {
		await sleep(Math.min(left, LONGEST_NAP));
	}
}
