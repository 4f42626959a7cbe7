import type { IExecuteFunctions } from 'n8n-workflow';

import type { FeishuClient } from '../api/FeishuClient';
import { STOPPED } from '../api/failures';
import { pacedCall, waitForRetry } from './callWithRetries';
import type { CallWithRetries } from './callWithRetries';
import type { DeliveryOptions } from './DeliveryOptions';
import { pacerFor } from './Pacer';
import type { PacerLease } from './Pacer';
import { RetryBudget } from './RetryBudget';

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
	const budget = new RetryBudget(longestWaitSeconds);
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
		const attempts = budget.attempts();
		const tools = {
			call: client.call.bind(client),
			pacer: leaseFor(request),
			longestWaitSeconds,
			signal,
		};
		for (;;) {
			if (signal?.aborted) return { failure: STOPPED };
			const response = await pacedCall(request, tools);
			if (response.failure === undefined) budget.noteSuccess();
			if (
				response.failure === undefined ||
				!(await waitForRetry(response.failure, attempts, signal))
			) {
				return response;
			}
		}
	};
	return { call, release: () => leases.forEach((lease) => lease.release()) };
}
