import type { Failure, FailureKind } from '../../nodes/shared/api/failures';
import { policyForCall, policyForRecipient } from '../../nodes/shared/delivery/retryPolicies';
import type { RetryPolicy } from '../../nodes/shared/delivery/retryPolicies';

const failure = (kind: FailureKind, retryable?: boolean): Failure =>
	kind === 'noToken' ? { kind, retryable, reason: '' } : { kind, reason: '' };

/** The waits after each failure but the last, with chance at its least and its most. */
function waitsOf({ tries, waitMs }: RetryPolicy, chance: number): number[] {
	const random = jest.spyOn(Math, 'random').mockReturnValue(chance);
	const waits = Array.from({ length: tries - 1 }, (_, failures) =>
		Math.round(waitMs(failures + 1)),
	);
	random.mockRestore();
	return waits;
}

describe('what cannot pass', () => {
	it.each<[FailureKind, boolean | undefined]>([
		['refused', undefined],
		['token', undefined],
		['stopped', undefined],
		['noToken', false],
		['noToken', undefined],
	])('is not tried again: %s (may pass: %s)', (kind, retryable) => {
		expect(policyForCall(failure(kind, retryable)).tries).toBe(1);
	});

	it.each<FailureKind>(['refused', 'unavailable', 'unanswered', 'token', 'noToken', 'stopped'])(
		'is not tried again for a recipient: %s',
		(kind) => {
			expect(policyForRecipient(failure(kind)).tries).toBe(1);
		},
	);
});

describe('trouble of Feishu or the network', () => {
	const kinds: Failure[] = [
		failure('unavailable'),
		failure('unanswered'),
		failure('noToken', true),
	];

	it.each(kinds)('is waited for longer from try to try, spread by half: %j', (kind) => {
		const policy = policyForCall(kind);
		expect(waitsOf(policy, 0)).toEqual([250, 500, 1_000, 2_000, 4_000]);
		expect(waitsOf(policy, 1)).toEqual([500, 1_000, 2_000, 4_000, 8_000]);
	});

	it('is one for all its kinds, so that they share the tries', () => {
		expect(new Set(kinds.map(policyForCall)).size).toBe(1);
	});

	it('is never waited for longer than 15 s at a time', () => {
		const { waitMs } = policyForCall(failure('unavailable'));
		expect(waitMs(100)).toBeLessThanOrEqual(15_000);
		expect(waitMs(100)).toBeGreaterThanOrEqual(7_500);
	});
});

describe('a rate limit', () => {
	it('of a call is left to the pacer, for as long as the budget of waiting allows', () => {
		const policy = policyForCall(failure('rateLimited'));
		expect(policy.tries).toBe(Infinity);
		expect(policy.waitMs(1)).toBe(0);
		expect(policy.waitMs(1_000)).toBe(0);
	});

	it('of one recipient is waited for longer from try to try', () => {
		const policy = policyForRecipient(failure('rateLimited'));
		expect(waitsOf(policy, 0)).toEqual([500, 1_000, 2_000, 4_000, 7_500, 7_500, 7_500]);
		expect(waitsOf(policy, 1)).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
	});

	it('is counted apart from that of a recipient', () => {
		expect(policyForCall(failure('rateLimited'))).not.toBe(
			policyForRecipient(failure('rateLimited')),
		);
	});
});
