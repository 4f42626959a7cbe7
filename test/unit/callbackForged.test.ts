import { createCipheriv, createHash } from 'node:crypto';

import fc from 'fast-check';
import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { FeishuFeedTrigger } from '../../nodes/FeishuFeedTrigger/FeishuFeedTrigger.node';
import { resetProcessState } from '../../nodes/shared/primitives/processState';

const REQUESTS = 10_000;
const ENCRYPT_KEY = 'an encrypt key';
const TOKEN = 'a verification token';
const APP_ID = 'cli_1';
const CREDENTIALS = [
	{ encryptKey: ENCRYPT_KEY, verificationToken: TOKEN },
	{ encryptKey: ENCRYPT_KEY, verificationToken: '' },
	{ encryptKey: '', verificationToken: TOKEN },
	{ encryptKey: '', verificationToken: '' },
];

interface CallbackRequest {
	rawBody: Buffer;
	headers: Record<string, unknown>;
}

/** All that the sender can see, and all that n8n is told. */
interface Outcome {
	seen: unknown[];
	returned: unknown;
	reasons: string[];
}

afterEach(() => resetProcessState());

async function receive(request: CallbackRequest, credential: object): Promise<Outcome> {
	const seen: unknown[] = [];
	const reasons: string[] = [];
	const response: unknown = new Proxy(
		{},
		{
			get: (_, name) =>
				name === 'statusCode'
					? 200
					: (...given: unknown[]) => {
							seen.push([name, ...given]);
							return response;
						},
			set: () => true,
		},
	);
	const log = (message: string) => void reasons.push(message);
	const context = {
		getRequestObject: () => request,
		getResponseObject: () => response,
		getCredentials: async () => ({ appId: APP_ID, appSecret: 's', ...credential }),
		getNodeParameter: (name: string) => ({ events: 'any', answer: 'none', filters: {} })[name],
		getNode: () => ({ id: '2', name: 'Trigger' }),
		getWorkflow: () => ({ id: '1' }),
		getMode: () => 'trigger',
		getWorkflowStaticData: () => ({}),
		logger: { warn: log, error: log, info: log, debug: log },
	};
	const webhook = new FeishuFeedTrigger().webhook.call(context as unknown as IWebhookFunctions);
	return { seen, returned: await webhook, reasons };
}

function encrypt(text: string, key: string, iv: Buffer): Buffer {
	const cipher = createCipheriv('aes-256-cbc', createHash('sha256').update(key).digest(), iv);
	return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final()]);
}

const inEnvelope = (bytes: Buffer) =>
	Buffer.from(JSON.stringify({ encrypt: bytes.toString('base64') }));

function sign(rawBody: Buffer, key: string, algorithm: string): Record<string, unknown> {
	const [timestamp, nonce] = [String(Math.floor(Date.now() / 1_000)), 'a nonce'];
	const signature = createHash(algorithm)
		.update(timestamp + nonce + key)
		.update(rawBody);
	return {
		'x-lark-request-timestamp': timestamp,
		'x-lark-request-nonce': nonce,
		'x-lark-signature': signature.digest('hex'),
	};
}

const eventText = (id: string, header: object = {}) =>
	JSON.stringify({
		schema: '2.0',
		header: {
			event_id: id,
			token: TOKEN,
			event_type: 'card.action.trigger',
			app_id: APP_ID,
			...header,
		},
		event: { operator: { open_id: 'ou_1' }, action: { value: { action: 'clock_in' } } },
	});
const verificationText = (challenge = 'a-challenge', token = TOKEN) =>
	JSON.stringify({ type: 'url_verification', challenge, token });
const oldText = JSON.stringify({
	open_id: 'ou_1',
	open_message_id: 'om_1',
	tenant_key: 't',
	token: 'c-1',
	action: { value: { action: 'clock_in' }, tag: 'button' },
});

const bytes = (length: number) =>
	fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array));
const iv = bytes(16);
const id = fc.uuid();
/** Where something is changed, as a part of the whole, and which bits. */
const change = fc.record({
	at: fc.double({ min: 0, max: 0.999, noNaN: true }),
	bits: fc.integer({ min: 1, max: 255 }),
});

