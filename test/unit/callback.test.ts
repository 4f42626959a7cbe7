import { createCipheriv, createHash, randomBytes } from 'node:crypto';

import fc from 'fast-check';

import { readEvent } from '../../nodes/FeishuFeedTrigger/event/feishuEvent';
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
	{
		encryptKey = KEYS.encryptKey,
		timestamp = String(NOW / 1000),
		nonce = 'n',
		algorithm = 'sha256',
	} = {},
): Record<string, string> {
	const hash = createHash(algorithm).update(timestamp + nonce + encryptKey);
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

describe('a signed callback', () => {
	const seconds = (ago: number) => String(NOW / 1000 - ago);
	const milliseconds = (ago: number) => String(NOW - ago * 1000);
	const hour = 3_600;

	it.each<[string, number]>([
		['comes at once', 0],
		['is a copy after 15 seconds', 15],
		['is a copy after 5 minutes', 5 * 60 + 15],
		['is a copy after 1 hour', hour + 5 * 60 + 15],
		['is a copy after 6 hours', 7 * hour + 5 * 60 + 15],
		['comes from a clock that is 7 hours ahead', -7 * hour],
	])('is read when it %s, in seconds or milliseconds', (_, ago) => {
		const body = encrypted(press);
		for (const timestamp of [seconds(ago), milliseconds(ago)]) {
			expect(readCallback(body, signed(body, { timestamp }), KEYS, NOW).kind).toBe('event');
		}
	});

	it('is refused when it is older than an event is remembered, in seconds or milliseconds', () => {
		const body = encrypted(press);
		for (const ago of [8 * hour + 1, 24 * hour, -8 * hour - 1]) {
			for (const timestamp of [seconds(ago), milliseconds(ago)]) {
				expect(readCallback(body, signed(body, { timestamp }), KEYS, NOW).kind).toBe('refused');
			}
		}
	});
});

describe('the old callback, card.action.trigger_v1', () => {
	/** As feishu-openapi.md, section 5, prints it. */
	const oldPress = {
		open_id: 'ou_1',
		user_id: 'u1',
		open_message_id: 'om_1',
		open_chat_id: 'oc_1',
		tenant_key: 't',
		token: 'c-1',
		action: { value: { action: '打卡' }, tag: 'button' },
	};
	const sha1 = { algorithm: 'sha1', encryptKey: KEYS.verificationToken };
	const body = json(oldPress);

	it.each([
		['with an Encrypt Key', KEYS],
		['without one', PLAIN],
	])('is read in the shape of the new one when its signature is right, %s', (_, keys) => {
		const callback = readCallback(body, signed(body, sha1), keys, NOW);
		if (callback.kind !== 'event') throw new Error('It is refused');
		expect(readEvent(callback.body, 0)).toEqual({
			event_id: signed(body, sha1)['x-lark-signature'],
			event_type: 'card.action.trigger',
			time: new Date(NOW).toISOString(),
			operator: { open_id: 'ou_1', user_id: 'u1' },
			action: { action: '打卡' },
			chat_id: 'oc_1',
			message_id: 'om_1',
			event: {
				header: {
					event_id: signed(body, sha1)['x-lark-signature'],
					event_type: 'card.action.trigger',
					create_time: String(NOW / 1000),
					tenant_key: 't',
					app_id: KEYS.appId,
				},
				event: {
					operator: { tenant_key: 't', open_id: 'ou_1', user_id: 'u1' },
					token: 'c-1',
					action: oldPress.action,
					context: { open_message_id: 'om_1', open_chat_id: 'oc_1' },
				},
			},
		});
	});

	it('has another event ID for each press', () => {
		const ids = ['n', 'm'].map((nonce) => {
			const callback = readCallback(body, signed(body, { ...sha1, nonce }), KEYS, NOW);
			return callback.kind === 'event' ? readEvent(callback.body, 0).event_id : undefined;
		});
		expect(new Set(ids).size).toBe(2);
	});

	it.each<[string, Record<string, string>, CallbackKeys]>([
		['nothing', {}, KEYS],
		['the signature of the new one', signed(body), KEYS],
		['another token', signed(body, { ...sha1, encryptKey: 'x' }), KEYS],
		['another body', signed(json({ ...oldPress, open_id: 'ou_2' }), sha1), KEYS],
		['an old timestamp', signed(body, { ...sha1, timestamp: '1' }), KEYS],
		[
			'no token in the credential',
			signed(body, { ...sha1, encryptKey: '' }),
			{ ...KEYS, verificationToken: '' },
		],
	])('is refused with %s, and the log says what to subscribe to', (_, headers, keys) => {
		expect(readCallback(body, headers, keys, NOW)).toEqual({
			kind: 'refused',
			reason: expect.stringContaining('subscribe to card.action.trigger (卡片回传交互) instead'),
		});
	});
});

describe('action values', () => {
	const event = (action: object) => ({ header: press.header, event: { ...press.event, action } });

	it.each([
		['value', { value: '{"action":"打卡","biz_id":"shift-7"}' }],
		['action_map', { action_map: '{"action":"打卡","biz_id":"shift-7"}' }],
		[
			'action_map, beside an empty value',
			{ value: '', action_map: { action: '打卡', biz_id: 'shift-7' } },
		],
	])('are read from a text that holds JSON, in %s', (_, action) => {
		expect(readEvent(event(action), 0)).toMatchObject({
			action: { action: '打卡', biz_id: 'shift-7' },
			biz_id: 'shift-7',
			event: { event: { action } },
		});
	});

	it('are empty when the text holds no object', () => {
		for (const value of ['clock_in', '[1]', '7', 'null', '{']) {
			expect(readEvent(event({ value }), 0).action).toEqual({});
		}
	});
});

describe('what is not proven to be from Feishu is refused', () => {
	const body = encrypted(press);
	const header = (change: object) => ({ ...press, header: { ...press.header, ...change } });
	const old = String(NOW / 1000 - 8 * 3_600 - 1);
	const early = String(NOW / 1000 + 8 * 3_600 + 1);
	const otherKey = encrypted(press, 'another key');
	const otherToken = encrypted(header({ token: 'another' }));
	const otherApp = encrypted(header({ app_id: 'cli_2' }));

	it.each<[string, Buffer, Record<string, unknown>, CallbackKeys]>([
		['unsigned', body, {}, KEYS],
		['unencrypted although there is an Encrypt Key', json(press), signed(json(press)), KEYS],
		['signed with another key', body, signed(body, { encryptKey: 'x' }), KEYS],
		['signed for another body', body, signed(encrypted(press)), KEYS],
		['with half a signature', body, { ...signed(body), 'x-lark-signature': 'ab' }, KEYS],
		['with a signature twice', body, { ...signed(body), 'x-lark-signature': ['a'] }, KEYS],
		['without a nonce', body, { ...signed(body), 'x-lark-request-nonce': '' }, KEYS],
		['too old', body, signed(body, { timestamp: old }), KEYS],
		['from the future', body, signed(body, { timestamp: early }), KEYS],
		['without a time', body, signed(body, { timestamp: 'soon' }), KEYS],
		['encrypted with another key', otherKey, signed(otherKey), KEYS],
		['with another token', otherToken, signed(otherToken), KEYS],
		['for another app', otherApp, signed(otherApp), KEYS],
		['encrypted where there is no Encrypt Key', body, signed(body), PLAIN],
		['with another token in plain', json(header({ token: 'x' })), {}, PLAIN],
		['without a token', json(header({ token: undefined })), {}, PLAIN],
		['without an event type', json(header({ event_type: '' })), {}, PLAIN],
		['empty', Buffer.alloc(0), {}, PLAIN],
		['a list', json([press]), {}, PLAIN],
		['null', json(null), {}, PLAIN],
		['oversized', Buffer.alloc(1024 * 1024 + 1, ' '), {}, PLAIN],
		['encrypted nothing', json({ encrypt: '' }), signed(json({ encrypt: '' })), KEYS],
		['encrypted no text', json({ encrypt: 7 }), signed(json({ encrypt: 7 })), KEYS],
	])('when it is %s', (_, rawBody, headers, keys) => {
		const callback = readCallback(rawBody, headers, keys, NOW);
		expect(callback).toEqual({ kind: 'refused', reason: expect.any(String) });
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
