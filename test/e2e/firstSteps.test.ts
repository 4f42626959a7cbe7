import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Browser, Locator, Page } from 'playwright-core';

import { FeishuSandboxClient } from '../../sandbox/feishu/src';
import { checkoutFolder } from '../../sandbox/n8n/src';
import { launchChromium, newPage } from '../helpers/e2e/browser';
import { expect, PATIENCE } from '../helpers/e2e/expect';
import { freePort } from '../helpers/e2e/freePort';
import { N8nEditor } from '../helpers/e2e/N8nEditor';

/** What somebody does who has just cloned the repository: only what the README says and the screen shows. */
const MOST_CLICKS = 3;
let userFolder: string;
let npm: ChildProcess;
let ended: Promise<unknown>;
let startPageUrl: string;
let browser: Browser;

beforeAll(async () => {
	userFolder = mkdtempSync(join(tmpdir(), 'feishu-feed-first-'));
	npm = spawn('npm', ['start', '--', '--no-open'], {
		cwd: checkoutFolder,
		env: {
			...process.env,
			N8N_PORT: String(await freePort()),
			FEISHU_SANDBOX_PORT: String(await freePort()),
			N8N_USER_FOLDER: userFolder,
		},
		detached: true,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	ended = new Promise((resolve) => npm.once('close', resolve));
	let printed = '';
	for (const stream of [npm.stdout, npm.stderr]) {
		stream?.setEncoding('utf8').on('data', (more: string) => (printed += more));
	}
	const giveUpAt = Date.now() + 240_000;
	while (!/Stop everything with Ctrl-C/.test(printed)) {
		if (Date.now() > giveUpAt || npm.exitCode !== null) throw new Error(printed);
		await sleep(50);
	}
	startPageUrl = /^ +(http:\S+)$/m.exec(printed)?.[1] ?? '';
	// How fast n8n answers a press is measured elsewhere: here nothing depends on the machine.
	const callbacks = { answerTimeout: PATIENCE / 1000 };
	await new FeishuSandboxClient(startPageUrl).changeSettings({ callbacks });
	browser = await launchChromium();
});

afterAll(async () => {
	await browser?.close();
	if (npm.exitCode === null && npm.signalCode === null) process.kill(-npm.pid!, 'SIGTERM');
	await ended;
	rmSync(userFolder, { recursive: true, force: true });
});

/** Presses what the screen says, and counts. */
class Hand {
	clicks = 0;

	async press(what: Locator): Promise<void> {
		this.clicks++;
		await what.click();
	}
}

describe.each([
	{ locale: 'zh-CN', trigger: '现在 8:50', button: '打卡', toast: '打卡成功', done: '已打卡' },
	{ locale: 'en-US', trigger: 'It is 8:50', button: 'Clock in', toast: 'Clocked in', done: 'Done' },
])('in a browser that is set to $locale', ({ locale, trigger, button, toast, done }) => {
	it('three clicks lead from the address that npm start prints to a pressed button', async () => {
		const page = await newPage(browser, { locale });
		await page.goto(startPageUrl);
		const hand = new Hand();
		await hand.press(page.getByTestId('scenario-feed').first());
		await hand.press(page.getByRole('button', { name: trigger }));
		const list = page.getByTestId('feed').first();
		await Promise.all([
			page.getByTestId('toast').filter({ hasText: toast }).waitFor(),
			hand.press(list.getByRole('button', { name: button })),
		]);
		await list.getByTestId('label').filter({ hasText: done }).waitFor();
		expect(hand.clicks).toBeLessThanOrEqual(MOST_CLICKS);
		await page.context().close();
	});
});

it('leads from an empty workflow to a first card and a first press, with nothing typed that is not on the screen', async () => {
	const page = await newPage(browser);
	await page.goto(startPageUrl);
	const shown = async (name: string | RegExp): Promise<string> =>
		await page.locator('.copyable', { hasText: name }).locator('code').first().innerText();
	const owner = { email: await shown('E-mail'), password: await shown('Password') };
	const recipient = await shown(/^E-mail of/);
	const n8nUrl = (await page.getByRole('link', { name: /^Open n8n/ }).getAttribute('href'))!;

	const editor = await N8nEditor.signIn(browser, n8nUrl, owner);
	await expect(editor.page).toHaveURL(/\/home\/workflows/);
	await editor.beginWorkflow();
	await editor.addAction('Feishu Feed', 'Create card');
	await editor.fillIn('people', recipient);
	for (const field of ['title', 'link']) await editor.fillIn(field, await example(editor, field));
	await editor.add('Add Button');
	await editor.fillIn('text', await example(editor, 'text'));
	await editor.choose('actionType', 'Send a Callback');
	await (await editor.executeStep()).getByText('1 item').waitFor();

	await page.getByTestId('own-list').click();
	const card = page.getByTestId('feed').locator('[data-kind="appFeedCard"]').first();
	await card.waitFor();

	await addTrigger(editor);
	const output = await editor.executeStep();
	await pressUntilReceived(page, card, output);
	const values = await output.innerText();
	expect(values.indexOf('operator')).toBeGreaterThanOrEqual(0);
	expect(values.indexOf('operator')).toBeLessThan(values.indexOf('event_id'));
});

/** What a field of the open form gives as an example. */
async function example(editor: N8nEditor, field: string): Promise<string> {
	const input = editor.field(field).locator('input, textarea').first();
	return ((await input.getAttribute('placeholder')) ?? '').replace('e.g. ', '');
}

/** Adds the trigger of presses beside what the workflow has, and opens its form. */
async function addTrigger(editor: N8nEditor): Promise<void> {
	await editor.page.keyboard.press('Escape');
	await editor.find('node-creator-plus-button').click();
	await (await editor.search('Feishu Feed')).filter({ hasText: 'Feishu Feed' }).first().click();
	const action = editor.find('item-iterator-item').filter({ hasText: 'On button pressed' });
	const section = editor.page.getByText(/^Triggers \(\d+\)/);
	await section.or(action).first().waitFor();
	if (!(await action.isVisible())) await section.click();
	await action.click();
	await expect(editor.field('connection').locator('input').first()).toHaveValue(/Long Connection/);
}

/** Presses the card's button when n8n listens: it says so a moment before. */
async function pressUntilReceived(page: Page, card: Locator, output: Locator): Promise<void> {
	await output.page().getByRole('button', { name: 'Stop Listening' }).first().waitFor();
	await expect
		.poll(
			async () => {
				await card.getByRole('button').first().click();
				await page.waitForTimeout(1_000);
				return await output.getByText('1 item').count();
			},
			{ timeout: PATIENCE },
		)
		.toBeGreaterThan(0);
}
