import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { FeishuFeed } from '../../nodes/FeishuFeed/FeishuFeed.node';
import type { FaultOptions, RecordedRequest } from '../../sandbox/feishu/src/client';
import { FEED_OPERATIONS, giveCard } from '../helpers/execution/feedOperations';
import type { FeedOperation, Summary } from '../helpers/execution/feedOperations';
import type { RunResult } from '../helpers/execution/runNode';
import { withSandbox } from '../helpers/execution/withSandbox';

const PEOPLE = 1_000;
/** Milliseconds that a call which left before the stop may be on its way. */
const ON_THE_WAY = 500;
/** Milliseconds within which the node must end after a stop: it looks for one four times a second. */
const SOON = 1_000;

const sandbox = withSandbox({ people: PEOPLE });
let messages: string[];

/** The node, with what it tells n8n's logger noted. */
class ListenedFeishuFeed extends FeishuFeed {
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		jest.spyOn(this.logger, 'info').mockImplementation((message) => {
			messages.push(message);
		});
		return await FeishuFeed.prototype.execute.call(this);
	}
}

beforeEach(() => {
	messages = [];
});

afterEach(() => jest.restoreAllMocks());

interface Stopped {
	result: RunResult;
	/** Milliseconds from the stop to the end of the node. */
	took: number;
	calls: RecordedRequest[];
	/** The calls that began after the stop, until some time after the end of the node. */
	late: RecordedRequest[];
}

const now = () => performance.timeOrigin + performance.now();

/** Runs an operation, and stops the execution as the user does, and as n8n does when its time is over. */
async function stopAfter(
	milliseconds: number,
	operation: FeedOperation,
	userIds: string[][],
	options: IDataObject = {},
): Promise<Stopped> {
	let stoppedAt = Infinity;
	const stopWhen = sleep(milliseconds, undefined, { ref: false }).then(() => {
		stoppedAt = now();
	});
	const target = { bizId: 'b', chatId: sandbox.groups[0].chat_id };
	const result = await sandbox.run(
		{ ...operation.parameters(target), userIds: '={{ $json.to }}', options },
		{
			items: userIds.map((to) => ({ to })),
			node: new ListenedFeishuFeed(),
			onError: 'continueRegularOutput',
			stopWhen,
		},
	);
	const took = now() - stoppedAt;
	await sleep(ON_THE_WAY + 300);
	const calls = await sandbox.requests();
	const late = calls.filter(({ receivedAt }) => receivedAt > stoppedAt + ON_THE_WAY);
	return { result, took, calls, late };
}

const summaries = ({ result }: Stopped) =>
	result.outputs[0].map(({ json }) => json) as unknown as Summary[];

/** How many recipients the message of a stop tells of as reached, and as not. */
function toldAtStop(): [number, number] {
	const [message, ...others] = messages.filter((one) => one.includes('was stopped'));
	expect(others).toEqual([]);
	const [, reached, rest] =
		/^Feishu Feed was stopped: (\d+) recipients were reached, (\d+) were not$/.exec(message) ?? [];
	return [Number(reached), Number(rest)];
}

describe.each(Object.entries(FEED_OPERATIONS))('%s stopped in the middle', (_, operation) => {
	it('begins no further call, and tells what was done', async () => {
		const people = sandbox.openIds(0, PEOPLE);
		const userIds = Array.from({ length: 10 }, (__, item) =>
			people.slice(item * 100, item * 100 + 100),
		);
		if (operation.needsCard) await giveCard(sandbox.url, sandbox.feishu, 'b', people);
		await sandbox.feishu.changeSettings({ latency: 50 });
		// A second for the 20 calls of the reminders, and more for the others.
		const stopped = await stopAfter(450, operation, userIds, {
			callsPerSecond: 20,
			callsAtOnce: 3,
		});
		expect(stopped.result.run.status).toBe('canceled');
		expect(stopped.late).toEqual([]);
		expect(stopped.took).toBeLessThan(SOON);

		const [reached, rest] = toldAtStop();
		expect(reached + rest).toBe(PEOPLE);
		const { endpoint, effect, batchSize } = operation;
		const underWay = stopped.calls.filter((call) => call.outcome === 'abandoned').length;
		expect(stopped.calls.length).toBeLessThan(PEOPLE / batchSize);
		expect(underWay).toBeLessThanOrEqual(3);
		const answered = stopped.calls.filter(
			(call) => call.operation === endpoint && call.outcome === 'answered',
		);
		// An answer that came in the moment of the stop was not waited for any more.
		expect(reached).toBeLessThanOrEqual(answered.length * batchSize);
		expect(reached).toBeGreaterThanOrEqual((answered.length - 3) * batchSize);

		const told = summaries(stopped);
		const effects = await sandbox.feishu.effects({ effect });
		const changed = new Set(effects.map(({ open_id }) => open_id));
		told.forEach(({ succeeded, failed, skipped = [] }, item) => {
			expect(failed).toEqual([]);
			expect([...succeeded, ...skipped].sort()).toEqual([...userIds[item]].sort());
			expect(succeeded.filter((userId) => !changed.has(userId))).toEqual([]);
		});
		expect(told.flatMap(({ succeeded }) => succeeded)).toHaveLength(reached);
	});
});

