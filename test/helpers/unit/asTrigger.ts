import type { EventListener } from '../../../nodes/FeishuFeedTrigger/longConnection/LongConnection';
import { handleEvent } from '../../../nodes/FeishuFeedTrigger/event/handleEvent';
import { RecentEvents } from '../../../nodes/FeishuFeedTrigger/event/recentEvents';

/**
 * What a trigger makes of a workflow: it is started by every event, once, and its last node responds.
 *
 * @param workflow gets the event as Feishu sent it
 */
export function asTrigger(workflow: EventListener): EventListener {
	const memory = new RecentEvents();
	const parameters: Record<string, unknown> = { events: 'any', answer: 'lastNode' };
	return async (body) =>
		await handleEvent(
			body,
			{
				parameter: (name) => parameters[name],
				resume: async () => undefined,
				once: async (id, handOver) => await memory.once(id, Date.now(), handOver),
			},
			{
				start: async () => {
					throw new Error("The response is the last node's");
				},
				startAndWait: async () => ({ status: 'finished', json: await workflow(body) }),
			},
		);
}
