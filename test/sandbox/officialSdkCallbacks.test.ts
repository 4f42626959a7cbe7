import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import * as lark from '@larksuiteoapi/node-sdk';

import {
	type FeishuSandbox,
	FeishuSandboxClient,
	SEEDED_APPS,
	startFeishuSandbox,
	TENANT_KEY,
} from '../../sandbox/feishu/src';
import type { Person, PressResult } from '../../sandbox/feishu/src/client';
import { FeishuCaller } from '../helpers/sandbox/FeishuCaller';

/**
 * The official SDK is the referee: what the sandbox sends, its event dispatcher, card handler and
 * `WSClient` must take, and what they answer, the sandbox must understand.
 */
const { custom, store } = SEEDED_APPS;
const encryptKey = '测试 encrypt key';
const silence = () => undefined;
const quiet = {
	logger: {
		fatal: silence,
		error: silence,
		warn: silence,
		info: silence,
		debug: silence,
		trace: silence,
	},
};
const toast = { type: 'success', content: '已签收 ✅', i18n: { en_us: 'Signed for ✅' } };

let sandbox: FeishuSandbox;
let control: FeishuSandboxClient;
let person: Person;
let endings: Array<() => unknown>;

beforeAll(async () => {
	sandbox = await startFeishuSandbox({ people: 20, rateLimiting: { enabled: false } });
	control = new FeishuSandboxClient(sandbox.url);
	[person] = await control.people({ limit: 1 });
});
afterAll(() => sandbox.close());
beforeEach(async () => {
	await control.reset();
	endings = [];
	await new FeishuCaller(sandbox.url).create({
		app_feed_card: {
			biz_id: 'delivery-7',
			link: { link: 'https://example.com' },
			buttons: {
				buttons: [
					{
						action_type: 'webhook',
						text: { text: '签收' },
						action_map: { order: '7', 操作: '签收' },
					},
					{ action_type: 'webhook', text: { text: '联系司机' } },
				],
			},
		},
		user_ids: [person.open_id],
	});
});
afterEach(async () => {
	for (const end of endings) await end();
});

const press = (button: number | string = '签收') =>
	control.press({ user: person.union_id, biz_id: 'delivery-7', button });

/** What the SDK's handlers get: header and event spread into one. */
const pressed = {
	event_type: 'card.action.trigger',
	app_id: custom.app_id,
	tenant_key: TENANT_KEY,
	event_id: expect.stringMatching(/^[0-9a-f]{32}$/),
	create_time: expect.stringMatching(/^\d{16}$/),
	operator: {
		tenant_key: TENANT_KEY,
		open_id: '',
		union_id: '',
		user_id: '',
	},
	token: expect.stringMatching(/^c-/),
	action: { value: { order: '7', 操作: '签收' }, tag: 'button' },
	host: 'im_message',
	context: {},
};

function expectPressed(event: unknown): void {
	const { open_id, union_id, user_id, tenant_key } = person;
	expect(event).toMatchObject({ ...pressed, operator: { open_id, union_id, user_id, tenant_key } });
}

function expectToast(result: PressResult, via: 'url' | 'longConnection'): void {
	expect(result).toMatchObject({
		action_type: 'webhook',
		answered: true,
		toast,
		event: { kind: 'callback', state: 'answered', open_id: person.open_id, attempts: [{ via }] },
	});
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
	let resolve!: () => void;
	const promise = new Promise<void>((done) => (resolve = done));
	return { promise, resolve };
}

