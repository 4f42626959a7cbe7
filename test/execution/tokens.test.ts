import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import axios from 'axios';
import type { IDataObject } from 'n8n-workflow';

import { SECOND_TENANT_KEY, SEEDED_APPS, TENANT_KEY } from '../../sandbox/feishu/src';
import type { RecordedRequest } from '../../sandbox/feishu/src/client';
import type { RunResult, StoredCredential } from '../helpers/execution/runNode';
import { app, storeApp } from '../helpers/execution/seededCredentials';
import { withSandbox } from '../helpers/execution/withSandbox';

const sandbox = withSandbox({ people: 400 });

const OF_NO_TOKEN = 't-g0000000000000000000000000000000000000000';

const create = (change: IDataObject = {}): IDataObject => ({
	resource: 'appFeedCard',
	operation: 'create',
	bizId: 'b',
	link: 'https://example.com',
	userIds: sandbox.openIds(0, 1).join(),
	...change,
});
/** 20 calls, or fewer. */
const toMany = (recipients = 400): IDataObject => ({
	userIds: sandbox.openIds(0, recipients).join(),
});

/** Another execution's way to a token. */
async function makeToken(): Promise<string> {
	const url = `${sandbox.url}/open-apis/auth/v3/tenant_access_token/internal`;
	const { data } = await axios.post<{ tenant_access_token: string }>(url, SEEDED_APPS.custom);
	return data.tenant_access_token;
}

const tokenRequests = async (): Promise<RecordedRequest[]> =>
	(await sandbox.feishu.requests()).filter(({ path }) => path.startsWith('/open-apis/auth/'));

const tokenOf = ({ headers }: RecordedRequest) => headers?.authorization?.replace('Bearer ', '');

/** Everybody was reached, and nobody twice. */
async function expectAllReached({ outputs, error }: RunResult, recipients = 400): Promise<void> {
	expect(error?.message).toBeUndefined();
	const [{ json }] = outputs[0];
	expect((json.failed as IDataObject[]).slice(0, 1)).toEqual([]);
	expect(json.succeeded).toEqual(sandbox.openIds(0, recipients));
	const created = await sandbox.feishu.effects({ effect: 'cardCreated' });
	expect(created.map(({ open_id }) => open_id).sort()).toEqual(
		sandbox.openIds(0, recipients).sort(),
	);
}

describe('a token', () => {
	it('is made once, stored, and used by later executions', async () => {
		const credential = sandbox.credential();
		await sandbox.output(create(toMany()), { credential });
		expect(credential.renewals).toBe(1);
		const [asked, ...others] = await tokenRequests();
		expect(others).toEqual([]);
		expect(asked).toMatchObject({
			method: 'POST',
			path: '/open-apis/auth/v3/tenant_access_token/internal',
			body: SEEDED_APPS.custom,
		});
		expect(asked.headers?.['content-type']).toBe('application/json; charset=utf-8');

		const { tenant_access_token: token } = asked.responseBody as { tenant_access_token: string };
		expect(credential.data.accessToken).toBe(token);
		const calls = await sandbox.requests();
		expect(calls).toHaveLength(20);
		expect(new Set(calls.map(tokenOf))).toEqual(new Set([token]));

		await sandbox.output(create({ bizId: 'later' }), { credential });
		expect(credential.renewals).toBe(1);
		expect(await tokenRequests()).toHaveLength(1);
	});

	it('is not made when one is stored', async () => {
		const credential = sandbox.credential({ accessToken: await makeToken() });
		await sandbox.feishu.clearRequests();
		await sandbox.output(create(), { credential });
		expect(credential.renewals).toBe(0);
		expect(await tokenRequests()).toEqual([]);
	});

	it('is not taken elsewhere by a host that redirects', async () => {
		const credential = sandbox.credential({
			accessToken: await makeToken(),
			baseUrl: strangers.redirect.url,
		});
		await sandbox.feishu.clearRequests();
		const { error } = await sandbox.run(create(), { credential });
		expect(error?.message).toContain(
			'the server answered with HTTP 307, but not as Feishu does: check the region or Base URL',
		);
		expect(await sandbox.feishu.requests()).toEqual([]);
	});

	it('is taken from a base URL with slashes at its end', async () => {
		const credential = sandbox.credential({ baseUrl: ` ${sandbox.url}// ` });
		await expectAllReached(await sandbox.run(create(), { credential }), 1);
	});
});

