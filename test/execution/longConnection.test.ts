import '../helpers/execution/quietLogs';

import { setTimeout as pause } from 'node:timers/promises';

import { TriggerContext } from 'n8n-core';
import { Workflow } from 'n8n-workflow';
import type {
	IHttpRequestOptions,
	INode,
	INodeTypes,
	IWorkflowExecuteAdditionalData,
	Logger,
} from 'n8n-workflow';
import { WebSocket as WsWebSocket } from 'ws';

import { listen } from '../../nodes/FeishuFeedTrigger/longConnection/LongConnection';
import type {
	EventListener,
	LongConnectionTools,
} from '../../nodes/FeishuFeedTrigger/longConnection/LongConnection';
import { SEEDED_APPS } from '../../sandbox/feishu/src';
import type { FaultOptions, PressResult, PushedEvent } from '../../sandbox/feishu/src/client';
import { asTrigger } from '../helpers/unit/asTrigger';
import { FeishuCaller } from '../helpers/sandbox/FeishuCaller';
import { withSandbox } from '../helpers/execution/withSandbox';

const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.custom;
const CARD = 'delivery-7';
/** As many as one call creates the card for. */
const PEOPLE = 20;

const sandbox = withSandbox();
let leavers: Array<() => Promise<void>>;
let log: Array<{ level: string; message: string }>;

beforeEach(async () => {
	leavers = [];
	log = [];
	await sandbox.feishu.changeSettings({
		longConnection: {
			clientConfig: { ReconnectInterval: 0.5, ReconnectNonce: 0.3, PingInterval: 1 },
		},
	});
	const { code } = await new FeishuCaller(sandbox.url).create({
		app_feed_card: {
			biz_id: CARD,
			link: { link: 'https://example.com' },
			buttons: {
				buttons: [{ action_type: 'webhook', text: { text: '签收' }, action_map: { order: '7' } }],
			},
		},
		user_ids: sandbox.openIds(0, PEOPLE),
	});
	expect(code).toBe(0);
});

afterEach(async () => await Promise.all(leavers.map(async (leave) => await leave())));

/** n8n's own HTTP client, as a trigger has it. */
function n8nRequest(): (options: IHttpRequestOptions) => Promise<unknown> {
	const node: INode = {
		id: '1',
		name: 'Pressed',
		type: 'trigger',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
	};
	const nodeTypes = {
		getByNameAndVersion: () => ({ description: { properties: [] } }),
	} as unknown as INodeTypes;
	const workflow = new Workflow({ nodes: [node], connections: {}, active: true, nodeTypes });
	const data = {} as IWorkflowExecuteAdditionalData;
	const { helpers } = new TriggerContext(workflow, node, data, 'trigger', 'activate');
	return async (options) => (await helpers.httpRequest(options)) as unknown;
}

function tools(change: Partial<LongConnectionTools>): LongConnectionTools {
	const write = (level: string) => (message: string) => void log.push({ level, message });
	return {
		send: n8nRequest(),
		logger: Object.fromEntries(
			['error', 'warn', 'info', 'debug'].map((level) => [level, write(level)]),
		) as Logger,
		// Node 20 has no WebSocket of its own.
		...(typeof WebSocket === 'undefined' && {
			openSocket: (url) => new WsWebSocket(url) as unknown as WebSocket,
		}),
		...change,
	};
}

/** Listens until the end of the test; gives the IDs of the events that came, in order. */
async function listenAlong(
	listener: EventListener = async () => undefined,
	change: Partial<LongConnectionTools> = {},
): Promise<string[]> {
	const seen: string[] = [];
	const note = asTrigger(async (body) => {
		seen.push((body.header as { event_id: string }).event_id);
		return await listener(body);
	});
	const app = { baseUrl: sandbox.url, appId, appSecret };
	leavers.push(await listen(app, note, tools(change)));
	return seen;
}

const press = async (person = 0): Promise<PressResult & { action_type: 'webhook' }> =>
	(await sandbox.feishu.press({
		user: sandbox.people[person].open_id,
		biz_id: CARD,
		button: 0,
	})) as PressResult & { action_type: 'webhook' };

const messagesOf = (level: string) =>
	log.filter((entry) => entry.level === level).map(({ message }) => message);

/** Every event that the sandbox saw answered came to every listener, and none came twice. */
function expectNothingMissing(events: PushedEvent[], listeners: string[][]): void {
	const answered = events
		.filter(({ attempts }) => attempts.some(({ failure }) => failure === undefined))
		.map(({ event_id }) => event_id);
	expect(answered.length).toBeGreaterThan(0);
	for (const seen of listeners) {
		expect(new Set(seen).size).toBe(seen.length);
		const had = new Set(seen);
		expect(answered.filter((id) => !had.has(id))).toEqual([]);
	}
}