describe('callbacks over HTTP', () => {
	async function serve(
		dispatcher: lark.EventDispatcher | lark.CardActionHandler,
		autoChallenge = true,
	): Promise<string> {
		const handle = lark.adaptDefault('/callback', dispatcher, { autoChallenge });
		const server: Server = createServer((request, response) => void handle(request, response));
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		endings.push(() => server.close());
		return `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
	}

	describe.each([
		['plain', ''],
		['encrypted and signed', encryptKey],
	])('%s', (_name, encrypt_key) => {
		const parameters = { encryptKey: encrypt_key, ...quiet };

		it('reach the event dispatcher, whose toast comes back', async () => {
			const events: unknown[] = [];
			const dispatcher = new lark.EventDispatcher(parameters).register({
				'card.action.trigger': async (event: unknown) => {
					events.push(event);
					return { toast };
				},
			});
			const url = await serve(dispatcher);
			const { verification } = await control.changeCallback(custom.app_id, { encrypt_key, url });
			expect(verification).toMatchObject({ ok: true, status: 200 });

			expectToast(await press(), 'url');
			expect(events).toHaveLength(1);
			expectPressed(events[0]);
		});

		it('reach the card action handler, whose toast comes back', async () => {
			const events: unknown[] = [];
			const handler = new lark.CardActionHandler(parameters, async (event: unknown) => {
				events.push(event);
				return { toast } as object;
			});
			const url = await serve(handler);
			await control.changeCallback(custom.app_id, { encrypt_key, url });
			expectToast(await press(), 'url');
			expectPressed(events[0]);
		});

		it('are answered with nothing when the handler gives nothing', async () => {
			const dispatcher = new lark.EventDispatcher(parameters).register({
				'card.action.trigger': async () => undefined,
			});
			const url = await serve(dispatcher);
			await control.changeCallback(custom.app_id, { encrypt_key, url });
			expect(await press(1)).toMatchObject({ answered: true });
		});

		it('keep a pushed app ticket, as a store app must', async () => {
			const kept = new Map<unknown, unknown>();
			const cache: lark.Cache = {
				get: async (key) => kept.get(key),
				set: async (key, value) => Boolean(kept.set(key, value)),
			};
			const dispatcher = new lark.EventDispatcher({ ...parameters, cache });
			const url = await serve(dispatcher);
			await control.changeCallback(store.app_id, { encrypt_key, url });
			const ticket = await control.renewAppTicket(store.app_id);
			const state = async () => (await control.events({ event_type: 'app_ticket' }))[0].state;
			while ((await state()) === 'underWay');
			expect(await state()).toBe('answered');
			expect([...kept.values()]).toEqual([ticket]);
		});
	});

	it('are not taken with another Encrypt Key', async () => {
		const dispatcher = new lark.EventDispatcher({ encryptKey: 'another', ...quiet }).register({
			'card.action.trigger': async () => ({ toast }),
		});
		const url = await serve(dispatcher, false);
		const change = { encrypt_key: encryptKey, url, verify: false };
		await control.changeCallback(custom.app_id, change);
		const result = await press();
		expect(result).toMatchObject({ answered: true });
		expect(result).not.toHaveProperty('toast');
	});
});

describe('the long connection', () => {
	type Handlers = Record<string, (event: unknown) => unknown>;
	type Options = Partial<ConstructorParameters<typeof lark.WSClient>[0]>;
	const views = async () => (await control.longConnections()).connections;

	/** Starts a client; `close` in `afterEach`. */
	async function start(handlers: Handlers, options: Options = {}): Promise<lark.WSClient> {
		const client = new lark.WSClient({
			appId: custom.app_id,
			appSecret: custom.app_secret,
			domain: sandbox.url,
			...quiet,
			...options,
		});
		endings.push(() => client.close({ force: true }));
		await client.start({ eventDispatcher: new lark.EventDispatcher(quiet).register(handlers) });
		return client;
	}

	/** Starts a client and waits until it is connected. */
	async function connect(handlers: Handlers, options: Options = {}): Promise<lark.WSClient> {
		const { promise: ready, resolve: onReady } = withResolvers();
		const client = await start(handlers, { onReady, ...options });
		await ready;
		return client;
	}

	it.each([
		['whole', {}],
		['in many parts', { mostPayloadBytes: 50 }],
		['in many parts, the last first', { mostPayloadBytes: 50, partOrder: 'descending' as const }],
		['in many parts in any order', { mostPayloadBytes: 7, partOrder: 'random' as const }],
	])('carries a press %s, and brings back the toast', async (_name, longConnection) => {
		await control.changeSettings({ longConnection });
		const events: unknown[] = [];
		await connect({
			'card.action.trigger': (event) => {
				events.push(event);
				return { toast };
			},
		});
		expectToast(await press(), 'longConnection');
		expect(events).toHaveLength(1);
		expectPressed(events[0]);
		const { connections, ...counts } = await control.longConnections();
		expect(counts).toMatchObject({ open: 1, opened: 1, mostOpen: 1, refused: 0 });
		expect(connections).toMatchObject([
			{ app_id: custom.app_id, sent: 1, answered: 1, unanswered: 0, malformedFrames: 0 },
		]);
	});

	it('shares the events of an app among its clients', async () => {
		const events: unknown[][] = [[], [], []];
		for (const own of events) await connect({ x: (event) => void own.push(event) });
		for (let count = 0; count < 60; count++) {
			await control.sendEvent({ app_id: custom.app_id, event_type: 'x', event: { count } });
		}
		expect(events.flat()).toHaveLength(60);
		expect((await views()).map(({ answered }) => answered)).toEqual(
			events.map(({ length }) => length),
		);
	});

	it('sends an event again when its handler fails', async () => {
		await control.changeSettings({ callbacks: { retryTimeFactor: 1e-5 } });
		const eventIds: unknown[] = [];
		const { promise: done, resolve } = withResolvers();
		await connect({
			x: (event) => {
				eventIds.push((event as { event_id: string }).event_id);
				if (eventIds.length < 3) throw new Error('not yet');
				resolve();
			},
		});
		const event = { app_id: custom.app_id, event_type: 'x', event: {} };
		const { event_id, attempts } = await control.sendEvent(event);
		expect(attempts).toMatchObject([{ status: 500, failure: { reason: 'status' } }]);
		await done;
		expect(eventIds).toEqual([event_id, event_id, event_id]);
	});

	const impatient = { ReconnectNonce: 0, ReconnectInterval: 0.05 };

	it.each(['close', 'terminate'] as const)('is opened again after a %s', async (how) => {
		await control.changeSettings({ longConnection: { clientConfig: impatient } });
		const { promise: back, resolve: onReconnected } = withResolvers();
		await connect({ 'card.action.trigger': () => ({ toast }) }, { onReconnected });
		await control.disconnect({ how });
		await back;
		expectToast(await press(), 'longConnection');
		expect(await views()).toMatchObject([
			{ isOpen: false, closedBy: 'sandbox', sent: 0 },
			{ isOpen: true, answered: 1 },
		]);
	});

	it('is opened again when it is half-open', async () => {
		// Above the time-out: the SDK starts it anew with each ping.
		const clientConfig = { ...impatient, PingInterval: 1 };
		await control.changeSettings({ longConnection: { clientConfig } });
		const { promise: back, resolve: onReconnected } = withResolvers();
		await connect(
			{ 'card.action.trigger': () => ({ toast }) },
			{ onReconnected, wsConfig: { pingTimeout: 0.5 } },
		);
		await control.stall();
		await back;
		expectToast(await press(), 'longConnection');
	});

	it('is pinged as often as a pong says', async () => {
		const { resolve: onPinged, promise: pinged } = withResolvers();
		await control.changeSettings({ longConnection: { clientConfig: { PingInterval: 0.05 } } });
		await connect({});
		await control.changeSettings({ longConnection: { clientConfig: { PingInterval: 3600 } } });
		// One ping may be under way with the old interval; after that there must be no more.
		setTimeout(onPinged, 300);
		await pinged;
		const [{ pings }] = await views();
		expect(pings).toBeGreaterThan(1);
		await new Promise((resolve) => setTimeout(resolve, 300));
		expect(await views()).toMatchObject([{ pings, pongs: pings, malformedFrames: 0 }]);
	});

	it('is asked for again when Feishu has an internal error', async () => {
		await control.changeSettings({ longConnection: { clientConfig: impatient } });
		const { promise: back, resolve: onReconnected } = withResolvers();
		await connect({}, { onReconnected });
		const operation = 'longConnection.endpoint';
		await control.addFault({ kind: 'errorCode', operation, code: 1000040343, times: 2 });
		await control.disconnect();
		await back;
		const codes = (await control.requests({ operation })).map(({ code }) => code);
		expect(codes).toEqual([0, 1000040343, 1000040343, 0]);
	});

	it.each([
		['the secret is wrong', 'code=514', { appSecret: 'wrong' }],
		['there are too many', 'code=1000040350', {}],
	])('is given up when %s', async (_name, message, options) => {
		await control.changeSettings({ longConnection: { mostConnections: 0 } });
		const told = new Promise<Error>((resolve) => {
			void start({}, { ...options, onError: resolve });
		});
		expect((await told).message).toContain(message);
	});
});
