import type { Logger } from 'n8n-workflow';

import { RecentEvents } from '../event/RecentEvents';
import { eventIdOf } from '../webhook/callback';
import { parseObject } from '../../shared/primitives/json';
import { pollUntil } from '../../shared/primitives/waitUntil';

/** Gets each event (its JSON body, as a callback has it); may give the answer to it. */
export type EventListener = (body: Record<string, unknown>) => Promise<object | undefined>;

/** Feishu waits 3 seconds for an answer; this leaves time for it to travel. In milliseconds. */
const ANSWER_WITHIN = 2_800;
const EMPTY_ANSWER = '{}';

interface Subscription {
	listener: EventListener;
	logger: Logger;
	/** The events that the listener has had. */
	seen: RecentEvents;
}

/** Gives every event to every listener, once, and one answer back. */
export class EventDelivery {
	private readonly subscriptions = new Set<Subscription>();
	/** Each answers an event that has no answer yet. */
	private readonly unanswered = new Set<() => void>();

	/** @returns ends the subscription */
	subscribe(listener: EventListener, logger: Logger): () => void {
		const subscription = { listener, logger, seen: new RecentEvents() };
		this.subscriptions.add(subscription);
		return () => this.subscriptions.delete(subscription);
	}

	/**
	 * Gives an event to all listeners. The answer is the first that is not empty; when the listeners
	 * have none, or after 2.8 seconds, it is `{}`. Copies of an event are answered as well.
	 *
	 * @param payload the event's JSON
	 * @param answer gets the JSON of the answer, once
	 * @returns false for what is no event
	 */
	deliver(payload: Uint8Array, answer: (json: string) => void): boolean {
		if (readPayload(payload) === undefined) return false;
		let isAnswered = false;
		const answerOnce = (json: string) => {
			if (isAnswered) return;
			isAnswered = true;
			this.unanswered.delete(answerEmpty);
			answer(json);
		};
		const answerEmpty = () => answerOnce(EMPTY_ANSWER);
		this.unanswered.add(answerEmpty);
		const asked = [...this.subscriptions].map(async (subscription) => {
			const json = await ask(subscription, payload);
			if (json !== undefined) answerOnce(json);
		});
		void Promise.all(asked).then(answerEmpty);
		void pollUntil(Date.now() + ANSWER_WITHIN, () => isAnswered).then(answerEmpty);
		return true;
	}

	/** Answers at once what the listeners have not answered yet. */
	answerAll(): void {
		for (const answerEmpty of [...this.unanswered]) answerEmpty();
	}
}

/** Gives the JSON of a listener's answer, unless that is empty. */
async function ask(
	{ listener, logger, seen }: Subscription,
	payload: Uint8Array,
): Promise<string | undefined> {
	try {
		// Each listener gets an object of its own, as it may change it.
		const body = readPayload(payload) ?? {};
		const id = eventIdOf(body);
		if (id !== undefined && !seen.add(id)) return undefined;
		const answer = JSON.stringify((await listener(body)) ?? {});
		return answer === EMPTY_ANSWER ? undefined : answer;
	} catch (error) {
		logger.error(`An event of Feishu could not be handled: ${(error as Error).message}`);
		return undefined;
	}
}

/** The JSON object in a payload, if there is one. */
export function readPayload(payload: Uint8Array): Record<string, unknown> | undefined {
	return parseObject(Buffer.from(payload).toString('utf8'));
}
