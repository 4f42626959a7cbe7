import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import axios from 'axios';

import { SEEDED_APPS, TENANT_KEY } from '../../sandbox/feishu/src';
import { checkoutFolder } from '../../sandbox/n8n/src';
import type { SavedCredential, SavedWorkflow, WorkflowFile } from '../../sandbox/n8n/src';
import { expect } from '../helpers/e2e/expect';
import { RealN8n } from '../helpers/e2e/RealN8n';
import { chain, feishuFeed, manualTrigger } from '../helpers/e2e/workflows';

const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.store;
const encryptKey = 'the encrypt key of the store app';

let n8n: RealN8n;
let credential: SavedCredential;
let sends: SavedWorkflow;

beforeAll(async () => {
	n8n = await RealN8n.start();
	const { verification_token: verificationToken } = await n8n.feishu.callback(appId);
	credential = await n8n.createCredential('Store app', {
		appType: 'store',
		appId,
		appSecret,
		appTicket: 'anything, until the first ticket comes',
		tenantKey: TENANT_KEY,
		encryptKey,
		verificationToken,
	});
	const [person] = await n8n.feishu.people({ tenant_key: TENANT_KEY, limit: 1 });
	const create = feishuFeed('Create', credential, {
		resource: 'appFeedCard',
		operation: 'create',
		userIds: person!.open_id,
		link: 'https://example.com',
		options: { longestWait: 0 },
	});
	sends = await n8n.session.createWorkflow(chain('Sends', manualTrigger(), create));
});

afterAll(async () => await n8n?.close());

/** The workflow as it is shipped, set up as its note says. */
async function setUp(): Promise<SavedWorkflow> {
	const file = join(checkoutFolder, 'workflows', 'store-app-ticket.json');
	const shipped = JSON.parse(readFileSync(file, 'utf8')) as WorkflowFile;
	const apiKey = await n8n.session.createApiKey('The ticket', ['credential:update']);
	const baseUrl = `${n8n.url}/api/v1`;
	const n8nApi = await n8n.session.createCredential('n8n', 'n8nApi', { apiKey, baseUrl });
	const nodes = shipped.nodes.map((node) => {
		const text = JSON.stringify(node)
			.replace('http://localhost:5678', n8n.url)
			.replace('ID of a credential', credential.id);
		const placed = JSON.parse(text) as typeof node;
		if (node.credentials?.feishuTenantApi) {
			placed.credentials = { feishuTenantApi: { id: credential.id, name: credential.name } };
		}
		if (node.parameters.nodeCredentialType === 'n8nApi') {
			placed.credentials = { n8nApi: { id: n8nApi.id, name: n8nApi.name } };
		}
		return placed;
	});
	const workflow = await n8n.session.createWorkflow({ ...shipped, nodes });
	await n8n.session.activateWorkflow(workflow);
	const trigger = nodes.find(({ type }) => type.endsWith('.feishuFeedTrigger'));
	const { verification } = await n8n.feishu.changeCallback(appId, {
		mode: 'url',
		url: `${n8n.url}/webhook/${trigger?.webhookId}/feishu`,
		encrypt_key: encryptKey,
	});
	expect(verification).toMatchObject({ ok: true });
	return workflow;
}

/** What the credential's test says, with nothing typed in. */
async function test(): Promise<string> {
	const saved = await n8n.session.findCredential(credential.id);
	return (await n8n.session.testCredential(saved!)).message;
}

it("keeps a store app's credential at work, from its first ticket on", async () => {
	const failed = await n8n.runSaved(sends);
	expect(failed.errorMessage()).toMatch(/code 10012.*App Ticket/);
	const workflow = await setUp();

	// The first ticket is asked for, as the documentation says.
	const url = `${n8n.feishuUrl}/open-apis/auth/v3/app_ticket/resend`;
	const { data } = await axios.post<{ code: number }>(
		url,
		{ app_id: appId, app_secret: appSecret },
		{ proxy: false },
	);
	expect(data.code).toBe(0);
	await expect.poll(test).toBe('Connection successful');
	const before = await n8n.runSaved(sends);
	expect(before.errorMessage()).toBeUndefined();

	// Later ones come by themselves; the old one is refused from then on.
	const ticket = await n8n.feishu.renewAppTicket(appId);
	await n8n.feishu.clearRequests();
	await expect.poll(test).toBe('Connection successful');
	await n8n.feishu.expireTokens(appId);
	const after = await n8n.runSaved(sends);
	expect(after.errorMessage()).toBeUndefined();
	const asked = await n8n.feishu.requests({ operation: 'appAccessToken.create', code: 0 });
	expect(asked.at(-1)?.body).toMatchObject({ app_ticket: ticket });

	// All else in the credential is as it was, and no execution is left that holds the ticket.
	const saved = await n8n.session.findCredential(credential.id);
	expect(saved?.data).toMatchObject({ appId, tenantKey: TENANT_KEY, appType: 'store' });
	await expect.poll(async () => await n8n.session.executionsOf(workflow.id)).toEqual([]);
	expect(n8n.readLogs()).not.toContain(ticket);
	await n8n.session.deactivateWorkflow(workflow.id);
});

it('goes on with the stored token while a ticket is lost, and says so when that ends', async () => {
	await n8n.feishu.changeCallback(appId, { mode: 'url', url: 'http://127.0.0.1:1/' });
	await n8n.feishu.renewAppTicket(appId);
	expect((await n8n.runSaved(sends)).errorMessage()).toBeUndefined();
	await n8n.feishu.expireTokens(appId);
	expect((await n8n.runSaved(sends)).errorMessage()).toMatch(/code 10012.*App Ticket/);
});
