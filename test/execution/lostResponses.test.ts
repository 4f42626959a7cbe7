import type { IDataObject } from 'n8n-workflow';

import { WAITING_STATE_VERSION } from '../../nodes/shared/sendAndWait/waitingState';
import type { WaitingState } from '../../nodes/shared/sendAndWait/waitingState';
import type { FaultOptions } from '../../sandbox/feishu/src/client';
import { FEED_OPERATIONS, LINK, giveCard } from '../helpers/execution/feedOperations';
import type { FeedOperation, Summary } from '../helpers/execution/feedOperations';
import { ResumableWait } from '../helpers/execution/ResumableWait';
import type { RunResult } from '../helpers/execution/runNode';
import { withSandbox } from '../helpers/execution/withSandbox';

/** Whoever is told as reached has what was asked for, also where Feishu's response was lost or says too little. */
jest.setTimeout(30_000);

const sandbox = withSandbox({ people: 60 });

/** Each way to lose a response, before and after the call was done. */
const LOSSES: Record<string, Partial<FaultOptions> & Pick<FaultOptions, 'kind'>> = {
	'HTTP 500 before': { kind: 'serverError', handled: false },
	'HTTP 500 after': { kind: 'serverError', handled: true },
	'HTTP 502 before': { kind: 'badGateway', handled: false },
	'HTTP 502 after': { kind: 'badGateway', handled: true },
	'an internal error of the gateway after': { kind: 'gatewayCode', code: 190003, handled: true },
	'dropped before': { kind: 'dropped', handled: false },
	'dropped after': { kind: 'dropped', handled: true },
	'cut off before': { kind: 'cutOff', handled: false },
	'cut off after': { kind: 'cutOff', handled: true },
	'no JSON before': { kind: 'notJson', handled: false },
	'no JSON after': { kind: 'notJson', handled: true },
};

interface UpsertSummary extends Summary {
	created?: string[];
	updated?: string[];
	created_or_updated?: string[];
}

const titleOf = async (open_id: string) => (await sandbox.cardOf({ open_id }, 'b'))?.title;

const toldBy = ({ outputs, error }: RunResult): UpsertSummary => {
	if (error) throw error;
	return outputs[0][0].json as unknown as UpsertSummary;
};

async function timesNotified(): Promise<Record<string, number>> {
	const times: Record<string, number> = {};
	for (const { open_id } of await sandbox.feishu.effects({ effect: 'notified' })) {
		times[open_id] = (times[open_id] ?? 0) + 1;
	}
	return times;
}

/** Somebody has the card `b` "OLD", somebody else has none; both are to have "NEW". */
async function makeNew(
	operation: 'create' | 'upsert',
	faults: FaultOptions[],
	options: IDataObject = {},
): Promise<UpsertSummary> {
	const [a, b] = sandbox.openIds(0, 2);
	await giveCard(sandbox.url, sandbox.feishu, 'b', [a]);
	await sandbox.output({
		resource: 'appFeedCard',
		operation: 'update',
		bizId: 'b',
		userIds: a,
		updateFields: { title: 'OLD', preview: 'of last week' },
	});
	await sandbox.feishu.clearRequests();
	await sandbox.feishu.clearEffects();
	for (const fault of faults) await sandbox.feishu.addFault(fault);
	const form = { resource: 'appFeedCard', operation, bizId: 'b', title: 'NEW', link: LINK };
	const result = await sandbox.run(
		{ ...form, userIds: [a, b].join(), options },
		{ onError: 'continueRegularOutput' },
	);
	return toldBy(result);
}

/** Everybody is told of once, and who is told as reached has the new card, with nothing of the old one. */
async function expectTold({ succeeded, failed }: UpsertSummary): Promise<void> {
	const both = sandbox.openIds(0, 2);
	expect([...succeeded, ...failed.map(({ user_id }) => user_id)].sort()).toEqual([...both].sort());
	for (const open_id of succeeded) {
		expect(await sandbox.cardOf({ open_id }, 'b')).toMatchObject({ title: 'NEW', preview: '' });
	}
	for (const times of Object.values(await timesNotified())) expect(times).toBe(1);
}

