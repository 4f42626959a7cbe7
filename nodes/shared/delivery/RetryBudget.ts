import type { Failure } from '../api/failures';
import type { RetryPolicy } from './retryPolicies';

/**
 * The waiting that a run of the node may do for what may pass. There is one for all its calls: when nothing has
 * succeeded for as long as the user allows, no call waits any longer, however many are left.
 */
export class RetryBudget {
	/** When the first failure came after the last success, in milliseconds since 1970. */
	private failingSinceMs?: number;
	private failuresInARow = 0;
	private isUsedUp = false;

	/** @param longestWaitSeconds the most seconds to wait, all in all, for a call to pass after it has failed */
	constructor(private readonly longestWaitSeconds: number) {}

	/** Notes that a call succeeded. */
	noteSuccess(): void {
		this.failingSinceMs = undefined;
		this.failuresInARow = 0;
	}

	/** True when even a call that was never made would wait in vain: others have, for as long as is allowed. */
	get isExhausted(): boolean {
		return this.isUsedUp && this.isPersistent;
	}

	/** True when several attempts have failed since the last success. */
	get isPersistent(): boolean {
		return this.failuresInARow > 1;
	}

	/** The attempts at one call, or at what is left of it. */
	attempts(): Attempts {
		return new Attempts((atMs, firstFailureMs) => this.allows(atMs, firstFailureMs));
	}

	private allows(atMs: number, firstFailureMs: number): boolean {
		this.failingSinceMs ??= firstFailureMs;
		this.failuresInARow += 1;
		const longestMs = this.longestWaitSeconds * 1000;
		this.isUsedUp = atMs - this.failingSinceMs > longestMs;
		return !this.isUsedUp && atMs - firstFailureMs <= longestMs;
	}
}

/** The attempts at one call. */
export class Attempts {
	private readonly failures = new Map<RetryPolicy, number>();
	private firstFailureMs?: number;

	/** @param allows whether an attempt may still be made at a time, given the time of the first failure */
	constructor(private readonly allows: (atMs: number, firstFailureMs: number) => boolean) {}

	/**
	 * Notes a failure.
	 *
	 * @returns when to try next, in milliseconds since 1970; nothing if that is not worth it
	 */
	next(policy: RetryPolicy, failure: Failure): number | undefined {
		const now = Date.now();
		const failures = (this.failures.get(policy) ?? 0) + 1;
		this.failures.set(policy, failures);
		if (failures >= policy.tries) return undefined;
		this.firstFailureMs ??= now;
		const waitMs = policy.waitMs(failures);
		const waitSeconds = failure.kind === 'rateLimited' ? (failure.waitSeconds ?? 0) : 0;
		// The pacer holds the calls for as long as Feishu asks: that is part of the waiting.
		const passesAtMs = now + Math.max(waitMs, waitSeconds * 1000);
		return this.allows(passesAtMs, this.firstFailureMs) ? now + waitMs : undefined;
	}
}
