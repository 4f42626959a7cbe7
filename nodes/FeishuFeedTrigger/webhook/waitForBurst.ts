import { processState } from '../../shared/primitives/processState';
import { waitUntil } from '../../shared/primitives/waitUntil';

/** So many presses of a burst start their workflows without waiting. */
const FREE_STARTS = 3;
/** A burst is over when no press has come for so long, in milliseconds. */
const QUIET_MS = 100;
/** The most that a press waits for others, in milliseconds, of the 3,000 that Feishu waits. */
const MAX_WAIT_MS = 1_200;

/** The presses that came one right after the other, over webhooks. */
const burst = processState(() => ({ count: 0, lastCameMs: 0 }));

/**
 * Waits while other presses keep coming, before the workflow is started. n8n prepares an isolate for each call of a
 * webhook and another for each execution: executions that begin between the calls would take the time in which the
 * others are to be answered. A few presses are too few to wait for.
 */
export async function waitForBurst(): Promise<void> {
	const state = burst.current;
	const cameMs = Date.now();
	state.count = cameMs - state.lastCameMs < QUIET_MS ? state.count + 1 : 1;
	state.lastCameMs = cameMs;
	if (state.count <= FREE_STARTS) return;
	const latestMs = cameMs + MAX_WAIT_MS;
	for (let quietMs = 0; quietMs < latestMs; ) {
		quietMs = Math.min(state.lastCameMs + QUIET_MS, latestMs);
		await waitUntil(quietMs);
		if (state.lastCameMs + QUIET_MS <= quietMs) return;
	}
}