describe('Create with a business ID of the user', () => {
	it('leaves alone a card that was there, and says so', async () => {
		const [a, b] = sandbox.openIds(0, 2);
		const told = await makeNew('create', []);
		expect(told.succeeded).toEqual([b]);
		expect(told.failed).toMatchObject([{ user_id: a, code: '4' }]);
		expect([await titleOf(a), await titleOf(b)]).toEqual(['OLD', 'NEW']);
	});

	it.each(Object.entries(LOSSES))('tells what is true when a call is lost: %s', async (_, loss) => {
		const told = await makeNew('create', [{ ...loss, operation: 'appFeedCard.create', nth: 1 }]);
		await expectTold(told);
		expect(told.succeeded).toEqual(sandbox.openIds(0, 2));
	});

	it.each(Object.entries(LOSSES))(
		'tells what is true when all calls are lost: %s',
		async (_, loss) => {
			const told = await makeNew('create', [{ ...loss, operation: 'appFeedCard.create' }], {
				longestWait: 0,
			});
			await expectTold(told);
			expect(told.succeeded).toEqual([]);
		},
	);

	it('tells nobody as reached whose card could not be settled', async () => {
		const told = await makeNew('create', [
			{ kind: 'serverError', operation: 'appFeedCard.create', handled: true, nth: 1 },
			{ kind: 'gatewayCode', operation: 'appFeedCardBatch.update', code: 99991403 },
		]);
		await expectTold(told);
		expect(told.succeeded).toEqual([]);
		for (const { code } of told.failed) expect(code).toBe(99991403);
	});
});

describe('Create or Update', () => {
	it('tells who had the card and who had not', async () => {
		const [a, b] = sandbox.openIds(0, 2);
		expect(await makeNew('upsert', [])).toMatchObject({ created: [b], updated: [a] });
	});

	it.each(Object.entries(LOSSES))(
		'tells nobody as updated who had no card: %s',
		async (_, loss) => {
			const [a, b] = sandbox.openIds(0, 2);
			const told = await makeNew('upsert', [{ ...loss, operation: 'appFeedCard.create', nth: 1 }]);
			await expectTold(told);
			expect(told.succeeded).toEqual([a, b]);
			expect(told.updated).not.toContain(b);
			expect(told.created).not.toContain(a);
			const { created = [], updated = [], created_or_updated = [] } = told;
			expect([...created, ...updated, ...created_or_updated].sort()).toEqual([a, b].sort());
			expect(await timesNotified()).toMatchObject({ [b]: 1 });
		},
	);

	it('tells of each recipient what is known, with an item for each', async () => {
		const [a, b] = sandbox.openIds(0, 2);
		await giveCard(sandbox.url, sandbox.feishu, 'b', [a]);
		await sandbox.feishu.addFault({
			kind: 'dropped',
			operation: 'appFeedCard.create',
			handled: true,
			nth: 1,
		});
		const told = await sandbox.output({
			resource: 'appFeedCard',
			operation: 'upsert',
			bizId: 'b',
			title: 'NEW',
			link: LINK,
			userIds: [a, b].join(),
			options: { itemPerRecipient: true },
		});
		expect(told).toMatchObject([
			{ user_id: a, status: 'succeeded', action: 'created_or_updated' },
			{ user_id: b, status: 'succeeded', action: 'created_or_updated' },
		]);
	});

	it.each(Object.entries(LOSSES))(
		'notifies once with a card that it names: %s',
		async (_, loss) => {
			const people = sandbox.openIds(0, 3);
			await sandbox.feishu.addFault({ ...loss, operation: 'appFeedCard.create', nth: 1 });
			const told = toldBy(
				await sandbox.run({
					resource: 'appFeedCard',
					operation: 'upsert',
					title: 'NEW',
					link: LINK,
					userIds: people.join(),
					options: { notifyAgain: true },
				}),
			);
			expect(told).toMatchObject({ succeeded: people, created: people, updated: [] });
			expect(await timesNotified()).toEqual(Object.fromEntries(people.map((one) => [one, 1])));
		},
	);
});

describe('Delete', () => {
	it.each(Object.entries(LOSSES))(
		'tells nobody as reached who has the card: %s',
		async (_, loss) => {
			const [a, b] = sandbox.openIds(0, 2);
			await giveCard(sandbox.url, sandbox.feishu, 'b', [a]);
			await sandbox.feishu.addFault({ ...loss, operation: 'appFeedCardBatch.delete', nth: 1 });
			const told = toldBy(
				await sandbox.run(
					{ resource: 'appFeedCard', operation: 'delete', bizId: 'b', userIds: [a, b].join() },
					{ onError: 'continueRegularOutput' },
				),
			);
			expect(told.succeeded).toContain(a);
			for (const open_id of told.succeeded) {
				expect(await sandbox.cardOf({ open_id }, 'b')).toBeUndefined();
			}
		},
	);
});

