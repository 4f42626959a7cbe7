import { setTimeout as pause } from 'node:timers/promises';

import { listen } from '../../nodes/FeishuFeedTrigger/longConnection/LongConnection';
import type { EventListener } from '../../nodes/FeishuFeedTrigger/longConnection/LongConnection';
import { headerOf } from '../../nodes/FeishuFeedTrigger/longConnection/frames';
import { readClientConfig } from '../../nodes/FeishuFeedTrigger/longConnection/endpoint';
import { asTrigger } from '../helpers/unit/asTrigger';
import { refusal } from '../helpers/unit/LongConnectionServer';
import {
	APP,
	event,
	hurry,
	idOf,
	join,
	server,
	toast,
	until,
	withLongConnectionServer,
} from '../helpers/unit/withLongConnectionServer';

withLongConnectionServer();

describe('the listeners of an app', () => {
	it('share one connection, and each gets every event once', async () => {
		const seen = Array.from({ length: 5 }, (): string[] => []);
		await Promise.all(
			seen.map(async (ids) => await join(async (body) => void ids.push(idOf(body)))),
		);
		const sent = Array.from({ length: 50 }, (_, index) => `event-${index}`);
		await Promise.all(sent.map(async (id) => await server.ask(event(id))));
		expect(seen).toEqual(Array(5).fill(sent));
		expect(server.sockets).toHaveLength(1);
		expect(server.endpointCalls).toHaveLength(1);
	});

	it('have a connection of their own in each app and at each Feishu', async () => {
		await join();
		await join(undefined, { app: { appId: 'cli_b' } });
		await join(undefined, { app: { baseUrl: 'http://localhost:2' } });
		expect(server.openSockets).toHaveLength(3);
	});

	it('ask for the connection as the app', async () => {
		await join();
		expect(server.endpointCalls).toEqual([
			expect.objectContaining({
				method: 'POST',
				baseURL: APP.baseUrl,
				url: '/callback/ws/endpoint',
				headers: { 'Content-Type': 'application/json; charset=utf-8', locale: 'zh' },
				body: { AppID: APP.appId, AppSecret: APP.appSecret },
				ignoreHttpStatusErrors: true,
			}),
		]);
	});

	it('get the event as it was sent, each in an object of its own', async () => {
		const sent = event('e', { action: { value: { name: '打卡 ⏰' } } });
		const seen: unknown[] = [];
		const spoil: EventListener = async (body) => {
			seen.push(structuredClone(body));
			body.header = 'spoilt';
			return undefined;
		};
		await join(spoil);
		await join(spoil);
		await server.ask(sent);
		expect(seen).toEqual([sent, sent]);
	});

	it('get events without an ID, of both types', async () => {
		const seen: unknown[] = [];
		await join(async (body) => void seen.push(body));
		await server.ask({ a: 1 });
		await server.ask({ a: 1 }, { type: 'card' });
		expect(seen).toEqual([{ a: 1 }, { a: 1 }]);
	});

	it('get no copies of an event, not even over a new connection, and copies are answered', async () => {
		const seen: string[] = [];
		await join(
			asTrigger(async (body) => {
				seen.push(idOf(body));
				return toast('first');
			}),
		);
		expect((await server.ask(event('e'))).answer).toEqual(toast('first'));
		expect((await server.ask(event('e'))).answer).toEqual({});
		server.sockets[0].terminate();
		await until(() => server.openSockets.length === 1);
		expect((await server.ask(event('e'))).answer).toEqual({});
		expect((await server.ask(event('f'))).answer).toEqual(toast('first'));
		expect(seen).toEqual(['e', 'f']);
	});

	it('may come and go while others stay', async () => {
		const [stays, goes, comes] = [[], [], []] as string[][];
		await join(async (body) => void stays.push(idOf(body)));
		const leave = await join(async (body) => void goes.push(idOf(body)));
		await server.ask(event('1'));
		await leave();
		await leave();
		await server.ask(event('2'));
		await join(async (body) => void comes.push(idOf(body)));
		await server.ask(event('3'));
		expect({ stays, goes, comes }).toEqual({ stays: ['1', '2', '3'], goes: ['1'], comes: ['3'] });
		expect(server.sockets).toHaveLength(1);
	});

	it('are served by what those who stay have brought', async () => {
		const leave = await join(undefined, {
			tools: {
				send: async (options) => {
					const answer = await server.tools().send(options);
					return server.sockets.length === 0 ? answer : Promise.reject(new Error('gone'));
				},
			},
		});
		await join();
		await leave();
		server.sockets[0].terminate();
		await until(() => server.openSockets.length === 1);
	});
});

