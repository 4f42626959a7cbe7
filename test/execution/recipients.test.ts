import type { IDataObject } from 'n8n-workflow';

import { create } from '../helpers/execution/forms';
import { withSandbox } from '../helpers/execution/withSandbox';

const sandbox = withSandbox();

describe('recipients', () => {
	it.each<[string, (ids: string[]) => unknown]>([
		['commas', (ids) => ids.join(',')],
		['commas and spaces', (ids) => ` ${ids.join(' , ')} `],
		['line breaks', (ids) => ids.join('\n')],
		['Windows line breaks and a last one', (ids) => `${ids.join('\r\n')}\r\n`],
		['Chinese commas', (ids) => ids.join('，')],
		['Chinese enumeration commas', (ids) => ids.join('、')],
		['semicolons', (ids) => ids.join('; ')],
		['Chinese semicolons', (ids) => ids.join('；')],
		['commas and line breaks, some in vain', (ids) => `,${ids.join(',\n')},,\n`],
		['a list', (ids) => ids],
		[
			'a list with spaces and empty entries',
			(ids) => [' ', null, ...ids.map((id) => ` ${id}\t`), ''],
		],
		['a list of lists and comma lists', (ids) => [[ids[0]], ids.slice(1).join(',')]],
		['a list with people twice', (ids) => [...ids, ...ids, ids[0]]],
		['a comma list with people twice', (ids) => [...ids, ids[1]].join(',')],
	])('are taken from %s', async (_, form) => {
		const userIds = sandbox.openIds(0, 3);
		const [output] = await sandbox.output(create({ userIds: '={{ $json.to }}' }), {
			items: [{ to: form(userIds) } as IDataObject],
		});
		expect(await sandbox.calls()).toMatchObject([{ body: { user_ids: userIds } }]);
		expect(output.succeeded).toEqual(userIds);
	});

	it('may be typed as text with line breaks into the form', async () => {
		const userIds = sandbox.openIds(0, 2);
		await sandbox.output(create({ userIds: userIds.join('\n') }));
		expect(await sandbox.calls()).toMatchObject([{ body: { user_ids: userIds } }]);
	});

	it('may be gathered from all items by an expression', async () => {
		const items = sandbox.people.slice(0, 3).map(({ open_id: id }) => ({ id }));
		const output = await sandbox.output(
			create({
				bizId: '=all-{{ $itemIndex }}',
				userIds: '={{ $input.all().map((item) => item.json.id) }}',
			}),
			{ items },
		);
		expect(output.map(({ succeeded }) => succeeded)).toEqual(
			items.map(() => sandbox.openIds(0, 3)),
		);
	});

	it.each(['open_id', 'union_id', 'user_id'] as const)('are reached by their %s', async (type) => {
		const people = sandbox.people.slice(0, 3);
		const userIds = people.map((person) => person[type]);
		const [output] = await sandbox.output(create({ userIdType: type, userIds: userIds.join() }));
		expect(await sandbox.calls()).toMatchObject([
			{ query: { user_id_type: type }, body: { user_ids: userIds } },
		]);
		expect(output.succeeded).toEqual(userIds);
		const created = await sandbox.feishu.effects({ effect: 'cardCreated' });
		expect(created.map(({ open_id }) => open_id)).toEqual(people.map(({ open_id }) => open_id));
	});

	it('by user ID may be numbers', async () => {
		const [output] = await sandbox.output(
			create({ userIdType: 'user_id', userIds: '={{ $json.ids }}' }),
			{ items: [{ ids: [10001, sandbox.people[0].user_id] }] },
		);
		expect(await sandbox.calls()).toMatchObject([
			{ body: { user_ids: ['10001', sandbox.people[0].user_id] } },
		]);
		expect(output.succeeded).toEqual([sandbox.people[0].user_id]);
		expect(output.failed).toMatchObject([{ user_id: '10001' }]);
	});

	it('by user ID may be one number', async () => {
		await sandbox.run(create({ userIdType: 'user_id', userIds: '={{ $json.id }}' }), {
			items: [{ id: 10001 }],
		});
		expect(await sandbox.calls()).toMatchObject([{ body: { user_ids: ['10001'] } }]);
	});

	it('of different kinds in different items are sent apart', async () => {
		const [{ open_id, union_id }] = sandbox.people;
		await sandbox.output(
			create({
				bizId: '={{ $json.type }}',
				userIdType: '={{ $json.type }}',
				userIds: '={{ $json.id }}',
			}),
			{
				items: [
					{ type: 'open_id', id: open_id },
					{ type: 'union_id', id: union_id },
				],
			},
		);
		const calls = await sandbox.calls();
		expect(calls.map(({ query, body }) => [query, body])).toMatchObject([
			[{ user_id_type: 'open_id' }, { user_ids: [open_id] }],
			[{ user_id_type: 'union_id' }, { user_ids: [union_id] }],
		]);
	});
});
