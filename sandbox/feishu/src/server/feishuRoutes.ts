import { setTimeout as sleep } from 'node:timers/promises';

import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import {
	type Answer,
	FeishuError,
	invalidParameter,
	scopeMissing,
	success,
	tooManyRequests,
} from '../answers';
import { concernedIds, type Fault, type FaultPlan, isHandled } from '../faults';
import { gatewayError, type NamedIds } from '../gateway';
import { OPERATIONS } from '../operations';
import { MOST_IMAGE_BYTES, type UploadedFile } from '../operations/images';
import { type Call, needsToken, type Operation, recipientsOf } from '../operations/operation';
import { judgeUserIds } from '../operations/recipients';
import type { Exchange } from '../requests';
import type { Sandbox } from '../sandbox';
import { addressOf, admitTokenCall, receive, type Received } from './admission';
import { Delivery } from './delivery';

declare module 'fastify' {
	interface FastifyRequest {
		received: Received | null;
	}
}

/** The endpoints of Feishu's open platform. `stopping` ends all waiting when the server closes. */
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

	const addRoute = (scope: FastifyInstance, operation: Operation) =>
		scope.route({
			method: operation.method,
			url: operation.path,
			onRequest: (request, reply, done) => {
				request.received = receive(sandbox, request, reply, operation);
				done();
			},
			handler: (request, reply) => answerCall(sandbox, operation, request, reply, stopping),
		});
	for (const operation of OPERATIONS) {
		if (!isMultipart(operation)) addRoute(server, operation);
	}
	// In a scope of its own, so that forms are read only where Feishu takes them.
	server.register(async (scope) => {
		await scope.register(multipart, {
			throwFileSizeLimit: false,
			limits: { fileSize: MOST_IMAGE_BYTES + 1 },
		});
		for (const operation of OPERATIONS) {
			if (isMultipart(operation)) addRoute(scope, operation);
		}
	});
	server.setNotFoundHandler((request, reply) => {
		const { exchange } = receive(sandbox, request, reply, undefined);
		keepBody(sandbox, exchange, request);
		const error = new FeishuError(404, 404, '404 page not found');
		return new Delivery(sandbox, exchange, reply).refuse(error);
	});
	server.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
		const { exchange } = request.received ?? receive(sandbox, request, reply, undefined);
		const status = error.statusCode ?? 500;
		const told = new FeishuError(status, status, error.message);
		return new Delivery(sandbox, exchange, reply).refuse(told);
	});
}

/** Does the call at once, and answers after the latency, as faults allow. */
async function answerCall(
	sandbox: Sandbox,
	operation: Operation,
	request: FastifyRequest,
	reply: FastifyReply,
	stopping: AbortSignal,
): Promise<FastifyReply> {
	const received = request.received!;
	const { exchange, refusal } = received;
	const delivery = new Delivery(sandbox, exchange, reply);
	const ip = addressOf(request);
	keepBody(sandbox, exchange, request);
	const body = isMultipart(operation) ? await readForm(request, exchange) : parseBody(request);
	const recipients = recipientsOf(body.value);
	exchange.recipients = recipients.length;
	exchange.app_id ??= appIdOf(body.value);
	if (refusal) {
		await wait(sandbox.settings.latency, stopping);
		return delivery.isAbandoned ? delivery.drop() : delivery.refuse(refusal);
	}

	const text = typeof request.body === 'string' ? request.body : '';
	const plan = sandbox.faults.plan(operation.name, exchange.app_id, recipients, text);
	const { breaking } = plan;
	let answer: Answer | undefined;
	if (breaking) exchange.fault = breaking.kind;
	if (!breaking || isHandled(breaking)) {
		answer = perform(operation, received, body, plan.failing, {
			sandbox,
			request: exchange.number,
			now: exchange.receivedAt,
			params: request.params,
			query: exchange.query,
			body: body.value,
			host: request.host,
			ip,
		});
	}
	// Tokens end with the call itself, not when its answer arrives.
	if (breaking?.kind === 'tokenExpired') sandbox.tokens.expire(exchange.app_id);
	const silence = breaking?.kind === 'silence' ? (breaking.seconds ?? 30) * 1000 : 0;
	await wait(sandbox.settings.latency + plan.delay + silence, stopping);
	if (delivery.isAbandoned) return delivery.drop();
	if (breaking) {
		const { namesIds } = sandbox.settings.gateway;
		const error = { userIds: concernedIds(breaking, recipients), namesIds, ip };
		return answerBroken(delivery, operation, exchange, breaking, answer, error);
	}
	return delivery.send(answer ?? success({}));
}

