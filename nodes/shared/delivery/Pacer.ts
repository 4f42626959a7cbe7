import type { RateLimit } from '../api/endpoints';
import { onAbort } from '../primitives/onAbort';
import { processState } from '../primitives/processState';
import { waitUntil } from '../primitives/waitUntil';

/**
 * Calls are spread evenly, a little slower than the limit, and a window of the limit is taken to be some
 * milliseconds longer, since the network and a busy machine bring some calls closer together than they left.
 * When other processes share the limit, some refusals are expected anyhow.
 */
const ALONE = { spread: 1.04, windowMarginMs: 35 };
const SHARED = { spread: 1.02, windowMarginMs: 15 };
/** Added to the margin at each refusal that says nothing about the pace: calls come closer together than was thought. */
const EXTRA_MARGIN_MS = { step: 20, most: 100 };
/** A call may leave this much earlier than its turn to make up for a late one, as a part of the spacing. */
const CATCH_UP = 0.3;
/** Time after a refusal until a faster pace is tried: longer each time that it is in vain. */
const PROBE_AFTER_MS = { unknown: 5_000, first: 20_000, longest: 40_000 };
/** Calls that Feishu let through in a window say what the others leave, if they are this part of the pace. */
const TELLING_PART = 0.2;
/** Time between further steps. */
const PROBE_STEP_MS = 1_200;
/** A refusal in this time after a faster pace was tried is this process's own doing. */
const SETTLED_AFTER_MS = 4_000;
/** So many refusals, each in that time after the last one, are: fewer come of the faster pace that another one tries. */
const REFUSALS_TO_SLOW_DOWN = 3;

/** A call that waits for its slot. */
interface Waiter {
	isUrgent: boolean;
	grant: (startMs: number | undefined) => void;
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
 * When Feishu refuses a call all the same, another process is using up the limit, or the tenant's
 * limit is lower. Then the pacer holds all calls for as long as Feishu asks, goes on at the pace
 * that Feishu had let through, and after some time tries a faster one, step by step.
 */
export class Pacer {
	/** Of all runs that make calls now; the lowest of each window counts. */
	private readonly leases = new Set<RateLimit[]>();
	private limits: RateLimit[];
	/** The tightest window, by which calls are spread. */
	private window: RateLimit;
	/** Calls that go into that window now. */
	private pace: number;
	/** The pace before the last step to a faster one. */
	private provenPace = 1;
	private probeAtMs = Infinity;
	private probeAfterMs = PROBE_AFTER_MS.first;
	/** How much faster the next step is. */
	private probeStep = 1;
	private lastStepMs = -Infinity;
	private heldUntilMs = 0;
	private lastRefusalMs = -Infinity;
	private extraMarginMs = 0;
	/** Refusals that followed one another closely, and did not slow this process down. */
	private refusalsInARow = 0;
	/** When the latest calls left, oldest first; as many as the largest limit needs. */
	private starts: number[] = [];
	private lastTurnMs = 0;
	private readonly waiters: Waiter[] = [];
	private isServing = false;

	/** @param documented Feishu's limits, which hold for a run that names no others */
	constructor(private readonly documented: RateLimit[]) {
		this.limits = documented;
		this.window = tightestOf(documented);
		this.pace = this.window.calls;
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
		// With nobody left, what was found out about the pace stays for the next run.
		if (this.leases.size === 0) return;
		const bySeconds = new Map<number, number>();
		for (const { calls, seconds } of [...this.leases].flat()) {
			bySeconds.set(seconds, Math.min(calls, bySeconds.get(seconds) ?? Infinity));
		}
		const wasAtLimit = this.pace === this.window.calls;
		this.limits = [...bySeconds].map(([seconds, calls]) => ({ calls, seconds }));
		this.window = tightestOf(this.limits);
		this.pace = wasAtLimit ? this.window.calls : Math.min(this.pace, this.window.calls);
	}

