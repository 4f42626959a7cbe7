import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions } from 'n8n-workflow';

import { isFailedCardReason } from '../api/responses';
import type { FeedEndpoint } from '../api/endpoints';
import { deliver } from './deliver';
import type { Outcomes } from './deliver';
import { FeishuClient } from '../api/FeishuClient';
import type { ItemRequest } from './batches';
import { pacerFor } from './Pacer';
import { Progress } from './Progress';
import type { DeliveryOptions } from './DeliveryOptions';
import { failuresOf } from './outcome';
import type { ItemResult } from './outcome';

/** Where the recipients of an operation are sent. */
export interface Destination {
	endpoint: FeedEndpoint;
	/** Where recipients are sent instead whom the endpoint refuses for this reason. */
	fallback?: { reason: string; endpoint: FeedEndpoint };
}

/**
 * Asks Feishu for what the items want, in batches and at its pace; gives the outcome of each item.
 *
 * @throws {NodeOperationError} when the credential cannot be used; nothing else that fails is thrown
 */
export async function sendToRecipients(
	context: IExecuteFunctions,
	{ endpoint, fallback }: Destination,
	requests: ItemRequest[],
	{ callsAtOnce, callsPerSecond, longestWait }: DeliveryOptions,
): Promise<Map<number, ItemResult>> {
	const client = await openClient(context);
	const progress = new Progress(context.logger, countRecipients(requests));
	const isStopped = () => context.getExecutionCancelSignal()?.aborted ?? false;
	const send = async (to: FeedEndpoint, these: ItemRequest[]): Promise<Map<number, Outcomes>> =>
		await deliver(to, these, {
			call: async (request, takeTurn) => await client.call(request, takeTurn),
			pacer: pacerFor(client.rateLimitScope, to, callsPerSecond),
			callsAtOnce,
			longestWait,
			isStopped,
			onProgress: (done) => progress.add(done),
		});

	// A card of which it is unknown whether this run made it is updated instead, which does no harm.
	const first = fallback ? { ...endpoint, repeatedReason: undefined } : endpoint;
	const outcomes = await send(first, requests);
	const results = new Map<number, ItemResult>(
		requests.map(({ item, request }) => [
			item,
			{ names: request.names, outcomes: outcomes.get(item) as Outcomes },
		]),
	);
	if (fallback) {
		await sendFallback(fallback, requests, results, async (to, these) => {
			progress.takeBack(countRecipients(these));
			return await send(to, these);
		});
	}
	if (isStopped()) progress.stopped(countReached(results));
	return results;
}

/** Asks in the other way for the recipients whom Feishu refused for the reason that calls for it. */
async function sendFallback(
	{ reason, endpoint }: NonNullable<Destination['fallback']>,
	requests: ItemRequest[],
	results: Map<number, ItemResult>,
	send: (to: FeedEndpoint, these: ItemRequest[]) => Promise<Map<number, Outcomes>>,
): Promise<void> {
	const fallbackRequests = requests.map(({ item, request }) => {
		const userIds = failuresOf(results.get(item) as ItemResult)
			.filter(([, failure]) => isFailedCardReason(failure, reason))
			.map(([userId]) => userId);
		return { item, request: { ...request, userIds, content: request.fallbackContent as object } };
	});
	for (const [item, own] of await send(endpoint, fallbackRequests)) {
		const result = results.get(item) as ItemResult;
		for (const [userId, failure] of own) result.outcomes.set(userId, failure);
		result.instead = new Set(own.keys());
	}
}

function countRecipients(requests: ItemRequest[]): number {
	return requests.reduce((sum, { request }) => sum + request.userIds.length, 0);
}

function countReached(results: Map<number, ItemResult>): number {
	return [...results.values()].reduce(
		(sum, result) => sum + result.outcomes.size - failuresOf(result).length,
		0,
	);
}

async function openClient(context: IExecuteFunctions): Promise<FeishuClient> {
	try {
		return await FeishuClient.open(context);
	} catch (error) {
		throw new NodeOperationError(context.getNode(), error as Error);
	}
}
