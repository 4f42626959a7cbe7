import { randomUUID } from 'node:crypto';

import type { IDataObject, INodeType } from 'n8n-workflow';
import { Expression, NodeConnectionTypes } from 'n8n-workflow';

import { FeishuFeed } from '../../nodes/FeishuFeed/FeishuFeed.node';
import { runNode, storedCredential } from '../../test/helpers/execution/runNode';
import type { RunOptions } from '../../test/helpers/execution/runNode';
import { expressionEngineOn } from '../expressionEngine';
import type { Job } from '../measurement';
import { CARD, sendBatches } from './contender';
import type { OpenContender, Prepare } from './contender';
import { APP, fetchToken } from './credentials';
import { nodeRuns } from './nodeRuns';

/** As n8n sets its engine up (its configuration's defaults). */
async function startExpressionEngine(): Promise<void> {
	await Expression.initExpressionEngine({
		engine: expressionEngineOn(process.versions.node),
		poolSize: 1,
		maxCodeCacheSize: 1024,
		bridgeTimeout: 5000,
		bridgeMemoryLimit: 128,
	});
}

/** The same node, with a note of what each execution takes. */
function timed(node: INodeType): INodeType {
	const execute: INodeType['execute'] = async function () {
		const startedAt = performance.timeOrigin + performance.now();
		const cpuBefore = process.cpuUsage();
		const output = await node.execute!.call(this);
		const { user, system } = process.cpuUsage(cpuBefore);
		const seconds = (performance.timeOrigin + performance.now() - startedAt) / 1000;
		nodeRuns.push({ startedAt, seconds, cpuSeconds: (user + system) / 1e6 });
		return output;
	};
	return Object.create(node, { execute: { value: execute } }) as INodeType;
}

/** Has n8n's own engine execute a node. The credential, and the token in it, last for the process. */
async function openNode(
	job: Job,
	options: Omit<RunOptions, 'credential' | 'items'>,
	itemsOf: (openIds: string[]) => IDataObject[],
): Promise<Prepare> {
	await startExpressionEngine();
	const credential = storedCredential(job.sandboxUrl, APP);
	const node = timed(options.node ?? new FeishuFeed());
	return (openIds) => {
		const items = itemsOf(openIds);
		return async () => {
			const { error } = await runNode({ ...options, node, credential, items });
			if (error) throw error;
		};
	};
}

const oneItem = (openIds: string[]) => [{ userIds: openIds }];
const itemForEach = (openIds: string[]) => openIds.map((openId) => ({ openId }));

const feishuFeedParameters = (userIds: string, { limited }: Job): IDataObject => ({
	resource: 'appFeedCard',
	operation: 'create',
	title: CARD.title,
	preview: CARD.preview,
	link: CARD.link.link,
	userIds,
	// The most that the option takes, which the sandbox without its limit does not reach.
	options: limited ? {} : { callsPerSecond: 10_000 },
});

/** Our node, with all recipients in one item. */
export const openFeishuFeed: OpenContender = async (job) =>
	await openNode(job, { parameters: feishuFeedParameters('={{ $json.userIds }}', job) }, oneItem);

/** Our node, with the e-mail addresses of all recipients in one item. */
export const openFeishuFeedEmails: OpenContender = async (job) => {
	const { userIds: people, ...parameters } = feishuFeedParameters('={{ $json.userIds }}', job);
	return await openNode(
		job,
		{ parameters: { ...parameters, recipientsBy: 'people', people } },
		oneItem,
	);
};

/** Our node, with an item for each recipient. */
export const openFeishuFeedItems: OpenContender = async (job) =>
	await openNode(
		job,
		{ parameters: feishuFeedParameters('={{ $json.openId }}', job) },
		itemForEach,
	);

/** n8n's HTTP Request node, with an item and a call for each recipient. */
export const openHttpRequest: OpenContender = async (job) => {
	const { HttpRequest } = (await import(job.httpRequestNode as string)) as {
		HttpRequest: new () => { getNodeType: (version: number) => INodeType };
	};
	const typeVersion = 4.5;
	const card = JSON.stringify({ ...CARD, biz_id: 'training' });
	const parameters = {
		method: 'POST',
		url: `${job.sandboxUrl}/open-apis/im/v2/app_feed_card`,
		sendQuery: true,
		queryParameters: { parameters: [{ name: 'user_id_type', value: 'open_id' }] },
		sendHeaders: true,
		headerParameters: {
			parameters: [{ name: 'Authorization', value: `Bearer ${await fetchToken(job.sandboxUrl)}` }],
		},
		sendBody: true,
		specifyBody: 'json',
		jsonBody: `={ "app_feed_card": ${card}, "user_ids": ["{{ $json.openId }}"] }`,
		options: job.limited ? { batching: { batch: { batchSize: 10, batchInterval: 1000 } } } : {},
	};
	const node = new HttpRequest().getNodeType(typeVersion);
	const options = { parameters, node, typeVersion, onError: 'continueRegularOutput' as const };
	return await openNode(job, options, itemForEach);
};

const bareNode = (execute: INodeType['execute']): INodeType => ({
	description: {
		displayName: 'Bare',
		name: 'bare',
		group: ['transform'],
		version: 1,
		description: 'Does the least that a node can do',
		defaults: {},
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'feishuTenantApi', required: true }],
		properties: [{ displayName: 'User IDs', name: 'userIds', type: 'string', default: '' }],
	},
	execute,
});

const bareRequests = ({ limited }: Job): INodeType =>
	bareNode(async function () {
		const items = this.getInputData();
		const openIds = items.flatMap((_, item) => this.getNodeParameter('userIds', item) as string[]);
		const app_feed_card = { ...CARD, biz_id: randomUUID() };
		await sendBatches(openIds, limited, async (user_ids) => {
			await this.helpers.httpRequestWithAuthentication.call(this, 'feishuTenantApi', {
				method: 'POST',
				url: '/open-apis/im/v2/app_feed_card',
				qs: { user_id_type: 'open_id' },
				body: { app_feed_card, user_ids },
				json: true,
				ignoreHttpStatusErrors: true,
			});
		});
		return [items];
	});

/**
 * The least that a node has to do in n8n, with the items of `feishuFeed`: it has n8n evaluate the
 * one expression, and sends the same batches in a bare loop over n8n's request function.
 */
export const openLeastNode: OpenContender = async (job) =>
	await openNode(
		job,
		{ parameters: { userIds: '={{ $json.userIds }}' }, node: bareRequests(job) },
		oneItem,
	);
