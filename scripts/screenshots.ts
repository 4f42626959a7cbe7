import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import type { INode, INodeParameters } from 'n8n-workflow';
import type { Browser, Locator, Page } from 'playwright-core';

// With its ending, since tsx would take the node's JSON file of the same name.
import { FeishuFeed } from '../nodes/FeishuFeed/FeishuFeed.node.js';
import { resources } from '../nodes/FeishuFeed/resources';
import { SEEDED_APPS } from '../sandbox/feishu/src';
import { ownerAccountOf, type SavedCredential } from '../sandbox/n8n/src';
import { startScriptedModel } from '../sandbox/model';
import { importScenarios, PEOPLE } from '../sandbox/scenarios';
import { launchChromium } from '../test/helpers/e2e/browser';
import { FeedPage } from '../test/helpers/e2e/FeedPage';
import { N8nEditor } from '../test/helpers/e2e/N8nEditor';
import prepareForTests from '../test/helpers/e2e/prepare';
import { RealN8n } from '../test/helpers/e2e/RealN8n';
import {
	chain,
	feishuFeed,
	feishuFeedTrigger,
	manualTrigger,
	node,
} from '../test/helpers/e2e/workflows';
import { readExamples, readTriggerExamples } from './documentation/examples';

/**
 * `npm run screenshots`: the pictures of the README, in docs/images/, taken of a real n8n and of the feed page.
 * `-- --forms <folder>` takes a picture of every form besides, to be looked at.
 */
const IMAGES = path.resolve(__dirname, '../docs/images');
const LARGEST = 300_000;

interface Stage {
	n8n: RealN8n;
	browser: Browser;
	editor: N8nEditor;
}

async function main(): Promise<void> {
	const { values } = parseArgs({ options: { forms: { type: 'string' } } });
	await prepareForTests();
	const n8n = await RealN8n.start();
	const model = await startScriptedModel();
	const browser = await launchChromium();
	try {
		const owner = ownerAccountOf(n8n.userFolder);
		const remarks = await importScenarios({
			session: n8n.session,
			n8nUrl: n8n.url,
			owner,
			feishuUrl: n8n.feishuUrl,
			modelUrl: model.baseUrl,
			recordFile: path.join(n8n.userFolder, 'imported.json'),
		});
		if (remarks.length > 0) throw new Error(remarks.join('\n'));
		const editor = await N8nEditor.signIn(browser, n8n.url, owner, {
			viewport: { width: 1440, height: 900 },
		});
		const stage = { n8n, browser, editor };
		await takeFeed(stage);
		await takeCanvas(stage);
		await takeForm(stage);
		if (values.forms !== undefined) await takeAllForms(stage, path.resolve(values.forms));
	} finally {
		await browser.close();
		await n8n.close();
		await model.close();
	}
}

/** What the pictures of message lists are called, and what is pressed in them. */
const FEED_PICTURES = {
	en: { file: 'feed.png', clockIn: 'Clock in' },
	zh: { file: 'feed.zh-CN.png', clockIn: '打卡' },
};

/**
 * Three people's lists: one has clocked in, two have not, and goods are on their way to all of them. Each language has
 * cards of its own.
 */
async function takeFeed({ n8n, browser }: Stage): Promise<void> {
	const { yangLei, zhuChao, liangHaoran } = PEOPLE;
	// In the middle, the one who presses, as the scenario's steps say.
	const people = [zhuChao, yangLei, liangHaoran];
	for (const language of ['en', 'zh'] as const) {
		const { file, clockIn } = FEED_PICTURES[language];
		await n8n.feishu.clearFeeds();
		const delivery = await FeedPage.open(browser, n8n.feishuUrl, people, 'delivery', language);
		await delivery.trigger('left');
		for (const person of people) await delivery.seesCard(person, 'delivery-', { pinned: true });
		await delivery.close();

		const feed = await FeedPage.open(browser, n8n.feishuUrl, people, 'attendance', language);
		await feed.trigger('shift');
		for (const person of people) await feed.seesCard(person, 'attendance-', { label: 'danger' });
		await feed.press(yangLei, 'attendance-', clockIn);
		await feed.seesCard(yangLei, 'attendance-', { label: 'success' });
		await feed.closeBanners();
		await feed.seesNoToast();
		await feed.page.setViewportSize({ width: 1440, height: 800 });
		await take(feed.page, file);
		await feed.close();
	}
}

/** The canvas of a scenario. */
async function takeCanvas({ n8n, editor }: Stage): Promise<void> {
	const { scenarios } = await n8n.feishu.startPage();
	const complaint = scenarios.find(({ id }) => id === 'complaint');
	for (const [language, file] of [
		['en', 'canvas.png'],
		['zh', 'canvas.zh-CN.png'],
	] as const) {
		await editor.openCanvas(complaint!.workflow[language].url);
		await take(editor.page, file);
	}
}

/** What the form of Create is filled in with, and the item that comes in. */
const FILLED_IN = {
	'form.png': {
		shift: 'Early shift',
		title: 'Time to clock in',
		preview: '=Your shift starts at {{ $json.starts }}',
		label: 'To do',
		button: 'Clock in',
	},
	'form.zh-CN.png': {
		shift: '早班',
		title: '该打卡啦',
		preview: '={{ $json.shift }} {{ $json.starts }} 开始',
		label: '待打卡',
		button: '立即打卡',
	},
};

