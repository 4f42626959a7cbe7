/** What an effect can be. */
export const EFFECT_NAMES = [
	'cardCreated',
	'cardUpdated',
	'cardDeleted',
	'notified',
	'chatButtonsSet',
	'chatReminderSet',
	'botReminderSet',
] as const;
export type EffectName = (typeof EFFECT_NAMES)[number];

/** One thing that happened to one person's feed. */
export interface Effect {
	/** Counts from 1, in the order in which things happened. */
	number: number;
	/** Milliseconds since 1970. */
	at: number;
	effect: EffectName;
	/** Number of the request that did it, as in `GET /sandbox/requests`. */
	request: number;
	app_id: string;
	tenant_key: string;
	open_id: string;
	biz_id?: string;
	chat_id?: string;
	/** `cardUpdated`: the fields that were named. */
	update_fields?: string[];
	/** Reminders: on or off. */
	time_sensitive?: boolean;
	/** `chatButtonsSet`: how many there are now. */
	buttons?: number;
	/** `notified`: what the phone said aloud, if anything. */
	spokenText?: string;
}

/** Which effects to read; what is absent matches all. */
export interface EffectFilter {
	effect?: EffectName;
	app_id?: string;
	open_id?: string;
	biz_id?: string;
	chat_id?: string;
	request?: number;
	/** Only effects with a higher number. */
	after?: number;
	/** The most to return. */
	limit?: number;
}

const EQUAL_FIELDS = ['effect', 'app_id', 'open_id', 'biz_id', 'chat_id', 'request'] as const;

/** Log of everything that changed in somebody's feed, and the number of each kind. */
export class EffectLog {
	private effects: Effect[] = [];
	private counts = new Map<EffectName, number>();
	private next = 1;

	/** Notes an effect, and returns it with its number; with `keep` false it is only counted. */
	add(effect: Omit<Effect, 'number'>, keep: boolean): Effect {
		this.counts.set(effect.effect, (this.counts.get(effect.effect) ?? 0) + 1);
		const noted = { number: this.next++, ...effect };
		if (keep) this.effects.push(noted);
		return noted;
	}

	/** The effects that match, oldest first. */
	read(filter: EffectFilter): Effect[] {
		const found: Effect[] = [];
		const limit = filter.limit ?? Infinity;
		for (const effect of this.effects) {
			if (found.length >= limit) break;
			if (filter.after !== undefined && effect.number <= filter.after) continue;
			if (
				EQUAL_FIELDS.some((field) => filter[field] !== undefined && effect[field] !== filter[field])
			)
				continue;
			found.push(effect);
		}
		return found;
	}

	/** How often each kind happened, also those that were not kept. */
	count(): Record<EffectName, number> {
		return Object.fromEntries(
			EFFECT_NAMES.map((name) => [name, this.counts.get(name) ?? 0]),
		) as Record<EffectName, number>;
	}

	clear(): void {
		this.effects = [];
		this.counts = new Map();
		this.next = 1;
	}
}
