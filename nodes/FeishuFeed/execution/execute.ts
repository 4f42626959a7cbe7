import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeExecutionData, JsonObject } from 'n8n-workflow';

import { TENANT_CREDENTIAL } from '../../shared/api/tenantCredential';
import type { TenantCredential } from '../../shared/api/tenantCredential';
import type { DeliveryOptions } from '../../shared/delivery/DeliveryOptions';
import type { ItemRequest } from '../../shared/delivery/batches';
import {
	failedJson,
	failureSentence,
	failuresOf,
	nameOf,
	nameSome,
	recipientsOf,
	shortSummaryOf,
	summaryOf,
	withUnresolved,
} from '../../shared/delivery/outcome';
import type { ItemResult } from '../../shared/delivery/outcome';
import { openRun } from '../../shared/delivery/openRun';
import { resolveRecipients } from '../../shared/delivery/resolveRecipients';
import { sendToRecipients } from '../../shared/delivery/sendToRecipients';
import { checkApplink } from '../../shared/validation/cardFields';
import type { WithAvatar } from '../fields/avatar';
import { readDeliveryOptions } from '../fields/deliveryOptions';
import { readResultOptions } from '../fields/resultOptions';
import type { ResultOptions } from '../fields/resultOptions';
import type { Operation, SendOperation } from '../Operation';
import { EarlierTries } from './EarlierTries';
import { lookUp } from './lookUp';
import { readItems } from './readItems';
import { shortResult } from './shortResult';
import { showUnreached, showWarnings } from './showWarnings';
import { uploadAvatars, withAvatarKey } from './uploadAvatars';
import { waitForResponse } from './waitForResponse';

type ReadItem = ItemRequest & WithAvatar & { options: ResultOptions; delivery: DeliveryOptions };

/** Executes an operation for all input items, in the way of its kind. */
export async function executeOperation(
	context: IExecuteFunctions,
	operation: Operation,
): Promise<INodeExecutionData[]> {
	switch (operation.kind) {
		case 'send':
			return await send(context, operation);
		case 'sendAndWait':
			return await waitForResponse(context, operation);
		case 'lookUp':
			return await lookUp(context, operation);
	}
}

/**
 * The one way that data takes through an operation that sends: read and check every item, look up whom it names
 * otherwise than by IDs, join the recipients into batches, call Feishu, turn the outcomes into output items.
 *
 * @throws {NodeOperationError} for the first item that Feishu would refuse, before any call
 * @throws {NodeApiError} for the first item that reached nobody; neither if items may fail
 */
async function send(
	context: IExecuteFunctions,
	operation: SendOperation,
): Promise<INodeExecutionData[]> {
	const { appId } = await context.getCredentials<TenantCredential>(TENANT_CREDENTIAL);
	const read = await readItems(context, (parameters, item): ReadItem => {
		const { avatar, ...request } = operation.read(parameters);
		if ('app_feed_card' in request.content) checkApplink(request.content.app_feed_card, appId);
		return {
			item,
			request,
			avatar,
			options: readResultOptions(parameters),
			delivery: readDeliveryOptions(parameters),
		};
	});
	const first = read.find(isRead);
	if (first === undefined) {
		return read.flatMap((item, index) => failedItem(context, item as NodeOperationError, index));
	}
	// The calls are made for all items together, so the first item decides how.
	const { delivery } = first;
	const run = await openRun(context, delivery);
	const items = await uploadAvatars(context, read, withKey, delivery, run);
	const requests = items.filter(isRead);
	const recipients = requests.map(({ request }) => request);
	await resolveRecipients(context, recipients, delivery, run);
	const tries = EarlierTries.of(context);
	operation.complete?.(requests, (item) => tries.idFor(item));
	showWarnings(
		context,
		requests.map(({ item, request: { warnings } }) => ({ item, warnings })),
	);
	const results = new Map<number, ItemResult>();
	const remaining = requests.map((request) => tries.remaining(request));
	const sent = await sendToRecipients(context, operation, remaining, delivery, run);
	for (const { item, request } of requests) {
		const result = sent.get(item);
		if (result === undefined) continue;
		const ofAllTries = tries.withReached(item, request.userIds, result);
		results.set(item, withUnresolved(ofAllTries, request));
	}
	tries.keep(results);
	const outputs = items.flatMap((item, index) => {
		if (item instanceof NodeOperationError) return failedItem(context, item, index);
		const result = results.get(index);
		return result === undefined ? [] : toOutputItems(context, operation, item, result, results);
	});
	tries.end(outputs);
	showUnreached(context, results.values());
	return outputs;
}

function isRead(item: ReadItem | NodeOperationError): item is ReadItem {
	return !(item instanceof NodeOperationError);
}

function withKey({ request, ...read }: ReadItem, avatarKey: string): ReadItem {
	const { content, fallbackContent } = request;
	return {
		...read,
		request: {
			...request,
			content: withAvatarKey(content, avatarKey),
			...(fallbackContent && { fallbackContent: withAvatarKey(fallbackContent, avatarKey) }),
		},
	};
}

function toOutputItems(
	context: IExecuteFunctions,
	operation: SendOperation,
	{ item, options }: ReadItem,
	result: ItemResult,
	all: Map<number, ItemResult>,
): INodeExecutionData[] {
	const { done } = operation;
	const summary = () => (options.shortOutput ? shortSummaryOf : summaryOf)(result, done);
	const failures = failuresOf(result);
	const [firstFailure] = failures;
	const allFailed = failures.length === result.outcomes.size;
	if (firstFailure !== undefined && (allFailed || options.whenSomeFail === 'fail')) {
		const message = failureSentence(operation.endpoint.purpose, result);
		const { code, logId, httpStatus } = firstFailure[1];
		const response = { message, code: code ?? null, log_id: logId ?? null } as JsonObject;
		const error = new NodeApiError(context.getNode(), response, {
			message,
			description: describe(result, context.continueOnFail() ? new Map() : all),
			httpCode: httpStatus === undefined ? undefined : String(httpStatus),
			itemIndex: item,
		});
		if (!context.continueOnFail()) throw error;
		return failedItem(context, error, item, summary());
	}
	const outputs = options.itemPerRecipient ? recipientsOf(result, done) : [summary()];
	const isTool = context.getNode().type.endsWith('Tool');
	return outputs.map((json) => ({
		json: isTool ? shortResult(json) : json,
		pairedItem: { item },
	}));
}

/** Recipients who were reached that the details of an error name; the others are counted. */
const REACHED_IN_ERROR = 100;

/**
 * How far the item got, for the details of its error. When the error ends the node, n8n keeps no output, so that
 * it also says who was reached by all items.
 */
function describe(result: ItemResult, all: Map<number, ItemResult>): string | undefined {
	const reachedBy = (one: ItemResult) =>
		[...one.outcomes]
			.filter(([, failure]) => failure === undefined)
			.map(([userId]) => nameOf(one, userId));
	const reached = reachedBy(result);
	const ofOthers = [...all.values()].filter((other) => other !== result).flatMap(reachedBy);
	const sentences = [
		...(reached.length > 0 ? [`Reached: ${nameSome(reached, REACHED_IN_ERROR)}`] : []),
		...(ofOthers.length > 0
			? [`Reached by other items: ${nameSome(ofOthers, REACHED_IN_ERROR)}`]
			: []),
	];
	return sentences.length > 0 ? sentences.join('. ') : undefined;
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