function perform(
	operation: Operation,
	{ exchange, caller }: Received,
	body: ParsedBody,
	failing: FaultPlan['failing'],
	call: Call,
): Answer {
	try {
		// Until the gateway lets it through, the operation has not run.
		if (!needsToken(operation)) {
			admitTokenCall(call, exchange.app_id);
			exchange.handled = true;
			return operation.perform(call);
		}
		// Without a caller the call was refused before it came here.
		const tenantCall = { ...call, ...caller!, failing };
		judgeUserIds(tenantCall);
		exchange.handled = true;
		if (body.error) throw body.error;
		return operation.perform(tenantCall);
	} catch (error) {
		if (!(error instanceof FeishuError)) throw error;
		return error.toAnswer(exchange.logId);
	}
}

/**
 * Answers in the way that a fault asks for. `answer` is what the call, if handled, would have got;
 * `error` what else an error of the gateway depends on.
 */
function answerBroken(
	delivery: Delivery,
	operation: Operation,
	{ app_id = '' }: Exchange,
	fault: Fault,
	answer: Answer | undefined,
	error: { userIds: string[]; namesIds: NamedIds; ip: string },
): FastifyReply {
	const { scopes, limit } = needsToken(operation) ? operation : { scopes: [], limit: undefined };
	const perSecond = limit?.perSecond ?? 10;
	switch (fault.kind) {
		case 'tokenExpired':
			return delivery.refuse(gatewayError(fault.code ?? 99991663));
		case 'missingScope':
			return delivery.refuse(scopeMissing(app_id, scopes));
		case 'tooManyRequests':
			return delivery.refuse(tooManyRequests(429, perSecond, fault.retryAfter ?? 1));
		case 'tooManyRequestsAs400':
			return delivery.refuse(tooManyRequests(400, perSecond, fault.retryAfter ?? 1));
		case 'errorCode': {
			const { status = 200, code = 1, msg = 'refused' } = fault;
			return delivery.send({ status, body: { code, msg, data: {} } });
		}
		case 'gatewayCode': {
			const { code = 0, status, msg, namesIds = error.namesIds, retryAfter } = fault;
			const parts = { ...error, app_id, namesIds, scopes, limit: perSecond, retryAfter };
			return delivery.refuse(gatewayError(code, { ...parts, status, msg }));
		}
		case 'serverError':
			return delivery.refuse(new FeishuError(500, 2200, 'Internal Error'));
		case 'badGateway':
			return delivery.sendHtml(502);
		case 'notJson':
			return delivery.sendHtml(200, fault.text);
		case 'cutOff':
			return delivery.cutOff(answer ?? success({}));
		case 'silence':
			return answer ? delivery.send(answer) : delivery.drop();
		default:
			return delivery.drop();
	}
}

function keepBody(sandbox: Sandbox, exchange: Exchange, request: FastifyRequest): void {
	if (sandbox.settings.recording.bodies && typeof request.body === 'string') {
		exchange.rawBody = request.body;
	}
}

interface ParsedBody {
	value?: unknown;
	/** The token endpoints have an error of their own for bodies that they cannot read. */
	error?: FeishuError;
}

function parseBody(request: FastifyRequest): ParsedBody {
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

function isMultipart(operation: Operation): boolean {
	return needsToken(operation) && operation.isMultipart === true;
}

/** The fields and files of a form, as far as the body is one. */
async function readForm(request: FastifyRequest, exchange: Exchange): Promise<ParsedBody> {
	const value: Record<string, string | UploadedFile> = {};
	if (!request.isMultipart()) return { value };
	const form: Record<string, unknown> = (exchange.form = {});
	try {
		for await (const part of request.parts()) {
			if (part.type === 'file') {
				const { filename, mimetype, fieldname } = part;
				const bytes = await part.toBuffer();
				value[fieldname] = { filename, mimetype, bytes };
				form[fieldname] = { filename, mimetype, bytes: bytes.length };
			} else {
				form[part.fieldname] = value[part.fieldname] = String(part.value);
			}
		}
	} catch {
		// What came before the form broke off is told by the fields that are missing.
	}
	return { value };
}

/** The app that a call without a token names. */
function appIdOf(body: unknown): string | undefined {
	const named = body as { app_id?: unknown; AppID?: unknown } | undefined | null;
	const app_id = named?.app_id ?? named?.AppID;
	return typeof app_id === 'string' ? app_id : undefined;
}

async function wait(milliseconds: number, stopping: AbortSignal): Promise<void> {
	if (milliseconds > 0) {
		await sleep(milliseconds, undefined, { signal: stopping }).catch(() => undefined);
	}
}
