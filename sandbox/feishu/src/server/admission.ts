import type { FastifyReply, FastifyRequest } from 'fastify';

import { FeishuError, scopeMissing, TOKEN_ERRORS, tooManyRequests } from '../answers';
import type { App } from '../apps';
import type { Company } from '../company/company';
import { gatewayError } from '../gateway';
import { newLogId } from '../logId';
import {
	type Call,
	needsToken,
	type Operation,
	type TenantOperation,
} from '../operations/operation';
import type { Exchange } from '../requests';
import type { Sandbox } from '../sandbox';

/** Who calls: an app, in a tenant. */
export interface Caller {
	app: App;
	company: Company;
}

/** What is known of a call from its headers alone. */
export interface Received {
	exchange: Exchange;
	/** Absent for calls that need no token, or have no good one. */
	caller?: Caller;
	/** It goes no further than this. */
	refusal?: FeishuError;
}

/**
 * Counts and judges a call by its headers, at the moment it arrives, so that neither the body's
 * length nor the latency shifts the rate limit's windows. `operation` is absent for paths that
 * Feishu does not have.
 */
export function receive(
	sandbox: Sandbox,
	request: FastifyRequest,
	reply: FastifyReply,
	operation: Operation | undefined,
): Received {
	const now = sandbox.clock.now();
	const { recording } = sandbox.settings;
	const exchange = sandbox.requests.open(
		{
			receivedAt: now,
			logId: newLogId(now),
			method: request.method,
			path: request.url.split('?', 1)[0],
			query: request.query as Record<string, unknown>,
			headers: recording.bodies ? request.headers : undefined,
			operation: operation?.name,
			recipients: 0,
			outcome: 'pending',
			handled: false,
		},
		recording.requests,
		recording.mostRequests,
	);
	reply.raw.once('close', () => sandbox.requests.end(exchange, 'abandoned', sandbox.clock.now()));
	if (!operation || !needsToken(operation)) return { exchange };

	const received: Received = { exchange };
	try {
		const caller = (received.caller = authenticate(sandbox, request, now));
		exchange.app_id = caller.app.app_id;
		exchange.tenant_key = caller.company.tenant_key;
		admitApp(caller.app, caller.company, addressOf(request));
		admit(sandbox, operation, caller, now);
		caller.company.callsThisMonth++;
	} catch (error) {
		if (!(error instanceof FeishuError)) throw error;
		received.refusal = error;
	}
	return received;
}

/** The caller's address, IPv4 as IPv4 also where the sandbox listens on both. */
export function addressOf(request: FastifyRequest): string {
	return request.ip.replace(/^::ffff:/, '');
}

/** Feishu reference: "Access credentials", general error codes. */
function authenticate(sandbox: Sandbox, request: FastifyRequest, now: number): Caller {
	const { authorization } = request.headers;
	if (!authorization) throw TOKEN_ERRORS.missing();
	const value = /^Bearer (\S+)$/.exec(authorization)?.[1] ?? '';
	const token = sandbox.tokens.find(value, now);
	if (token?.tenant_key !== undefined) {
		const app = sandbox.apps.get(token.app_id);
		const company = sandbox.companies.get(token.tenant_key);
		if (app && company) return { app, company };
	}
	if (value.startsWith('t-')) throw TOKEN_ERRORS.tenant();
	// A good app access token is no token for these endpoints either, but a different error.
	if (value.startsWith('a-')) throw token ? TOKEN_ERRORS.user() : TOKEN_ERRORS.app();
	if (value.startsWith('u-')) throw TOKEN_ERRORS.user();
	throw TOKEN_ERRORS.malformed();
}

/**
 * What keeps an app from every call in a tenant, until a person acts.
 * @throws FeishuError `99991662` app disabled, `99991673` not installed, `99991401` address not
 *   allowed; HTTP 429 `99991403` the tenant's quota is used up
 */
function admitApp(app: App, company: Company | undefined, ip: string): void {
	if (app.isDisabled) throw gatewayError(99991662);
	if (company && app.uninstalledFrom.includes(company.tenant_key)) throw gatewayError(99991673);
	if (app.allowedIps && !app.allowedIps.includes(ip)) throw gatewayError(99991401, { ip });
	if (company && company.callsThisMonth >= (company.monthlyQuota ?? Infinity)) {
		throw gatewayError(99991403);
	}
}

/**
 * The same for a call that needs no token, where the settings say so. Its body names the app, by
 * itself or by its token, and for some calls the tenant; a custom app has only one.
 * @throws FeishuError as `admitApp`
 */
export function admitTokenCall({ sandbox, body, now, ip }: Call, app_id: string | undefined): void {
	if (!sandbox.settings.gateway.coversTokens) return;
	const { app_access_token, tenant_key } = (body ?? {}) as Record<string, unknown>;
	const token =
		typeof app_access_token === 'string' ? sandbox.tokens.find(app_access_token, now) : undefined;
	const app = sandbox.apps.get(token?.app_id ?? app_id ?? '');
	if (!app) return;
	const tenant = app.type === 'custom' ? app.tenant_keys[0] : tenant_key;
	admitApp(app, typeof tenant === 'string' ? sandbox.companies.get(tenant) : undefined, ip);
}

/** Scope, then rate limit (Feishu reference: "Frequency control"). */
function admit(sandbox: Sandbox, operation: TenantOperation, caller: Caller, now: number): void {
	const { app, company } = caller;
	if (!operation.scopes.some((scope) => app.scopes.includes(scope))) {
		throw scopeMissing(app.app_id, operation.scopes);
	}
	const { rateLimiting } = sandbox.settings;
	const limit = rateLimiting.limits[operation.name] ?? operation.limit;
	if (!rateLimiting.enabled || !limit) return;
	const refusal = sandbox.rateLimiter.take(
		`${operation.name}/${app.app_id}/${company.tenant_key}`,
		limit,
		now,
		rateLimiting.countRefused,
	);
	if (!refusal) return;
	const status = rateLimiting.answer400.includes(operation.name) ? 400 : 429;
	throw tooManyRequests(status, refusal.limit, refusal.resetSeconds);
}