describe('the answer to an event', () => {
	it("is the event's own frame, with the time it took", async () => {
		await join(async () => toast('好的'));
		const { frame, answer } = await server.ask(event('e'), { sum: 3 });
		expect(answer).toEqual(toast('好的'));
		expect(frame).toMatchObject({
			SeqID: 2n,
			LogID: 2n ** 63n + 1n,
			service: 7,
			method: 1,
			LogIDNew: 'log',
		});
		expect(frame.headers.map(({ key }) => key)).toEqual([
			'type',
			'message_id',
			'sum',
			'seq',
			'trace_id',
			'biz_rt',
		]);
		expect(headerOf(frame, 'seq')).toBe('2');
		expect(headerOf(frame, 'biz_rt')).toMatch(/^\d{1,3}$/);
	});

	it('is the first that is not empty, without waiting for the others', async () => {
		await join(async () => undefined);
		await join(async () => ({}));
		await join(async () => {
			await pause(2_000);
			return toast('late');
		});
		await join(async () => {
			await pause(100);
			return toast('early');
		});
		const { answer, took } = await server.ask(event('e'));
		expect(answer).toEqual(toast('early'));
		expect(took).toBeLessThan(1_500);
	});

	it('is empty, at once, when nobody has one', async () => {
		await join(async () => undefined);
		const { answer, took } = await server.ask(event('e'));
		expect(answer).toEqual({});
		expect(took).toBeLessThan(1_500);
	});

	it.each<[string, EventListener]>([
		['fails', async () => Promise.reject(new Error('broken'))],
		[
			'throws',
			() => {
				throw new Error('broken');
			},
		],
		[
			'gives what is no JSON',
			async () => ({
				get toast() {
					throw new Error('broken');
				},
			}),
		],
	])('comes from the others when a listener %s', async (_, broken) => {
		await join(broken);
		expect(await server.ask(event('1'))).toMatchObject({ code: 500, answer: undefined });
		await join(async () => undefined);
		expect(await server.ask(event('1'))).toMatchObject({ code: 500, answer: undefined });
		await join(async () => toast('fine'));
		expect((await server.ask(event('2'))).answer).toEqual(toast('fine'));
		expect(server.messagesOf('error')).toEqual(
			Array(3).fill('An event of Feishu could not be handled: broken'),
		);
	});

	it('goes out before the last listener has left, when it is there soon', async () => {
		const leave = await join(async () => {
			await pause(100);
			return toast('in time');
		});
		const asked = server.ask(event('e'));
		await pause(50);
		await leave();
		expect((await asked).answer).toEqual(toast('in time'));
	});

	it('goes out, empty, before the last listener has left', async () => {
		const leave = await join(async () => {
			await pause(500);
			return toast('too late');
		});
		const asked = server.ask(event('e'));
		await pause(50);
		await leave();
		expect((await asked).answer).toEqual({});
	});
});

describe('messages', () => {
	it('are joined when they are split, in whatever order the parts come', async () => {
		const seen: unknown[] = [];
		await join(async (body) => void seen.push(body));
		const sent = event('split', { text: '长'.repeat(500) });
		await server.ask(sent, { sum: 7, order: [6, 0, 3, 1, 5, 2, 4] });
		expect(seen).toEqual([sent]);
	});

	it('are dropped when they are malformed, and those after them are not', async () => {
		const seen: string[] = [];
		await join(async (body) => void seen.push(idOf(body)));
		const [socket] = server.sockets;
		socket.send('a text');
		socket.send(Buffer.alloc(0));
		socket.send(Buffer.from('no frame'));
		server.send('no JSON');
		server.send('[1]');
		server.send('"text"');
		server.send(event('of an unknown type'), { type: 'something' });
		server.send(event('of parts that are not all there'), { sum: 3, order: [0, 2] });
		server.send(event('of parts that cannot be'), { sum: 1_000_000, order: [0] });
		await server.ask(event('good'));
		expect(seen).toEqual(['good']);
		expect(server.sockets).toHaveLength(1);
		expect(server.messagesOf('error').concat(server.messagesOf('warn'))).toEqual([]);
		expect(server.messagesOf('debug').filter((text) => text.includes('drops'))).toHaveLength(8);
	});
});

