/** Keeps values for some time, up to a size in all; the oldest go first. */
export class ExpiringCache<Value> {
	private readonly kept = new Map<string, { value: Value; size: number; untilMs: number }>();
	private totalSize = 0;

	/**
	 * @param keepMs how long a value is taken to be true, in milliseconds
	 * @param maxSize the most that the sizes of all values may add up to
	 */
	constructor(
		private readonly keepMs: number,
		private readonly maxSize: number,
	) {}

	get(key: string): Value | undefined {
		const found = this.kept.get(key);
		if (found === undefined || found.untilMs > Date.now()) return found?.value;
		this.forget(key);
		return undefined;
	}

	set(key: string, value: Value, size = 1): void {
		this.forget(key);
		this.kept.set(key, { value, size, untilMs: Date.now() + this.keepMs });
		this.totalSize += size;
		for (const oldest of this.kept.keys()) {
			if (this.totalSize <= this.maxSize) break;
			this.forget(oldest);
		}
	}

	forget(key: string): void {
		this.totalSize -= this.kept.get(key)?.size ?? 0;
		this.kept.delete(key);
	}
}
