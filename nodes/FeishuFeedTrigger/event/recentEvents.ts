import type { IDataObject, ITriggerFunctions, IWebhookFunctions } from 'n8n-workflow';

import { asObject } from '../../shared/primitives/json';
import { processState } from '../../shared/primitives/processState';

/**
 * How long an event is remembered. Feishu sends copies for up to 7 hours, and a callback whose time is 8
 * hours ahead is still accepted 16 hours later.
 */
const MEMORY_MS = 24 * 60 * 60 * 1_000;
/** The most events of a trigger that are remembered in this process, and with the workflow. */
const MAX_EVENTS = 50_000;
/** n8n writes them all to its database with each event: some 50 bytes for one. */
const MAX_STORED_EVENTS = 5_000;

/** An event that n8n saves when it takes it. */
interface UnsavedEvent {
	id: string;
	/** Seconds since 1970. */
	seconds: number;
	/** The static data that n8n saves then. */
	stored: IDataObject;
}

/** What is remembered of a trigger's events. */
interface TriggerMemory {
	events: RecentEvents;
	/** The events that are being handed over. */
	unsaved: Set<UnsavedEvent>;
}

/** The memory of each trigger, by workflow, node and mode. */
const memories = processState(() => new Map<string, TriggerMemory>());

/** Remembers the latest events, so that the copies that Feishu sends of one are recognised. */
export class RecentEvents {
	/** When each event came that n8n has taken, in milliseconds since 1970. */
	private readonly taken = new Map<string, number>();
	/** Events that are being handed over. */
	private readonly pending = new Map<string, Promise<void>>();
	/** Events that n8n has not taken, or not yet: what is stored may name them all the same. */
	private readonly untaken = new Set<string>();

	/**
	 * Adds what another process, or this one before a restart, has stored.
	 *
	 * @param stored what `toStored` gave: seconds since 1970 by event ID. Version 0.1.0 stored a list of
	 *   IDs. Anything else is nothing.
	 * @param now milliseconds since 1970
	 */
	merge(stored: unknown, now: number): void {
		const times = Array.isArray(stored)
			? stored.map((id): [string, unknown] => [String(id), now / 1_000])
			: Object.entries(asObject(stored) ?? {});
		for (const [id, seconds] of times) {
			// One that is pending may have been stored already, and n8n may still refuse it.
			const isKnown = this.taken.has(id) || this.untaken.has(id);
			if (typeof seconds !== 'number' || isKnown) continue;
			this.taken.set(id, seconds * 1_000);
		}
		this.forgetOld(now);
	}

	/**
	 * Hands an event over, unless that has happened already. A copy that comes meanwhile waits for the
	 * outcome.
	 *
	 * @param now milliseconds since 1970
	 * @returns false for a copy
	 * @throws what `handOver` throws: the event is not remembered then, so that a copy starts it
	 */
	async once(id: string, now: number, handOver: () => Promise<void>): Promise<boolean> {
		const earlier = this.pending.get(id);
		if (earlier !== undefined) await earlier;
		if (this.taken.has(id)) return false;
		const handingOver = handOver();
		this.pending.set(id, handingOver);
		this.untaken.add(id);
		try {
			await handingOver;
			this.taken.set(id, now);
			this.untaken.delete(id);
			this.forgetOld(now);
			return true;
		} finally {
			this.pending.delete(id);
		}
	}

	/** What to store: the newest events, in seconds since 1970. */
	toStored(): Record<string, number> {
		const newest = [...this.taken].slice(-MAX_STORED_EVENTS);
		return Object.fromEntries(newest.map(([id, timeMs]) => [id, Math.floor(timeMs / 1_000)]));
	}

	private forgetOld(now: number): void {
		for (const [id, timeMs] of this.taken) {
			if (now - timeMs <= MEMORY_MS && this.taken.size <= MAX_EVENTS) break;
			this.taken.delete(id);
		}
		for (const id of this.untaken) {
			if (this.untaken.size <= MAX_STORED_EVENTS) break;
			this.untaken.delete(id);
		}
	}
}

/**
 * Hands an event over to n8n, once for all copies of it. It is remembered in this process, since n8n may
 * handle two copies at a time, and with the workflow, so that a restart forgets none. For the webhook,
 * n8n loads what is stored with each event, so that processes learn from each other; a trigger keeps
 * what it loaded when the workflow was activated.
 *
 * @returns false if the trigger has had the event already
 * @throws what `handOver` throws: n8n has not taken the event, and it is not remembered
 */
export async function handOverOnce(
	context: IWebhookFunctions | ITriggerFunctions,
	id: string,
	handOver: () => Promise<void>,
): Promise<boolean> {
	const key = [context.getWorkflow().id, context.getNode().id, context.getMode()].join(' ');
	const memory = memories.current.get(key) ?? { events: new RecentEvents(), unsaved: new Set() };
	memories.current.set(key, memory);
	const { events, unsaved } = memory;
	const stored = context.getWorkflowStaticData('node');
	const now = Date.now();
	events.merge(stored.recentEvents, now);
	return await events.once(id, now, async () => {
		const event: UnsavedEvent = { id, seconds: Math.floor(now / 1_000), stored };
		// n8n saves it when it takes the event, and does not save it when it cannot. Of several that it takes at the
		// same time, it keeps what it saves last: each therefore names all.
		stored.recentEvents = events.toStored();
		unsaved.add(event);
		for (const one of unsaved) {
			nameIn(stored, one);
			nameIn(one.stored, event);
		}
		let isTaken = false;
		try {
			await handOver();
			isTaken = true;
		} finally {
			if (!isTaken) for (const { stored: other } of unsaved) removeFrom(other, event);
			unsaved.delete(event);
		}
	});
}

function nameIn({ recentEvents }: IDataObject, { id, seconds }: UnsavedEvent): void {
	(recentEvents as IDataObject)[id] = seconds;
}

function removeFrom({ recentEvents }: IDataObject, { id }: UnsavedEvent): void {
	delete (recentEvents as IDataObject)[id];
}
