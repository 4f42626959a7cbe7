import { isOutcomeUnknown } from '../api/failures';
import type { Failure } from '../api/failures';

/**
 * Calls of an endpoint that fail one after the other for Feishu's or the network's fault, until no more are made.
 */
export const MAX_CONSECUTIVE_FAILURES = 5;

/** When a call that failed is made again. */
export interface RetryPolicy {
	/** Tries in all, the first among them. */
	tries: number;
	/**
	 * Milliseconds to wait before the next try.
	 *
	 * @param failures how many tries have failed so far, at least 1
	 */
	waitMs: (failures: number) => number;
}

/** Longer from try to try, and spread, so that what failed together does not come back together. */
function backOff(firstMs: number, longestMs: number): RetryPolicy['waitMs'] {
	return (failures) =>
		Math.min(longestMs, firstMs * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
}

/** What cannot pass is not tried again. */
const giveUp: RetryPolicy = { tries: 1, waitMs: () => 0 };

/** The pacer holds all calls for as long as Feishu asks, and the budget of waiting says for how long in all. */
const waitForThePacer: RetryPolicy = { tries: Infinity, waitMs: () => 0 };

/** Feishu or the network is in trouble, which mostly is over soon. */
const backOffFromTrouble: RetryPolicy = { tries: 6, waitMs: backOff(500, 15_000) };

/** A single person was sent too much, while others may still be sent to. */
const backOffFromPerson: RetryPolicy = { tries: 8, waitMs: backOff(1_000, 15_000) };

/** The policy for a call as a whole that failed. */
export function policyForCall(failure: Failure): RetryPolicy {
	if (failure.kind === 'rateLimited') return waitForThePacer;
	if (isOutcomeUnknown(failure)) return backOffFromTrouble;
	if (failure.kind === 'noToken' && failure.retryable) return backOffFromTrouble;
	return giveUp;
}

/** The policy for recipients whom a call that succeeded did not reach. */
export function policyForRecipient({ kind }: Failure): RetryPolicy {
	return kind === 'rateLimited' ? backOffFromPerson : giveUp;
}
