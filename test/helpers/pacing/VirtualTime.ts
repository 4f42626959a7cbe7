interface Timer {
	timeMs: number;
	/** Of two timers at the same time, the first one set fires first. */
	order: number;
	fire: () => void;
}

/**
 * A clock that jumps from one timer to the next, and chance that is the same in every run. Minutes of pacing take
 * milliseconds; Jest's fake timers take as many seconds.
 */
export class VirtualTime {
	private nowMs = 1_000_000_000_000;
	private readonly timers: Timer[] = [];
	private order = 0;
	private readonly real = {
		now: Date.now,
		setTimeout: globalThis.setTimeout,
		random: Math.random,
	};

	private constructor() {}

	/** Takes the place of the system's clock, timers and chance until `uninstall`. */
	static install(random: () => number): VirtualTime {
		const time = new VirtualTime();
		Date.now = () => time.nowMs;
		globalThis.setTimeout = ((fire: () => void, delayMs = 0) => time.set(fire, delayMs)) as never;
		Math.random = random;
		return time;
	}

	uninstall(): void {
		Date.now = this.real.now;
		globalThis.setTimeout = this.real.setTimeout;
		Math.random = this.real.random;
	}

	async sleep(milliseconds: number): Promise<void> {
		await new Promise<void>((resolve) => this.set(resolve, milliseconds));
	}

	/** Fires all timers in their order, those among them that others set, until there are none. */
	async runUntilIdle(): Promise<void> {
		for (;;) {
			// What awaits goes on before the clock does.
			await new Promise((resolve) => setImmediate(resolve));
			const next = this.timers.shift();
			if (next === undefined) return;
			this.nowMs = next.timeMs;
			next.fire();
		}
	}

	private set(fire: () => void, delayMs: number): void {
		const timer = { timeMs: this.nowMs + Math.max(0, delayMs), order: this.order++, fire };
		const place = this.timers.findIndex((other) => other.timeMs > timer.timeMs);
		this.timers.splice(place < 0 ? this.timers.length : place, 0, timer);
	}
}
