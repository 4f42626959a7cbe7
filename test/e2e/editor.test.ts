import type { Browser } from 'playwright-core';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import { ownerAccountOf, type SavedCredential } from '../../sandbox/n8n/src';
import { PEOPLE } from '../../sandbox/scenarios';
import { launchChromium } from '../helpers/e2e/browser';
import { expect } from '../helpers/e2e/expect';
import { FeedPage } from '../helpers/e2e/FeedPage';
import { N8nEditor } from '../helpers/e2e/N8nEditor';
import { RealN8n } from '../helpers/e2e/RealN8n';
import { savedNodes, valuesOf } from '../helpers/e2e/savedWorkflows';

let n8n: RealN8n;
let browser: Browser;
let editor: N8nEditor;
let credential: SavedCredential;

beforeAll(async () => {
	n8n = await RealN8n.start();
	const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.custom;
	credential = await n8n.createCredential('Feishu', { appId, appSecret });
	browser = await launchChromium();
	editor = await N8nEditor.signIn(browser, n8n.url, ownerAccountOf(n8n.userFolder));
});

afterAll(async () => {
	await browser?.close();
	await n8n?.close();
});

describe('the node panel', () => {
	it('lists the node for what people want to do', async () => {
		await editor.beginWorkflow();
		for (const text of [
			...['pin', 'approval', 'remind', 'notify', 'button'],
			...['审批', '提醒', '按钮', '打卡', '通知', '消息流', '置顶'],
		]) {
			const found = (await editor.search(text)).filter({ hasText: /^\s*Feishu Feed/ });
			await found.first().waitFor();
			// What is listed for the next word is not what was listed for this one.
			await editor.search('Postgres');
			await expect(found).toHaveCount(0);
		}
	});

	it.each(['飞书', 'Lark', 'feed card'])('finds the node by "%s"', async (text) => {
		await editor.beginWorkflow();
		const asFirstStep = await editor.search(text);
		await expect(asFirstStep.first()).toHaveText(/^Feishu Feed\b/, { useInnerText: true });

		await (await editor.search('')).filter({ hasText: 'Trigger manually' }).click();
		await editor.find('node-creator-plus-button').click();
		const asNextStep = await editor.search(text);
		await expect(asNextStep.first()).toHaveText(/^Feishu Feed\b/, { useInnerText: true });
		await asNextStep.first().click();
		await editor.find('item-iterator-item').filter({ hasText: 'Create card' }).first().waitFor();
	});
});

describe('the form of Create', () => {
	it('makes the card that was filled in by hand', async () => {
		const { liFang, zhangXiuying } = PEOPLE;
		const feed = await FeedPage.open(browser, n8n.feishuUrl, [liFang, zhangXiuying]);
		await editor.beginWorkflow();
		await editor.addAction('Feishu Feed', 'Create card');
		await editor.fillIn('people', liFang);
		await editor.fillIn('title', '由人填写 Filled in by hand');
		await editor.fillIn('preview', 'In the editor');
		await editor.fillIn('link', 'https://example.com/by-hand');
		await editor.toggle('timeSensitive');
		await editor.add('Add Status Label');
		await editor.fillIn('text', 'New');
		await editor.choose('type', 'Success (Green)');
		await editor.add('Add Button');
		await editor.fillIn('text', 'Take it');
		await editor.choose('actionType', 'Send a Callback');
		await editor.addOption('Business ID');
		await editor.fillIn('bizId', 'by-hand');

		const output = await editor.executeStep();
		await output.getByText('1 item').waitFor();
		await expect(output).toContainText(liFang);
		await feed.seesCard(liFang, 'by-hand', {
			pinned: true,
			label: 'success',
			text: '由人填写 Filled in by hand',
			buttons: ['Take it'],
		});
		await feed.seesNoCard(zhangXiuying, 'by-hand');
		await feed.close();
	});

	it('says which field is wrong, in words', async () => {
		await editor.beginWorkflow();
		await editor.addAction('Feishu Feed', 'Create card');
		await editor.fillIn('people', PEOPLE.liFang);
		await editor.fillIn('title', 'Where does it lead?');
		await editor.fillIn('link', 'http://example.com/');
		const output = await editor.executeStep();
		await output
			.getByText(/Link.*https:\/\//)
			.first()
			.waitFor();
	});
});

describe('the form of the trigger', () => {
	it('takes every answer to a press', async () => {
		await editor.beginWorkflow();
		await (await editor.search('Feishu Feed')).filter({ hasText: 'Feishu Feed' }).first().click();
		await editor.find('item-iterator-item').filter({ hasText: 'On button pressed' }).click();
		for (const [answer, below] of [
			['With a Toast', 'Add Toast'],
			['With What the Last Node Gives', 'Toast if the Workflow Is Slower'],
		] as const) {
			await editor.choose('answer', answer);
			await editor.find('ndv').getByText(below).waitFor();
		}
	});
});

describe.each(['1', '1.1'])('the forms of nodes that version %s saved', (version) => {
	it('show what was entered, of every operation', async () => {
		const nodes = savedNodes(version, credential);
		expect(nodes.length).toBeGreaterThan(8);
		const { id } = await n8n.session.createWorkflow({
			name: `Saved by ${version}`,
			nodes,
			connections: {},
			settings: {},
		});
		await editor.openCanvas(`${n8n.url}/workflow/${id}`);
		for (const node of nodes) {
			await editor.openNode(node.name);
			for (const [name, value] of valuesOf(node)) {
				if (typeof value === 'boolean') await editor.seesSwitch(name, value);
				else await editor.seesValue(name, value);
			}
			await editor.closeForm();
		}
	});
});