describe('a stop', () => {
	const { create } = FEED_OPERATIONS;
	const operation = create.endpoint;
	/** What the node waits for at a time after the start, in milliseconds. */
	const longWaits: Array<[string, number, FaultOptions[], IDataObject]> = [
		['for a turn', 600, [], { callsPerSecond: 1 }],
		[
			'for as long as Feishu asks',
			600,
			[{ kind: 'tooManyRequests', operation, retryAfter: 60 }],
			{},
		],
		[
			'for the next try after trouble',
			// The fourth failure comes after 1.75 s at the earliest, and 2 s and more are waited then.
			3_500,
			[{ kind: 'serverError', operation }],
			{ callsAtOnce: 1 },
		],
		['for an answer', 600, [{ kind: 'silence', operation, seconds: 30 }], {}],
		[
			'for a recipient who is rate limited',
			600,
			[{ kind: 'recipientReason', operation, recipient: 'somebody' }],
			{ callsAtOnce: 1 },
		],
	];

	it.each(longWaits)('ends waiting %s', async (_, milliseconds, faults, options) => {
		const people = sandbox.openIds(0, 100);
		for (const fault of faults) {
			const recipient = fault.recipient && people[3];
			await sandbox.feishu.addFault({ ...fault, ...(recipient && { recipient }) });
		}
		const stopped = await stopAfter(milliseconds, create, [people], options);
		expect(stopped.took).toBeGreaterThan(0);
		expect(stopped.took).toBeLessThan(SOON);
		expect(stopped.late).toEqual([]);
		const [{ succeeded, failed, skipped = [] }] = summaries(stopped);
		expect([...succeeded, ...failed.map(({ user_id }) => user_id), ...skipped].sort()).toEqual(
			[...people].sort(),
		);
		const effects = await sandbox.feishu.effects({ effect: 'cardCreated' });
		expect(succeeded.filter((id) => !effects.some(({ open_id }) => open_id === id))).toEqual([]);
		expect(toldAtStop()).toEqual([succeeded.length, people.length - succeeded.length]);
	});

	it('while a batch is split sends no further part', async () => {
		const malformed = Array.from({ length: 60 }, (_, place) => `ou_not-an-id-${place}`);
		await sandbox.feishu.changeSettings({ latency: 30 });
		const stopped = await stopAfter(500, create, [malformed], { callsAtOnce: 1 });
		expect(stopped.late).toEqual([]);
		expect(stopped.took).toBeLessThan(SOON);
		expect(stopped.calls.length).toBeGreaterThan(3);
		expect(stopped.calls.length).toBeLessThan(60);
		expect(toldAtStop()).toEqual([0, 60]);
	});

	it('between creating and updating leaves the cards as they are', async () => {
		const people = sandbox.openIds(0, 100);
		await giveCard(sandbox.url, sandbox.feishu, 'b', people);
		await sandbox.feishu.addFault({ kind: 'delay', operation, nth: 5, seconds: 1 });
		const upsert = FEED_OPERATIONS['upsert of a card that exists'];
		const stopped = await stopAfter(700, upsert, [people]);
		expect(new Set(stopped.calls.map((call) => call.operation))).toEqual(new Set([operation]));
		expect(toldAtStop()).toEqual([0, 100]);
		expect(await sandbox.feishu.effects()).toEqual([]);
	});

	it('before the first call makes none', async () => {
		const stopped = await stopAfter(0, create, [sandbox.openIds(0, 100)]);
		expect(stopped.calls).toEqual([]);
	});

	it('of one execution leaves another to go on', async () => {
		await sandbox.feishu.changeSettings({ latency: 30 });
		const options = { callsPerSecond: 30 };
		const other = sandbox.run({
			...create.parameters({ bizId: 'other', chatId: '' }),
			userIds: sandbox.openIds(0, 400),
			options,
		});
		const stopped = await stopAfter(400, create, [sandbox.openIds(0, PEOPLE)], options);
		const { outputs } = await other;
		expect((outputs[0][0].json as unknown as Summary).succeeded).toHaveLength(400);
		const body = ({ body: sent }: RecordedRequest) =>
			(sent as { app_feed_card: { biz_id: string } }).app_feed_card.biz_id;
		expect(stopped.late.filter((call) => body(call) === 'b')).toEqual([]);
	});
});

describe('a run that is not stopped', () => {
	it('says nothing of a stop', async () => {
		await stopAfter(1_000, FEED_OPERATIONS.create, [sandbox.openIds(0, 100)]);
		expect(messages).toEqual([]);
	});

	it.each(['create', 'upsert of a card that exists'] as const)(
		'tells how many recipients are done and left: %s',
		async (name) => {
			const people = sandbox.openIds(0, 100);
			const operation = FEED_OPERATIONS[name];
			if (operation.needsCard) await giveCard(sandbox.url, sandbox.feishu, 'b', people);
			// Ten seconds pass whenever somebody looks at the clock, so that each message is due.
			let seconds = 0;
			const begin = Date.now();
			jest.spyOn(Date, 'now').mockImplementation(() => begin + (seconds += 10) * 1_000);
			await stopAfter(60_000, operation, [people], { callsAtOnce: 1 });
			const counts = messages.map((message) =>
				/^Feishu Feed: (\d+) recipients are done, (\d+) are left$/
					.exec(message)
					?.slice(1)
					.map(Number),
			);
			const all = [20, 40, 60, 80, 100].map((done) => [done, 100 - done]);
			// Who is found to have the card is asked for again, and is not done before that.
			expect(counts).toEqual(operation.needsCard ? [...all, ...all] : all);
		},
	);
});
