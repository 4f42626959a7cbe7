import type { RateLimit } from '../api/endpoints';
import { pollUntil } from '../primitives/waitUntil';
import type { IsStopped } from '../primitives/waitUntil';

/**
 * Calls are spread evenly, a little slower than the limit, and a window of the limit is taken to be some
 * milliseconds longer, since the network and a busy machine bring some calls closer together than they left.
 * When other processes share the limit, some refusals are expected anyhow.
 */
const ALONE = { spread: 1.04, windowMargin: 35 };
const SHARED = { spread: 1.02, windowMargin: 15 };
/** A call may leave this much earlier than its turn to make up for a late one, as a part of the spacing. */
const CATCH_UP = 0.3;
/** Milliseconds after a refusal until a faster pace is tried: longer each time that it is in vain. */
const PROBE_AFTER = { first: 5_000, longest: 40_000 };
/** Milliseconds between further steps. */
const PROBE_STEP = 1_200;
/** A refusal in this time, in milliseconds, after the last one is this process's own doing. */
const SETTLED_AFTER = 4_000;

/**
 * Keeps the calls of one API within its rate limits, for all executions of this process.
 *
 * When Feishu refuses a call all the same, another process is using up the limit, or the tenant's
 * limit is lower. Then the pacer holds all calls for as long as Feishu asks, goes on at the pace
 * that Feishu had let through, and after some time tries a faster one, step by step.
 */
export class Pacer {
	/** The tightest window, by which calls are spread. */
	private readonly window: RateLimit;
	/** Calls that go into that window now. */
	private pace: number;
	/** The pace before the last step to a faster one. */
	private provenPace = 1;
	private probeAt = Infinity;
	private probeAfter = PROBE_AFTER.first;
	/** How much faster the next step is. */
	private probeStep = 1;
	private lastStep = -Infinity;
	private heldUntil = 0;
	private lastRefusal = -Infinity;
	/** When the latest calls left, oldest first; as many as the largest limit needs. */
	private starts: number[] = [];
	private lastTurn = 0;
	private queue: Promise<unknown> = Promise.resolve();

	constructor(private readonly limits: RateLimit[]) {
		this.window = limits.reduce((one, other) => (other.seconds < one.seconds ? other : one));
		this.pace = this.window.calls;
	}

	/**
	 * Waits for the next turn, first come, first served.
	 *
	 * @returns when the call leaves, in milliseconds since 1970; nothing if the execution was stopped
	 */
	async turn(isStopped: IsStopped): Promise<number | undefined> {
		const turn = this.queue.then(async () => await this.takeTurn(isStopped));
		this.queue = turn;
		return await turn;
	}

	/**
	 * Tells that Feishu refused a call for the rate limit.
	 *
	 * @param start when the call left, as `turn` gave it
	 * @param waitSeconds how long Feishu asks to wait
	 */
	refused(start: number, waitSeconds: number): void {
		const now = Date.now();
		// Processes that were refused together should not come back together.
		const wait = waitSeconds * 1000 * (1 + Math.random() / 10);
		this.heldUntil = Math.max(this.heldUntil, now + wait);
		this.starts = this.starts.filter((other) => other !== start);
		// Calls that left before the pace was lowered say nothing about the new pace.
		if (start <= this.lastRefusal) return;

		if (now - this.lastStep < SETTLED_AFTER) {
			this.pace = this.provenPace;
			this.probeAfter = Math.min(2 * this.probeAfter, PROBE_AFTER.longest);
		} else if (this.pace === this.window.calls || now - this.lastRefusal < SETTLED_AFTER) {
			this.pace = this.slowerPace(start);
		}
		this.probeStep = 1;
		this.lastRefusal = now;
		this.probeAt = this.heldUntil + this.probeAfter * (0.75 + Math.random() / 2);
	}

	/** What Feishu let through before it refused a call; at most halved, since the run may just have begun. */
	private slowerPace(start: number): number {
		const begin = start - this.window.seconds * 1000;
		const letThrough = this.starts.filter((other) => other > begin && other < start).length;
		return Math.max(1, Math.min(this.pace - 1, Math.max(letThrough, Math.floor(this.pace / 2))));
	}

	private async takeTurn(isStopped: IsStopped): Promise<number | undefined> {
		// Waiting may take long enough for Feishu to refuse a call that left before.
		for (let time = this.nextTime(); time > Date.now() && !isStopped(); time = this.nextTime()) {
			await pollUntil(time, isStopped);
		}
		if (isStopped()) return undefined;
		const now = Date.now();
		this.lastTurn = Math.max(this.lastTurn + this.spacing, now - this.spacing * CATCH_UP);
		const start = Math.max(now, (this.starts.at(-1) ?? 0) + 0.001);
		this.starts.push(start);
		this.forgetOldStarts();
		if (now >= this.probeAt && this.pace < this.window.calls) this.speedUp(now);
		return start;
	}

	private nextTime(): number {
		const { windowMargin } = this.caution;
		const windows = this.limits.map((limit) => {
			const { seconds } = limit;
			const calls = limit === this.window ? this.pace : limit.calls;
			const earlier = this.starts.at(-calls);
			return earlier === undefined ? 0 : earlier + seconds * 1000 + windowMargin;
		});
		return Math.max(this.heldUntil, this.lastTurn + this.spacing, ...windows);
	}

	private get spacing(): number {
		return (this.window.seconds * 1000 * this.caution.spread) / this.pace;
	}

	private get caution(): typeof ALONE {
		return this.pace === this.window.calls ? ALONE : SHARED;
	}

	/** The steps double as long as nothing is refused: whoever shared the limit is gone. */
	private speedUp(now: number): void {
		this.lastStep = now;
		if (this.probeStep > 1) this.probeAfter = PROBE_AFTER.first;
		this.provenPace = this.pace;
		this.pace = Math.min(this.window.calls, this.pace + this.probeStep);
		this.probeStep *= 2;
		this.probeAt = now + PROBE_STEP;
	}

	private forgetOldStarts(): void {
		const needed = Math.max(...this.limits.map(({ calls }) => calls));
		if (this.starts.length >= 2 * needed) this.starts = this.starts.slice(-needed);
	}
}

const pacers = new Map<string, Pacer>();

/**
 * The pacer of an API, shared by all executions of this process that call it as the same app.
 *
 * @param scope the app and tenant, as `FeishuClient.rateLimitScope` names them
 * @param callsPerSecond in place of Feishu's documented limits
 */
export function pacerFor(
	scope: string,
	{ method, path, rateLimits }: { method: string; path: string; rateLimits: RateLimit[] },
	callsPerSecond?: number,
): Pacer {
	const key = [scope, method, path, callsPerSecond ?? ''].join('\n');
	let pacer = pacers.get(key);
	if (pacer === undefined) {
		const limits =
			callsPerSecond === undefined ? rateLimits : [{ calls: callsPerSecond, seconds: 1 }];
		pacers.set(key, (pacer = new Pacer(limits)));
	}
	return pacer;
}

/** Forgets every pace that was found, as a restart of n8n does. */
export function forgetPaces(): void {
	pacers.clear();
}
