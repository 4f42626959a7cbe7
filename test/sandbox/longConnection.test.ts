import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';

import { WebSocket } from 'ws';

import {
	type FeishuSandbox,
	FeishuSandboxClient,
	SEEDED_APPS,
	startFeishuSandbox,
} from '../../sandbox/feishu/src';
import type { PushedEvent } from '../../sandbox/feishu/src/client';
import { answerTo, type ClientFrame, FrameClient, headers } from '../helpers/sandbox/FrameClient';

const { custom, fewScopes, store } = SEEDED_APPS;
const ENDPOINT = '/callback/ws/endpoint';

let sandbox: FeishuSandbox;
let control: FeishuSandboxClient;

beforeAll(async () => {
	sandbox = await startFeishuSandbox({ people: 10 });
	control = new FeishuSandboxClient(sandbox.url);
});
afterAll(() => sandbox.close());
beforeEach(() => control.reset());

interface EndpointAnswer {
	code: number;
	msg: string;
	data: { URL: string; ClientConfig: Record<string, number> };
}

async function askForUrl(
	{ app_id: AppID, app_secret: AppSecret } = custom as { app_id?: string; app_secret?: string },
): Promise<EndpointAnswer & { status: number }> {
	const response = await fetch(`${sandbox.url}${ENDPOINT}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', locale: 'zh' },
		body: JSON.stringify({ AppID, AppSecret }),
	});
	return { ...((await response.json()) as EndpointAnswer), status: response.status };
}

const urlOf = async (app = custom as { app_id: string; app_secret: string }) =>
	(await askForUrl(app)).data.URL;
const connect = async (app?: { app_id: string; app_secret: string }) =>
	new FrameClient(await urlOf(app)).opened();
const send = (event: object = { text: '你好' }, app_id: string = custom.app_id) =>
	control.sendEvent({ app_id, event_type: 'x', event, kind: 'callback' });
const connections = async (filter = {}) => (await control.longConnections(filter)).connections;

/** Waits until what is read is as it should be. */
async function until<T>(read: () => Promise<T>, isRight: (value: T) => boolean): Promise<T> {
	for (;;) {
		const value = await read();
		if (isRight(value)) return value;
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

/** The refusal of a WebSocket's handshake. */
async function refusal(url: string): Promise<IncomingMessage> {
	const socket = new WebSocket(url);
	socket.on('error', () => undefined);
	const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
	response.resume();
	return response;
}

describe('the endpoint', () => {
	it('gives a URL and how to keep the connection', async () => {
		const { status, code, data } = await askForUrl();
		expect({ status, code }).toEqual({ status: 200, code: 0 });
		expect(data.ClientConfig).toEqual({
			ReconnectCount: -1,
			ReconnectInterval: 120,
			ReconnectNonce: 30,
			PingInterval: 120,
		});
		const url = new URL(data.URL);
		expect(url.origin).toBe(sandbox.url.replace('http:', 'ws:'));
		expect(Number(url.searchParams.get('service_id'))).toBeGreaterThan(0);
		expect(url.searchParams.get('device_id')).toMatch(/^\d+$/);
		expect(await control.requests({ operation: 'longConnection.endpoint' })).toMatchObject([
			{ app_id: custom.app_id, headers: { locale: 'zh' }, code: 0, status: 200 },
		]);
	});

	it('gives a URL with the name by which it was called', async () => {
		const response = await fetch(`http://localhost:${sandbox.port}${ENDPOINT}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ AppID: custom.app_id, AppSecret: custom.app_secret }),
		}).catch(() => undefined);
		// Where localhost is an IPv6 address alone, nobody listens there.
		if (!response) return;
		const { data } = (await response.json()) as EndpointAnswer;
		expect(new URL(data.URL).host).toBe(`localhost:${sandbox.port}`);
	});

	it.each<[string, object, number]>([
		['a wrong secret', { ...custom, app_secret: 'wrong' }, 514],
		['an unknown app', { ...custom, app_id: 'cli_unknown' }, 514],
		['no secret', { app_id: custom.app_id }, 514],
		['a store app', store, 403],
	])('refuses %s', async (_name, app, code) => {
		expect(await askForUrl(app)).toMatchObject({ status: 200, code, data: {} });
	});

	it.each([1, 403, 514, 1000040343, 1000040350])('can be made to answer %d', async (code) => {
		await control.addFault({
			kind: 'errorCode',
			operation: 'longConnection.endpoint',
			code,
			msg: 'busy',
			times: 2,
		});
		expect(await askForUrl()).toEqual({ status: 200, code, msg: 'busy', data: {} });
		expect((await askForUrl()).code).toBe(code);
		expect((await askForUrl()).code).toBe(0);
	});

	it('can be made to answer with another HTTP status', async () => {
		const operation = 'longConnection.endpoint';
		await control.addFault({ kind: 'errorCode', operation, status: 503, code: 1 });
		expect(await askForUrl()).toEqual({ status: 503, code: 1, msg: 'refused', data: {} });
		expect(await control.requests({ fault: 'errorCode' })).toMatchObject([
			{ status: 503, code: 1, handled: false },
		]);
	});
});

