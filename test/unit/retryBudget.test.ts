import type { Failure } from '../../nodes/shared/api/failures';
import { RetryBudget } from '../../nodes/shared/delivery/RetryBudget';
import { RunState } from '../../nodes/shared/delivery/RunState';
import { firstAhead } from '../../nodes/shared/delivery/firstAhead';
import type { RetryPolicy } from '../../nodes/shared/delivery/retryPolicies';

const SECOND = 1_000;
const unanswered: Failure = { kind: 'unanswered', reason: 'no answer' };
const limitedFor = (waitSeconds?: number): Failure => ({
	kind: 'rateLimited',
	reason: 'too many calls',
	waitSeconds,
});
const policy = (tries: number, waitMs = SECOND): RetryPolicy => ({ tries, waitMs: () => waitMs });

beforeEach(() => void jest.useFakeTimers({ now: 0 }));
afterEach(() => void jest.useRealTimers());

describe('the attempts at a call', () => {
	it('are as many as its policy has, each after the wait', () => {
		const attempts = new RetryBudget(100).attempts();
		const growing: RetryPolicy = { tries: 4, waitMs: (failures) => failures * SECOND };
		const next = [1, 2, 3, 4].map(() => attempts.next(growing, unanswered));
		expect(next).toEqual([1 * SECOND, 2 * SECOND, 3 * SECOND, undefined]);
	});

	it('are counted for each policy', () => {
		const attempts = new RetryBudget(100).attempts();
		const [one, other] = [policy(2), policy(2)];
		expect(attempts.next(one, unanswered)).toBe(SECOND);
		expect(attempts.next(other, unanswered)).toBe(SECOND);
		expect(attempts.next(one, unanswered)).toBeUndefined();
	});

	it('end when the next would come too late, and not before', () => {
		const attempts = new RetryBudget(10).attempts();
		expect(attempts.next(policy(9), unanswered)).toBe(SECOND);
		jest.setSystemTime(9 * SECOND);
		expect(attempts.next(policy(9), unanswered)).toBe(10 * SECOND);
		jest.setSystemTime(9 * SECOND + 1);
		expect(attempts.next(policy(9), unanswered)).toBeUndefined();
	});

	it('count what Feishu asks to wait, for which the pacer waits', () => {
		const none = policy(Infinity, 0);
		expect(new RetryBudget(10).attempts().next(none, limitedFor(10))).toBe(0);
		expect(new RetryBudget(10).attempts().next(none, limitedFor(11))).toBeUndefined();
		expect(new RetryBudget(10).attempts().next(none, limitedFor())).toBe(0);
	});
});

describe('the waiting of a run', () => {
	it('is over for all calls when nothing has passed for so long', () => {
		const budget = new RetryBudget(10);
		expect(budget.isPersistent).toBe(false);
		budget.attempts().next(policy(9), unanswered);
		expect([budget.isPersistent, budget.isExhausted]).toEqual([false, false]);
		jest.setSystemTime(9 * SECOND + 1);
		// Another call, that has not waited itself.
		expect(budget.attempts().next(policy(9), unanswered)).toBeUndefined();
		expect([budget.isPersistent, budget.isExhausted]).toEqual([true, true]);
	});

	it('begins anew with a success', () => {
		const budget = new RetryBudget(10);
		budget.attempts().next(policy(9), unanswered);
		jest.setSystemTime(9 * SECOND + 1);
		budget.noteSuccess();
		expect(budget.attempts().next(policy(9), unanswered)).toBe(10 * SECOND + 1);
		expect([budget.isPersistent, budget.isExhausted]).toEqual([false, false]);
	});

	it('is not over by one call that Feishu asks to wait too long', () => {
		const budget = new RetryBudget(10);
		budget.attempts().next(policy(9, 0), limitedFor(99));
		expect(budget.isExhausted).toBe(false);
	});
});

describe('what ends a run', () => {
	const noToken = (retryable: boolean): Failure => ({ kind: 'noToken', reason: '', retryable });
	const abortedBy = (failure: Failure, failuresBefore = 0) => {
		const state = new RunState(100);
		for (let count = 0; count < failuresBefore; count++) {
			state.callBudget.attempts().next(policy(9), unanswered);
		}
		state.noteFailure(failure);
		return state.abortReason;
	};

	it.each<[Failure, number]>([
		[{ kind: 'appRefused', reason: '' }, 0],
		[{ kind: 'stopped', reason: '' }, 0],
		[noToken(false), 0],
		[noToken(true), 2],
	])('%j, after %i failures', (failure, failuresBefore) => {
		expect(abortedBy(failure, failuresBefore)).toBe(failure);
	});

	it.each<[Failure, number]>([
		[noToken(true), 1],
		[{ kind: 'refused', reason: '' }, 2],
		[limitedFor(), 2],
		[unanswered, 2],
	])('not %j, after %i failures', (failure, failuresBefore) => {
		expect(abortedBy(failure, failuresBefore)).toBeUndefined();
	});

	it('is the first of its reasons', () => {
		const state = new RunState(100);
		state.noteFailure({ kind: 'stopped', reason: '' });
		state.noteFailure({ kind: 'appRefused', reason: '' });
		expect(state.abortReason?.kind).toBe('stopped');
	});
});

describe('the first task ahead of the others', () => {
	it('goes alone until it has ended, or for a second', async () => {
		const begun: string[] = [];
		let endFirst: () => void = () => {};
		const first = async () => {
			begun.push('first');
			await new Promise<void>((resolve) => (endFirst = resolve));
		};
		const other = async () => void begun.push('other');
		const all = firstAhead([first, other, other]);
		await jest.advanceTimersByTimeAsync(900);
		expect(begun).toEqual(['first']);
		await jest.advanceTimersByTimeAsync(200);
		expect(begun).toEqual(['first', 'other', 'other']);
		endFirst();
		await all;

		const quick = firstAhead([async () => void begun.push('quick'), other]);
		await jest.advanceTimersByTimeAsync(0);
		expect(begun.slice(3)).toEqual(['quick', 'other']);
		await jest.advanceTimersByTimeAsync(2_000);
		await quick;
	});

	it('may be the only one, or none', async () => {
		const begun: number[] = [];
		await firstAhead([]);
		await firstAhead([async () => void begun.push(1)]);
		expect(begun).toEqual([1]);
	});
});
