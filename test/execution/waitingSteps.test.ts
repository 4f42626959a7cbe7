import { WAIT_INDEFINITELY } from 'n8n-workflow';
import type { IDataObject } from 'n8n-workflow';

import { respond } from '../../nodes/shared/sendAndWait/waitingCard';
import type { Choice, WaitingCard } from '../../nodes/shared/sendAndWait/waitingCard';
import { WAITING_STATE_VERSION } from '../../nodes/shared/sendAndWait/waitingState';
import type { WaitingState } from '../../nodes/shared/sendAndWait/waitingState';
import { detailsAtErrorOutput } from '../helpers/execution/engine';
import { LINK } from '../helpers/execution/feedOperations';
import { ResumableWait } from '../helpers/execution/ResumableWait';
import { withSandbox } from '../helpers/execution/withSandbox';

/** The steps of an execution that waits, each with the state that n8n stored after the one before. */
const sandbox = withSandbox();

const [approve, decline]: Choice[] = [
	{ value: 'approve', text: '同意', buttonType: 'primary' },
	{ value: 'decline', text: '拒绝', buttonType: 'default' },
];
const UPDATED = { afterwards: 'update', doneText: '✓ {answer}' } as const;

function cardFor(userIds: string[], change: Partial<WaitingCard> = {}): WaitingCard {
	return {
		userIdType: 'open_id',
		userIds,
		card: { biz_id: 'leave', title: 'Leave', link: { link: LINK } },
		choices: [approve, decline],
		isApproval: true,
		channel: 'callback',
		waitFor: 'first',
		afterwards: 'delete',
		doneText: '',
		given: [],
		cleared: [],
		...change,
	};
}

function stateOf(cards: WaitingCard[], change: Partial<WaitingState> = {}): WaitingState {
	return {
		version: WAITING_STATE_VERSION,
		cards,
		delivery: { callsPerSecond: 10_000, callsAtOnce: 2, longestWait: 0 },
		onFailure: 'tell',
		isSent: false,
		...change,
	};
}

/** Takes one step. */
async function step(state: WaitingState) {
	const { outputs, error } = await sandbox.run(
		{},
		{
			node: new ResumableWait(),
			items: [JSON.parse(JSON.stringify(state)) as IDataObject],
		},
	);
	const [goesOn = [], results = []] = outputs;
	return {
		error,
		next: goesOn[0]?.json as unknown as WaitingState,
		results: results.map(({ json }) => json),
		sleepsUntil: ResumableWait.sleepsUntil,
		warnings: ResumableWait.warnings,
	};
}

/** Takes steps until it sleeps, or is at its end. */
async function walk(state: WaitingState) {
	const warnings: string[] = [];
	for (let current = state; ; ) {
		const taken = await step(current);
		warnings.push(...taken.warnings);
		const isDone = taken.results.length > 0 || taken.sleepsUntil !== undefined;
		if (isDone || taken.error) return { ...taken, warnings };
		current = taken.next;
	}
}

/** The state after somebody has pressed a button of a card. */
function pressed(state: WaitingState, open_id: string, choice: Choice, at = 0): WaitingState {
	const responded = respond(state.cards[at], choice, { open_id }, Date.now());
	if (responded.status !== 'recorded') throw new Error(responded.status);
	return {
		...state,
		cards: state.cards.map((card, index) => (index === at ? responded.card : card)),
	};
}

const shownTo = async (open_id: string, bizId = 'leave') =>
	await sandbox.cardOf({ open_id }, bizId);

