import type { RateLimit } from '../api/endpoints';
import { onAbort } from '../primitives/onAbort';
import { processState } from '../primitives/processState';
import { waitUntil } from '../primitives/waitUntil';

/**
 * Calls that leave are spread, a little slower than the limit, and a window of the limit is taken to be some
 * milliseconds longer, since the network and a busy machine bring some calls closer together than they left. With a
 * share of the limit, some refusals are expected anyhow, and the margin is smaller.
 */
const ALONE = { spread: 1.04, windowMarginMs: 35 };
const SHARED = { spread: 1, windowMarginMs: 18 };
/** Added to the margin at a refusal that says nothing about the share: calls come closer together than was thought. */
const EXTRA_MARGIN_MS = { step: 20, most: 100 };
/** A call may leave this much earlier than its turn to make up for a late one, as a part of the spacing. */
const CATCH_UP = 0.3;
/** The same in milliseconds, at least: a timer may be so late, which is longer than the spacing of a high limit. */
const LATE_TIMER_MS = 2;
/** After a refusal, calls are held up to this much longer, so that processes do not all come back together. */
const HOLD_SPREAD_MS = 50;
/** The largest part of the limit that a process keeps whose calls had it alone so far: the rest is for the newcomer. */
const LEFT_BY_THE_FIRST = 0.8;
/** What is left of a share when another process presses. */
const LEFT_WHEN_PRESSED = 0.9;
/** The same, when none of its calls is let through any more. */
const LEFT_WHEN_SHUT_OUT = 0.5;
/**
 * A share of at most this part of the limit is forgotten after a time without calls: those who left no more may be
 * gone, and it takes long to find out with so few calls.
 */
const FORGOTTEN_SHARE = { part: 0.2, afterMs: 1_000 };
/** Calls that Feishu let through say what the others leave, if they are this part of the limit. */
const TELLING_PART = { least: 0.15, most: 0.7 };
/**
 * Time after a refusal until more is tried. `newcomer`: hardly a call was let through yet. `doubtful`: the refusal
 * may have been by chance, or the others may have left. `crowded`: others took the window all at once, perhaps only for
 * a while. `known`: the others are there; so long for a process with the whole limit, longer the smaller its share, so
 * that all of them together try about once in that time.
 */
const PROBE_AFTER_MS = {
	newcomer: 1_000,
	doubtful: 6_000,
	crowded: 12_000,
	known: 35_000,
	longest: 120_000,
};
/** Time between steps of growth: a call more than the share has to be sent in it, and answered. */
const GROWTH_STEP_MS = 1_700;
/** A refusal in this time after a step of growth is this process's own doing. */
const SETTLED_AFTER_MS = 3_000;
/** Refusals that follow each other in this time are another process's pressing, not chance. */
const IN_A_ROW_MS = 2_000;

/** A call that waits for its slot. */
interface Waiter {
	isUrgent: boolean;
	grant: (startMs: number | undefined) => void;
}

/** A refusal that the share is yet to be adjusted to. */
interface Refusal {
	/** When the refused call left. */
	startMs: number;
	answeredMs: number;
	/** When Feishu had refused a call before. */
	previousMs: number;
}

/** What a run may do with a pacer while it makes calls. */
export interface PacerLease {
	/**
	 * Waits until a call may leave: first come, first served, urgent ones before all others.
	 *
	 * @returns when the call leaves, in milliseconds since 1970; nothing if the signal aborts
	 */
	acquire: (signal?: AbortSignal, isUrgent?: boolean) => Promise<number | undefined>;
	/**
	 * Tells that Feishu refused a call for the rate limit.
	 *
	 * @param startMs when the call left, as `acquire` gave it
	 * @param waitSeconds how long Feishu asks to wait
	 */
	refused: (startMs: number, waitSeconds: number) => void;
	/** For how many milliseconds Feishu has asked to make no calls, from now on. */
	heldForMs: () => number;
	/** Ends the lease: limits of this run no longer count. */
	release: () => void;
}