describe('opening', () => {
	it('is counted', async () => {
		const [first] = [await connect(), await connect()];
		first.socket.close(4001);
		const [closed, open] = await until(connections, ([{ isOpen }]) => !isOpen);
		expect(closed).toMatchObject({ number: 1, isOpen: false, closedBy: 'client', closeCode: 4001 });
		expect(closed.closedAt).toBeGreaterThanOrEqual(closed.openedAt);
		expect(open).toMatchObject({ number: 2, isOpen: true, app_id: custom.app_id });
		expect(await control.longConnections({ isOpen: true })).toEqual({
			open: 1,
			opened: 2,
			mostOpen: 2,
			refused: 0,
			connections: [open],
		});
		expect((await control.counters()).longConnections).toMatchObject({ open: 1, opened: 2 });
		expect(await connections({ connection: 1 })).toEqual([closed]);
		expect(await connections({ app_id: store.app_id })).toEqual([]);
	});

	it('takes a URL once only', async () => {
		const url = await urlOf();
		await new FrameClient(url).opened();
		const response = await refusal(url);
		expect(response.statusCode).toBe(403);
		expect(response.headers).toMatchObject({ 'handshake-status': '514' });
		expect(await control.longConnections()).toMatchObject({ open: 1, refused: 1 });
	});

	it('takes no URL that is older than a minute', async () => {
		const [first, second] = [await urlOf(), await urlOf()];
		await control.advanceClock(59);
		await new FrameClient(first).opened();
		await control.advanceClock(2);
		expect((await refusal(second)).statusCode).toBe(403);
	});

	it('takes no URL without a ticket, and no other path', async () => {
		const url = new URL(await urlOf());
		url.searchParams.set('ticket', 'x');
		expect((await refusal(url.href)).statusCode).toBe(403);
		url.pathname = '/elsewhere';
		expect((await refusal(url.href)).statusCode).toBe(404);
	});

	it('is for 50 of an app at one time', async () => {
		const spare = [await urlOf(), await urlOf()];
		for (let count = 0; count < 49; count++) await connect();
		await new FrameClient(spare[0]).opened();
		expect((await askForUrl()).code).toBe(1000040350);
		const { headers: refused } = await refusal(spare[1]);
		expect(refused).toMatchObject({
			'handshake-status': '514',
			'handshake-autherrcode': '1000040350',
		});
		expect((await askForUrl(fewScopes)).code).toBe(0);
		await control.disconnect({ connection: 7 });
		await until(connections, (all) => !all[6].isOpen);
		await connect();
		expect(await control.longConnections()).toMatchObject({ open: 50, opened: 51, mostOpen: 50 });
	});

	it('is for as many as the settings say', async () => {
		await control.changeSettings({ longConnection: { mostConnections: 1 } });
		await connect();
		expect((await askForUrl()).code).toBe(1000040350);
	});
});

