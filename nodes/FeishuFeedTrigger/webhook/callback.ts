import { createDecipheriv, createHash } from 'crypto';

import { constantTimeEqual } from '../../shared/primitives/constantTimeEqual';
import { asObject, asText, parseObject } from '../../shared/primitives/json';
import { eventTypeOf } from '../event/feishuEvent';
import type { EventBody } from '../event/feishuEvent';
import { isOldCallback, readOldCallback } from './oldCallback';

/** The keys from the developer console; empty where none is set. */
export interface CallbackKeys {
	encryptKey: string;
	verificationToken: string;
	/** Callbacks of other apps are refused. */
	appId: string;
}

/** The result of checking an HTTP request to the callback URL. */
export type Callback =
	| { kind: 'challenge'; challenge: string }
	| { kind: 'event'; body: EventBody }
	/** The reason is for the log only. It contains nothing of the request, which may be forged. */
	| { kind: 'refused'; reason: string };

/** What signs a request: the key, and the hash that Feishu uses with it. */
interface SigningKey {
	hash: 'sha256' | 'sha1';
	key: string;
}

/** The headers that prove who sent a request. */
interface SignatureHeaders {
	timestamp: string;
	nonce: string;
	signature: string;
}

/** The longest callback that is read, in bytes; Feishu's are far shorter. */
const MAX_BODY_BYTES = 1024 * 1024;
/**
 * How old a signed callback may be, or how far in the future. Feishu sends copies of an event for up to
 * 6 hours and 6 minutes, and does not say whether they carry the first one's time.
 */
const MAX_AGE_MS = 8 * 60 * 60 * 1_000;
/** Timestamps are in seconds below this, in milliseconds from it on: 5138 and 1973, read the other way. */
const FIRST_MILLISECONDS = 1e11;
/** A challenge is echoed. Bytes that were decrypted from another message do not look like this. */
const CHALLENGE = /^[\x21-\x7e]{1,256}$/;

/**
 * Checks a request to the callback URL and reads what is in it.
 * Feishu: event-subscription-guide, encryption and signature; feishu-openapi.md, section 5. With an
 * Encrypt Key set, only an encrypted and signed request is accepted; without one, the Verification Token
 * decides. The old callback has a signature of its own.
 *
 * What protects against what:
 * - The signature protects against forging: only who has the key can make one, or change the body.
 * - `event_id` protects against replays, and against Feishu's own copies: an event that is remembered
 *   starts nothing.
 * - The age only bounds how long events must be remembered: what is too old to be recognised as a replay
 *   is refused.
 * - One answer for all that is refused, and a signature that is checked before anything is decrypted,
 *   protect against learning from the answers.
 *
 * @param now milliseconds since 1970
 */
export function readCallback(
	rawBody: Buffer,
	headers: Record<string, unknown>,
	keys: CallbackKeys,
	now: number,
): Callback {
	if (rawBody.length > MAX_BODY_BYTES) return refuse('the body is too large');
	const outer = parseObject(rawBody.toString('utf8'));
	if (outer === undefined) return refuse('the body is not a JSON object');
	if (isOldCallback(outer)) return checkOldCallback(outer, rawBody, headers, keys, now);

	if (!keys.encryptKey) {
		if ('encrypt' in outer) {
			return refuse('the body is encrypted, but the credential has no Encrypt Key');
		}
		return readBody(outer, keys);
	}
	if (typeof outer.encrypt !== 'string') return refuse('the body is not encrypted');
	const isSigned = headers['x-lark-signature'] !== undefined;
	if (isSigned) {
		const signingKey: SigningKey = { hash: 'sha256', key: keys.encryptKey };
		const problem = checkSignature(rawBody, headers, signingKey, now);
		if (problem !== undefined) return refuse(problem);
	}
	const body = decrypt(outer.encrypt, keys.encryptKey);
	if (body === undefined) return refuse('the body cannot be decrypted');
	// Feishu does not sign the request that verifies the address.
	if (!isSigned && body.type !== 'url_verification') return refuse('the signature is missing');
	return readBody(body, keys);
}

