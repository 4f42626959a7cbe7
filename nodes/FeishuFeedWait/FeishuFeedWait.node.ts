import { NodeConnectionTypes, SEND_AND_WAIT_OPERATION } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { credentialTest } from '../shared/api/testCredential';
import { noopWebhookMethods } from '../shared/description/noopWebhookMethods';
import { step } from './step';
import { receiveResponse } from './receiveResponse';

/** What both webhooks have in common. n8n checks the signature of the address before it calls the node. */
const RESUME_WEBHOOK = {
	name: 'default' as const,
	responseMode: 'onReceived' as const,
	// Empty, so that n8n sends what the node returns.
	responseData: '',
	path: '={{ $nodeId }}',
	restartWebhook: true,
	isFullPath: true,
};

/**
 * The inside of "Send and Wait for Response": creates cards, sleeps until somebody responds, ends the
 * cards. It runs in a small workflow of its own (see waitingWorkflow), since n8n does not run a node
 * again after it has waited; it is never on the user's canvas.
 */
export class FeishuFeedWait implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Feishu Feed: Wait',
		name: 'feishuFeedWait',
		icon: { light: 'file:../../icons/feishu.svg', dark: 'file:../../icons/feishu.dark.svg' },
		group: ['output'],
		version: 1,
		hidden: true,
		usableAsTool: undefined,
		subtitle: 'waits for a response',
		description: 'Waits for the response to a card. Part of Feishu Feed, not to be used alone.',
		defaults: { name: 'Feishu Feed: Wait' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		credentials: [{ name: 'feishuTenantApi', required: true, testedBy: 'feishuTenantApiTest' }],
		webhooks: [
			{ ...RESUME_WEBHOOK, httpMethod: 'GET' },
			{ ...RESUME_WEBHOOK, httpMethod: 'POST' },
		],
		properties: [
			{
				displayName: 'Operation',
				name: 'operation',
				type: 'hidden',
				default: SEND_AND_WAIT_OPERATION,
			},
			{ displayName: 'State', name: 'state', type: 'hidden', default: '={{ $json }}' },
		],
	};

	methods = { credentialTest };

	// n8n makes the address when an execution sleeps: nothing is to be registered anywhere.
	webhookMethods = { default: noopWebhookMethods };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await step(this);
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receiveResponse(this);
	}
}