describe('a ping', () => {
	const config = { ReconnectCount: 3, ReconnectInterval: 2, ReconnectNonce: 1, PingInterval: 7 };

	it('is answered, with the client configuration of now', async () => {
		const client = await connect();
		await control.changeSettings({ longConnection: { clientConfig: config } });
		client.ping();
		const pong = await client.next();
		expect(pong).toMatchObject({ method: 0, service: client.service });
		expect(headers(pong)).toEqual({ type: 'pong' });
		expect(JSON.parse(Buffer.from(pong.payload!).toString())).toEqual(config);
		const [{ pings, pongs, lastPingAt, openedAt }] = await connections();
		expect({ pings, pongs }).toEqual({ pings: 1, pongs: 1 });
		expect(lastPingAt).toBeGreaterThan(openedAt);
		expect((await askForUrl()).data.ClientConfig).toEqual(config);
	});

	it('is answered without, when the settings say so', async () => {
		await control.changeSettings({ longConnection: { configInPong: false } });
		const client = await connect();
		client.ping();
		expect((await client.next()).payload).toBeUndefined();
	});

	it.each<[string, (client: FrameClient) => void]>([
		['of another service', (client) => client.ping(client.service + 1)],
		['without a type', (client) => client.send({ method: 0 })],
		['of no method', (client) => client.send({ method: 2 })],
		['as text', (client) => client.socket.send('ping')],
		['that is no frame', (client) => client.socket.send(Buffer.from([8, 255, 255]))],
	])('is not answered %s', async (_name, sendWrong) => {
		const client = await connect();
		sendWrong(client);
		await until(connections, ([{ malformedFrames }]) => malformedFrames === 1);
		client.ping();
		await client.next();
		expect(client.frames).toHaveLength(1);
		expect(await connections()).toMatchObject([{ pings: 1, malformedFrames: 1, isOpen: true }]);
	});

	it('of the WebSocket itself is answered as well', async () => {
		const client = await connect();
		client.socket.ping('hello');
		const [data] = await once(client.socket, 'pong');
		expect(String(data)).toBe('hello');
	});
});

describe('an event', () => {
	it('comes as a frame with the whole body, neither encrypted nor signed', async () => {
		await control.changeCallback(custom.app_id, { encrypt_key: 'key' });
		const client = await connect();
		const { body, ...event } = await send();
		expect(event).toMatchObject({
			state: 'answered',
			attempts: [{ via: 'longConnection', connection: 1, status: 200, answer: {} }],
		});
		const [frame] = client.frames;
		expect(frame).toMatchObject({ method: 1, service: client.service });
		expect(headers(frame)).toEqual({
			type: 'event',
			message_id: expect.stringMatching(/./),
			sum: '1',
			seq: '0',
			trace_id: expect.stringMatching(/./),
		});
		expect(JSON.parse(Buffer.from(frame.payload!).toString())).toEqual(body);
		expect(await connections()).toMatchObject([{ sent: 1, answered: 1, unanswered: 0 }]);
	});

	it('comes with LogIDs of all 64 bits', async () => {
		const client = await connect();
		for (let count = 0; count < 20; count++) await send();
		const logIds = client.frames.map(({ LogID }) => BigInt(LogID));
		expect(logIds.some((logId) => logId > 2n ** 63n)).toBe(true);
		expect(client.frames.map(({ SeqID }) => Number(SeqID))).toEqual(
			Array.from({ length: 20 }, (_, place) => place + 1),
		);
	});

	it('has the type that the settings say if it is a callback', async () => {
		await control.changeSettings({ longConnection: { callbackType: 'card' } });
		const client = await connect();
		await send();
		await control.sendEvent({ app_id: custom.app_id, event_type: 'x', event: {} });
		expect(client.frames.map((frame) => headers(frame).type)).toEqual(['card', 'event']);
	});

	it.each([
		['ascending', (seqs: number[]) => seqs],
		['descending', (seqs: number[]) => seqs.reverse()],
		['random', undefined],
	] as const)('that is long comes in parts, %s', async (partOrder, order) => {
		const longConnection = { mostPayloadBytes: 20, partOrder };
		await control.changeSettings({ longConnection });
		const client = await connect();
		const { body, state } = await send({ text: '长'.repeat(200) });
		expect(state).toBe('answered');
		const { length } = client.frames;
		expect(length).toBe(Math.ceil(Buffer.byteLength(JSON.stringify(body)) / 20));
		const seqs = client.frames.map((frame) => Number(headers(frame).seq));
		const ascending = Array.from({ length }, (_, seq) => seq);
		if (order) expect(seqs).toEqual(order([...ascending]));
		else expect(seqs).not.toEqual(ascending);
		const inOrder = ascending.map((seq) => client.frames[seqs.indexOf(seq)]);
		for (const frame of inOrder) {
			expect(frame.payload!.length).toBeLessThanOrEqual(20);
			const { sum, message_id } = headers(frame);
			expect({ sum, message_id }).toEqual({
				sum: String(length),
				message_id: headers(inOrder[0]).message_id,
			});
		}
		const joined = Buffer.concat(inOrder.map(({ payload }) => payload!)).toString();
		expect(JSON.parse(joined)).toEqual(body);
	});

	it('goes to one of the app’s connections, any of them', async () => {
		const clients = [await connect(), await connect(), await connect()];
		const stranger = await connect(fewScopes);
		await Promise.all(Array.from({ length: 90 }, () => send()));
		const counts = clients.map(({ frames }) => frames.length);
		expect(counts.reduce((sum, count) => sum + count)).toBe(90);
		// The chance that one of them got none of 90 is below 1 in 10^15.
		for (const count of counts) expect(count).toBeGreaterThan(0);
		expect(stranger.frames).toEqual([]);
		expect((await connections()).map(({ answered }) => answered)).toEqual([...counts, 0]);
	});

	it('goes over a connection although there is a URL, in that mode', async () => {
		await control.changeCallback(custom.app_id, {
			mode: 'longConnection',
			url: 'http://127.0.0.1:9/',
			verify: false,
		});
		await connect();
		expect((await send()).attempts).toMatchObject([{ via: 'longConnection' }]);
		await control.changeCallback(custom.app_id, { mode: 'automatic' });
		expect((await send()).attempts).toMatchObject([{ via: 'url' }]);
	});
});

