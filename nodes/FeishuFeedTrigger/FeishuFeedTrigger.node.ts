import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	INodeType,
	INodeTypeDescription,
	ITriggerFunctions,
	ITriggerResponse,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { credentialTest } from '../shared/api/testCredential';
import { noopWebhookMethods } from '../shared/description/noopWebhookMethods';
import { responseFields } from './event/toast';
import { filterFields } from './event/filter';
import { receiveOverLongConnection } from './longConnection/receiveOverLongConnection';
import { emitTestEvent } from './webhook/testEvent';
import { receiveCallback } from './webhook/receiveCallback';
import { valuesByParameters } from './webhook/valuesByParameters';

/** Starts a workflow when somebody presses a button of a card or chat in the feed. */
export class FeishuFeedTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Feishu Feed Trigger',
		name: 'feishuFeedTrigger',
		icon: { light: 'file:../../icons/feishu.svg', dark: 'file:../../icons/feishu.dark.svg' },
		group: ['trigger'],
		// For each call of a webhook of version 1, n8n evaluates an expression of its own. Nothing else differs.
		version: [1, 1.1],
		defaultVersion: 1.1,
		subtitle:
			'={{ $parameter["connection"] === "longConnection" ? "long connection" : "webhook" }}',
		description:
			'Starts the workflow when somebody presses a button that Feishu Feed (飞书, Lark) sent',
		eventTriggerDescription: 'Waiting for you to press a button in Feishu',
		activationMessage: 'Presses on your buttons now start this workflow.',
		defaults: { name: 'Feishu Feed Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'feishuTenantApi', required: true, testedBy: 'feishuTenantApiTest' }],
		webhooks: [
			{
				name: 'default',
				responseData: 'firstEntryJson',
				path: 'feishu',
				...valuesByParameters,
				// Only the editor evaluates these.
				ndvHideUrl: '={{ $parameter["connection"] === "longConnection" }}',
				ndvHideMethod: '={{ $parameter["connection"] === "longConnection" }}',
			},
		],
		properties: [
			{
				displayName: 'Connection',
				name: 'connection',
				type: 'options',
				options: [
					{
						name: 'Webhook',
						value: 'webhook',
						description: 'Feishu calls n8n, which must be reachable from the internet',
					},
					{
						name: 'Long Connection (长连接)',
						value: 'longConnection',
						description:
							'The connection goes from n8n to Feishu and stays open, so n8n needs no public address. For custom apps.',
					},
				],
				default: 'webhook',
				description: "How presses reach n8n. Choose the same in your app's developer console.",
			},
			{
				displayName:
					"Copy the production URL above into Feishu's developer console: under Events & Callbacks (事件与回调), enter it as the request URL, both for events and for callbacks. Enter the Encrypt Key or the Verification Token from there in the credential.",
				name: 'webhookNotice',
				type: 'notice',
				default: '',
				displayOptions: { show: { connection: ['webhook'] } },
			},
			{
				displayName:
					"In Feishu's developer console, under Events & Callbacks (事件与回调), choose the long connection (使用长连接接收). All active triggers of the app in this n8n share one connection, and each gets every press.",
				name: 'longConnectionNotice',
				type: 'notice',
				default: '',
				displayOptions: { show: { connection: ['longConnection'] } },
			},
			...filterFields,
			...responseFields,
		],
	};

	methods = { credentialTest };

	// Feishu's developer console has no API to set the callback URL: the user does it once.
	webhookMethods = { default: noopWebhookMethods };

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receiveCallback.call(this);
	}

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		if (this.getNodeParameter('connection') === 'longConnection') {
			return await receiveOverLongConnection(this);
		}
		return this.getMode() === 'manual' ? emitTestEvent(this) : {};
	}
}
