/** Keeps what was found for some time, for a bounded number of people; the oldest goes first. */
export class RecentlyFound<Value> {
	private readonly kept = new Map<string, { value: Value; people: number; untilMs: number }>();
	private people = 0;

	/** @param keepMs how long what was found is taken to be true, in milliseconds */
	constructor(
		private readonly keepMs: number,
		private readonly maxPeople: number,
	) {}

	get(key: string): Value | undefined {
		const found = this.kept.get(key);
		if (found === undefined || found.untilMs > Date.now()) return found?.value;
		this.forget(key);
		return undefined;
	}

	/** @param people how many it tells of */
	set(key: string, value: Value, people: number): void {
		this.forget(key);
		this.kept.set(key, { value, people, untilMs: Date.now() + this.keepMs });
		this.people += people;
		for (const oldest of this.kept.keys()) {
			if (this.people <= this.maxPeople) break;
			this.forget(oldest);
		}
	}

	private forget(key: string): void {
		this.people -= this.kept.get(key)?.people ?? 0;
		this.kept.delete(key);
	}
}
