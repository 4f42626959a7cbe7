import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

import {
	type FeishuSandbox,
	FeishuSandboxClient,
	SEEDED_APPS,
	startFeishuSandbox,
	TENANT_KEY,
} from '../../sandbox/feishu/src';
import type { LiveMessage, Person, RequestSummary } from '../../sandbox/feishu/src/client';
import { CallbackReceiver } from '../helpers/sandbox/CallbackReceiver';
import { FeishuCaller } from '../helpers/sandbox/FeishuCaller';

type Change = Extract<LiveMessage, { name: 'change' }>['data'];
type Listed = 'people' | 'notifications' | 'requests' | 'events';
type Snapshot = Extract<LiveMessage, { name: 'snapshot' }>['data'];

const { app_id } = SEEDED_APPS.custom;

let sandbox: FeishuSandbox;
let control: FeishuSandboxClient;
let feishu: FeishuCaller;
let people: Person[];

beforeAll(async () => {
	sandbox = await startFeishuSandbox({ rateLimiting: { enabled: false } });
	control = new FeishuSandboxClient(sandbox.url);
	people = await control.people({ tenant_key: TENANT_KEY, limit: 3 });
});
afterAll(() => sandbox.close());
beforeEach(async () => {
	await control.reset();
	feishu = new FeishuCaller(sandbox.url);
	await feishu.tenantAccessToken();
});

/** Waits for something, but not for ever: then it shows what there is instead. */
async function until(
	isFulfilled: () => boolean | Promise<boolean>,
	show: () => unknown,
): Promise<void> {
	for (let tries = 0; !(await isFulfilled()); tries++) {
		if (tries === 2000)
			throw new Error(`It never happened: ${inspect(await show(), { depth: 4 })}`);
		await sleep(5);
	}
}

/** Keeps what a listener is told. */
class Listener {
	readonly snapshots: Snapshot[] = [];
	readonly changes: Change[] = [];
	readonly ended: Promise<void>;
	private readonly stopping = new AbortController();

	constructor(url: string, people?: readonly string[]) {
		this.ended = this.listen(new FeishuSandboxClient(url).live(this.stopping.signal, people));
	}

	/** Waits until what has been told so far fulfils the condition. */
	async until(isFulfilled: () => boolean): Promise<void> {
		await until(isFulfilled, () => this);
	}

	/** Everything of one kind in all changes so far. */
	all<K extends Listed>(kind: K): Array<NonNullable<Change[K]>[number]> {
		const lists = this.changes.map((change): unknown[] => change[kind] ?? []);
		return lists.flat() as Array<NonNullable<Change[K]>[number]>;
	}

	async stop(): Promise<void> {
		this.stopping.abort();
		await this.ended;
	}

	private async listen(messages: AsyncIterable<LiveMessage>): Promise<void> {
		try {
			for await (const { name, data } of messages) {
				if (name === 'snapshot') this.snapshots.push(data);
				else this.changes.push(data);
			}
		} catch (error) {
			if (!this.stopping.signal.aborted) throw error;
		}
	}
}

/** Runs a test with somebody who listens and has the first snapshot. */
async function listening(
	test: (listener: Listener) => Promise<void>,
	watched?: readonly string[],
): Promise<void> {
	const listener = new Listener(sandbox.url, watched);
	try {
		await listener.until(() => listener.snapshots.length === 1);
		await test(listener);
	} finally {
		await listener.stop();
		// What is still meant for this one would come to the next as well.
		await untilNobodyListens();
	}
}

const create = (open_ids: string[], card: object = {}) =>
	feishu.create({
		app_feed_card: { biz_id: 'live', link: { link: 'https://example.com' }, ...card },
		user_ids: open_ids,
	});

const ids = () => people.map(({ open_id }) => open_id);
const byNumber = (requests: RequestSummary[]) => [
	...new Map(requests.map((request) => [request.number, request])).values(),
];

it('begins with how things stand', async () => {
	await create(ids());
	await control.addFault({ kind: 'delay', seconds: 0.01 });
	await listening(async ({ snapshots: [snapshot] }) => {
		expect(snapshot.settings).toEqual(await control.settings());
		expect(snapshot.faults).toMatchObject([{ kind: 'delay', done: 0 }]);
		expect(snapshot.events).toEqual([]);
		expect(snapshot.requests.map(({ operation }) => operation)).toEqual([
			'tenantAccessToken.internal',
			'appFeedCard.create',
		]);
		expect(snapshot.requests[1]).toMatchObject({ status: 200, code: 0, recipients: 3 });
	});
});

