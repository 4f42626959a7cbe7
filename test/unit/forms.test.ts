import { NodeHelpers } from 'n8n-workflow';
import type { INodeParameters, INodeType } from 'n8n-workflow';

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
});