describe('Send and Wait for Response', () => {
	it.each(Object.entries(LOSSES))(
		'has the card that waits for whom it tells: %s',
		async (_, loss) => {
			const [a, b] = sandbox.openIds(0, 2);
			await giveCard(sandbox.url, sandbox.feishu, 'b', [a]);
			await sandbox.feishu.addFault({ ...loss, operation: 'appFeedCard.create', nth: 1 });
			const state: WaitingState = {
				version: WAITING_STATE_VERSION,
				cards: [
					{
						userIdType: 'open_id',
						userIds: [a, b],
						card: { biz_id: 'b', title: 'NEW', link: { link: LINK } },
						choices: [{ value: 'yes', text: 'Yes', buttonType: 'primary' }],
						isApproval: true,
						channel: 'callback',
						waitFor: 'first',
						afterwards: 'delete',
						doneText: '',
						given: [],
						cleared: [],
					},
				],
				delivery: { callsPerSecond: 10_000, callsAtOnce: 2, longestWait: 120 },
				onFailure: 'tell',
				isSent: false,
			};
			const { outputs, error } = await sandbox.run(
				{},
				{ node: new ResumableWait(), items: [state as unknown as IDataObject] },
			);
			if (error) throw error;
			const [{ reached = [] }] = (outputs[0][0].json as unknown as WaitingState).cards;
			expect(reached).toEqual([a, b]);
			for (const open_id of reached) {
				const card = await sandbox.cardOf({ open_id }, 'b');
				expect(card).toMatchObject({ title: 'NEW', time_sensitive: true });
				expect(card?.buttons).toHaveLength(1);
			}
			for (const times of Object.values(await timesNotified())) expect(times).toBe(1);
		},
	);
});

it('leaves a card as the last item wants it, also when an earlier one is refused by mistake', async () => {
	const [person] = sandbox.openIds(0, 1);
	await sandbox.feishu.addFault({
		kind: 'recipientReason',
		operation: 'appFeedCard.create',
		entryUserId: 'absent',
		reason: '4',
		times: 1,
	});
	const { outputs, error } = await sandbox.run(
		{
			resource: 'appFeedCard',
			operation: 'upsert',
			bizId: 'b',
			userIds: person,
			title: '={{ $json.title }}',
			link: LINK,
		},
		{ items: [{ title: 'FIRST' }, { title: 'LAST' }] },
	);
	if (error) throw error;
	expect(await titleOf(person)).toBe('LAST');
	for (const { json } of outputs[0]) expect(json).toMatchObject({ succeeded: [person] });
	expect(await timesNotified()).toEqual({ [person]: 1 });
});

describe.each(Object.entries<FeedOperation>(FEED_OPERATIONS))(
	'%s, where an entry of a failure names nobody in the call',
	(_, operation) => {
		const { batchSize } = operation;

		/** The second of two calls has a failure of one person. */
		async function run(entryUserId: FaultOptions['entryUserId'], reason: '0' | '1' | '2' | '4') {
			const userIds = sandbox.openIds(0, Math.min(60, 2 * batchSize));
			const call = userIds.slice(batchSize);
			if (operation.needsCard) await giveCard(sandbox.url, sandbox.feishu, 'b', userIds);
			await sandbox.feishu.addFault({
				kind: 'recipientReason',
				operation: operation.endpoint,
				recipient: call[4],
				entryUserId,
				reason,
			});
			const target = { bizId: 'b', chatId: sandbox.groups[0].chat_id };
			const told = toldBy(
				await sandbox.run(
					{ ...operation.parameters(target), userIds: userIds.join() },
					{ onError: 'continueRegularOutput' },
				),
			);
			return { told, call, others: userIds.slice(0, batchSize) };
		}

		it.each(['absent', 'union_id', 'stranger', 'empty'] as const)(
			'tells nobody of that call as reached: %s',
			async (entryUserId) => {
				const { told, call, others } = await run(entryUserId, '1');
				expect(told.succeeded).toEqual(others);
				expect(told.failed.map(({ user_id }) => user_id)).toEqual(call);
				for (const { reason } of told.failed) expect(reason).toContain('may or may not have');
			},
		);

		it.each(['0', '2', '4'] as const)(
			'nor who lacks what was asked for: reason %s',
			async (reason) => {
				const { told, call, others } = await run('absent', reason);
				expect(told.succeeded).toEqual(expect.arrayContaining(others));
				expect(told.succeeded).not.toContain(call[4]);
				const effects = await sandbox.feishu.effects({ effect: operation.effect });
				const reached = new Set(effects.map(({ open_id }) => open_id));
				expect(told.succeeded.filter((userId) => !reached.has(userId))).toEqual([]);
			},
		);
	},
);
