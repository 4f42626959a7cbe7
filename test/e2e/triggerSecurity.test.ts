import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import { encryptBody } from '../../sandbox/feishu/src/callbacks/encryption';
import type { SavedWorkflow } from '../../sandbox/n8n/src';
import { expect } from '../helpers/e2e/expect';
import { RealN8n } from '../helpers/e2e/RealN8n';
import { chain, feishuFeedTrigger, node } from '../helpers/e2e/workflows';

const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.custom;
const encryptKey = 'the encrypt key of the tests';
const verificationToken = 'the verification token of the tests';
/** What must be in no answer and no log. */
const secrets = [
	encryptKey,
	verificationToken,
	appSecret,
	...(['hex', 'base64'] as const).map((as) => createHash('sha256').update(encryptKey).digest(as)),
];
const megabyte = 1024 * 1024;

/** An HTTP request to a callback URL. */
interface CallbackRequest {
	/** What is wrong with it. */
	what: string;
	body: string | Buffer;
	headers?: Record<string, string>;
}

/** A trigger with the keys that its credential holds. */
interface GuardedTrigger {
	workflow: SavedWorkflow;
	url: string;
}

let n8n: RealN8n;
let withBoth: GuardedTrigger;
let withToken: GuardedTrigger;
let withNothing: GuardedTrigger;
/** Gets an event when all others have got theirs: by then, what they start has begun. */
let last: GuardedTrigger;
let eventsForLast = 0;

beforeAll(async () => {
	n8n = await RealN8n.start();
	withBoth = await guard('both', { encryptKey, verificationToken });
	withToken = await guard('token', { encryptKey: '', verificationToken });
	withNothing = await guard('nothing', { encryptKey: '', verificationToken: '' });
	last = await guard('last', { encryptKey, verificationToken });
});

afterAll(async () => await n8n?.close());

/** Activates a trigger for any event. */
async function guard(
	name: string,
	keys: { encryptKey: string; verificationToken: string },
): Promise<GuardedTrigger> {
	const credential = await n8n.createCredential(name, { appId, appSecret, ...keys });
	const trigger = feishuFeedTrigger(credential, { connection: 'webhook', events: 'any' });
	const after = node('After', 'n8n-nodes-base.noOp', {});
	const workflow = await n8n.session.createWorkflow(chain(name, trigger, after));
	await n8n.session.activateWorkflow(workflow);
	return { workflow, url: `${n8n.url}/webhook/${trigger.webhookId}/feishu` };
}

/** An event as Feishu sends it, with changes to its header. */
function event(header: Record<string, unknown> = {}, more: object = {}): string {
	return JSON.stringify({
		schema: '2.0',
		header: {
			event_id: randomUUID(),
			token: verificationToken,
			create_time: String(Date.now() * 1000),
			event_type: 'card.action.trigger',
			tenant_key: 'tenant',
			app_id: appId,
			...header,
		},
		event: { operator: { open_id: 'ou_1' }, action: { value: { action: 'clock_in' } }, ...more },
	});
}

function seconds(ago = 0): string {
	return String(Math.floor(Date.now() / 1000) - ago);
}

/** The headers that prove who sent a body. */
function signature(
	body: string | Buffer,
	{ key = encryptKey, timestamp = seconds(), nonce = randomBytes(8).toString('hex') } = {},
): Record<string, string> {
	const hash = createHash('sha256').update(timestamp + nonce + key);
	return {
		'x-lark-request-timestamp': timestamp,
		'x-lark-request-nonce': nonce,
		'x-lark-signature': hash.update(body).digest('hex'),
	};
}

/** Encrypted and signed, as Feishu does it, but for the text. */
function sealed(what: string, text: string, key = encryptKey): CallbackRequest {
	const body = encryptBody(text, key);
	return { what, body, headers: signature(body) };
}

async function post(
	url: string,
	{ body, headers }: Pick<CallbackRequest, 'body' | 'headers'>,
): Promise<{ status: number; text: string }> {
	const response = await fetch(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
		body,
	});
	return { status: response.status, text: await response.text() };
}

/** Sends requests one after the other and gives what was not refused, or was refused with a secret. */
async function notRefused(url: string, requests: CallbackRequest[]): Promise<unknown[]> {
	const wrong: unknown[] = [];
	for (const request of requests) {
		const { status, text } = await post(url, request);
		const isRefused = status >= 400 && status < 500;
		if (!isRefused || secrets.some((secret) => text.includes(secret))) {
			wrong.push({ what: request.what, status, text: text.slice(0, 200) });
		}
	}
	return wrong;
}

