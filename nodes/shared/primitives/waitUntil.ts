import { sleep } from 'n8n-workflow';

import { onAbort } from './onAbort';

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
	await Promise.race([sleep(remainingMs), aborted]);
	stopListening?.();
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