describe('settings', () => {
	const former = { ReconnectCount: 3, ReconnectInterval: 60, ReconnectNonce: 10, PingInterval: 90 };

	it.each<[unknown, object]>([
		[undefined, {}],
		[[], {}],
		['text', {}],
		[{ Other: 1 }, {}],
		[{ PingInterval: 30 }, { PingInterval: 30 }],
		[{ PingInterval: 0 }, { PingInterval: 0.5 }],
		[{ PingInterval: -5 }, { PingInterval: 0.5 }],
		[{ PingInterval: 1e12 }, { PingInterval: 3_600 }],
		[{ PingInterval: 'soon', ReconnectCount: null }, {}],
		[{ PingInterval: Infinity, ReconnectNonce: NaN }, {}],
		[
			{ ReconnectCount: -1, ReconnectInterval: 0, ReconnectNonce: 0 },
			{ ReconnectCount: -1, ReconnectInterval: 0.5, ReconnectNonce: 0 },
		],
		[
			{ ReconnectCount: 0, ReconnectInterval: 1e9, ReconnectNonce: -1 },
			{ ReconnectCount: 0, ReconnectInterval: 3_600, ReconnectNonce: 0 },
		],
	])('%j change what they say, within bounds', (given, change) => {
		expect(readClientConfig(given, former)).toEqual({ ...former, ...change });
	});
});

describe('a connection that ends', () => {
	it.each<[string, () => void]>([
		['is closed', () => server.sockets[0].close()],
		['is dropped', () => server.sockets[0].terminate()],
	])('comes back when it %s, with a fresh address', async (_, interrupt) => {
		const seen: string[] = [];
		await join(async (body) => void seen.push(idOf(body)));
		await server.ask(event('before'));
		interrupt();
		await until(() => server.sockets.length === 2);
		await server.ask(event('after'));
		expect(seen).toEqual(['before', 'after']);
		expect(server.endpointCalls).toHaveLength(2);
		expect(server.messagesOf('warn')).toEqual([
			'The long connection to Feishu is interrupted (it was closed) and will be opened again',
		]);
		expect(server.messagesOf('info')).toEqual(['The long connection to Feishu is open again']);
	});

	it('waits at random, for at most ReconnectNonce, before the first attempt', async () => {
		server.clientConfig.ReconnectNonce = 3;
		jest.spyOn(Math, 'random').mockReturnValue(0.5);
		await join();
		const start = performance.now();
		server.sockets[0].terminate();
		await until(() => server.openSockets.length === 1);
		expect(performance.now() - start).toBeGreaterThan(1_450);
		expect(performance.now() - start).toBeLessThan(2_500);
	});

	it('comes back when there were too many connections for a while', async () => {
		await join();
		server.endpointAnswers = [{ body: refusal(1000040350, 'exceed conn limit') }];
		server.sockets[0].terminate();
		await until(() => server.openSockets.length === 1);
		expect(server.messagesOf('warn')[1]).toContain(
			'the app has too many long connections, of which Feishu allows 50',
		);
	});

	it.each<[string, number, { code: number; msg: string }]>([
		['refused', -1, refusal(514, 'auth failed')],
		['forbidden', -1, refusal(403, 'forbidden')],
		['not possible in ReconnectCount attempts', 2, refusal(1, 'system busy')],
	])('is lost, and every listener told, when it is %s', async (_, ReconnectCount, answer) => {
		server.clientConfig.ReconnectCount = ReconnectCount;
		const lost: string[] = [];
		const onLost = (error: Error) => void lost.push(error.message);
		await join(undefined, { tools: { onLost } });
		const leave = await join(undefined, { tools: { onLost } });
		server.endpointAnswers = Array(5).fill({ body: answer });
		server.sockets[0].terminate();
		await until(() => lost.length === 2);
		const attempts = Math.max(1, ReconnectCount);
		expect(server.endpointCalls).toHaveLength(1 + attempts);
		expect(lost[0]).toContain(`code ${answer.code}, "${answer.msg}"`);
		expect(server.messagesOf('error')).toEqual([
			`The long connection to Feishu is lost, and no more events come. ${lost[0]}`,
		]);
		await leave();
		// Whoever listens again gets a new connection.
		server.endpointAnswers = [];
		const seen: string[] = [];
		await join(async (body) => void seen.push(idOf(body)));
		await server.ask(event('e'));
		expect(seen).toEqual(['e']);
	});
});