describe('the answer to an event', () => {
	const base64 = (text: string) => Buffer.from(text).toString('base64');
	const change = (frame: ClientFrame, key: string, value: string) => ({
		...answerTo(frame, { code: 200 }),
		headers: [
			...answerTo(frame, '').headers.filter((header) => header.key !== key),
			{ key, value },
		],
	});

	it.each<[string, unknown, unknown]>([
		[
			'data',
			{ code: 200, data: base64('{"toast":{"content":"好"}}') },
			{ toast: { content: '好' } },
		],
		['no data', { code: 200 }, undefined],
	])('may have %s', async (_name, payload, answer) => {
		const client = await connect();
		client.answer = (frame) => answerTo(frame, payload);
		const { state, attempts } = await send();
		expect(state).toBe('answered');
		expect(attempts[0].answer).toEqual(answer);
	});

	it.each<[string, (frame: ClientFrame) => ClientFrame, object]>([
		[
			'another code',
			(frame) => answerTo(frame, { code: 500 }),
			{ reason: 'status', message: '500 instead of 200' },
		],
		['no code', (frame) => answerTo(frame, {}), { message: 'The payload has no code' }],
		['null', (frame) => answerTo(frame, 'null'), { message: 'The payload has no code' }],
		['no JSON', (frame) => answerTo(frame, 'ok'), { message: 'The payload is no JSON' }],
		[
			'data that is no text',
			(frame) => answerTo(frame, { code: 200, data: {} }),
			{ message: 'data is no base64' },
		],
		[
			'data that is no base64',
			(frame) => answerTo(frame, { code: 200, data: '{"toast":{}}' }),
			{ message: 'data is no base64' },
		],
		[
			'data that is no JSON',
			(frame) => answerTo(frame, { code: 200, data: base64('ok') }),
			{ message: 'The answer is no JSON' },
		],
		[
			'no biz_rt',
			(frame) => ({ ...answerTo(frame, { code: 200 }), headers: frame.headers }),
			{ message: 'The header biz_rt is no number' },
		],
		[
			'a biz_rt of no number',
			(frame) => change(frame, 'biz_rt', 'fast'),
			{ message: 'The header biz_rt is no number' },
		],
		[
			'another trace_id',
			(frame) => change(frame, 'trace_id', 'x'),
			{ message: "The header trace_id is not the event's" },
		],
		[
			'another type',
			(frame) => change(frame, 'type', 'card'),
			{ message: "The header type is not the event's" },
		],
		[
			'another SeqID',
			(frame) => ({ ...answerTo(frame, { code: 200 }), SeqID: '77' }),
			{ message: 'The SeqID is that of no frame of the event' },
		],
	])('must not have %s', async (_name, answer, failure) => {
		const client = await connect();
		client.answer = answer;
		const { state, attempts } = await send();
		expect(state).toBe('failed');
		expect(attempts[0].failure).toMatchObject({ reason: 'invalidAnswer', ...failure });
		expect(await connections()).toMatchObject([{ sent: 1 }]);
	});

	it('must be in time; a late one is counted', async () => {
		await control.changeSettings({ callbacks: { answerTimeout: 0.1 } });
		const client = await connect();
		client.answer = undefined;
		const { attempts } = await send();
		expect(attempts[0].failure).toEqual({ reason: 'timeout', message: 'No answer within 0.1 s' });
		client.send(answerTo(client.frames[0], { code: 200 }));
		const [view] = await until(connections, ([{ lateAnswers }]) => lateAnswers > 0);
		expect(view).toMatchObject({ sent: 1, answered: 0, unanswered: 1, lateAnswers: 1 });
	});

	it('is waited for three seconds by default', async () => {
		const client = await connect();
		client.answer = undefined;
		const sent = [send(), send()];
		const first = await client.next();
		setTimeout(() => client.send(answerTo(first, { code: 200 })), 2000);
		const events = await Promise.all(sent);
		expect(events.map(({ state }) => state).sort()).toEqual(['answered', 'failed']);
		const [late] = events.filter(({ state }) => state === 'failed');
		expect(late.attempts[0].failure).toMatchObject({ message: 'No answer within 3 s' });
	});

	it('is waited for again when an event is sent again', async () => {
		await control.changeSettings({ callbacks: { retryTimeFactor: 1e-5 } });
		const client = await connect();
		let count = 0;
		client.answer = (frame) => answerTo(frame, { code: ++count < 3 ? 500 : 200 });
		const { event_id } = await control.sendEvent({
			app_id: custom.app_id,
			event_type: 'x',
			event: {},
		});
		const isAnswered = ([{ state }]: PushedEvent[]) => state === 'answered';
		const [event] = await until(() => control.events(), isAnswered);
		expect(event.attempts.map(({ status }) => status)).toEqual([500, 500, 200]);
		const ids = client.frames.map(
			({ payload }) => JSON.parse(Buffer.from(payload!).toString()).header.event_id,
		);
		expect(ids).toEqual([event_id, event_id, event_id]);
	});
});