describe('a token that Feishu refuses', () => {
	/** Runs 20 calls, four at a time, and has the stored token end with one of them. */
	async function expireBeforeCall(nth: number): Promise<StoredCredential> {
		await sandbox.feishu.changeSettings({ latency: 10 });
		await sandbox.feishu.addFault({ kind: 'tokenExpired', operation: 'appFeedCard.create', nth });
		const credential = sandbox.credential({ accessToken: await makeToken() });
		await sandbox.feishu.clearRequests();
		const parameters = create({ ...toMany(), options: { callsAtOnce: 4 } });
		await expectAllReached(await sandbox.run(parameters, { credential }));
		return credential;
	}

	it.each([1, 3, 20])('before call %i of 20 is renewed once, and nobody is lost', async (nth) => {
		const credential = await expireBeforeCall(nth);
		const tokens = (await sandbox.requests()).map(tokenOf);
		expect(new Set(tokens).size).toBe(2);
		expect(tokens.at(-1)).toBe(credential.data.accessToken);
		expect(credential.renewals).toBe(1);
		expect(await tokenRequests()).toHaveLength(1);
	});

	/** Runs 20 calls with a stored token that ends with the second, and is refused from then on until it is renewed. */
	async function expectOneRenewal(options: IDataObject): Promise<void> {
		const credential = sandbox.credential({ accessToken: await makeToken() });
		await sandbox.feishu.clearRequests();
		await sandbox.feishu.changeSettings({ latency: 200 });
		await sandbox.feishu.addFault({
			kind: 'tokenExpired',
			operation: 'appFeedCard.create',
			nth: 2,
		});
		await expectAllReached(await sandbox.run(create({ ...toMany(), options }), { credential }));
		const calls = await sandbox.requests();
		const refused = calls.filter(({ code }) => code !== 0);
		expect(refused.length).toBeGreaterThan(5);
		expect(new Set(refused.map(({ code, status }) => `${status} ${code}`))).toEqual(
			new Set(['400 99991663']),
		);
		expect(calls.filter(({ code }) => code === 0)).toHaveLength(20);
		expect(credential.renewals).toBe(1);
		expect(await tokenRequests()).toHaveLength(1);
	}

	it('by many calls at once is renewed once, and each is made with the new one', async () => {
		await expectOneRenewal({});
	});

	it('by many calls one after another is renewed once', async () => {
		await expectOneRenewal({ callsPerSecond: 50 });
	});

	it('at the start is refused once, and not by all the calls that would be under way', async () => {
		const credential = sandbox.credential({ accessToken: OF_NO_TOKEN });
		await sandbox.feishu.changeSettings({ latency: 200 });
		await expectAllReached(await sandbox.run(create(toMany()), { credential }));
		const codes = (await sandbox.requests()).map(({ code }) => code);
		expect(codes.filter((code) => code !== 0)).toEqual([99991663]);
		expect(codes).toHaveLength(21);
		expect(credential.renewals).toBe(1);
	});

	it.each<[string, string, number]>([
		['of another form', 'not-a-token', 99991671],
		['of a user', 'u-g0000', 99991668],
	])('because it is %s is renewed', async (_, accessToken, code) => {
		const credential = sandbox.credential({ accessToken });
		await expectAllReached(await sandbox.run(create(), { credential }), 1);
		expect((await sandbox.requests()).map((call) => call.code)).toEqual([code, 0]);
		expect(credential.renewals).toBe(1);
	});

	it('is replaced by a newer one that another execution has stored meanwhile', async () => {
		const credential = sandbox.credential({ accessToken: OF_NO_TOKEN });
		const newer = await makeToken();
		await sandbox.feishu.clearRequests();
		await sandbox.feishu.changeSettings({ latency: 200 });
		const running = sandbox.run(create(toMany(60)), { credential });
		while ((await sandbox.requests()).length === 0);
		credential.data = { ...credential.data, accessToken: newer };
		await expectAllReached(await running, 60);
		expect(credential.renewals).toBe(0);
		expect(await tokenRequests()).toEqual([]);
		expect(new Set((await sandbox.requests()).map(tokenOf))).toEqual(new Set([OF_NO_TOKEN, newer]));
	});

	it('each time ends in an error with the code and log ID, and not in endless calls', async () => {
		await sandbox.feishu.addFault({ kind: 'tokenExpired', operation: 'appFeedCard.create' });
		const credential = sandbox.credential();
		const { error, outputs } = await sandbox.run(
			create({ ...toMany(), options: { callsAtOnce: 1 } }),
			{ credential },
		);
		const calls = await sandbox.requests();
		expect(new Set(calls.map(({ code }) => code))).toEqual(new Set([99991663]));
		expect(calls.length).toBeLessThanOrEqual(6);
		expect((await tokenRequests()).length).toBeLessThanOrEqual(5);
		const { log_id: logId } = (calls.at(-1)?.responseBody as { error: { log_id: string } }).error;
		expect(outputs).toEqual([]);
		expect(error?.message).toMatch(
			new RegExp(`code 99991663, log ID ${logId}\\): check the app in the credential$`),
		);
		expect(await sandbox.feishu.effects()).toEqual([]);
	});
});

