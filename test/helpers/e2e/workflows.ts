import { randomUUID } from 'node:crypto';

import type { IConnections, IDataObject, INode, INodeParameters } from 'n8n-workflow';

import type { SavedCredential, WorkflowFile } from '../../../sandbox/n8n/src';

/** A node with the parameters given and n8n's defaults for the others. */
export function node(
	name: string,
	type: string,
	parameters: INodeParameters,
	more: Partial<INode> = {},
): INode {
	return { id: randomUUID(), name, type, typeVersion: 1, position: [0, 0], parameters, ...more };
}

/** Our action node. */
export function feishuFeed(
	name: string,
	credential: SavedCredential,
	parameters: INodeParameters,
	more: Partial<INode> = {},
): INode {
	return node(name, 'n8n-nodes-feishu-feed.feishuFeed', parameters, {
		credentials: { feishuTenantApi: { id: credential.id, name: credential.name } },
		...more,
	});
}

/** The parameters of a card with one button that calls back. */
export function cardToPress(people: string[], bizId: string): INodeParameters {
	return {
		resource: 'appFeedCard',
		operation: 'create',
		userIds: people.join(','),
		title: '该打卡啦',
		link: 'https://example.com',
		bizId,
		buttons: { button: [{ text: '打卡', actionType: 'webhook' }] },
	};
}

/** Our trigger node, called "Pressed", with a webhook path of its own. */
export function feishuFeedTrigger(credential: SavedCredential, parameters: INodeParameters): INode {
	return node('Pressed', 'n8n-nodes-feishu-feed.feishuFeedTrigger', parameters, {
		typeVersion: 1.1,
		credentials: { feishuTenantApi: { id: credential.id, name: credential.name } },
		webhookId: randomUUID(),
	});
}

/** The node that "Execute workflow" starts from. */
export function manualTrigger(): INode {
	return node('Start', 'n8n-nodes-base.manualTrigger', {});
}

/** The same workflow whose trigger gives these items, as pinned in the editor. */
export function withItems(workflow: WorkflowFile, ...items: IDataObject[]): WorkflowFile {
	return { ...workflow, pinData: { Start: items.map((json) => ({ json })) } };
}

/** A workflow whose nodes follow one another, each on the main output of the one before. */
export function chain(name: string, ...nodes: INode[]): WorkflowFile {
	const connections: IConnections = {};
	nodes.slice(1).forEach((next, index) => {
		const previous = nodes[index] as INode;
		connections[previous.name] = { main: [[{ node: next.name, type: 'main', index: 0 }]] };
	});
	const placed = nodes.map((each, index): INode => ({ ...each, position: [220 * index, 0] }));
	return { name, nodes: placed, connections, settings: { executionOrder: 'v1' } };
}
