import type { RateLimit } from '../../nodes/shared/api/endpoints';
import { Pacer, pacerFor } from '../../nodes/shared/delivery/Pacer';
import { resetProcessState } from '../../nodes/shared/primitives/processState';
import type { PacerLease } from '../../nodes/shared/delivery/Pacer';
import { seededRandom } from '../helpers/pacing/seededRandom';

const TEN_A_SECOND: RateLimit[] = [{ calls: 10, seconds: 1 }];
const REMINDERS: RateLimit[] = [
	{ calls: 50, seconds: 1 },
	{ calls: 1000, seconds: 60 },
];

let chance: jest.SpyInstance;

beforeEach(() => {
	jest.useFakeTimers();
	chance = jest.spyOn(Math, 'random').mockImplementation(seededRandom(1));
});

afterEach(() => {
	chance.mockRestore();
	jest.useRealTimers();
	resetProcessState();
});

async function pass(seconds: number): Promise<void> {
	for (let step = 0; step < seconds * 10; step++) await jest.advanceTimersByTimeAsync(100);
}

const sleep = async (milliseconds: number) =>
	await new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The most of these times that lie in any window of so many milliseconds. */
function mostIn(times: number[], window: number): number {
	let first = 0;
	return times.reduce((most, time, place) => {
		while (times[first] <= time - window) first++;
		return Math.max(most, place - first + 1);
	}, 0);
}

/** How many of these times lie in the seconds from `from` to `to` after the start. */
const between = (times: number[], start: number, from: number, to: number) =>
	times.filter((time) => time >= start + from * 1000 && time < start + to * 1000).length;

/** A rate limit as Feishu keeps it: calls that are refused do not count. */
class Limiter {
	accepted: number[] = [];
	refused: number[] = [];

	constructor(public limits: RateLimit[]) {}

	/** @returns the seconds to wait, if the call is refused */
	take(): number | undefined {
		const now = Date.now();
		for (const { calls, seconds } of this.limits) {
			const earlier = this.accepted.at(-calls);
			if (earlier !== undefined && earlier > now - seconds * 1000) {
				this.refused.push(now);
				return Math.max(1, Math.ceil((earlier + seconds * 1000 - now) / 1000));
			}
		}
		this.accepted.push(now);
		return undefined;
	}
}

/** A process that sends calls through its pacer, and sends again what was refused. */
class Sender {
	readonly left: number[] = [];
	readonly accepted: number[] = [];
	readonly holds: Array<{ from: number; to: number }> = [];
	readonly done: Promise<unknown>;

	/** `jitter`: milliseconds that the way to Feishu takes longer now and then. */
	constructor(
		readonly pacer: PacerLease,
		private readonly limiter: Limiter,
		private calls = Infinity,
		private readonly latency = 200,
		private readonly jitter = 5,
	) {
		this.done = Promise.all(Array.from({ length: 20 }, async () => await this.work()));
	}

	private async work(): Promise<void> {
		while (this.calls-- > 0) while (!(await this.send()));
	}

	private async send(): Promise<boolean> {
		const start = (await this.pacer.acquire()) as number;
		this.left.push(Date.now());
		await sleep(this.latency / 2 + Math.random() * this.jitter);
		const wait = this.limiter.take();
		if (wait === undefined) this.accepted.push(Date.now());
		await sleep(this.latency / 2);
		if (wait === undefined) return true;
		this.holds.push({ from: Date.now(), to: Date.now() + wait * 1000 });
		this.pacer.refused(start, wait);
		return false;
	}
}

/** A pacer that has sent calls, within so many seconds, to a tenant that is allowed so many each second. */
async function pacerAfterWork(allowed: number, calls: number, seconds: number) {
	const limiter = new Limiter([{ calls: allowed, seconds: 1 }]);
	const pacer = new Pacer(TEN_A_SECOND);
	const { done } = new Sender(pacer.lease(), limiter, calls);
	await pass(seconds);
	await done;
	return { limiter, pacer };
}

/** Takes turns, all asked for at once; gives when each came. */
async function takeTurns(pacer: PacerLease, count: number, seconds: number): Promise<number[]> {
	const times: number[] = [];
	for (let turn = 0; turn < count; turn++) {
		void pacer.acquire().then(() => times.push(Date.now()));
	}
	await pass(seconds);
	return times;
}

