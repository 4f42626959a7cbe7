import type { ITriggerFunctions, IWebhookFunctions } from 'n8n-workflow';

import type { TenantCredential } from '../../shared/api/tenantCredential';
import type { EventTrigger } from './handleEvent';
import { handOverOnce } from './recentEvents';
import { resumeExecution } from './resumeExecution';

/** The trigger as n8n has it, for the pipeline. */
export function eventTriggerOf(
	context: ITriggerFunctions | IWebhookFunctions,
	{ appSecret }: TenantCredential,
): EventTrigger {
	return {
		parameter: (name) => context.getNodeParameter(name),
		resume: async (event, deadlineMs) =>
			await resumeExecution(event, appSecret, deadlineMs, {
				send: async (options) => (await context.helpers.httpRequest(options)) as unknown,
				logger: context.logger,
			}),
		once: async (eventId, handOver) => await handOverOnce(context, eventId, handOver),
	};
}
