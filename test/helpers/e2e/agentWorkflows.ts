import type { IConnections, INode, INodeParameters } from 'n8n-workflow';

import type { SavedCredential, WorkflowFile } from '../../../sandbox/n8n/src';
import { manualTrigger, node, withItems } from './workflows';

/** A tool of an agent, and the name of the human review step that its calls pass, if they do. */
interface AgentTool {
	tool: INode;
	review?: string;
}

/** What an agent's workflow is made of. */
interface AgentParts {
	/** What n8n's OpenAI model node connects with. */
	model: SavedCredential;
	tools: AgentTool[];
	/** Human review steps. */
	reviews?: INode[];
}

/** Our action node as a tool of an agent. */
export function feishuFeedTool(
	name: string,
	credential: SavedCredential,
	parameters: INodeParameters,
): INode {
	return node(name, 'n8n-nodes-feishu-feed.feishuFeedTool', parameters, {
		typeVersion: 1.1,
		credentials: { feishuTenantApi: { id: credential.id, name: credential.name } },
	});
}

/** Our action node as a human review step. */
export function feishuFeedReview(
	name: string,
	credential: SavedCredential,
	parameters: INodeParameters,
): INode {
	return node(name, 'n8n-nodes-feishu-feed.feishuFeedHitlTool', parameters, {
		typeVersion: 1.1,
		credentials: { feishuTenantApi: { id: credential.id, name: credential.name } },
	});
}

/** What a field of a tool holds that the model fills in, as the editor's button writes it. */
export function fromAi(key: string, description: string, type = 'string'): string {
	return `={{ /*n8n-auto-generated-fromAI-override*/ $fromAI('${key}', \`${description}\`, '${type}') }}`;
}

/** A workflow in which an agent gets one wish; its last node is called "After". */
export function agentWorkflow(
	{ model, tools, reviews = [] }: AgentParts,
	...wishes: string[]
): WorkflowFile {
	const agent = node(
		'Agent',
		'@n8n/n8n-nodes-langchain.agent',
		{ promptType: 'define', text: '={{ $json.wish }}', options: {} },
		{ typeVersion: 3.1 },
	);
	const chat = node(
		'Model',
		'@n8n/n8n-nodes-langchain.lmChatOpenAi',
		{ model: { __rl: true, mode: 'id', value: 'scripted' }, options: {} },
		{ typeVersion: 1.2, credentials: { openAiApi: { id: model.id, name: model.name } } },
	);
	const after = node('After', 'n8n-nodes-base.noOp', {});
	const toolTo = (target: string) => ({
		ai_tool: [[{ node: target, type: 'ai_tool' as const, index: 0 }]],
	});
	const connections: IConnections = {
		Start: { main: [[{ node: 'Agent', type: 'main', index: 0 }]] },
		Agent: { main: [[{ node: 'After', type: 'main', index: 0 }]] },
		Model: { ai_languageModel: [[{ node: 'Agent', type: 'ai_languageModel', index: 0 }]] },
		...Object.fromEntries(reviews.map(({ name }) => [name, toolTo('Agent')])),
		...Object.fromEntries(tools.map(({ tool, review }) => [tool.name, toolTo(review ?? 'Agent')])),
	};
	const nodes = [manualTrigger(), agent, chat, after, ...reviews, ...tools.map(({ tool }) => tool)];
	const workflow: WorkflowFile = {
		name: 'Agent',
		nodes: nodes.map((each, index): INode => ({ ...each, position: [220 * index, 0] })),
		connections,
		settings: { executionOrder: 'v1' },
	};
	return withItems(workflow, ...wishes.map((wish) => ({ wish })));
}
