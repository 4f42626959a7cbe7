import { createCipheriv, createHash, randomBytes } from 'node:crypto';

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

/**
 * The headers that prove who sent a body: SHA-256 of time, nonce, Encrypt Key and the body as it is
 * sent (Feishu reference: "Signature verification"). `now`: milliseconds since 1970.
 */
export function signatureHeaders(
	body: string,
	encryptKey: string,
	now: number,
): Record<string, string> {
	const timestamp = String(Math.floor(now / 1000));
	const nonce = randomBytes(8).toString('hex');
	const signature = createHash('sha256')
		.update(timestamp + nonce + encryptKey + body)
		.digest('hex');
	return {
		'X-Lark-Request-Timestamp': timestamp,
		'X-Lark-Request-Nonce': nonce,
		'X-Lark-Signature': signature,
	};
}
