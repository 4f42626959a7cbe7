import { randomUUID } from 'node:crypto';

import type { CallbackConfiguration } from './configuration';
import { DeliveryFailure, type FailureReason, type Received } from './deliveryFailure';
import { encryptBody, signatureHeaders } from './encryption';
import type { TimestampUnit } from '../settings';

/** How to post to a callback URL. */
export interface Post {
	url: string;
	/** The body, before encryption. */
	text: string;
	configuration: CallbackConfiguration;
	/**
	 * How to sign it: with the Encrypt Key, without which nothing is signed; or, as only the old callback of a
	 * button is, with the Verification Token, and without encrypting it.
	 */
	signed: 'no' | 'withEncryptKey' | 'withVerificationToken';
	timestampUnit: TimestampUnit;
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
	configuration,
	signed,
	now,
	timestampUnit,
	timeout,
	stopping,
}: Post): Promise<Received> {
	const { body, headers } = seal(text, configuration, { signed, now, timestampUnit });
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

function seal(
	text: string,
	{ encrypt_key, verification_token }: CallbackConfiguration,
	{ signed, ...time }: Pick<Post, 'signed' | 'now' | 'timestampUnit'>,
): { body: string; headers: Record<string, string> } {
	if (signed === 'withVerificationToken') {
		const signature = { hash: 'sha1', key: verification_token, ...time } as const;
		return { body: text, headers: signatureHeaders(text, signature) };
	}
	if (!encrypt_key) return { body: text, headers: {} };
	const body = encryptBody(text, encrypt_key);
	if (signed === 'no') return { body, headers: {} };
	const signature = { hash: 'sha256', key: encrypt_key, ...time } as const;
	return { body, headers: signatureHeaders(body, signature) };
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
