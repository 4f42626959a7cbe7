import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { FeishuTenantApi } from '../../credentials/FeishuTenantApi.credentials';
import {
	TokenError,
	baseUrlOf,
	currentAccessToken,
	fetchTenantAccessToken,
	noteTokenError,
	tokenErrorOf,
	tokenOriginOf,
} from '../../nodes/shared/api/tenantCredential';
import type { TenantCredential } from '../../nodes/shared/api/tenantCredential';

const CUSTOM_APP: ICredentialDataDecryptedObject = {
	region: 'custom',
	baseUrl: 'https://feishu.example.com',
	appType: 'custom',
	appId: 'cli_a',
	appSecret: 'the secret of the app',
	appTicket: 'a ticket',
	tenantKey: 'a tenant',
	encryptKey: 'an encrypt key',
	verificationToken: 'a verification token',
	accessToken: 't-stored',
};
const STORE_APP = { ...CUSTOM_APP, appType: 'store' };

/** What n8n stores for a credential whose token was made a moment ago. */
const stored = (credential: ICredentialDataDecryptedObject) => ({
	...credential,
	accessTokenOrigin: tokenOriginOf(credential),
});

/** What is left of the stored token when somebody then changes the credential. */
const tokenAfter = (
	credential: ICredentialDataDecryptedObject,
	change: ICredentialDataDecryptedObject,
) => currentAccessToken({ ...stored(credential), ...change });

describe('the stored token', () => {
	it.each([CUSTOM_APP, STORE_APP])('is used while the credential stays as it is', (credential) => {
		expect(tokenAfter(credential, {})).toBe('t-stored');
	});

	it.each<[string, ICredentialDataDecryptedObject]>([
		['region', { region: 'feishu' }],
		['region', { region: 'lark' }],
		['baseUrl', { baseUrl: 'https://other.example.com' }],
		['baseUrl', { baseUrl: 'https://feishu.example.com:444' }],
		['appType', { appType: 'store' }],
		['appId', { appId: 'cli_b' }],
		['appSecret', { appSecret: 'a wrong secret' }],
		['appSecret', { appSecret: '' }],
	])('of a custom app is dropped with another %s', (_field, change) => {
		expect(tokenAfter(CUSTOM_APP, change)).toBe('');
	});

	it.each<[string, ICredentialDataDecryptedObject]>([
		['appType', { appType: 'custom' }],
		['appId', { appId: 'cli_b' }],
		['appSecret', { appSecret: 'a wrong secret' }],
		['appTicket', { appTicket: 'the next ticket' }],
		['tenantKey', { tenantKey: 'another tenant' }],
	])('of a store app is dropped with another %s', (_field, change) => {
		expect(tokenAfter(STORE_APP, change)).toBe('');
	});

	it.each<[string, ICredentialDataDecryptedObject, ICredentialDataDecryptedObject]>([
		['the keys of callbacks', CUSTOM_APP, { encryptKey: 'new', verificationToken: 'new' }],
		['a ticket that a custom app has no use for', CUSTOM_APP, { appTicket: '', tenantKey: '' }],
		[
			'a base URL that the region has no use for',
			{ ...CUSTOM_APP, region: 'feishu' },
			{ baseUrl: '' },
		],
	])('outlives a change of %s', (_what, credential, change) => {
		expect(tokenAfter(credential, change)).toBe('t-stored');
	});

	it('is not used when it came without an origin, as from an earlier version', () => {
		expect(currentAccessToken(CUSTOM_APP)).toBe('');
		expect(currentAccessToken({ ...CUSTOM_APP, accessTokenOrigin: '' })).toBe('');
	});

	it('tells fields apart whose texts run into each other', () => {
		expect(tokenAfter(CUSTOM_APP, { appId: 'cli_at', appSecret: 'he secret of the app' })).toBe('');
	});

	it('has an origin that gives nothing away', () => {
		const origin = tokenOriginOf(STORE_APP);
		expect(origin).toMatch(/^[\da-f]{64}$/);
	});
});

describe('a call', () => {
	const authenticate = async (credential: ICredentialDataDecryptedObject) =>
		(await new FeishuTenantApi().authenticate(credential, { url: '/open-apis/any' })).headers;

	it('carries the stored token', async () => {
		expect(await authenticate(stored(CUSTOM_APP))).toEqual({ Authorization: 'Bearer t-stored' });
	});

	it("carries no token of the credential's former app", async () => {
		const edited = { ...stored(CUSTOM_APP), appId: 'cli_b' };
		expect(await authenticate(edited)).toEqual({ Authorization: 'Bearer ' });
	});
});

describe('the address of calls', () => {
	it.each<[ICredentialDataDecryptedObject, string]>([
		[{ region: 'feishu', baseUrl: 'https://elsewhere.example.com' }, 'https://open.feishu.cn'],
		[{ region: 'lark' }, 'https://open.larksuite.com'],
		[{}, 'https://open.feishu.cn'],
		[{ region: 'custom', baseUrl: ' https://feishu.example.com// ' }, 'https://feishu.example.com'],
		[{ region: 'custom', baseUrl: 'http://localhost:3000/' }, 'http://localhost:3000'],
		[{ region: 'custom', baseUrl: 'http://127.0.0.1:3000' }, 'http://127.0.0.1:3000'],
		[{ region: 'custom', baseUrl: 'http://[::1]:3000/api' }, 'http://[::1]:3000/api'],
	])('of %j is %s', (credential, address) => {
		expect(baseUrlOf(credential)).toBe(address);
	});

	it.each<[unknown, RegExp]>([
		[undefined, /is not an address/],
		['', /is not an address/],
		['feishu.example.com', /is not an address/],
		['http://feishu.example.com', /must begin with https/],
		['http://localhost.example.com', /must begin with https/],
		['ftp://localhost', /must begin with https/],
	])('is refused: %p', (baseUrl, problem) => {
		const credential = { region: 'custom', baseUrl } as ICredentialDataDecryptedObject;
		expect(() => baseUrlOf(credential)).toThrow(problem);
	});
});

