import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import axios from 'axios';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { SEEDED_APPS, TENANT_KEY } from '../../sandbox/feishu/src';
import { checkoutFolder, importWorkflows, installPackage } from '../../sandbox/n8n/src';
import { RealN8n } from '../helpers/e2e/RealN8n';
import { chain, feishuFeed, node } from '../helpers/e2e/workflows';

const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.custom;

let n8n: RealN8n;

beforeAll(async () => {
	n8n = await RealN8n.start();
});

afterAll(async () => await n8n?.close());

describe('the installed package', () => {
	it('is listed under Settings → Community nodes', async () => {
		const packages = await n8n.session.communityPackages();
		expect(packages).toMatchObject([
			{
				packageName: n8n.packed.name,
				installedVersion: n8n.packed.version,
				failedLoading: false,
				installedNodes: [
					{ name: 'Feishu Feed', type: 'n8n-nodes-feishu-feed.feishuFeed' },
					{ name: 'Feishu Feed Trigger', type: 'n8n-nodes-feishu-feed.feishuFeedTrigger' },
					{ name: 'Feishu Feed: Wait', type: 'n8n-nodes-feishu-feed.feishuFeedWait' },
				],
			},
		]);
	});

	it('keeps the inside of Send and Wait out of the node panel', async () => {
		const ours = (await n8n.session.nodeTypes()).filter(({ name }) =>
			name.startsWith('n8n-nodes-feishu-feed.'),
		);
		const shown = ours.filter(({ hidden }) => hidden !== true).map(({ name }) => name);
		expect(shown.sort()).toEqual([
			'n8n-nodes-feishu-feed.feishuFeed',
			'n8n-nodes-feishu-feed.feishuFeedHitlTool',
			'n8n-nodes-feishu-feed.feishuFeedTool',
			'n8n-nodes-feishu-feed.feishuFeedTrigger',
		]);
	});

	it('offers its node, as a tool for agents too, and its credential', async () => {
		const names = (await n8n.session.nodeTypes()).map(({ name }) => name);
		expect(names).toContain('n8n-nodes-feishu-feed.feishuFeed');
		expect(names).toContain('n8n-nodes-feishu-feed.feishuFeedTool');
		const credentials = await n8n.session.credentialTypes();
		expect(credentials.find(({ name }) => name === 'feishuTenantApi')).toMatchObject({
			displayName: 'Feishu (飞书, Lark) Tenant API',
			supportedNodes: expect.arrayContaining(['n8n-nodes-feishu-feed.feishuFeed']),
		});
	});

	it('serves its icons', async () => {
		const types = await n8n.session.nodeTypes();
		const type = types.find(({ name }) => name === 'n8n-nodes-feishu-feed.feishuFeed');
		const icons = Object.values(type?.iconUrl ?? {}) as string[];
		expect(icons).toHaveLength(2);
		for (const icon of icons) {
			const { headers } = await axios.get(`${n8n.url}/${icon}`, { proxy: false });
			expect(headers['content-type']).toMatch('image/svg+xml');
		}
	});

	it('is not installed again while its tarball is the same', async () => {
		expect(await installPackage(n8n.userFolder, n8n.packed)).toBe(false);
		const changed = { ...n8n.packed, integrity: 'sha512-of-another-tarball' };
		expect(await installPackage(n8n.userFolder, changed)).toBe(true);
		expect(await installPackage(n8n.userFolder, n8n.packed)).toBe(true);
	});
});

