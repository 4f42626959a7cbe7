import type { PushedEvent, RequestSummary } from '../../../feishu/src/client';
import type { Wire } from '../sandbox/wire';

export type Filter = 'all' | 'calls' | 'callbacks' | 'failed';

/** Something that went over the wire, in or out. */
export type Traffic =
	| { kind: 'request'; at: number; request: RequestSummary }
	| { kind: 'event'; at: number; event: PushedEvent };

/** Whether a call did not come to what the caller wanted. */
export function hasFailed({ outcome, code, status, failedRecipients }: RequestSummary): boolean {
	if (outcome === 'pending') return false;
	const isWellAnswered = outcome === 'answered' && code === 0 && (status ?? 0) < 400;
	return !isWellAnswered || failedRecipients > 0;
}

/** Whether the last try to deliver an event failed. */
export function eventHasFailed({ state }: PushedEvent): boolean {
	return state === 'failed' || state === 'waiting';
}

/** What is to be shown, newest first. */
export function matching({ requests, events }: Wire, filter: Filter, text: string): Traffic[] {
	const found: Traffic[] = [];
	const words = text.toLowerCase().split(/\s+/).filter(Boolean);
	const fits = (...parts: unknown[]) => {
		const whole = parts.join(' ').toLowerCase();
		return words.every((word) => whole.includes(word));
	};
	if (filter !== 'callbacks') {
		for (const request of requests) {
			const { operation, method, path, status, code, msg, outcome, fault, receivedAt } = request;
			if (filter === 'failed' && !hasFailed(request)) continue;
			if (!fits(operation, method, path, status, code, msg, outcome, fault)) continue;
			found.push({ kind: 'request', at: receivedAt, request });
		}
	}
	if (filter !== 'calls') {
		for (const event of events) {
			const { event_type, biz_id, chat_id, state, createdAt, attempts } = event;
			if (filter === 'failed' && !eventHasFailed(event)) continue;
			const reasons = attempts.map(({ failure }) => failure?.reason);
			if (!fits(event_type, biz_id, chat_id, state, ...reasons)) continue;
			found.push({ kind: 'event', at: createdAt, event });
		}
	}
	return found.sort((a, b) => b.at - a.at);
}
