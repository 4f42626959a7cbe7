import type { INodeProperties, INodePropertyCollection } from 'n8n-workflow';

import { FeishuFeed } from '../../nodes/FeishuFeed/FeishuFeed.node';
import { FeishuFeedTrigger } from '../../nodes/FeishuFeedTrigger/FeishuFeedTrigger.node';
import { FeishuFeedWait } from '../../nodes/FeishuFeedWait/FeishuFeedWait.node';

/** What n8n's own nodes leave without a description as well. */
const SELF_EXPLANATORY = new Set(['resource', 'operation', 'options', 'persons.persons.person']);

/** The paths of the fields that say nothing of themselves. */
function withoutDescription(fields: INodeProperties[], parent = ''): string[] {
	return fields
		.filter(({ type }) => type !== 'notice' && type !== 'hidden')
		.flatMap(({ name, type, description, options }) => {
			const path = `${parent}${name}`;
			const within =
				type === 'collection'
					? withoutDescription(options as INodeProperties[], `${path}.`)
					: type === 'fixedCollection'
						? (options as INodePropertyCollection[]).flatMap((group) =>
								withoutDescription(group.values, `${path}.${group.name}.`),
							)
						: [];
			return description || SELF_EXPLANATORY.has(path) ? within : [path, ...within];
		});
}

it('every field and operation says what it is, to people and to models', () => {
	const { properties } = new FeishuFeed().description;
	expect(withoutDescription(properties)).toEqual([]);
	const operations = properties.filter(({ name }) => name === 'operation');
	for (const { options = [] } of operations) {
		for (const option of options) expect(option).toHaveProperty('description');
	}
});

it.each([new FeishuFeed(), new FeishuFeedTrigger(), new FeishuFeedWait()])(
	'a webhook of $description.displayName is there without a call to Feishu',
	async ({ webhookMethods }) => {
		const { checkExists, create, delete: remove } = webhookMethods.default;
		expect(await Promise.all([checkExists(), create(), remove()])).toEqual([true, true, true]);
	},
);
