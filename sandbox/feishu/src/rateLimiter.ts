/** How many calls of one API, app and tenant are allowed. */
export interface RateLimit {
	/** In any one second. */
	perSecond?: number;
	/** In any one minute. */
	perMinute?: number;
}

/** What a refused caller is told (headers `x-ogw-ratelimit-limit` and `x-ogw-ratelimit-reset`). */
export interface RateLimitRefusal {
	/** The limit that was reached, in calls. */
	limit: number;
	/** Whole seconds to wait, at least 1. */
	resetSeconds: number;
}

/**
 * Sliding windows for each API, app and tenant (Feishu reference: "Frequency control"): a call is
 * refused when, with it, some window would hold more calls than its limit.
 */
export class RateLimiter {
	private readonly callTimes = new Map<string, number[]>();

	/**
	 * Counts a call received at `now` (milliseconds), or says why it is refused. Refused calls count
	 * only with `countRefused`.
	 */
	take(
		key: string,
		limit: RateLimit,
		now: number,
		countRefused: boolean,
	): RateLimitRefusal | undefined {
		let times = this.callTimes.get(key);
		if (!times) this.callTimes.set(key, (times = []));
		const refusal =
			this.check(times, limit.perSecond, 1000, now) ??
			this.check(times, limit.perMinute, 60_000, now);
		if (!refusal || countRefused) {
			times.push(now);
			const kept = Math.max(limit.perSecond ?? 0, limit.perMinute ?? 0);
			if (times.length > 2 * kept + 100) times.splice(0, times.length - kept);
		}
		return refusal;
	}

	/** Empties all windows. */
	clear(): void {
		this.callTimes.clear();
	}

	private check(
		times: number[],
		limit: number | undefined,
		window: number,
		now: number,
	): RateLimitRefusal | undefined {
		if (limit === undefined) return undefined;
		if (limit < 1) return { limit, resetSeconds: Math.ceil(window / 1000) };
		// The window is full exactly when the call `limit` places back has not left it yet.
		const oldest = times[times.length - limit];
		if (oldest === undefined || oldest <= now - window) return undefined;
		return { limit, resetSeconds: Math.max(1, Math.ceil((oldest + window - now) / 1000)) };
	}
}
