import type { RateLimit } from '../api/endpoints';
import type { AcquireSlot, FeishuRequest } from '../api/FeishuClient';
import type { Failure } from '../api/failures';
import type { ApiResponse } from '../api/responses';
import { waitUntil } from '../primitives/waitUntil';
import type { PacerLease } from './Pacer';
import { policyForCall } from './retryPolicies';
import type { Attempts } from './RetryBudget';

/** A call of an endpoint with the limits that Feishu sets for it. */
export interface PacedRequest extends FeishuRequest {
	/** What stands for each `:name` in the path: the limits are those of the path as it is written. */
	pathParameters?: Record<string, string>;
	rateLimits: RateLimit[];
}

/** Makes a call at the pace of its endpoint, again for as long as its failure may pass. */
export type CallWithRetries = (request: PacedRequest) => Promise<ApiResponse>;

/** What calls are made with. */
export interface CallTools {
	/** Makes one call, and acquires a slot right before each attempt. */
	call: (request: FeishuRequest, acquireSlot: AcquireSlot) => Promise<ApiResponse>;
	pacer: PacerLease;
	/** The most seconds to wait, all in all, for calls to pass after they have failed. */
	longestWaitSeconds: number;
	/** Aborts when the user stops the execution. */
	signal?: AbortSignal;
}

/** A hold that other runs brought about is part of the pace, unless it lasts longer than this, in milliseconds. */
const LONG_HOLD_MS = 60_000;

/** Makes one attempt at a call, in its slot, and tells the pacer when Feishu refused it for the rate limit. */
export async function pacedCall(
	request: FeishuRequest,
	{ call, pacer, longestWaitSeconds, signal }: CallTools,
): Promise<ApiResponse> {
	const heldForMs = pacer.heldForMs();
	if (heldForMs > Math.max(longestWaitSeconds * 1000, LONG_HOLD_MS)) {
		return { failure: heldByFeishu(heldForMs) };
	}
	let startMs: number | undefined;
	const response = await call(
		request,
		async (isUrgent) => (startMs = await pacer.acquire(signal, isUrgent)) !== undefined,
	);
	if (response.failure?.kind === 'rateLimited' && startMs !== undefined) {
		pacer.refused(startMs, response.failure.waitSeconds ?? 1);
	}
	return response;
}

/**
 * Waits until a failed call may be made again.
 *
 * @returns false when that is not worth it, or the user stopped the execution
 */
export async function waitForRetry(
	failure: Failure,
	attempts: Attempts,
	signal: AbortSignal | undefined,
): Promise<boolean> {
	const nextMs = attempts.next(policyForCall(failure), failure);
	if (nextMs === undefined || signal?.aborted) return false;
	await waitUntil(nextMs, signal);
	return true;
}

function heldByFeishu(heldForMs: number): Failure {
	const seconds = Math.ceil(heldForMs / 1000);
	return {
		kind: 'rateLimited',
		waitSeconds: seconds,
		reason: `Feishu asks to make no calls for ${seconds} seconds`,
		advice: 'run the workflow again later',
	};
}
