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
import { logProgress } from '../shared/progress';
import { nameCards } from './businessIds';
import { readDeliveryOptions } from './fields/deliveryOptions';
import type { DeliveryOptions } from './fields/deliveryOptions';
import { readResultOptions } from './fields/resultOptions';
import type { ResultOptions } from './fields/resultOptions';
import { failureSentence, failuresOf, recipientsOf, summaryOf } from './handBack';
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
	const recipients = asks.reduce((sum, { ask }) => sum + ask.userIds.length, 0);
	const send = async (to: FeedEndpoint, these: ItemAsk[]): Promise<Map<number, Outcomes>> =>
		await deliver(to, these, {
			call: async (request, takeTurn) => await client.call(request, takeTurn),
			pacer: pacerFor(client.rateLimitScope, to, callsPerSecond),
			callsAtOnce,
			longestWait,
			isStopped: () => context.getExecutionCancelSignal()?.aborted ?? false,
			onProgress: logProgress(context.logger, recipients),
		});
	if (instead === undefined) return resultsOf(asks, await send(endpoint, asks));

	// A card of which it is unknown whether this run made it is updated, which does no harm.
	const outcomes = await send({ ...endpoint, repeatedReason: undefined }, asks);
	const results = resultsOf(asks, outcomes);
	const insteadAsks = asks.map(({ item, ask }) => {
		const userIds = [...(outcomes.get(item) as Outcomes)]
			.filter(([, failure]) => failure && isFailedCardReason(failure, instead.reason))
			.map(([userId]) => userId);
		return { item, ask: { ...ask, userIds, content: ask.insteadContent as object } };
	});
	for (const [item, own] of await send(instead.endpoint, insteadAsks)) {
		const result = results.get(item) as ItemResult;
		for (const [userId, failure] of own) result.outcomes.set(userId, failure);
		result.instead = new Set(own.keys());
	}
	return results;
}

function resultsOf(asks: ItemAsk[], outcomes: Map<number, Outcomes>): Map<number, ItemResult> {
	return new Map(
		asks.map(({ item, ask }) => [
			item,
			{ names: ask.names, outcomes: outcomes.get(item) as Outcomes },
		]),
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
	return `Reached: ${succeeded.join(', ')}`;
}

/**
 * The output of an item that failed while the others go on. n8n would replace all of its `json` if
 * it had an `error` beside it, and takes it for the error output when `error` is all that is in it;
 * there n8n adds the fields of the input item.
 */
function failedItem(
	context: IExecuteFunctions,
	{ message }: NodeApiError | NodeOperationError,
	item: number,
	summary: IDataObject = {},
): INodeExecutionData[] {
	const toErrorOutput = context.getNode().onError === 'continueErrorOutput';
	const json = toErrorOutput ? { error: { message, ...summary } } : { error: message, ...summary };
	return [{ json, pairedItem: { item } }];
}
