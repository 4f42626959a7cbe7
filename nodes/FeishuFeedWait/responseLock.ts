import { processState } from '../shared/primitives/processState';

/** How long a response may take to reach the waiting execution. */
const MAX_LOCK_MS = 10_000;

/** When each was acquired, in milliseconds since 1970, by the state; oldest first. */
const locks = processState(() => new Map<string, number>());

/**
 * Lets one response at a time through to a waiting execution: n8n gives the same state to two that come
 * at once, and the second would undo the first. Other processes do not know the lock: see repeatResponse.
 *
 * @param state identifies the execution, and its state when the response came
 * @param now milliseconds since 1970
 * @returns false when another response is on its way
 */
export function acquireResponseLock(state: string, now: number): boolean {
	for (const [other, time] of locks.current) {
		if (now - time <= MAX_LOCK_MS) break;
		locks.current.delete(other);
	}
	if (locks.current.has(state)) return false;
	locks.current.set(state, now);
	return true;
}
