import { createCipheriv, createHash, randomBytes } from 'node:crypto';

import type { TimestampUnit } from '../settings';

/**
 * The body as it is sent when an Encrypt Key is set: AES-256-CBC with the SHA-256 of the key, the
 * initialization vector before the ciphertext (Feishu reference: "Configure Encrypt Key").
 */
export function encryptBody(text: string, encryptKey: string): string {
	const key = createHash('sha256').update(encryptKey).digest();
	const vector = randomBytes(16);
	const cipher = createCipheriv('aes-256-cbc', key, vector);
	const encrypted = Buffer.concat([vector, cipher.update(text, 'utf8'), cipher.final()]);
	return JSON.stringify({ encrypt: encrypted.toString('base64') });
}

/** What proves who sent a body. */
export interface Signature {
	/** SHA-256 with the Encrypt Key; SHA-1 with the Verification Token for the old callback of a button. */
	hash: 'sha256' | 'sha1';
	key: string;
	/** Milliseconds since 1970. */
	now: number;
	/** The unit in which the time is told. */
	timestampUnit: TimestampUnit;
}

/**
 * The headers that prove who sent a body: the hash of time, nonce, key and the body as it is sent (Feishu
 * reference: "Signature verification").
 */
export function signatureHeaders(
	body: string,
	{ hash, key, now, timestampUnit }: Signature,
): Record<string, string> {
	const timestamp = String(Math.floor(timestampUnit === 'seconds' ? now / 1000 : now));
	const nonce = randomBytes(8).toString('hex');
	const signature = createHash(hash)
		.update(timestamp + nonce + key + body)
		.digest('hex');
	return {
		'X-Lark-Request-Timestamp': timestamp,
		'X-Lark-Request-Nonce': nonce,
		'X-Lark-Signature': signature,
	};
}