describe('a card that is deleted afterwards', () => {
	it('is created, waits without end, is removed from all, and gives the result', async () => {
		const [a, b] = sandbox.openIds(0, 2);
		const sleeping = await walk(stateOf([cardFor([a, b])]));
		expect(sleeping.sleepsUntil).toEqual(WAIT_INDEFINITELY);
		expect(await shownTo(a)).toMatchObject({ title: 'Leave', time_sensitive: true });
		expect(sleeping.next).toMatchObject({
			isSent: true,
			address: 'https://n8n.example.com/webhook-waiting/1/2',
			cards: [{ reached: [a, b], failed: [] }],
		});

		const ended = await walk(pressed(sleeping.next, b, decline));
		expect([await shownTo(a), await shownTo(b)]).toEqual([undefined, undefined]);
		expect(ended.results).toMatchObject([
			{
				biz_id: 'leave',
				data: { approved: false, answer: 'decline', answered: true },
				unanswered: [a],
				succeeded: [a, b],
			},
		]);
	});

	it('goes from each who has responded, while the others are awaited', async () => {
		const [a, b] = sandbox.openIds(0, 2);
		const sleeping = await walk(stateOf([cardFor([a, b], { waitFor: 'all' })]));
		const one = await walk(pressed(sleeping.next, a, approve));
		expect(one.sleepsUntil).toEqual(WAIT_INDEFINITELY);
		expect(await shownTo(a)).toBeUndefined();
		expect(await shownTo(b)).toMatchObject({ time_sensitive: true });
		expect(one.next.cards[0].cleared).toEqual([a]);
		expect((await walk(pressed(one.next, b, approve))).results).toMatchObject([
			{ data: { approved: true } },
		]);
	});
});

describe('a card that is updated afterwards', () => {
	it('shows each their answer, without buttons, not pinned', async () => {
		const [a, b] = sandbox.openIds(0, 2);
		const sleeping = await walk(stateOf([cardFor([a, b], UPDATED)]));
		expect((await shownTo(b))?.buttons).toHaveLength(2);
		await walk(pressed(sleeping.next, a, approve));
		for (const person of [a, b]) {
			const shown = await shownTo(person);
			expect(shown).toMatchObject({
				title: 'Leave',
				preview: '✓ 同意',
				time_sensitive: false,
				status_label: { text: '同意', type: 'success' },
			});
			expect(shown?.buttons ?? []).toEqual([]);
		}
	});

	it('counts a response also where the card cannot be updated, and says so in the log', async () => {
		const [a] = sandbox.openIds(0, 1);
		const sleeping = await walk(stateOf([cardFor([a], UPDATED)]));
		await sandbox.feishu.addFault({
			kind: 'recipientReason',
			operation: 'appFeedCardBatch.update',
			recipient: a,
			reason: '1',
		});
		const { results, warnings } = await walk(pressed(sleeping.next, a, approve));
		expect(results).toMatchObject([{ data: { approved: true } }]);
		expect(warnings).toEqual([
			expect.stringMatching(
				new RegExp(`^Feishu Feed: Could not end a card that was responded to for ${a}: `),
			),
		]);
	});
});

describe('several cards', () => {
	it('sleep until the first that has a deadline, and end each at its own', async () => {
		const [a, b, c] = sandbox.openIds(0, 3);
		const now = Date.now();
		const cards = [
			cardFor([a], { deadline: now + 7_200_000 }),
			cardFor([b], { card: { biz_id: 'soon', link: { link: LINK } }, deadline: now + 3_600_000 }),
			cardFor([c], { card: { biz_id: 'endless', link: { link: LINK } } }),
		];
		const sleeping = await walk(stateOf(cards));
		expect(sleeping.sleepsUntil?.getTime()).toBe(now + 3_600_000);

		const later = {
			...sleeping.next,
			cards: sleeping.next.cards.map((card) =>
				card.card.biz_id === 'soon' ? { ...card, deadline: now - 1 } : card,
			),
		};
		const awake = await walk(later);
		expect(await shownTo(b, 'soon')).toBeUndefined();
		expect(await shownTo(a)).toMatchObject({ time_sensitive: true });
		expect(awake.sleepsUntil?.getTime()).toBe(now + 7_200_000);

		const answered = await walk(pressed(pressed(awake.next, a, approve), c, decline, 2));
		expect(answered.results.map(({ data }) => data)).toMatchObject([
			{ answer: 'approve', answered: true },
			{ answer: null, answered: false },
			{ answer: 'decline', answered: true },
		]);
	});

	it('give their results in the order of the items, with those that failed before', async () => {
		const [a] = sandbox.openIds(0, 1);
		const failed = cardFor([], { error: 'Title has 61 characters' });
		const sleeping = await walk(stateOf([failed, cardFor([a])]));
		const { results } = await walk(pressed(sleeping.next, a, approve, 1));
		expect(results).toMatchObject([
			{ error: 'Title has 61 characters' },
			{ data: { approved: true } },
		]);
		expect(Object.keys(results[0])).toEqual(['error']);
	});
});