it('shows the newest requests at most, and no bodies', async () => {
	for (let count = 0; count < 210; count++) await feishu.call('GET', '/open-apis/im/v1/chats');
	await listening(async ({ snapshots: [{ requests }] }) => {
		expect(requests).toHaveLength(200);
		expect(requests.at(-1)!.number).toBe(211);
		expect(Object.keys(requests[0])).not.toEqual(
			expect.arrayContaining(['headers', 'rawBody', 'rawResponse']),
		);
	});
});

it('tells whose message lists a call changed', async () => {
	const [first, second] = ids();
	await listening(async (listener) => {
		await create([first, second]);
		await listener.until(() => listener.all('people').length >= 2);
		expect(listener.all('people').sort()).toEqual([first, second].sort());
		await feishu.botReminder({ time_sensitive: true, user_ids: [second] });
		await listener.until(() => listener.all('people').length === 3);
		expect(listener.all('people')[2]).toBe(second);
	});
});

it('tells only of those who are asked for', async () => {
	const [first, second, third] = ids();
	await listening(
		async (listener) => {
			await create([first, third], { notify: { close_notify: false } });
			await create([second], { biz_id: 'other' });
			await listener.until(() => byNumber(listener.all('requests')).length === 2);
			expect(listener.all('people')).toEqual([second]);
			expect(listener.all('notifications')).toMatchObject([{ open_id: second }]);
		},
		[second],
	);
});

it('tells what rings, and what it says', async () => {
	const [first] = ids();
	await listening(async (listener) => {
		await create([first], { notify: { with_custom_sound: true, custom_sound_text: '有新差评' } });
		await listener.until(() => listener.all('notifications').length > 0);
		expect(listener.all('notifications')).toMatchObject([
			{ effect: 'notified', open_id: first, biz_id: 'live', spokenText: '有新差评' },
		]);
	});
});

it('tells of a call when it comes and when it is answered', async () => {
	await control.changeSettings({ latency: 300 });
	await listening(async (listener) => {
		const answer = create([...ids(), 'ou_nobody']);
		await listener.until(() => listener.all('requests').length === 1);
		expect(listener.all('requests')[0]).toMatchObject({
			outcome: 'pending',
			operation: 'appFeedCard.create',
			recipients: 4,
		});
		await answer;
		await listener.until(() => listener.all('requests').length === 2);
		expect(listener.all('requests')[1]).toMatchObject({
			outcome: 'answered',
			status: 200,
			code: 0,
			msg: 'success',
			failedRecipients: 1,
		});
	});
});

it('tells the message of a refused call', async () => {
	await listening(async (listener) => {
		await create([], {});
		await listener.until(() => listener.all('requests').some(({ code }) => code !== undefined));
		expect(listener.all('requests').at(-1)).toMatchObject({
			status: 400,
			code: 230001,
			msg: expect.stringContaining('user_ids'),
		});
	});
});

it('tells of faults that are set, happen and go', async () => {
	await listening(async (listener) => {
		const faults = () => listener.changes.map((change) => change.faults).filter(Boolean);
		const { id } = await control.addFault({ kind: 'serverError', times: 1 });
		await listener.until(() => faults().length === 1);
		await create(ids());
		await listener.until(() => faults().length === 2);
		await control.clearFaults(id);
		await listener.until(() => faults().length === 3);
		expect(faults()).toMatchObject([[{ id, done: 0 }], [{ id, done: 1 }], []]);
	});
});

it('tells of changed settings', async () => {
	await listening(async (listener) => {
		await control.changeSettings({ latency: 7 });
		await listener.until(() => listener.changes.length === 1);
		expect(listener.changes[0].settings?.latency).toBe(7);
	});
});

it('tells of a press when it goes out and when it is answered', async () => {
	const [first] = ids();
	const receiver = new CallbackReceiver();
	try {
		await control.changeCallback(app_id, { url: await receiver.start(), verify: false });
		receiver.answer = () => ({ body: { toast: { content: '收到' } }, delay: 200 });
		await create([first], {
			buttons: { buttons: [{ action_type: 'webhook', text: { text: '好' } }] },
		});
		await listening(async (listener) => {
			await control.press({ user: first, biz_id: 'live', button: 0 });
			await listener.until(() => listener.all('events').some(({ state }) => state === 'answered'));
			const events = listener.all('events');
			expect(events[0]).toMatchObject({ state: 'underWay', open_id: first, biz_id: 'live' });
			expect(events[0].attempts[0].answeredAt).toBeUndefined();
			expect(events.at(-1)!.attempts).toMatchObject([
				{ via: 'url', status: 200, answer: { toast: { content: '收到' } } },
			]);
		});
	} finally {
		receiver.close();
	}
});

