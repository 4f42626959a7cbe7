import { randomUUID } from 'crypto';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeExecutionData, JsonObject } from 'n8n-workflow';

import { isFailedCardReason } from '../shared/answers';
import { CREATE_APP_FEED_CARD } from '../shared/apiTable';
import { deliver } from '../shared/deliver';
import type { Outcomes } from '../shared/deliver';
import { FeishuClient } from '../shared/FeishuClient';
import type { ItemAsk } from '../shared/gather';
import { nameCards } from './businessIds';
import { readResultOptions } from './fields/resultOptions';
import type { ResultOptions } from './fields/resultOptions';
import { failureSentence, failuresOf, recipientsOf, summaryOf } from './handBack';
import type { ItemResult } from './handBack';
import type { Operation } from './Operation';

type ReadItem = ItemAsk & { options: ResultOptions };

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
	const parameters = (name: string) =>
		context.getNodeParameter(name, item, undefined, { extractValue: true }) as unknown;
	try {
		const ask = operation.read(parameters);
		return { item, ask, options: readResultOptions(parameters) };
	} catch (error) {
		const problem = new NodeOperationError(context.getNode(), error as Error, { itemIndex: item });
		if (context.continueOnFail()) return problem;
		throw problem;
	}
}

async function callFeishu(
	context: IExecuteFunctions,
	{ endpoint, instead }: Operation,
	asks: ItemAsk[],
): Promise<Map<number, ItemResult>> {
	if (asks.length === 0) return new Map();
	const client = await openClient(context);
	const outcomes = await deliver(endpoint, asks, async (request) => await client.call(request));
	const results = new Map(
		asks.map(({ item, ask }): [number, ItemResult] => [
			item,
			{ names: ask.names, outcomes: outcomes.get(item) as Outcomes },
		]),
	);
	if (instead === undefined) return results;

	const insteadAsks = asks.map(({ item, ask }) => {
		const userIds = [...(outcomes.get(item) as Outcomes)]
			.filter(([, failure]) => failure && isFailedCardReason(failure, instead.reason))
			.map(([userId]) => userId);
		return { item, ask: { ...ask, userIds, content: ask.insteadContent as object } };
	});
	const insteadOutcomes = await deliver(
		instead.endpoint,
		insteadAsks,
		async (request) => await client.call(request),
	);
	for (const [item, result] of results) {
		const own = insteadOutcomes.get(item) as Outcomes;
		for (const [userId, failure] of own) result.outcomes.set(userId, failure);
		result.instead = new Set(own.keys());
	}
	return results;
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
