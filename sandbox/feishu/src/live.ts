import type { PushedEvent } from './callbacks/eventLog';
import type { Effect } from './effects';
import type { Fault } from './faults';
import { type Exchange, type RequestSummary, summaryOf } from './requests';
import type { Settings } from './settings';

/** How things stand, as a listener is told at first, and whenever so much changed that it begins anew. */
export interface LiveSnapshot {
	settings: Settings;
	faults: Fault[];
	/** The newest requests, oldest first. */
	requests: RequestSummary[];
	/** The newest events and callbacks, oldest first. */
	events: PushedEvent[];
}

/** What changed since the last message; what is absent did not. */
export interface LiveChange {
	/** Open IDs of those whose message lists changed. */
	people?: string[];
	/** What made phones ring: effects `notified`, oldest first. */
	notifications?: Effect[];
	/** Requests that came or were answered, as they are now. */
	requests?: RequestSummary[];
	/** Events and callbacks that were sent or answered, as they are now. */
	events?: PushedEvent[];
	settings?: Settings;
	faults?: Fault[];
	/** The start page was changed. */
	startPage?: true;
}

/** A message of `GET /sandbox/live`: the name of the server-sent event, and its data. */
export type LiveMessage =
	| { name: 'snapshot'; data: LiveSnapshot }
	| { name: 'change'; data: LiveChange };

/** Somebody who wants to be told. */
export interface LiveListener {
	/** Open IDs of those whose message lists it looks at; absent: everybody's. */
	people?: ReadonlySet<string>;
	send(message: LiveMessage): void;
	/** The sandbox closes. */
	end(): void;
}

/** What the messages are made from. */
export interface LiveSource {
	readonly settings: Settings;
	readonly faults: { list(): Fault[] };
	readonly requests: { newest(count: number): Exchange[] };
	readonly callbacks: { log: { newest(count: number): PushedEvent[] } };
}

/** Milliseconds over which changes are gathered into one message. */
const GATHERING_TIME = 10;
/** How many requests, and how many events, one message holds at most; older ones are left out. */
const MOST_IN_A_MESSAGE = 200;

/** Tells listeners what changes. Costs next to nothing while nobody listens. */
export class LiveUpdates {
	private readonly listeners = new Set<LiveListener>();
	private people = new Set<string>();
	private notifications: Effect[] = [];
	private requests = new Set<Exchange>();
	private events = new Set<PushedEvent>();
	private changed = { settings: false, faults: false, startPage: false, everything: false };
	private timer?: NodeJS.Timeout;

	constructor(private readonly source: LiveSource) {}

	/** Sends the listener a snapshot, and all changes from then on; returns how to stop that. */
	listen(listener: LiveListener): () => void {
		this.listeners.add(listener);
		listener.send({ name: 'snapshot', data: this.snapshot() });
		return () => this.listeners.delete(listener);
	}

	/** How many listen. */
	get listening(): number {
		return this.listeners.size;
	}

	/** Something happened to somebody's message list. */
	noteEffect(effect: Effect): void {
		if (!this.isHeard()) return;
		if (effect.effect === 'notified') this.notifications.push(effect);
		else this.people.add(effect.open_id);
	}

	/** A request came, or came to its end. */
	noteRequest(exchange: Exchange): void {
		if (this.isHeard()) addNewest(this.requests, exchange);
	}

	/** An event or callback was sent, or came to its end. */
	noteEvent(event: PushedEvent): void {
		if (this.isHeard()) addNewest(this.events, event);
	}

	/** Something else changed; `everything` begins anew with a snapshot. */
	note(what: keyof typeof this.changed): void {
		if (this.isHeard()) this.changed[what] = true;
	}

	/** Ends all listeners, for good. */
	stop(): void {
		clearTimeout(this.timer);
		for (const listener of [...this.listeners]) listener.end();
		this.listeners.clear();
	}

	private isHeard(): boolean {
		if (this.listeners.size === 0) return false;
		this.timer ??= setTimeout(() => this.tell(), GATHERING_TIME);
		return true;
	}

	private tell(): void {
		this.timer = undefined;
		const { people, notifications, changed } = this;
		const snapshot = changed.everything ? this.snapshot() : undefined;
		const common: LiveChange = {
			requests: listOrNothing([...this.requests].map(summaryOf)),
			events: listOrNothing([...this.events]),
			settings: changed.settings ? this.source.settings : undefined,
			faults: changed.faults ? this.source.faults.list() : undefined,
			startPage: changed.startPage || undefined,
		};
		this.people = new Set();
		this.notifications = [];
		this.requests = new Set();
		this.events = new Set();
		this.changed = { settings: false, faults: false, startPage: false, everything: false };
		for (const listener of [...this.listeners]) {
			if (snapshot) listener.send({ name: 'snapshot', data: snapshot });
			const concerns = (open_id: string) => listener.people?.has(open_id) ?? true;
			const change: LiveChange = {
				people: listOrNothing([...people].filter(concerns)),
				notifications: listOrNothing(notifications.filter(({ open_id }) => concerns(open_id))),
				...(snapshot ? { startPage: common.startPage } : common),
			};
			if (Object.values(change).some((value) => value !== undefined)) {
				listener.send({ name: 'change', data: change });
			}
		}
	}

	private snapshot(): LiveSnapshot {
		const { settings, faults, requests, callbacks } = this.source;
		return {
			settings,
			faults: faults.list(),
			requests: requests.newest(MOST_IN_A_MESSAGE).map(summaryOf),
			events: callbacks.log.newest(MOST_IN_A_MESSAGE),
		};
	}
}

function addNewest<T>(set: Set<T>, value: T): void {
	set.add(value);
	if (set.size <= MOST_IN_A_MESSAGE) return;
	const [oldest] = set;
	set.delete(oldest);
}

function listOrNothing<T>(list: T[]): T[] | undefined {
	return list.length > 0 ? list : undefined;
}