describe('a card that reaches nobody', () => {
	const NOBODY = 'ou_nobody1';

	it('ends the others and the execution, unless items may fail', async () => {
		const [a] = sandbox.openIds(0, 1);
		const other = cardFor([NOBODY], { card: { biz_id: 'other', link: { link: LINK } } });
		const { error, results } = await walk(stateOf([cardFor([a]), other], { onFailure: 'stop' }));
		expect(error?.message).toMatch(/^Could not create the card for ou_nobody1: /);
		expect(results).toEqual([]);
		// It had been there.
		expect(await sandbox.feishu.effects({ effect: 'cardCreated' })).toHaveLength(1);
		expect(await shownTo(a)).toBeUndefined();
	});

	it.each(['tell', 'tellErrorOutput'] as const)('is told of: %s', async (onFailure) => {
		const { results } = await walk(stateOf([cardFor([NOBODY])], { onFailure }));
		const details = {
			biz_id: 'leave',
			succeeded: [],
			failed: [expect.objectContaining({ user_id: NOBODY })],
		};
		const error = expect.stringMatching(/^Could not create the card for ou_nobody1: /);
		expect(results).toEqual([
			{ error, ...(onFailure === 'tell' ? details : detailsAtErrorOutput(details)) },
		]);
	});

	it('tells of those who were not found before, beside those whom Feishu refused', async () => {
		const [a] = sandbox.openIds(0, 1);
		const notFound = { recipient: 'x@example.com', reason: 'no account' };
		const named: WaitingCard['named'] = [[a, { recipients: ['a@example.com'], userId: a }]];
		const start = cardFor([a, NOBODY], { failed: [notFound], named });
		const { next } = await walk(stateOf([start]));
		expect(next.cards[0]).toMatchObject({
			reached: [a],
			failed: [notFound, { user_id: NOBODY }],
		});
	});
});

describe('buttons', () => {
	it('open a page of n8n, a page of their own for each recipient', async () => {
		const [a, b] = sandbox.people;
		const start = cardFor([a.open_id, b.union_id], {
			channel: 'link',
			otherIdTypes: { [b.union_id]: 'union_id' },
		});
		const { next } = await walk(stateOf([start]));
		expect(next.cards[0].reached).toEqual([a.open_id, b.union_id]);
		for (const [person, id] of [
			[a, a.open_id],
			[b, b.union_id],
		] as const) {
			const shown = await shownTo(person.open_id);
			const queries = shown?.buttons?.map(
				({ multi_url }) => new URL(multi_url?.url ?? '').searchParams,
			);
			expect(queries?.map((query) => [query.get('choice'), query.get('recipient')])).toEqual([
				['0', id],
				['1', id],
			]);
		}
	});
});

describe('an execution that another process received a response for', () => {
	it('stays at work for a while before it sleeps again', async () => {
		const [a, b] = sandbox.openIds(0, 2);
		const sleeping = await walk(stateOf([cardFor([a, b], { waitFor: 'all' })]));
		const began = Date.now();
		const { next, sleepsUntil } = await step({ ...sleeping.next, receivedBy: 'another process' });
		expect(sleepsUntil).toBeUndefined();
		expect(next.receivedBy).toBeUndefined();
		expect(next.settledAtMs).toBeGreaterThanOrEqual(began + 1_000);
		expect((await step(next)).sleepsUntil).toEqual(WAIT_INDEFINITELY);
	});
});
