import * as fc from 'fast-check';

import {
	failedJson,
	failedOf,
	failureSentence,
	failuresOf,
	nameOf,
	nameSome,
	recipientsListOf,
	recipientsOf,
	shortSummaryOf,
	summaryOf,
	unreachedSentence,
	withUnresolved,
} from '../../nodes/shared/delivery/outcome';
import type { RecipientRequest } from '../../nodes/shared/delivery/batches';
import type { ItemResult } from '../../nodes/shared/delivery/outcome';
import { STOPPED } from '../../nodes/shared/api/failures';
import type { Failure } from '../../nodes/shared/api/failures';

const REFUSED: Failure = { kind: 'refused', reason: 'no permission', code: '1' };
const LIMITED: Failure = {
	kind: 'rateLimited',
	reason: 'too many calls',
	code: 99991400,
	logId: 'log-1',
	advice: 'wait a little',
};

const result = (outcomes: Record<string, Failure | undefined>, updated?: string[]): ItemResult => ({
	names: { biz_id: 'b' },
	outcomes: new Map(Object.entries(outcomes)),
	...(updated && { updated: new Set(updated) }),
});

const MIXED = result({ ou_a: undefined, ou_b: REFUSED, ou_c: undefined, ou_d: LIMITED });
const REASONS = {
	ou_b: { reason: 'no permission', code: '1' },
	ou_d: { reason: 'too many calls: wait a little', code: 99991400, log_id: 'log-1' },
};

describe('summaryOf', () => {
	it('tells who was reached and who was not, and why', () => {
		expect(summaryOf(MIXED)).toEqual({
			biz_id: 'b',
			succeeded: ['ou_a', 'ou_c'],
			failed: [
				{ user_id: 'ou_b', ...REASONS.ou_b },
				{ user_id: 'ou_d', ...REASONS.ou_d },
			],
		});
	});

	it('tells who was created and who was updated, where that is asked for', () => {
		const both = result({ ou_a: undefined, ou_b: undefined, ou_c: REFUSED }, ['ou_b', 'ou_c']);
		expect(summaryOf(both)).toMatchObject({
			succeeded: ['ou_a', 'ou_b'],
			created: ['ou_a'],
			updated: ['ou_b'],
			failed: [{ user_id: 'ou_c' }],
		});
	});

	it('tells first whom it did not reach', () => {
		expect(Object.keys(summaryOf(MIXED))).toEqual(['biz_id', 'failed', 'succeeded']);
		const reached = summaryOf(result({ ou_a: undefined }));
		expect(Object.keys(reached)).toEqual(['biz_id', 'succeeded', 'failed']);
	});

	it('tells whether what was to be done is done for everybody, where that is asked for', () => {
		expect(summaryOf(MIXED, 'deleted')).toMatchObject({ deleted: false });
		expect(summaryOf(result({ ou_a: undefined }), 'deleted')).toMatchObject({ deleted: true });
		expect(recipientsOf(MIXED, 'deleted').map(({ deleted }) => deleted)).toEqual([
			...[true, false, true, false],
		]);
	});

	it('tells apart who was skipped by a stop', () => {
		const stopped = result({ ou_a: undefined, ou_b: STOPPED, ou_c: REFUSED });
		expect(summaryOf(stopped)).toMatchObject({
			succeeded: ['ou_a'],
			failed: [{ user_id: 'ou_c' }],
			skipped: ['ou_b'],
		});
	});

	it('has everybody in exactly one of succeeded, failed and skipped, in order', () => {
		const outcome = fc.constantFrom(undefined, REFUSED, LIMITED, STOPPED);
		fc.assert(
			fc.property(fc.array(outcome, { maxLength: 30 }), (outcomes) => {
				const ids = outcomes.map((_, index) => `ou_${index}`);
				const told = summaryOf({
					names: {},
					outcomes: new Map(outcomes.map((one, index) => [ids[index], one])),
				}) as {
					succeeded: string[];
					failed: Array<{ user_id: string }>;
					skipped?: string[];
				};
				const { succeeded, failed, skipped = [] } = told;
				const all = [...succeeded, ...failed.map(({ user_id }) => user_id), ...skipped];
				expect(all.sort()).toEqual([...ids].sort());
				expect(succeeded).toEqual(ids.filter((_, index) => outcomes[index] === undefined));
				expect(skipped).toEqual(ids.filter((_, index) => outcomes[index] === STOPPED));
			}),
		);
	});
});