describe('the pace', () => {
	it('spreads ten calls over each second', async () => {
		const times = await takeTurns(new Pacer(TEN_A_SECOND).lease(), 600, 60);
		expect(times.length).toBeGreaterThanOrEqual(575);
		expect(mostIn(times, 1_000)).toBeLessThanOrEqual(10);
		const gaps = times.slice(1).map((time, place) => time - times[place]);
		expect(Math.min(...gaps)).toBeGreaterThanOrEqual(70);
		expect(Math.max(...gaps)).toBeLessThanOrEqual(140);
	});

	it('keeps the first call waiting for nothing', async () => {
		const start = Date.now();
		expect(await new Pacer(TEN_A_SECOND).lease().acquire()).toBe(start);
	});

	it('gives turns first come, first served', async () => {
		const pacer = new Pacer(TEN_A_SECOND).lease();
		const order: number[] = [];
		for (let turn = 0; turn < 30; turn++) void pacer.acquire().then(() => order.push(turn));
		await pass(5);
		expect(order).toEqual(Array.from({ length: 30 }, (_, turn) => turn));
	});

	it('makes no burst after a pause', async () => {
		const pacer = new Pacer(TEN_A_SECOND).lease();
		const before = await takeTurns(pacer, 10, 2);
		await pass(30);
		const after = await takeTurns(pacer, 20, 3);
		expect(mostIn([...before, ...after], 1_000)).toBeLessThanOrEqual(10);
		expect(mostIn(after, 250)).toBeLessThanOrEqual(3);
	});

	it('makes up for turns that come late, within the limit', async () => {
		const start = Date.now();
		const pacer = new Pacer(TEN_A_SECOND).lease();
		const times: number[] = [];
		for (let turn = 0; turn < 600; turn++) {
			void pacer.acquire().then(() => times.push(Date.now()));
		}
		for (let step = 0; step < 400; step++) {
			await jest.advanceTimersByTimeAsync(100);
			// Time in which the process does something else, so that what is due comes late.
			jest.setSystemTime(Date.now() + Math.random() * 30);
		}
		expect(mostIn(times, 1_000)).toBeLessThanOrEqual(10);
		expect((times.length * 1_000) / (Date.now() - start)).toBeGreaterThanOrEqual(9.4);
	});

	it('keeps to 50 a second and 1000 a minute', async () => {
		const start = Date.now();
		const times = await takeTurns(new Pacer(REMINDERS).lease(), 4_000, 181);
		expect(mostIn(times, 1_000)).toBeLessThanOrEqual(50);
		expect(mostIn(times, 60_000)).toBeLessThanOrEqual(1_000);
		// 1000 in each of the three minutes, and what a fourth begins with.
		expect(between(times, start, 0, 180)).toBeGreaterThanOrEqual(3_000);
	});
});