/** How many executions there are now. */
async function started({ workflow }: GuardedTrigger): Promise<number> {
	return (await n8n.session.executionsOf(workflow.id)).length;
}

/** How many executions there are when an event that came last has started its workflow. */
async function startedInTheEnd(trigger: GuardedTrigger): Promise<number> {
	await post(last.url, sealed('', event()));
	eventsForLast++;
	await expect.poll(() => started(last)).toBe(eventsForLast);
	return await started(trigger);
}

async function expectHealthy(): Promise<void> {
	expect((await fetch(`${n8n.url}/healthz`)).status).toBe(200);
	const logs = n8n.readLogs();
	for (const secret of secrets) expect(logs.includes(secret)).toBe(false);
}

function times(count: number, make: (index: number) => CallbackRequest): CallbackRequest[] {
	return Array.from({ length: count }, (_, index) => make(index));
}

function randomPlace(text: { length: number }): number {
	return 1 + Math.floor(Math.random() * (text.length - 2));
}

/** Changes one character of hexadecimal or base64 digits to another one. */
function changeOneDigit(text: string, place = randomPlace(text)): string {
	return text.slice(0, place) + (text[place] === 'a' ? 'b' : 'a') + text.slice(place + 1);
}

function unsigned(): CallbackRequest[] {
	const body = () => encryptBody(event(), encryptKey);
	return [
		{ what: 'plain', body: event() },
		{ what: 'plain, but signed', ...withSignature(event()) },
		...times(5, () => ({ what: 'encrypted, but not signed', body: body() })),
		...['timestamp', 'nonce', 'signature'].map((missing) => {
			const { headers = {}, ...rest } = sealed(`no ${missing}`, event());
			const kept = Object.entries(headers).filter(([name]) => !name.endsWith(missing));
			return { ...rest, headers: Object.fromEntries(kept) };
		}),
	];
}

function withSignature(
	body: string | Buffer,
	options: Parameters<typeof signature>[1] = {},
): Pick<CallbackRequest, 'body' | 'headers'> {
	return { body, headers: signature(body, options) };
}

function wronglySigned(): CallbackRequest[] {
	const change = (what: string, changes: (headers: Record<string, string>) => object) => () => {
		const { headers = {}, body } = sealed(what, event());
		return { what, body, headers: { ...headers, ...changes(headers) } };
	};
	return [
		...times(
			12,
			change('one digit of the signature', (headers) => ({
				'x-lark-signature': changeOneDigit(headers['x-lark-signature'] ?? ''),
			})),
		),
		...times(
			4,
			change('a short signature', (headers) => ({
				'x-lark-signature': (headers['x-lark-signature'] ?? '').slice(
					0,
					randomPlace({ length: 64 }),
				),
			})),
		),
		...times(
			4,
			change('the signature of another key', () => signature('{}', { key: randomUUID() })),
		),
		...times(
			4,
			change('the signature of another body', () => signature(encryptBody(event(), encryptKey))),
		),
		...times(
			4,
			change('another nonce', () => ({ 'x-lark-request-nonce': randomUUID() })),
		),
		...times(2, () => {
			const body = encryptBody(event(), encryptKey);
			const sha1 = createHash('sha1').update(verificationToken + body);
			const headers = { ...signature(body), 'x-lark-signature': sha1.digest('hex') };
			return { what: "the old callback's signature", body, headers };
		}),
		// An ancient event whose time is made new.
		...times(4, (index) => {
			const body = encryptBody(event(), encryptKey);
			const headers = signature(body, { timestamp: seconds(400 + index * 1000) });
			return {
				what: 'replayed with a new time',
				body,
				headers: { ...headers, 'x-lark-request-timestamp': seconds() },
			};
		}),
	];
}

function stale(): CallbackRequest[] {
	const at = (timestamp: string): CallbackRequest => ({
		what: `of ${timestamp}`,
		...withSignature(encryptBody(event(), encryptKey), { timestamp }),
	});
	return [
		...[29_000, 86_400, 31_536_000].map((ago) => at(seconds(ago))),
		...[29_000, 86_400, 31_536_000].map((ahead) => at(seconds(-ahead))),
		...['0', '-1', 'now', 'NaN', 'Infinity', '-Infinity', '1e400'].map(at),
		...[29_000, 86_400].map((ago) => at(`${seconds(ago)}000`)),
	];
}