describe('a first connection', () => {
	it.each<[string, unknown, RegExp]>([
		[
			'the secret is wrong',
			refusal(514, 'auth failed'),
			/code 514, "auth failed"\): check App ID and App Secret in the credential/,
		],
		[
			'the app may not',
			refusal(403, 'forbidden'),
			/code 403, "forbidden"\): check that the app in the credential is a custom app/,
		],
	])('is refused at once when %s', async (_, body, message) => {
		server.endpointAnswers = [{ body }];
		await expect(join()).rejects.toThrow(message);
		expect(server.endpointCalls).toHaveLength(1);
	});

	it('is made when Feishu was busy only for a moment', async () => {
		server.endpointAnswers = [{ body: refusal(1, 'busy') }, { error: new Error('down') }];
		await join();
		expect(server.openSockets).toHaveLength(1);
	});

	it('is refused to all who wait for it', async () => {
		server.endpointAnswers = [{ body: refusal(514, 'auth failed') }];
		const results = await Promise.allSettled([join(), join(), join()]);
		expect(results.map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
		expect(server.endpointCalls).toHaveLength(1);
	});

	it('is refused on a Node without a WebSocket, with what to do', async () => {
		const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');
		if (descriptor)
			Object.defineProperty(globalThis, 'WebSocket', { value: undefined, configurable: true });
		try {
			await expect(
				listen(APP, async () => undefined, server.tools({ openSocket: undefined })),
			).rejects.toThrow(/The long connection needs Node.js 22 or later/);
		} finally {
			if (descriptor) Object.defineProperty(globalThis, 'WebSocket', descriptor);
		}
	});

	it('is never unencrypted to a Feishu that is not on this machine', async () => {
		hurry(10);
		const app = { baseUrl: 'https://open.feishu.cn' };
		await expect(join(undefined, { app })).rejects.toThrow(
			'open.feishu.cn does not answer as Feishu does',
		);
		expect(server.sockets).toHaveLength(0);
	});
});

describe('a listener whose credential has been changed to another app', () => {
	it('is told when the connection ends, and the others stay', async () => {
		const seen: string[] = [];
		const lost: string[] = [];
		await join(async (body) => void seen.push(idOf(body)));
		await join(async () => void seen.push('of the former app'), {
			tools: {
				readApp: async () => ({ ...APP, appId: 'cli_b' }),
				onLost: (error) => void lost.push(error.message),
			},
		});
		server.sockets[0].terminate();
		await until(() => server.openSockets.length === 1);
		await server.ask(event('e'));
		expect(lost).toEqual(['The credential has been changed to another app']);
		expect(seen).toEqual(['e']);
	});

	it('leaves no connection of the former app behind', async () => {
		const lost: string[] = [];
		await join(undefined, {
			tools: {
				readApp: async () => ({ ...APP, baseUrl: 'http://localhost:2' }),
				onLost: (error) => void lost.push(error.message),
			},
		});
		const calls = server.endpointCalls.length;
		server.sockets[0].terminate();
		await until(() => lost.length === 1);
		expect(server.endpointCalls).toHaveLength(calls);
		expect(server.openSockets).toHaveLength(0);
	});
});

