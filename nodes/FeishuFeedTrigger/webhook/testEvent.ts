import { NodeOperationError } from 'n8n-workflow';
import type {
	INodeExecutionData,
	ITriggerFunctions,
	ITriggerResponse,
	IWebhookFunctions,
} from 'n8n-workflow';

import { processState } from '../../shared/primitives/processState';

const testEvents = processState(() => new Map<string, INodeExecutionData[][]>());

/**
 * Keeps what the webhook received while a workflow is tried out in the editor. n8n then executes the
 * node as one that has a trigger, and passes on what that emits instead of what the webhook gave.
 */
export function keepTestEvent(context: IWebhookFunctions, items: INodeExecutionData[][]): void {
	testEvents.current.set(keyOf(context), items);
}

/** Emits what {@link keepTestEvent} kept. */
export function emitTestEvent(context: ITriggerFunctions): ITriggerResponse {
	return {
		manualTriggerFunction: async () => {
			const items = testEvents.current.get(keyOf(context));
			testEvents.current.delete(keyOf(context));
			if (items === undefined) {
				throw new NodeOperationError(
					context.getNode(),
					'The event that the webhook received is in another process of n8n: activate the workflow to try it out',
				);
			}
			context.emit(items);
		},
	};
}

function keyOf(context: IWebhookFunctions | ITriggerFunctions): string {
	return `${context.getWorkflow().id} ${context.getNode().id}`;
}