	private async acquire(
		signal: AbortSignal | undefined,
		isUrgent: boolean,
	): Promise<number | undefined> {
		if (signal?.aborted) return undefined;
		let stopListening: (() => void) | undefined;
		const start = await new Promise<number | undefined>((grant) => {
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

	private abandon(waiter: Waiter): void {
		const index = this.waiters.indexOf(waiter);
		if (index >= 0) this.waiters.splice(index, 1);
		waiter.grant(undefined);
	}

	private async serve(): Promise<void> {
		if (this.isServing) return;
		this.isServing = true;
		while (this.waiters.length > 0) {
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

	private takeTurn(): number {
		const now = Date.now();
		this.lastTurnMs = Math.max(this.lastTurnMs + this.spacingMs, now - this.spacingMs * CATCH_UP);
		const start = Math.max(now, (this.starts.at(-1) ?? 0) + 0.001);
		this.starts.push(start);
		this.forgetOldStarts();
		if (now >= this.probeAtMs && this.pace < this.window.calls) this.speedUp(now);
		return start;
	}

	private refused(startMs: number, waitSeconds: number): void {
		const now = Date.now();
		// Processes that were refused together should not come back together.
		const waitMs = waitSeconds * 1000 * (1 + Math.random() / 10);
		this.heldUntilMs = Math.max(this.heldUntilMs, now + waitMs);
		this.starts = this.starts.filter((other) => other !== startMs);
		// Calls that left before the pace was lowered say nothing about the new pace.
		if (startMs <= this.lastRefusalMs) return;

		const isInARow = now - this.lastRefusalMs < SETTLED_AFTER_MS;
		this.refusalsInARow = isInARow ? this.refusalsInARow + 1 : 1;
		const isFirstSince = !this.starts.some(
			(other) => other > this.lastRefusalMs && other < startMs,
		);
		if (now - this.lastStepMs < SETTLED_AFTER_MS) {
			this.pace = Math.min(this.provenPace, this.window.calls);
			this.probeAfterMs = Math.min(2 * this.probeAfterMs, PROBE_AFTER_MS.longest);
		} else if (
			this.pace === this.window.calls ||
			this.refusalsInARow >= REFUSALS_TO_SLOW_DOWN ||
			(isInARow && isFirstSince)
		) {
			this.slowDown(startMs);
		} else {
			this.extraMarginMs = Math.min(
				this.extraMarginMs + EXTRA_MARGIN_MS.step,
				EXTRA_MARGIN_MS.most,
			);
		}
		this.probeStep = 1;
		this.lastRefusalMs = now;
		this.probeAtMs = this.heldUntilMs + this.probeAfterMs * (0.75 + Math.random() / 2);
	}

	/** Takes the pace that Feishu let through before it refused a call. */
	private slowDown(startMs: number): void {
		const begin = startMs - this.window.seconds * 1000;
		const letThrough = this.starts.filter((other) => other > begin && other < startMs).length;
		// A run that has just begun has sent too little to tell.
		const isKnown = letThrough >= Math.max(1, Math.floor(this.pace * TELLING_PART));
		if (!isKnown) this.probeAfterMs = PROBE_AFTER_MS.unknown;
		const slower = isKnown ? letThrough : Math.floor(this.pace / 2);
		this.pace = Math.max(1, Math.min(this.pace - 1, slower));
		this.refusalsInARow = 0;
	}

	private nextTimeMs(): number {
		const { windowMarginMs } = this.caution;
		const windows = this.limits.map((limit) => {
			const { seconds } = limit;
			const calls = limit === this.window ? this.pace : limit.calls;
			const earlier = this.starts.at(-calls);
			return earlier === undefined
				? 0
				: earlier + seconds * 1000 + windowMarginMs + this.extraMarginMs;
		});
		return Math.max(this.heldUntilMs, this.lastTurnMs + this.spacingMs, ...windows);
	}

	private get spacingMs(): number {
		return (this.window.seconds * 1000 * this.caution.spread) / this.pace;
	}

	private get caution(): typeof ALONE {
		return this.pace === this.window.calls ? ALONE : SHARED;
	}

	/** The steps double as long as nothing is refused: whoever shared the limit is gone. */
	private speedUp(now: number): void {
		this.lastStepMs = now;
		if (this.probeStep > 1) this.probeAfterMs = PROBE_AFTER_MS.first;
		this.provenPace = this.pace;
		this.pace = Math.min(this.window.calls, this.pace + this.probeStep);
		if (this.pace === this.window.calls) this.extraMarginMs = 0;
		this.probeStep *= 2;
		this.probeAtMs = now + PROBE_STEP_MS;
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
