import type { IDataObject, INode } from 'n8n-workflow';

import { TENANT_KEY } from '../../sandbox/feishu/src';
import { detailsAtErrorOutput } from '../helpers/execution/engine';
import { FEED_OPERATIONS, LINK, giveCard } from '../helpers/execution/feedOperations';
import { withSandbox } from '../helpers/execution/withSandbox';

const RECIPIENTS = 10_000;
/** Well-formed, but nobody's. */
const NOBODY = ['ou_nobody1', 'ou_nobody2', 'ou_nobody3'];

const sandbox = withSandbox({ people: RECIPIENTS });
let openIds: string[];

beforeAll(async () => {
	const people = await sandbox.feishu.people({ limit: RECIPIENTS, fields: ['open_id'] });
	openIds = people.map(({ open_id }) => open_id);
});

const create = (fields: IDataObject): IDataObject => ({
	resource: 'appFeedCard',
	operation: 'create',
	bizId: 'b',
	link: LINK,
	...fields,
});
const short = { shortOutput: true };

describe.each(Object.entries(FEED_OPERATIONS))('%s for 10,000 people', (name, operation) => {
	const toEverybody = async (options: IDataObject) => {
		await sandbox.feishu.reset();
		if (operation.needsCard) await giveCard(sandbox.url, sandbox.feishu, 'b', openIds);
		const target = { bizId: 'b', chatId: sandbox.groups[0].chat_id };
		const [output] = await sandbox.output(
			{ ...operation.parameters(target), userIds: '={{ $json.to }}', options },
			{ items: [{ to: [...openIds.slice(0, 5_000), ...NOBODY, ...openIds.slice(5_000)] }] },
		);
		return output;
	};

	it('counts those who were reached, and lists those who were not', async () => {
		const inFull = await toEverybody({});
		expect(inFull.succeeded).toEqual(openIds);
		const failed = inFull.failed as IDataObject[];
		expect(failed.map(({ user_id }) => user_id)).toEqual(NOBODY);
		const output = await toEverybody(short);
		const isOfOld = name === 'upsert of a card that exists';
		const lists = ['succeeded', 'created', 'updated'];
		const others = Object.entries(inFull).filter(([field]) => !lists.includes(field));
		expect(output).toEqual({
			...Object.fromEntries(others),
			succeeded_count: RECIPIENTS,
			...(name.startsWith('upsert') && {
				created_count: isOfOld ? 0 : RECIPIENTS,
				updated_count: isOfOld ? RECIPIENTS : 0,
			}),
			failed_count: NOBODY.length,
			skipped_count: 0,
		});
		expect(JSON.stringify(output).length).toBeLessThan(1_000);
		const effects = await sandbox.feishu.effects({ effect: operation.effect });
		expect(effects.map(({ open_id }) => open_id).sort()).toEqual([...openIds].sort());
	});
});

it('decides by an expression for which items', async () => {
	const items = [0, 1].map((place) => ({ place, to: openIds.slice(place * 2, place * 2 + 2) }));
	const output = await sandbox.output(
		create({ userIds: '={{ $json.to }}', options: { shortOutput: '={{ $json.place === 1 }}' } }),
		{ items },
	);
	expect(output).toEqual([
		{ biz_id: 'b', succeeded: items[0].to, failed: [] },
		{ biz_id: 'b', succeeded_count: 2, failed: [], failed_count: 0, skipped_count: 0 },
	]);
});

it('tells by the name that the user gave who was not found, and lists nobody else', async () => {
	const people = await sandbox.feishu.people({ limit: 300, tenant_key: TENANT_KEY });
	const to = [...people.map(({ email }) => email), 'nobody@example.com'];
	const [output] = await sandbox.output(
		{
			resource: 'appFeedCard',
			operation: 'create',
			recipientsBy: 'people',
			people: '={{ $json.to }}',
			link: LINK,
			options: { ...short, bizId: 'b' },
		},
		{ items: [{ to }], typeVersion: 1.1 },
	);
	expect(output).toEqual({
		biz_id: 'b',
		succeeded_count: 300,
		failed: [
			{
				recipient: 'nobody@example.com',
				reason: expect.stringMatching(/^no Feishu account with this e-mail/),
			},
		],
		failed_count: 1,
		skipped_count: 0,
	});
});

it('counts those of whom it cannot know whether their card was created or updated', async () => {
	await giveCard(sandbox.url, sandbox.feishu, 'b', openIds.slice(0, 1));
	await sandbox.feishu.addFault({
		kind: 'dropped',
		operation: 'appFeedCard.create',
		handled: true,
		nth: 1,
	});
	const [output] = await sandbox.output(
		create({ operation: 'upsert', userIds: openIds.slice(0, 2).join(), options: short }),
	);
	expect(output).toEqual({
		biz_id: 'b',
		succeeded_count: 2,
		created_count: 0,
		updated_count: 0,
		created_or_updated_count: 2,
		failed: [],
		failed_count: 0,
		skipped_count: 0,
	});
});

type OnError = NonNullable<INode['onError']>;

describe.each([
	['when some fail', { whenSomeFail: 'fail' }, 2],
	['when all fail', {}, 0],
])('an item that fails %s', (_, options, reached) => {
	const run = async (onError: OnError) =>
		await sandbox.run(create({ userIds: '={{ $json.to }}', options: { ...options, ...short } }), {
			items: [{ to: [...openIds.slice(0, reached), ...NOBODY], order: 42 }],
			onError,
		});
	const told = {
		biz_id: 'b',
		succeeded_count: reached,
		failed: NOBODY.map((user_id) => ({ user_id, code: '0', reason: expect.any(String) })),
		failed_count: NOBODY.length,
		skipped_count: 0,
	};

	it('has the short output beside its error', async () => {
		const { outputs, error } = await run('continueRegularOutput');
		expect(error).toBeUndefined();
		expect(outputs[0].map(({ json }) => json)).toEqual([{ error: expect.any(String), ...told }]);
	});

	it('leaves by the error output with the short output as its details', async () => {
		const { outputs, error } = await run('continueErrorOutput');
		expect(error).toBeUndefined();
		expect(outputs[0]).toEqual([]);
		expect(outputs[1].map(({ json }) => json)).toMatchObject([
			{ order: 42, error: expect.any(String), ...detailsAtErrorOutput(told) },
		]);
	});
});

it('refuses a short output with an item for each recipient, before any call', async () => {
	const { error } = await sandbox.run(
		create({ userIds: openIds[0], options: { ...short, itemPerRecipient: true } }),
	);
	expect(error?.message).toBe(
		'Options has One Output Item per Recipient and Short Output, which rule each other out: keep one of them',
	);
	expect(await sandbox.feishu.requests()).toEqual([]);
});
