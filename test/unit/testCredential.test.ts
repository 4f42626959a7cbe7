import type { ICredentialDataDecryptedObject, ICredentialTestFunctions } from 'n8n-workflow';

import { tokenOriginOf } from '../../nodes/shared/api/tenantCredential';
import { credentialTest } from '../../nodes/shared/api/testCredential';

const CUSTOM_APP: ICredentialDataDecryptedObject = {
	region: 'feishu',
	appType: 'custom',
	appId: 'cli_a',
	appSecret: 'SecretOfTheApp',
};
const STORE_APP = { ...CUSTOM_APP, appType: 'store', appTicket: 'a ticket', tenantKey: 'tenant_1' };

/** What every request of the test has in n8n's older names for it. */
const POSTED = {
	method: 'POST',
	headers: { 'Content-Type': 'application/json; charset=utf-8' },
	json: true,
	ignoreHttpStatusErrors: true,
	disableFollowRedirect: true,
	simple: false,
	followRedirect: false,
	timeout: 30_000,
};
const AUTH = 'https://open.feishu.cn/open-apis/auth/v3';

/** Tests a credential against a Feishu that gives these answers one after another. */
async function testCredential(
	data: ICredentialDataDecryptedObject | undefined,
	...answers: unknown[]
) {
	const asked: unknown[] = [];
	const request = async (options: unknown) => {
		asked.push(options);
		const answer = answers.shift();
		if (answer instanceof Error) throw answer;
		return answer;
	};
	const result = await credentialTest.feishuTenantApiTest.call(
		// Of all that n8n offers, what the test uses.
		{ helpers: { request } } as unknown as ICredentialTestFunctions,
		{ id: '7', name: 'Feishu', type: 'feishuTenantApi', data },
	);
	return { result, asked };
}

describe("the credential's test", () => {
	it('is content when Feishu issues a token', async () => {
		const { result, asked } = await testCredential(CUSTOM_APP, {
			code: 0,
			tenant_access_token: 't-new',
		});
		expect(result).toEqual({ status: 'OK', message: 'Connection successful' });
		expect(asked).toEqual([
			{
				...POSTED,
				uri: `${AUTH}/tenant_access_token/internal`,
				body: { app_id: 'cli_a', app_secret: 'SecretOfTheApp' },
			},
		]);
	});

	it('is content when Feishu issues both tokens of a store app', async () => {
		const { result, asked } = await testCredential(
			STORE_APP,
			{ code: 0, app_access_token: 'a-new' },
			{ code: 0, tenant_access_token: 't-new' },
		);
		expect(result).toEqual({ status: 'OK', message: 'Connection successful' });
		expect(asked).toEqual([
			{
				...POSTED,
				uri: `${AUTH}/app_access_token`,
				body: { app_id: 'cli_a', app_secret: 'SecretOfTheApp', app_ticket: 'a ticket' },
			},
			{
				...POSTED,
				uri: `${AUTH}/tenant_access_token`,
				body: { app_access_token: 'a-new', tenant_key: 'tenant_1' },
			},
		]);
	});

	it('is not content with a token that was stored before', async () => {
		const stored = {
			...CUSTOM_APP,
			accessToken: 't-stored',
			accessTokenOrigin: tokenOriginOf(CUSTOM_APP),
		};
		const { result } = await testCredential(stored, { code: 10014, msg: 'app secret invalid' });
		expect(result.status).toBe('Error');
	});

	it.each<[string, ICredentialDataDecryptedObject | undefined, unknown, string]>([
		[
			'Feishu refuses the secret',
			CUSTOM_APP,
			{ code: 10014, msg: 'app secret invalid' },
			'Feishu issued no access token (code 10014, "app secret invalid"): check App Secret and App ID',
		],
		[
			'nobody answers',
			CUSTOM_APP,
			new Error('connect ECONNREFUSED'),
			'open.feishu.cn cannot be reached: check the region',
		],
		[
			'another server answers',
			CUSTOM_APP,
			'<html></html>',
			'open.feishu.cn does not answer as Feishu does: check the region',
		],
		[
			'a field is empty',
			{ ...CUSTOM_APP, appId: '' },
			undefined,
			'App ID in the credential is empty',
		],
		['n8n gives no fields', undefined, undefined, 'App ID in the credential is empty'],
	])('says what to mend when %s', async (_, data, answer, message) => {
		const { result } = await testCredential(data, answer);
		expect(result).toEqual({
			status: 'Error',
			message: expect.stringContaining(message) as string,
		});
	});
});