describe('the token of a store app', () => {
	it.each([
		['the first', TENANT_KEY],
		['the second', SECOND_TENANT_KEY],
	])('takes two steps, for %s tenant', async (_, tenantKey) => {
		const [person] = await sandbox.feishu.people({ tenant_key: tenantKey, limit: 1 });
		const credential = sandbox.credential(storeApp({ tenantKey }));
		const output = await sandbox.output(create({ userIds: person.open_id }), { credential });
		expect(output[0].succeeded).toEqual([person.open_id]);

		const [first, second, ...others] = await tokenRequests();
		expect(others).toEqual([]);
		expect(first).toMatchObject({
			method: 'POST',
			path: '/open-apis/auth/v3/app_access_token',
			body: SEEDED_APPS.store,
		});
		const { app_access_token } = first.responseBody as { app_access_token: string };
		expect(second).toMatchObject({
			method: 'POST',
			path: '/open-apis/auth/v3/tenant_access_token',
			body: { app_access_token, tenant_key: tenantKey },
		});
		const { tenant_access_token } = second.responseBody as { tenant_access_token: string };
		expect((await sandbox.requests()).map(tokenOf)).toEqual([tenant_access_token]);
		expect(credential.data.accessToken).toBe(tenant_access_token);
	});

	it('is renewed in two steps as well', async () => {
		await sandbox.feishu.addFault({
			kind: 'tokenExpired',
			operation: 'appFeedCard.create',
			nth: 5,
		});
		const credential = sandbox.credential(storeApp());
		await expectAllReached(await sandbox.run(create(toMany()), { credential }));
		expect(credential.renewals).toBe(2);
		expect((await tokenRequests()).map(({ operation }) => operation)).toEqual([
			'appAccessToken.create',
			'tenantAccessToken.create',
			'appAccessToken.create',
			'tenantAccessToken.create',
		]);
	});

	it('says which ticket is stale when it runs out in the middle', async () => {
		const credential = sandbox.credential(storeApp());
		await sandbox.output(create(), { credential });
		await sandbox.feishu.renewAppTicket(SEEDED_APPS.store.app_id);
		await sandbox.feishu.expireTokens();
		const { error } = await sandbox.run(create({ bizId: 'later' }), { credential });
		expect(error?.message).toMatch(/code 10012.*App Ticket in the credential is stale/);
	});
});

