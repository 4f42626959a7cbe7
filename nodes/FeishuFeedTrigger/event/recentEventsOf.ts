import type { ITriggerFunctions, IWebhookFunctions } from 'n8n-workflow';

import { processState } from '../../shared/primitives/processState';
import { RecentEvents } from './RecentEvents';

const inThisProcess = processState(() => new Map<string, RecentEvents>());

/**
 * The events that a trigger has seen. They are kept in this process, since n8n may handle two copies
 * of one event at a time, and are stored with the workflow, so that a restart forgets none.
 */
export function recentEventsOf(context: IWebhookFunctions | ITriggerFunctions): {
	add: (id: string) => boolean;
} {
	const key = [context.getWorkflow().id, context.getNode().id, context.getMode()].join(' ');
	const stored = context.getWorkflowStaticData('node');
	let recent = inThisProcess.current.get(key);
	if (recent === undefined) {
		recent = new RecentEvents(stored.recentEvents);
		inThisProcess.current.set(key, recent);
	}
	const seen = recent;
	return {
		add: (id) => {
			if (!seen.add(id)) return false;
			stored.recentEvents = seen.toArray();
			return true;
		},
	};
}
