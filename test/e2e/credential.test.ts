import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { ICredentialDataDecryptedObject, INode } from 'n8n-workflow';
import type { Browser } from 'playwright-core';

import {
	FeishuSandboxClient,
	SECOND_TENANT_KEY,
	SEEDED_APPS,
	startFeishuSandbox,
	TENANT_KEY,
} from '../../sandbox/feishu/src';
import type { SavedCredential, SavedWorkflow } from '../../sandbox/n8n/src';
import { ownerAccountOf } from '../../sandbox/n8n/src';
import { launchChromium } from '../helpers/e2e/browser';
import { expect } from '../helpers/e2e/expect';
import { N8nEditor } from '../helpers/e2e/N8nEditor';
import { RealN8n } from '../helpers/e2e/RealN8n';
import {
	chain,
	feishuFeed,
	feishuFeedTrigger,
	manualTrigger,
	node,
} from '../helpers/e2e/workflows';

const { custom, fewScopes, store } = SEEDED_APPS;
const ofApp = ({
	app_id: appId,
	app_secret: appSecret,
}: {
	app_id: string;
	app_secret: string;
}) => ({
	appId,
	appSecret,
});
const WRONG_SECRET = 'Zz0WrongSecretThatNobodyEverGave';

let n8n: RealN8n;
let person: string;
let count = 0;

beforeAll(async () => {
	n8n = await RealN8n.start();
	person = (await n8n.feishu.people({ tenant_key: TENANT_KEY, limit: 1 }))[0]!.open_id;
});

afterAll(async () => await n8n?.close());

/** The node that creates a card for one person. */
function create(credential: SavedCredential): INode {
	return feishuFeed('Create', credential, {
		resource: 'appFeedCard',
		operation: 'create',
		userIds: person,
		title: '={{ $execution.id }}',
		link: 'https://example.com',
		options: { longestWait: 0 },
	});
}

/** A credential that has been used, so that n8n has a token of it; and a workflow that sends with it. */
async function usedCredential(
	data: ICredentialDataDecryptedObject = ofApp(custom),
): Promise<{ credential: SavedCredential; workflow: SavedWorkflow }> {
	const credential = await n8n.createCredential(`Feishu ${++count}`, data);
	const workflow = await n8n.session.createWorkflow(
		chain(credential.name, manualTrigger(), create(credential)),
	);
	const run = await n8n.runSaved(workflow);
	expect(run.errorMessage()).toBeUndefined();
	await n8n.feishu.clearRequests();
	return { credential, workflow };
}

/** Opens the credential as the editor does, which gets placeholders for secrets, and saves it with a change. */
async function edit(
	{ id }: SavedCredential,
	change: ICredentialDataDecryptedObject,
): Promise<SavedCredential> {
	const opened = (await n8n.session.findCredential(id)) as SavedCredential;
	const edited = { ...opened, data: { ...opened.data, ...change } };
	await n8n.session.updateCredential(edited);
	return edited;
}

/** Runs the workflow. @returns the apps that Feishu saw creating cards, and the error */
async function send(
	workflow: SavedWorkflow,
	feishu = n8n.feishu,
): Promise<{ apps: unknown[]; error?: string; calls: number }> {
	await feishu.clearRequests();
	const run = await n8n.runSaved(workflow);
	const calls = await feishu.requests({ operation: 'appFeedCard.create' });
	const made = calls.filter(({ code }) => code === 0);
	return {
		apps: made.map(({ app_id }) => app_id),
		error: run.errorMessage(),
		calls: calls.length,
	};
}

describe('a credential that somebody edits', () => {
	let browser: Browser;
	let editor: N8nEditor;

	beforeAll(async () => {
		browser = await launchChromium();
		editor = await N8nEditor.signIn(browser, n8n.url, ownerAccountOf(n8n.userFolder));
	});
	afterAll(async () => await browser?.close());

	it('in the editor, with a wrong App Secret, fails its test each time, and sends nothing', async () => {
		const { credential, workflow } = await usedCredential();
		await editor.openCredential(credential.id);
		await editor.seesSuccessfulTest();
		await editor.fillIn('appSecret', WRONG_SECRET);
		await editor.saveCredential();
		await editor.seesFailedTest(/check App Secret and App ID/);

		// Opened again, the editor tests what is stored, with nothing typed in.
		await editor.openCredential(credential.id);
		await editor.seesFailedTest(/check App Secret and App ID/);

		const { apps, error } = await send(workflow);
		expect(apps).toEqual([]);
		expect(error).toMatch(/code 10014.*check App Secret and App ID/);

		await editor.openCredential(credential.id);
		await editor.fillIn('appSecret', custom.app_secret);
		await editor.saveCredential();
		await editor.seesSuccessfulTest();
		expect(await send(workflow)).toMatchObject({ apps: [custom.app_id], error: undefined });
	});
});

