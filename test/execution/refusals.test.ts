import type { IDataObject } from 'n8n-workflow';

import { ERROR_CODES } from '../../nodes/shared/api/errorCodes';
import { SEEDED_APPS, TENANT_KEY } from '../../sandbox/feishu/src';
import type { FaultOptions, RecordedRequest } from '../../sandbox/feishu/src/client';
import { FEED_OPERATIONS, giveCard } from '../helpers/execution/feedOperations';
import type { FeedOperation, Summary } from '../helpers/execution/feedOperations';
import type { RunResult } from '../helpers/execution/runNode';
import { withSandbox } from '../helpers/execution/withSandbox';
import { PLACES_OF_INVALID, callsOfHalving } from '../helpers/invalidIds';

/**
 * What Feishu refuses as a whole: for some of the IDs in a call, for its content, or for the app.
 * What counts is how many calls go over the wire, and who has what in the end.
 */
jest.setTimeout(60_000);

const PEOPLE = 1_000;
const sandbox = withSandbox({ people: PEOPLE });
const EACH_OPERATION = Object.entries<FeedOperation>(FEED_OPERATIONS);
const { create } = FEED_OPERATIONS;

/** The codes that concern some of the IDs in a call. feishu-openapi.md, part 3. */
const ID_CODES = [
	99992351, 99992352, 99992353, 99992354, 99992359, 99992360, 99992361, 99992363, 99992364,
	99992381,
];
/** Those whose message never names an ID. */
const NAMELESS_CODES = [99992361, 99992381];

interface Observed {
	operation: FeedOperation;
	userIds: string[];
	result: RunResult;
	told: Summary;
	/** The calls of the operation's endpoint. */
	calls: RecordedRequest[];
}

/** Runs an operation for these people, as one item, while the faults are set. */
async function observe(
	operation: FeedOperation,
	userIds: string[],
	faults: FaultOptions[],
	{ options, whileItRuns }: { options?: IDataObject; whileItRuns?: () => Promise<void> } = {},
): Promise<Observed> {
	if (operation.needsCard) {
		const known = new Set(sandbox.openIds(0, PEOPLE));
		const holders = userIds.filter((userId) => known.has(userId));
		await giveCard(sandbox.url, sandbox.feishu, 'b', holders);
	}
	for (const fault of faults) await sandbox.feishu.addFault(fault);
	const target = { bizId: 'b', chatId: sandbox.groups[0].chat_id };
	const running = sandbox.run(
		{ ...operation.parameters(target), userIds: '={{ $json.to }}', options },
		{ items: [{ to: userIds }], onError: 'continueRegularOutput' },
	);
	await whileItRuns?.();
	const result = await running;
	if (result.error) throw result.error;
	return {
		operation,
		userIds,
		result,
		told: result.outputs[0][0].json as unknown as Summary,
		calls: (await sandbox.requests()).filter((call) => call.operation === operation.endpoint),
	};
}

/** The bad ones fail with this code and what to do about it; all others are reached, once. */
async function expectOnlyTheseFail(
	{ operation, userIds, told }: Observed,
	bad: string[],
	code: number,
): Promise<void> {
	const isBad = new Set(bad);
	const good = userIds.filter((userId) => !isBad.has(userId));
	expect(told.succeeded).toEqual(good);
	expect(told.failed.map(({ user_id, code: told_ }) => [user_id, told_])).toEqual(
		userIds.filter((userId) => isBad.has(userId)).map((userId) => [userId, code]),
	);
	for (const { reason } of told.failed) expect(reason).toContain(ERROR_CODES[code].advice);
	const effects = await sandbox.feishu.effects({ effect: operation.effect });
	expect(effects.map(({ open_id }) => open_id).sort()).toEqual([...good].sort());
}

const refused = (
	{ endpoint }: FeedOperation,
	bad: string[],
	code: number,
	more: Partial<FaultOptions> = {},
): FaultOptions => ({ kind: 'gatewayCode', operation: endpoint, recipient: bad, code, ...more });

