import { raceUntil } from '../../shared/primitives/waitUntil';
import { RESPONSE_DEADLINE_MS } from './deadline';
import { readEvent } from './feishuEvent';
import type { EventBody, FeishuEvent } from './feishuEvent';
import { isWanted, readFilter } from './filter';
import { RECEIVED, readToast, readToastOfWorkflow } from './toast';
import type { ToastResponse } from './toast';

/** What the pipeline asks of the trigger that received an event. */
export interface EventTrigger {
	/** The value of a parameter of the node. */
	parameter: (name: string) => unknown;
	/**
	 * Resumes the execution that waits for the event.
	 *
	 * @param deadlineMs when Feishu must have the response, in milliseconds since 1970
	 * @returns the response; nothing when no execution waits for such an event
	 */
	resume: (event: FeishuEvent, deadlineMs: number) => Promise<ToastResponse | undefined>;
	/** Remembers an event; false if it is a copy of one that is remembered already. */
	remember: (eventId: string) => boolean;
}

/** How the webhook or the long connection starts the workflow. */
export interface EventTransport {
	/** Starts the workflow without waiting for it. */
	start: (event: FeishuEvent) => void;
	/** Starts the workflow and waits for its end, however long that takes. Never rejects. */
	startAndWait: (event: FeishuEvent) => Promise<WorkflowResult>;
}

/** How a workflow ended. */
export type WorkflowResult =
	| { status: 'failed' }
	/** With the JSON of the first item of the last node, if it has one. */
	| { status: 'finished'; json: unknown };

/**
 * Handles an event, whichever way it came: it resumes the execution that waits for it, or starts the
 * workflow if the workflow wants it and has not had it yet. Only wanted events are remembered, so that
 * others do not push them out of the memory.
 *
 * @param body the event as Feishu sent it, proven to be Feishu's
 * @returns the response to Feishu, in time for the 3 seconds that it waits
 */
export async function handleEvent(
	body: EventBody,
	trigger: EventTrigger,
	transport: EventTransport,
): Promise<ToastResponse> {
	const now = Date.now();
	const deadlineMs = now + RESPONSE_DEADLINE_MS;
	const event = readEvent(body, now);
	const resumed = await trigger.resume(event, deadlineMs);
	if (resumed !== undefined) return resumed;
	if (!isWanted(event, readFilter(trigger.parameter))) return {};
	if (event.event_id !== undefined && !trigger.remember(event.event_id)) return {};

	const response = trigger.parameter('answer');
	if (response !== 'lastNode') {
		transport.start(event);
		return response === 'toast' ? readToast(trigger.parameter('toast'), RECEIVED) : {};
	}
	const fallback = readToast(trigger.parameter('fallbackToast'));
	const result = await raceUntil(deadlineMs, transport.startAndWait(event));
	return result?.status === 'finished' ? readToastOfWorkflow(result.json) : fallback;
}