/** Servers that are not Feishu: what each answers to everything. */
const STRANGERS: Record<string, [status: number, contentType: string, body: string]> = {
	html: [200, 'text/html', '<html><body>Welcome</body></html>'],
	notFound: [404, 'text/plain', 'not found'],
	json: [200, 'application/json', '{"ok":true,"data":[]}'],
	nothing: [204, 'application/json', ''],
	badGateway: [502, 'text/html', '<html><body>Bad gateway</body></html>'],
	redirect: [307, 'text/plain', 'It is over there'],
};
const strangers: Record<string, { url: string; server: Server }> = {};

beforeAll(async () => {
	for (const [name, [status, contentType, body]] of Object.entries(STRANGERS)) {
		const server = createServer(({ url = '' }, response) => {
			const location = status === 307 ? { location: `${sandbox.url}${url}` } : {};
			response.writeHead(status, { 'content-type': contentType, ...location }).end(body);
		});
		await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
		const { port } = server.address() as AddressInfo;
		strangers[name] = { url: `http://localhost:${port}`, server };
	}
});

afterAll(() => {
	for (const { server } of Object.values(strangers)) server.close().closeAllConnections();
});

/** A credential with which there is no token, and what the error says of it. */
type NoToken = [
	name: string,
	credential: () => IDataObject,
	advice: string,
	/** The requests for tokens that arrive at the sandbox. */
	requests: string[],
];

const INTERNAL = ['tenantAccessToken.internal'];
const APP_TOKEN = ['appAccessToken.create'];
const HTTPS_ONLY =
	'Base URL in the credential must begin with https:// (http:// is for localhost only)';
const NOT_FEISHU = 'does not answer as Feishu does: check the region or Base URL in the credential';
const UNREACHABLE =
	'cannot be reached: check the region or Base URL in the credential and the network';

const NO_TOKENS: NoToken[] = [
	[
		'a wrong App ID',
		() => ({ appId: 'cli_0' }),
		'code 10003, "invalid param"): check App ID',
		INTERNAL,
	],
	[
		'a wrong secret',
		() => ({ appSecret: 'S3cretOfAnotherApp' }),
		'code 10014, "app secret invalid"): check App Secret',
		INTERNAL,
	],
	['no App ID', () => ({ appId: '' }), 'App ID in the credential is empty', []],
	['an App ID of spaces', () => ({ appId: '  ' }), 'App ID in the credential is empty', []],
	['no secret', () => ({ appSecret: '' }), 'App Secret in the credential is empty', []],
	['a store app as custom app', () => app(SEEDED_APPS.store), 'code 10003', INTERNAL],
	['a custom app as store app', () => storeApp(app(SEEDED_APPS.custom)), 'code 10003', APP_TOKEN],
	[
		'no ticket',
		() => storeApp({ appTicket: '' }),
		'App Ticket in the credential is empty: a store app gets it from Feishu',
		[],
	],
	[
		'a stale ticket',
		() => storeApp({ appTicket: 'T1cketOfYesterday' }),
		'code 10012, "app_ticket invalid"): the App Ticket in the credential is stale',
		APP_TOKEN,
	],
	[
		'a wrong secret of a store app',
		() => storeApp({ appSecret: 'S3cretOfAnotherApp' }),
		'code 10014',
		APP_TOKEN,
	],
	['no tenant key', () => storeApp({ tenantKey: '' }), 'Tenant Key in the credential is empty', []],
	[
		'a wrong tenant key',
		() => storeApp({ tenantKey: 'nobody' }),
		'check App ID and Tenant Key',
		[...APP_TOKEN, 'tenantAccessToken.create'],
	],
	[
		'an unreachable host',
		() => ({ baseUrl: 'http://localhost:1' }),
		`localhost:1 ${UNREACHABLE}`,
		[],
	],
	['a host that answers HTML', () => ({ baseUrl: strangers.html.url }), NOT_FEISHU, []],
	['a host that finds nothing', () => ({ baseUrl: strangers.notFound.url }), NOT_FEISHU, []],
	['a host with another JSON', () => ({ baseUrl: strangers.json.url }), NOT_FEISHU, []],
	['a host that answers nothing', () => ({ baseUrl: strangers.nothing.url }), NOT_FEISHU, []],
	['a host behind a bad gateway', () => ({ baseUrl: strangers.badGateway.url }), NOT_FEISHU, []],
	['a host that leads elsewhere', () => ({ baseUrl: strangers.redirect.url }), NOT_FEISHU, []],
	['another host over http', () => ({ baseUrl: 'http://feishu.example.com' }), HTTPS_ONLY, []],
	[
		'a host that only looks like localhost',
		() => ({ baseUrl: 'http://localhost.example.com' }),
		HTTPS_ONLY,
		[],
	],
	[
		'localhost as the user of another host',
		() => ({ baseUrl: 'http://localhost:80@example.com' }),
		HTTPS_ONLY,
		[],
	],
	['another protocol', () => ({ baseUrl: 'ftp://localhost' }), HTTPS_ONLY, []],
	[
		'no address',
		() => ({ baseUrl: 'open.feishu.cn' }),
		'Base URL in the credential is not an address',
		[],
	],
	['no base URL', () => ({ baseUrl: '' }), 'Base URL in the credential is not an address', []],
];