function refuse(reason: string): Callback {
	return { kind: 'refused', reason };
}

function readBody(body: EventBody, { verificationToken, appId }: CallbackKeys): Callback {
	const header = asObject(body.header);
	// Schema 2.0 has the token in its header, URL verification and schema 1.0 beside the type.
	const token = header?.token ?? body.token;
	if (verificationToken && !constantTimeEqual(asText(token), verificationToken)) {
		return refuse('the Verification Token is wrong');
	}
	if (body.type === 'url_verification') {
		return typeof body.challenge === 'string' && CHALLENGE.test(body.challenge)
			? { kind: 'challenge', challenge: body.challenge }
			: refuse('there is no challenge');
	}
	if (eventTypeOf(body) === undefined) return refuse('there is no event type');
	const from = header?.app_id ?? asObject(body.event)?.app_id;
	if (typeof from === 'string' && from !== appId) return refuse('it is for another app');
	return { kind: 'event', body };
}

/** The old callback is never encrypted; the Verification Token signs it. */
function checkOldCallback(
	body: EventBody,
	rawBody: Buffer,
	headers: Record<string, unknown>,
	{ verificationToken, appId }: CallbackKeys,
	now: number,
): Callback {
	const signingKey: SigningKey = { hash: 'sha1', key: verificationToken };
	const isProven =
		verificationToken !== '' && checkSignature(rawBody, headers, signingKey, now) === undefined;
	if (!isProven) {
		return refuse(
			'it is the old callback card.action.trigger_v1, without a right signature: subscribe to card.action.trigger (卡片回传交互) instead',
		);
	}
	return { kind: 'event', body: readOldCallback(body, readSignature(headers), appId) };
}

/** AES-256-CBC, the key being the SHA-256 of the Encrypt Key, the first 16 bytes the IV. */
function decrypt(encrypted: string, encryptKey: string): EventBody | undefined {
	const bytes = Buffer.from(encrypted, 'base64');
	if (bytes.length < 32 || bytes.length % 16 !== 0) return undefined;
	try {
		const key = createHash('sha256').update(encryptKey).digest();
		const decipher = createDecipheriv('aes-256-cbc', key, bytes.subarray(0, 16));
		const text = Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]);
		return parseObject(text.toString('utf8'));
	} catch {
		return undefined;
	}
}

/** The signature is the hash of timestamp, nonce, key and the body as it was sent. */
function checkSignature(
	rawBody: Buffer,
	headers: Record<string, unknown>,
	{ hash, key }: SigningKey,
	now: number,
): string | undefined {
	const { timestamp, nonce, signature } = readSignature(headers);
	if (!timestamp || !nonce || !signature) return 'the signature is missing';
	const expected = createHash(hash)
		.update(timestamp + nonce + key)
		.update(rawBody)
		.digest('hex');
	if (!constantTimeEqual(signature.toLowerCase(), expected)) return 'the signature is wrong';
	const isFresh = Math.abs(now - readTimestamp(timestamp)) <= MAX_AGE_MS;
	return isFresh ? undefined : 'the callback is too old, or the clock is wrong';
}

function readSignature(headers: Record<string, unknown>): SignatureHeaders {
	return {
		timestamp: textOf(headers['x-lark-request-timestamp']),
		nonce: textOf(headers['x-lark-request-nonce']),
		signature: textOf(headers['x-lark-signature']),
	};
}

/** A header that was sent twice is a list: not Feishu's. */
function textOf(header: unknown): string {
	return typeof header === 'string' ? header : '';
}

/** Milliseconds since 1970; NaN for what is not a time. */
function readTimestamp(text: string): number {
	const time = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
	return time < FIRST_MILLISECONDS ? time * 1_000 : time;
}