function flip(buffer: Buffer, { at, bits }: { at: number; bits: number }): Buffer {
	const changed = Buffer.from(buffer);
	changed[Math.floor(at * changed.length)]! ^= bits;
	return changed;
}

/** Genuine events, encrypted and signed. */
const sealed = fc.tuple(id, iv).map(([eventId, vector]): CallbackRequest => {
	const rawBody = inEnvelope(encrypt(eventText(eventId), ENCRYPT_KEY, vector));
	return { rawBody, headers: sign(rawBody, ENCRYPT_KEY, 'sha256') };
});
const oldSigned = fc.constant(Buffer.from(oldText)).map(
	(rawBody): CallbackRequest => ({
		rawBody,
		headers: sign(rawBody, TOKEN, 'sha1'),
	}),
);
const signedOnes = fc.oneof(sealed, oldSigned);
const headerName = fc.constantFrom(
	'x-lark-request-timestamp',
	'x-lark-request-nonce',
	'x-lark-signature',
);

const forged: Record<string, fc.Arbitrary<CallbackRequest>> = {
	'a changed body': fc.tuple(signedOnes, change).map(([{ rawBody, headers }, where]) => ({
		rawBody: flip(rawBody, where),
		headers,
	})),
	'a changed header': fc
		.tuple(signedOnes, headerName, fc.nat(9))
		.map(([{ rawBody, headers }, name, at]) => {
			const value = String(headers[name]);
			const place = at % value.length;
			const other = value[place] === '7' ? '8' : '7';
			return {
				rawBody,
				headers: { ...headers, [name]: value.slice(0, place) + other + value.slice(place + 1) },
			};
		}),
	'a header that is missing, empty or double': fc
		.tuple(signedOnes, headerName, fc.constantFrom(undefined, '', ['a', 'b']))
		.map(([{ rawBody, headers }, name, value]) => ({
			rawBody,
			headers: { ...headers, [name]: value },
		})),
	'a body that is cut off or longer': fc
		.tuple(signedOnes, fc.nat(60), fc.boolean())
		.map(([{ rawBody, headers }, count, isCut]) => ({
			rawBody: isCut
				? rawBody.subarray(0, Math.max(0, rawBody.length - 1 - count))
				: Buffer.concat([rawBody, Buffer.alloc(count + 1, 'x')]),
			headers,
		})),
	'nothing signed': fc.tuple(id, iv).map(([eventId, vector]) => ({
		rawBody: inEnvelope(encrypt(eventText(eventId), ENCRYPT_KEY, vector)),
		headers: {},
	})),
	'another key': fc.tuple(id, iv, fc.string()).map(([eventId, vector, key]) => {
		const rawBody = inEnvelope(encrypt(eventText(eventId), `${key}?`, vector));
		return { rawBody, headers: sign(rawBody, `${key}?`, 'sha256') };
	}),
	'ciphertext at random, unsigned': fc
		.integer({ min: 0, max: 9 })
		.chain((blocks) => bytes(blocks * 16))
		.map((text) => ({ rawBody: inEnvelope(text), headers: {} })),
	'ciphertext whose padding is changed, unsigned': fc
		.tuple(id, iv, fc.integer({ min: 1, max: 32 }), fc.integer({ min: 1, max: 255 }))
		.map(([eventId, vector, back, bits]) => {
			const text = encrypt(eventText(eventId), ENCRYPT_KEY, vector);
			text[text.length - back]! ^= bits;
			return { rawBody: inEnvelope(text), headers: {} };
		}),
	'a verification that is changed': fc.tuple(iv, change).map(([vector, where]) => ({
		rawBody: inEnvelope(flip(encrypt(verificationText(), ENCRYPT_KEY, vector), where)),
		headers: {},
	})),
	'a verification that is to echo what an event says': fc
		.tuple(id, iv, fc.nat(9))
		.map(([eventId, vector, block]) => {
			// The block of an event's ciphertext in the place of one in the challenge.
			const verification = encrypt(verificationText('x'.repeat(64)), ENCRYPT_KEY, vector);
			const event = encrypt(eventText(eventId), ENCRYPT_KEY, vector);
			event.copy(verification, 16 * 5, 16 * (block + 1), 16 * (block + 2));
			return { rawBody: inEnvelope(verification), headers: {} };
		}),
	'a verification without the key': fc
		.tuple(iv, fc.string(), fc.boolean())
		.map(([vector, key, isPlain]) => ({
			rawBody: isPlain
				? Buffer.from(verificationText('a', `${key}?`))
				: inEnvelope(encrypt(verificationText(), `${key}?`, vector)),
			headers: {},
		})),
	'a plain event': fc.tuple(id, fc.string(), fc.boolean()).map(([eventId, token, isSigned]) => {
		const rawBody = Buffer.from(eventText(eventId, { token: `${token}?` }));
		return { rawBody, headers: isSigned ? sign(rawBody, token, 'sha256') : {} };
	}),
	'the old callback without its token': fc.string().map((token) => {
		const rawBody = Buffer.from(oldText);
		return { rawBody, headers: sign(rawBody, `${token}?`, 'sha1') };
	}),
	'the old callback, signed as the new one': fc.constant(Buffer.from(oldText)).map((rawBody) => ({
		rawBody,
		headers: sign(rawBody, ENCRYPT_KEY, 'sha256'),
	})),
	'an age of years': fc.tuple(id, iv, fc.nat(1_700_000_000)).map(([eventId, vector, seconds]) => {
		const rawBody = inEnvelope(encrypt(eventText(eventId), ENCRYPT_KEY, vector));
		const hash = createHash('sha256').update(`${seconds}n${ENCRYPT_KEY}`).update(rawBody);
		return {
			rawBody,
			headers: {
				'x-lark-request-timestamp': String(seconds),
				'x-lark-request-nonce': 'n',
				'x-lark-signature': hash.digest('hex'),
			},
		};
	}),
	'any JSON': fc.json().map((text) => ({ rawBody: Buffer.from(text), headers: {} })),
	'any bytes': fc
		.uint8Array({ maxLength: 300 })
		.map((array) => ({ rawBody: Buffer.from(array), headers: {} })),
};

