import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Page } from 'playwright-core';

import { type Scenario, SEEDED_APPS, type StartPage } from '../../sandbox/feishu/src';
import { expect } from '../helpers/e2e/expect';
import { entries } from '../helpers/e2e/FeedPage';
import { FeedPageSandbox, PHONE, card, settled } from '../helpers/e2e/FeedPageSandbox';

/** The start page, and a scenario's panel on the feed page, with a stand-in for n8n's webhooks. */
let sandbox: FeedPageSandbox;
let webhooks: Server;
let webhookUrl: string;
let bodies: unknown[];
let scenario: Scenario;

beforeAll(async () => {
	webhooks = createServer(async (request, response) => {
		// As n8n answers: to pages of any origin.
		response.setHeader('access-control-allow-origin', '*');
		response.setHeader('access-control-allow-headers', 'content-type');
		if (request.method === 'OPTIONS') return response.end();
		const text = Buffer.concat(await request.toArray()).toString();
		response.setHeader('content-type', 'application/json');
		if (request.url === '/webhook/challenge') {
			const { challenge } = JSON.parse(text) as { challenge: string };
			return response.end(JSON.stringify({ challenge }));
		}
		if (request.url !== '/webhook/taken') {
			response.statusCode = 404;
			const message = 'The requested webhook "POST lost" is not registered.';
			return response.end(JSON.stringify({ code: 404, message }));
		}
		bodies.push(JSON.parse(text));
		return response.end('{"message":"Workflow was started"}');
	});
	webhooks.listen(0, '127.0.0.1');
	await once(webhooks, 'listening');
	webhookUrl = `http://127.0.0.1:${(webhooks.address() as AddressInfo).port}/webhook`;
	sandbox = await FeedPageSandbox.start();
});
beforeEach(async () => {
	bodies = [];
	const trigger = (id: string, url: string) => ({
		id,
		label: { zh: `触发 ${id}`, en: `Trigger ${id}` },
		step: 0,
		url: { zh: url, en: url },
		body: {
			zh: { course: '消防安全', user: id },
			en: { course: 'fire safety', user: id },
		},
	});
	scenario = {
		id: 'training',
		kind: 'scenario',
		title: { zh: '员工培训', en: 'Staff training' },
		about: { zh: '以前一听就忘。', en: 'Told once, forgotten at once.' },
		workflow: {
			zh: { name: '员工培训', url: 'https://example.com/workflow/training-zh' },
			en: { name: 'Staff training', url: 'https://example.com/workflow/training' },
		},
		people: sandbox.ids(3, 4),
		steps: [
			{ zh: '按下“触发”。', en: 'Press the trigger.' },
			{ zh: '看消息列表。', en: 'Look at the lists.' },
		],
		triggers: [
			trigger('taken', `${webhookUrl}/taken`),
			trigger('lost', `${webhookUrl}/lost`),
			trigger('dead', 'http://127.0.0.1:1/webhook/dead'),
		],
	};
	await sandbox.control.changeStartPage(startPageWith(scenario));
});
afterEach(async () => await sandbox.afterEach());
afterAll(async () => {
	await sandbox?.close();
	webhooks.close();
});

function startPageWith(first: Scenario): StartPage {
	const template: Scenario = {
		...first,
		id: 'first-card',
		kind: 'template',
		title: { zh: '第一张卡片', en: 'First card' },
		triggers: [],
	};
	const n8n = { url: 'https://example.com/n8n', email: 'owner@example.com', password: 'Pass-1' };
	return { n8n, scenarios: [first, template] };
}

