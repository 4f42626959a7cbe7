import { randomUUID } from 'node:crypto';

import type { CallbackConfiguration } from './configuration';
import { DeliveryFailure, type FailureReason, type Received } from './deliveryFailure';
import { encryptBody, signatureHeaders } from './encryption';

/** How to post to a callback URL. */
export interface Post {
	url: string;
	/** The body, before encryption. */
	text: string;
	configuration: CallbackConfiguration;
	/** Whether to sign it; without an Encrypt Key nothing is. */
	signed: boolean;
	/** Milliseconds since 1970. */
	now: number;
	/** Seconds until the whole answer must be there. */
	timeout: number;
	/** Ends it early. */
	stopping: AbortSignal;
}

/** How a URL verification went (Feishu reference: "Configure callback request address"). */
export interface UrlVerification {
	url: string;
	ok: boolean;
	/** Milliseconds until the answer, or until it was given up. */
	took: number;
	/** HTTP status. */
	status?: number;
	/** The answer's first 1,000 characters. */
	answer?: string;
	failure?: { reason: FailureReason; message: string };
}

/**
 * Posts a body, encrypted and signed if the app has an Encrypt Key.
 * @throws DeliveryFailure when there is no whole answer in time
 */
export async function post({
	url,
	text,
	configuration: { encrypt_key },
	signed,
	now,
	timeout,
	stopping,
}: Post): Promise<Received> {
	const body = encrypt_key ? encryptBody(text, encrypt_key) : text;
	const headers = encrypt_key && signed ? signatureHeaders(body, encrypt_key, now) : {};
	try {
		const response = await fetch(url, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
			body,
			redirect: 'manual',
			signal: AbortSignal.any([stopping, AbortSignal.timeout(timeout * 1000)]),
		});
		return { status: response.status, text: await response.text() };
	} catch (error) {
		const { name, message, cause } = error as Error;
		if (name === 'TimeoutError') {
			throw new DeliveryFailure('timeout', `No answer within ${timeout} s`);
		}
		const because = cause instanceof Error ? cause.message : message;
		throw new DeliveryFailure('unreachable', `${url}: ${because}`);
	}
}

/** Asks a URL for the challenge: HTTP 200 and `{"challenge": …}` within the time is the one right answer. */
export async function verifyUrl(request: Omit<Post, 'text'>): Promise<UrlVerification> {
	const challenge = randomUUID();
	const { verification_token: token } = request.configuration;
	const text = JSON.stringify({ challenge, token, type: 'url_verification' });
	const startedAt = performance.now();
	const result = (rest: Omit<UrlVerification, 'url' | 'took'>): UrlVerification => ({
		url: request.url,
		took: performance.now() - startedAt,
		...rest,
	});
	try {
		const { status, text: answer } = await post({ ...request, text });
		const received = { status, answer: answer.slice(0, 1000) };
		if (status !== 200) {
			const failure = { reason: 'status' as const, message: `HTTP ${status} instead of 200` };
			return result({ ok: false, ...received, failure });
		}
		if (challengeOf(answer) !== challenge) {
			const failure = {
				reason: 'invalidAnswer' as const,
				message: 'The challenge did not come back',
			};
			return result({ ok: false, ...received, failure });
		}
		return result({ ok: true, ...received });
	} catch (error) {
		if (!(error instanceof DeliveryFailure)) throw error;
		return result({ ok: false, failure: { reason: error.reason, message: error.message } });
	}
}

function challengeOf(text: string): unknown {
	try {
		return (JSON.parse(text) as { challenge?: unknown } | null)?.challenge;
	} catch {
		return undefined;
	}
}