describe('with Feishu at the other end', () => {
	it.each([0, 200, 2_000])('has no call refused at a latency of %i ms', async (latency) => {
		const limiter = new Limiter(TEN_A_SECOND);
		const sender = new Sender(new Pacer(TEN_A_SECOND).lease(), limiter, Infinity, latency);
		await pass(60);
		expect(limiter.refused).toEqual([]);
		// Twenty calls at once of two seconds each are ten a second, but for the rise and the rest.
		expect(sender.accepted.length / 60).toBeGreaterThanOrEqual(latency > 1_000 ? 9.2 : 9.5);
	});

	it('has no call refused although the way takes up to 30 ms more', async () => {
		const limiter = new Limiter(TEN_A_SECOND);
		new Sender(new Pacer(TEN_A_SECOND).lease(), limiter, Infinity, 200, 30);
		await pass(120);
		expect(limiter.refused).toEqual([]);
	});

	it('loses little when the way takes up to 200 ms more', async () => {
		const limiter = new Limiter(TEN_A_SECOND);
		const sender = new Sender(new Pacer(TEN_A_SECOND).lease(), limiter, Infinity, 200, 200);
		await pass(120);
		expect(sender.accepted.length / 120).toBeGreaterThanOrEqual(6);
	});

	it.each([1, 2, 3, 4, 5, 7, 9])(
		'finds that a tenant is allowed %i calls a second',
		async (calls) => {
			const start = Date.now();
			const limiter = new Limiter([{ calls, seconds: 1 }]);
			const { accepted } = new Sender(new Pacer(TEN_A_SECOND).lease(), limiter);
			await pass(120);
			expect(between(accepted, start, 20, 120) / 100).toBeGreaterThanOrEqual(0.88 * calls);
			expect(limiter.refused.length).toBeLessThanOrEqual(12);
		},
	);

	it('follows a limit that sinks and rises again', async () => {
		const start = Date.now();
		const limiter = new Limiter(TEN_A_SECOND);
		const { accepted } = new Sender(new Pacer(TEN_A_SECOND).lease(), limiter);
		await pass(20);
		limiter.limits = [{ calls: 4, seconds: 1 }];
		await pass(60);
		limiter.limits = TEN_A_SECOND;
		await pass(80);
		expect(between(accepted, start, 30, 80) / 50).toBeGreaterThanOrEqual(3.4);
		expect(between(accepted, start, 140, 160) / 20).toBeGreaterThanOrEqual(9.5);
	});

	it('waits while another party uses up the limit, then finds its pace without a burst', async () => {
		const start = Date.now();
		const limiter = new Limiter(TEN_A_SECOND);
		const sender = new Sender(new Pacer(TEN_A_SECOND).lease(), limiter);
		await pass(10);
		for (let step = 0; step < 20 * 50; step++) {
			limiter.take();
			await jest.advanceTimersByTimeAsync(20);
		}
		const attempts = between(sender.left, start, 12, 30);
		// One attempt for each second that Feishu asks to wait.
		expect(attempts).toBeLessThanOrEqual(18);
		await pass(60);
		for (const { from, to } of sender.holds) {
			expect(sender.left.filter((time) => time > from && time < to)).toEqual([]);
		}
		expect(mostIn(sender.left, 1_000)).toBeLessThanOrEqual(10);
		expect(
			mostIn(
				sender.left.filter((time) => time > start + 30_000),
				250,
			),
		).toBeLessThanOrEqual(3);
		expect(between(sender.accepted, start, 50, 90) / 40).toBeGreaterThanOrEqual(9.5);
	});

	it('is back at its pace soon after a single refusal at its first call', async () => {
		const start = Date.now();
		const limiter = new Limiter(TEN_A_SECOND);
		while (limiter.take() === undefined);
		const { accepted } = new Sender(new Pacer(TEN_A_SECOND).lease(), limiter);
		await pass(30);
		expect(between(accepted, start, 2, 10) / 8).toBeGreaterThanOrEqual(4);
		expect(between(accepted, start, 20, 30) / 10).toBeGreaterThanOrEqual(9.5);
	});

	it('takes the whole limit again soon after a long pause', async () => {
		const { limiter, pacer } = await pacerAfterWork(4, 80, 40);
		await pass(150);
		limiter.limits = TEN_A_SECOND;
		const start = Date.now();
		const { accepted } = new Sender(pacer.lease(), limiter);
		await pass(10);
		// The share of 4 grows to 10 in three steps.
		expect(between(accepted, start, 0, 5)).toBeGreaterThanOrEqual(32);
		expect(between(accepted, start, 5, 10)).toBeGreaterThanOrEqual(47);
		expect(limiter.refused.filter((time) => time >= start)).toEqual([]);
	});

	it('takes the whole limit again at once when little was left to it a moment ago', async () => {
		const { limiter, pacer } = await pacerAfterWork(2, 40, 25);
		limiter.limits = TEN_A_SECOND;
		const start = Date.now();
		const { accepted } = new Sender(pacer.lease(), limiter);
		await pass(5);
		expect(between(accepted, start, 0, 5)).toBeGreaterThanOrEqual(45);
	});

	it('keeps a larger share over a pause', async () => {
		const { limiter, pacer } = await pacerAfterWork(4, 40, 20);
		const start = Date.now();
		const { accepted } = new Sender(pacer.lease(), limiter);
		await pass(5);
		expect(limiter.refused.filter((time) => time >= start)).toEqual([]);
		expect(accepted.length).toBeGreaterThanOrEqual(18);
	});

	it('finds with single calls that the limit is as low as before, and loses nearly nothing', async () => {
		const start = Date.now();
		const limiter = new Limiter([{ calls: 5, seconds: 1 }]);
		const { accepted, left } = new Sender(new Pacer(TEN_A_SECOND).lease(), limiter);
		await pass(400);
		const late = limiter.refused.filter((time) => time > start + 10_000);
		// One every 50 seconds or so.
		expect(late.length).toBeGreaterThanOrEqual(5);
		expect(late.length).toBeLessThanOrEqual(12);
		// The share stays the same.
		expect(mostIn(left.slice(20), 900)).toBeLessThanOrEqual(6);
		expect(between(accepted, start, 10, 400) / 390).toBeGreaterThanOrEqual(4.75);
	});

	describe.each([2, 3])('%i processes that know nothing of each other', (count) => {
		it.each([1, 2, 3, 4, 5])('share the limit (chance %i)', async (seed) => {
			chance.mockImplementation(seededRandom(seed));
			const limiter = new Limiter(TEN_A_SECOND);
			const senders = Array.from(
				{ length: count },
				() => new Sender(new Pacer(TEN_A_SECOND).lease(), limiter),
			);
			await pass(120);
			const share = limiter.accepted.length / (120 * 10);
			expect(share).toBeGreaterThanOrEqual(0.85);
			expect(limiter.refused.length / limiter.accepted.length).toBeLessThanOrEqual(0.05);
			for (const { accepted } of senders) {
				// Nobody has less than a third of an equal share.
				expect(accepted.length * count * 3).toBeGreaterThanOrEqual(limiter.accepted.length);
			}
		});
	});

	it.each([1, 2, 3, 4, 5, 6, 7, 8])(
		'is used by three processes from the first minute on (chance %i)',
		async (seed) => {
			chance.mockImplementation(seededRandom(seed));
			const limiter = new Limiter(TEN_A_SECOND);
			for (let process = 0; process < 3; process++) {
				new Sender(new Pacer(TEN_A_SECOND).lease(), limiter);
			}
			await pass(50);
			expect(limiter.accepted.length / (50 * 10)).toBeGreaterThanOrEqual(0.9);
		},
	);

	it('loses no call, however many are refused', async () => {
		const limiter = new Limiter([{ calls: 3, seconds: 1 }]);
		const senders = [1, 2].map(() => new Sender(new Pacer(TEN_A_SECOND).lease(), limiter, 150));
		await pass(180);
		await Promise.all(senders.map(async ({ done }) => await done));
		expect(senders.map(({ accepted }) => accepted.length)).toEqual([150, 150]);
	});
});

