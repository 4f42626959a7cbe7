import { randomUUID } from 'crypto';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeExecutionData, JsonObject } from 'n8n-workflow';

import { isFailedCardReason } from '../shared/answers';
import { CREATE_APP_FEED_CARD } from '../shared/apiTable';
import type { FeedEndpoint } from '../shared/apiTable';
import { deliver } from '../shared/deliver';
import type { Outcomes } from '../shared/deliver';
import { FeishuClient } from '../shared/FeishuClient';
import type { ItemAsk } from '../shared/gather';
import { pacerFor } from '../shared/Pacer';
import { Progress } from '../shared/Progress';
import { nameCards } from './businessIds';
import { readDeliveryOptions } from './fields/deliveryOptions';
import type { DeliveryOptions } from './fields/deliveryOptions';
import { readResultOptions } from './fields/resultOptions';
import type { ResultOptions } from './fields/resultOptions';
import { failureSentence, failuresOf, nameSome, recipientsOf, summaryOf } from './handBack';
import type { ItemResult } from './handBack';
import type { Operation } from './Operation';

type ReadItem = ItemAsk & { options: ResultOptions; delivery: DeliveryOptions };

/**
 * The one way that data takes through the node: read and check every item,
 * gather the recipients into batches, call Feishu, hand the outcomes back.
 *
 * @throws {NodeOperationError} for the first item that Feishu would refuse, before any call
 * @throws {NodeApiError} for the first item that reached nobody; neither if items may fail
 */
export async function executeOperation(
	context: IExecuteFunctions,
	operation: Operation,
): Promise<INodeExecutionData[]> {
	const items = context.getInputData().map((_, item) => readItem(context, operation, item));
	const asks = items.filter((item): item is ReadItem => !(item instanceof NodeOperationError));
	if (operation.endpoint === CREATE_APP_FEED_CARD) nameCards(asks, randomUUID);
	const results = await callFeishu(context, operation, asks);
	return items.flatMap((item, index) =>
		item instanceof NodeOperationError
			? failedItem(context, item, index)
			: handBack(context, operation, item, results.get(index) as ItemResult),
	);
}

function readItem(
	context: IExecuteFunctions,
	operation: Operation,
	item: number,
): ReadItem | NodeOperationError {
	const read = new Map<string, unknown>();
	const parameters = (name: string): unknown => {
		// n8n resolves all expressions of a parameter each time that it is asked for.
		if (!read.has(name)) {
			read.set(name, context.getNodeParameter(name, item, undefined, { extractValue: true }));
		}
		return read.get(name);
	};
	try {
		const ask = operation.read(parameters);
		return {
			item,
			ask,
			options: readResultOptions(parameters),
			delivery: readDeliveryOptions(parameters),
		};
	} catch (error) {
		const problem = new NodeOperationError(context.getNode(), error as Error, { itemIndex: item });
		if (context.continueOnFail()) return problem;
		throw problem;
	}
}

async function callFeishu(
	context: IExecuteFunctions,
	{ endpoint, instead }: Operation,
	asks: ReadItem[],
): Promise<Map<number, ItemResult>> {
	if (asks.length === 0) return new Map();
	const client = await openClient(context);
	const { callsAtOnce, callsPerSecond, longestWait } = asks[0].delivery;
	const progress = new Progress(context.logger, countRecipients(asks));
	const isStopped = () => context.getExecutionCancelSignal()?.aborted ?? false;
	const send = async (to: FeedEndpoint, these: ItemAsk[]): Promise<Map<number, Outcomes>> =>
		await deliver(to, these, {
			call: async (request, takeTurn) => await client.call(request, takeTurn),
			pacer: pacerFor(client.rateLimitScope, to, callsPerSecond),
			callsAtOnce,
			longestWait,
			isStopped,
			onProgress: (done) => progress.add(done),
		});

	// A card of which it is unknown whether this run made it is updated instead, which does no harm.
	const first = instead ? { ...endpoint, repeatedReason: undefined } : endpoint;
	const outcomes = await send(first, asks);
	const results = new Map<number, ItemResult>(
		asks.map(({ item, ask }) => [
			item,
			{ names: ask.names, outcomes: outcomes.get(item) as Outcomes },
		]),
	);
	if (instead) {
		await sendInstead(instead, asks, results, async (to, these) => {
			progress.takeBack(countRecipients(these));
			return await send(to, these);
		});
	}
	if (isStopped()) progress.stopped(countReached(results));
	return results;
}

/** Asks in the other way for the recipients whom Feishu refused for the reason that calls for it. */
async function sendInstead(
	{ reason, endpoint }: NonNullable<Operation['instead']>,
	asks: ItemAsk[],
	results: Map<number, ItemResult>,
	send: (to: FeedEndpoint, these: ItemAsk[]) => Promise<Map<number, Outcomes>>,
): Promise<void> {
	const insteadAsks = asks.map(({ item, ask }) => {
		const userIds = failuresOf(results.get(item) as ItemResult)
			.filter(([, failure]) => isFailedCardReason(failure, reason))
			.map(([userId]) => userId);
		return { item, ask: { ...ask, userIds, content: ask.insteadContent as object } };
	});
	for (const [item, own] of await send(endpoint, insteadAsks)) {
		const result = results.get(item) as ItemResult;
		for (const [userId, failure] of own) result.outcomes.set(userId, failure);
		result.instead = new Set(own.keys());
	}
}

function countRecipients(asks: ItemAsk[]): number {
	return asks.reduce((sum, { ask }) => sum + ask.userIds.length, 0);
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

function handBack(
	context: IExecuteFunctions,
	operation: Operation,
	{ item, options }: ReadItem,
	result: ItemResult,
): INodeExecutionData[] {
	const failures = failuresOf(result);
	const allFailed = failures.length === result.outcomes.size;
	if (allFailed || (failures.length > 0 && options.whenSomeFail === 'fail')) {
		const message = failureSentence(operation.endpoint.purpose, result);
		const { code, logId, httpStatus } = failures[0][1];
		const response = { message, code: code ?? null, log_id: logId ?? null } as JsonObject;
		const error = new NodeApiError(context.getNode(), response, {
			message,
			description: describe(result),
			httpCode: httpStatus === undefined ? undefined : String(httpStatus),
			itemIndex: item,
		});
		if (!context.continueOnFail()) throw error;
		return failedItem(context, error, item, summaryOf(result));
	}
	const outputs = options.itemPerRecipient ? recipientsOf(result) : [summaryOf(result)];
	return outputs.map((json) => ({ json, pairedItem: { item } }));
}

/** How far the item got, for the details of its error. */
function describe(result: ItemResult): string | undefined {
	const { succeeded } = summaryOf(result) as { succeeded: string[] };
	if (succeeded.length === 0) return undefined;
	return `Reached: ${nameSome(succeeded)}`;
}

/**
 * The output of an item that failed while the others go on. n8n takes an item for the error output
 * when nothing but `error` and `details` is in it, and adds the fields of the input item there.
 */
function failedItem(
	context: IExecuteFunctions,
	{ message }: NodeApiError | NodeOperationError,
	item: number,
	summary?: IDataObject,
): INodeExecutionData[] {
	const toErrorOutput = context.getNode().onError === 'continueErrorOutput';
	const told = toErrorOutput && summary ? { details: summary } : summary;
	return [{ json: { error: message, ...told }, pairedItem: { item } }];
}
