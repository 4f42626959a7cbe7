import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { IDataObject, INode } from 'n8n-workflow';

import { withSandbox } from '../helpers/execution/withSandbox';

/** The company that `npm start` shows. */
const sandbox = withSandbox({ people: 300, groups: 24 });

/** The parameters of a node in `workflows/`. */
function parametersOf(file: string, name: string): IDataObject {
	const text = readFileSync(path.resolve(__dirname, '../../workflows', file), 'utf8');
	const node = (JSON.parse(text) as { nodes: INode[] }).nodes.find((each) => each.name === name);
	expect(node?.typeVersion).toBe(1.1);
	return node!.parameters as IDataObject;
}

const created = async () =>
	(await sandbox.feishu.effects({ effect: 'cardCreated' })).map(({ open_id }) => open_id).sort();
const callsOf = async (operation: string) =>
	(await sandbox.requests()).filter((request) => request.operation === operation).length;

describe('the recipients of the workflows', () => {
	it('of the training are a list of e-mails; who is unknown is told of', async () => {
		const staff = [...sandbox.people.map(({ email }) => email), 'nobody@example.com'];
		const body = { course: 'c1', title: 'Fire', link: 'https://example.com', until: 'F', staff };
		const parameters = parametersOf('training.json', 'Put it on top');
		const [output] = await sandbox.output(parameters, { items: [{ body }] });
		expect(await created()).toEqual(sandbox.people.map(({ open_id }) => open_id).sort());
		expect(output.failed).toMatchObject([{ recipient: 'nobody@example.com' }]);
		expect(await callsOf('user.batchGetId')).toBe(7);
		expect(await callsOf('appFeedCard.create')).toBe(15);

		const [{ email, open_id }] = sandbox.people;
		const done = { body: { course: 'c1', user: email } };
		const removal = parametersOf('training.json', 'Remove card');
		await sandbox.output(removal, { items: [done] });
		const removed = await sandbox.feishu.effects({ effect: 'cardDeleted' });
		expect(removed.map((effect) => effect.open_id)).toEqual([open_id]);
	});

	it('of the complaint are the members of the group of customer service', async () => {
		const [{ groups }] = await sandbox.feishu.company();
		const { chat_id } = groups.find(({ name }) => name === '客服部群')!;
		const { memberOpenIds } = await sandbox.feishu.group(chat_id);
		const item = { customer: 'c', complaint: 'complaint-1', link: 'https://example.com' };
		const parameters = {
			...parametersOf('complaint.json', 'Alert the team'),
			// It comes from an earlier node.
			preview: 'The food was cold',
		};
		await sandbox.output(parameters, { items: [item] });
		expect(await created()).toEqual([...memberOpenIds].sort());
	});

	it('of the template are everybody in a department and below it, each once', async () => {
		const [{ departments }] = await sandbox.feishu.company();
		const below = (id: string): string[] => [
			id,
			...departments
				.filter(({ parent }) => parent === id)
				.flatMap(({ open_department_id }) => below(open_department_id)),
		];
		const top = departments.find(({ name }) => name === '销售部')!;
		const members = await Promise.all(
			below(top.open_department_id).map((id) => sandbox.feishu.department(id)),
		);
		const expected = new Set(members.flatMap(({ memberOpenIds }) => memberOpenIds));
		expect(expected.size).toBeGreaterThan(members[0].members);
		await sandbox.output(parametersOf('department.json', 'Tell everybody'));
		expect(await created()).toEqual([...expected].sort());
	});
});
