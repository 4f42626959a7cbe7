import { codePoints } from '../../nodes/shared/validation/validators';
import {
	endedCard,
	isOver,
	recipientOf,
	respond,
	responseOf,
	toClear,
	unpinnedCard,
} from '../../nodes/shared/sendAndWait/waitingCard';
import type { Choice, Operator, WaitingCard } from '../../nodes/shared/sendAndWait/waitingCard';

const NOW = Date.parse('2026-11-22T08:00:00Z');
const [approve, decline]: Choice[] = [
	{ value: 'approve', text: '同意', buttonType: 'primary' },
	{ value: 'decline', text: '拒绝', buttonType: 'default' },
];

function card(change: Partial<WaitingCard> = {}): WaitingCard {
	return {
		choices: [approve, decline],
		isApproval: true,
		channel: 'callback',
		waitFor: 'first',
		afterwards: 'delete',
		doneText: '✓ {answer} · {person}',
		userIdType: 'open_id',
		userIds: ['ou_a', 'ou_b', 'ou_c'],
		card: { biz_id: 'leave' },
		reached: ['ou_a', 'ou_b'],
		failed: [],
		given: [],
		cleared: [],
		...change,
	};
}

/** The card after these have responded, one after the other; who does not count is left out. */
function after(start: WaitingCard, ...responses: Array<[string, Choice]>): WaitingCard {
	return responses.reduce((before, [open_id, choice]) => {
		const responded = respond(before, choice, { open_id }, NOW);
		return responded.status === 'recorded' ? responded.card : before;
	}, start);
}

describe('a card that waits for the first response', () => {
	it('is over with it, for everybody', () => {
		const answered = after(card(), ['ou_a', approve], ['ou_b', decline]);
		expect(answered.given.map(({ value }) => value)).toEqual(['approve']);
		expect(isOver(answered, NOW)).toBe(true);
		expect(toClear(answered, NOW)).toEqual(['ou_a', 'ou_b']);
		expect(toClear({ ...answered, cleared: ['ou_a'] }, NOW)).toEqual(['ou_b']);
		expect(responseOf(answered)).toMatchObject({
			data: { approved: true, answer: 'approve', answered: true },
			unanswered: ['ou_b'],
		});
	});

	it('takes nothing after its time', () => {
		const late = card({ deadline: NOW });
		expect(respond(late, approve, { open_id: 'ou_a' }, NOW)).toEqual({ status: 'closed' });
		expect(isOver(late, NOW - 1)).toBe(false);
		expect(isOver(late, NOW)).toBe(true);
		expect(responseOf(late)).toMatchObject({
			data: { approved: false, answer: null, answered: false, respondedAt: null },
		});
	});

	it('is not over before it was created, whatever the time', () => {
		const asked = card({ reached: undefined, failed: undefined, deadline: NOW - 1 });
		expect(isOver(asked, NOW)).toBe(false);
		expect(toClear(asked, NOW)).toEqual([]);
		expect(responseOf(asked)).toMatchObject({ unanswered: [], succeeded: [], failed: [] });
	});

	it('is over at once when it failed', () => {
		const failed = card({ error: 'Could not create the card' });
		expect(isOver(failed, NOW)).toBe(true);
		expect(respond(failed, approve, { open_id: 'ou_a' }, NOW)).toEqual({ status: 'closed' });
	});
});

describe('a card that waits for everybody', () => {
	const everybody = card({ waitFor: 'all' });

	it('counts each person once, and is over with the last', () => {
		const one = after(everybody, ['ou_a', approve], ['ou_a', decline]);
		expect(one.given).toHaveLength(1);
		expect(isOver(one, NOW)).toBe(false);
		expect(toClear(one, NOW)).toEqual(['ou_a']);
		const both = after(one, ['ou_b', approve]);
		expect(isOver(both, NOW)).toBe(true);
		expect(responseOf(both)).toMatchObject({ data: { approved: true, answered: true } });
	});

	it('says when the last of them responded', () => {
		const one = respond(everybody, approve, { open_id: 'ou_a' }, NOW) as { card: WaitingCard };
		const both = respond(one.card, approve, { open_id: 'ou_b' }, NOW + 1_000) as typeof one;
		expect(responseOf(both.card)).toMatchObject({
			data: { respondedAt: new Date(NOW + 1_000).toISOString() },
		});
	});

	it('is approved only when all approve', () => {
		const mixed = after(everybody, ['ou_a', approve], ['ou_b', decline]);
		expect(responseOf(mixed)).toMatchObject({
			data: { approved: false, answer: null, answered: true },
		});
		expect(responseOf(after(everybody, ['ou_a', approve]))).toMatchObject({
			data: { approved: false, answer: 'approve', answered: false },
			unanswered: ['ou_b'],
		});
	});

	it('knows people by the kind of ID that they were given as, where Feishu tells it', () => {
		const byUserId = card({ waitFor: 'all', userIdType: 'user_id', reached: ['7', '8'] });
		const one = respond(byUserId, approve, { open_id: 'ou_x', user_id: '7' }, NOW);
		expect(one).toMatchObject({ status: 'recorded' });
		expect(toClear((one as { card: WaitingCard }).card, NOW)).toEqual(['7']);
	});
});

