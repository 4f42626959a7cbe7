import type { IDataObject } from 'n8n-workflow';

import { withSandbox } from '../helpers/execution/withSandbox';

/** What an item may hold where the form wants a text or a list. */
const VALUES: Record<string, unknown> = {
	text: '该打卡啦 ⏰',
	'an empty text': '',
	'a text that looks like an expression': '={{ 1 + 1 }}',
	'a number': 42,
	true: true,
	null: null,
	'a list': ['one', 'two'],
	'an object': { nested: 'text' },
};

/** Ways to name the field of an item, and the same in a way that only n8n itself understands. */
const EXPRESSIONS: Array<[string, string]> = [
	['={{ $json.field }}', '={{ ($json.field) }}'],
	['={{$json.field}}', '={{($json.field)}}'],
	['={{ $json["the field"] }}', '={{ ($json["the field"]) }}'],
	["={{ $json['the field'] }}", "={{ ($json['the field']) }}"],
	['={{ $json.missing }}', '={{ ($json.missing) }}'],
	['={{ $json.toString }}', '={{ ($json.toString) }}'],
	['={{ $json.__proto__ }}', '={{ ($json.__proto__) }}'],
	['=Now: {{ $json.field }}', '=Now: {{ ($json.field) }}'],
];

describe('a parameter whose expression names a field of the item', () => {
	const sandbox = withSandbox();

	/** What the node says and sends for two items. */
	async function resultOf(expression: string, value: unknown): Promise<unknown> {
		const userIds = sandbox.openIds(0, 2);
		const items = userIds.map((open_id) => ({ open_id, field: value, 'the field': value }));
		await sandbox.feishu.clearRequests();
		const output = await sandbox
			.output(
				{
					resource: 'appFeedCard',
					operation: 'create',
					userIds: '={{ $json.open_id }}',
					title: expression,
					link: 'https://example.com',
					bizId: 'same',
				},
				{ items: items as IDataObject[], onError: 'continueRegularOutput' },
			)
			.catch((error: Error) => error.message);
		const bodies = (await sandbox.feishu.requests()).map(({ body }) => body);
		await sandbox.feishu.reset({ keepTokens: true });
		return { output, bodies };
	}

	it.each(
		EXPRESSIONS.flatMap(([direct, through]) =>
			Object.entries(VALUES).map(([kind, value]) => [direct, kind, through, value] as const),
		),
	)('is read as n8n would: %s, of %s', async (direct, _, through, value) => {
		expect(await resultOf(direct, value)).toEqual(await resultOf(through, value));
	});
});
