import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject } from 'n8n-workflow';

import type { RecordedRequest, SettingsChange } from '../../sandbox/feishu/src/client';
import { resetProcessState } from '../../nodes/shared/primitives/processState';
import { FeishuCaller } from '../helpers/sandbox/FeishuCaller';
import { FEED_OPERATIONS, LINK } from '../helpers/execution/feedOperations';
import type { FeedOperation, Summary } from '../helpers/execution/feedOperations';
import { runNode } from '../helpers/execution/runNode';
import { withSandbox } from '../helpers/execution/withSandbox';

const PEOPLE = 3_000;
/** Milliseconds that the sandbox takes for an answer, as Feishu does from afar. */
const LATENCY = 200;
/** Milliseconds that a call, or the answer that it does not know of yet, may be on its way. */
const ON_THE_WAY = 150;

jest.setTimeout(60_000);

const sandbox = withSandbox({ people: PEOPLE });
let openIds: string[];

beforeAll(async () => {
	const people = await sandbox.feishu.people({ limit: PEOPLE, fields: ['open_id'] });
	openIds = people.map(({ open_id }) => open_id);
});

beforeEach(resetProcessState);

/**
 * How often this process stood still for longer than the pacer's margin, since the machine was busy
 * with something else. Only then a call may arrive late, and together with more than ten others.
 */
let standstills = 0;
let watch: NodeJS.Timeout;

beforeEach(() => {
	standstills = 0;
	let last = performance.now();
	watch = setInterval(() => {
		const now = performance.now();
		if (now - last > 40) standstills++;
		last = now;
	}, 5);
});

afterEach(() => clearInterval(watch));

/** One call more in a window for a call that came late. */
const lateCalls = () => (standstills > 0 ? 1 : 0);

async function withLimit(limits: NonNullable<SettingsChange['rateLimiting']> = {}): Promise<void> {
	await sandbox.feishu.changeSettings({
		latency: LATENCY,
		rateLimiting: { enabled: true, ...limits },
	});
}

/** Runs an operation at the pace that the node keeps by itself, and gives whom it reached. */
async function reach(
	operation: FeedOperation,
	userIds: string[],
	{ bizId = 'b', options = {} as IDataObject } = {},
): Promise<string[]> {
	const target = { bizId, chatId: sandbox.groups[0].chat_id };
	const { outputs, error } = await runNode({
		credential: sandbox.credential(),
		parameters: { ...operation.parameters(target), userIds: '={{ $json.to }}', options },
		items: [{ to: userIds }],
	});
	if (error) throw error;
	const [{ json }] = outputs[0];
	expect(json.failed).toEqual([]);
	return (json as unknown as Summary).succeeded;
}

const { create } = FEED_OPERATIONS;

const timesOf = (calls: RecordedRequest[]) => calls.map(({ receivedAt }) => receivedAt);
const bizIdOf = ({ body }: RecordedRequest) =>
	(body as { app_feed_card: { biz_id: string } }).app_feed_card.biz_id;
const refusedOf = (calls: RecordedRequest[]) => calls.filter(({ code }) => code === 99991400);

/** The most of these times that lie in any window of so many milliseconds. */
function mostIn(times: number[], window: number): number {
	return Math.max(
		...times.map((end) => times.filter((time) => time > end - window && time <= end).length),
	);
}

/** The fewest of these times that lie in a window of so many milliseconds between first and last. */
function fewestIn(times: number[], window: number): number {
	const starts = times.filter((time) => time + window <= times.at(-1)!);
	return Math.min(
		...starts.map((start) => times.filter((time) => time >= start && time < start + window).length),
	);
}

const rateOf = (times: number[]) => ((times.length - 1) * 1_000) / (times.at(-1)! - times[0]);

