import { seededRandom } from '../helpers/pacing/seededRandom';
import { CARD_LIMIT, simulateSharing } from '../helpers/pacing/simulateSharing';
import type {
	SimulatedProcess,
	SimulatedSharing,
	Simulation,
} from '../helpers/pacing/simulateSharing';

/** Runs of each scenario, each with chance of its own. */
const SEEDS = Array.from({ length: 25 }, (_, index) => index + 1);
/** What the sandbox takes for an answer in the benchmark, and how unevenly calls come there. */
const BENCHMARK = { latencyMs: 200, jitterMs: 6 };

/** What came of one run of a scenario. */
interface Measured {
	/** Accepted calls as a part of the limit, from the last process's start to the first one's end. */
	shareWhileAll: number;
	refusedPerHundred: number;
	/** The calls of the process with the fewest while all ran, as a part of an equal share. */
	fairness: number;
	run: SimulatedSharing;
}

const accepted = ({ calls }: SimulatedSharing, fromMs: number, toMs: number) =>
	calls.filter(({ timeMs, isRefused }) => !isRefused && timeMs >= fromMs && timeMs < toMs);

/** Accepted calls between two times as a part of the limit. */
const shareOf = (run: SimulatedSharing, fromMs: number, toMs: number) =>
	accepted(run, fromMs, toMs).length / CARD_LIMIT.calls / ((toMs - fromMs) / 1000);

/** What the network and the machine do to the calls. */
type Disturbance = Pick<Simulation, 'jitterMs' | 'heldBack'>;

/** Milliseconds from a call to its answer, for a process somewhere. */
const anywhere = (random: () => number) => 20 + 380 * random();

async function measure(
	seed: number,
	processes: SimulatedProcess[],
	disturbance?: Disturbance,
): Promise<Measured> {
	const run = await simulateSharing({ seed, processes, ...disturbance });
	const refused = run.calls.filter(({ isRefused }) => isRefused).length;
	const total = processes
		.flatMap((process) => [process, ...(process.earlier ?? [])])
		.reduce((sum, { calls }) => sum + calls, 0);
	// Whatever was refused was made again, and nothing was made twice.
	expect(run.calls).toHaveLength(total + refused);
	const from = Math.max(...processes.map(({ startMs }) => startMs));
	const to = Math.min(...run.endsMs);
	const together = accepted(run, from, to);
	const ofEach = processes.map((_, index) => together.filter((call) => call.process === index));
	return {
		shareWhileAll: shareOf(run, from, to),
		refusedPerHundred: (100 * refused) / total,
		fairness:
			(Math.min(...ofEach.map(({ length }) => length)) * processes.length) / together.length,
		run,
	};
}

/** Measures a scenario with each seed, one after the other: they share a clock. */
async function measureAll(
	scenario: (random: () => number) => SimulatedProcess[],
	disturbance?: Disturbance,
): Promise<Measured[]> {
	const measured: Measured[] = [];
	for (const seed of SEEDS) {
		measured.push(await measure(seed, scenario(seededRandom(1_000 + seed)), disturbance));
	}
	return measured;
}

/** The value that a part of the values is below. */
function quantile(values: number[], part: number): number {
	const sorted = [...values].sort((one, other) => one - other);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
}

const together =
	(count: number, calls: number, latencyOf: (random: () => number) => number) =>
	(random: () => number) =>
		Array.from({ length: count }, () => ({
			startMs: 50 * random(),
			calls,
			latencyMs: latencyOf(random),
		}));

const unequal =
	(calls: number[], latencyOf: (random: () => number) => number) => (random: () => number) =>
		calls.map((count) => ({ startMs: 300 * random(), calls: count, latencyMs: latencyOf(random) }));

function summaryOf(measured: Measured[]) {
	const shares = measured.map(({ shareWhileAll }) => shareWhileAll);
	const refusals = measured.map(({ refusedPerHundred }) => refusedPerHundred);
	return {
		median: quantile(shares, 0.5),
		least: Math.min(...shares),
		refused: quantile(refusals, 0.5),
		mostRefused: Math.max(...refusals),
		fairness: quantile(
			measured.map(({ fairness }) => fairness),
			0.5,
		),
	};
}

