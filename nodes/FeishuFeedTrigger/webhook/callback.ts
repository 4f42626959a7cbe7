import { createDecipheriv, createHash } from 'crypto';

import { constantTimeEqual } from '../../shared/primitives/constantTimeEqual';
import { asObject, asText, parseObject } from '../../shared/primitives/json';
import { eventTypeOf } from '../event/feishuEvent';
import type { EventBody } from '../event/feishuEvent';

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
	/** The reason contains nothing of the request, which may be forged. */
	| { kind: 'refused'; status: number; reason: string };

/** The longest callback that is read, in bytes; Feishu's are far shorter. */
const MAX_BODY_BYTES = 1024 * 1024;
/** How old a signed callback may be, or how far in the future. */
const MAX_AGE_SECONDS = 300;

/**
 * Checks a request to the callback URL and reads what is in it.
 * Feishu: event-subscription-guide, encryption and signature. With an Encrypt Key set,
 * only an encrypted and signed request is accepted; without one, the Verification Token decides.
 *
 * @param now milliseconds since 1970
 */
export function readCallback(
	rawBody: Buffer,
	headers: Record<string, unknown>,
	keys: CallbackKeys,
	now: number,
): Callback {
	if (rawBody.length > MAX_BODY_BYTES) return refuse(413, 'the body is too large');
	const outer = parseObject(rawBody.toString('utf8'));
	if (outer === undefined) return refuse(400, 'the body is no JSON object');

	if (!keys.encryptKey) {
		if ('encrypt' in outer) {
			return refuse(400, 'the body is encrypted, but the credential has no Encrypt Key');
		}
		return readBody(outer, keys);
	}
	if (typeof outer.encrypt !== 'string') return refuse(403, 'the body is not encrypted');
	const body = decrypt(outer.encrypt, keys.encryptKey);
	if (body === undefined) return refuse(403, 'the body cannot be decrypted');
	// Feishu does not sign the request that verifies the address; to encrypt that needs the key as well.
	const isSigned = headers['x-lark-signature'] !== undefined;
	if (isSigned || body.type !== 'url_verification') {
		const problem = checkSignature(rawBody, headers, keys.encryptKey, now);
		if (problem !== undefined) return refuse(403, problem);
	}
	return readBody(body, keys);
}

function refuse(status: number, reason: string): Callback {
	return { kind: 'refused', status, reason };
}

function readBody(body: EventBody, { verificationToken, appId }: CallbackKeys): Callback {
	const header = asObject(body.header);
	// Schema 2.0 has the token in its header, URL verification and schema 1.0 beside the type.
	const token = header?.token ?? body.token;
	if (verificationToken && !constantTimeEqual(asText(token), verificationToken)) {
		return refuse(403, 'the Verification Token is wrong');
	}
	if (body.type === 'url_verification') {
		return typeof body.challenge === 'string'
			? { kind: 'challenge', challenge: body.challenge }
			: refuse(400, 'there is no challenge');
	}
	if (eventTypeOf(body) === undefined) return refuse(400, 'there is no event type');
	const from = header?.app_id ?? asObject(body.event)?.app_id;
	if (typeof from === 'string' && from !== appId) return refuse(403, 'it is for another app');
	return { kind: 'event', body };
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

/** The signature is the SHA-256 of timestamp, nonce, Encrypt Key and the body as it was sent. */
function checkSignature(
	rawBody: Buffer,
	headers: Record<string, unknown>,
	encryptKey: string,
	now: number,
): string | undefined {
	const [timestamp, nonce, signature] = ['timestamp', 'nonce', 'signature'].map((name) => {
		const header = headers[name === 'signature' ? 'x-lark-signature' : `x-lark-request-${name}`];
		return typeof header === 'string' ? header : '';
	});
	if (!timestamp || !nonce || !signature) return 'the signature is missing';
	const expected = createHash('sha256')
		.update(timestamp + nonce + encryptKey)
		.update(rawBody)
		.digest('hex');
	if (!constantTimeEqual(signature.toLowerCase(), expected)) return 'the signature is wrong';
	const seconds = Number(timestamp);
	const isFresh = Math.abs(now / 1000 - seconds) <= MAX_AGE_SECONDS;
	return isFresh ? undefined : 'the callback is too old, or the clock is wrong';
}