/** The calls that came although a refusal of an earlier one was known and its time not over. */
function tooEarly(calls: RecordedRequest[]): RecordedRequest[] {
	const holds = refusedOf(calls).map(({ answeredAt, responseHeaders }) => ({
		from: answeredAt! + ON_THE_WAY,
		to: answeredAt! + Number(responseHeaders!['x-ogw-ratelimit-reset']) * 1_000,
	}));
	return calls.filter(({ receivedAt }) =>
		holds.some(({ from, to }) => receivedAt > from && receivedAt < to),
	);
}

/** Nothing is refused, unless this process stood still; a call that is refused is made again. */
function expectPace(calls: RecordedRequest[], expected: number, callsPerSecond: number): void {
	const refused = refusedOf(calls);
	expect(calls).toHaveLength(expected + refused.length);
	if (refused.length > 0) {
		console.warn(`${refused.length} calls refused: the process stood still ${standstills} times`);
	}
	expect(refused.length).toBeLessThanOrEqual(Math.min(standstills, Math.ceil(expected / 20)));
	expect(mostIn(timesOf(calls), 1_000)).toBeLessThanOrEqual(callsPerSecond + lateCalls());
}

async function expectEachOnce(userIds: string[], bizId = 'b'): Promise<void> {
	const effects = await sandbox.feishu.effects({ effect: 'cardCreated', biz_id: bizId });
	expect(effects.map(({ open_id }) => open_id).sort()).toEqual([...userIds].sort());
}

describe('alone at the limit of 10 a second', () => {
	it('keeps the pace at a latency of 200 ms, and has no call refused', async () => {
		await withLimit();
		expect(await reach(create, openIds)).toEqual(openIds);
		const calls = await sandbox.requests();
		const times = timesOf(calls);
		console.info(`${calls.length} calls at ${rateOf(times).toFixed(2)} a second`);
		expectPace(calls, 150, 10);
		// After a refusal the pacer waits a second, and goes on a little slower.
		const fewest = refusedOf(calls).length === 0 ? 24 : 10;
		expect(fewestIn(times, 3_000)).toBeGreaterThanOrEqual(fewest);
	});

	it('has as many calls under way as a latency of a second takes', async () => {
		await withLimit();
		await sandbox.feishu.changeSettings({ latency: 1_000 });
		await reach(create, openIds.slice(0, 800));
		const { operations } = await sandbox.feishu.counters();
		expectPace(await sandbox.requests(), 40, 10);
		expect(operations[create.endpoint].mostAtOnce).toBeGreaterThanOrEqual(8);
		expect(operations[create.endpoint].mostAtOnce).toBeLessThanOrEqual(12);
	});

	it('has no more calls under way than the options allow', async () => {
		await withLimit();
		await reach(create, openIds.slice(0, 300), { options: { callsAtOnce: 2 } });
		const { operations } = await sandbox.feishu.counters();
		expect(operations[create.endpoint].mostAtOnce).toBe(2);
		expectPace(await sandbox.requests(), 15, 10);
	});

	it('shares the pace among the executions of the process, also while they run', async () => {
		await withLimit();
		const halves = [openIds.slice(0, 1_000), openIds.slice(1_000, 2_000)];
		const reached = await Promise.all(
			halves.map(async (userIds, half) => await reach(create, userIds, { bizId: `b${half}` })),
		);
		expect(reached).toEqual(halves);
		const calls = await sandbox.requests();
		expectPace(calls, 100, 10);
		// Neither waits until the other is done.
		const first = calls.slice(0, 60).filter((call) => bizIdOf(call) === 'b0');
		expect(first.length).toBeGreaterThanOrEqual(20);
		expect(first.length).toBeLessThanOrEqual(40);
	});

	it('keeps each API at its own pace', async () => {
		await withLimit();
		const people = openIds.slice(0, 400);
		const { updateButtons } = FEED_OPERATIONS;
		await Promise.all([reach(create, people), reach(updateButtons, people)]);
		const calls = await sandbox.requests();
		for (const { endpoint } of [create, updateButtons]) {
			expectPace(
				calls.filter(({ operation }) => operation === endpoint),
				20,
				10,
			);
		}
		// Twice as many as one API would allow.
		expect(mostIn(timesOf(calls), 1_500)).toBeGreaterThanOrEqual(24);
	});
});

