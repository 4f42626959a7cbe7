import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { FeishuTenantApi } from '../../credentials/FeishuTenantApi.credentials';
import { currentAccessToken, tokenOriginOf } from '../../nodes/shared/api/tenantCredential';

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