describe('processes that know nothing of each other, in virtual time', () => {
	it('leave one that is alone as fast as the limit allows, and not refused', async () => {
		const measured = await measureAll(together(1, 600, anywhere));
		for (const { run, refusedPerHundred } of measured) {
			expect(refusedPerHundred).toBe(0);
			const last = run.calls.at(-1)!.timeMs;
			expect(shareOf(run, run.calls[0]!.timeMs, last)).toBeGreaterThanOrEqual(0.96);
		}
	});

	it.each([
		// Measured: 97.4 % and 0.50 refused of 100, 98.2 % and 0.92.
		{ count: 2, calls: 600, median: 0.97, least: 0.94 },
		{ count: 4, calls: 300, median: 0.97, least: 0.95 },
	])(
		'use the limit when $count run as in the benchmark',
		async ({ count, calls, median, least }) => {
			const measured = summaryOf(
				await measureAll(
					together(count, calls, () => BENCHMARK.latencyMs),
					{ jitterMs: BENCHMARK.jitterMs },
				),
			);
			expect(measured.median).toBeGreaterThanOrEqual(median);
			expect(measured.least).toBeGreaterThanOrEqual(least);
			expect(measured.refused).toBeLessThanOrEqual(1);
			expect(measured.mostRefused).toBeLessThanOrEqual(2.5);
			expect(measured.fairness).toBeGreaterThanOrEqual(0.75);
		},
	);

	it.each([
		{ count: 2, calls: 600, median: 0.96, least: 0.92 },
		{ count: 4, calls: 300, median: 0.96, least: 0.92 },
	])(
		'use the limit when $count run, each at a latency of its own',
		async ({ count, calls, median, least }) => {
			const measured = summaryOf(await measureAll(together(count, calls, anywhere)));
			expect(measured.median).toBeGreaterThanOrEqual(median);
			expect(measured.least).toBeGreaterThanOrEqual(least);
			expect(measured.refused).toBeLessThanOrEqual(1.5);
			expect(measured.fairness).toBeGreaterThanOrEqual(0.75);
		},
	);

	it('use the limit from the start on when three begin with unequal work', async () => {
		const measured = summaryOf(await measureAll(unequal([140, 167, 193], anywhere)));
		expect(measured.median).toBeGreaterThanOrEqual(0.95);
		expect(measured.least).toBeGreaterThanOrEqual(0.88);
	});

	it('use the limit when three are as busy as workers on one machine', async () => {
		// Measured: 90.8 % and 3.0 refused of 100.
		const measured = summaryOf(
			await measureAll(
				unequal([160, 167, 173], () => BENCHMARK.latencyMs),
				{ heldBack: { part: 0.1, longestMs: 80 } },
			),
		);
		expect(measured.median).toBeGreaterThanOrEqual(0.9);
		expect(measured.least).toBeGreaterThanOrEqual(0.86);
		expect(measured.refused).toBeLessThanOrEqual(4);
	});

	/** What workers of n8n do when many executions come at once: everything but the calls, which wait for it. */
	const takesWorkIn = { part: 0.4, longestMs: 250 };

	it('find out their shares where calls overtake each other at the start', async () => {
		// Measured: 97.7 %, at least 92.4 %.
		const measured = summaryOf(
			await measureAll(
				unequal([160, 167, 173], () => BENCHMARK.latencyMs),
				{ heldBack: { ...takesWorkIn, endMs: 500 } },
			),
		);
		expect(measured.median).toBeGreaterThanOrEqual(0.95);
		expect(measured.least).toBeGreaterThanOrEqual(0.92);
	});

	it('find out their shares anew where they had others a moment ago', async () => {
		// Measured: 93.3 % and 3.0 refused of 100.
		const startMs = 15_000;
		const measured = summaryOf(
			await measureAll(
				(random) => {
					const singleCalls = () =>
						Array.from({ length: 3 }, () => ({ startMs: 3_000 + 11_500 * random(), calls: 1 }));
					const batches = [
						[{ startMs: 2_000 + 6_000 * random(), calls: 30 + Math.floor(40 * random()) }],
						[{ startMs: 9_000 + 4_500 * random(), calls: 10 + Math.floor(10 * random()) }],
						[],
					];
					return [160, 167, 173].map((calls, index) => ({
						startMs: startMs + 50 * random(),
						calls,
						latencyMs: BENCHMARK.latencyMs,
						earlier: [...singleCalls(), ...batches[index]!],
					}));
				},
				{ heldBack: { ...takesWorkIn, startMs, endMs: startMs + 500 } },
			),
		);
		expect(measured.median).toBeGreaterThanOrEqual(0.9);
		expect(measured.refused).toBeLessThanOrEqual(4);
	});

	it('make room for one that joins, and take what it leaves', async () => {
		const joinsAtMs = 30_000;
		const measured = await measureAll((random) => [
			{ startMs: 0, calls: 2_000, latencyMs: anywhere(random) },
			{ startMs: joinsAtMs, calls: 100, latencyMs: anywhere(random) },
		]);
		const settled = measured.map(({ run }) => shareOf(run, joinsAtMs + 10_000, joinsAtMs + 20_000));
		expect(quantile(settled, 0.5)).toBeGreaterThanOrEqual(0.93);
		const afterIt = measured.map(({ run }) => {
			const leavesAtMs = run.endsMs[1]!;
			return shareOf(run, leavesAtMs + 60_000, leavesAtMs + 70_000);
		});
		expect(quantile(afterIt, 0.5)).toBeGreaterThanOrEqual(0.95);
		expect(summaryOf(measured).refused).toBeLessThanOrEqual(1);
	});
});
