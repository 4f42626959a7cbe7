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
 * Stores what the webhook received while the user tests a workflow in the editor. n8n then executes the
 * node as one that has a trigger, and passes on what that emits instead of what the webhook returned.
 */
export function storeTestEvent(context: IWebhookFunctions, items: INodeExecutionData[][]): void {
	testEvents.current.set(keyOf(context), items);
}

/** Emits what {@link storeTestEvent} stored. */
export function emitTestEvent(context: ITriggerFunctions): ITriggerResponse {
	return {
		manualTriggerFunction: async () => {
			const items = testEvents.current.get(keyOf(context));
			testEvents.current.delete(keyOf(context));
			if (items === undefined) {
				throw new NodeOperationError(
					context.getNode(),
					'Another process of n8n received the event: activate the workflow to test it',
				);
			}
			context.emit(items);
		},
	};
}

function keyOf(context: IWebhookFunctions | ITriggerFunctions): string {
	return `${context.getWorkflow().id} ${context.getNode().id}`;
}