describe('five listeners of one app', () => {
	it('each get all of 1,000 presses, once, over one connection', async () => {
		const listeners = [await listenAlong(async () => ({ toast: { content: '已签收' } }))];
		for (let more = 0; more < 4; more++) listeners.push(await listenAlong());

		const results: PressResult[] = [];
		const pressAll = async (person: number) => {
			for (let times = 0; times < 1_000 / PEOPLE; times++) results.push(await press(person));
		};
		await Promise.all([...Array(PEOPLE).keys()].map(pressAll));

		const sent = (await sandbox.feishu.events()).map(({ event_id }) => event_id).sort();
		expect(new Set(sent).size).toBe(1_000);
		for (const seen of listeners) expect([...seen].sort()).toEqual(sent);
		expect(results).toHaveLength(1_000);
		for (const result of results) {
			expect(result).toMatchObject({ answered: true, toast: { content: '已签收' } });
		}
		const { connections, ...counts } = await sandbox.feishu.longConnections();
		expect(counts).toEqual({ open: 1, opened: 1, mostOpen: 1, refused: 0 });
		expect(connections).toMatchObject([
			{ sent: 1_000, answered: 1_000, unanswered: 0, lateAnswers: 0, malformedFrames: 0 },
		]);
	}, 60_000);

	it('get presses that come in many parts, in any order', async () => {
		await sandbox.feishu.changeSettings({
			longConnection: { mostPayloadBytes: 50, partOrder: 'random', callbackType: 'card' },
		});
		const listeners = [await listenAlong(), await listenAlong()];
		const results = await Promise.all(
			[...Array(100).keys()].map(async (index) => await press(index % PEOPLE)),
		);
		expect(results.filter(({ answered }) => answered)).toHaveLength(100);
		for (const seen of listeners) expect(new Set(seen).size).toBe(100);
		expectNothingMissing(await sandbox.feishu.events(), listeners);
	});

	it('get an event once, though copies of it are sent and answered', async () => {
		const listeners = [await listenAlong(), await listenAlong()];
		const { event_id } = await press();
		for (let copies = 0; copies < 3; copies++) {
			expect(await sandbox.feishu.sendCopy(event_id)).not.toHaveProperty('failure');
		}
		expect(listeners).toEqual([[event_id], [event_id]]);
	});
});

/** What goes wrong while buttons are pressed, after which presses are answered again. */
const TROUBLES: Record<string, () => Promise<unknown>> = {
	'the connection is closed': async () => await sandbox.feishu.disconnect({ how: 'close' }),
	'the connection is dropped': async () => await sandbox.feishu.disconnect({ how: 'terminate' }),
	'the connection is dropped again and again': async () => {
		for (let times = 0; times < 4; times++) {
			await sandbox.feishu.disconnect({ how: 'terminate' });
			await untilOpen();
		}
	},
	'the connection is half-open': async () => await sandbox.feishu.stall({ stalled: true }),
	'the endpoint refuses for a while': async () => {
		const operation = 'longConnection.endpoint';
		const faults: FaultOptions[] = [
			{ kind: 'errorCode', code: 1, msg: 'system busy' },
			{ kind: 'errorCode', code: 1000040343, msg: 'internal error' },
			{ kind: 'serverError' },
			{ kind: 'badGateway' },
			{ kind: 'dropped' },
			{ kind: 'cutOff' },
			{ kind: 'notJson' },
		];
		for (const fault of faults) await sandbox.feishu.addFault({ ...fault, operation, times: 1 });
		await sandbox.feishu.disconnect({ how: 'terminate' });
		while ((await sandbox.feishu.faults()).some(({ done }) => done === 0)) await pause(50);
	},
	'there are too many connections for a while': async () => {
		await sandbox.feishu.changeSettings({ longConnection: { mostConnections: 0 } });
		await sandbox.feishu.disconnect({ how: 'terminate' });
		await pause(1_500);
		await sandbox.feishu.changeSettings({ longConnection: { mostConnections: 50 } });
	},
};

async function untilOpen(): Promise<void> {
	const isOpen = async () =>
		(await sandbox.feishu.longConnections({ isOpen: true })).connections.some(
			({ isStalled }) => !isStalled,
		);
	while (!(await isOpen())) await pause(50);
}

