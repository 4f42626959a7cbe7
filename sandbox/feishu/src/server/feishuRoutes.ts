import { setTimeout as sleep } from 'node:timers/promises';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import {
	type Answer,
	FeishuError,
	invalidParameter,
	scopeMissing,
	TOKEN_ERRORS,
	tooManyRequests,
} from '../answers';
import type { App } from '../apps';
import type { Company } from '../company/company';
import { type Fault, isHandled } from '../faults';
import { newLogId } from '../logId';
import { OPERATIONS } from '../operations';
import {
	type Call,
	needsToken,
	type Operation,
	recipientsOf,
	type TenantOperation,
} from '../operations/operation';
import type { Exchange } from '../requests';
import type { Sandbox } from '../sandbox';

/** What is known of a call from its headers alone. */
interface Received {
	exchange: Exchange;
	caller?: { app: App; company: Company };
	/** It goes no further than this. */
	refusal?: FeishuError;
}

declare module 'fastify' {
	interface FastifyRequest {
		received: Received | null;
	}
}

const PAGE_OF_HTML =
	'<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>';

/**
 * The endpoints of Feishu's open platform. `stopping` ends all waiting when the server closes.
 */
export function registerFeishuRoutes(
	server: FastifyInstance,
	sandbox: Sandbox,
	stopping: AbortSignal,
): void {
	// Bodies stay text: they are recorded as they came, also when they are no JSON.
	server.removeAllContentTypeParsers();
	server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) =>
		done(null, body),
	);
	server.decorateRequest('received', null);

	for (const operation of OPERATIONS) {
		server.route({
			method: operation.method,
			url: operation.path,
			onRequest: (request, reply, done) => {
				request.received = receive(sandbox, request, reply, operation);
				done();
			},
			handler: (request, reply) => answerCall(sandbox, operation, request, reply, stopping),
		});
	}

	server.setNotFoundHandler((request, reply) => {
		const { exchange } = receive(sandbox, request, reply, undefined);
		keepBody(sandbox, exchange, request);
		const error = new FeishuError(404, 404, '404 page not found');
		send(sandbox, exchange, reply, error.toAnswer(exchange.logId));
		return reply;
	});
	server.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
		const exchange =
			request.received?.exchange ?? receive(sandbox, request, reply, undefined).exchange;
		const status = error.statusCode ?? 500;
		send(
			sandbox,
			exchange,
			reply,
			new FeishuError(status, status, error.message).toAnswer(exchange.logId),
		);
		return reply;
	});
}

/** Counts and judges a call by its headers, at the moment it arrives. */
function receive(
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
	const received: Received = { exchange };
	if (operation && needsToken(operation)) {
		try {
			admit(sandbox, operation, request, received);
		} catch (error) {
			if (!(error instanceof FeishuError)) throw error;
			received.refusal = error;
		}
	}
	return received;
}

/** Token, scope and rate limit, in this order (Feishu reference: general error codes). */
function admit(
	sandbox: Sandbox,
	operation: TenantOperation,
	request: FastifyRequest,
	received: Received,
) {
	const { exchange } = received;
	const { rateLimiting } = sandbox.settings;
	const { app, company } = (received.caller = authenticate(sandbox, request, exchange.receivedAt));
	exchange.app_id = app.app_id;
	exchange.tenant_key = company.tenant_key;
	if (!operation.scopes.some((scope) => app.scopes.includes(scope))) {
		throw scopeMissing(app.app_id, operation.scopes);
	}
	const limit = rateLimiting.limits[operation.name] ?? operation.limit;
	if (!rateLimiting.enabled || !limit) return;
	const refusal = sandbox.rateLimiter.take(
		`${operation.name}/${app.app_id}/${company.tenant_key}`,
		limit,
		exchange.receivedAt,
		rateLimiting.countRefused,
	);
	if (!refusal) return;
	const status = rateLimiting.answer400.includes(operation.name) ? 400 : 429;
	throw tooManyRequests(status, refusal.limit, refusal.resetSeconds);
}