function misencrypted(): CallbackRequest[] {
	return [
		...times(8, () => sealed('encrypted with another key', event(), randomUUID())),
		...times(8, () => {
			const { encrypt } = JSON.parse(encryptBody(event(), encryptKey)) as { encrypt: string };
			const cut = encrypt.slice(0, randomPlace(encrypt));
			return { what: 'cut ciphertext', ...withSignature(JSON.stringify({ encrypt: cut })) };
		}),
		...times(8, () => {
			const { body, headers } = sealed('', event());
			const place = 15 + Math.floor(Math.random() * 200);
			return { what: 'changed ciphertext', body: changeOneDigit(String(body), place), headers };
		}),
		...times(4, (index) => {
			const encrypt = randomBytes(16 * (index + 2)).toString('base64');
			return { what: 'random ciphertext', ...withSignature(JSON.stringify({ encrypt })) };
		}),
		...[null, 1, [], {}, '', 'A', '=', '中文', 'A'.repeat(10_000)].map((encrypt) => ({
			what: `encrypt: ${JSON.stringify(encrypt).slice(0, 20)}`,
			...withSignature(JSON.stringify({ encrypt })),
		})),
	];
}

function truncated(): CallbackRequest[] {
	return times(12, (index) => {
		const whole = encryptBody(event(), encryptKey);
		const body = whole.slice(0, index === 0 ? 1 : randomPlace(whole));
		// Half of them signed as a whole, half as they are.
		return { what: 'truncated', body, headers: signature(index % 2 ? whole : body) };
	});
}

/** Objects that JavaScript makes no text of. */
const hostile: object[] = [{}, { toString: 1 }, { toString: null, valueOf: null }];

/** Whoever sent these has the Encrypt Key. */
function wrongInside(): CallbackRequest[] {
	const tokens = [undefined, null, '', 1, [], ...hostile, verificationToken + ' '];
	const texts = ['null', '[]', '"text"', '1', '', '{', 'x', '{}', '{"schema":"2.0"}', '[{}]'];
	return [
		...tokens.map((token) => sealed(`token ${JSON.stringify(token)}`, event({ token }))),
		...times(6, (index) =>
			sealed('another token', event({ token: index ? randomUUID() : verificationToken.slice(1) })),
		),
		...times(5, (index) =>
			sealed('another app', event({ app_id: `cli_${index}${randomUUID().slice(0, 8)}` })),
		),
		...texts.map((text) => sealed(`inside: ${text}`, text)),
		...[undefined, '', 1, {}].map((event_type) => sealed('no type', event({ event_type }))),
	];
}

function wrongVerifications(): CallbackRequest[] {
	const verification = (changes: object) =>
		JSON.stringify({
			type: 'url_verification',
			challenge: 'challenge',
			token: verificationToken,
			...changes,
		});
	return [
		{ what: 'plain verification', body: verification({}) },
		sealed('verification with another token', verification({ token: randomUUID() })),
		sealed('verification without a token', verification({ token: undefined })),
		sealed('verification without a challenge', verification({ challenge: undefined })),
		sealed('verification with an object', verification({ challenge: {} })),
		{
			what: 'verification of another key',
			body: encryptBody(verification({}), randomUUID()),
		},
		{
			what: 'verification with a wrong signature',
			body: encryptBody(verification({}), encryptKey),
			headers: signature('another body'),
		},
	];
}

function oversized(): CallbackRequest[] {
	const big = (bytes: number) => event({}, { padding: 'x'.repeat(bytes) });
	return [
		sealed('2 MB, all else right', big(2 * megabyte)),
		{ what: '2 MB, plain', body: big(2 * megabyte) },
		{ what: '2 MB of nothing', body: Buffer.alloc(2 * megabyte) },
		{ what: '2 MB of depth', body: '['.repeat(2 * megabyte) },
	];
}

function otherwiseEncoded(): CallbackRequest[] {
	const types = ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'image/png'];
	return [
		...types.map((type) => ({
			what: type,
			body: event(),
			headers: { 'content-type': type },
		})),
		{
			what: 'multipart',
			body: '--b\r\ncontent-disposition: form-data; name="encrypt"\r\n\r\nAAAA\r\n--b--\r\n',
			headers: { 'content-type': 'multipart/form-data; boundary=b' },
		},
		{ what: 'compressed', body: gzipSync(event()), headers: { 'content-encoding': 'gzip' } },
		{ what: 'bytes', body: randomBytes(1000) },
		{ what: 'empty', body: '' },
	];
}

it('refuses whatever is not proven to be from Feishu, when there is an Encrypt Key', async () => {
	const requests = [
		...unsigned(),
		...wronglySigned(),
		...stale(),
		...misencrypted(),
		...truncated(),
		...wrongInside(),
		...wrongVerifications(),
		...oversized(),
		...otherwiseEncoded(),
	];
	expect(requests.length).toBeGreaterThan(100);
	expect(await notRefused(withBoth.url, requests)).toEqual([]);
	expect(await startedInTheEnd(withBoth)).toBe(0);
	await expectHealthy();

	// The same, with nothing wrong, or nothing that matters.
	const genuine = [event(), ...hostile.map((create_time) => event({ create_time }))];
	for (const text of genuine) {
		expect(await post(withBoth.url, sealed('', text))).toEqual({ status: 200, text: '{}' });
	}
	await expect.poll(() => started(withBoth)).toBe(genuine.length);
});