describe('the start page', () => {
	it('says what this is, and leads to n8n with the login to copy', async () => {
		const page = await sandbox.open('/', { permissions: ['clipboard-read', 'clipboard-write'] });
		const n8n = page.getByTestId('n8n');
		await expect(n8n).toContainText('owner@example.com');
		for (const text of ['owner@example.com', 'Pass-1']) {
			const row = n8n.locator('.copyable', { hasText: text });
			await row.getByTestId('copy').click();
			await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toBe(text);
		}
		const opening = page.context().waitForEvent('page');
		await n8n.getByRole('link', { name: /^Open n8n/ }).click();
		await (await opening).waitForURL('https://example.com/n8n');
	});

	it('has each scenario with its first step, its message lists and its workflow', async () => {
		const page = await sandbox.open('/');
		const shown = page.getByTestId('scenario-card');
		await expect(shown).toHaveText(/Staff training[\s\S]*Told once[\s\S]*Press the trigger/);
		await expect(shown.getByText('Look at the lists.')).toBeHidden();
		await shown.getByText('Then').click();
		await expect(shown.getByText('Look at the lists.')).toBeVisible();
		const workflow = shown.getByTestId('scenario-workflow');
		await expect(workflow).toHaveAttribute('href', 'https://example.com/workflow/training');
		await shown.getByTestId('scenario-feed').click();
		await entries(sandbox.feedOf(page, 3)).first().waitFor();
		await entries(sandbox.feedOf(page, 4)).first().waitFor();
		await page.getByTestId('scenario').getByRole('heading', { name: 'Staff training' }).waitFor();
	});

	it('has small templates below, and is in Chinese as well', async () => {
		const page = await sandbox.open('/?lang=zh');
		await expect(page.getByTestId('template-card')).toContainText('第一张卡片');
		await expect(page.getByTestId('scenario-card')).toContainText('按下“触发”。');
	});

	it('changes when what it leads to changes', async () => {
		const page = await sandbox.open('/');
		await page.getByText('Staff training').first().waitFor();
		const renamed = { ...scenario, title: { zh: '新名字', en: 'A new name' } };
		await sandbox.control.changeStartPage(startPageWith(renamed));
		await page.getByRole('heading', { name: 'A new name' }).waitFor();
	});

	it('says how to have n8n when the sandbox runs alone', async () => {
		await sandbox.control.changeStartPage({ n8n: null, scenarios: [] });
		const page = await sandbox.open('/');
		const missing = page.getByTestId('n8n-missing');
		await expect(missing).toContainText('npm start');
		const app = page.getByTestId('app');
		await expect(app).toHaveText(/Base URL[\s\S]*cli_a5f1c0de00000001/);
		await expect(app).toContainText(sandbox.url);
		await page.getByTestId('open-feed').click();
		await entries(sandbox.feedOf(page, 0)).first().waitFor();
	});
});

describe('the app on the start page', () => {
	const appId = SEEDED_APPS.custom.app_id;
	const openForm = async (query = ''): Promise<Page> => {
		const page = await sandbox.open(`/${query}`);
		await page.getByTestId('callback-form').waitFor();
		return page;
	};

	it('has what a credential needs, and somebody to send a card to', async () => {
		const page = await openForm();
		const app = page.getByTestId('app');
		for (const text of [
			sandbox.url,
			appId,
			SEEDED_APPS.custom.app_secret,
			sandbox.people[1]!.email,
		]) {
			await expect(app).toContainText(text);
		}
		await app.getByTestId('own-list').click();
		await entries(sandbox.feedOf(page, 1)).first().waitFor();
	});

	it.each([
		['?lang=en', 'Saved: the address passed the verification.'],
		['?lang=zh', '已保存：这个地址通过了验证。'],
	])(
		'takes a callback URL that answers the challenge (%s), and keeps it over a reset',
		async (query, said) => {
			const page = await openForm(query);
			const url = `${webhookUrl}/challenge`;
			await page.getByTestId('callback-mode').selectOption('url');
			await page.getByTestId('callback-url').fill(url);
			await page.getByTestId('callback-save').click();
			await expect(page.getByTestId('callback-outcome')).toHaveText(said);
			expect(await sandbox.control.callback(appId)).toMatchObject({ mode: 'url', url });
			const feed = await sandbox.openFeeds([0]);
			await feed.getByTestId('reset').click();
			await feed.getByTestId('reset-confirm').click();
			await expect(feed.getByTestId('announcer')).not.toBeEmpty();
			expect(await sandbox.control.callback(appId)).toMatchObject({ mode: 'url', url });
			await page.reload();
			await expect(page.getByTestId('callback-url')).toHaveValue(url);
		},
	);

	it('says why it did not take one, and keeps what it had', async () => {
		const page = await openForm();
		await page.getByTestId('callback-url').fill('http://127.0.0.1:1/webhook/dead');
		await page.getByTestId('callback-save').click();
		await expect(page.getByTestId('callback-outcome')).toContainText(
			'Not saved. The callback URL cannot be reached.',
		);
		expect(await sandbox.control.callback(appId)).toMatchObject({ url: '' });
	});
});

