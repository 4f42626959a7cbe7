import { NodeHelpers, Workflow } from 'n8n-workflow';
import type {
	INode,
	INodeParameters,
	INodeProperties,
	INodePropertyCollection,
	INodeType,
	INodeTypes,
} from 'n8n-workflow';

import { FeishuFeed } from '../../nodes/FeishuFeed/FeishuFeed.node';
import { resources } from '../../nodes/FeishuFeed/resources';
import { FeishuFeedTrigger } from '../../nodes/FeishuFeedTrigger/FeishuFeedTrigger.node';

/** Fills in the defaults as n8n does when a form is changed, and when a workflow is opened or executed. */
function fillIn({ description }: INodeType, parameters: INodeParameters): INodeParameters | null {
	const { properties } = description;
	return NodeHelpers.getNodeParameters(properties, parameters, true, false, null, description);
}

/** Each choice that a form offers outside of its collections. */
const choicesOf = ({ description }: INodeType): Array<[name: string, value: string]> =>
	description.properties.flatMap(({ name, type, options = [] }) =>
		type === 'options'
			? options.map((option): [string, string] => [name, (option as { value: string }).value])
			: [],
	);

/** What decides whether fields are shown and is none of their neighbours, for which n8n looks in vain up to 2.34. */
function missingNeighbours(fields: INodeProperties[]): string[] {
	const names = new Set(fields.map(({ name }) => name));
	const here = fields.flatMap(({ displayOptions = {} }) =>
		Object.values(displayOptions).flatMap(Object.keys),
	);
	const below = fields.flatMap(({ type, options = [] }) => {
		if (type === 'collection') return missingNeighbours(options as INodeProperties[]);
		if (type !== 'fixedCollection') return [];
		return (options as INodePropertyCollection[]).flatMap(({ values }) =>
			missingNeighbours(values),
		);
	});
	return [...here.filter((name) => !/^[@/]/.test(name) && !names.has(name)), ...below];
}

describe.each([
	[
		'Feishu Feed',
		new FeishuFeed(),
		resources.flatMap(({ option, operations }) =>
			operations.map((operation): INodeParameters => {
				return { resource: option.value, operation: operation.option.value };
			}),
		),
	],
	['Feishu Feed Trigger', new FeishuFeedTrigger(), [{}]],
])('the form of %s', (_, node, beginnings: INodeParameters[]) => {
	it('takes every choice that it offers', () => {
		const choices = choicesOf(node);
		expect(choices.length).toBeGreaterThan(5);
		for (const beginning of beginnings) {
			for (const [name, value] of choices) {
				const chosen = { [name]: value, ...beginning };
				expect(fillIn(node, chosen)).toMatchObject(beginning);
			}
		}
	});

	it('shows a field by its neighbours, by what stands at the root, or by the node itself', () => {
		expect(missingNeighbours(node.description.properties)).toEqual([]);
	});
});

it('asks for what most cards have when a new node creates one', () => {
	const { properties } = new FeishuFeed().description;
	const values = {
		resource: 'appFeedCard',
		operation: 'create',
		recipientsBy: 'people',
		cardSource: 'fields',
	};
	const shown = properties.filter(
		(field) =>
			field.type !== 'hidden' &&
			NodeHelpers.displayParameter(values, field, { typeVersion: 1.1 }, null),
	);
	expect(shown.map(({ displayName }) => displayName)).toEqual([
		...['Resource', 'Operation', 'Recipients', 'People', 'Define Card', 'Title', 'Preview', 'Link'],
		...['Pin to Top (即时提醒)', 'Status Label', 'Buttons', 'Options'],
	]);
});

it('shows what n8n left out of a label and a button when it saved them, since it was the default', () => {
	const saved = {
		resource: 'appFeedCard',
		operation: 'create',
		statusLabel: { label: { text: 'Urgent' } },
		buttons: {
			button: [
				{ text: 'Open', url: 'https://example.com' },
				{ text: 'Take', actionType: 'webhook', actionValues: '={{ $json.values }}' },
			],
		},
	};
	expect(fillIn(new FeishuFeed(), saved)).toMatchObject({
		statusLabel: { label: { text: 'Urgent', type: 'primary' } },
		buttons: {
			button: [
				{ ...saved.buttons.button[0], actionType: 'url_page', buttonType: 'default' },
				{ ...saved.buttons.button[1], buttonType: 'default' },
			],
		},
	});
});

describe('below the name of a node on the canvas', () => {
	it('stands what it does, in words', async () => {
		const feishuFeed = new FeishuFeed();
		const operations = resources.flatMap(({ option, operations: all }) =>
			all.map((operation) => ({ resource: option.value, operation: operation.option })),
		);
		const nodes = operations.map(({ resource, operation }, index): INode => {
			const name = String(index);
			const parameters = { resource, operation: operation.value };
			return { id: name, name, type: 'feishuFeed', typeVersion: 1.1, position: [0, 0], parameters };
		});
		const nodeTypes = { getByNameAndVersion: () => feishuFeed } as unknown as INodeTypes;
		const workflow = new Workflow({ active: false, nodeTypes, nodes, connections: {} });
		await workflow.expression.acquireIsolate();
		const { subtitle } = feishuFeed.description;
		const shown = nodes.map((node) =>
			workflow.expression.getSimpleParameterValue(node, subtitle, 'internal', {}),
		);
		await workflow.expression.releaseIsolate();
		expect(shown).toEqual(operations.map(({ operation }) => operation.action));
		expect(shown).toContain('Create card');
	});
});