describe('who may respond', () => {
	const KINDS = ['open_id', 'union_id', 'user_id'] as const;

	it.each(KINDS)('is a recipient by the %s, and nobody else', (userIdType) => {
		for (const waitFor of ['first', 'all'] as const) {
			const start = card({ userIdType, waitFor, reached: ['a', 'b'], userIds: ['a', 'b', 'c'] });
			const told = (operator: Operator) => respond(start, approve, operator, NOW).status;
			expect(told({ [userIdType]: 'a' })).toBe('recorded');
			// In the list of recipients, but Feishu did not give them the card.
			expect(told({ [userIdType]: 'c' })).toBe('notRecipient');
			expect(told({ [userIdType]: 'd' })).toBe('notRecipient');
			expect(told({})).toBe('unidentified');
			for (const other of KINDS.filter((kind) => kind !== userIdType)) {
				expect(told({ [other]: 'a' })).toBe('unidentified');
			}
		}
	});

	it('is told that it is over before anything else', () => {
		const late = card({ deadline: NOW });
		expect(respond(late, approve, {}, NOW)).toEqual({ status: 'closed' });
	});
});

describe('a card of version 0.1', () => {
	it('ends as it would have, with the responses of people whom that version did not ask for their ID', () => {
		const operator = { open_id: 'ou_a' };
		const given = [{ value: 'approve', text: '同意', operator, time: '2026-11-22T07:00:00Z' }];
		const byUserId = card({ userIdType: 'user_id', waitFor: 'all', reached: ['7', '8'], given });
		expect(isOver(byUserId, NOW)).toBe(false);
		expect(respond(byUserId, decline, { user_id: '7' }, NOW)).toMatchObject({ status: 'recorded' });
		expect(responseOf({ ...byUserId, waitFor: 'first' })).toMatchObject({
			data: { approved: true, answered: true },
			responses: given,
		});
	});

	it('knows them by the first ID that there is', () => {
		const byUserId = card({ userIdType: 'user_id' });
		const ids = { open_id: 'ou_a', union_id: 'on_a', user_id: 'a' };
		expect(recipientOf(byUserId, ids)).toBe('a');
		expect(recipientOf(byUserId, { ...ids, user_id: undefined })).toBe('ou_a');
		expect(recipientOf(byUserId, { union_id: 'on_a' })).toBe('on_a');
		expect(recipientOf(card(), { user_id: 'a' })).toBe('a');
		expect(recipientOf(card(), {})).toBeUndefined();
	});

	it('shows nobody where it has no ID of who responded', () => {
		const given = [{ value: 'approve', text: '同意', operator: {}, time: '' }];
		expect(endedCard(card({ given }), 'ou_b').app_feed_card.preview).toBe('✓ 同意 · ');
		const refused = card({
			given: [{ ...given[0], value: 'decline', text: '拒绝' }],
			review: { text: 'Refund' },
		});
		expect(responseOf(refused).chatInput).toBe('Declined;  chose 拒绝. The tool did not run.');
	});
});

describe('a card that shows how it ended', () => {
	it('names the answer, and keeps to the limits of a card', () => {
		const long = { ...approve, text: '好'.repeat(30) };
		const start = card({ choices: [long, decline], doneText: '{answer}'.repeat(10) });
		const { app_feed_card: shown, update_fields: fields } = endedCard(
			after(start, ['ou_a', long]),
			'ou_b',
		);
		expect(codePoints(shown.status_label?.text ?? '')).toBe(20);
		expect(codePoints(shown.preview ?? '')).toBe(120);
		expect(shown).toMatchObject({ time_sensitive: false, status_label: { type: 'success' } });
		expect(shown.buttons).toBeUndefined();
		expect(fields).toEqual(['3', '10', '11', '13']);
	});

	it("shows each one's own answer when everybody is asked", () => {
		const both = after(card({ waitFor: 'all' }), ['ou_a', approve], ['ou_b', decline]);
		expect(endedCard(both, 'ou_b').app_feed_card).toMatchObject({
			status_label: { text: '拒绝', type: 'secondary' },
			preview: '✓ 拒绝 · ou_b',
		});
	});

	it('leaves the preview alone without an answer', () => {
		const { app_feed_card: shown, update_fields: fields } = endedCard(card(), 'ou_a');
		expect(shown.status_label).toEqual({ text: '未答复 No answer', type: 'secondary' });
		expect(fields).toEqual(['10', '11', '13']);
	});

	it('is unpinned and without buttons, also where nobody knows how', () => {
		expect(unpinnedCard('leave')).toEqual({
			app_feed_card: { biz_id: 'leave', time_sensitive: false },
			update_fields: ['11', '13'],
		});
	});
});