/** Feishu reference: "Access credentials", general error codes. */
function authenticate(sandbox: Sandbox, request: FastifyRequest, now: number) {
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

/** Does the call at once, and answers after the latency, as faults allow. */
async function answerCall(
	sandbox: Sandbox,
	operation: Operation,
	request: FastifyRequest,
	reply: FastifyReply,
	stopping: AbortSignal,
): Promise<FastifyReply> {
	const { exchange, caller, refusal } = request.received!;
	keepBody(sandbox, exchange, request);
	const body = parseBody(request);
	const recipients = recipientsOf(body.value);
	exchange.recipients = recipients.length;
	exchange.app_id ??= appIdOf(body.value);

	if (refusal) {
		await wait(sandbox.settings.latency, stopping);
		return send(sandbox, exchange, reply, refusal.toAnswer(exchange.logId));
	}
	const plan = sandbox.faults.plan(operation.name, exchange.app_id, recipients);
	const { breaking } = plan;
	exchange.fault = breaking?.kind;

	let answer: Answer | undefined;
	if (!breaking || isHandled(breaking)) {
		exchange.handled = true;
		try {
			// The token endpoints have an error of their own for bodies that they cannot read.
			if (body.error && needsToken(operation)) throw body.error;
			const call: Call = {
				sandbox,
				request: exchange.number,
				now: exchange.receivedAt,
				params: request.params,
				query: exchange.query,
				body: body.value,
			};
			answer = needsToken(operation)
				? operation.perform({ ...call, ...caller!, failing: plan.failing })
				: operation.perform(call);
		} catch (error) {
			if (!(error instanceof FeishuError)) throw error;
			answer = error.toAnswer(exchange.logId);
		}
	}
	await wait(sandbox.settings.latency + plan.delay, stopping);
	if (breaking)
		return answerBroken(sandbox, operation, exchange, reply, breaking, answer, stopping);
	return send(sandbox, exchange, reply, answer!);
}

/** Answers in the way that a fault asks for. `answer` is what the call, if handled, would have got. */
async function answerBroken(
	sandbox: Sandbox,
	operation: Operation,
	exchange: Exchange,
	reply: FastifyReply,
	fault: Fault,
	answer: Answer | undefined,
	stopping: AbortSignal,
): Promise<FastifyReply> {
	const answerWith = (error: FeishuError) =>
		send(sandbox, exchange, reply, error.toAnswer(exchange.logId));
	const limit = (needsToken(operation) && operation.limit?.perSecond) || 10;
	switch (fault.kind) {
		case 'tokenExpired':
			sandbox.tokens.expire(exchange.app_id);
			return answerWith(TOKEN_ERRORS.tenant());
		case 'missingScope':
			return answerWith(
				scopeMissing(exchange.app_id ?? '', needsToken(operation) ? operation.scopes : []),
			);
		case 'tooManyRequests':
			return answerWith(tooManyRequests(429, limit, fault.retryAfter ?? 1));
		case 'tooManyRequestsAs400':
			return answerWith(tooManyRequests(400, limit, fault.retryAfter ?? 1));
		case 'serverError':
			return answerWith(new FeishuError(500, 2200, 'Internal Error'));
		case 'badGateway':
			return sendHtml(sandbox, exchange, reply, 502);
		case 'notJson':
			return sendHtml(sandbox, exchange, reply, 200);
		case 'cutOff':
			return cutOff(sandbox, exchange, reply, answer);
		case 'silence':
			await wait((fault.seconds ?? 30) * 1000, stopping);
			return answer ? send(sandbox, exchange, reply, answer) : drop(sandbox, exchange, reply);
		default:
			return drop(sandbox, exchange, reply);
	}
}

function send(
	sandbox: Sandbox,
	exchange: Exchange,
	reply: FastifyReply,
	answer: Answer,
): FastifyReply {
	const text = JSON.stringify(answer.body);
	exchange.status = answer.status;
	exchange.code = answer.body.code;
	if (sandbox.settings.recording.bodies) {
		exchange.responseHeaders = answer.headers;
		exchange.rawResponse = text;
	}
	const refused = answer.body.code === 99991400;
	// A caller that went away while it waited was noted when its connection closed.
	sandbox.requests.end(exchange, refused ? 'refused' : 'answered', sandbox.clock.now());
	return reply
		.code(answer.status)
		.headers({
			'content-type': 'application/json; charset=utf-8',
			'x-tt-logid': exchange.logId,
			...answer.headers,
		})
		.send(text);
}

function sendHtml(
	sandbox: Sandbox,
	exchange: Exchange,
	reply: FastifyReply,
	status: number,
): FastifyReply {
	exchange.status = status;
	if (sandbox.settings.recording.bodies) exchange.rawResponse = PAGE_OF_HTML;
	sandbox.requests.end(exchange, 'answered', sandbox.clock.now());
	return reply
		.code(status)
		.headers({ 'content-type': 'text/html', 'x-tt-logid': exchange.logId })
		.send(PAGE_OF_HTML);
}

function drop(sandbox: Sandbox, exchange: Exchange, reply: FastifyReply): FastifyReply {
	sandbox.requests.end(exchange, 'dropped', sandbox.clock.now());
	reply.hijack();
	reply.raw.destroy();
	return reply;
}

function cutOff(
	sandbox: Sandbox,
	exchange: Exchange,
	reply: FastifyReply,
	answer: Answer | undefined,
): FastifyReply {
	const text = Buffer.from(JSON.stringify(answer?.body ?? { code: 0, msg: 'success', data: {} }));
	exchange.status = answer?.status ?? 200;
	sandbox.requests.end(exchange, 'cutOff', sandbox.clock.now());
	reply.hijack();
	reply.raw.writeHead(exchange.status, {
		'content-type': 'application/json; charset=utf-8',
		'content-length': text.length,
		'x-tt-logid': exchange.logId,
	});
	reply.raw.write(text.subarray(0, text.length >> 1), () => reply.raw.destroy());
	return reply;
}

function keepBody(sandbox: Sandbox, exchange: Exchange, request: FastifyRequest): void {
	if (sandbox.settings.recording.bodies && typeof request.body === 'string') {
		exchange.rawBody = request.body;
	}
}

function parseBody(request: FastifyRequest): { value?: unknown; error?: FeishuError } {
	if (request.method === 'GET') return {};
	if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
		return { error: invalidParameter('Content-Type must be application/json.') };
	}
	try {
		return { value: JSON.parse(request.body as string) };
	} catch {
		return { error: invalidParameter('The body is no JSON.') };
	}
}

/** The app that a call for a token names. */
function appIdOf(body: unknown): string | undefined {
	const app_id = (body as { app_id?: unknown } | undefined | null)?.app_id;
	return typeof app_id === 'string' ? app_id : undefined;
}

async function wait(milliseconds: number, stopping: AbortSignal): Promise<void> {
	if (milliseconds > 0)
		await sleep(milliseconds, undefined, { signal: stopping }).catch(() => undefined);
}
