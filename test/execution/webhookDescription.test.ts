import { resolveWebhookDescriptionField, Workflow } from 'n8n-workflow';
import type { INodeParameters, INodeTypes, IWebhookDescription } from 'n8n-workflow';

import { FeishuFeedTrigger } from '../../nodes/FeishuFeedTrigger/FeishuFeedTrigger.node';

const nodeType = new FeishuFeedTrigger();
const [webhook] = nodeType.description.webhooks as [IWebhookDescription];
/** What n8n reads of it for each request; the other values are for the editor. */
const FOR_EDITOR = ['ndvHideUrl', 'ndvHideMethod'];

/** The trigger in a workflow, as n8n has it for a request. */
function workflowWith(parameters: INodeParameters, typeVersion = 1) {
	const nodeTypes = { getByNameAndVersion: () => nodeType } as unknown as INodeTypes;
	const node = {
		id: '1',
		name: 'Pressed',
		type: 'feishuFeedTrigger',
		typeVersion,
		position: [0, 0] as [number, number],
		parameters,
	};
	const workflow = new Workflow({ nodes: [node], connections: {}, active: true, nodeTypes });
	return { workflow, node: workflow.getNode('Pressed')! };
}

describe("the webhook's description", () => {
	const fields = Object.keys(webhook).filter((field) => !FOR_EDITOR.includes(field));

	it.each<[INodeParameters, string, string]>([
		[{}, 'POST', 'onReceived'],
		[{ answer: 'toast' }, 'POST', 'onReceived'],
		[{ answer: 'lastNode' }, 'POST', 'lastNode'],
		[{ connection: 'webhook', answer: 'lastNode' }, 'POST', 'lastNode'],
		[{ connection: 'longConnection' }, '', 'onReceived'],
	])('needs no expression for %j', (parameters, httpMethod, responseMode) => {
		const { node } = workflowWith(parameters);
		const values = fields.map((field) => {
			const value = webhook[field];
			const isPlain = typeof value !== 'string' || !value.startsWith('=');
			const resolved = resolveWebhookDescriptionField(node, webhook, field);
			return [field, resolved.resolved ? resolved.value : isPlain ? value : 'an expression'];
		});
		expect(Object.fromEntries(values)).toEqual({
			name: 'default',
			path: 'feishu',
			responseData: 'firstEntryJson',
			httpMethod,
			responseMode,
		});
	});

	it.each<INodeParameters>([{}, { answer: 'lastNode' }, { connection: 'longConnection' }])(
		'says the same by its expressions, for %j and older versions of n8n',
		async (parameters) => {
			const { workflow, node } = workflowWith(parameters);
			for (const field of ['httpMethod', 'responseMode']) {
				const resolved = resolveWebhookDescriptionField(node, webhook, field);
				const evaluated: unknown = workflow.expression.getSimpleParameterValue(
					node,
					webhook[field],
					'internal',
					{},
				);
				expect(resolved).toEqual({ resolved: true, value: evaluated });
			}
		},
	);

	it('is that of a webhook in a trigger saved with version 1, and there is none in a new one', () => {
		const methodOf = (typeVersion: number) => {
			const { node } = workflowWith({}, typeVersion);
			return [
				node.parameters.connection,
				resolveWebhookDescriptionField(node, webhook, 'httpMethod'),
			];
		};
		expect(methodOf(1)).toEqual(['webhook', { resolved: true, value: 'POST' }]);
		expect(methodOf(1.1)).toEqual(['longConnection', { resolved: true, value: '' }]);
	});

	it.each([
		{ has: 'a WebSocket', version: 1.1 },
		{ has: 'none', version: 1 },
	])('is of version $version in a new trigger where Node.js has $has', ({ has, version }) => {
		const { WebSocket } = globalThis;
		try {
			Object.assign(globalThis, { WebSocket: has === 'none' ? undefined : class {} });
			expect(new FeishuFeedTrigger().description.defaultVersion).toBe(version);
		} finally {
			Object.assign(globalThis, { WebSocket });
		}
	});
});
