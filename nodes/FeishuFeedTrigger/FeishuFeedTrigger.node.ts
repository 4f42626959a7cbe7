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
import { connectionFields, triggerPanel } from './connection';
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
		// Version 1 begins with the webhook, and n8n evaluates an expression of its own for each call of it.
		version: [1, 1.1],
		// Node.js before 22 has no WebSocket: new triggers begin with the webhook there.
		defaultVersion: typeof WebSocket === 'undefined' ? 1 : 1.1,
		subtitle:
			'={{ $parameter["connection"] === "longConnection" ? "long connection" : "webhook" }}',
		description:
			'Cards with buttons in Feishu (飞书, Lark): Feishu Feed sends and pins them, Feishu Feed Trigger starts the workflow on a press',
		eventTriggerDescription: 'Waiting for you to press a button in Feishu (飞书)',
		activationMessage: 'Presses on your buttons now start this workflow.',
		triggerPanel,
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
		properties: [...connectionFields, ...filterFields, ...responseFields],
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