describe('a refusal', () => {
	it.each([1, 5, 60])('holds every call for the %i s that Feishu asks', async (seconds) => {
		const pacer = new Pacer(TEN_A_SECOND).lease();
		const first = (await pacer.acquire()) as number;
		const refusedAt = Date.now();
		pacer.refused(first, seconds);
		const times = await takeTurns(pacer, 5, seconds * 1.1 + 3);
		expect(times).toHaveLength(5);
		expect(times[0]).toBeGreaterThanOrEqual(refusedAt + seconds * 1000);
		// Up to a tenth longer, so that processes do not come back together.
		expect(times[0]).toBeLessThanOrEqual(refusedAt + seconds * 1100 + 10);
		expect(mostIn(times, 300)).toBeLessThanOrEqual(2);
	});

	it.each([
		{ seconds: 5.3, turns: 1 },
		{ seconds: 6.5, turns: 3 },
	])('at the first call leaves $turns at once after $seconds s, 5 of them held', async (after) => {
		const pacer = new Pacer(TEN_A_SECOND).lease();
		pacer.refused((await pacer.acquire()) as number, 5);
		await pass(after.seconds);
		expect(await takeTurns(pacer, 3, 0.6)).toHaveLength(after.turns);
	});

	it('holds also those who wait already', async () => {
		const pacer = new Pacer(TEN_A_SECOND).lease();
		const first = (await pacer.acquire()) as number;
		const waiting = pacer.acquire();
		await jest.advanceTimersByTimeAsync(50);
		const refusedAt = Date.now();
		pacer.refused(first, 5);
		await pass(6);
		expect(await waiting).toBeGreaterThanOrEqual(refusedAt + 5_000);
	});

	it('is not shortened by another that asks for less', async () => {
		const pacer = new Pacer(TEN_A_SECOND).lease();
		const [first, second] = await takeTurns(pacer, 2, 1);
		const refusedAt = Date.now();
		pacer.refused(first, 10);
		pacer.refused(second, 1);
		const [next] = await takeTurns(pacer, 1, 12);
		expect(next).toBeGreaterThanOrEqual(refusedAt + 10_000);
	});
});

