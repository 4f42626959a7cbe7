import type { ITriggerFunctions, IWebhookFunctions } from 'n8n-workflow';

import { processState } from '../../shared/primitives/processState';

/** Events that are remembered; Feishu sends copies of one for at most about seven hours. */
const MAX_EVENTS = 500;

/** The memory of each trigger, by workflow, node and mode. */
const memories = processState(() => new Map<string, RecentEvents>());

/** Remembers the latest events, so that the copies that Feishu sends of one are recognised. */
export class RecentEvents {
	private readonly ids: Set<string>;

	/** @param stored what `toArray` gave earlier; anything else is an empty memory */
	constructor(stored: unknown = []) {
		this.ids = new Set(Array.isArray(stored) ? stored.map(String).slice(-MAX_EVENTS) : []);
	}

	/** Remembers an event; false if it is known already. */
	add(id: string): boolean {
		if (this.ids.has(id)) return false;
		this.ids.add(id);
		for (const oldest of this.ids) {
			if (this.ids.size <= MAX_EVENTS) break;
			this.ids.delete(oldest);
		}
		return true;
	}

	/** The events, oldest first. */
	toArray(): string[] {
		return [...this.ids];
	}
}

/**
 * Remembers an event for a trigger: in this process, since n8n may handle two copies of one event at
 * a time, and with the workflow, so that a restart forgets none.
 *
 * @returns false if the trigger has had the event already
 */
export function rememberEvent(context: IWebhookFunctions | ITriggerFunctions, id: string): boolean {
	const key = [context.getWorkflow().id, context.getNode().id, context.getMode()].join(' ');
	const stored = context.getWorkflowStaticData('node');
	const recent = memories.current.get(key) ?? new RecentEvents(stored.recentEvents);
	memories.current.set(key, recent);
	if (!recent.add(id)) return false;
	stored.recentEvents = recent.toArray();
	return true;
}
