import type { Failure } from '../api/failures';
import { RetryBudget } from './RetryBudget';

/** What all calls of one run of the node share, whichever endpoint they go to. */
export class RunState {
	/** The waiting for calls that fail as a whole. */
	readonly callBudget: RetryBudget;
	/** The waiting for single recipients who were sent too much at once. */
	readonly recipientBudget: RetryBudget;
	/** What every further call of the app would meet as well. */
	abortReason?: Failure;

	/** @param longestWaitSeconds the most seconds to wait, all in all, for a call to pass after it has failed */
	constructor(longestWaitSeconds: number) {
		this.callBudget = new RetryBudget(longestWaitSeconds);
		this.recipientBudget = new RetryBudget(longestWaitSeconds);
	}

	/** Notes a call that failed for good; it ends the run when no call of the app can pass. */
	noteFailure(failure: Failure): void {
		const isForEveryCall =
			failure.kind === 'appRefused' ||
			failure.kind === 'stopped' ||
			(failure.kind === 'noToken' && (!failure.retryable || this.callBudget.isPersistent));
		if (isForEveryCall) this.abortReason ??= failure;
	}
}
