import { randomUUID } from 'node:crypto';

import type { INode, INodeParameters } from 'n8n-workflow';

import { TENANT_KEY } from '../../sandbox/feishu/src/apps';
import { encryptBody } from '../../sandbox/feishu/src/callbacks/encryption';
import type { FeishuSandboxClient } from '../../sandbox/feishu/src/client';
import { Clock } from '../../sandbox/feishu/src/clock';
import type { SavedCredential } from '../../sandbox/n8n/src';
import type { RealN8n } from '../../test/helpers/e2e/RealN8n';
import {
	chain,
	feishuFeed,
	feishuFeedTrigger,
	manualTrigger,
	node,
} from '../../test/helpers/e2e/workflows';
import { APP_ID, createPressedAppCredential, ENCRYPT_KEY, webhookNode } from './pressedApp';

/** The ways of a press into n8n. */
export type WayName = 'webhookNode' | 'webhookNodeWithExpression' | 'webhook' | 'longConnection';

/** What tables call the ways. */
export const PRESS_TITLES: Record<WayName, string> = {
	webhookNode: "n8n's Webhook node, called directly",
	webhookNodeWithExpression: 'the same, with an expression as its answer',
	webhook: 'Feishu Feed Trigger, webhook',
	longConnection: 'Feishu Feed Trigger, long connection',
};

/** A press that was sent to n8n. */
export interface Pressed {
	/** What the workflow calls the receiver with. */
	id: string;
	/** Milliseconds since 1970. */
	sentAt: number;
	/** The same; absent when no answer came within a minute. */
	answeredAt?: number;
}

/** A way into n8n, with an active workflow at its end. */
export interface Way {
	name: WayName;
	/** Has Feishu send presses this way from now on. */
	choose: () => Promise<void>;
	/** Presses, and waits for n8n's answer. */
	press: () => Promise<Pressed>;
}

const BIZ_ID = 'shift-7';
/** Milliseconds after which there will be no answer; as long as the sandbox of `RealN8n` waits. */
const ANSWER_WITHIN = 60_000;

/**
 * Activates a workflow for each way, which calls the receiver first of all, and creates the card
 * whose button is pressed.
 *
 * @param receiverUrl the address that the ID of a press is to follow
 */
export async function openWays(n8n: RealN8n, receiverUrl: string): Promise<Way[]> {
	const { feishu, session } = n8n;
	const credential = await createPressedAppCredential(n8n);
	const activate = async (trigger: INode, pressId: string) => {
		const url = `=${receiverUrl}{{ ${pressId} }}`;
		const call = node('Call', 'n8n-nodes-base.httpRequest', { url }, { typeVersion: 4.2 });
		const workflow = await session.createWorkflow(chain('Pressed', trigger, call));
		await session.activateWorkflow(workflow);
	};

	const activateWebhookNode = async (options: INodeParameters) => {
		const { path, node: webhook } = webhookNode('Webhook', { options });
		await activate(webhook, '$json.body.event_id');
		return `${n8n.url}/webhook/${path}`;
	};
	const plainUrl = await activateWebhookNode({});
	const urlWithExpression = await activateWebhookNode({
		responseData: "={{ 'received' }}",
	});
	const overWebhook = feishuFeedTrigger(credential, { connection: 'webhook' });
	await activate(overWebhook, '$json.event_id');
	await activate(feishuFeedTrigger(credential, { connection: 'longConnection' }), '$json.event_id');
	const { verification } = await feishu.changeCallback(APP_ID, {
		url: `${n8n.url}/webhook/${overWebhook.webhookId}/feishu`,
		encrypt_key: ENCRYPT_KEY,
	});
	if (!verification?.ok) throw new Error('The trigger does not answer the URL verification');

	const user = await createCard(n8n, credential);
	const modeOf = { webhook: 'url', longConnection: 'longConnection' } as const;
	const overFeishu = (name: keyof typeof modeOf): Way => ({
		name,
		choose: async () => void (await feishu.changeCallback(APP_ID, { mode: modeOf[name] })),
		press: async () => await pressAs(user, feishu),
	});
	const { body } = await pressAs(user, feishu);
	const length = encryptBody(JSON.stringify(body), ENCRYPT_KEY).length;
	const directly = (name: WayName, url: string): Way => ({
		name,
		choose: async () => undefined,
		press: async () => await postDirectly(url, length),
	});
	return [
		directly('webhookNode', plainUrl),
		directly('webhookNodeWithExpression', urlWithExpression),
		overFeishu('webhook'),
		overFeishu('longConnection'),
	];
}

/** Creates a card with a button for one person. @returns their open ID */
async function createCard(n8n: RealN8n, credential: SavedCredential): Promise<string> {
	const [person] = await n8n.feishu.people({ tenant_key: TENANT_KEY, limit: 1 });
	if (person === undefined) throw new Error('The sandbox has no people');
	const { open_id } = person;
	const values = [
		{ name: 'action', value: 'clock_in' },
		{ name: 'biz_id', value: BIZ_ID },
	];
	const create = feishuFeed('Create', credential, {
		resource: 'appFeedCard',
		operation: 'create',
		userIds: open_id,
		title: '该打卡啦',
		link: 'https://example.com/attendance',
		bizId: BIZ_ID,
		buttons: {
			button: [{ text: '打卡', actionType: 'webhook', actionValues: { value: values } }],
		},
	});
	const { status, errorMessage } = await n8n.run(chain('Create the card', manualTrigger(), create));
	if (status !== 'success') throw new Error(`The card was not created: ${errorMessage()}`);
	return open_id;
}

/** Presses the card's button, and gives also the body of what Feishu sent, before encryption. */
async function pressAs(
	user: string,
	feishu: FeishuSandboxClient,
): Promise<Pressed & { body: object }> {
	const result = await feishu.press({ user, biz_id: BIZ_ID, app_id: APP_ID, button: 0 });
	if (result.action_type !== 'webhook') throw new Error('The button opens a page');
	const { event_id: id, event, failure } = result;
	if (failure && failure.reason !== 'timeout') throw new Error(failure.message);
	const [attempt] = event.attempts;
	if (attempt === undefined) throw new Error('Feishu did not send the press');
	const { sentAt, answeredAt } = attempt;
	return { id, sentAt, answeredAt, body: event.body };
}

/** Posts a body of so many characters to n8n's own node, the way the sandbox posts a callback. */
async function postDirectly(url: string, length: number): Promise<Pressed> {
	const clock = new Clock();
	const id = randomUUID();
	const sentAt = clock.now();
	const around = JSON.stringify({ event_id: id, encrypt: '' }).length;
	const body = JSON.stringify({ event_id: id, encrypt: 'x'.repeat(length - around) });
	try {
		const response = await fetch(url, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json; charset=utf-8' },
			body,
			signal: AbortSignal.timeout(ANSWER_WITHIN),
		});
		await response.text();
		if (!response.ok) throw new Error(`The Webhook node answers with HTTP ${response.status}`);
		return { id, sentAt, answeredAt: clock.now() };
	} catch (error) {
		if ((error as Error).name !== 'TimeoutError') throw error;
		return { id, sentAt };
	}
}