/** The form of Create with a label and a button, between what came in and what came out. */
async function takeForm({ n8n, editor }: Stage): Promise<void> {
	const credential = await n8n.createCredential('My Feishu app', appCredentials());
	const people = await n8n.feishu.people({ limit: 3 });
	const members = people.slice(1).map(({ email }) => email);
	await editor.page.setViewportSize({ width: 1440, height: 1460 });
	for (const [file, { shift, title, preview, label, button }] of Object.entries(FILLED_IN)) {
		const item = { shift, starts: '9:00', members };
		const list = node(
			'Shift',
			'n8n-nodes-base.set',
			{ mode: 'raw', jsonOutput: JSON.stringify(item), options: {} },
			{ typeVersion: 3.4 },
		);
		const card = newFeishuFeed('Create card', credential, {
			resource: 'appFeedCard',
			operation: 'create',
			people: '={{ $json.members }}',
			title,
			preview,
			link: 'https://example.com/attendance',
			timeSensitive: true,
			statusLabel: { label: { text: label, type: 'danger' } },
			buttons: {
				button: [
					{
						text: button,
						actionType: 'url_page',
						buttonType: 'primary',
						url: 'https://example.com/attendance/clock-in',
					},
				],
			},
		});
		const workflow = chain('Attendance', manualTrigger(), list, card);
		const { id } = await n8n.session.createWorkflow(workflow);
		await editor.openForm(id, card.id);
		const output = await editor.executeStep();
		await output.getByText('1 item').waitFor();
		await editor.closeMessages();
		await take(editor.find('ndv'), file);
	}
}

/** Every operation's form as it is in a new node and with its example, the trigger's, and the credential's. */
async function takeAllForms({ n8n, editor }: Stage, folder: string): Promise<void> {
	mkdirSync(folder, { recursive: true });
	const credential = await n8n.createCredential('My app', appCredentials());
	const operations = resources.flatMap(({ option: { value: resource }, operations: all }) =>
		all.map(({ option: { value: operation } }) => ({ resource, operation })),
	);
	const forms = [
		...operations.map((parameters) => ({
			file: `${parameters.resource}.${parameters.operation}.new.json`,
			node: newFeishuFeed('Feishu Feed', credential, parameters),
		})),
		{ file: 'trigger.new.json', node: feishuFeedTrigger(credential, {}) },
		...readExamples().map(({ file, parameters }) => ({
			file,
			node: newFeishuFeed('Feishu Feed', credential, parameters as INodeParameters),
		})),
		...readTriggerExamples().map(({ file, parameters }) => ({
			file: `trigger.${file}`,
			node: feishuFeedTrigger(credential, parameters as INodeParameters),
		})),
	];
	await editor.page.setViewportSize({ width: 1440, height: 3200 });
	for (const { file, node } of forms) {
		await openNode(n8n, editor, node);
		await take(editor.find('ndv'), path.join(folder, file.replace(/\.json$/, '.png')));
	}
	await takeCredential(n8n, editor, credential, path.join(folder, 'credential'));
}

function appCredentials(): { appId: string; appSecret: string } {
	const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.custom;
	return { appId, appSecret };
}

/** Our action node in the version that the editor adds. */
function newFeishuFeed(
	name: string,
	credential: SavedCredential,
	parameters: INodeParameters,
): INode {
	const { version } = new FeishuFeed().description;
	const typeVersion = Math.max(...[version].flat());
	return feishuFeed(name, credential, parameters, { typeVersion });
}

async function openNode(n8n: RealN8n, editor: N8nEditor, node: INode): Promise<void> {
	const { id } = await n8n.session.createWorkflow({
		name: 'To be looked at',
		nodes: [manualTrigger(), { ...node, position: [220, 0] }],
		connections: {},
		settings: { executionOrder: 'v1' },
	});
	await editor.openForm(id, node.id);
}

async function takeCredential(
	n8n: RealN8n,
	editor: N8nEditor,
	{ id }: SavedCredential,
	file: string,
): Promise<void> {
	await editor.page.setViewportSize({ width: 1440, height: 1800 });
	await editor.page.goto(`${n8n.url}/home/credentials/${id}`);
	const dialog = editor.find('editCredential-modal');
	await dialog.getByText('App Secret').first().waitFor();
	await take(dialog, `${file}.png`);
	// n8n's dialog is never higher than this.
	await dialog.getByText('Verification Token').scrollIntoViewIfNeeded();
	await take(dialog, `${file}.end.png`);
}

/** Takes a picture when nothing moves any more. @param file below docs/images/, or anywhere */
async function take(what: Page | Locator, file: string): Promise<void> {
	const target = path.resolve(IMAGES, file);
	mkdirSync(path.dirname(target), { recursive: true });
	const page = 'page' in what ? what.page() : what;
	// n8n loads icons and lists after its forms are there.
	await page.waitForLoadState('networkidle').catch(() => undefined);
	await page.waitForTimeout(1000);
	await what.screenshot({ path: target, animations: 'disabled' });
	const { size } = statSync(target);
	console.log(`${path.relative(process.cwd(), target)}  ${Math.round(size / 1000)} kB`);
	if (path.dirname(target) === IMAGES && size > LARGEST) {
		throw new Error(`${file} is larger than ${LARGEST / 1000} kB`);
	}
}

void main();