describe.each(Object.entries(PLACES_OF_INVALID))(
	'200 bad IDs among 1,000 people: %s',
	(_, isBad) => {
		const lists = () => {
			const userIds = sandbox.openIds(0, PEOPLE);
			return { userIds, bad: userIds.filter((__, place) => isBad(place)).slice(0, 200) };
		};

		it.each(['create', 'update', 'chat reminder'] as const)(
			'are taken out at once where Feishu names them: %s',
			async (name) => {
				const { userIds, bad } = lists();
				const operation = FEED_OPERATIONS[name];
				const observed = await observe(operation, userIds, [refused(operation, bad, 99992351)]);
				await expectOnlyTheseFail(observed, bad, 99992351);
				expect(observed.calls.length).toBeLessThanOrEqual(110);
			},
		);

		it.each([99992361, 99992351])(
			'cost no more calls than halving, nor than people, where it names none: %i',
			async (code) => {
				const { userIds, bad } = lists();
				const fault = refused(create, bad, code, { namesIds: 'none' });
				// In order, since the bound depends on it: deliver.test.ts has what late answers add.
				const observed = await observe(create, userIds, [fault], { options: { callsAtOnce: 1 } });
				await expectOnlyTheseFail(observed, bad, code);
				const most = Math.min(callsOfHalving(userIds, new Set(bad), create.batchSize), PEOPLE);
				expect(observed.calls.length).toBeLessThanOrEqual(most);
			},
		);

		it('cost one call each where it names one at a time', async () => {
			const { userIds, bad } = lists();
			const fault = refused(create, bad, 99992352, { namesIds: 'first' });
			const observed = await observe(create, userIds, [fault]);
			await expectOnlyTheseFail(observed, bad, 99992352);
			expect(observed.calls.length).toBeLessThanOrEqual(PEOPLE / create.batchSize + bad.length);
		});
	},
);

describe.each(EACH_OPERATION)('%s', (_, operation) => {
	it.each(ID_CODES.flatMap((code) => [[code, 'all'] as const, [code, 'none'] as const]))(
		'reaches all but the IDs of code %i, naming %s',
		async (code, namesIds) => {
			const userIds = sandbox.openIds(0, 2 * operation.batchSize);
			const bad = [3, 4, operation.batchSize + 9].map((place) => userIds[place]);
			const observed = await observe(operation, userIds, [
				refused(operation, bad, code, { namesIds }),
			]);
			await expectOnlyTheseFail(observed, bad, code);
			const isNamed = namesIds === 'all' && !NAMELESS_CODES.includes(code);
			expect(observed.calls.length).toBeLessThanOrEqual(
				isNamed ? 4 : callsOfHalving(userIds, new Set(bad), operation.batchSize),
			);
		},
	);

	it('reaches all but people who left the company and who are of another app', async () => {
		const userIds = sandbox.openIds(0, operation.batchSize);
		const [left, foreign] = [userIds[2], userIds[11]];
		if (operation.needsCard) await giveCard(sandbox.url, sandbox.feishu, 'b', userIds);
		await sandbox.feishu.changeSettings({ gateway: { refusesUserIds: true, namesIds: 'all' } });
		await sandbox.feishu.changePerson(left, { is_resigned: true });
		await sandbox.feishu.changePerson(foreign, { is_foreign: true });
		const target = { bizId: 'b', chatId: sandbox.groups[0].chat_id };
		const [json] = await sandbox.output({
			...operation.parameters(target),
			userIds: userIds.join(),
		});
		const { succeeded, failed } = json as unknown as Summary;
		expect(succeeded).toEqual(userIds.filter((userId) => userId !== left && userId !== foreign));
		expect(failed.map(({ user_id, code }) => [user_id, code])).toEqual([
			[left, 99992351],
			[foreign, 99992361],
		]);
	});
});

