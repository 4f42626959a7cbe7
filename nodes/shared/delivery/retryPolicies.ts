import type { Failure } from '../api/responses';

/** When a call that failed is made again. */
export interface RetryPolicy {
	/** Tries in all, the first among them. */
	tries: number;
	/**
	 * Milliseconds to wait before the next try.
	 *
	 * @param failures how many tries have failed so far, at least 1
	 */
	wait: (failures: number) => number;
}

/** Longer from try to try, and spread, so that what failed together does not come back together. */
function backOff(first: number, longest: number): RetryPolicy['wait'] {
	return (failures) => Math.min(longest, first * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
}

/** What cannot pass is not tried again. */
const giveUp: RetryPolicy = { tries: 1, wait: () => 0 };

/** The pacer holds all calls for as long as Feishu asks, so there is nothing to wait for besides. */
const waitForThePacer: RetryPolicy = { tries: 30, wait: () => 0 };

/** Feishu or the network is in trouble, which mostly is over soon. */
const backOffFromTrouble: RetryPolicy = { tries: 6, wait: backOff(500, 15_000) };

/** A single person was sent too much, while others may still be sent to. */
const backOffFromPerson: RetryPolicy = { tries: 8, wait: backOff(1_000, 15_000) };

/** The policy for a call as a whole that failed. */
export function policyForCall({ kind, retryable = false }: Failure): RetryPolicy {
	if (kind === 'rateLimited') return waitForThePacer;
	if (kind === 'unavailable' || kind === 'unanswered') return backOffFromTrouble;
	if (kind === 'noToken' && retryable) return backOffFromTrouble;
	return giveUp;
}

/** The policy for recipients whom a call that succeeded did not reach. */
export function policyForRecipient({ kind }: Failure): RetryPolicy {
	return kind === 'rateLimited' ? backOffFromPerson : giveUp;
}