const named = fc.oneof(
	...Object.entries(forged).map(([what, requests]) =>
		requests.map((request) => ({ what, request })),
	),
);

it(`${REQUESTS} forged and changed requests are all refused, with one answer for all`, async () => {
	const answers = new Set<string>();
	const reasons = new Set<string>();
	const kinds = new Set<string>();
	await fc.assert(
		fc.asyncProperty(
			named,
			fc.constantFrom(...CREDENTIALS),
			async ({ what, request }, credential) => {
				const { seen, returned, reasons: logged } = await receive(request, credential);
				expect(returned).toEqual({ noWebhookResponse: true });
				answers.add(JSON.stringify(seen));
				kinds.add(what);
				for (const reason of logged) reasons.add(reason);
				expect(answers.size).toBe(1);
			},
		),
		{ numRuns: REQUESTS },
	);
	expect([...answers].map((answer) => (JSON.parse(answer) as unknown[])[0])).toEqual([
		['status', 403],
	]);
	expect(kinds.size).toBe(Object.keys(forged).length);
	// The log does tell them apart.
	expect(reasons.size).toBeGreaterThan(8);
}, 120_000);

it('what these requests were made of is accepted', async () => {
	const rawBody = inEnvelope(encrypt(eventText('genuine'), ENCRYPT_KEY, Buffer.alloc(16, 3)));
	const old = Buffer.from(oldText);
	const verification = inEnvelope(encrypt(verificationText(), ENCRYPT_KEY, Buffer.alloc(16, 4)));
	const genuine: CallbackRequest[] = [
		{ rawBody, headers: sign(rawBody, ENCRYPT_KEY, 'sha256') },
		{ rawBody: old, headers: sign(old, TOKEN, 'sha1') },
	];
	for (const request of genuine) {
		const { returned } = await receive(request, CREDENTIALS[0]!);
		expect((returned as IDataObject).workflowData).toBeDefined();
	}
	const { seen } = await receive({ rawBody: verification, headers: {} }, CREDENTIALS[0]!);
	expect(seen).toEqual([
		['status', 200],
		['json', { challenge: 'a-challenge' }],
	]);
});