describe('few recipients', () => {
	it.each([1, 2, 20])('%i, all bad, cost no more calls than halving', async (count) => {
		const userIds = sandbox.openIds(0, count);
		const fault = refused(create, userIds, 99992361);
		const observed = await observe(create, userIds, [fault]);
		await expectOnlyTheseFail(observed, userIds, 99992361);
		expect(observed.calls.length).toBeLessThanOrEqual(
			callsOfHalving(userIds, new Set(userIds), create.batchSize),
		);
	});

	it.each([1, 2, 20])('%i, all bad and named, cost one call', async (count) => {
		const userIds = sandbox.openIds(0, count);
		const observed = await observe(create, userIds, [refused(create, userIds, 99992352)]);
		await expectOnlyTheseFail(observed, userIds, 99992352);
		expect(observed.calls).toHaveLength(1);
	});

	it.each([
		[2, 0],
		[2, 1],
		[20, 0],
		[20, 12],
		[20, 19],
	])('of %i the one at place %i is bad', async (count, place) => {
		const userIds = sandbox.openIds(0, count);
		const bad = [userIds[place]];
		const observed = await observe(create, userIds, [refused(create, bad, 99992361)]);
		await expectOnlyTheseFail(observed, bad, 99992361);
		expect(observed.calls.length).toBeLessThanOrEqual(
			callsOfHalving(userIds, new Set(bad), create.batchSize),
		);
	});
});

describe('10,000 IDs of another app', () => {
	const userIds = Array.from(
		{ length: 10_000 },
		(_, place) => `ou_${place.toString(16).padStart(32, '0')}`,
	);

	it.each<[string, Partial<FaultOptions>]>([
		['that Feishu does not name', {}],
		['of which Feishu names one at a time', { code: 99992351, namesIds: 'first' }],
	])('%s are not looked for one by one', async (_, more) => {
		const fault: FaultOptions = {
			kind: 'gatewayCode',
			operation: create.endpoint,
			code: 99992361,
			...more,
		};
		const observed = await observe(create, userIds, [fault]);
		await expectOnlyTheseFail(observed, userIds, fault.code!);
		expect(observed.calls.length).toBeLessThanOrEqual(400);
		// Nobody is told the ID of somebody else.
		for (const { reason } of observed.told.failed) expect(reason).not.toContain('ou_');
	});

	it('that Feishu names cost one call for each batch', async () => {
		const fault: FaultOptions = {
			kind: 'gatewayCode',
			operation: create.endpoint,
			code: 99992351,
		};
		const observed = await observe(create, userIds, [fault]);
		await expectOnlyTheseFail(observed, userIds, 99992351);
		expect(observed.calls).toHaveLength(10_000 / create.batchSize);
	});
});

