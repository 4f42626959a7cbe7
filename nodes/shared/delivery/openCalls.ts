import type { IExecuteFunctions } from 'n8n-workflow';

import type { FeishuClient } from '../api/FeishuClient';
import { SCOPE_MISSING } from '../api/errorCodes';
import { STOPPED } from '../api/failures';
import type { Failure } from '../api/failures';
import { pacedCall, waitForRetry } from './callWithRetries';
import type { CallWithRetries } from './callWithRetries';
import type { DeliveryOptions } from './DeliveryOptions';
import { pacerFor } from './Pacer';
import type { PacerLease } from './Pacer';
import { RunState } from './RunState';

/**
 * Calls of single requests, at the pace of each endpoint and with one budget of waiting for all of them.
 *
 * @returns what makes a call, and what ends the leases of the endpoints' pacers
 */
export function openCalls(
	client: FeishuClient,
	context: Pick<IExecuteFunctions, 'getExecutionCancelSignal'>,
	{ callsPerSecond, longestWait: longestWaitSeconds }: DeliveryOptions,
): { call: CallWithRetries; release: () => void } {
	const leases = new Map<string, PacerLease>();
	const state = new RunState(longestWaitSeconds);
	/** By the scopes of a request, of which the app has none. */
	const missingScopes = new Map<string, Failure>();
	const signal = context.getExecutionCancelSignal();
	const leaseFor = (request: Parameters<CallWithRetries>[0]): PacerLease => {
		const key = `${request.method} ${request.path}`;
		let lease = leases.get(key);
		if (lease === undefined) {
			lease = pacerFor(client.rateLimitScope, request).lease(callsPerSecond);
			leases.set(key, lease);
		}
		return lease;
	};
	const call: CallWithRetries = async (request) => {
		const scopes = request.scopes.join();
		const known = state.abortReason ?? missingScopes.get(scopes);
		if (known !== undefined) return { failure: known };
		const attempts = state.callBudget.attempts();
		const tools = {
			call: client.call.bind(client),
			pacer: leaseFor(request),
			longestWaitSeconds,
			signal,
		};
		for (;;) {
			if (signal?.aborted) return { failure: STOPPED };
			const response = await pacedCall(request, tools);
			const { failure } = response;
			if (failure === undefined) state.callBudget.noteSuccess();
			else if (await waitForRetry(failure, attempts, signal)) continue;
			// The other endpoints may need other scopes.
			else if (failure.code === SCOPE_MISSING) missingScopes.set(scopes, failure);
			else if (failure.kind === 'rateLimited' && state.callBudget.isExhausted) {
				state.abortReason = failure;
			} else state.noteFailure(failure);
			return response;
		}
	};
	return { call, release: () => leases.forEach((lease) => lease.release()) };
}
