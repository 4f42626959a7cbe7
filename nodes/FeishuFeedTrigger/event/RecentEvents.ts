/** Events that are remembered; Feishu sends copies of one for at most about seven hours. */
const MOST_EVENTS = 500;

/**
 * Remembers the latest events, so that the copies that Feishu sends of one are recognised.
 * The memory is bounded, and can be kept in what n8n stores with the workflow.
 */
export class RecentEvents {
	private readonly ids: Set<string>;

	constructor(stored: unknown = []) {
		this.ids = new Set(Array.isArray(stored) ? stored.map(String).slice(-MOST_EVENTS) : []);
	}

	/** Remembers an event; false if it is known already. */
	add(id: string): boolean {
		if (this.ids.has(id)) return false;
		this.ids.add(id);
		for (const oldest of this.ids) {
			if (this.ids.size <= MOST_EVENTS) break;
			this.ids.delete(oldest);
		}
		return true;
	}

	/** The events, oldest first. */
	toArray(): string[] {
		return [...this.ids];
	}
}