describe('shortSummaryOf', () => {
	it('counts everybody once, and lists whom it did not reach as summaryOf does', () => {
		const outcome = fc.constantFrom(undefined, REFUSED, LIMITED, STOPPED);
		const action = fc.constantFrom('created', 'updated', 'created_or_updated');
		fc.assert(
			fc.property(
				fc.array(fc.tuple(outcome, action), { maxLength: 30 }),
				fc.boolean(),
				(recipients, isUpsert) => {
					const idsOf = (wanted: string) =>
						recipients.flatMap(([, done], index) => (done === wanted ? [`ou_${index}`] : []));
					const doubtful = idsOf('created_or_updated');
					const told: ItemResult = {
						names: { biz_id: 'b' },
						outcomes: new Map(recipients.map(([one], index) => [`ou_${index}`, one])),
						...(isUpsert && { updated: new Set(idsOf('updated')) }),
						...(isUpsert && doubtful.length > 0 && { createdOrUpdated: new Set(doubtful) }),
					};
					const { succeeded, created, updated, created_or_updated, failed, skipped, ...names } =
						summaryOf(told, 'deleted') as Record<string, string[] | undefined>;
					const short = shortSummaryOf(told, 'deleted');
					expect(short).toEqual({
						...names,
						succeeded_count: succeeded?.length,
						...(created && { created_count: created.length }),
						...(updated && { updated_count: updated.length }),
						...(created_or_updated && { created_or_updated_count: created_or_updated.length }),
						failed,
						failed_count: failed?.length,
						...(skipped && { skipped }),
						skipped_count: skipped?.length ?? 0,
					});
					const { succeeded_count, failed_count, skipped_count } = short as Record<string, number>;
					expect(succeeded_count! + failed_count! + skipped_count!).toBe(recipients.length);
				},
			),
		);
	});

	it('tells first whom it did not reach', () => {
		expect(Object.keys(shortSummaryOf(MIXED))).toEqual([
			...['biz_id', 'failed', 'succeeded_count', 'failed_count', 'skipped_count'],
		]);
	});
});

describe('recipientsOf', () => {
	it('tells the same, one entry for each recipient in order', () => {
		expect(recipientsOf(MIXED)).toEqual([
			{ biz_id: 'b', user_id: 'ou_a', status: 'succeeded' },
			{ biz_id: 'b', user_id: 'ou_b', status: 'failed', ...REASONS.ou_b },
			{ biz_id: 'b', user_id: 'ou_c', status: 'succeeded' },
			{ biz_id: 'b', user_id: 'ou_d', status: 'failed', ...REASONS.ou_d },
		]);
	});

	it('tells what was done, where that is asked for, and who was skipped', () => {
		const both = result({ ou_a: undefined, ou_b: undefined, ou_c: STOPPED }, ['ou_b']);
		expect(recipientsOf(both).map(({ status, action }) => [status, action])).toEqual([
			['succeeded', 'created'],
			['succeeded', 'updated'],
			['skipped', undefined],
		]);
	});
});

describe('somebody who was looked up', () => {
	const named = new Map([
		['ou_a', { recipients: ['a@example.com', '13800138000'], userId: 'ou_a' }],
		['ou_b', { recipients: ['oc_1'], userId: 'ou_b', name: 'Li', isMember: true }],
		['ou_c', { recipients: ['oc_1'], userId: 'ou_c', isMember: true }],
		['x@example.com', { recipients: ['x@example.com'] }],
	]);
	const found = { ...result({ ou_a: undefined, ou_b: REFUSED, 'x@example.com': LIMITED }), named };

	it('is called as the user gave them; a member of a list by name', () => {
		const called = ['ou_a', 'ou_b', 'ou_c', 'x@example.com', 'ou_d'].map((key) =>
			nameOf(found, key),
		);
		expect(called).toEqual(['a@example.com', 'Li', 'ou_c', 'x@example.com', 'ou_d']);
		expect(nameOf(result({}), 'ou_a')).toBe('ou_a');
	});

	it('stands in the output by both', () => {
		expect(failedOf(found)).toEqual([
			{ recipient: 'oc_1', user_id: 'ou_b', name: 'Li', ...REASONS.ou_b },
			{ recipient: 'x@example.com', ...REASONS.ou_d },
		]);
		expect(recipientsListOf(named)).toEqual([
			{ recipient: 'a@example.com', user_id: 'ou_a' },
			{ recipient: '13800138000', user_id: 'ou_a' },
			{ recipient: 'oc_1', user_id: 'ou_b', name: 'Li' },
			{ recipient: 'oc_1', user_id: 'ou_c' },
		]);
		expect(summaryOf(found).recipients).toEqual(recipientsListOf(named));
	});

	it('stands where the user gave them, with why they cannot be sent to', () => {
		const sent = result({ ou_a: undefined, ou_b: REFUSED });
		const everybody = ['x@example.com', 'ou_b', 'ou_a'];
		const failures = new Map([['x@example.com', LIMITED]]);
		const whole = withUnresolved(sent, {
			resolved: { everybody, named, failures },
		} as unknown as RecipientRequest);
		expect([...whole.outcomes]).toEqual([
			['x@example.com', LIMITED],
			['ou_b', REFUSED],
			['ou_a', undefined],
		]);
		expect(whole.named).toBe(named);
		expect(withUnresolved(sent, {} as RecipientRequest)).toBe(sent);
	});
});

