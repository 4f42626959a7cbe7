import { randomUUID } from 'crypto';
import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { waitingWorkflow } from '../FeishuFeedWait/waitingWorkflow';
import type { WaitingState } from '../FeishuFeedWait/waitingState';
import { InvalidField } from '../shared/InvalidField';
import type { CreateCardContent } from '../shared/payloads';
import type { WaitingCard } from '../shared/waitingCard';
import { readDeliveryOptions } from './fields/deliveryOptions';
import { readWaitingPlan } from './fields/response';
import type { ItemParameters } from './ItemParameters';
import type { Operation } from './Operation';
import { parameterReader } from './parameterReader';

/**
 * Reads and checks every item, then lets a workflow of its own create the cards and wait. This execution
 * sleeps meanwhile; n8n goes on with what the other one gives, one item for each input item.
 *
 * @throws {NodeOperationError} for the first item that Feishu would refuse, before any call, and for the
 *   first that reached nobody; neither if items may fail
 */
export async function waitForResponse(
	context: IExecuteFunctions,
	operation: Operation,
): Promise<INodeExecutionData[]> {
	const node = context.getNode();
	if (node.type.endsWith('Tool')) {
		throw new NodeOperationError(
			node,
			'Send and Wait for Response cannot be a tool of an AI agent, which does not wait: put the node behind the agent',
		);
	}
	const now = Date.now();
	const parametersOf = parameterReader(context);
	const cards = context
		.getInputData()
		.map((_, item) => readItem(context, operation, item, parametersOf(item), now));
	const firstGood = cards.findIndex((card) => !(card instanceof NodeOperationError));
	if (firstGood === -1) {
		return cards.map((card, item) => ({
			json: { error: (card as NodeOperationError).message },
			pairedItem: { item },
		}));
	}
	const state: WaitingState = {
		cards: cards.map((card) =>
			// What cannot be sent keeps its place, so that the results stand in the order of the items.
			card instanceof NodeOperationError
				? { ...(cards[firstGood] as WaitingCard), userIds: [], error: card.message }
				: card,
		),
		delivery: readDeliveryOptions(parametersOf(firstGood)),
		onFailure: !context.continueOnFail()
			? 'stop'
			: node.onError === 'continueErrorOutput'
				? 'tellErrorOutput'
				: 'tell',
		isSent: false,
	};
	const parentExecution = {
		executionId: context.getExecutionId(),
		workflowId: context.getWorkflow().id as string,
		shouldResume: true,
	};
	try {
		const { data } = await context.executeWorkflow(
			{ code: waitingWorkflow(node) },
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

function readItem(
	context: IExecuteFunctions,
	{ read }: Operation,
	item: number,
	parameters: ItemParameters,
	now: number,
): WaitingCard | NodeOperationError {
	try {
		const { userIdType, userIds, content } = read(parameters);
		const plan = readWaitingPlan(parameters, now);
		readDeliveryOptions(parameters);
		if (plan.channel === 'link' && !context.getSignedResumeUrl().startsWith('https://')) {
			throw new InvalidField(
				'Response Comes Back',
				'cannot be a page of n8n, since Feishu opens only addresses that begin with https://: set WEBHOOK_URL of n8n to one, or choose Through a Feishu Feed Trigger',
			);
		}
		const { app_feed_card: card } = content as CreateCardContent;
		const named = { ...card, biz_id: card.biz_id ?? randomUUID() };
		return { ...plan, userIdType, userIds, card: named, given: [], cleared: [] };
	} catch (error) {
		const problem = new NodeOperationError(context.getNode(), error as Error, { itemIndex: item });
		if (context.continueOnFail()) return problem;
		throw problem;
	}
}
