import { webhookDescriptionFields } from 'n8n-workflow';
import type { IWebhookDescription } from 'n8n-workflow';

type Fields = Pick<IWebhookDescription, 'httpMethod' | 'responseMode'>;

/**
 * The values of the webhook's description that depend on the parameters. n8n needs them for each request,
 * and evaluates an expression in an isolate; beside each stands a function, which newer versions of n8n
 * call instead.
 */
const FIELDS: Parameters<typeof webhookDescriptionFields>[0] = {
	// Without a method n8n registers no webhook: the long connection needs none.
	httpMethod: {
		template: '={{ $parameter["connection"] === "longConnection" ? "" : "POST" }}',
		resolve: ({ connection }) => (connection === 'longConnection' ? '' : 'POST'),
	},
	// In either mode n8n responds only when the execution is in its database.
	responseMode: {
		template: '={{ $parameter["answer"] === "lastNode" ? "lastNode" : "onReceived" }}',
		resolve: ({ answer }) => (answer === 'lastNode' ? 'lastNode' : 'onReceived'),
	},
};

/** For the webhook's description; older versions of n8n know only the expressions. */
export const valuesByParameters = (
	typeof webhookDescriptionFields === 'function'
		? webhookDescriptionFields(FIELDS)
		: Object.fromEntries(Object.entries(FIELDS).map(([name, { template }]) => [name, template]))
) as Fields;