describe('failedJson', () => {
	const summary = { biz_id: 'b' };

	it.each([
		[false, undefined, { error: 'no' }],
		[false, summary, { error: 'no', biz_id: 'b' }],
		[true, undefined, { error: 'no' }],
		[true, summary, { error: 'no', details: summary }],
	])('is what n8n takes for a failed item: %j, %j', (toErrorOutput, given, expected) => {
		expect(failedJson('no', toErrorOutput, given)).toEqual(expected);
	});

	it('has no details at the error output of an n8n that would take it for a success', () => {
		jest.isolateModules(() => {
			jest.doMock('n8n-workflow/package.json', () => ({ version: '2.35.9' }));
			const older = jest.requireActual<typeof import('../../nodes/shared/delivery/outcome')>(
				'../../nodes/shared/delivery/outcome',
			);
			expect(older.failedJson('no', true, summary)).toEqual({ error: 'no' });
			jest.dontMock('n8n-workflow/package.json');
		});
	});
});

describe('failuresOf', () => {
	it('gives the failures alone', () => {
		expect(failuresOf(MIXED)).toEqual([
			['ou_b', REFUSED],
			['ou_d', LIMITED],
		]);
		expect(failuresOf(result({ ou_a: undefined }))).toEqual([]);
	});
});

describe('failureSentence', () => {
	it.each<[string, Record<string, Failure | undefined>, string]>([
		['one person', { ou_a: REFUSED }, 'ou_a: no permission (code 1)'],
		['two people', { ou_a: REFUSED, ou_b: REFUSED }, 'ou_a, ou_b: no permission (code 1)'],
		[
			'one of two',
			{ ou_a: undefined, ou_b: LIMITED },
			'ou_b (1 of 2 recipients): too many calls (code 99991400, log ID log-1): wait a little',
		],
		[
			'four people',
			{ ou_a: REFUSED, ou_b: REFUSED, ou_c: REFUSED, ou_d: REFUSED },
			'ou_a, ou_b, ou_c and 1 other: no permission (code 1)',
		],
		[
			'another reason for fewer',
			{ ou_a: LIMITED, ou_b: REFUSED, ou_c: REFUSED },
			'ou_b, ou_c: no permission (code 1); 1 more failed for other reasons',
		],
	])('names %s', (_, outcomes, expected) => {
		expect(failureSentence('create the card', result(outcomes))).toBe(
			`Could not create the card for ${expected}`,
		);
	});
});

describe('nameSome', () => {
	it.each([
		[1, 'a'],
		[3, 'a, b, c'],
		[4, 'a, b, c and 1 other'],
		[5, 'a, b, c and 2 others'],
	])('names %i people', (count, expected) => {
		expect(nameSome([...'abcdef'].slice(0, count))).toBe(expected);
	});
});

describe('unreachedSentence', () => {
	const told = (...all: Array<Record<string, Failure | undefined>>) =>
		unreachedSentence(all.map((outcomes) => result(outcomes)));

	it('says nothing when everybody was reached', () => {
		expect(told({ ou_a: undefined }, {})).toBeUndefined();
	});

	it('counts, names, and gives the reason', () => {
		expect(told({ ou_a: undefined, ou_b: REFUSED })).toBe(
			'1 of 2 recipients was not reached: ou_b (no permission)',
		);
	});

	it('counts over all items, and gives the reason of most', () => {
		const most = { ou_b: REFUSED, ou_c: REFUSED, ou_d: REFUSED, ou_e: REFUSED };
		expect(told({ ou_a: LIMITED, ...most }, { ou_b: REFUSED, ou_f: undefined })).toBe(
			'6 of 7 recipients were not reached: ou_a, ou_b, ou_c and 2 others (no permission, 1 for other reasons)',
		);
	});
});