describe('when, while buttons are pressed,', () => {
	it.each(Object.keys(TROUBLES))(
		'%s, it comes back, and no answered press is missing',
		async (name) => {
			const listeners = [await listenAlong(), await listenAlong(), await listenAlong()];
			let isPressing = true;
			const presses: Array<Promise<unknown>> = [];
			const pressing = (async () => {
				for (let index = 0; isPressing; index++) {
					presses.push(press(index % PEOPLE));
					await pause(10);
				}
			})();
			let back: Awaited<ReturnType<typeof press>>;
			try {
				await pause(300);
				await TROUBLES[name]();
				await untilOpen();
				// Feishu may still give presses to a connection that it has not found out to be dead.
				do back = await press();
				while (!back.answered);
				await pause(300);
			} finally {
				isPressing = false;
				await pressing;
				await Promise.all(presses);
			}

			const events = await sandbox.feishu.events();
			expectNothingMissing(events, listeners);
			const viaFirst = events.filter(({ attempts: [{ connection }] }) => connection === 1);
			expect(viaFirst.some(({ state }) => state === 'answered')).toBe(true);
			expect(back.event.attempts[0].connection).toBeGreaterThan(1);
			expect(messagesOf('error')).toEqual([]);
			expect(messagesOf('warn')[0]).toContain('is interrupted');
		},
		40_000,
	);

	it('too many connections are told in the log, with what to do', async () => {
		await listenAlong();
		await TROUBLES['there are too many connections for a while']();
		await untilOpen();
		expect(messagesOf('warn')[1]).toContain(
			'the app has too many long connections, of which Feishu allows 50: stop',
		);
		expect(messagesOf('info')).toEqual(['The long connection to Feishu is open again']);
	});

	it('the app is refused for good, everybody is told', async () => {
		const lost: string[] = [];
		const onLost = (error: Error) => void lost.push(error.message);
		await listenAlong(undefined, { onLost });
		await listenAlong(undefined, { onLost });
		await sandbox.feishu.addFault({
			kind: 'errorCode',
			operation: 'longConnection.endpoint',
			code: 514,
			msg: 'auth failed',
		});
		await sandbox.feishu.disconnect();
		while (lost.length < 2) await pause(50);
		expect(lost[0]).toContain('check App ID and App Secret in the credential');
		expect(messagesOf('error')).toHaveLength(1);
	});

	it('events are cut off from their answers, their copies reach nobody twice', async () => {
		// 1.5 seconds until the first copy.
		await sandbox.feishu.changeSettings({ callbacks: { retryTimeFactor: 0.1 } });
		const slow: EventListener = async () => {
			await pause(100);
			return undefined;
		};
		const listeners = [await listenAlong(slow), await listenAlong(slow)];
		for (let round = 0; round < 2; round++) {
			await untilOpen();
			const sending = [...Array(60).keys()].map(
				async (order) =>
					await sandbox.feishu.sendEvent({
						app_id: appId,
						event_type: 'im.message.receive_v1',
						event: { round, order },
					}),
			);
			await pause(60);
			await sandbox.feishu.disconnect({ how: 'terminate' });
			await Promise.all(sending);
			while ((await sandbox.feishu.events({ state: 'waiting' })).length > 0) await pause(100);
			while ((await sandbox.feishu.events({ state: 'underWay' })).length > 0) await pause(100);
		}
		const events = await sandbox.feishu.events();
		const repeated = events.filter(
			({ attempts, state }) => attempts.length > 1 && state === 'answered',
		);
		expect(repeated.length).toBeGreaterThan(0);
		expectNothingMissing(events, listeners);
		// Some were had before the answer was cut off.
		expect(repeated.some(({ attempts: [{ connection }] }) => connection === 1)).toBe(true);
	});
});

describe('the ping interval', () => {
	it('follows the settings that pongs bring', async () => {
		const setInterval = async (PingInterval: number) =>
			await sandbox.feishu.changeSettings({ longConnection: { clientConfig: { PingInterval } } });
		const pings = async () => (await sandbox.feishu.longConnections()).connections[0].pings;
		await listenAlong();
		await setInterval(0.5);
		await pause(1_250);
		const before = await pings();
		await pause(2_500);
		const fast = (await pings()) - before;
		expect(fast).toBeGreaterThanOrEqual(3);
		expect(fast).toBeLessThanOrEqual(6);
		await setInterval(120);
		await pause(750);
		const last = await pings();
		await pause(1_500);
		expect(await pings()).toBe(last);
		expect((await sandbox.feishu.longConnections()).opened).toBe(1);
	});
});

describe('the first connection', () => {
	it.each([
		['a wrong secret', { appSecret: 'wrong' }, /check App ID and App Secret in the credential/],
		['an unknown app', { appId: 'cli_0000000000000000' }, /check App ID and App Secret/],
		[
			'a store app',
			{ appId: SEEDED_APPS.store.app_id, appSecret: SEEDED_APPS.store.app_secret },
			/check that the app in the credential is a custom app/,
		],
		[
			'an address where nobody is',
			{ baseUrl: 'http://localhost:1' },
			/localhost:1 cannot be reached/,
		],
	])('is refused for %s', async (_, change, message) => {
		const app = { baseUrl: sandbox.url, appId, appSecret, ...change };
		await expect(listen(app, async () => undefined, tools({}))).rejects.toThrow(message);
	});

	it('is refused when there are too many', async () => {
		await sandbox.feishu.changeSettings({ longConnection: { mostConnections: 0 } });
		await expect(listenAlong()).rejects.toThrow(
			/too many long connections, of which Feishu allows 50/,
		);
	});

	it('leaves room for others when it is closed', async () => {
		await sandbox.feishu.changeSettings({ longConnection: { mostConnections: 1 } });
		for (let times = 0; times < 5; times++) {
			const seen = await listenAlong();
			await press();
			expect(seen).toHaveLength(1);
			await leavers.pop()!();
		}
		const { connections, ...counts } = await sandbox.feishu.longConnections();
		expect(counts).toEqual({ open: 0, opened: 5, mostOpen: 1, refused: 0 });
		expect(new Set(connections.map(({ closedBy }) => closedBy))).toEqual(new Set(['client']));
	});
});
