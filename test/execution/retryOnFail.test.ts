import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import type { FaultOptions } from '../../sandbox/feishu/src/client';
import { FEED_OPERATIONS, giveCard } from '../helpers/execution/feedOperations';
import type { FeedOperation, Summary } from '../helpers/execution/feedOperations';
import type { RunOptions } from '../helpers/execution/runNode';
import { withSandbox } from '../helpers/execution/withSandbox';

/** n8n's "Retry On Fail" executes a node again from the beginning: what was done before must not be done again. */
const sandbox = withSandbox({ people: 120 });
const EACH_OPERATION = Object.entries<FeedOperation>(FEED_OPERATIONS);
const { create } = FEED_OPERATIONS;
const TRIES = 3;

const summariesOf = (items: INodeExecutionData[]) =>
	items.map(({ json }) => json) as unknown as Summary[];

/** Runs an operation for two items with these recipients, as many tries as it needs. */
async function run(
	operation: FeedOperation,
	recipients: string[][],
	{
		bizId = 'b',
		...options
	}: { bizId?: string } & Partial<RunOptions> & { form?: IDataObject } = {},
) {
	const target = { bizId, chatId: sandbox.groups[0].chat_id };
	const { form, ...more } = options;
	return await sandbox.run(
		{
			...operation.parameters(target),
			userIds: '={{ $json.to }}',
			options: { whenSomeFail: 'fail', longestWait: 0, ...form },
		},
		{ items: recipients.map((to) => ({ to })), maxTries: TRIES, ...more },
	);
}

const refusing = (
	operation: FeedOperation,
	recipient: string,
	more: Partial<FaultOptions> = {},
): FaultOptions => ({
	kind: 'recipientReason',
	operation: operation.endpoint,
	recipient,
	reason: '1',
	error_message: 'The user is busy',
	...more,
});

/** How often something happened to each person. */
async function timesOf(effect: FeedOperation['effect'] | 'notified'): Promise<Map<string, number>> {
	const times = new Map<string, number>();
	for (const { open_id } of await sandbox.feishu.effects({ effect })) {
		times.set(open_id, (times.get(open_id) ?? 0) + 1);
	}
	return times;
}

const once = (userIds: string[]) => new Map(userIds.map((userId) => [userId, 1]));

describe.each(EACH_OPERATION)('%s', (_, operation) => {
	it('sends to nobody twice when one person fails in the first two tries', async () => {
		const recipients = [sandbox.openIds(0, 25), sandbox.openIds(25, 40)];
		const everybody = recipients.flat();
		if (operation.needsCard) await giveCard(sandbox.url, sandbox.feishu, 'b', everybody);
		await sandbox.feishu.addFault(refusing(operation, everybody[7], { times: TRIES - 1 }));
		const { outputs, error } = await run(operation, recipients);
		expect(error?.message).toBeUndefined();
		expect(summariesOf(outputs[0]).map(({ succeeded, failed }) => [succeeded, failed])).toEqual(
			recipients.map((to) => [to, []]),
		);
		const times = await timesOf(operation.effect);
		expect([...times].sort()).toEqual([...once(everybody)].sort());
		const calls = (await sandbox.requests()).filter(
			(call) => call.operation === operation.endpoint,
		);
		expect(calls.map((call) => call.recipients).reduce((sum, one) => sum + one, 0)).toBe(
			everybody.length + TRIES - 1,
		);
	});

	it('tells the true cause, and who was reached by all items', async () => {
		const recipients = [sandbox.openIds(0, 3), sandbox.openIds(3, 6)];
		const everybody = recipients.flat();
		if (operation.needsCard) await giveCard(sandbox.url, sandbox.feishu, 'b', everybody);
		const [first, bad] = recipients[0];
		await sandbox.feishu.addFault(refusing(operation, bad));
		const { error } = await run(operation, recipients);
		expect(error?.message).toMatch(/may not send to this person|The user is busy/);
		expect(error?.message).toContain(bad);
		for (const userId of [first, recipients[0][2], ...recipients[1]]) {
			expect(error?.description).toContain(userId);
		}
		expect(error?.description).not.toContain(bad);
		const times = await timesOf(operation.effect);
		const reached = everybody.filter((userId) => userId !== bad);
		expect([...times].sort()).toEqual([...once(reached)].sort());
	});

	it.each([true, false])(
		'has done what it tells when the responses of the first two tries are lost (done: %s)',
		async (handled) => {
			const recipients = [sandbox.openIds(0, 15), sandbox.openIds(15, 30)];
			const everybody = recipients.flat();
			if (operation.needsCard) await giveCard(sandbox.url, sandbox.feishu, 'b', everybody);
			await sandbox.feishu.addFault({
				kind: 'dropped',
				operation: operation.endpoint,
				handled,
				first: 2 * Math.ceil(everybody.length / operation.batchSize),
			});
			const { outputs, error } = await run(operation, recipients);
			expect(error?.message).toBeUndefined();
			expect(summariesOf(outputs[0]).map(({ succeeded }) => succeeded)).toEqual(recipients);
			const cards = await sandbox.feishu.cards(SEEDED_APPS.custom.app_id);
			const holders = cards.flatMap((card) => card.holders.map(({ open_id }) => open_id)).sort();
			const hasCard = operation.effect === 'cardCreated' || operation.effect === 'cardUpdated';
			expect(holders).toEqual(hasCard ? [...everybody].sort() : []);
			if (operation.effect !== 'cardCreated') return;
			expect([...(await timesOf('cardCreated'))].sort()).toEqual([...once(everybody)].sort());
			expect([...(await timesOf('notified'))].sort()).toEqual([...once(everybody)].sort());
		},
	);
});