/** What n8n's API is sent when the editor opens a credential, saves it with a change, and tests it. */
describe('a credential that is saved with a change', () => {
	it.each<[string, ICredentialDataDecryptedObject, RegExp]>([
		['a wrong App Secret', { appSecret: WRONG_SECRET }, /code 10014.*App Secret/],
		['the App ID of another app alone', { appId: fewScopes.app_id }, /code 10014.*App ID/],
		['an app that does not exist', { appId: 'cli_0000000000000000' }, /code 10003.*App ID/],
		['a host that does not answer', { baseUrl: 'http://127.0.0.1:1' }, /127\.0\.0\.1:1 cannot be/],
		['the region of Lark', { region: 'lark' }, /open\.larksuite\.com (cannot|does not)/],
		[
			'the type of a store app that it is not',
			{ appType: 'store', appTicket: store.app_ticket, tenantKey: TENANT_KEY },
			/code 100\d\d/,
		],
	])('to %s: its test and its runs fail, and nothing is sent', async (_what, change, sentence) => {
		const { credential, workflow } = await usedCredential();
		const edited = await edit(credential, change);
		for (const form of [edited, (await n8n.session.findCredential(credential.id))!]) {
			const { status, message } = await n8n.session.testCredential(form);
			expect(message).toMatch(sentence);
			expect(status).toBe('Error');
		}
		const { apps, error, calls } = await send(workflow);
		expect(error).toMatch(sentence);
		expect({ apps, calls }).toEqual({ apps: [], calls: 0 });
	});

	it('to another app sends as that app', async () => {
		const { credential, workflow } = await usedCredential();
		const edited = await edit(credential, ofApp(fewScopes));
		expect(await n8n.session.testCredential(edited)).toMatchObject({ status: 'OK' });
		expect(await send(workflow)).toMatchObject({ apps: [fewScopes.app_id], error: undefined });
		await edit(credential, ofApp(custom));
		expect(await send(workflow)).toMatchObject({ apps: [custom.app_id], error: undefined });
	});

	it('to a store app, and to another company of it, sends as that app in that company', async () => {
		const { credential, workflow } = await usedCredential();
		const edited = await edit(credential, {
			...ofApp(store),
			appType: 'store',
			appTicket: store.app_ticket,
			tenantKey: TENANT_KEY,
		});
		expect(await n8n.session.testCredential(edited)).toMatchObject({ status: 'OK' });
		expect(await send(workflow)).toMatchObject({ apps: [store.app_id], error: undefined });

		await edit(credential, { tenantKey: SECOND_TENANT_KEY });
		// The person is of the first company, which the app of the second one does not reach.
		const { error, calls } = await send(workflow);
		expect(calls).toBe(1);
		expect(error).toMatch(/Could not create the card/);
		const [asked] = await n8n.feishu.requests({ operation: 'tenantAccessToken.create' });
		expect(asked?.body).toMatchObject({ tenant_key: SECOND_TENANT_KEY });
	});

	it('to another Feishu sends there, with a token of that one', async () => {
		const other = await startFeishuSandbox();
		try {
			const { credential, workflow } = await usedCredential();
			const edited = await edit(credential, { baseUrl: other.url });
			expect(await n8n.session.testCredential(edited)).toMatchObject({ status: 'OK' });
			const there = new FeishuSandboxClient(other.url);
			// One call: none was made with the token of the former Feishu.
			expect(await send(workflow, there)).toMatchObject({ apps: [custom.app_id], calls: 1 });
			expect(await n8n.feishu.requests()).toEqual([]);
		} finally {
			await other.close();
		}
	});

	it('to new keys for callbacks alone needs no new token', async () => {
		const { credential, workflow } = await usedCredential();
		await edit(credential, { encryptKey: 'a new encrypt key' });
		expect(await send(workflow)).toMatchObject({ apps: [custom.app_id] });
		expect(await n8n.feishu.requests({ operation: 'tenantAccessToken.internal' })).toEqual([]);
	});
});