describe('trouble', () => {
	it('ends connections with a close', async () => {
		const client = await connect();
		const closed = once(client.socket, 'close');
		expect(await control.disconnect({ code: 1012, reason: 'restart' })).toBe(1);
		const [code, reason] = await closed;
		expect([code, String(reason)]).toEqual([1012, 'restart']);
		const [view] = await until(connections, ([{ isOpen }]) => !isOpen);
		expect(view).toMatchObject({ closedBy: 'sandbox', closeCode: 1012 });
		expect(await control.disconnect()).toBe(0);
	});

	it('ends connections without a close, and what was under way with them', async () => {
		const client = await connect();
		client.answer = undefined;
		const sent = send();
		await client.next();
		const closed = once(client.socket, 'close');
		await control.disconnect({ app_id: custom.app_id, how: 'terminate' });
		const [code] = await closed;
		expect(code).toBe(1006);
		expect((await sent).attempts[0].failure).toMatchObject({ reason: 'disconnected' });
		expect(await connections()).toMatchObject([{ sent: 1, answered: 0, unanswered: 1 }]);
		expect((await send()).attempts[0].failure).toMatchObject({ reason: 'noReceiver' });
	});

	it('ends just the connections that are meant', async () => {
		const clients = [await connect(), await connect(), await connect(fewScopes)];
		expect(await control.disconnect({ connection: 2 })).toBe(1);
		expect(await control.disconnect({ app_id: fewScopes.app_id })).toBe(1);
		await until(connections, (all) => all.filter(({ isOpen }) => isOpen).length === 1);
		expect(clients.map(({ socket }) => socket.readyState === WebSocket.OPEN)).toEqual([
			true,
			false,
			false,
		]);
	});

	it('sends nothing more over a connection that is being closed', async () => {
		const clients = [await connect(), await connect()];
		// It does not get to read the close, let alone answer it.
		clients[0].socket.pause();
		await control.disconnect({ connection: 1 });
		for (let count = 0; count < 20; count++) expect((await send()).state).toBe('answered');
		expect(await connections()).toMatchObject([
			{ isOpen: true, sent: 0 },
			{ isOpen: true, sent: 20 },
		]);
		clients[0].socket.resume();
		await until(connections, ([{ isOpen }]) => !isOpen);
	});

	it('makes connections half-open, and brings them back', async () => {
		await control.changeSettings({ callbacks: { answerTimeout: 0.1 } });
		const client = await connect();
		expect(await control.stall()).toBe(1);
		client.ping();
		client.socket.ping();
		let pongs = 0;
		client.socket.on('pong', () => pongs++);
		expect((await send()).attempts[0].failure).toMatchObject({ reason: 'timeout' });
		expect({ frames: client.frames, pongs }).toEqual({ frames: [], pongs: 0 });
		expect(await connections()).toMatchObject([
			{ isOpen: true, isStalled: true, pings: 0, sent: 1, unanswered: 1 },
		]);

		expect(await control.stall({ connection: 1, stalled: false })).toBe(1);
		client.ping();
		await client.next();
		expect((await send()).state).toBe('answered');
		expect(await connections()).toMatchObject([{ isStalled: false, pings: 1, answered: 1 }]);
	});

	it('half-open, does not even answer a close; the end of the socket is seen', async () => {
		const client = await connect();
		await control.stall({ app_id: custom.app_id });
		client.socket.close();
		await new Promise((resolve) => setTimeout(resolve, 100));
		expect(client.socket.readyState).toBe(WebSocket.CLOSING);
		expect(await connections()).toMatchObject([{ isOpen: true }]);
		client.socket.terminate();
		const [view] = await until(connections, ([{ isOpen }]) => !isOpen);
		expect(view).toMatchObject({ closedBy: 'client' });
	});

	it('half-open, can still be ended', async () => {
		const client = await connect();
		const closed = once(client.socket, 'close');
		await control.stall();
		await control.disconnect();
		expect((await closed)[0]).toBe(1001);
	});
});