it('starts nothing for a body that is larger than n8n reads', async () => {
	const before = await started(withBoth);
	const headers = { 'content-encoding': 'gzip' };
	for (const request of [
		sealed('', event({}, { padding: 'x'.repeat(17 * megabyte) })),
		{ body: gzipSync(JSON.stringify({ encrypt: 'A'.repeat(20 * megabyte) })), headers },
		{ body: 'no gzip', headers },
	]) {
		const { status, text } = await post(withBoth.url, request);
		// n8n fails with 500 by itself, before it calls the node.
		expect(status).toBeGreaterThanOrEqual(400);
		expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
	}
	expect(await startedInTheEnd(withBoth)).toBe(before);
	await expectHealthy();
});

it('refuses whatever has not the Verification Token, when that is all there is', async () => {
	const whole = event();
	const requests: CallbackRequest[] = [
		sealed('encrypted', event()),
		...times(10, () => ({ what: 'another token', body: event({ token: randomUUID() }) })),
		...[undefined, null, '', 1, [verificationToken.slice(1)], ...hostile].map((token) => ({
			what: `token ${JSON.stringify(token)}`,
			body: event({ token }),
		})),
		...times(5, () => ({ what: 'another app', body: event({ app_id: randomUUID() }) })),
		...times(10, () => ({ what: 'truncated', body: whole.slice(0, randomPlace(whole)) })),
		{ what: '2 MB', body: event({}, { padding: 'x'.repeat(2 * megabyte) }) },
		{ what: 'verification', body: '{"type":"url_verification","challenge":"challenge"}' },
		{
			what: 'event of schema 1.0',
			body: '{"uuid":"1","token":"x","type":"event_callback","event":{"type":"app_ticket"}}',
		},
	];
	expect(await notRefused(withToken.url, requests)).toEqual([]);
	expect(await startedInTheEnd(withToken)).toBe(0);
	await expectHealthy();

	expect(await post(withToken.url, { body: event() })).toEqual({ status: 200, text: '{}' });
	await expect.poll(() => started(withToken)).toBe(1);
});

it('refuses everything when there is nothing to check it with', async () => {
	const requests = [
		{ what: 'plain', body: event() },
		{ what: 'without a token', body: event({ token: '' }) },
		sealed('encrypted and signed', event()),
		sealed('encrypted with nothing', event(), ''),
		{ what: 'verification', body: '{"type":"url_verification","challenge":"challenge"}' },
		...truncated(),
	];
	expect(await notRefused(withNothing.url, requests)).toEqual([]);
	expect(await startedInTheEnd(withNothing)).toBe(0);
	await expectHealthy();
});

it('starts the workflow once for a request that is replayed while it is fresh', async () => {
	const before = await started(withBoth);
	const request = sealed('', event());
	const answers = await Promise.all(times(10, () => request).map((one) => post(withBoth.url, one)));
	for (let again = 0; again < 5; again++) answers.push(await post(withBoth.url, request));
	expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
		new Set(['200 {}']),
	);
	await expect.poll(() => started(withBoth)).toBe(before + 1);
	expect(await startedInTheEnd(withBoth)).toBe(before + 1);
});

it('stays up when callers go away in the middle of a request, or use other methods', async () => {
	const before = await started(withBoth);
	const { hostname, port, pathname } = new URL(withBoth.url);
	const { body, headers = {} } = sealed('', event());
	for (let count = 0; count < 20; count++) {
		const socket = connect(Number(port), hostname);
		const head = [
			`POST ${pathname} HTTP/1.1`,
			`host: ${hostname}`,
			'content-type: application/json',
			`content-length: ${body.length}`,
			...Object.entries(headers).map((header) => header.join(': ')),
		].join('\r\n');
		const part = String(body).slice(0, randomPlace(String(body)));
		await new Promise<void>((resolve, reject) => {
			socket.once('error', reject);
			socket.write(`${head}\r\n\r\n${part}`, () => setTimeout(resolve, 20));
		});
		await new Promise((resolve) => socket.once('close', resolve).destroy());
	}
	for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'HEAD']) {
		const { status } = await fetch(withBoth.url, { method, headers });
		expect(status).toBe(404);
	}
	expect(await startedInTheEnd(withBoth)).toBe(before);
	await expectHealthy();
});
