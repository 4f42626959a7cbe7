/**
 * The sandbox's time: milliseconds since 1970, not moved by changes of the machine's clock, so that
 * sliding windows stay right. A test can move it on instead of waiting two hours for a token to
 * expire.
 */
export class Clock {
	private offset = 0;

	now(): number {
		return performance.timeOrigin + performance.now() + this.offset;
	}

	/** Back to the real time. */
	reset(): void {
		this.offset = 0;
	}

	/** Moves the time on by `seconds`. */
	advance(seconds: number): void {
		this.offset += seconds * 1000;
	}
}