/**
 * Keeps the calls of one API within its rate limits, for all executions of this process.
 *
 * Processes that share a limit know nothing of each other, but each of Feishu's refusals tells something: the window of
 * the limit was full, and the calls in it that were this process's own are what the others leave to it. Each process
 * takes that whole number of calls as its share of every window (a slotted form of additive increase and
 * multiplicative decrease), and as the shares add up to the limit, nobody is refused any more:
 *
 * - It sends its share at the spacing of the limit, and pauses for the rest of the window.
 * - After a refusal, it holds all calls for as long as Feishu asks. Then the calls that were under way are answered,
 *   and it counts those that were let through.
 * - After some time, it tries one call more at the end of its share, where most of the hold that follows a refusal
 *   falls into the pause. As long as nothing is refused, the share grows on, by 2 and by 4 calls.
 * - It gives up a tenth when it is refused twice in a row without having tried more, and more than that when it was
 *   refused with calls of its share left.
 * - It forgets a small share when it had nothing to send for a while.
 *
 * Shares are whole calls of at least 1 in each window of the tightest limit: more processes than that limit has calls
 * are held by refusals alone.
 */
export class Pacer {
	/** Of all runs that make calls now; the lowest of each window counts. */
	private readonly leases = new Set<RateLimit[]>();
	private limits: RateLimit[];
	/** The tightest window, which processes share. */
	private window: RateLimit;
	/** Calls of this process that go into that window; all that the limit allows as long as no other is known. */
	private share: number;
	/** The share before the last step of growth. */
	private provenShare = 1;
	private growthStep = 1;
	private lastStepMs = -Infinity;
	private probeAtMs = Infinity;
	/** Time from the last refusal's hold until more is tried. */
	private probeAfterMs = PROBE_AFTER_MS.doubtful;
	private heldUntilMs = 0;
	private lastRefusalMs = -Infinity;
	private refusal?: Refusal;
	/** When Feishu last refused a call that was not more than before. */
	private lastPressureMs = -Infinity;
	private extraMarginMs = 0;
	/** When the latest calls left, oldest first; as many as the largest limit needs. */
	private starts: number[] = [];
	private lastTurnMs = 0;
	private readonly waiters: Waiter[] = [];
	private isServing = false;

	/** @param documented Feishu's limits, which hold for a run that names no others */
	constructor(private readonly documented: RateLimit[]) {
		this.limits = documented;
		this.window = tightestOf(documented);
		this.share = this.window.calls;
	}

	/**
	 * Lets a run make calls until it releases the lease. While several do, the lowest limit wins.
	 *
	 * @param callsPerSecond in place of Feishu's documented limits
	 */
	lease(callsPerSecond?: number): PacerLease {
		const limits =
			callsPerSecond === undefined ? this.documented : [{ calls: callsPerSecond, seconds: 1 }];
		// A list of its own, so that two runs with the same limits are two.
		const own = [...limits];
		this.leases.add(own);
		this.applyLimits();
		return {
			acquire: async (signal, isUrgent = false) => await this.acquire(signal, isUrgent),
			refused: (startMs, waitSeconds) => this.refused(startMs, waitSeconds),
			heldForMs: () => Math.max(0, this.heldUntilMs - Date.now()),
			release: () => {
				this.leases.delete(own);
				this.applyLimits();
			},
		};
	}

	private applyLimits(): void {
		// With nobody left, what was found out about the share stays for the next run.
		if (this.leases.size === 0) return;
		const bySeconds = new Map<number, number>();
		for (const { calls, seconds } of [...this.leases].flat()) {
			bySeconds.set(seconds, Math.min(calls, bySeconds.get(seconds) ?? Infinity));
		}
		const wasAlone = this.isAlone;
		this.limits = [...bySeconds].map(([seconds, calls]) => ({ calls, seconds }));
		this.window = tightestOf(this.limits);
		this.share = wasAlone ? this.window.calls : Math.min(this.share, this.window.calls);
	}

	private async acquire(
		signal: AbortSignal | undefined,
		isUrgent: boolean,
	): Promise<number | undefined> {
		if (signal?.aborted) return undefined;
		let stopListening: (() => void) | undefined;
		const start = await new Promise<number | undefined>((grant) => {
			if (this.waiters.length === 0) this.forgetSmallShare();
			const waiter = { isUrgent, grant };
			const firstOther = this.waiters.findIndex((other) => !other.isUrgent);
			if (isUrgent && firstOther >= 0) this.waiters.splice(firstOther, 0, waiter);
			else this.waiters.push(waiter);
			if (signal !== undefined) stopListening = onAbort(signal, () => this.abandon(waiter));
			void this.serve();
		});
		stopListening?.();
		return start;
	}