describe('a new token', () => {
	const fetchToken = async (change: ICredentialDataDecryptedObject, ...answers: unknown[]) => {
		const requests: IHttpRequestOptions[] = [];
		const token = await fetchTenantAccessToken(
			{ ...CUSTOM_APP, ...change } as TenantCredential,
			async (options) => {
				const answer = answers[requests.length];
				requests.push(options);
				if (answer instanceof Error) throw answer;
				return answer;
			},
		).catch((error: unknown) => error);
		return { token, requests };
	};
	const failure = async (change: ICredentialDataDecryptedObject, ...answers: unknown[]) => {
		const { token } = await fetchToken(change, ...answers);
		expect(token).toBeInstanceOf(TokenError);
		return token as TokenError;
	};
	const STORE = { appType: 'store' };

	it('takes one request for a custom app', async () => {
		const { token, requests } = await fetchToken({}, { code: 0, tenant_access_token: 't-1' });
		expect(token).toBe('t-1');
		expect(requests).toEqual([
			{
				method: 'POST',
				baseURL: 'https://feishu.example.com',
				url: '/open-apis/auth/v3/tenant_access_token/internal',
				headers: { 'Content-Type': 'application/json; charset=utf-8' },
				body: { app_id: 'cli_a', app_secret: 'the secret of the app' },
				json: true,
				ignoreHttpStatusErrors: true,
				disableFollowRedirect: true,
				timeout: 30_000,
			},
		]);
	});

	it('takes two for a store app', async () => {
		const { token, requests } = await fetchToken(
			STORE,
			{ code: 0, app_access_token: 'a-1' },
			{ code: 0, tenant_access_token: 't-1' },
		);
		expect(token).toBe('t-1');
		expect(requests.map(({ url, body }) => ({ url, body: body as unknown }))).toEqual([
			{
				url: '/open-apis/auth/v3/app_access_token',
				body: {
					app_id: 'cli_a',
					app_secret: 'the secret of the app',
					app_ticket: 'a ticket',
				},
			},
			{
				url: '/open-apis/auth/v3/tenant_access_token',
				body: { app_access_token: 'a-1', tenant_key: 'a tenant' },
			},
		]);
	});

	it.each<[ICredentialDataDecryptedObject, string]>([
		[{ appId: '' }, 'App ID'],
		[{ appId: ' ' }, 'App ID'],
		[{ appSecret: '' }, 'App Secret'],
		[{ ...STORE, appTicket: '' }, 'App Ticket'],
		[{ ...STORE, tenantKey: '' }, 'Tenant Key'],
	])('is asked for with nothing missing: %j', async (change, field) => {
		const error = await failure(change);
		expect(error.message.startsWith(`${field} in the credential is empty`)).toBe(true);
		expect(error.message.includes('app_ticket event')).toBe(field === 'App Ticket');
		expect(error.retryable).toBe(false);
	});

	it.each<[unknown, string, boolean, number | undefined]>([
		[new Error('refused'), 'feishu.example.com cannot be reached', true, undefined],
		['<html>', 'feishu.example.com does not answer as Feishu does', true, undefined],
		[{ tenant_access_token: 't-1' }, 'feishu.example.com does not answer as', true, undefined],
		[{ code: 0 }, 'Feishu issued no access token (code 0', true, 0],
		[{ code: 0, tenant_access_token: '' }, 'Feishu issued no access token (code 0', true, 0],
		[{ code: 0, tenant_access_token: 7 }, 'Feishu issued no access token (code 0', true, 0],
		[
			{ code: 99991400, msg: 'frequency limit' },
			'(code 99991400, "frequency limit")',
			true,
			99991400,
		],
		[{ code: 10014, msg: 'app secret invalid' }, 'check App Secret and App ID', false, 10014],
		[{ code: 10003, msg: 'invalid param' }, 'check App ID and Tenant Key', false, 10003],
		[{ code: 10012, msg: 'stale' }, 'the App Ticket in the credential is stale', false, 10012],
		[{ code: 99991664, msg: 'invalid' }, 'check App Ticket', false, 99991664],
	])('is not made of %p', async (answer, sentence, retryable, feishuCode) => {
		const error = await failure({}, answer);
		expect(error.message).toContain(sentence);
		expect(error.name).toBe('FeishuTokenError');
		expect(error).toMatchObject({ retryable, feishuCode });
	});

	it('gives nothing away that a server repeats', async () => {
		const { message } = await failure({}, { code: 1, msg: 'bad the secret of the app' });
		expect(message).not.toContain('the secret of the app');
		const ofStore = await failure(STORE, { code: 1, msg: 'bad a ticket' });
		expect(ofStore.message).not.toContain('a ticket');
		const later = await failure(
			STORE,
			{ code: 0, app_access_token: 'a-secret-token' },
			{ code: 1, msg: 'bad a-secret-token' },
		);
		expect(later.message).not.toContain('a-secret-token');
	});

	it('leaves a note of why there is none, for the credential that it was for', () => {
		const [credential, other] = [{}, {}];
		const error = new TokenError('no');
		noteTokenError(credential, error);
		noteTokenError(other, new Error('another'));
		expect(tokenErrorOf(credential)).toBe(error);
		expect(tokenErrorOf(other)).toBeUndefined();
	});
});
