/**
 * The sandbox's time: milliseconds since 1970, never running backwards, so that sliding windows
 * stay right when the machine's clock is set. A test can move it on instead of waiting two hours
 * for a token to expire.
 */
export class Clock {
	private offset = 0;

	now(): number {
		return performance.timeOrigin + performance.now() + this.offset;
	}

	/** Moves the time on by `seconds`. */
	advance(seconds: number): void {
		this.offset += seconds * 1000;
	}
}