describe('a card that the node names', () => {
	it.each(['create', 'upsert of a new card'] as const)(
		'is one for each person, whatever fails: %s',
		async (name) => {
			const recipients = [sandbox.openIds(0, 3), sandbox.openIds(3, 6)];
			const operation = FEED_OPERATIONS[name];
			await sandbox.feishu.addFault(refusing(operation, recipients[0][1], { times: 1 }));
			await sandbox.feishu.addFault({
				kind: 'serverError',
				operation: operation.endpoint,
				handled: true,
				nth: 2,
			});
			const { outputs, error } = await run(operation, recipients, { bizId: '' });
			expect(error?.message).toBeUndefined();
			const told = summariesOf(outputs[0]);
			expect(told.map(({ succeeded }) => succeeded)).toEqual(recipients);
			const cards = await sandbox.feishu.cards(SEEDED_APPS.custom.app_id);
			expect(new Set(told.map(({ biz_id }) => biz_id))).toEqual(
				new Set(cards.map(({ biz_id }) => biz_id)),
			);
			expect([...(await timesOf('cardCreated'))].sort()).toEqual(
				[...once(recipients.flat())].sort(),
			);
			for (const { created, updated } of told as unknown as IDataObject[]) {
				if (created !== undefined) expect(updated).toEqual([]);
			}
		},
	);

	it('is another one in the next run of the node', async () => {
		const people = sandbox.openIds(0, 2);
		const { run: executed } = await run(create, [people], { bizId: '', runsTwice: true });
		const runs = executed.data.resultData.runData['Feishu Feed'];
		expect(runs).toHaveLength(2);
		const told = runs.map(({ data }) => summariesOf(data!.main[0]!)[0]);
		expect(told.map(({ succeeded }) => succeeded)).toEqual([people, people]);
		expect(new Set(told.map(({ biz_id }) => biz_id)).size).toBe(2);
		expect([...(await timesOf('cardCreated')).values()]).toEqual([2, 2]);
	});

	it('is another one in the next run, also after a run that failed and went on', async () => {
		const people = sandbox.openIds(0, 2);
		await sandbox.feishu.addFault(refusing(create, people[0], { times: TRIES }));
		const { run: executed } = await run(create, [people], {
			bizId: '',
			runsTwice: true,
			onError: 'continueRegularOutput',
		});
		const runs = executed.data.resultData.runData['Feishu Feed'];
		const told = runs.map(({ data }) => summariesOf(data!.main[0]!)[0]);
		expect(told.map(({ succeeded }) => succeeded)).toEqual([[people[1]], people]);
		expect(new Set(told.map(({ biz_id }) => biz_id)).size).toBe(2);
	});
});

describe('a node that goes on after errors, which n8n also tries again', () => {
	it.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
		'sends to nobody twice: %s',
		async (onError) => {
			const recipients = [sandbox.openIds(0, 3), sandbox.openIds(3, 6)];
			await sandbox.feishu.addFault(refusing(create, recipients[0][1], { times: TRIES - 1 }));
			const { outputs, error } = await run(create, recipients, { bizId: '', onError });
			expect(error?.message).toBeUndefined();
			expect(summariesOf(outputs[0]).map(({ succeeded }) => succeeded)).toEqual(recipients);
			expect([...(await timesOf('cardCreated'))].sort()).toEqual(
				[...once(recipients.flat())].sort(),
			);
		},
	);
});

it('forgets who was reached once a run has come to its end', async () => {
	const { run: executed } = await run(create, [sandbox.openIds(0, 3)]);
	expect(JSON.stringify(executed.data.executionData?.contextData)).not.toContain('ou_');
});
