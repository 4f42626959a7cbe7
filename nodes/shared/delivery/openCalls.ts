import type { IExecuteFunctions } from 'n8n-workflow';

import { fillPath } from '../api/endpoints';
import { SCOPE_MISSING } from '../api/errorCodes';
import { STOPPED, isOutcomeUnknown } from '../api/failures';
import type { Failure } from '../api/failures';
import { atMostAtOnce } from '../primitives/atMostAtOnce';
import { pacedCall, waitForRetry } from './callWithRetries';
import type { CallWithRetries, PacedRequest } from './callWithRetries';
import type { DeliveryOptions } from './DeliveryOptions';
import type { Run } from './openRun';
import { pacerFor } from './Pacer';
import type { PacerLease } from './Pacer';
import { MAX_CONSECUTIVE_FAILURES } from './retryPolicies';

/** What is known of an endpoint in a run. */
interface EndpointState {
	lease: PacerLease;
	consecutiveFailures: number;
	/** What every further call of it would meet as well. */
	abortReason?: Failure;
}

/**
 * Calls of single requests, at the pace of each endpoint, at most so many at once as the user allows, and with one
 * budget of waiting for all of them.
 *
 * @param run what they share with the other calls of the execution
 * @returns what makes a call, and what ends the leases of the endpoints' pacers
 */
export function openCalls(
	{ client, state }: Run,
	context: Pick<IExecuteFunctions, 'getExecutionCancelSignal'>,
	{ callsAtOnce, callsPerSecond, longestWait: longestWaitSeconds }: DeliveryOptions,
): { call: CallWithRetries; release: () => void } {
	const endpoints = new Map<string, EndpointState>();
	/** By the scopes of a request, of which the app has none. */
	const missingScopes = new Map<string, Failure>();
	const signal = context.getExecutionCancelSignal();
	const endpointOf = (request: PacedRequest): EndpointState => {
		const key = `${request.method} ${request.path}`;
		let endpoint = endpoints.get(key);
		if (endpoint === undefined) {
			const lease = pacerFor(client.rateLimitScope, request).lease(callsPerSecond);
			endpoints.set(key, (endpoint = { lease, consecutiveFailures: 0 }));
		}
		return endpoint;
	};
	const noteFailure = (failure: Failure, endpoint: EndpointState, scopes: string): void => {
		// The other endpoints may need other scopes, and have limits of their own.
		if (failure.code === SCOPE_MISSING) missingScopes.set(scopes, failure);
		else state.noteFailure(failure);
		const isTransient = isOutcomeUnknown(failure) || failure.kind === 'rateLimited';
		endpoint.consecutiveFailures = isTransient ? endpoint.consecutiveFailures + 1 : 0;
		const isHeld = failure.kind === 'rateLimited' && state.callBudget.isExhausted;
		if (isHeld || endpoint.consecutiveFailures >= MAX_CONSECUTIVE_FAILURES) {
			endpoint.abortReason ??= failure;
		}
	};
	const call: CallWithRetries = async ({ path, pathParameters = {}, ...request }) => {
		const endpoint = endpointOf({ path, ...request });
		const scopes = request.scopes.join();
		const attempts = state.callBudget.attempts();
		const tools = {
			call: client.call.bind(client),
			pacer: endpoint.lease,
			longestWaitSeconds,
			signal,
		};
		for (;;) {
			const known = state.abortReason ?? endpoint.abortReason ?? missingScopes.get(scopes);
			if (known !== undefined) return { failure: known };
			if (signal?.aborted) return { failure: STOPPED };
			const response = await pacedCall({ path: fillPath(path, pathParameters), ...request }, tools);
			const { failure } = response;
			if (failure === undefined) {
				endpoint.consecutiveFailures = 0;
				state.callBudget.noteSuccess();
			} else {
				if (await waitForRetry(failure, attempts, signal)) continue;
				noteFailure(failure, endpoint, scopes);
			}
			return response;
		}
	};
	return {
		call: atMostAtOnce(callsAtOnce, call),
		release: () => endpoints.forEach(({ lease }) => lease.release()),
	};
}
