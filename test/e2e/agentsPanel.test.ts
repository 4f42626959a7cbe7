import type { Browser } from 'playwright-core';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import { ownerAccountOf, type SavedWorkflow } from '../../sandbox/n8n/src';
import { agentWorkflow, feishuFeedTool } from '../helpers/e2e/agentWorkflows';
import { launchChromium } from '../helpers/e2e/browser';
import { expect } from '../helpers/e2e/expect';
import { N8nEditor } from '../helpers/e2e/N8nEditor';
import { RealN8n } from '../helpers/e2e/RealN8n';

/** n8n's panel, where somebody looks for a way to have a human review what an agent does. */
let n8n: RealN8n;
let browser: Browser;
let editor: N8nEditor;
let workflow: SavedWorkflow;

beforeAll(async () => {
	n8n = await RealN8n.start();
	const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.custom;
	const credential = await n8n.createCredential('Feishu', { appId, appSecret });
	const model = await n8n.session.createCredential('Model', 'openAiApi', { apiKey: 'none' });
	const tool = feishuFeedTool('Refund order', credential, {});
	workflow = await n8n.session.createWorkflow(agentWorkflow({ model, tools: [{ tool }] }, 'x'));
	browser = await launchChromium();
	editor = await N8nEditor.signIn(browser, n8n.url, ownerAccountOf(n8n.userFolder), {
		viewport: { width: 1600, height: 1000 },
	});
});

afterAll(async () => {
	await browser?.close();
	await n8n?.close();
});

/** Opens the panel for the agent's tools. */
async function openTools(): Promise<void> {
	await editor.openCanvas(`${n8n.url}/workflow/${workflow.id}`);
	const plus = editor.page
		.locator('[data-handleid*="ai_tool"] [data-test-id="canvas-handle-plus"]')
		.first();
	// It slides in, and forgets what is typed before it is there. A press while the canvas still moves opens nothing.
	await expect(async () => {
		await plus.click({ timeout: 5_000 });
		await entries().filter({ hasText: 'Human review' }).waitFor({ timeout: 5_000 });
	}).toPass();
}

const entries = () => editor.find('item-iterator-item');

it('lists the node under "Human review" of the tools', async () => {
	await openTools();
	await entries().filter({ hasText: 'Human review' }).click();
	await entries().filter({ hasText: 'Slack' }).first().waitFor();
	await expect(entries().filter({ hasText: 'Feishu Feed' })).toHaveText(
		/^Feishu Feed\s+Request human approval for tools/,
		{ useInnerText: true },
	);
});

it.each(['飞书', 'Lark', '审批'])('finds it by "%s"', async (text) => {
	await openTools();
	const found = await editor.search(text);
	const review = found.filter({ hasText: 'Request human approval for tools' });
	await expect(review.filter({ hasText: 'Feishu Feed' })).toHaveCount(1);
});

it('lists the node among the steps with a human in the loop', async () => {
	await editor.beginWorkflow();
	await (await editor.search('')).filter({ hasText: 'Trigger manually' }).click();
	await editor.find('node-creator-plus-button').click();
	await entries().filter({ hasText: 'Human review' }).click();
	await entries().filter({ hasText: 'Feishu Feed' }).first().waitFor();
});

it('opens with what it asks, and needs no more than recipients', async () => {
	await openTools();
	await (await editor.search('飞书')).filter({ hasText: 'Request human approval' }).click();
	await editor.find('ndv').waitFor();
	await expect(editor.find('ndv').getByText('cut to 60 characters')).toHaveCount(0);
	await editor.fillIn('people', 'wei.wang.1@example.com');
	for (const [parameter, text] of [
		['message', 'The agent wants to run this tool'],
		['title', '请确认 Approve?'],
		['preview', 'toolParameters'],
	] as const) {
		await expect(editor.field(parameter)).toContainText(text);
	}
	for (const parameter of ['responseType', 'operation', 'resource', 'cardSource']) {
		await expect(editor.find(`parameter-input-${parameter}`)).toHaveCount(0);
	}
});
