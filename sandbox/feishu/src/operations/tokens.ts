import { type Answer, FeishuError, TOKEN_ERRORS } from '../answers';
import type { App } from '../apps';
import { compile } from '../validation';
import type { Call, TokenOperation } from './operation';

const word = { type: 'string', minLength: 1 };
const appCredentials = { app_id: word, app_secret: word };

const internalBody = compile<{ app_id: string; app_secret: string }>({
	type: 'object',
	required: ['app_id', 'app_secret'],
	properties: appCredentials,
});
const appAccessTokenBody = compile<{ app_id: string; app_secret: string; app_ticket: string }>({
	type: 'object',
	required: ['app_id', 'app_secret', 'app_ticket'],
	properties: { ...appCredentials, app_ticket: word },
});
const tenantAccessTokenBody = compile<{ app_access_token: string; tenant_key: string }>({
	type: 'object',
	required: ['app_access_token', 'tenant_key'],
	properties: { app_access_token: word, tenant_key: word },
});

/** Feishu reference: "Get tenant_access_token (custom app)". */
export const tenantAccessTokenInternal: TokenOperation = {
	name: 'tenantAccessToken.internal',
	method: 'POST',
	path: '/open-apis/auth/v3/tenant_access_token/internal',
	perform(call) {
		if (!internalBody(call.body)) throw invalidParam(call);
		const app = findApp(call, call.body, 'custom');
		return tenantToken(call, app, app.tenant_keys[0]);
	},
};

/** Feishu reference: "Get app_access_token (store app)". */
export const appAccessToken: TokenOperation = {
	name: 'appAccessToken.create',
	method: 'POST',
	path: '/open-apis/auth/v3/app_access_token',
	perform(call) {
		if (!appAccessTokenBody(call.body)) throw invalidParam(call);
		const app = findApp(call, call.body, 'store');
		if (app.app_ticket !== call.body.app_ticket)
			throw tokenError(call, 10012, 'app_ticket invalid');
		return tokenAnswer('app_access_token', call, app.app_id, undefined);
	},
};

/** Feishu reference: "Get tenant_access_token (store app)". */
export const tenantAccessToken: TokenOperation = {
	name: 'tenantAccessToken.create',
	method: 'POST',
	path: '/open-apis/auth/v3/tenant_access_token',
	perform(call) {
		if (!tenantAccessTokenBody(call.body)) throw invalidParam(call);
		const { app_access_token, tenant_key } = call.body;
		const token = call.sandbox.tokens.find(app_access_token, call.now);
		const app = token && token.tenant_key === undefined && call.sandbox.apps.get(token.app_id);
		if (!app) throw TOKEN_ERRORS.app();
		if (!app.tenant_keys.includes(tenant_key)) throw invalidParam(call);
		return tenantToken(call, app, tenant_key);
	},
};

/** Feishu reference: "Resend app_ticket": the ticket itself comes as an event. */
export const appTicketResend: TokenOperation = {
	name: 'appTicket.resend',
	method: 'POST',
	path: '/open-apis/auth/v3/app_ticket/resend',
	perform(call) {
		if (!internalBody(call.body)) throw invalidParam(call);
		void call.sandbox.callbacks.pushAppTicket(findApp(call, call.body, 'store'));
		return { status: 200, body: { code: 0, msg: 'ok' } };
	},
};

function findApp(
	call: Call,
	credentials: { app_id: string; app_secret: string },
	type: App['type'],
): App {
	const app = call.sandbox.apps.get(credentials.app_id);
	if (!app || app.type !== type) throw invalidParam(call);
	if (app.app_secret !== credentials.app_secret)
		throw tokenError(call, 10014, 'app secret invalid');
	return app;
}

function tenantToken(call: Call, app: App, tenant_key: string): Answer {
	return tokenAnswer('tenant_access_token', call, app.app_id, tenant_key);
}

function tokenAnswer(
	field: string,
	call: Call,
	app_id: string,
	tenant_key: string | undefined,
): Answer {
	const { tokenLifetime, tokenRenewalMargin } = call.sandbox.settings;
	const token = call.sandbox.tokens.issue(
		app_id,
		tenant_key,
		call.now,
		tokenLifetime,
		tokenRenewalMargin,
	);
	const expire = Math.round((token.expiresAt - call.now) / 1000);
	return { status: 200, body: { code: 0, msg: 'ok', [field]: token.value, expire } };
}

function invalidParam(call: Call): FeishuError {
	return tokenError(call, 10003, 'invalid param');
}

function tokenError(call: Call, code: number, msg: string): FeishuError {
	return new FeishuError(call.sandbox.settings.tokenErrorsAs400 ? 400 : 200, code, msg);
}