	/** Begins anew with the whole limit when it had nothing to send for a while. */
	private forgetSmallShare(): void {
		this.settleRefusal();
		const quietMs = Date.now() - Math.max(this.lastTurnMs, this.heldUntilMs);
		const { part, afterMs } = FORGOTTEN_SHARE;
		if (quietMs < afterMs || this.share > this.window.calls * part) return;
		this.share = this.window.calls;
		this.extraMarginMs = 0;
	}

	private abandon(waiter: Waiter): void {
		const index = this.waiters.indexOf(waiter);
		if (index >= 0) this.waiters.splice(index, 1);
		waiter.grant(undefined);
	}

	private async serve(): Promise<void> {
		if (this.isServing) return;
		this.isServing = true;
		while (this.waiters.length > 0) {
			this.settleRefusal();
			const timeMs = this.nextTimeMs();
			if (timeMs > Date.now()) {
				// Looked at again afterwards: Feishu may have refused a call, or the first in the queue have changed.
				await waitUntil(timeMs);
				continue;
			}
			this.waiters.shift()?.grant(this.takeTurn());
		}
		this.isServing = false;
	}

	private get isAlone(): boolean {
		return this.share === this.window.calls;
	}

	private get windowMs(): number {
		return this.window.seconds * 1000;
	}

	private takeTurn(): number {
		const now = Date.now();
		const catchUpMs = Math.max(this.spacingMs * CATCH_UP, LATE_TIMER_MS);
		this.lastTurnMs = Math.max(this.lastTurnMs + this.spacingMs, now - catchUpMs);
		const start = Math.max(now, (this.starts.at(-1) ?? 0) + 0.001);
		this.starts.push(start);
		this.forgetOldStarts();
		if (!this.isAlone && now >= this.probeAtMs) this.grow(now);
		return start;
	}

	/** The steps double as long as nothing is refused: whoever shared the limit is gone. */
	private grow(now: number): void {
		this.lastStepMs = now;
		this.provenShare = this.share;
		this.share = Math.min(this.window.calls, this.share + this.growthStep);
		if (this.isAlone) this.extraMarginMs = 0;
		this.growthStep *= 2;
		this.probeAtMs = now + GROWTH_STEP_MS;
	}

	private refused(startMs: number, waitSeconds: number): void {
		const now = Date.now();
		const waitMs = waitSeconds * 1000 + Math.random() * HOLD_SPREAD_MS;
		this.heldUntilMs = Math.max(this.heldUntilMs, now + waitMs);
		this.starts = this.starts.filter((other) => other !== startMs);
		// Calls that left before the share was adjusted say nothing about the new one.
		if (startMs <= this.lastRefusalMs) return;

		this.refusal = { startMs, answeredMs: now, previousMs: this.lastRefusalMs };
		this.lastRefusalMs = now;
	}

	/** Adjusts the share to the last refusal, when its hold is over. */
	private settleRefusal(): void {
		if (this.refusal === undefined || Date.now() < this.heldUntilMs) return;
		this.probeAfterMs = this.adjustShare(this.refusal);
		this.refusal = undefined;
		this.growthStep = 1;
		this.lastStepMs = -Infinity;
		this.probeAtMs = this.heldUntilMs + this.probeAfterMs * (0.75 + Math.random() / 2);
	}