describe("the credential's test", () => {
	async function pressTest(
		data: ICredentialDataDecryptedObject,
	): Promise<{ status: string; message: string }> {
		const credential = await n8n.createCredential('To be tested', data);
		return await n8n.session.testCredential(credential);
	}

	it('passes with the right App ID and App Secret', async () => {
		expect(await pressTest({ appId, appSecret })).toMatchObject({ status: 'OK' });
	});

	it.each<[string, ICredentialDataDecryptedObject, RegExp]>([
		['a wrong App Secret', { appId, appSecret: 'wrong' }, /App Secret/],
		['a wrong App ID', { appId: 'cli_0000000000000000', appSecret }, /App ID/],
		[
			'a host that does not answer',
			{ appId, appSecret, baseUrl: 'http://127.0.0.1:1' },
			/cannot be reached.*Base URL/,
		],
		[
			'an unencrypted address elsewhere',
			{ appId, appSecret, baseUrl: 'http://feishu.example.com' },
			/https:\/\//,
		],
	])('says what to fix for %s', async (_case, data, sentence) => {
		const { status, message } = await pressTest(data);
		expect(status).toBe('Error');
		expect(message).toMatch(sentence);
		expect(message).not.toContain(String(data.appSecret));
	});

	it('says what to fix for a store app without a ticket, which n8n does not save either', async () => {
		const { app_id, app_secret, app_ticket } = SEEDED_APPS.store;
		const data = { appType: 'store', appId: app_id, appSecret: app_secret, tenantKey: TENANT_KEY };
		const saved = await n8n.createCredential('Store app', { ...data, appTicket: app_ticket });
		const edited = { ...saved, data: { ...saved.data, appTicket: '' } };
		const { status, message } = await n8n.session.testCredential(edited);
		expect(status).toBe('Error');
		expect(message).toMatch(/App Ticket/);
		await expect(n8n.createCredential('Store app', { ...data, appTicket: '' })).rejects.toThrow(
			/appTicket.*mandatory/,
		);
	});
});

describe('an active workflow', () => {
	it('runs when its webhook is called, also after n8n was restarted', async () => {
		const credential = await n8n.createCredential('Feishu of the webhook', { appId, appSecret });
		const [person] = await n8n.feishu.people();
		const webhook = node(
			'Webhook',
			'n8n-nodes-base.webhook',
			{ httpMethod: 'POST', path: 'order', responseMode: 'lastNode', options: {} },
			{ typeVersion: 2.1, webhookId: 'b5a8b6a0-6a51-4f6c-93c2-4be3d6a1f0aa' },
		);
		const create = feishuFeed('Create', credential, {
			resource: 'appFeedCard',
			operation: 'create',
			userIds: '={{ $json.body.user }}',
			title: '={{ $json.body.title }}',
			link: 'https://example.com',
		});
		const workflow = await n8n.session.createWorkflow(chain('On order', webhook, create));
		await n8n.session.activateWorkflow(workflow);
		const order = async (title: string) =>
			await axios.post(
				`${n8n.url}/webhook/order`,
				{ user: person?.open_id, title },
				{ proxy: false },
			);

		const { data } = await order('第一单');
		expect(data).toMatchObject({ succeeded: [person?.open_id], failed: [] });
		expect((await n8n.lastRun(workflow.id)).status).toBe('success');
		await n8n.feishu.clearRequests();

		await n8n.restart();
		await order('第二单');
		const cards = (await n8n.feishu.cards(appId)).map(({ holders }) => holders[0]?.title);
		expect(cards.sort()).toEqual(['第一单', '第二单'].sort());
		// The token is stored with the credential, so that a restart costs none.
		expect(await n8n.feishu.requests({ operation: 'tenantAccessToken.internal' })).toEqual([]);
		expect(await n8n.session.communityPackages()).toHaveLength(1);
		expect(n8n.readLogs()).not.toMatch(/packages are missing/);
	});
});

