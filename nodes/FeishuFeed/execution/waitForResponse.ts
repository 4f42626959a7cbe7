import { randomUUID } from 'crypto';
import { NodeOperationError } from 'n8n-workflow';
import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	IWorkflowSettings,
} from 'n8n-workflow';

import { TENANT_CREDENTIAL } from '../../shared/api/tenantCredential';
import type { TenantCredential } from '../../shared/api/tenantCredential';
import { CREATE_APP_FEED_CARD } from '../../shared/api/endpoints';
import { openRun } from '../../shared/delivery/openRun';
import { failedOf, failureSentence } from '../../shared/delivery/outcome';
import { resolveRecipients } from '../../shared/delivery/resolveRecipients';
import { checkApplink } from '../../shared/validation/cardFields';
import { waitingWorkflow } from '../../shared/sendAndWait/waitingWorkflow';
import { WAITING_STATE_VERSION } from '../../shared/sendAndWait/waitingState';
import type { WaitingState } from '../../shared/sendAndWait/waitingState';
import { InvalidField } from '../../shared/validation/InvalidField';
import type { WaitingCard, WaitingPlan } from '../../shared/sendAndWait/waitingCard';
import type { WithAvatar } from '../fields/avatar';
import { readDeliveryOptions } from '../fields/deliveryOptions';
import { readWaitingPlan } from '../fields/response';
import type { CardRequest, SendAndWaitOperation } from '../Operation';
import { isHumanReview, readReviewedCall, unaskedItems, waitOnItsOwn } from './humanReview';
import { readItems } from './readItems';
import { requireResumedData } from './requireResumedData';
import { showWarnings } from './showWarnings';
import { uploadAvatars } from './uploadAvatars';

type ReadItem = Pick<WaitingState, 'delivery'> &
	WithAvatar & { request: CardRequest; card: WaitingCard };

/**
 * Sends the cards and waits. As a human review step it also gives the agent the reason when nobody could be asked.
 *
 * @throws {NodeOperationError} for the first item that Feishu would refuse, before any call, and for the
 *   first that reached nobody; neither if items may fail; on n8n 1, before any call
 */
export async function waitForResponse(
	context: IExecuteFunctions,
	operation: SendAndWaitOperation,
): Promise<INodeExecutionData[]> {
	const node = context.getNode();
	requireResumedData(node);
	if (!isHumanReview(node)) {
		if (node.type.endsWith('Tool')) throw new NodeOperationError(node, NOT_A_TOOL);
		return await sendAndWait(context, operation);
	}
	waitOnItsOwn(context);
	if (node.onError === 'stopWorkflow') return await sendAndWait(context, operation);
	try {
		return await sendAndWait(context, operation);
	} catch (error) {
		const { message } = error as Error;
		context.logger.warn(`Feishu Feed: ${message}`);
		return unaskedItems(message);
	}
}

const NOT_A_TOOL =
	'Send and Wait for Response cannot be a tool of an AI agent, which does not wait: put the node behind the agent, or add Feishu Feed as a human review step of the tool that people are to approve';

/**
 * Reads and checks every item, then lets a workflow of its own create the cards and wait. This execution
 * sleeps meanwhile; n8n goes on with what the other one gives, one item for each input item.
 */
async function sendAndWait(
	context: IExecuteFunctions,
	operation: SendAndWaitOperation,
): Promise<INodeExecutionData[]> {
	const node = context.getNode();
	const now = Date.now();
	const { appId } = await context.getCredentials<TenantCredential>(TENANT_CREDENTIAL);
	const read = await readItems(context, (parameters, item): ReadItem => {
		const request = operation.read(parameters);
		checkApplink(request.content.app_feed_card, appId);
		const plan = readWaitingPlan(parameters, now);
		const delivery = readDeliveryOptions(parameters);
		const { avatar } = request;
		const card = readCard(context, request, plan);
		const review = isHumanReview(node) && readReviewedCall(context, parameters, item);
		return { request, avatar, card: review ? { ...card, review } : card, delivery };
	});
	const items = await completeItems(context, read);
	const first = items.find(isRead);
	if (first === undefined) {
		return items.map((item, index) => ({
			json: { error: (item as NodeOperationError).message },
			pairedItem: { item: index },
		}));
	}
	showWarnings(
		context,
		items.flatMap((item, index) =>
			item instanceof NodeOperationError ? [] : [{ item: index, warnings: item.request.warnings }],
		),
	);
	const state: WaitingState = {
		version: WAITING_STATE_VERSION,
		cards: items.map((item) =>
			// What cannot be sent keeps its place, so that the results stand in the order of the items.
			item instanceof NodeOperationError
				? { ...first.card, userIds: [], named: undefined, failed: undefined, error: item.message }
				: item.card,
		),
		delivery: first.delivery,
		onFailure: !context.continueOnFail()
			? 'stop'
			: node.onError === 'continueErrorOutput'
				? 'tellErrorOutput'
				: 'tell',
		isSent: false,
	};
	const executionId = context.getExecutionId();
	const { id, name: workflowName = '' } = context.getWorkflow();
	const workflowId = id as string;
	const parentExecution = { executionId, workflowId, shouldResume: true };
	const editorUrl = context.getInstanceBaseUrl?.()?.replace(/\/$/, '');
	const url = editorUrl && `${editorUrl}/workflow/${workflowId}/executions/${executionId}`;
	const settings = settingsFor(state, context.getWorkflowSettings?.() ?? {});
	try {
		const { data } = await context.executeWorkflow(
			{ code: waitingWorkflow(node, settings, { url, workflowName }) },
			// n8n's type of JSON knows no interfaces, though the state is nothing but JSON.
			[{ json: state as unknown as IDataObject }],
			undefined,
			{ parentExecution },
		);
		// What is given while the other execution waits, n8n replaces by its result.
		return data[0] ?? [];
	} catch (error) {
		throw new NodeOperationError(node, (error as Error).message);
	}
}

