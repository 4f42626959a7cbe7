import { createHash } from 'crypto';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { asObject, asText } from '../primitives/json';
import { processState } from '../primitives/processState';
import { ERROR_CODES } from './errorCodes';
import { notFeishu, postSecret, unreachable } from './secretRequest';
import type { SendRequest } from './secretRequest';
import { withoutSecrets } from './secrets';

/** The credential's type, as workflows store it. */
export const TENANT_CREDENTIAL = 'feishuTenantApi';

/** What the credential `feishuTenantApi` holds. */
export interface TenantCredential extends ICredentialDataDecryptedObject {
	region: 'feishu' | 'lark' | 'custom';
	/** Of a custom region only. */
	baseUrl: string;
	appType: 'custom' | 'store';
	appId: string;
	appSecret: string;
	/** Of a store app only. */
	appTicket: string;
	/** Of a store app only. */
	tenantKey: string;
	encryptKey: string;
	verificationToken: string;
	/** The tenant access token, made when empty; it lives at most 2 hours. */
	accessToken: string;
	/** What the token was made with, see {@link tokenOriginOf}. */
	accessTokenOrigin: string;
}

/**
 * Names what a token was made with, without giving it away. n8n keeps a stored token when somebody edits the
 * credential, and a token of the former app would go on acting for it: a token is good for its origin only.
 */
export function tokenOriginOf(credential: ICredentialDataDecryptedObject): string {
	const { region, baseUrl, appType, appId, appSecret, appTicket, tenantKey } = credential;
	const isStoreApp = appType === 'store';
	const origin = [
		region === 'custom' ? baseUrl : region,
		isStoreApp ? 'store' : 'custom',
		appId,
		appSecret,
		...(isStoreApp ? [appTicket, tenantKey] : []),
	];
	return createHash('sha256')
		.update(JSON.stringify(origin.map(asText)))
		.digest('hex');
}

/** The stored token, or '' when there is none that was made with what the credential now holds. */
export function currentAccessToken(credential: ICredentialDataDecryptedObject): string {
	return credential.accessTokenOrigin === tokenOriginOf(credential)
		? asText(credential.accessToken)
		: '';
}

/**
 * Why there is no tenant access token, in a sentence that says what to fix in the credential.
 * It has no `code` of its own: n8n's credential test would show that in place of the sentence.
 */
export class TokenError extends Error {
	constructor(
		message: string,
		/** Feishu's code, where Feishu answered. */
		readonly feishuCode?: number,
		/** True when the same attempt may succeed a little later. */
		readonly retryable = false,
	) {
		super(message);
		this.name = 'FeishuTokenError';
	}
}

/** By the credential that n8n was given to make a token for. */
const tokenErrors = processState(() => new WeakMap<object, TokenError>());

/** Notes why no token was made: the errors of n8n before 2.36 do not hold the error that caused them. */
export function noteTokenError(credential: object, error: unknown): void {
	if (error instanceof TokenError) tokenErrors.current.set(credential, error);
}

/** Why no token was made for this credential, the same object that n8n was given, if one was asked for in vain. */
export function tokenErrorOf(credential: object): TokenError | undefined {
	return tokenErrors.current.get(credential);
}

const REGION_BASE_URLS = {
	feishu: 'https://open.feishu.cn',
	lark: 'https://open.larksuite.com',
} as const;

const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The address that calls go to: Feishu's, Lark's or the custom one, without a slash at its end.
 *
 * @throws {TokenError} when a custom address is neither HTTPS nor on this machine
 */
export function baseUrlOf({ region, baseUrl }: ICredentialDataDecryptedObject): string {
	if (region !== 'custom') return REGION_BASE_URLS[region === 'lark' ? 'lark' : 'feishu'];
	const address = String(baseUrl ?? '').trim();
	if (!URL.canParse(address)) {
		throw new TokenError(
			'Base URL in the credential is not an address: it must begin with https://',
		);
	}
	const { protocol, hostname } = new URL(address);
	const allowed = protocol === 'https:' || (protocol === 'http:' && LOCAL_HOSTS.includes(hostname));
	if (!allowed) {
		throw new TokenError(
			'Base URL in the credential must begin with https:// (http:// is for localhost only)',
		);
	}
	return address.replace(/\/+$/, '');
}

