import type { IExecuteFunctions } from 'n8n-workflow';

import type { FeedEndpoint } from '../api/endpoints';
import type { UpdateCardContent } from '../api/payloads';
import { isFailedCardReason } from '../api/responses';
import type { ItemRequest, RecipientRequest } from './batches';
import { deliver } from './deliver';
import type { Outcomes } from './deliver';
import type { DeliveryOptions } from './DeliveryOptions';
import { failuresOf } from './outcome';
import type { ItemResult } from './outcome';
import type { Run } from './openRun';
import { pacerFor } from './Pacer';
import { Progress } from './Progress';

/** Where the recipients of an operation are sent. */
export interface Destination {
	endpoint: FeedEndpoint;
	/**
	 * Where recipients are sent instead whom the endpoint refuses for `reason`, with the fallback content of their
	 * request: always, or only where an earlier attempt of the node may have worked, which this settles.
	 */
	fallback?: { reason: string; endpoint: FeedEndpoint; when: 'always' | 'attemptLost' };
}

/**
 * Asks Feishu for what the items want, in batches and at its pace; gives the outcome of each item. It throws for
 * nothing that Feishu or the network does.
 *
 * @param run what it shares with the other calls of the execution
 */
export async function sendToRecipients(
	context: IExecuteFunctions,
	{ endpoint, fallback }: Destination,
	requests: ItemRequest[],
	{ callsAtOnce, callsPerSecond, longestWait }: DeliveryOptions,
	{ client, state }: Run,
): Promise<Map<number, ItemResult>> {
	const progress = new Progress(context.logger, countRecipients(requests));
	const signal = context.getExecutionCancelSignal();
	const send = async (to: FeedEndpoint, these: ItemRequest[]): Promise<Map<number, Outcomes>> => {
		const pacer = pacerFor(client.rateLimitScope, to).lease(callsPerSecond);
		try {
			return await deliver(to, these, {
				call: async (request, acquireSlot) => await client.call(request, acquireSlot),
				pacer,
				callsAtOnce,
				longestWaitSeconds: longestWait,
				state,
				signal,
				onProgress: (done) => progress.add(done),
			});
		} finally {
			pacer.release();
		}
	};

	const outcomes = await send(endpoint, requests);
	const results = new Map<number, ItemResult>(
		requests.map(({ item, request }) => [
			item,
			{ names: request.names, outcomes: outcomes.get(item) ?? new Map<string, undefined>() },
		]),
	);
	if (fallback) {
		await sendFallback(fallback, requests, results, async (these) => {
			progress.takeBack(countRecipients(these));
			return await send(fallback.endpoint, these);
		});
	}
	if (signal?.aborted) progress.stopped(countReached(results));
	return results;
}

/** What a part of an item asks the fallback endpoint for. */
interface FallbackPart {
	item: number;
	request: RecipientRequest;
	/** True when the cards may be of an earlier attempt, or try, of this node. */
	mayBeOwn: boolean;
}

/** Sends the recipients to the fallback endpoint whom Feishu refused for the reason that calls for it. */
async function sendFallback(
	{ reason, when }: NonNullable<Destination['fallback']>,
	requests: ItemRequest[],
	results: Map<number, ItemResult>,
	send: (these: ItemRequest[]) => Promise<Map<number, Outcomes>>,
): Promise<void> {
	/** The recipients of each target. */
	const sentAgain = new Map<string, Set<string>>();
	const parts = requests.flatMap(({ item, request }): FallbackPart[] => {
		const { fallbackContent: content, ownsBusinessId, target } = request;
		const result = results.get(item);
		if (content === undefined || result === undefined) return [];
		if (when === 'always') result.updated = new Set();
		const [ofOthers, maybeOwn]: [string[], string[]] = [[], []];
		for (const [userId, failure] of result.outcomes) {
			if (failure === undefined) {
				// The card must end as the last item wants it, also when an earlier one was refused by mistake.
				if (sentAgain.get(target)?.has(userId)) maybeOwn.push(userId);
				continue;
			}
			if (!isFailedCardReason(failure, reason)) continue;
			sentAgain.set(target, (sentAgain.get(target) ?? new Set()).add(userId));
			// Where it is unknown whose the refusal is, this run may have created the card a moment ago.
			const isUncertain = when === 'always' && failure.kind === 'uncertain';
			const mayBeOwn = failure.isAttemptLost || ownsBusinessId || isUncertain;
			(mayBeOwn ? maybeOwn : ofOthers).push(userId);
		}
		// Whoever has the card of an earlier attempt has been notified by it.
		const silent = withoutNotifying(content);
		return [
			...(when === 'always'
				? [{ item, request: { ...request, userIds: ofOthers, content }, mayBeOwn: false }]
				: []),
			{ item, request: { ...request, userIds: maybeOwn, content: silent }, mayBeOwn: true },
		];
	});
	// Sent together, so that the parts for the same person's card keep the order of the items.
	const sent = await send(parts.map(({ request }, index) => ({ item: index, request })));
	parts.forEach(({ item, request, mayBeOwn }, index) => {
		const result = results.get(item);
		if (result === undefined) return;
		for (const [userId, failure] of sent.get(index) ?? []) {
			result.outcomes.set(userId, failure);
			if (result.updated === undefined) continue;
			if (!mayBeOwn) result.updated.add(userId);
			// A business ID that the node made is nobody else's: then the earlier attempt created the card.
			else if (!request.ownsBusinessId) (result.createdOrUpdated ??= new Set()).add(userId);
		}
	});
}

function withoutNotifying({
	update_fields: fields,
	...content
}: UpdateCardContent): UpdateCardContent {
	return { ...content, update_fields: fields.filter((field) => field !== '103') };
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