describe('content that Feishu refuses', () => {
	const badContent = (
		{ endpoint }: FeedOperation,
		contains: string,
		more: Partial<FaultOptions> = {},
	): FaultOptions => ({
		kind: 'errorCode',
		operation: endpoint,
		status: 400,
		code: 230001,
		msg: 'param is invalid: title',
		contains,
		...more,
	});

	it.each([
		['230001', {}],
		['field validation', { code: 99992402, msg: 'field validation failed' }],
		['a code that nobody knows', { code: 234567, msg: 'sensitive words' }],
	])('is tried at most three times for 1,000 recipients: %s', async (_, more) => {
		const fault = badContent(create, 'Training', more);
		const observed = await observe(create, sandbox.openIds(0, PEOPLE), [fault]);
		expect(observed.told.succeeded).toEqual([]);
		expect(observed.told.failed).toHaveLength(PEOPLE);
		expect(observed.calls.length).toBeLessThanOrEqual(3);
	});

	it.each(EACH_OPERATION)('is tried at most three times: %s', async (_, operation) => {
		const fault = { ...badContent(operation, ''), contains: undefined };
		const observed = await observe(operation, sandbox.openIds(0, 300), [fault]);
		expect(observed.told.failed).toHaveLength(300);
		expect(observed.told.succeeded).toEqual([]);
		expect(observed.calls.length).toBeLessThanOrEqual(3);
	});

	it.each(['create', 'update'] as const)('is one item’s alone among many: %s', async (name) => {
		const { parameters, endpoint, needsCard } = FEED_OPERATIONS[name];
		const titles = Array.from({ length: 60 }, (_, item) => `title ${item} of many`);
		const userIds = sandbox.openIds(0, titles.length);
		if (needsCard) await giveCard(sandbox.url, sandbox.feishu, 'b', userIds);
		await sandbox.feishu.addFault(badContent({ ...create, endpoint }, 'title 27 of'));
		const title = '={{ $json.title }}';
		const { outputs } = await sandbox.run(
			{
				...parameters({ bizId: 'b', chatId: '' }),
				...(name === 'create' ? { title } : { updateFields: { title } }),
				userIds: '={{ $json.to }}',
			},
			{
				items: titles.map((one, item) => ({ title: one, to: userIds[item] })),
				onError: 'continueRegularOutput',
			},
		);
		const told = outputs[0].map(({ json }) => json as unknown as Summary);
		expect(told.map(({ succeeded }) => succeeded)).toEqual(
			userIds.map((userId, item) => (item === 27 ? [] : [userId])),
		);
		expect(told[27].failed).toMatchObject([{ user_id: userIds[27], code: 230001 }]);
		const shown = await Promise.all(
			userIds.map(async (open_id) => (await sandbox.cardOf({ open_id }, 'b'))?.title),
		);
		expect(shown).toEqual(
			titles.map((one, item) => (item !== 27 ? one : name === 'create' ? undefined : '')),
		);
	});

	it('is not taken for refused where some people are refused with the same words', async () => {
		const userIds = sandbox.openIds(0, 200);
		const bad = userIds.filter((_, place) => place % 10 === 3 || place === 40 || place === 59);
		const fault = badContent(create, '', { recipient: bad, msg: 'param is invalid' });
		const observed = await observe(create, userIds, [{ ...fault, contains: undefined }]);
		await expectOnlyTheseFail(observed, bad, 230001);
	});
});

/** What keeps the app from every call, and what the person is told to do. */
const APP_REFUSALS: Record<
	string,
	{ cause: () => Promise<unknown>; code: number; advice: RegExp }
> = {
	'the quota of the month': {
		// Less than was used up, so that nothing passes any more.
		cause: async () => await sandbox.feishu.changeTenant(TENANT_KEY, { monthlyQuota: 0 }),
		code: 99991403,
		advice: /wait for next month, or have an administrator buy more/,
	},
	'the allow-list of addresses': {
		cause: async () => await changeApp({ allowedIps: ['203.0.113.9'] }),
		code: 99991401,
		advice: /IP allow-list/,
	},
	'an app that is disabled': {
		cause: async () => await changeApp({ isDisabled: true }),
		code: 99991662,
		advice: /have an administrator enable it/,
	},
	'an app that is not installed': {
		cause: async () => await changeApp({ uninstalledFrom: [TENANT_KEY] }),
		code: 99991673,
		advice: /have an administrator install it/,
	},
	'a scope that is missing': {
		cause: async () => await changeApp({ scopes: ['contact:user.id:readonly'] }),
		code: 99991672,
		advice: /open the scope im:\S+ .*publish a new version/,
	},
};

async function changeApp(change: Parameters<typeof sandbox.feishu.changeApp>[1]): Promise<void> {
	await sandbox.feishu.changeApp(SEEDED_APPS.custom.app_id, change);
}

