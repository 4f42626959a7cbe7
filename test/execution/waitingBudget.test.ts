import type { IDataObject } from 'n8n-workflow';

import type { FaultOptions } from '../../sandbox/feishu/src/client';
import { FEED_OPERATIONS, giveCard, inBatches } from '../helpers/execution/feedOperations';
import type { FeedOperation, Summary } from '../helpers/execution/feedOperations';
import { withSandbox } from '../helpers/execution/withSandbox';

/** Time passes so many times as fast for all that the node and the sandbox wait for and read from the clock. */
const mockSpeed = 20;

jest.mock('n8n-workflow', () => {
	const original = jest.requireActual<typeof import('n8n-workflow')>('n8n-workflow');
	return {
		...original,
		sleep: async (milliseconds: number) => await original.sleep(milliseconds / mockSpeed),
	};
});

jest.setTimeout(60_000);

const PEOPLE = 1_000;
const sandbox = withSandbox({ people: PEOPLE });
const { create, update, 'upsert of a card that exists': upsert } = FEED_OPERATIONS;

beforeAll(() => {
	const begin = Date.now();
	const mark = performance.now();
	jest.spyOn(Date, 'now').mockImplementation(() => begin + (performance.now() - mark) * mockSpeed);
});
afterAll(() => jest.restoreAllMocks());

const LONGEST_WAIT = 10;
/** What the calls of the beginning, and the last ones, take besides, in the time of the test. */
const OTHERWISE = 5;

/** Runs an operation, and gives what it told, and for how long it made calls. */
async function run(
	operation: FeedOperation,
	items: string[][],
	faults: FaultOptions[],
	options: IDataObject = {},
) {
	if (operation.needsCard) {
		await giveCard(sandbox.url, sandbox.feishu, 'b', [...new Set(items.flat())]);
	}
	for (const fault of faults) await sandbox.feishu.addFault(fault);
	const { outputs, error } = await sandbox.run(
		{
			...operation.parameters({ bizId: 'b', chatId: '' }),
			userIds: '={{ $json.to }}',
			options: { longestWait: LONGEST_WAIT, ...options },
		},
		{ items: items.map((to) => ({ to })), onError: 'continueRegularOutput' },
	);
	if (error) throw error;
	const calls = await sandbox.requests();
	const times = calls.map(({ receivedAt }) => receivedAt);
	return {
		told: outputs[0].map(({ json }) => json as unknown as Summary),
		calls,
		seconds: (Math.max(...times) - Math.min(...times)) / 1_000,
	};
}

describe.each(['tooManyRequests', 'tooManyRequestsAs400'] as const)(
	'a rate limit that never passes: %s',
	(kind) => {
		it.each([1, 5, 20])(
			'is waited for once by all of a run, %i calls at once',
			async (callsAtOnce) => {
				const userIds = sandbox.openIds(0, PEOPLE);
				const { told, calls, seconds } = await run(
					create,
					inBatches(userIds, 100),
					[{ kind, operation: create.endpoint }],
					{ callsAtOnce },
				);
				expect(told.flatMap(({ failed }) => failed.map(({ user_id }) => user_id))).toEqual(userIds);
				for (const { code } of told.flatMap(({ failed }) => failed)) expect(code).toBe(99991400);
				expect(seconds).toBeLessThan(LONGEST_WAIT + OTHERWISE);
				// The calls at once, and one more in each second that Feishu asks to wait for.
				expect(calls.length).toBeLessThanOrEqual(
					callsAtOnce + (LONGEST_WAIT + OTHERWISE) * callsAtOnce,
				);
			},
		);

		it('that asks for more than the longest wait costs the calls under way', async () => {
			const fault: FaultOptions = { kind, operation: create.endpoint, retryAfter: 30 };
			const { told, calls, seconds } = await run(create, [sandbox.openIds(0, PEOPLE)], [fault]);
			expect(told[0].failed).toHaveLength(PEOPLE);
			expect(calls.length).toBeLessThanOrEqual(20);
			expect(seconds).toBeLessThan(LONGEST_WAIT + OTHERWISE);
		});

		it('is waited for by creating and updating together', async () => {
			const faults: FaultOptions[] = [
				{ kind: 'tooManyRequests', operation: create.endpoint, first: 5 },
				{ kind, operation: update.endpoint },
			];
			const { told, seconds } = await run(upsert, [sandbox.openIds(0, 200)], faults);
			expect(told[0].failed).toHaveLength(200);
			expect(seconds).toBeLessThan(2 * LONGEST_WAIT + OTHERWISE);
		});
	},
);

describe('a person who is always sent too much', () => {
	const limited = (recipient: string[]): FaultOptions => ({
		kind: 'recipientReason',
		operation: update.endpoint,
		recipient,
		reason: '3',
	});

	it('in every call is waited for once', async () => {
		const userIds = sandbox.openIds(0, PEOPLE);
		const busy = userIds.filter((_, place) => place % update.batchSize === 7);
		const { told, calls, seconds } = await run(update, [userIds], [limited(busy)]);
		expect(told[0].failed.map(({ user_id }) => user_id)).toEqual(busy);
		expect(told[0].succeeded).toHaveLength(PEOPLE - busy.length);
		expect(seconds).toBeLessThan(LONGEST_WAIT + OTHERWISE);
		const retries = 8 * Math.ceil(busy.length / update.batchSize);
		expect(calls.length).toBeLessThanOrEqual(PEOPLE / update.batchSize + retries);
	});

	it('is waited for once by many items for the same card', async () => {
		const people = sandbox.openIds(0, 3);
		const items = Array.from({ length: 30 }, () => people);
		const { told, seconds } = await run(update, items, [limited([people[1]])]);
		for (const { succeeded, failed } of told) {
			expect(succeeded).toEqual([people[0], people[2]]);
			expect(failed.map(({ user_id }) => user_id)).toEqual([people[1]]);
		}
		expect(seconds).toBeLessThan(LONGEST_WAIT + OTHERWISE);
	});

	it('for whom it passes costs nobody else the wait', async () => {
		const people = sandbox.openIds(0, 4);
		const items = Array.from({ length: 4 }, () => people);
		const faults = people.map((person, item) => ({
			...limited([person]),
			// Each is in one call of each item, and is refused in one item only, twice.
			nth: [item + 1, item + 2],
		}));
		const { told } = await run(update, items, faults);
		for (const { succeeded } of told) expect(succeeded).toEqual(people);
	});
});
