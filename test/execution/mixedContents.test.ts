import { giveCard } from '../helpers/execution/feedOperations';
import { withSandbox } from '../helpers/execution/withSandbox';

/** One call of Update has cards of several items, each with content of its own. */
const sandbox = withSandbox();

it.each([
	['unknown', 232009],
	['known, of what is not a recipient', 232006],
])(
	'finds the item that a call was refused for, by a code that is %s, and updates the others',
	async (_, code) => {
		const userIds = sandbox.openIds(0, 4);
		await giveCard(sandbox.url, sandbox.feishu, 'b', userIds);
		await sandbox.feishu.addFault({
			kind: 'errorCode',
			operation: 'appFeedCardBatch.update',
			contains: 'REFUSED',
			code,
			msg: 'not taken',
		});
		const titles = ['one', 'two', 'REFUSED', 'four'];
		const { outputs } = await sandbox.run(
			{
				resource: 'appFeedCard',
				operation: 'update',
				bizId: 'b',
				userIds: '={{ $json.to }}',
				updateFields: { title: '={{ $json.title }}' },
			},
			{
				items: titles.map((title, place) => ({ title, to: userIds[place] })),
				onError: 'continueRegularOutput',
			},
		);
		const told = outputs[0].map(({ json }) => json);
		expect(told.map(({ error }) => error)).toEqual([
			undefined,
			undefined,
			expect.stringContaining('not taken'),
			undefined,
		]);
		const shown = await Promise.all(
			userIds.map(async (open_id) => (await sandbox.cardOf({ open_id }, 'b'))?.title),
		);
		expect([shown[0], shown[1], shown[3]]).toEqual(['one', 'two', 'four']);
		expect(shown[2]).not.toBe('REFUSED');
	},
);
