import { randomUUID } from 'crypto';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeExecutionData, JsonObject } from 'n8n-workflow';

import { CREATE_APP_FEED_CARD } from '../../shared/api/endpoints';
import type { ItemRequest } from '../../shared/delivery/batches';
import { assignBusinessIds } from '../resources/appFeedCard/assignBusinessIds';
import { sendToRecipients } from '../../shared/delivery/sendToRecipients';
import { readDeliveryOptions } from '../fields/deliveryOptions';
import type { DeliveryOptions } from '../../shared/delivery/DeliveryOptions';
import { readResultOptions } from '../fields/resultOptions';
import type { ResultOptions } from '../fields/resultOptions';
import {
	failedJson,
	failureSentence,
	failuresOf,
	nameSome,
	recipientsOf,
	summaryOf,
} from '../../shared/delivery/outcome';
import type { ItemResult } from '../../shared/delivery/outcome';
import type { Operation } from '../Operation';
import { readItems } from './readItems';

type ReadItem = ItemRequest & { options: ResultOptions; delivery: DeliveryOptions };

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
	const items = readItems(context, (parameters, item) => ({
		item,
		request: operation.read(parameters),
		options: readResultOptions(parameters),
		delivery: readDeliveryOptions(parameters),
	}));
	const requests = items.filter((item): item is ReadItem => !(item instanceof NodeOperationError));
	if (operation.endpoint === CREATE_APP_FEED_CARD) assignBusinessIds(requests, randomUUID);
	const results =
		requests.length === 0
			? new Map<number, ItemResult>()
			: await sendToRecipients(context, operation, requests, requests[0].delivery);
	return items.flatMap((item, index) =>
		item instanceof NodeOperationError
			? failedItem(context, item, index)
			: toOutputItems(context, operation, item, results.get(index) as ItemResult),
	);
}

function toOutputItems(
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

function failedItem(
	context: IExecuteFunctions,
	{ message }: NodeApiError | NodeOperationError,
	item: number,
	summary?: IDataObject,
): INodeExecutionData[] {
	const toErrorOutput = context.getNode().onError === 'continueErrorOutput';
	return [{ json: failedJson(message, toErrorOutput, summary), pairedItem: { item } }];
}
