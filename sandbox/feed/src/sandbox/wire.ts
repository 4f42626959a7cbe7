import type {
	Fault,
	LiveMessage,
	PushedEvent,
	RequestSummary,
	Settings,
} from '../../../feishu/src/client';
import { createStore } from '../store';

/** What is known of the sandbox besides message lists. */
export interface Wire {
	/** Newest first. */
	requests: readonly RequestSummary[];
	/** Newest first. */
	events: readonly PushedEvent[];
	/** Absent until the sandbox has told. */
	settings?: Settings;
	faults: readonly Fault[];
}

/** What came over the wire, and how the sandbox misbehaves. */
export const wire = createStore<Wire>({ requests: [], events: [], faults: [] });

/** How many requests, and how many events, are kept for the inspector. */
const MOST_KEPT = 500;

/** Takes over what the sandbox tells. */
export function noteWire({ name, data }: LiveMessage): void {
	const before: Wire = name === 'snapshot' ? { requests: [], events: [], faults: [] } : wire.get();
	const { settings, faults, requests, events } = data;
	if (!settings && !faults && !requests && !events) return;
	wire.set({
		settings: settings ?? before.settings,
		faults: faults ?? before.faults,
		requests: merge(before.requests, requests ?? []),
		events: merge(before.events, events ?? []),
	});
}

/** `before` is newest first, `changed` in any order. */
function merge<T extends { number: number }>(before: readonly T[], changed: readonly T[]): T[] {
	const byNumber = new Map(before.map((item) => [item.number, item]));
	for (const item of changed) byNumber.set(item.number, item);
	return [...byNumber.values()].sort((a, b) => b.number - a.number).slice(0, MOST_KEPT);
}
