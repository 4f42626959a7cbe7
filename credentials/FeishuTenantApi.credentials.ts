import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestHelper,
	IHttpRequestOptions,
	Icon,
	INodeProperties,
} from 'n8n-workflow';

import {
	baseUrlOf,
	currentAccessToken,
	fetchTenantAccessToken,
	noteTokenError,
	tokenOriginOf,
} from '../nodes/shared/api/tenantCredential';
import type { TenantCredential } from '../nodes/shared/api/tenantCredential';

/** A field whose value the editor hides and n8n does not give back. */
const secret = (field: INodeProperties): INodeProperties => ({
	...field,
	typeOptions: { password: true },
});

/** An app of Feishu or Lark that acts for a tenant (company). */
export class FeishuTenantApi implements ICredentialType {
	name = 'feishuTenantApi';

	displayName = 'Feishu (飞书, Lark) Tenant API';

	icon: Icon = { light: 'file:../icons/feishu.svg', dark: 'file:../icons/feishu.dark.svg' };

	documentationUrl =
		'https://github.com/n8n-nodes-feishu-feed/n8n-nodes-feishu-feed/blob/main/docs/credential.md';

	properties: INodeProperties[] = [
		{
			displayName: 'Access Token',
			name: 'accessToken',
			type: 'hidden',
			typeOptions: { expirable: true, password: true },
			default: '',
		},
		{
			displayName: 'Access Token Origin',
			name: 'accessTokenOrigin',
			type: 'hidden',
			typeOptions: { password: true },
			default: '',
		},
		{
			displayName: 'Region',
			name: 'region',
			type: 'options',
			options: [
				{ name: 'Feishu (飞书, China)', value: 'feishu' },
				{ name: 'Lark (Global)', value: 'lark' },
				{ name: 'Custom Base URL', value: 'custom' },
			],
			default: 'feishu',
			description: 'Where your company is registered',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. https://open.feishu.example.com',
			description: 'Must begin with https://, except for localhost',
			displayOptions: { show: { region: ['custom'] } },
		},
		{
			displayName: 'App Type',
			name: 'appType',
			type: 'options',
			options: [
				{
					name: 'Custom App (自建应用)',
					value: 'custom',
					description: 'An app that your company made for itself',
				},
				{
					name: 'Store App (商店应用)',
					value: 'store',
					description: 'An app from the app directory that many companies install',
				},
			],
			default: 'custom',
		},
		{
			displayName: 'App ID',
			name: 'appId',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. cli_a1b2c3d4e5f6g7h8',
			description: 'From the developer console, under Credentials & Basic Info (凭证与基础信息)',
		},
		secret({
			displayName: 'App Secret',
			name: 'appSecret',
			type: 'string',
			required: true,
			default: '',
			description: 'Stands beside the App ID in the developer console',
		}),
		secret({
			displayName: 'App Ticket',
			name: 'appTicket',
			type: 'string',
			required: true,
			default: '',
			description: 'Feishu pushes it to the app every hour, in an app_ticket event',
			displayOptions: { show: { appType: ['store'] } },
		}),
		{
			displayName: 'Tenant Key',
			name: 'tenantKey',
			type: 'string',
			required: true,
			default: '',
			description: 'Names the company that the app acts for',
			displayOptions: { show: { appType: ['store'] } },
		},
		{
			displayName:
				'Only for a Feishu Feed Trigger that receives over a webhook: enter one of the two below, preferably both. The long connection (长连接) needs neither.',
			name: 'webhookNotice',
			type: 'notice',
			default: '',
		},
		secret({
			displayName: 'Encrypt Key',
			name: 'encryptKey',
			type: 'string',
			default: '',
			description:
				'From the developer console, under Events & Callbacks (事件与回调), Encryption Strategy (加密策略)',
		}),
		secret({
			displayName: 'Verification Token',
			name: 'verificationToken',
			type: 'string',
			default: '',
			description: 'Stands beside the Encrypt Key',
		}),
	];

	/** Makes the tenant access token; n8n stores it with the credential, so that all executions share it. */
	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<{ accessToken: string; accessTokenOrigin: string }> {
		try {
			const accessToken = await fetchTenantAccessToken(
				credentials as TenantCredential,
				async (options) => await this.helpers.httpRequest(options),
			);
			return { accessToken, accessTokenOrigin: tokenOriginOf(credentials) };
		} catch (error) {
			noteTokenError(credentials, error);
			throw error;
		}
	}

	/** Gives a call its token, and sends it to the credential's region unless it has an address of its own. */
	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		return {
			...requestOptions,
			baseURL: requestOptions.baseURL ?? baseUrlOf(credentials),
			headers: {
				...requestOptions.headers,
				// A token of another app must not act for it. Feishu then says that there is none.
				Authorization: `Bearer ${currentAccessToken(credentials)}`,
			},
		};
	}
}
