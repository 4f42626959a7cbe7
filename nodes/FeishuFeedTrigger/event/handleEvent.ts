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
	/**
	 * Hands an event over to n8n, unless it is a copy of one that n8n has taken: false then.
	 *
	 * @throws what `handOver` throws
	 */
	once: (eventId: string, handOver: () => Promise<void>) => Promise<boolean>;
}

/** How the webhook or the long connection starts the workflow. */
export interface EventTransport {
	/**
	 * Starts the workflow, and waits until n8n has taken the event, as far as n8n tells.
	 *
	 * @param deadlineMs when to wait no longer, in milliseconds since 1970
	 * @throws when n8n cannot take the event
	 */
	start: (event: FeishuEvent, deadlineMs: number) => Promise<void>;
	/**
	 * Starts the workflow and waits for its end, however long that takes.
	 *
	 * @throws when n8n cannot take the event
	 */
	startAndWait: (event: FeishuEvent) => Promise<WorkflowResult>;
}

/** How a workflow ended. */
export type WorkflowResult =
	| { status: 'failed' }
	/** n8n does not tell what its last node gave. */
	| { status: 'unknown' }
	/** With the JSON of the first item of the last node, if it has one. */
	| { status: 'finished'; json: unknown };

/**
 * Handles an event, whichever way it came: it resumes the execution that waits for it, or starts the
 * workflow if the workflow wants it and has not had it yet. Only wanted events are remembered, so that
 * others do not push them out of the memory, and only when n8n has taken them.
 *
 * @param body the event as Feishu sent it, proven to be Feishu's
 * @returns the response to Feishu, in time for the 3 seconds that it waits
 * @throws when n8n cannot take the event: Feishu is to get an error then, and sends the event again
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
	let response: ToastResponse = {};
	const handOver = async () => {
		response = await startWorkflow(event, deadlineMs, trigger, transport);
	};
	if (event.event_id === undefined) await handOver();
	else await trigger.once(event.event_id, handOver);
	return response;
}

/** Starts the workflow, and gives the response that the user chose. */
async function startWorkflow(
	event: FeishuEvent,
	deadlineMs: number,
	trigger: EventTrigger,
	transport: EventTransport,
): Promise<ToastResponse> {
	const kind = trigger.parameter('answer');
	if (kind === 'lastNode') {
		const fallback = readToast(trigger.parameter('fallbackToast'));
		const result = await raceUntil(deadlineMs, transport.startAndWait(event));
		return result?.status === 'finished' ? readToastOfWorkflow(result.json) : fallback;
	}
	const response = kind === 'toast' ? readToast(trigger.parameter('toast'), RECEIVED) : {};
	await transport.start(event, deadlineMs);
	return response;
}