describe('a stopped execution', () => {
	it('gets no turn, and keeps nobody waiting', async () => {
		const pacer = new Pacer(TEN_A_SECOND).lease();
		pacer.refused((await pacer.acquire()) as number, 60);
		const stop = new AbortController();
		const stopped = Array.from({ length: 10 }, async () => await pacer.acquire(stop.signal));
		await pass(1);
		stop.abort();
		const all = Promise.all(stopped);
		await pass(0.3);
		expect(await all).toEqual(Array.from({ length: 10 }));

		const start = Date.now();
		const next = pacer.acquire();
		await pass(70);
		expect((await next)! - start).toBeLessThanOrEqual(66_000);
	});

	it('leaves its turns to the others', async () => {
		const pacer = new Pacer(TEN_A_SECOND).lease();
		const times: number[] = [];
		for (let turn = 0; turn < 40; turn++) {
			// Every other turn is asked for by an execution that is stopped.
			const signal = turn % 2 === 1 ? AbortSignal.abort() : undefined;
			void pacer.acquire(signal).then((time) => time && times.push(time));
		}
		const start = Date.now();
		await pass(5);
		expect(times).toHaveLength(20);
		expect(times[19] - start).toBeLessThanOrEqual(2_100);
	});
});

describe('pacerFor', () => {
	const endpoint = { method: 'POST', path: '/cards', rateLimits: TEN_A_SECOND };

	it('is one for all executions that call an API as the same app', () => {
		expect(pacerFor('app', endpoint)).toBe(pacerFor('app', { ...endpoint }));
	});

	it.each([
		['app', () => pacerFor('another', endpoint)],
		['path', () => pacerFor('app', { ...endpoint, path: '/chats' })],
		['method', () => pacerFor('app', { ...endpoint, method: 'PUT' })],
	])('is another for another %s', (_, other) => {
		expect(other()).not.toBe(pacerFor('app', endpoint));
	});

	it('takes the calls per second of the options in place of the limits', async () => {
		const times = await takeTurns(pacerFor('app', endpoint).lease(100), 250, 2);
		expect(times.length).toBeGreaterThanOrEqual(180);
		expect(mostIn(times, 1_000)).toBeLessThanOrEqual(100);
	});

	it('remembers the pace that it found until it is told to forget', () => {
		const before = pacerFor('app', endpoint);
		resetProcessState();
		expect(pacerFor('app', endpoint)).not.toBe(before);
	});

	it('lets the lowest calls per second win while several runs of an app share it', async () => {
		const [slow, fast] = [5, 20].map((calls) => pacerFor('app', endpoint).lease(calls));
		const documented = pacerFor('app', endpoint).lease();
		const times = await takeTurns(fast!, 18, 4);
		expect(mostIn(times, 1_000)).toBeLessThanOrEqual(5);
		slow!.release();
		const later = await takeTurns(fast!, 38, 4);
		expect(mostIn(later, 1_000)).toBeLessThanOrEqual(10);
		expect(later.length).toBeGreaterThan(30);
		documented.release();
		const alone = await takeTurns(fast!, 160, 4);
		expect(mostIn(alone, 1_000)).toBeGreaterThan(10);
		expect(mostIn(alone, 1_000)).toBeLessThanOrEqual(20);
	});

	it('gives an urgent call the next slot, before all that wait', async () => {
		const pacer = new Pacer(TEN_A_SECOND).lease();
		const order: string[] = [];
		for (let turn = 0; turn < 5; turn++) void pacer.acquire().then(() => order.push('other'));
		await jest.advanceTimersByTimeAsync(10);
		void pacer.acquire(undefined, true).then(() => order.push('urgent'));
		await pass(2);
		expect(order).toEqual(['other', 'urgent', 'other', 'other', 'other', 'other']);
	});
});
