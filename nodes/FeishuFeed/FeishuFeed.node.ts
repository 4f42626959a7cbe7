import { NodeConnectionTypes, NodeOperationError } from 'n8n-workflow';
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
import { executeOperation } from './execution/execute';
import { searchChats } from './listSearch/searchChats';
import { searchDepartments } from './listSearch/searchDepartments';
import { searchPeople } from './listSearch/searchPeople';
import { findOperation, properties, subtitle } from './resources';

/** Puts cards, buttons and reminders into people's Feishu message lists. */
export class FeishuFeed implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Feishu Feed',
		name: 'feishuFeed',
		icon: { light: 'file:../../icons/feishu.svg', dark: 'file:../../icons/feishu.dark.svg' },
		group: ['output'],
		// In version 1.1 recipients are given as e-mails, mobile numbers or IDs unless the user chooses another way.
		version: [1, 1.1],
		defaultVersion: 1.1,
		subtitle,
		description:
			"Pins cards with buttons, and chats, in people's Feishu (飞书, Lark) message lists; its trigger starts on a press",
		defaults: { name: 'Feishu Feed' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'feishuTenantApi', required: true, testedBy: 'feishuTenantApiTest' }],
		// n8n makes a human review step only of nodes that have a webhook. Responses reach the node FeishuFeedWait.
		webhooks: [
			{
				name: 'default',
				httpMethod: 'GET',
				responseMode: 'onReceived',
				path: '={{ $nodeId }}',
				restartWebhook: true,
				isFullPath: true,
			},
		],
		properties,
	};

	methods = { listSearch: { searchChats, searchDepartments, searchPeople }, credentialTest };

	webhookMethods = { default: noopWebhookMethods };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const resource = this.getNodeParameter('resource', 0) as string;
		const operation = findOperation(resource, this.getNodeParameter('operation', 0) as string);
		if (operation === undefined) {
			throw new NodeOperationError(this.getNode(), 'Choose a resource and an operation of it');
		}
		return [await executeOperation(this, operation)];
	}

	/** Changes nothing: the execution that sleeps here goes on with the one in which the response arrives. */
	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		this.getResponseObject().status(404).json({ error: 'Nothing is awaited here' });
		return { noWebhookResponse: true };
	}
}