describe('a card with several kinds of ID', () => {
	const mixed = (change: Partial<WaitingCard> = {}) =>
		card({
			userIds: ['ou_a', 'on_b', 'c'],
			otherIdTypes: { on_b: 'union_id', c: 'user_id' },
			reached: ['ou_a', 'on_b', 'c'],
			waitFor: 'all',
			...change,
		});
	const PRESSES: Operator[] = [
		{ open_id: 'ou_a', union_id: 'on_a', user_id: 'a' },
		{ open_id: 'ou_b', union_id: 'on_b', user_id: 'b' },
		{ open_id: 'ou_c', union_id: 'on_c', user_id: 'c' },
	];

	it('counts a press by whichever ID of the person got it, once', () => {
		let current = mixed();
		for (const [index, operator] of PRESSES.entries()) {
			const responded = respond(current, approve, operator, NOW);
			if (responded.status !== 'recorded') throw new Error(responded.status);
			current = responded.card;
			if (index < 2) {
				expect(respond(current, decline, operator, NOW)).toEqual({ status: 'closed' });
			}
		}
		expect(isOver(current, NOW)).toBe(true);
		expect(toClear(current, NOW)).toEqual(['ou_a', 'on_b', 'c']);
		expect(responseOf(current)).toMatchObject({ data: { approved: true }, unanswered: [] });
		expect(endedCard(current, 'on_b').app_feed_card.preview).toContain('on_b');
	});

	it('counts nobody else, and nobody of whom a kind is not told', () => {
		const stranger = { open_id: 'ou_x', union_id: 'on_x', user_id: 'x' };
		expect(respond(mixed(), approve, stranger, NOW)).toEqual({ status: 'notRecipient' });
		const { open_id, union_id } = stranger;
		expect(respond(mixed(), approve, { open_id, union_id }, NOW)).toEqual({
			status: 'unidentified',
			userIdType: 'user_id',
		});
	});
});

describe('recipients who were given otherwise than by ID', () => {
	it('are named in the output as they were given', () => {
		const named: WaitingCard['named'] = [
			['ou_a', { recipients: ['a@example.com'], userId: 'ou_a' }],
			['x@example.com', { recipients: ['x@example.com'] }],
		];
		expect(responseOf(card({ named })).recipients).toEqual([
			{ recipient: 'a@example.com', user_id: 'ou_a' },
		]);
		expect(responseOf(card())).not.toHaveProperty('recipients');
	});

	it('are told apart by the first kind of ID where none of theirs has the card', () => {
		const mixed = card({ otherIdTypes: { on_b: 'union_id' } });
		const stranger = { open_id: 'ou_x', union_id: 'on_x' };
		expect(recipientOf(mixed, stranger)).toBe('ou_x');
		expect(recipientOf({ ...mixed, reached: undefined }, stranger)).toBe('ou_x');
	});
});

describe('what an agent is told of its tool call', () => {
	const review = { text: 'Refund order 42' };
	const named: WaitingCard['named'] = [['ou_a', { recipients: ['a@example.com'], userId: 'ou_a' }]];
	const told = (one: WaitingCard) => responseOf(one).chatInput;

	it.each([
		['approved', after(card({ review }), ['ou_a', approve]), undefined],
		[
			'declined',
			after(card({ review, named }), ['ou_a', decline]),
			'Declined; a@example.com chose 拒绝. The tool did not run.',
		],
		[
			'answered by nobody',
			card({ review, deadline: NOW }),
			'No answer: the time limit passed and nobody chose. The tool did not run.',
		],
		[
			'answered by some, where all are asked',
			after(card({ review, waitFor: 'all' }), ['ou_b', approve]),
			'No answer: the time limit passed before everybody had chosen; ou_b chose 同意. The tool did not run.',
		],
		['no tool call', after(card(), ['ou_a', decline]), undefined],
	])('%s', (_, one, sentence) => expect(told(one)).toBe(sentence));
});
