import type { FailureReason } from './deliveryFailure';

/** One try to deliver an event. */
export interface DeliveryAttempt {
	/** Counts from 1; the second is the first copy. */
	number: number;
	/** Where it went; absent when there was nowhere. */
	via?: 'url' | 'longConnection';
	url?: string;
	/** Number of the long connection. */
	connection?: number;
	/** Milliseconds since 1970. */
	sentAt: number;
	/** Milliseconds since 1970 at which a right answer, or a wrong one, came. */
	answeredAt?: number;
	/** HTTP status, or `code` of the answer frame. */
	status?: number;
	/** The answer, if it was a right one; absent if it was empty. */
	answer?: unknown;
	/** The first 1,000 characters of a wrong answer. */
	wrongAnswer?: string;
	failure?: { reason: FailureReason; message: string };
}

/**
 * How far an event is: `underWay` while an answer is waited for, `answered`, `waiting` for the next
 * try, or `failed` for good.
 */
export const EVENT_STATES = ['underWay', 'answered', 'waiting', 'failed'] as const;
export type EventState = (typeof EVENT_STATES)[number];

/** An event or callback that the sandbox sends to an app. */
export interface PushedEvent {
	/** Counts from 1, in the order of happening. */
	number: number;
	/** The same on each copy. */
	event_id: string;
	event_type: string;
	/** A callback is sent once and its answer shown to the person; an event is sent again when it fails. */
	kind: 'callback' | 'event';
	app_id: string;
	tenant_key: string;
	/** Milliseconds since 1970. */
	createdAt: number;
	/** The body, before encryption. */
	body: object;
	state: EventState;
	attempts: DeliveryAttempt[];
	/** `waiting`: milliseconds since 1970. */
	nextAttemptAt?: number;
	/** Callbacks of buttons: who pressed. */
	open_id?: string;
	biz_id?: string;
	chat_id?: string;
}

/** Which events to read; what is absent matches all. */
export interface EventFilter {
	app_id?: string;
	event_id?: string;
	event_type?: string;
	state?: EventState;
	open_id?: string;
	biz_id?: string;
	chat_id?: string;
	/** Only events with a higher number. */
	after?: number;
	/** The most to return. */
	limit?: number;
}

/** Counted over all events, whether or not they are still kept. */
export interface EventCounters {
	events: number;
	attempts: number;
	/** Attempts that got a right answer in time. */
	answered: number;
	/** Attempts that did not. */
	failed: number;
}

const EQUAL_FIELDS = [
	'app_id',
	'event_id',
	'event_type',
	'state',
	'open_id',
	'biz_id',
	'chat_id',
] as const;

/** The events that were sent, with each try. */
export class EventLog {
	private events = new Map<string, PushedEvent>();
	private counters: EventCounters = { events: 0, attempts: 0, answered: 0, failed: 0 };
	/** The counters of each event: a try that is under way while all is cleared is not counted in the new ones. */
	private readonly countersOf = new WeakMap<PushedEvent, EventCounters>();

	/** `onChange` is told of every event when it begins, and whenever one more try begins or ends. */
	constructor(private readonly onChange: (event: PushedEvent) => void = () => undefined) {}

	/** Opens an event; of those before it, at most `most` are kept. */
	open(event: Omit<PushedEvent, 'number' | 'state' | 'attempts'>, most: number): PushedEvent {
		const opened: PushedEvent = {
			number: ++this.counters.events,
			...event,
			state: 'underWay',
			attempts: [],
		};
		for (const event_id of this.events.keys()) {
			if (this.events.size <= most) break;
			this.events.delete(event_id);
		}
		this.events.set(opened.event_id, opened);
		this.countersOf.set(opened, this.counters);
		return opened;
	}

	/** Notes that a try begins. */
	begin(event: PushedEvent, sentAt: number): DeliveryAttempt {
		const attempt: DeliveryAttempt = { number: event.attempts.length + 1, sentAt };
		event.attempts.push(attempt);
		this.onChange(event);
		return attempt;
	}

	/** Notes how a try ended. */
	end(event: PushedEvent, attempt: DeliveryAttempt): void {
		this.onChange(event);
		const counters = this.countersOf.get(event)!;
		counters.attempts++;
		counters[attempt.failure ? 'failed' : 'answered']++;
	}

	find(event_id: string): PushedEvent | undefined {
		return this.events.get(event_id);
	}

	/** The events that match, oldest first. */
	read(filter: EventFilter): PushedEvent[] {
		const found: PushedEvent[] = [];
		const limit = filter.limit ?? Infinity;
		for (const event of this.events.values()) {
			if (found.length >= limit) break;
			if (filter.after !== undefined && event.number <= filter.after) continue;
			if (
				EQUAL_FIELDS.some((field) => filter[field] !== undefined && event[field] !== filter[field])
			)
				continue;
			found.push(event);
		}
		return found;
	}

	/** The newest events, oldest first. */
	newest(count: number): PushedEvent[] {
		return [...this.events.values()].slice(-count);
	}

	get counts(): Readonly<EventCounters> {
		return this.counters;
	}

	clear(): void {
		this.events = new Map();
		this.counters = { events: 0, attempts: 0, answered: 0, failed: 0 };
	}
}