describe('at the limit of 50 a second', () => {
	it.each(['chat reminder', 'bot reminder'] as const)('has no call refused: %s', async (name) => {
		await withLimit();
		expect(await reach(FEED_OPERATIONS[name], openIds)).toEqual(openIds);
		const calls = await sandbox.requests();
		expectPace(calls, 60, 50);
	});
});

describe('when Feishu refuses calls all the same', () => {
	it.each([
		['HTTP 429', 'tooManyRequests'],
		['HTTP 400', 'tooManyRequestsAs400'],
	] as const)('sends nothing for as long as Feishu asks: %s', async (_, kind) => {
		await sandbox.feishu.changeSettings({ latency: LATENCY });
		await sandbox.feishu.addFault({ kind, operation: create.endpoint, nth: 6, retryAfter: 3 });
		const people = openIds.slice(0, 400);
		expect(await reach(create, people)).toEqual(people);
		const calls = await sandbox.requests();
		const times = timesOf(calls);
		expect(refusedOf(calls)).toHaveLength(1);
		expect(calls).toHaveLength(21);
		expect(tooEarly(calls)).toEqual([]);
		const after = times.filter((time) => time > times[5] + LATENCY + 3_000);
		expect(after.length).toBeGreaterThanOrEqual(11);
		// No burst when the wait is over.
		expect(mostIn(after, 1_000)).toBeLessThanOrEqual(10 + lateCalls());
		expect(mostIn(after, 250)).toBeLessThanOrEqual(4 + lateCalls());
		await expectEachOnce(people);
	});

	it('gives way to another party that uses up the limit, and loses nobody', async () => {
		await withLimit();
		const people = openIds.slice(0, 800);
		const other = new FeishuCaller(sandbox.url);
		await other.tenantAccessToken();
		const running = reach(create, people);
		await sleep(1_500);
		const others: Array<Promise<unknown>> = [];
		for (let call = 0; call < 100; call++) {
			const body = {
				app_feed_card: { biz_id: 'other', link: { link: LINK } },
				user_ids: [openIds[call]],
			};
			others.push(other.create(body));
			await sleep(40);
		}
		await Promise.all(others);
		expect(await running).toEqual(people);

		const calls = (await sandbox.requests()).filter((call) => bizIdOf(call) === 'b');
		const refused = refusedOf(calls);
		expect(refused.length).toBeGreaterThan(0);
		expect(calls).toHaveLength(40 + refused.length);
		expect(tooEarly(calls)).toEqual([]);
		expect(mostIn(timesOf(calls), 1_000)).toBeLessThanOrEqual(10 + lateCalls());
		const after = timesOf(calls).filter((time) => time > refused.at(-1)!.answeredAt!);
		expect(mostIn(after, 250)).toBeLessThanOrEqual(4 + lateCalls());
		await expectEachOnce(people);
	});

	it('finds that the tenant is allowed 4 a second, told with HTTP 400', async () => {
		await withLimit({
			limits: { [create.endpoint]: { perSecond: 4 } },
			answer400: ['appFeedCard.create'],
		});
		const people = openIds.slice(0, 1_000);
		expect(await reach(create, people)).toEqual(people);
		const calls = await sandbox.requests();
		const refused = refusedOf(calls);
		expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([400]));
		expect(calls).toHaveLength(50 + refused.length);
		expect(tooEarly(calls)).toEqual([]);
		// Three or so until the pace is found, then one for each faster pace that is tried.
		expect(refused.length).toBeLessThanOrEqual(10);
		const last = calls.slice(-25);
		expect(refusedOf(last).length).toBeLessThanOrEqual(3);
		console.info(`4 a second: ${refused.length} refused, ${rateOf(timesOf(last)).toFixed(2)}/s`);
		await expectEachOnce(people);
	});
});
