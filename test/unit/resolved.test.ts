import { STOPPED } from '../../nodes/shared/api/failures';
import type { Failure } from '../../nodes/shared/api/failures';
import { keyOfAddress, keyOfMembers } from '../../nodes/shared/delivery/lookUps';
import type {
	FoundAddress,
	FoundMembers,
	LookUp,
	MemberList,
} from '../../nodes/shared/delivery/lookUps';
import { resolve } from '../../nodes/shared/delivery/resolved';

const REFUSED: Failure = { kind: 'refused', reason: 'no account' };
const UNANSWERED: Failure = { kind: 'unanswered', reason: 'no answer' };

const email = (value: string, position = 0): LookUp => ({
	kind: 'email',
	value,
	recipient: value,
	position,
});
const chat = (id: string, position = 0): LookUp => ({ kind: 'chat', id, recipient: id, position });
const department = (id: string, position = 0): LookUp => ({
	kind: 'department',
	id,
	idType: 'department_id',
	includeSubdepartments: false,
	recipient: id,
	position,
});

/** Resolves an item's recipients with what was found, by e-mail or by the ID of a list. */
function resolved(
	userIds: string[],
	lookUps: LookUp[],
	found: Record<string, FoundAddress | FoundMembers> = {},
) {
	const addresses = new Map<string, FoundAddress>();
	const members = new Map<string, FoundMembers>();
	for (const lookUp of lookUps) {
		const result = found[lookUp.recipient] ?? found[lookUp.recipient.toLowerCase()];
		if (result === undefined) continue;
		if (lookUp.kind === 'chat' || lookUp.kind === 'department') {
			members.set(keyOfMembers(lookUp as MemberList), result as FoundMembers);
		} else addresses.set(keyOfAddress(lookUp), result as FoundAddress);
	}
	const { everybody, named, failures } = resolve(userIds, lookUps, { addresses, members });
	return {
		everybody,
		named: Object.fromEntries(named),
		failures: Object.fromEntries(failures),
	};
}

it('keeps the order in which the user gave everybody', () => {
	const { everybody } = resolved(
		['ou_1', 'ou_2', 'ou_3'],
		[email('a@example.com', 1), chat('oc_1', 1), email('b@example.com', 2)],
		{
			'a@example.com': { userId: 'ou_a' },
			oc_1: { members: [{ userId: 'ou_m' }] },
			'b@example.com': { failure: REFUSED },
		},
	);
	expect(everybody).toEqual(['ou_1', 'ou_a', 'ou_m', 'ou_2', 'b@example.com', 'ou_3']);
});

it('leaves IDs as they are where nothing is looked up', () => {
	expect(resolved(['ou_1'], [])).toEqual({ everybody: ['ou_1'], named: {}, failures: {} });
});

describe('an address', () => {
	it('stands there by the ID that was found', () => {
		const found = { 'a@example.com': { userId: 'ou_a' } };
		expect(resolved([], [email('a@example.com')], found)).toEqual({
			everybody: ['ou_a'],
			named: { ou_a: { recipients: ['a@example.com'], userId: 'ou_a' } },
			failures: {},
		});
	});

	it('of nobody stands there as it was given first, with each way in which it was written', () => {
		const lookUps = [email('A@example.com'), email('a@example.com'), email('A@example.com')];
		const found = { 'a@example.com': { failure: REFUSED } };
		expect(resolved([], lookUps, found)).toEqual({
			everybody: ['A@example.com'],
			named: { 'A@example.com': { recipients: ['A@example.com', 'a@example.com'] } },
			failures: { 'A@example.com': REFUSED },
		});
	});

	it('of somebody who cannot be sent to stands there by the ID, with the reason', () => {
		const found = { 'a@example.com': { userId: 'ou_a', failure: REFUSED } };
		expect(resolved([], [email('a@example.com')], found)).toEqual({
			everybody: ['ou_a'],
			named: { ou_a: { recipients: ['a@example.com'], userId: 'ou_a' } },
			failures: { ou_a: REFUSED },
		});
	});

	it('says that the look-up failed when it did', () => {
		const found = { 'a@example.com': { failure: UNANSWERED, isCallFailed: true } };
		const { failures } = resolved([], [email('a@example.com')], found);
		expect(failures['a@example.com']).toEqual({
			...UNANSWERED,
			reason: 'the look-up failed, because no answer',
		});
	});

	it('says that the execution was stopped when it was', () => {
		const found = { 'a@example.com': { failure: STOPPED, isCallFailed: true } };
		expect(resolved([], [email('a@example.com')], found).failures).toEqual({
			'a@example.com': STOPPED,
		});
		expect(resolved([], [email('b@example.com')]).failures).toEqual({ 'b@example.com': STOPPED });
	});
});

describe('a list', () => {
	it('stands there by its members, with their names', () => {
		const found = { oc_1: { members: [{ userId: 'ou_1', name: 'Wang' }, { userId: 'ou_2' }] } };
		expect(resolved([], [chat('oc_1')], found)).toEqual({
			everybody: ['ou_1', 'ou_2'],
			named: {
				ou_1: { recipients: ['oc_1'], userId: 'ou_1', name: 'Wang', isMember: true },
				ou_2: { recipients: ['oc_1'], userId: 'ou_2', isMember: true },
			},
			failures: {},
		});
	});

	it.each([chat('1'), department('1')])('without members stands there as given: $kind', (list) => {
		expect(resolved([], [list], { 1: { failure: REFUSED } })).toEqual({
			everybody: ['1'],
			named: { 1: { recipients: ['1'] } },
			failures: { 1: REFUSED },
		});
	});

	it.each([chat('1'), department('1')])('that was not looked up was stopped: $kind', (list) => {
		expect(resolved([], [list]).failures).toEqual({ 1: STOPPED });
	});
});

describe('somebody who is named several times', () => {
	it('stands there once, with all lists and the name', () => {
		const found = {
			oc_1: { members: [{ userId: 'ou_1' }] },
			oc_2: { members: [{ userId: 'ou_1', name: 'Wang' }] },
		};
		expect(resolved([], [chat('oc_1'), chat('oc_2'), chat('oc_1')], found)).toEqual({
			everybody: ['ou_1'],
			named: {
				ou_1: { recipients: ['oc_1', 'oc_2'], userId: 'ou_1', name: 'Wang', isMember: true },
			},
			failures: {},
		});
	});

	it.each([
		['first', [email('a@example.com'), chat('oc_1')], ['a@example.com', 'oc_1']],
		['last', [chat('oc_1'), email('a@example.com')], ['oc_1', 'a@example.com']],
	])('is no mere member where an address comes %s', (_, lookUps, recipients) => {
		const found = {
			'a@example.com': { userId: 'ou_1' },
			oc_1: { members: [{ userId: 'ou_1', name: 'Wang' }] },
		};
		expect(resolved([], lookUps, found).named).toEqual({
			ou_1: { recipients, userId: 'ou_1', name: 'Wang' },
		});
	});

	it('as an ID and by an address stands there where it came first', () => {
		const found = { 'a@example.com': { userId: 'ou_2' } };
		const { everybody } = resolved(['ou_1', 'ou_2'], [email('a@example.com', 0)], found);
		expect(everybody).toEqual(['ou_2', 'ou_1']);
	});
});