describe.each(Object.entries(APP_REFUSALS))('%s', (_, { cause, code, advice }) => {
	/** Before cards are updated, an attempt to create them meets the refusal. */
	const first = (one: FeedOperation, name: string) =>
		name === 'upsert of a card that exists' ? create.endpoint : one.endpoint;

	it.each(EACH_OPERATION)('ends the run with the first call: %s', async (name, operation) => {
		const userIds = sandbox.openIds(0, 10 * operation.batchSize);
		if (operation.needsCard) await giveCard(sandbox.url, sandbox.feishu, 'b', userIds);
		await cause();
		const observed = await observe({ ...operation, needsCard: false }, userIds, []);
		expect(observed.told.succeeded).toEqual([]);
		expect(observed.told.failed.map(({ user_id }) => user_id)).toEqual(userIds);
		for (const failed of observed.told.failed) {
			expect(failed).toMatchObject({ code, reason: expect.stringMatching(advice) });
		}
		const calls = await sandbox.requests();
		expect(calls.map((call) => call.operation)).toEqual([first(operation, name)]);
	});

	it.each(EACH_OPERATION)('ends it in the middle, too: %s', async (__, operation) => {
		const callsAtOnce = 2;
		const userIds = sandbox.openIds(0, 10 * operation.batchSize);
		await sandbox.feishu.changeSettings({ latency: 15 });
		const observed = await observe(operation, userIds, [], {
			options: { callsAtOnce },
			whileItRuns: async () => {
				let counters: Awaited<ReturnType<typeof sandbox.feishu.counters>>;
				do counters = await sandbox.feishu.counters();
				while ((counters.operations[operation.endpoint]?.calls ?? 0) < 3);
				await cause();
			},
		});
		const { succeeded, failed } = observed.told;
		expect([...succeeded, ...failed.map(({ user_id }) => user_id)].sort()).toEqual(
			[...userIds].sort(),
		);
		expect(failed.length).toBeGreaterThan(0);
		for (const one of failed) {
			expect(one).toMatchObject({ code, reason: expect.stringMatching(advice) });
		}
		const effects = await sandbox.feishu.effects({ effect: operation.effect });
		expect(effects.map(({ open_id }) => open_id).sort()).toEqual([...succeeded].sort());
		const refusals = (await sandbox.requests()).filter((call) => call.code === code);
		expect(refusals.length).toBeLessThanOrEqual(callsAtOnce);
	});
});

describe('what keeps the app from every call', () => {
	const lookUp = async (items: number) => {
		const { outputs, error } = await sandbox.run(
			{ resource: 'chat', operation: 'getMany', limit: 5, options: { longestWait: 0 } },
			{ items: Array.from({ length: items }, () => ({})), onError: 'continueRegularOutput' },
		);
		if (error) throw error;
		return outputs[0].map(({ json }) => String(json.error));
	};

	it.each([99991403, 99991401, 99991662, 99991673, 99991672])(
		'costs all items of a look-up one call: %i',
		async (code) => {
			await sandbox.feishu.addFault({ kind: 'gatewayCode', operation: 'chat.list', code });
			const errors = await lookUp(30);
			expect(errors).toHaveLength(30);
			for (const error of errors) expect(error).toContain(`code ${code}`);
			expect(await sandbox.requests()).toHaveLength(1);
		},
	);

	it('ends a look-up of many items, too, when a rate limit does not pass', async () => {
		await sandbox.feishu.addFault({ kind: 'tooManyRequests', operation: 'chat.list' });
		const errors = await lookUp(30);
		for (const error of errors) expect(error).toContain('code 99991400');
		expect((await sandbox.requests()).length).toBeLessThanOrEqual(2);
	});

	it.each([99991403, 99991401, 99991662, 99991673])(
		'is asked for once where Feishu says so instead of giving a token: %i',
		async (code) => {
			const operation = 'tenantAccessToken.internal';
			await sandbox.feishu.addFault({ kind: 'gatewayCode', operation, code });
			const observed = await observe(create, sandbox.openIds(0, 200), []);
			expect(observed.told.failed).toHaveLength(200);
			for (const { reason } of observed.told.failed) {
				expect(reason).toContain(ERROR_CODES[code].advice);
			}
			expect(await sandbox.feishu.requests()).toHaveLength(1);
		},
	);
});