/**
 * What n8n keeps of the wait: what it keeps of the workflow that waits. Only a wait with links to n8n is kept when it has
 * succeeded, since n8n tells a late visitor of its page nothing once the execution is gone.
 */
function settingsFor({ cards }: WaitingState, settings: IWorkflowSettings): IWorkflowSettings {
	const {
		saveDataErrorExecution,
		saveDataSuccessExecution,
		saveManualExecutions,
		saveExecutionProgress,
	} = settings;
	const hasLinks = cards.some(({ channel, card }) => channel === 'link' || card.link === undefined);
	return {
		saveDataErrorExecution,
		saveDataSuccessExecution: hasLinks ? 'all' : saveDataSuccessExecution,
		saveManualExecutions,
		saveExecutionProgress,
	};
}

function isRead(item: ReadItem | NodeOperationError): item is ReadItem {
	return !(item instanceof NodeOperationError);
}

/** Uploads the pictures of the items, and looks up whom they name otherwise than by IDs. */
async function completeItems(
	context: IExecuteFunctions,
	read: Array<ReadItem | NodeOperationError>,
): Promise<Array<ReadItem | NodeOperationError>> {
	const first = read.find(isRead);
	if (first === undefined) return read;
	const { delivery } = first;
	const run = await openRun(context, delivery);
	const items = await uploadAvatars(context, read, withKey, delivery, run);
	const requests = items.filter(isRead).map(({ request }) => request);
	await resolveRecipients(context, requests, delivery, run);
	return withFound(context, items);
}

function withKey({ card, ...item }: ReadItem, avatarKey: string): ReadItem {
	return { ...item, card: { ...card, card: { ...card.card, avatar_key: avatarKey } } };
}

/**
 * Puts what the look-ups found into the cards. The card of an item of which nobody is found has the error, if
 * items may fail.
 *
 * @throws {NodeOperationError} for the first such item otherwise
 */
function withFound(
	context: IExecuteFunctions,
	items: Array<ReadItem | NodeOperationError>,
): Array<ReadItem | NodeOperationError> {
	return items.map((item, itemIndex) => {
		if (item instanceof NodeOperationError) return item;
		const { request, card } = item;
		const { userIds, names, resolved } = request;
		if (resolved === undefined) return item;
		// Nobody is reached yet: only those who cannot be sent to have an outcome.
		const { failures, named } = resolved;
		const unresolved = { names, outcomes: new Map(failures), named };
		const error =
			userIds.length === 0 ? failureSentence(CREATE_APP_FEED_CARD.purpose, unresolved) : undefined;
		if (error !== undefined && !context.continueOnFail()) {
			throw new NodeOperationError(context.getNode(), error, { itemIndex });
		}
		const found = { userIds, named: [...named], failed: failedOf(unresolved) };
		return { ...item, card: { ...card, ...found, ...(error !== undefined && { error }) } };
	});
}

/** @throws {InvalidField} when its buttons could not open n8n */
function readCard(
	context: IExecuteFunctions,
	{ userIdType, userIds, otherIdTypes, content }: CardRequest,
	plan: WaitingPlan,
): WaitingCard {
	const { app_feed_card: card } = content;
	if (!context.getSignedResumeUrl().startsWith('https://')) {
		if (plan.channel === 'link') {
			throw new InvalidField(
				'Response Comes Back',
				'cannot be a page of n8n, since Feishu opens only addresses that begin with https://: set WEBHOOK_URL of n8n to one, or choose Through a Feishu Feed Trigger',
			);
		}
		if (card.link === undefined) {
			throw new InvalidField(
				'Link',
				'is empty, so the card would open a page of n8n, but Feishu opens only addresses that begin with https://: set WEBHOOK_URL of n8n to one, or enter a link',
			);
		}
	}
	const named = { ...card, biz_id: card.biz_id ?? randomUUID() };
	return {
		...plan,
		userIdType,
		userIds,
		...(otherIdTypes && { otherIdTypes }),
		card: named,
		given: [],
		cleared: [],
	};
}
