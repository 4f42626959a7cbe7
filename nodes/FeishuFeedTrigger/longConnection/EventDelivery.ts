import type { Logger } from 'n8n-workflow';

import { parseObject } from '../../shared/primitives/json';
import { raceUntil, waitUntil } from '../../shared/primitives/waitUntil';
import { RESPONSE_DEADLINE_MS } from '../event/deadline';
import type { EventBody } from '../event/feishuEvent';

/** Gets each event (its JSON body, as a callback has it); may give the response to it. Rejects when it did not take the event. */
export type EventListener = (body: EventBody) => Promise<object | undefined>;

/** Listeners respond by the deadline by themselves: this is for one that does not. */
const LISTENER_DEADLINE_MS = RESPONSE_DEADLINE_MS + 200;
const EMPTY_RESPONSE: EventResponse = { code: 200, json: '{}' };
const NOT_TAKEN: EventResponse = { code: 500 };

/** What Feishu gets for an event. After any code but 200, it sends the event again. */
export type EventResponse = { code: 200; json: string } | { code: 500; json?: undefined };

interface Subscription {
	listener: EventListener;
	logger: Logger;
}

/** Gives every event to every listener, and one response back. */
export class EventDelivery {
	private readonly subscriptions = new Set<Subscription>();
	/** Each responds to an event that has no response yet; with a promise that resolves when it has one. */
	private readonly pending = new Map<() => void, Promise<void>>();

	/** @returns ends the subscription */
	subscribe(listener: EventListener, logger: Logger): () => void {
		const subscription = { listener, logger };
		this.subscriptions.add(subscription);
		return () => this.subscriptions.delete(subscription);
	}

	/**
	 * Gives an event to all listeners, as often as Feishu sends it. The response is the first that is
	 * not empty. When the listeners have none, it is `{}`; when a listener did not take the event, or has
	 * not said so after 2.8 seconds, it is an error.
	 *
	 * @param payload the event's JSON
	 * @param respond gets the response, once
	 * @returns false for what is not an event
	 */
	deliver(payload: Uint8Array, respond: (response: EventResponse) => void): boolean {
		if (readPayload(payload) === undefined) return false;
		const responded = new AbortController();
		const respondOnce = (response: EventResponse) => {
			if (responded.signal.aborted) return;
			responded.abort();
			this.pending.delete(respondEmpty);
			respond(response);
		};
		const respondEmpty = () => respondOnce(EMPTY_RESPONSE);
		const listening = [...this.subscriptions].map(async (subscription) => {
			const response = await responseOf(subscription, payload);
			if (response.code === 200 && response.json !== EMPTY_RESPONSE.json) respondOnce(response);
			return response;
		});
		const ended = waitUntil(Date.now() + LISTENER_DEADLINE_MS, responded.signal);
		this.pending.set(respondEmpty, ended);
		void ended.then(() => respondOnce(NOT_TAKEN));
		void Promise.all(listening).then((responses) =>
			// Without a listener, nobody took the event.
			respondOnce(responses.find(({ code }) => code !== 200) ?? responses[0] ?? NOT_TAKEN),
		);
		return true;
	}

	/** True while an event that came has no response. */
	get isPending(): boolean {
		return this.pending.size > 0;
	}

	/** Waits until all events that came have a response, but only until a time, in milliseconds since 1970. */
	async untilResponded(timeMs: number): Promise<void> {
		await raceUntil(timeMs, Promise.all(this.pending.values()));
	}

	/** Responds at once to what the listeners have not responded to yet. */
	respondToAll(): void {
		for (const respondEmpty of [...this.pending.keys()]) respondEmpty();
	}
}

async function responseOf(
	{ listener, logger }: Subscription,
	payload: Uint8Array,
): Promise<EventResponse> {
	try {
		// Each listener gets an object of its own, as it may change it.
		const response = (await listener(readPayload(payload) ?? {})) ?? {};
		return { code: 200, json: JSON.stringify(response) };
	} catch (error) {
		logger.error(`An event of Feishu could not be handled: ${(error as Error).message}`);
		return NOT_TAKEN;
	}
}

/** The JSON object in a payload, if there is one. */
export function readPayload(payload: Uint8Array): Record<string, unknown> | undefined {
	return parseObject(Buffer.from(payload).toString('utf8'));
}
