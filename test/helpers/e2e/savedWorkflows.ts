import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import type { IDataObject, INode, INodeProperties } from 'n8n-workflow';

import { FeishuFeed } from '../../../nodes/FeishuFeed/FeishuFeed.node';
import { FeishuFeedTrigger } from '../../../nodes/FeishuFeedTrigger/FeishuFeedTrigger.node';
import type { SavedCredential, WorkflowFile } from '../../../sandbox/n8n/src';

const FOLDER = path.resolve(__dirname, '../../savedWorkflows');

/** The first of our nodes in each workflow that a version of the nodes saved, named after its file. */
export function savedNodes(version: string, { id, name }: SavedCredential): INode[] {
	const folder = path.join(FOLDER, version);
	return readdirSync(folder)
		.filter((file) => file.endsWith('.json'))
		.map((file, index): INode => {
			const { nodes } = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as WorkflowFile;
			const node = nodes.find(({ type }) => type.startsWith('n8n-nodes-feishu-feed'))!;
			return {
				...node,
				name: file.replace('.json', ''),
				position: [240 * (index % 5), 240 * Math.floor(index / 5)],
				...(node.credentials && { credentials: { feishuTenantApi: { id, name } } }),
			};
		});
}

/** The names of what lists offer, by the parameter and the value. */
const names = new Map(
	[...new FeishuFeed().description.properties, ...new FeishuFeedTrigger().description.properties]
		.flatMap(function inside(field: INodeProperties): INodeProperties[] {
			const inner = (field.options ?? []).flatMap((option) =>
				'values' in option ? option.values : 'type' in option ? [option as INodeProperties] : [],
			);
			return [field, ...inner.flatMap(inside)];
		})
		.flatMap(({ type, name, options = [] }) =>
			type === 'options'
				? options.map((option): [string, string] => [
						`${name} ${String((option as { value: unknown }).value)}`,
						option.name,
					])
				: [],
		),
);

/** What the form must show of a node: each value that somebody entered or chose, at any depth. */
export function valuesOf({ parameters }: INode): Array<[name: string, value: string | boolean]> {
	return Object.entries(parameters).flatMap(([name, value]) => valuesIn(name, value));
}

function valuesIn(name: string, value: unknown): Array<[name: string, value: string | boolean]> {
	if (Array.isArray(value)) return value.flatMap((one) => valuesIn(name, one));
	if (typeof value === 'object' && value !== null) {
		const { __rl: isLocator, value: picked, cachedResultName } = value as IDataObject;
		if (isLocator) return [[name, shownText(String(cachedResultName ?? picked))]];
		return Object.entries(value).flatMap(([inner, one]) => valuesIn(inner, one));
	}
	if (typeof value === 'boolean') return [[name, value]];
	const text = String(value);
	return [[name, names.get(`${name} ${text}`) ?? shownText(text)]];
}

/** An expression stands in its field without its sign; of a long text, the first line is looked at. */
function shownText(text: string): string {
	return text.replace(/^=/, '').split('\n')[0] as string;
}