describe('a reset', () => {
	it('ends all connections and forgets them', async () => {
		const client = await connect();
		const unused = await urlOf();
		const closed = once(client.socket, 'close');
		await control.reset();
		await closed;
		expect(await control.longConnections()).toEqual({
			open: 0,
			opened: 0,
			mostOpen: 0,
			refused: 0,
			connections: [],
		});
		expect((await refusal(unused)).statusCode).toBe(403);
	});

	it('keeps them when asked to', async () => {
		const client = await connect();
		await control.reset({ keepConnections: true });
		expect(await control.longConnections()).toMatchObject({ open: 1, opened: 1, mostOpen: 1 });
		expect((await send()).state).toBe('answered');
		expect(client.frames).toHaveLength(1);
	});
});

describe('the end of the sandbox', () => {
	it('ends connections, and what waits for an answer', async () => {
		const other = await startFeishuSandbox({ people: 3 });
		const otherControl = new FeishuSandboxClient(other.url);
		const response = await fetch(`${other.url}${ENDPOINT}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ AppID: custom.app_id, AppSecret: custom.app_secret }),
		});
		const { data } = (await response.json()) as EndpointAnswer;
		const client = await new FrameClient(data.URL).opened();
		client.answer = undefined;
		const sent = otherControl
			.sendEvent({ app_id: custom.app_id, event_type: 'x', event: {} })
			.catch(() => undefined);
		await client.next();
		const closed = once(client.socket, 'close');
		await other.close();
		await Promise.all([closed, sent]);
	});
});

describe('what it does not know', () => {
	it.each([
		['a setting', () => control.changeSettings({ longConnection: { most: 1 } as object }), 'most'],
		['a close code', () => control.disconnect({ code: 1006 }), 'code'],
		['a way to end', () => control.disconnect({ how: 'fire' as 'close' }), 'how'],
		['a filter', () => control.longConnections({ open: true } as object), 'open'],
	])('is refused: %s', async (_name, call, message) => {
		await expect(call()).rejects.toThrow(message);
	});
});