/**
 * Asks Feishu for a tenant access token: in one step for a custom app, in two for a store app.
 * Feishu: auth-v3/auth/tenant_access_token_internal, app_access_token, tenant_access_token.
 *
 * @param send sends one HTTP request and gives the body of its answer, whatever its status
 * @throws {TokenError} saying which field of the credential to mend
 */
export async function fetchTenantAccessToken(
	credential: TenantCredential,
	send: SendRequest,
): Promise<string> {
	const baseURL = baseUrlOf(credential);
	requireFilled(credential.appId, 'App ID');
	requireFilled(credential.appSecret, 'App Secret');
	const ask = async (path: string, body: Record<string, string>, tokenName: string) =>
		await askForToken(baseURL, path, body, tokenName, send);

	const app = { app_id: credential.appId, app_secret: credential.appSecret };
	if (credential.appType !== 'store') {
		return await ask('/open-apis/auth/v3/tenant_access_token/internal', app, 'tenant_access_token');
	}
	requireFilled(credential.appTicket, 'App Ticket');
	requireFilled(credential.tenantKey, 'Tenant Key');
	const appToken = await ask(
		'/open-apis/auth/v3/app_access_token',
		{ ...app, app_ticket: credential.appTicket },
		'app_access_token',
	);
	return await ask(
		'/open-apis/auth/v3/tenant_access_token',
		{ app_access_token: appToken, tenant_key: credential.tenantKey },
		'tenant_access_token',
	);
}

function requireFilled(value: unknown, field: string): void {
	if (typeof value === 'string' && value.trim() !== '') return;
	const advice =
		field === 'App Ticket'
			? ': a store app gets it from Feishu in an app_ticket event, every hour or when asked to resend it'
			: '';
	throw new TokenError(`${field} in the credential is empty${advice}`);
}

/** What to mend for each of the token endpoints' error codes. */
const ADVICE_BY_CODE: Record<number, string> = {
	10003: 'check App ID and Tenant Key in the credential, and that the region fits',
	10012: 'the App Ticket in the credential is stale: put in the newest that Feishu has pushed',
	10014:
		"check App Secret and App ID in the credential: both stand in Feishu's developer console under Credentials & Basic Info",
	99991664: 'the app access token was refused: check App Ticket in the credential',
};

async function askForToken(
	baseURL: string,
	path: string,
	body: Record<string, string>,
	tokenName: string,
	send: SendRequest,
): Promise<string> {
	const answer = await postSecret(send, { baseURL, url: path, body, timeout: 30_000 });
	if (answer?.body === undefined) throw new TokenError(unreachable(baseURL), undefined, true);
	const { code, msg, [tokenName]: token } = asObject(answer.body) ?? {};
	if (code === 0 && typeof token === 'string' && token !== '') return token;
	if (typeof code !== 'number') throw new TokenError(notFeishu(baseURL), undefined, true);
	const { concerns, advice: general } = ERROR_CODES[code] ?? {};
	// What is wrong with the app ends every call, those for tokens, too.
	const advice = ADVICE_BY_CODE[code] ?? (concerns === 'app' ? general : undefined);
	// A server may repeat what it was sent.
	const { app_secret, app_ticket, app_access_token } = body;
	const message = withoutSecrets(asText(msg), [app_secret, app_ticket, app_access_token]);
	throw new TokenError(
		`Feishu issued no access token (code ${code}, "${message}"): ${advice ?? 'check the app in the credential'}`,
		code,
		// A rate limit, an internal error: what nothing in the credential would mend.
		advice === undefined,
	);
}
