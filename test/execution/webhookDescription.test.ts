import { resolveWebhookDescriptionField, Workflow } from 'n8n-workflow';
import type { INode, INodeParameters, INodeTypes, IWebhookDescription } from 'n8n-workflow';

import { FeishuFeedTrigger } from '../../nodes/FeishuFeedTrigger/FeishuFeedTrigger.node';
import { isEngineAtLeast } from '../helpers/execution/engine';

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

/** n8n 2.35 is the first that takes values from functions. Older ones evaluate the expressions. */
const TAKES_FUNCTIONS = isEngineAtLeast(2, 35);

/** A field's value without any expression, if n8n can have it so. */
function withoutExpression(node: INode, field: string): unknown {
	const value = webhook[field];
	if (TAKES_FUNCTIONS) {
		const resolved = resolveWebhookDescriptionField(node, webhook, field);
		if (resolved.resolved) return resolved.value;
	}
	return typeof value === 'string' && value.startsWith('=') ? 'an expression' : value;
}

function byExpression({ workflow, node }: ReturnType<typeof workflowWith>, field: string): unknown {
	return workflow.expression.getSimpleParameterValue(node, webhook[field], 'internal', {});
}

describe("the webhook's description", () => {
	const fields = Object.keys(webhook).filter((field) => !FOR_EDITOR.includes(field));

	describe.each<[INodeParameters, string, string]>([
		[{}, 'POST', 'onReceived'],
		[{ answer: 'toast' }, 'POST', 'onReceived'],
		[{ answer: 'lastNode' }, 'POST', 'lastNode'],
		[{ connection: 'webhook', answer: 'lastNode' }, 'POST', 'lastNode'],
		[{ connection: 'longConnection' }, '', 'onReceived'],
	])('for %j', (parameters, httpMethod, responseMode) => {
		it('needs no expression where n8n takes functions', () => {
			const { node } = workflowWith(parameters);
			const values = fields.map((field) => [field, withoutExpression(node, field)]);
			const expression = 'an expression';
			expect(Object.fromEntries(values)).toEqual({
				name: 'default',
				path: 'feishu',
				responseData: 'firstEntryJson',
				httpMethod: TAKES_FUNCTIONS ? httpMethod : expression,
				responseMode: TAKES_FUNCTIONS ? responseMode : expression,
			});
		});

		it('says the same by its expressions', () => {
			const trigger = workflowWith(parameters);
			expect({
				httpMethod: byExpression(trigger, 'httpMethod'),
				responseMode: byExpression(trigger, 'responseMode'),
			}).toEqual({ httpMethod, responseMode });
		});
	});

	it('is that of a webhook in a trigger saved with version 1, and there is none in a new one', () => {
		const methodOf = (typeVersion: number) => {
			const trigger = workflowWith({}, typeVersion);
			return [
				trigger.node.parameters.connection,
				byExpression(trigger, 'httpMethod'),
				...(TAKES_FUNCTIONS ? [withoutExpression(trigger.node, 'httpMethod')] : []),
			];
		};
		const both = (method: string) => (TAKES_FUNCTIONS ? [method, method] : [method]);
		expect(methodOf(1)).toEqual(['webhook', ...both('POST')]);
		expect(methodOf(1.1)).toEqual(['longConnection', ...both('')]);
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
