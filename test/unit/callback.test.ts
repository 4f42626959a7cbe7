import { createCipheriv, createHash, randomBytes } from 'node:crypto';

import fc from 'fast-check';

import { readCallback } from '../../nodes/FeishuFeedTrigger/webhook/callback';
import type { CallbackKeys } from '../../nodes/FeishuFeedTrigger/webhook/callback';

const KEYS: CallbackKeys = {
	encryptKey: 'an encrypt key',
	verificationToken: 'a verification token',
	appId: 'cli_1',
};
const PLAIN = { ...KEYS, encryptKey: '' };
const NOW = Date.UTC(2026, 10, 22);

const press = {
	schema: '2.0',
	header: {
		event_id: 'e1',
		token: KEYS.verificationToken,
		create_time: String(NOW),
		event_type: 'card.action.trigger',
		tenant_key: 't',
		app_id: KEYS.appId,
	},
	event: { operator: { open_id: 'ou_1' }, action: { value: { action: '打卡' }, tag: 'button' } },
};

function encrypted(body: object, encryptKey = KEYS.encryptKey): Buffer {
	const iv = randomBytes(16);
	const key = createHash('sha256').update(encryptKey).digest();
	const cipher = createCipheriv('aes-256-cbc', key, iv);
	const bytes = Buffer.concat([iv, cipher.update(JSON.stringify(body)), cipher.final()]);
	return Buffer.from(JSON.stringify({ encrypt: bytes.toString('base64') }));
}

function signed(
	rawBody: Buffer,
	{ encryptKey = KEYS.encryptKey, timestamp = String(NOW / 1000), nonce = 'n' } = {},
): Record<string, string> {
	const hash = createHash('sha256').update(timestamp + nonce + encryptKey);
	return {
		'x-lark-request-timestamp': timestamp,
		'x-lark-request-nonce': nonce,
		'x-lark-signature': hash.update(rawBody).digest('hex'),
	};
}

const json = (body: unknown): Buffer => Buffer.from(JSON.stringify(body));

describe('what Feishu sends', () => {
	it('is read when it is encrypted and signed', () => {
		const body = encrypted(press);
		expect(readCallback(body, signed(body), KEYS, NOW)).toEqual({ kind: 'event', body: press });
	});

	it('is read in plain with the Verification Token, where there is no Encrypt Key', () => {
		expect(readCallback(json(press), {}, PLAIN, NOW)).toEqual({ kind: 'event', body: press });
	});

	it('is read in schema 1.0, whose token and type stand elsewhere', () => {
		const body = { uuid: 'u', token: PLAIN.verificationToken, event: { type: 'app_ticket' } };
		expect(readCallback(json(body), {}, PLAIN, NOW)).toEqual({ kind: 'event', body });
	});

	const verification = { type: 'url_verification', challenge: 'c', token: KEYS.verificationToken };

	it.each([
		['encrypted', encrypted(verification), {}, KEYS],
		['encrypted and signed', encrypted(verification), undefined, KEYS],
		['in plain', json(verification), {}, PLAIN],
	])(
		'is answered with its challenge when it verifies the address, %s',
		(_, body, headers, keys) => {
			expect(readCallback(body, headers ?? signed(body), keys, NOW)).toEqual({
				kind: 'challenge',
				challenge: 'c',
			});
		},
	);
});

describe('what is not proven to be from Feishu is refused', () => {
	const body = encrypted(press);
	const header = (change: object) => ({ ...press, header: { ...press.header, ...change } });
	const old = String(NOW / 1000 - 301);
	const early = String(NOW / 1000 + 301);
	const otherKey = encrypted(press, 'another key');
	const otherToken = encrypted(header({ token: 'another' }));
	const otherApp = encrypted(header({ app_id: 'cli_2' }));

	it.each<[string, Buffer, Record<string, unknown>, CallbackKeys, number]>([
		['unsigned', body, {}, KEYS, 403],
		['unencrypted although there is an Encrypt Key', json(press), signed(json(press)), KEYS, 403],
		['signed with another key', body, signed(body, { encryptKey: 'x' }), KEYS, 403],
		['signed for another body', body, signed(encrypted(press)), KEYS, 403],
		['with half a signature', body, { ...signed(body), 'x-lark-signature': 'ab' }, KEYS, 403],
		['with a signature twice', body, { ...signed(body), 'x-lark-signature': ['a'] }, KEYS, 403],
		['without a nonce', body, { ...signed(body), 'x-lark-request-nonce': '' }, KEYS, 403],
		['too old', body, signed(body, { timestamp: old }), KEYS, 403],
		['from the future', body, signed(body, { timestamp: early }), KEYS, 403],
		['without a time', body, signed(body, { timestamp: 'soon' }), KEYS, 403],
		['encrypted with another key', otherKey, signed(otherKey), KEYS, 403],
		['with another token', otherToken, signed(otherToken), KEYS, 403],
		['for another app', otherApp, signed(otherApp), KEYS, 403],
		['encrypted where there is no Encrypt Key', body, signed(body), PLAIN, 400],
		['with another token in plain', json(header({ token: 'x' })), {}, PLAIN, 403],
		['without a token', json(header({ token: undefined })), {}, PLAIN, 403],
		['without an event type', json(header({ event_type: '' })), {}, PLAIN, 400],
		['empty', Buffer.alloc(0), {}, PLAIN, 400],
		['a list', json([press]), {}, PLAIN, 400],
		['null', json(null), {}, PLAIN, 400],
		['oversized', Buffer.alloc(1024 * 1024 + 1, ' '), {}, PLAIN, 413],
		['encrypted nothing', json({ encrypt: '' }), signed(json({ encrypt: '' })), KEYS, 403],
		['encrypted no text', json({ encrypt: 7 }), signed(json({ encrypt: 7 })), KEYS, 403],
	])('when it is %s', (_, rawBody, headers, keys, status) => {
		const callback = readCallback(rawBody, headers, keys, NOW);
		expect(callback).toEqual({ kind: 'refused', status, reason: expect.any(String) });
		const { reason } = callback as { reason: string };
		for (const secret of [KEYS.encryptKey, KEYS.verificationToken]) {
			expect(reason).not.toContain(secret);
		}
	});

	it('when any bit of the body or the signature was changed', () => {
		const headers = signed(body);
		fc.assert(
			fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
				const changed = Buffer.from(body);
				changed[at] ^= change;
				expect(readCallback(changed, headers, KEYS, NOW).kind).toBe('refused');
			}),
			{ numRuns: 500 },
		);
	});

	it('when it is cut off anywhere', () => {
		for (let length = 0; length < body.length; length++) {
			const cut = body.subarray(0, length);
			expect(readCallback(cut, signed(cut), KEYS, NOW).kind).toBe('refused');
		}
	});

	it('when it is any JSON, correctly encrypted and signed, but without the token', () => {
		fc.assert(
			fc.property(fc.object(), (value) => {
				const rawBody = encrypted(value);
				expect(readCallback(rawBody, signed(rawBody), KEYS, NOW).kind).toBe('refused');
			}),
			{ numRuns: 500 },
		);
	});
});
