import type { RateLimit } from '../../../nodes/shared/api/endpoints';
import { Pacer } from '../../../nodes/shared/delivery/Pacer';
import { VirtualTime } from './VirtualTime';
import { seededRandom } from './seededRandom';

/** A piece of work: calls that a process makes. */
export interface SimulatedWork {
	/** Milliseconds after the start of the simulation. */
	startMs: number;
	calls: number;
}

/** A process that makes calls for as long as it has some to make. */
export interface SimulatedProcess extends SimulatedWork {
	/** Work that it has done before: what its pacer found out then is not true any more. */
	earlier?: SimulatedWork[];
	/** Milliseconds from a call's departure until its answer is back, without what is by chance. */
	latencyMs: number;
}

/** What a simulation is about. */
export interface Simulation {
	seed: number;
	processes: SimulatedProcess[];
	/** What Feishu allows, when it is not what the pacers know. */
	limit?: RateLimit;
	/** Milliseconds by which calls arrive later than others, by chance. */
	jitterMs?: number;
	/**
	 * Calls and answers that a busy process holds back: which part of them, and for up to how many milliseconds.
	 * With `startMs` and `endMs`, only between these times after the start of the simulation.
	 */
	heldBack?: { part: number; longestMs: number; startMs?: number; endMs?: number };
}

/** A call as Feishu saw it. */
export interface SimulatedCall {
	process: number;
	/** When it came in, in milliseconds after the start of the simulation. */
	timeMs: number;
	isRefused: boolean;
}

/** What came of a simulation. */
export interface SimulatedSharing {
	calls: SimulatedCall[];
	/** When each process had the answer to its last call, in milliseconds after the start. */
	endsMs: number[];
}

/** What the pacers know of Feishu's limit: that for cards (Feishu reference: "Create app feed card"). */
export const CARD_LIMIT: RateLimit = { calls: 10, seconds: 1 };
/** As many calls under way at once as the nodes make by default. */
const CALLS_AT_ONCE = 20;

/**
 * Has processes that know nothing of each other make calls at one limit, each with a pacer of its own, in virtual
 * time. Feishu counts the calls that it takes in a sliding window, and asks those over the limit to wait for whole
 * seconds.
 */
export async function simulateSharing({
	seed,
	processes,
	limit = CARD_LIMIT,
	jitterMs = 6,
	heldBack,
}: Simulation): Promise<SimulatedSharing> {
	const random = seededRandom(seed);
	const time = VirtualTime.install(random);
	try {
		const beginMs = Date.now();
		const calls: SimulatedCall[] = [];
		const taken: number[] = [];
		const windowMs = limit.seconds * 1000;
		/** Gives the seconds to wait, if the call is refused. */
		const arrive = (process: number): number | undefined => {
			const now = Date.now();
			const oldest = taken.at(-limit.calls);
			const isRefused = oldest !== undefined && oldest > now - windowMs;
			calls.push({ process, timeMs: now - beginMs, isRefused });
			if (isRefused) return Math.max(1, Math.ceil((oldest + windowMs - now) / 1000));
			taken.push(now);
			return undefined;
		};
		// Most calls come nearly at the pace at which they left, and now and then one much later.
		const late = () => {
			const byChanceMs = random() * (random() < 0.02 ? 3 * jitterMs : jitterMs);
			if (heldBack === undefined) return byChanceMs;
			const { part, longestMs, startMs = 0, endMs = Infinity } = heldBack;
			const timeMs = Date.now() - beginMs;
			const isHeldBack = timeMs >= startMs && timeMs < endMs && random() < part;
			return byChanceMs + (isHeldBack ? random() * longestMs : 0);
		};
		const run = async (process: SimulatedProcess, index: number) => {
			const { latencyMs, earlier = [] } = process;
			const pacer = new Pacer([CARD_LIMIT]);
			const work = async ({ startMs, calls: total }: SimulatedWork) => {
				await time.sleep(startMs);
				const lease = pacer.lease();
				let left = total;
				const worker = async () => {
					while (left-- > 0) {
						for (;;) {
							const start = (await lease.acquire()) as number;
							await time.sleep(latencyMs / 2 + late());
							const waitSeconds = arrive(index);
							await time.sleep(latencyMs / 2 + late());
							if (waitSeconds === undefined) break;
							lease.refused(start, waitSeconds);
						}
					}
				};
				await Promise.all(Array.from({ length: Math.min(CALLS_AT_ONCE, total) }, worker));
				lease.release();
				return Date.now() - beginMs;
			};
			const [endMs] = await Promise.all([process, ...earlier].map(work));
			return endMs as number;
		};
		const ended = Promise.all(processes.map(run));
		await time.runUntilIdle();
		return { calls, endsMs: await ended };
	} finally {
		time.uninstall();
	}
}