describe('secrets', () => {
	it('are needed by everybody: an App ID alone hears nothing', async () => {
		server.secret = APP.appSecret;
		await join();
		const heard: unknown[] = [];
		const eavesdrop = join(async (body) => void heard.push(body), {
			app: { appSecret: 'guessed' },
		});
		await expect(eavesdrop).rejects.toThrow(/code 514/);
		await server.ask(event('e'));
		expect(heard).toEqual([]);
		expect(server.openSockets).toHaveLength(1);
	});

	it('may be replaced: the newest opens the next connection', async () => {
		server.secret = APP.appSecret;
		await join();
		server.secret = 'newer';
		const seen: string[] = [];
		await join(async (body) => void seen.push(idOf(body)), { app: { appSecret: 'newer' } });
		expect(server.sockets).toHaveLength(1);
		server.sockets[0].terminate();
		await until(() => server.openSockets.length === 1);
		await server.ask(event('e'));
		expect(seen).toEqual(['e']);
	});

	it('are read anew before connecting again', async () => {
		server.secret = APP.appSecret;
		const seen: string[] = [];
		await join(async (body) => void seen.push(idOf(body)), {
			tools: { readApp: async () => ({ ...APP, appSecret: 'newer' }) },
		});
		server.secret = 'newer';
		server.sockets[0].terminate();
		await until(() => server.openSockets.length === 1);
		await server.ask(event('e'));
		expect(seen).toEqual(['e']);
	});

	it('stay as they are when the credential cannot be read', async () => {
		server.secret = APP.appSecret;
		const readApp = async () => {
			throw new Error('the database is locked');
		};
		await join(undefined, { tools: { readApp } });
		server.sockets[0].terminate();
		await until(() => server.openSockets.length === 1);
	});

	it('that are wrong do no harm to one that is right', async () => {
		server.secret = APP.appSecret;
		const results = await Promise.allSettled([
			join(undefined, { app: { appSecret: 'guessed' } }),
			join(),
			join(undefined, { app: { appSecret: 'guessed again' } }),
		]);
		expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
		expect(server.openSockets).toHaveLength(1);
	});

	it('that are right open no connection for those that are wrong', async () => {
		server.secret = APP.appSecret;
		// The first attempt, with the wrong one, says nothing about it.
		server.endpointAnswers = [{ body: refusal(1, 'system busy') }];
		const heard: unknown[] = [];
		const results = await Promise.allSettled([
			join(async (body) => void heard.push(body), { app: { appSecret: 'guessed' } }),
			join(),
		]);
		expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
		await server.ask(event('e'));
		expect(heard).toEqual([]);
	});

	it('are in no error and no message of the log', async () => {
		hurry(4);
		const spill = Object.assign(new Error(`no ${APP.appSecret}`), { config: APP });
		server.endpointAnswers = Array(3).fill({ error: spill });
		const error: unknown = await join().catch((reason: unknown) => reason);
		await join();
		server.endpointAnswers = [
			{ error: spill },
			{ body: { code: 0, data: { URL: 'ws://localhost:1/?ticket=the-ticket' } } },
		];
		server.sockets[0].terminate();
		await until(() => server.openSockets.length === 1);
		expect(server.messagesOf('warn').length).toBeGreaterThanOrEqual(3);
		const { message, cause } = error as Error;
		const told = JSON.stringify([message, cause, Object.values(error as object), server.log]);
		expect(told).not.toContain(APP.appSecret);
		expect(told).not.toContain('the-ticket');
	});
});

describe('a peer that says nothing any more', () => {
	it('is noticed within two ping intervals', async () => {
		server.clientConfig.PingInterval = 0.5;
		await join();
		await until(() => server.pings.length > 0);
		server.isSilent = true;
		let pings = 0;
		server.sockets[0]!.on('message', () => pings++);
		await until(() => server.messagesOf('warn').length > 0);
		server.isSilent = false;
		expect(server.messagesOf('warn')[0]).toContain('nothing was heard from Feishu any more');
		expect(pings).toBeLessThanOrEqual(2);
		await until(() => server.sockets.length === 2);
		expect((await server.ask(event('e'), { socket: server.sockets[1]! })).answer).toEqual({});
	});
});

describe('when the last listener leaves', () => {
	it('the connection is closed before that returns', async () => {
		const leave = await join();
		await leave();
		await until(() => server.openSockets.length === 0, 200);
	});

	it('it does not hang on a peer that is gone', async () => {
		const leave = await join();
		// Without reading, the peer never sees that the connection is closed.
		server.sockets[0].pause();
		const start = performance.now();
		await leave();
		expect(performance.now() - start).toBeLessThan(2_000);
	});

	it('no attempt to connect again is made any more', async () => {
		server.clientConfig.ReconnectNonce = 1;
		const leave = await join();
		server.sockets[0].terminate();
		await until(() => server.messagesOf('warn').length === 1);
		await leave();
		await pause(1_500);
		expect(server.endpointCalls).toHaveLength(1);
	});

	it('an attempt under way is broken off', async () => {
		let signal: { aborted?: boolean } | undefined;
		let isFirst = true;
		const leave = await join(undefined, {
			tools: {
				send: async (options) => {
					if (isFirst) {
						isFirst = false;
						return await server.tools().send(options);
					}
					signal = options.abortSignal;
					await until(() => signal?.aborted === true, 3_000);
					return await server.tools().send(options);
				},
			},
		});
		server.sockets[0].terminate();
		await until(() => signal !== undefined);
		await leave();
		expect(signal?.aborted).toBe(true);
		await pause(300);
		expect(server.sockets).toHaveLength(1);
	});
});