describe.each([false, true])(
	'a credential that gives no token (errors as HTTP 400: %s)',
	(as400) => {
		it.each(NO_TOKENS)('%s: says what to mend', async (_, credential, advice, requests) => {
			await sandbox.feishu.changeSettings({ tokenErrorsAs400: as400 });
			const stored = sandbox.credential(credential());
			const { error, outputs } = await sandbox.run(
				create({ ...toMany(), options: { callsAtOnce: 1, longestWait: 0 } }),
				{ credential: stored },
			);
			expect(error?.message).toContain(advice);
			expect(outputs).toEqual([]);
			expect((await sandbox.feishu.requests()).map(({ operation }) => operation)).toEqual(requests);
			expect(stored.renewals).toBe(0);
		});
	},
);

describe('a scope that the app lacks', () => {
	const fewScopes = () => sandbox.credential(app(SEEDED_APPS.fewScopes));
	const reminder = (): IDataObject => ({
		resource: 'botChat',
		operation: 'setTimeSensitive',
		...toMany(),
		options: { callsAtOnce: 1 },
	});
	const scopeOf = ({ responseBody }: RecordedRequest) =>
		responseBody as {
			error: { log_id: string; permission_violations: Array<{ subject: string }> };
		};

	it('is named with what to do, and ends the calls', async () => {
		const { error } = await sandbox.run(reminder(), { credential: fewScopes() });
		const requests = await sandbox.requests();
		expect(requests.map(({ status, code }) => [status, code])).toEqual([[400, 99991672]]);
		const { log_id: logId } = scopeOf(requests[0]).error;
		expect(error?.message).toContain(
			`(code 99991672, log ID ${logId}): open the scope im:datasync.feed_card.time_sensitive:write for the app in Feishu's developer console`,
		);
	});

	it('is told for every recipient', async () => {
		const { outputs } = await sandbox.run(reminder(), {
			credential: fewScopes(),
			onError: 'continueRegularOutput',
		});
		const failed = outputs[0][0].json.failed as IDataObject[];
		expect(failed.map(({ user_id }) => user_id)).toEqual(sandbox.openIds(0, 400));
		expect(new Set(failed.map(({ code }) => code))).toEqual(new Set([99991672]));
	});

	it('is the one that Feishu names, not the one that is usual', async () => {
		const { error } = await sandbox.run(
			create({ userIdType: 'user_id', userIds: sandbox.people[0].user_id }),
			{ credential: fewScopes() },
		);
		expect(error?.message).toContain('open the scope contact:user.employee_id:readonly for');
	});
});
