import type { ITriggerFunctions, IWebhookFunctions } from 'n8n-workflow';

import { checkWithAppKeys } from '../../shared/api/appKeys';
import { endPressedCard } from './endPressedCard';
import type { EventTrigger } from './handleEvent';
import { handOverOnce } from './recentEvents';
import { resumeExecution } from './resumeExecution';

/** The trigger as n8n has it, for the pipeline. */
export function eventTriggerOf(context: ITriggerFunctions | IWebhookFunctions): EventTrigger {
	return {
		parameter: (name) => context.getNodeParameter(name),
		resume: async (event, deadlineMs) =>
			await resumeExecution(event, deadlineMs, {
				checkWithAppSecret: async (check) =>
					await checkWithAppKeys(context, ({ appSecret }) => check(appSecret)),
				send: async (options) => (await context.helpers.httpRequest(options)) as unknown,
				endCard: async (card, operator) => await endPressedCard(context, card, operator),
				logger: context.logger,
			}),
		once: async (eventId, handOver) => await handOverOnce(context, eventId, handOver),
	};
}