describe('the imported workflows', () => {
	let folder: string;
	const file = 'hello.json';
	const workflowNamed = (name: string) =>
		writeFileSync(
			join(folder, 'workflows', file),
			JSON.stringify(chain(name, node('Start', 'n8n-nodes-base.manualTrigger', {}))),
		);
	const importAgain = async (baseUrl = n8n.feishuUrl) => {
		const { remarks } = await importWorkflows(n8n.session, {
			folder: join(folder, 'workflows'),
			recordFile: join(folder, 'imported.json'),
			credentials: [
				{
					name: 'Feishu sandbox',
					type: 'feishuTenantApi',
					addressField: 'baseUrl',
					data: { region: 'custom', baseUrl, appType: 'custom', appId, appSecret },
				},
			],
		});
		const record = JSON.parse(readFileSync(join(folder, 'imported.json'), 'utf8')) as {
			credentialIds: { feishuTenantApi: string };
			workflows: Record<string, { id: string }>;
		};
		return {
			remarks,
			credentialId: record.credentialIds.feishuTenantApi,
			workflowId: record.workflows[file]?.id ?? '',
		};
	};

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'feishu-feed-import-'));
		mkdirSync(join(folder, 'workflows'));
	});

	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	it('follow their files until the user edits them', async () => {
		workflowNamed('Version 1');
		const { workflowId } = await importAgain();
		workflowNamed('Version 2');
		expect(await importAgain()).toMatchObject({ remarks: [], workflowId });
		const imported = await n8n.session.findWorkflow(workflowId);
		expect(imported?.name).toBe('Version 2');

		const mine = [...(imported?.nodes ?? []), node('Mine', 'n8n-nodes-base.noOp', {})];
		await n8n.session.updateWorkflow(workflowId, { ...imported!, nodes: mine });
		expect(await importAgain()).toMatchObject({ remarks: [], workflowId });
		workflowNamed('Version 3');
		expect((await importAgain()).remarks).toEqual([expect.stringContaining(file)]);
		const kept = await n8n.session.findWorkflow(workflowId);
		expect(kept?.nodes.map(({ name }) => name)).toEqual(['Start', 'Mine']);
	});

	it('stay deleted when the user deleted them', async () => {
		workflowNamed('Hello');
		const { workflowId } = await importAgain();
		await n8n.session.deleteWorkflow(workflowId);
		workflowNamed('Hello again');
		expect(await importAgain()).toMatchObject({ remarks: [], workflowId });
		const names = (await n8n.session.workflows()).map(({ name }) => name);
		expect(names).not.toContain('Hello');
		expect(names).not.toContain('Hello again');
	});

	it('find Feishu again when it has moved to another port', async () => {
		workflowNamed('Hello');
		const { credentialId } = await importAgain('http://127.0.0.1:1');
		expect(await importAgain()).toMatchObject({ credentialId });
		const credential = await n8n.session.findCredential(credentialId);
		expect(await n8n.session.testCredential(credential!)).toMatchObject({ status: 'OK' });
	});

	it('leave a credential alone that the user pointed elsewhere', async () => {
		workflowNamed('Hello');
		const { credentialId } = await importAgain();
		const before = await n8n.session.findCredential(credentialId);
		const data = { ...before?.data, region: 'feishu', baseUrl: '' };
		await n8n.session.updateCredential({ ...before!, data });
		await importAgain('http://127.0.0.1:1');
		expect((await n8n.session.findCredential(credentialId))?.data).toMatchObject({
			region: 'feishu',
			baseUrl: '',
		});
	});

	it('work as they stand in the repository', async () => {
		await importWorkflows(n8n.session, {
			folder: join(checkoutFolder, 'workflows'),
			recordFile: join(folder, 'imported.json'),
			credentials: [
				{
					name: 'Feishu sandbox',
					type: 'feishuTenantApi',
					addressField: 'baseUrl',
					data: { region: 'custom', baseUrl: n8n.feishuUrl, appType: 'custom', appId, appSecret },
				},
			],
		});
		const record = JSON.parse(readFileSync(join(folder, 'imported.json'), 'utf8')) as {
			workflows: Record<string, { id: string }>;
		};
		const workflow = await n8n.session.findWorkflow(record.workflows['first-card.json']?.id ?? '');
		const finished = await n8n.runSaved(workflow!);
		expect(finished.errorMessage()).toBeUndefined();
		const [card] = (await n8n.feishu.cards(appId)).filter(({ biz_id }) => biz_id === 'first-card');
		const done = { status_label: { type: 'success' }, time_sensitive: false };
		expect(card?.holders).toMatchObject([done, done]);
	});
});