describe('the panel of a scenario', () => {
	const openScenario = async (options = {}): Promise<Page> => {
		const page = await sandbox.open('/feed?scenario=training', options);
		await entries(sandbox.feedOf(page, 3)).first().waitFor();
		return page;
	};
	const trigger = (page: Page, id: string) => page.locator(`[data-trigger-id="${id}"]`);
	const outcome = (page: Page, id: string) =>
		page.locator('.trigger', { has: trigger(page, id) }).getByTestId('trigger-outcome');

	it('shows the steps, and the lists of its people when the address names nobody', async () => {
		const page = await openScenario();
		await expect(page.getByTestId('feed')).toHaveCount(2);
		const panel = page.getByTestId('scenario');
		await expect(panel.getByRole('listitem')).toHaveText([
			/^Press the trigger\.Trigger takenTrigger lostTrigger dead$/,
			'Look at the lists.',
		]);
		const link = panel.getByRole('link', { name: /^Open the workflow in n8n/ });
		await expect(link).toHaveAttribute('href', 'https://example.com/workflow/training');
	});

	it('sends an external system’s JSON to n8n, and says that it was taken', async () => {
		const page = await openScenario();
		await trigger(page, 'taken').click();
		await expect(outcome(page, 'taken')).toHaveText('n8n received it (200)');
		expect(bodies).toEqual([{ course: 'fire safety', user: 'taken' }]);
		await expect(outcome(page, 'taken')).toHaveAttribute('role', 'status');
	});

	it('leads to the workflow of the page’s language, and sends the texts of that language', async () => {
		const page = await openScenario();
		await page.getByTestId('language-zh').click();
		const link = page.getByTestId('open-workflow');
		await expect(link).toHaveAttribute('href', 'https://example.com/workflow/training-zh');
		await trigger(page, 'taken').click();
		await expect(outcome(page, 'taken')).toHaveAttribute('data-outcome', 'taken');
		expect(bodies).toEqual([{ course: '消防安全', user: 'taken' }]);
	});

	it('begins with lists in which nothing of another scenario is left, once', async () => {
		await sandbox.create([3], { biz_id: 'left-over', title: 'Of another scenario' });
		const page = await sandbox.open('/');
		await page.getByTestId('scenario-card').getByTestId('scenario-feed').click();
		const feed = sandbox.feedOf(page, 3);
		await entries(feed).first().waitFor();
		await expect(card(feed, 'left-over')).toHaveCount(0);
		await sandbox.create([3], { biz_id: 'own', title: 'Of this one' });
		await page.reload();
		await card(feed, 'own').waitFor();
		expect(page.url()).not.toContain('clear');
	});

	it('says what n8n refuses, and what to do', async () => {
		const page = await openScenario();
		sandbox.tolerate(/404/);
		await trigger(page, 'lost').click();
		await expect(outcome(page, 'lost')).toHaveText(
			'n8n refused it (404): The requested webhook "POST lost" is not registered. ' +
				'Publish the workflow “Staff training” in n8n, then try again.',
		);
	});

	it('says that n8n cannot be reached', async () => {
		const page = await openScenario();
		sandbox.tolerate(/net::ERR_/);
		await trigger(page, 'dead').click();
		await expect(outcome(page, 'dead')).toContainText('cannot reach n8n at http://127.0.0.1:1');
	});

	it('can be put away on a phone, and leaves room for the message list', async () => {
		const page = await openScenario({ viewport: PHONE });
		await sandbox.create([3], { biz_id: 'card', title: 'A card' });
		const shown = card(sandbox.feedOf(page, 3), 'card');
		await shown.waitFor();
		const top = async () => (await shown.boundingBox())!.y;
		await expect.poll(top).toBeLessThan(PHONE.height * 0.75);
		await settled(sandbox.feedOf(page, 3));
		const before = await top();
		await page.getByTestId('scenario').locator('summary').click();
		await expect.poll(top).toBeLessThan(before / 2);
		await expect(trigger(page, 'taken')).toBeHidden();
	});

	it('says that there is no such scenario', async () => {
		const page = await sandbox.open('/feed?scenario=nothing');
		const notice = page.getByRole('alert').filter({ hasText: 'There is no scenario “nothing”' });
		await notice.waitFor();
		await notice.getByRole('link', { name: 'Start' }).click();
		await page.getByTestId('scenario-card').waitFor();
	});
});