it('gathers what happens at nearly the same time', async () => {
	await listening(async (listener) => {
		await Promise.all(
			Array.from({ length: 50 }, async (_, number) => create(ids(), { biz_id: `card-${number}` })),
		);
		await listener.until(
			() => byNumber(listener.all('requests')).filter(({ status }) => status === 200).length === 50,
		);
		// 50 calls that come and go with 150 effects: far fewer messages than happenings.
		expect(listener.changes.length).toBeLessThan(100);
		expect(new Set(listener.all('people'))).toEqual(new Set(ids()));
	});
});

it('begins anew after a reset, when records are cleared and when groups change', async () => {
	await create(ids());
	const [{ groups }] = await control.company();
	await listening(async (listener) => {
		await control.clearRequests();
		await listener.until(() => listener.snapshots.length === 2);
		expect(listener.snapshots[1].requests).toEqual([]);
		await control.changeGroup(groups[3].chat_id, { addMembers: ids() });
		await listener.until(() => listener.snapshots.length === 3);
		await control.changeSettings({ latency: 5 });
		await control.reset();
		await listener.until(() => listener.snapshots.length === 4);
		expect(listener.snapshots[3].settings.latency).toBe(0);
	});
});

it('tells of a changed start page', async () => {
	await listening(async (listener) => {
		await control.changeStartPage({ n8n: null, scenarios: [] });
		await listener.until(() => listener.changes.length === 1);
		expect(listener.changes).toEqual([{ startPage: true }]);
	});
});

it('tells many, and forgets those who have gone', async () => {
	const listeners = Array.from({ length: 60 }, () => new Listener(sandbox.url));
	await Promise.all(
		listeners.map((listener) => listener.until(() => listener.snapshots.length === 1)),
	);
	expect((await control.counters()).listeners).toBe(60);
	await create(ids());
	await Promise.all(
		listeners.map((listener) => listener.until(() => listener.all('people').length === 3)),
	);
	await Promise.all(listeners.map((listener) => listener.stop()));
	await untilNobodyListens();
});

it('lets those go who do not read', async () => {
	const response = await openStream(sandbox.url);
	response.pause();
	const event = { filler: 'x'.repeat(1_000_000) };
	for (let sent = 0; (await control.counters()).listeners > 0; sent++) {
		expect(sent).toBeLessThan(100);
		await control.sendEvent({ app_id, event_type: 'large', event });
		// Each is a message of its own.
		await sleep(15);
	}
	response.destroy();
});

it('says with every silence that it is still there', async () => {
	jest.useFakeTimers({
		doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'queueMicrotask', 'performance', 'Date'],
	});
	try {
		const response = await openStream(sandbox.url);
		let text = '';
		response.on('data', (chunk: Buffer) => (text += chunk.toString()));
		await until(
			() => text.includes('event: snapshot'),
			() => text,
		);
		expect(text).not.toContain('heartbeat');
		for (const count of [1, 2]) {
			jest.advanceTimersByTime(15_000);
			await until(
				() => text.split(': heartbeat\n\n').length === count + 1,
				() => text,
			);
		}
		response.destroy();
	} finally {
		jest.useRealTimers();
	}
});

it('is never cached, and asks browsers to come back soon', async () => {
	const response = await openStream(sandbox.url);
	expect(response.headers).toMatchObject({
		'content-type': 'text/event-stream; charset=utf-8',
		'cache-control': 'no-store',
	});
	const [first] = (await once(response, 'data')) as [Buffer];
	expect(first.toString()).toMatch(/^retry: \d+\n\n/);
	response.destroy();
});

it('ends when the sandbox closes', async () => {
	const closing = await startFeishuSandbox({ people: 5 });
	const listener = new Listener(closing.url);
	await listener.until(() => listener.snapshots.length === 1);
	await closing.close();
	// The stream ends as one that is over, or as one that broke off.
	await listener.ended.catch((error: Error) => expect(error.message).toMatch(/terminated/));
});

async function untilNobodyListens(): Promise<void> {
	const counters = () => control.counters();
	await until(async () => (await counters()).listeners === 0, counters);
}

async function openStream(url: string): Promise<IncomingMessage> {
	const [response] = (await once(get(`${url}/sandbox/live`), 'response')) as [IncomingMessage];
	return response;
}