describe('a credential that changes while a workflow lives on', () => {
	it('moves the long connection to the new app when it is next opened', async () => {
		const credential = await n8n.createCredential('Long connection', ofApp(custom));
		const workflow = await n8n.session.createWorkflow(
			chain(
				'Presses',
				feishuFeedTrigger(credential, { connection: 'longConnection' }),
				node('After', 'n8n-nodes-base.noOp', {}),
			),
		);
		for (const app of [custom, fewScopes]) {
			await n8n.feishu.changeCallback(app.app_id, { mode: 'longConnection' });
		}
		await n8n.session.activateWorkflow(workflow);
		const openOf = async ({ app_id }: { app_id: string }) =>
			(await n8n.feishu.longConnections({ app_id })).connections.filter(({ isOpen }) => isOpen)
				.length;
		try {
			await expect.poll(async () => await openOf(custom)).toBe(1);
			await edit(credential, ofApp(fewScopes));
			await n8n.feishu.disconnect();
			await expect.poll(async () => await openOf(fewScopes)).toBe(1);
			expect(await openOf(custom)).toBe(0);

			// A secret that was reset: the connection stays, and the next one is opened with the new secret.
			const appSecret = await n8n.feishu.resetAppSecret(fewScopes.app_id);
			await edit(credential, { appSecret });
			await n8n.feishu.disconnect();
			await expect.poll(async () => await openOf(fewScopes)).toBe(1);
		} finally {
			await n8n.session.deactivateWorkflow(workflow.id);
			await n8n.feishu.reset();
		}
	});

	it('ends the card of a wait with the token of the new secret', async () => {
		const credential = await n8n.createCredential('Wait', ofApp(custom));
		const ask = feishuFeed('Ask', credential, {
			resource: 'appFeedCard',
			operation: 'sendAndWait',
			userIds: person,
			title: 'Leave?',
			bizId: 'leave-of-the-credential',
			link: 'https://example.com',
			options: {
				limitWaitTime: {
					values: { limitType: 'afterTimeInterval', resumeAmount: 1, resumeUnit: 'minutes' },
				},
			},
		});
		const run = await n8n.run(chain('Wait', manualTrigger(), ask));
		expect(run.status).toBe('waiting');
		const appSecret = await n8n.feishu.resetAppSecret(custom.app_id);
		await n8n.feishu.expireTokens();
		await edit(credential, { appSecret });
		await n8n.feishu.clearRequests();
		const status = async () => (await n8n.executed(run.id)).status;
		await expect.poll(status, { timeout: 300_000 }).toBe('success');
		const made = await n8n.feishu.requests({ operation: 'tenantAccessToken.internal' });
		expect(made.map(({ body }) => (body as { app_secret: string }).app_secret)).toEqual([
			appSecret,
		]);
		await n8n.feishu.reset();
	});
});

describe('a host that the credential names by mistake', () => {
	let server: Server;
	let url: string;
	let status = 307;

	/** Sends each request on to Feishu, with all that it holds; or repeats it in its answer. */
	beforeAll(async () => {
		server = createServer((request, response) => {
			let body = '';
			request.on('data', (chunk: Buffer) => (body += chunk.toString()));
			request.on('end', () => {
				const { url: path = '', headers } = request;
				const msg = `${path} ${JSON.stringify(headers)} ${body}`;
				const location = `${n8n.feishuUrl}${path}`;
				response.writeHead(status, { 'content-type': 'application/json', location });
				response.end(JSON.stringify(status === 200 ? { code: 10014, msg } : {}));
			});
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	});
	afterAll(() => void server?.close());

	it.each([301, 302, 307, 308])('gets nothing sent on by a redirect with %i', async (code) => {
		status = code;
		await n8n.feishu.clearRequests();
		const credential = await n8n.createCredential('Redirect', { ...ofApp(custom), baseUrl: url });
		const tested = await n8n.session.testCredential(credential);
		expect(tested.message).toMatch(/does not answer as Feishu does: check the region or Base URL/);
		expect(tested.status).toBe('Error');
		const run = await n8n.run(chain('Redirect', manualTrigger(), create(credential)));
		expect(run.errorMessage()).toMatch(/does not answer as Feishu does/);
		expect(await n8n.feishu.requests()).toEqual([]);
	});

	it('gets no secret into a message by repeating the request', async () => {
		status = 200;
		const credential = await n8n.createCredential('Echo', { ...ofApp(custom), baseUrl: url });
		const { message } = await n8n.session.testCredential(credential);
		expect(message).toContain('***');
		const run = await n8n.run(chain('Echo', manualTrigger(), create(credential)));
		expect(run.errorMessage()).toContain('***');
		const listens = await n8n.session.createWorkflow(
			chain(
				'Echo presses',
				feishuFeedTrigger(credential, { connection: 'longConnection' }),
				node('After', 'n8n-nodes-base.noOp', {}),
			),
		);
		const refusal = await n8n.session.activateWorkflow(listens).catch((error: Error) => error);
		expect(String(refusal)).toMatch(/code 10014.*\*\*\*/);
		await n8n.session.deactivateWorkflow(listens.id);
		const readable = [message, JSON.stringify(run), String(refusal), n8n.readLogs()].join('\n');
		expect(readable).not.toContain(custom.app_secret);
	});
});