	/**
	 * Learns from a refusal which share the others leave.
	 *
	 * @returns milliseconds after which to try more
	 */
	private adjustShare({ startMs, answeredMs, previousMs }: Refusal): number {
		const { calls: limit } = this.window;
		const letThrough = this.letThroughBefore(startMs, answeredMs);
		if (answeredMs - this.lastStepMs < SETTLED_AFTER_MS) {
			this.share = Math.max(1, this.provenShare, Math.min(letThrough, this.share - 1));
			// The least share is tried to be made larger soon at first, then ever later.
			return Math.min(
				this.probeAfterKnownMs,
				this.share === 1 ? Math.max(2 * this.probeAfterMs, PROBE_AFTER_MS.doubtful) : Infinity,
			);
		}
		if (this.isAlone) {
			this.lastPressureMs = answeredMs;
			this.share = Math.max(1, Math.min(letThrough, Math.floor(limit * LEFT_BY_THE_FIRST)));
			if (letThrough <= limit * TELLING_PART.least) return PROBE_AFTER_MS.newcomer;
			return letThrough > limit * TELLING_PART.most
				? PROBE_AFTER_MS.doubtful
				: this.probeAfterKnownMs;
		}
		if (letThrough < this.share - 1) {
			// The window was full while it had calls left: what was let through is all that the others leave.
			this.lastPressureMs = answeredMs;
			this.share = Math.max(1, letThrough);
			return PROBE_AFTER_MS.crowded;
		}
		const isInARow = answeredMs - this.lastPressureMs < IN_A_ROW_MS;
		const isNoneLetThrough = this.startsBetween(previousMs, startMs) === 0;
		this.lastPressureMs = isInARow && !isNoneLetThrough ? -Infinity : answeredMs;
		if (isInARow) {
			const left = isNoneLetThrough ? LEFT_WHEN_SHUT_OUT : LEFT_WHEN_PRESSED;
			this.share = Math.max(1, Math.floor(this.share * left));
			return PROBE_AFTER_MS.doubtful;
		}
		const { step, most } = EXTRA_MARGIN_MS;
		this.extraMarginMs = Math.min(this.extraMarginMs + step, most);
		return this.probeAfterKnownMs;
	}

	/** Calls that Feishu let through in the window before a refused one. */
	private letThroughBefore(startMs: number, answeredMs: number): number {
		const begin = startMs - this.windowMs;
		// Calls overtake each other on their way. When it has only begun to send, none has left the window yet, and
		// all that were let through until the answer were in it.
		const hasOnlyBegun = this.startsBetween(begin - this.windowMs, begin) === 0;
		return this.startsBetween(begin, hasOnlyBegun ? answeredMs : startMs);
	}

	/** Calls between two times that were not refused. */
	private startsBetween(fromMs: number, toMs: number): number {
		return this.starts.filter((start) => start > fromMs && start < toMs).length;
	}

	/** Milliseconds after which to try more when the others are known to be there. */
	private get probeAfterKnownMs(): number {
		return Math.min(
			PROBE_AFTER_MS.longest,
			(PROBE_AFTER_MS.known * this.window.calls) / this.share,
		);
	}

	private nextTimeMs(): number {
		const { windowMarginMs } = this.caution;
		const windows = this.limits.map((limit) => {
			const { seconds } = limit;
			const calls = limit === this.window ? this.share : limit.calls;
			const earlier = this.starts.at(-calls);
			return earlier === undefined
				? 0
				: earlier + seconds * 1000 + windowMarginMs + this.extraMarginMs;
		});
		return Math.max(this.heldUntilMs, this.lastTurnMs + this.spacingMs, ...windows);
	}

	private get spacingMs(): number {
		return (this.windowMs * this.caution.spread) / this.window.calls;
	}

	private get caution(): typeof ALONE {
		return this.isAlone ? ALONE : SHARED;
	}

	private forgetOldStarts(): void {
		const needed = Math.max(...this.limits.map(({ calls }) => calls));
		if (this.starts.length >= 2 * needed) this.starts = this.starts.slice(-needed);
	}
}

function tightestOf(limits: RateLimit[]): RateLimit {
	return limits.reduce((one, other) => (other.seconds < one.seconds ? other : one));
}

const pacers = processState(() => new Map<string, Pacer>());

/**
 * The pacer of an API, shared by all executions of this process that call it as the same app.
 *
 * @param scope the app and tenant, as `FeishuClient.rateLimitScope` names them
 */
export function pacerFor(
	scope: string,
	{ method, path, rateLimits }: { method: string; path: string; rateLimits: RateLimit[] },
): Pacer {
	const key = [scope, method, path].join('\n');
	let pacer = pacers.current.get(key);
	if (pacer === undefined) pacers.current.set(key, (pacer = new Pacer(rateLimits)));
	return pacer;
}
