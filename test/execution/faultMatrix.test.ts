import type { IDataObject } from 'n8n-workflow';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import type { Effect, Fault, FaultOptions, RecordedRequest } from '../../sandbox/feishu/src/client';
import { FEED_OPERATIONS, giveCard, inBatches } from '../helpers/execution/feedOperations';
import type { FeedOperation, Summary } from '../helpers/execution/feedOperations';
import type { RunResult } from '../helpers/execution/runNode';
import { SandboxForTests } from '../helpers/execution/withSandbox';

/** A test may wait for all runs of the file that have begun before. */
jest.setTimeout(180_000);

/** Calls of a run when nothing goes wrong: enough for a first, a middle and a last one. */
const CALLS = 5;
const POSITIONS = { 'first call': 1, 'middle call': 3, 'last call': CALLS };
/** People of an item: no divisor of a batch, so that batches reach over items. */
const PEOPLE_OF_ITEM = 33;
const EXISTING: keyof typeof FEED_OPERATIONS = 'upsert of a card that exists';
/** Is no ID, though the node cannot know. */
const MALFORMED = 'ou_not-an-id';

/** What goes wrong, at which call; `person` is a recipient of that call. */
interface Trouble {
	fault?: (nth: number, person: string) => FaultOptions;
	/** Whether the person has a malformed ID instead. */
	malformed?: boolean;
	/** How many calls more than without the trouble, at least and at most. */
	extraCalls: [number, number];
}

const once =
	(kind: FaultOptions['kind'], more: Partial<FaultOptions> = {}) =>
	(nth: number): FaultOptions => ({ kind, nth, ...more });

/**
 * Whoever is in the call twice in vain gets two calls more. Halves of a batch need from five calls, where the bad ID
 * is always in the half that need not be asked for, to 12 of a batch of 50.
 */
const TROUBLES: Record<string, Trouble> = {
	// A call that is under way with the old token is refused, too.
	'token expires': { fault: once('tokenExpired'), extraCalls: [1, 2] },
	'HTTP 429': { fault: once('tooManyRequests'), extraCalls: [1, 1] },
	'HTTP 400 with 99991400': { fault: once('tooManyRequestsAs400'), extraCalls: [1, 1] },
	'HTTP 500': { fault: once('serverError'), extraCalls: [1, 1] },
	'HTTP 500 after it was done': {
		fault: once('serverError', { handled: true }),
		extraCalls: [1, 1],
	},
	'HTTP 502 with HTML': { fault: once('badGateway'), extraCalls: [1, 1] },
	'HTTP 502 with HTML after it was done': {
		fault: once('badGateway', { handled: true }),
		extraCalls: [1, 1],
	},
	'connection dropped before': { fault: once('dropped', { handled: false }), extraCalls: [1, 1] },
	'connection dropped after': { fault: once('dropped', { handled: true }), extraCalls: [1, 1] },
	'answer cut off': { fault: once('cutOff'), extraCalls: [1, 1] },
	'answer is no JSON': { fault: once('notJson'), extraCalls: [1, 1] },
	'30 s of silence before': {
		fault: once('silence', { handled: false, seconds: 30 }),
		extraCalls: [1, 1],
	},
	'30 s of silence after': {
		fault: once('silence', { handled: true, seconds: 30 }),
		extraCalls: [1, 1],
	},
	'malformed ID': { malformed: true, extraCalls: [5, 12] },
	'recipient rate limited': {
		fault: (_, recipient) => ({
			kind: 'recipientReason',
			recipient,
			times: 2,
			error_code: 99991400,
			error_message: 'request trigger frequency limit',
		}),
		extraCalls: [2, 2],
	},
};

/** What the node told, and what the sandbox saw. */
interface Observed {
	recipients: string[][];
	result: RunResult;
	effects: Effect[];
	/** All calls but those for tokens. */
	calls: RecordedRequest[];
	/** Who has the card in the end, and with which title. */
	titles: Map<string, string>;
	faults: Fault[];
}

// A sandbox for each cell that runs, since most of a cell is waiting: silence takes 20 s.
const CELLS_AT_ONCE = 48;
const sandboxes: SandboxForTests[] = [];
const free: SandboxForTests[] = [];
const waiting: Array<(sandbox: SandboxForTests) => void> = [];

async function inFreeSandbox<T>(work: (sandbox: SandboxForTests) => Promise<T>): Promise<T> {
	let sandbox = free.pop();
	if (sandbox === undefined && sandboxes.length < CELLS_AT_ONCE) {
		sandboxes.push((sandbox = new SandboxForTests()));
		await sandbox.start(CALLS * 50);
	}
	sandbox ??= await new Promise<SandboxForTests>((resolve) => waiting.push(resolve));
	try {
		await sandbox.feishu.reset();
		return await work(sandbox);
	} finally {
		const next = waiting.shift();
		if (next) next(sandbox);
		else free.push(sandbox);
	}
}

afterAll(async () => {
	await Promise.all(sandboxes.map(async (sandbox) => await sandbox.stop()));
});

const beginnings: Array<() => void> = [];
beforeAll(() => beginnings.forEach((begin) => begin()));

/** Has work begin with the first test of the file, so that the waits of all tests do not add up. */
function meanwhile(
	work: (sandbox: SandboxForTests) => Promise<Observed>,
	place: 'first' | 'last' = 'last',
): () => Promise<Observed> {
	let running: Promise<Observed | Error>;
	beginnings[place === 'first' ? 'unshift' : 'push'](() => {
		running = inFreeSandbox(work).catch((error: Error) => error);
	});
	return async () => {
		const observed = await running;
		if (observed instanceof Error) throw observed;
		return observed;
	};
}

let pace = 9_000;

/** Runs the operation for these people while the faults are set. */
async function observe(
	sandbox: SandboxForTests,
	operation: FeedOperation,
	userIds: string[],
	faults: FaultOptions[],
	options: IDataObject = {},
): Promise<Observed> {
	if (operation.needsCard) {
		const people = userIds.filter((userId) => !userId.startsWith(MALFORMED));
		await giveCard(sandbox.url, sandbox.feishu, 'b', people);
	}
	for (const fault of faults) await sandbox.feishu.addFault(fault);
	const recipients = inBatches(userIds, PEOPLE_OF_ITEM);
	const target = { bizId: 'b', chatId: sandbox.groups[0].chat_id };
	const result = await sandbox.run(
		{
			...operation.parameters(target),
			userIds: '={{ $json.to }}',
			// A pace of its own has no memory of what was refused in the cell before.
			options: { callsAtOnce: 2, callsPerSecond: ++pace, ...options },
		},
		{ items: recipients.map((to) => ({ to })), onError: 'continueRegularOutput' },
	);
	const cards = await sandbox.feishu.cards(SEEDED_APPS.custom.app_id);
	return {
		recipients,
		result,
		effects: await sandbox.feishu.effects(),
		calls: await sandbox.requests(),
		titles: new Map(
			cards.flatMap((card) =>
				card.biz_id === 'b' ? card.holders.map(({ open_id, title }) => [open_id, title]) : [],
			),
		),
		faults: await sandbox.feishu.faults(),
	};
}

const summaries = ({ result }: Observed) =>
	result.outputs[0].map(({ json }) => json) as unknown as Summary[];

const failuresOf = (observed: Observed) => summaries(observed).flatMap(({ failed }) => failed);

/** Everybody is told of as not reached, with the reason, and so says the error of each item. */
function expectNobodyReached(observed: Observed, sentence: RegExp): void {
	expect(summaries(observed).map(({ failed }) => failed.map(({ user_id }) => user_id))).toEqual(
		observed.recipients,
	);
	for (const { json } of observed.result.outputs[0]) {
		expect(json).toMatchObject({ error: expect.stringMatching(sentence), succeeded: [] });
	}
}

/** Everybody is told of once; whoever is told as reached has what was asked for. Gives those. */
function expectAsAskedFor(
	operation: FeedOperation,
	{ recipients, result, effects, titles }: Observed,
): Set<string> {
	expect(result.error).toBeUndefined();
	const told = summaries({ result } as Observed);
	expect(
		told.map(({ succeeded, failed }) => [...succeeded, ...failed.map((one) => one.user_id)].sort()),
	).toEqual(recipients.map((to) => [...to].sort()));
	const succeeded = told.flatMap((item) => item.succeeded);
	if (operation.endpoint.startsWith('appFeedCard')) {
		const expected = operation.effect === 'cardDeleted' ? undefined : 'Training';
		expect(succeeded.filter((userId) => titles.get(userId) !== expected)).toEqual([]);
	} else {
		const changed = new Set(
			effects.filter(({ effect }) => effect === operation.effect).map(({ open_id }) => open_id),
		);
		expect(succeeded.filter((userId) => !changed.has(userId))).toEqual([]);
	}
	return new Set(succeeded);
}

/** Everybody is told of once, and what is told agrees with what the sandbox did. */
function expectTruth(operation: FeedOperation, observed: Observed): void {
	const { recipients, effects, titles } = observed;
	const succeeded = expectAsAskedFor(operation, observed);
	const reached = effects.filter(({ effect }) => effect === operation.effect);
	expect(new Set(reached.map(({ open_id }) => open_id))).toEqual(succeeded);

	const created = effects.filter(({ effect }) => effect === 'cardCreated');
	expect(new Set(created.map(({ open_id }) => open_id)).size).toBe(created.length);
	const everybody = recipients.flat().filter((userId) => !userId.startsWith(MALFORMED));
	const expected = {
		cardCreated: everybody.filter((userId) => succeeded.has(userId)),
		cardUpdated: everybody,
		cardDeleted: everybody.filter((userId) => !succeeded.has(userId)),
	}[operation.effect as string];
	expect([...titles.keys()].sort()).toEqual([...(expected ?? [])].sort());
}

const EACH_OPERATION = Object.entries(FEED_OPERATIONS);

describe.each(Object.entries(TROUBLES))('%s', (troubleName, { fault, malformed, extraCalls }) => {
	describe.each(EACH_OPERATION)('%s', (name, operation) => {
		const { batchSize } = operation;
		describe.each(Object.entries(POSITIONS))('at the %s', (_, nth) => {
			const running = meanwhile(
				async (sandbox) => {
					const people = sandbox.openIds(0, CALLS * batchSize);
					const place = (nth - 1) * batchSize + 7;
					const person = people[place];
					if (malformed) people[place] = MALFORMED;
					const faults = fault ? [{ ...fault(nth, person), operation: operation.endpoint }] : [];
					return await observe(sandbox, operation, people, faults);
				},
				// The longest first, so that the others fill the time.
				troubleName.includes('silence') ? 'first' : 'last',
			);

			it('is told as it is', async () => {
				const observed = await running();
				expectTruth(operation, observed);
				expect(failuresOf(observed).map(({ user_id, code }) => [user_id, code])).toEqual(
					malformed ? [[MALFORMED, 230001]] : [],
				);
				expect(observed.faults).toHaveLength(malformed ? 0 : 1);
				for (const { done } of observed.faults) expect(done).toBeGreaterThan(0);
				// Before cards are updated, an attempt to create them meets the malformed ID.
				const endpoint = malformed && name === EXISTING ? 'appFeedCard.create' : operation.endpoint;
				const calls = observed.calls.filter((call) => call.operation === endpoint).length;
				expect(calls).toBeGreaterThanOrEqual(CALLS + extraCalls[0]);
				expect(calls).toBeLessThanOrEqual(CALLS + extraCalls[1]);
			});
		});
	});
});

/** The codes of the gateway that concern some of the IDs in a call. feishu-openapi.md, part 3. */
const ID_CODES = [
	99992351, 99992352, 99992353, 99992354, 99992359, 99992360, 99992361, 99992363, 99992364,
	99992381,
];
const NAMELESS_CODES = [99992361, 99992381];
const EACH_POSITION = Object.values(POSITIONS);
const endpointCalls = ({ calls }: Observed, { endpoint }: FeedOperation) =>
	calls.filter((call) => call.operation === endpoint).length;

describe.each(ID_CODES)('a call refused for one of its IDs with %i', (code) => {
	describe.each(['all', 'none'] as const)('naming %s', (namesIds) => {
		const isNamed = namesIds === 'all' && !NAMELESS_CODES.includes(code);
		// Each code and operation at one of the moments.
		const cells = EACH_OPERATION.map(([name, operation], index) => {
			const nth = EACH_POSITION[(index + code + namesIds.length) % EACH_POSITION.length];
			const place = (nth - 1) * operation.batchSize + 7;
			const running = meanwhile(async (sandbox) => {
				const people = sandbox.openIds(0, CALLS * operation.batchSize);
				return await observe(sandbox, operation, people, [
					{
						kind: 'gatewayCode',
						operation: operation.endpoint,
						recipient: people[place],
						code,
						namesIds,
					},
				]);
			});
			return [name, nth, operation, place, running] as const;
		});

		it.each(cells)(
			'fails that one alone: %s, call %i',
			async (_, __, operation, place, running) => {
				const observed = await running();
				expectTruth(operation, observed);
				const bad = observed.recipients.flat()[place];
				expect(failuresOf(observed)).toMatchObject([{ user_id: bad, code }]);
				const [least, most] = isNamed ? [1, 1] : [5, 12];
				expect(endpointCalls(observed, operation)).toBeGreaterThanOrEqual(CALLS + least);
				expect(endpointCalls(observed, operation)).toBeLessThanOrEqual(CALLS + most);
			},
		);
	});
});

const END_OF_RUN_CODES: Array<[string, number]> = [
	['the quota of the month is used up', 99991403],
	['the address is not on the allow-list', 99991401],
];

describe.each(END_OF_RUN_CODES)('%s', (_, code) => {
	const cells = EACH_OPERATION.flatMap(([name, operation]) =>
		EACH_POSITION.map((nth) => {
			const from = Array.from({ length: 100 }, (__, call) => nth + call);
			const running = meanwhile(async (sandbox) =>
				observe(sandbox, operation, sandbox.openIds(0, CALLS * operation.batchSize), [
					{ kind: 'gatewayCode', operation: operation.endpoint, code, nth: from },
				]),
			);
			return [name, nth, operation, running] as const;
		}),
	);

	it.each(cells)('ends the run: %s, from call %i on', async (__, nth, operation, running) => {
		const observed = await running();
		expectTruth(operation, observed);
		const { batchSize } = operation;
		const everybody = observed.recipients.flat();
		expect(failuresOf(observed).map(({ user_id, code: told }) => [user_id, told])).toEqual(
			everybody.slice((nth - 1) * batchSize).map((userId) => [userId, code]),
		);
		// One more may be under way.
		expect(endpointCalls(observed, operation)).toBeGreaterThanOrEqual(nth);
		expect(endpointCalls(observed, operation)).toBeLessThanOrEqual(Math.min(nth + 1, CALLS));
	});
});

describe.each(['absent', 'union_id'] as const)(
	'an entry of a failure that matches nobody: %s',
	(entryUserId) => {
		const cells = EACH_OPERATION.flatMap(([name, operation]) =>
			EACH_POSITION.map((nth) => {
				const running = meanwhile(async (sandbox) => {
					const people = sandbox.openIds(0, CALLS * operation.batchSize);
					return await observe(sandbox, operation, people, [
						{
							kind: 'recipientReason',
							operation: operation.endpoint,
							recipient: people[(nth - 1) * operation.batchSize + 7],
							entryUserId,
							reason: '1',
						},
					]);
				});
				return [name, nth, operation, running] as const;
			}),
		);

		it.each(cells)(
			'leaves all of that call in doubt: %s, call %i',
			async (_, nth, operation, running) => {
				const observed = await running();
				expectAsAskedFor(operation, observed);
				const { batchSize } = operation;
				const call = observed.recipients.flat().slice((nth - 1) * batchSize, nth * batchSize);
				expect(failuresOf(observed).map(({ user_id }) => user_id)).toEqual(call);
				expect(endpointCalls(observed, operation)).toBe(CALLS);
			},
		);
	},
);

describe.each([
	['all goes well', undefined],
	['HTTP 500', { kind: 'serverError' }],
	['HTTP 500 after it was done', { kind: 'serverError', handled: true }],
	['connection dropped after', { kind: 'dropped', handled: true }],
	['answer is no JSON', { kind: 'notJson' }],
] as Array<[string, FaultOptions | undefined]>)(
	'a business ID that existed before with other content, and %s',
	(_, fault) => {
		const names = ['create', 'upsert of a new card', 'update', 'delete'] as const;
		const cells = names.flatMap((name) =>
			EACH_POSITION.map((nth) => {
				const operation: FeedOperation = { ...FEED_OPERATIONS[name], needsCard: false };
				const place = (nth - 1) * operation.batchSize + 7;
				const running = meanwhile(async (sandbox) => {
					const people = sandbox.openIds(0, CALLS * operation.batchSize);
					const owner = people[place];
					const holders = FEED_OPERATIONS[name].needsCard ? people : [owner];
					await giveCard(sandbox.url, sandbox.feishu, 'b', holders);
					const faults = fault ? [{ ...fault, operation: operation.endpoint, nth }] : [];
					return await observe(sandbox, operation, people, faults);
				});
				return [name, nth, operation, place, running] as const;
			}),
		);

		it.each(cells)('is told as it is: %s, call %i', async (name, __, operation, place, running) => {
			const observed = await running();
			const succeeded = expectAsAskedFor(operation, observed);
			const everybody = observed.recipients.flat();
			const owner = everybody[place];
			// Who had the card already is told so, unless the node had to settle what a lost response left open.
			const isRefused = name === 'create' && fault === undefined;
			expect(failuresOf(observed).map(({ user_id, code }) => [user_id, code])).toEqual(
				isRefused ? [[owner, '4']] : [],
			);
			expect(succeeded.size).toBe(everybody.length - (isRefused ? 1 : 0));
			if (isRefused) expect(observed.titles.get(owner)).toBe('');
			const created = observed.effects.filter(({ effect }) => effect === 'cardCreated');
			expect(created.map(({ open_id }) => open_id)).not.toContain(owner);
			expect(new Set(created.map(({ open_id }) => open_id)).size).toBe(created.length);
			if (name === 'upsert of a new card') {
				for (const { updated, ...item } of summaries(observed) as Array<
					Summary & { updated?: string[]; created?: string[] }
				>) {
					expect((updated ?? []).filter((userId) => userId !== owner)).toEqual([]);
					expect(item.created ?? []).not.toContain(owner);
				}
			}
		});
	},
);

const { create } = FEED_OPERATIONS;

describe('faults of the token endpoint', () => {
	const operation = 'tenantAccessToken.internal';
	const TWICE: Record<string, FaultOptions> = {
		'HTTP 429': { kind: 'tooManyRequests' },
		'HTTP 400 with 99991400': { kind: 'tooManyRequestsAs400' },
		'HTTP 500': { kind: 'serverError' },
		'HTTP 502 with HTML': { kind: 'badGateway' },
		'connection dropped': { kind: 'dropped' },
		'answer cut off': { kind: 'cutOff' },
		'answer is no JSON': { kind: 'notJson' },
	};

	describe.each(Object.entries(TWICE))('%s, twice', (_, fault) => {
		const atTheStart = meanwhile(async (sandbox) =>
			observe(sandbox, create, sandbox.openIds(0, 60), [{ ...fault, operation, first: 2 }]),
		);
		const midRun = meanwhile(async (sandbox) =>
			observe(sandbox, create, sandbox.openIds(0, 60), [
				{ kind: 'tokenExpired', operation: create.endpoint, nth: 2 },
				{ ...fault, operation, nth: [2, 3] },
			]),
		);

		it.each([
			['at the start', atTheStart],
			['in the middle of a run', midRun],
		])('loses nobody %s', async (__, running) => {
			const observed = await running();
			expectTruth(create, observed);
			expect(failuresOf(observed)).toEqual([]);
			expect(observed.faults.map(({ done }) => done)).toEqual(
				observed.faults.map(({ kind }) => (kind === 'tokenExpired' ? 1 : 2)),
			);
		});
	});

	describe.each<[string, FaultOptions, RegExp]>([
		['HTTP 500', { kind: 'serverError' }, /issued no access token \(code 2200/],
		['HTTP 502 with HTML', { kind: 'badGateway' }, /does not answer as Feishu does/],
		['connection dropped', { kind: 'dropped' }, /cannot be reached/],
	])('%s, always', (_, fault, sentence) => {
		const running = meanwhile(async (sandbox) =>
			observe(sandbox, create, sandbox.openIds(0, 60), [{ ...fault, operation }]),
		);

		it('is told to everybody after some tries, and no call is made', async () => {
			const observed = await running();
			expectNobodyReached(observed, sentence);
			expectTruth(create, observed);
			expect(observed.calls).toEqual([]);
			expect(observed.faults[0].done).toBeGreaterThan(1);
			// Two batches at once, six tries each.
			expect(observed.faults[0].done).toBeLessThanOrEqual(12);
		});
	});
});

describe('faults that do not pass', () => {
	/** For ten batches, all under way at once; only five are waited for in vain. */
	const ALWAYS: Record<
		string,
		{
			fault: FaultOptions;
			sentence: RegExp;
			mostCalls: number;
			/** Whether people are reached although nobody is told so. */
			unknown?: boolean;
			longestWait?: number;
		}
	> = {
		'HTTP 429': {
			fault: { kind: 'tooManyRequests' },
			sentence: /request trigger frequency limit/,
			// Each batch is tried at once, and after each second that Feishu asks to wait.
			mostCalls: 10 * (1 + 5),
			longestWait: 5,
		},
		'HTTP 500': {
			fault: { kind: 'serverError' },
			sentence: /Internal Error.*try again later/,
			mostCalls: 60,
		},
		'HTTP 502 with HTML': {
			fault: { kind: 'badGateway' },
			sentence: /HTTP 502.*try again later/,
			mostCalls: 60,
		},
		'connection dropped before': {
			fault: { kind: 'dropped' },
			sentence: /connection to Feishu broke off.*check the network/,
			mostCalls: 60,
		},
		'connection dropped after': {
			fault: { kind: 'dropped', handled: true },
			sentence: /connection to Feishu broke off.*check the network/,
			mostCalls: 60,
			unknown: true,
		},
		'answer is no JSON': {
			fault: { kind: 'notJson' },
			sentence: /could not be read.*try again later/,
			mostCalls: 60,
			unknown: true,
		},
		'token expires': {
			fault: { kind: 'tokenExpired' },
			sentence: /token.*check the app/i,
			mostCalls: 40,
		},
		'missing scope': {
			fault: { kind: 'missingScope' },
			sentence: /open the scope im:app_feed_card:write/,
			mostCalls: 10,
		},
		'recipients rate limited': {
			fault: { kind: 'recipientReason', reason: '3' },
			sentence: /too much was sent to this person/,
			mostCalls: 80,
			longestWait: 20,
		},
	};

	describe.each(Object.entries(ALWAYS))('%s', (_, always) => {
		const { fault, sentence, mostCalls, unknown, longestWait = 120 } = always;
		const running = meanwhile(async (sandbox) =>
			observe(
				sandbox,
				create,
				sandbox.openIds(0, 200),
				[{ ...fault, operation: create.endpoint }],
				{ longestWait, callsAtOnce: 20 },
			),
		);

		it('is told to everybody, after a bounded number of tries', async () => {
			const observed = await running();
			expectNobodyReached(observed, sentence);
			expect(observed.calls.length).toBeLessThanOrEqual(mostCalls);
			if (!unknown) return expectTruth(create, observed);
			const created = observed.effects.filter(({ effect }) => effect === 'cardCreated');
			expect(new Set(created.map(({ open_id }) => open_id)).size).toBe(created.length);
		});
	});

	it.each([
		['HTTP 500', { kind: 'serverError' }],
		['connection dropped', { kind: 'dropped' }],
		['HTTP 429', { kind: 'tooManyRequests' }],
	] as const)('are not waited for when the longest wait is 0: %s', async (_, fault) => {
		const observed = await inFreeSandbox(async (sandbox) =>
			observe(sandbox, create, sandbox.openIds(0, 60), [fault], {
				longestWait: 0,
			}),
		);
		expectTruth(create, observed);
		expect(observed.calls.length).toBeLessThanOrEqual(3);
	});
});

describe('many faults for one call', () => {
	const running = meanwhile(async (sandbox) =>
		observe(sandbox, create, sandbox.openIds(0, 20), [
			{ kind: 'tooManyRequests', operation: create.endpoint, first: 8 },
			{ kind: 'dropped', operation: create.endpoint, handled: true, nth: [9, 10, 11] },
			{
				kind: 'recipientReason',
				operation: create.endpoint,
				recipient: sandbox.openIds(3, 5),
				times: 2,
			},
		]),
	);

	it('of several kinds are borne each for itself', async () => {
		const observed = await running();
		expectTruth(create, observed);
		expect(failuresOf(observed)).toEqual([]);
		expect(observed.faults.map(({ done }) => done)).toEqual([8, 3, 4]);
	});
});

describe('malformed IDs', () => {
	/** Malformed IDs at these places among 200 recipients. */
	const PLACES: Record<string, number[]> = {
		'two in one batch': [3, 17],
		'side by side': [7, 8],
		'first and last of a batch': [20, 39],
		'in every batch': Array.from({ length: 10 }, (_, batch) => batch * 20 + batch),
		'half of a batch': Array.from({ length: 10 }, (_, place) => place * 2),
		'a whole batch': Array.from({ length: 20 }, (_, place) => 40 + place),
		'half of all': Array.from({ length: 100 }, (_, place) => place * 2),
		'the first 150': Array.from({ length: 150 }, (_, place) => place),
		'the first 110, then every other': Array.from({ length: 155 }, (_, place) =>
			place < 110 ? place : 110 + (place - 110) * 2,
		),
		all: Array.from({ length: 200 }, (_, place) => place),
	};

	describe.each(Object.entries(PLACES))('%s', (_, places) => {
		it.each(EACH_OPERATION)('fail alone: %s', async (__, operation) => {
			let malformed: string[] = [];
			const observed = await inFreeSandbox(async (sandbox) => {
				const userIds = sandbox.openIds(0, 200);
				for (const place of places) userIds[place] = `${MALFORMED}-${place}`;
				malformed = userIds.filter((userId) => userId.startsWith(MALFORMED));
				return await observe(sandbox, operation, userIds, []);
			});
			expectTruth(operation, observed);
			expect(failuresOf(observed).map(({ user_id }) => user_id)).toEqual(malformed);
			for (const { code } of failuresOf(observed)) expect(code).toBe(230001);
		});
	});

	it('are not looked for one by one when everybody is refused', async () => {
		const observed = await inFreeSandbox(async (sandbox) => {
			const userIds = Array.from({ length: 10_000 }, (_, place) => `${MALFORMED}-${place}`);
			return await observe(sandbox, create, userIds, []);
		});
		expect(failuresOf(observed)).toHaveLength(10_000);
		// 500 batches, of which the first few are split.
		expect(observed.calls.length).toBeLessThanOrEqual(800);
	});
});

// Last, when no other cell keeps the process busy: the first call has a second to be answered before the others leave.
describe.each(END_OF_RUN_CODES)('%s from the first call on', (_, code) => {
	it.each(EACH_OPERATION)('costs one call: %s', async (__, operation) => {
		const observed = await inFreeSandbox(async (sandbox) =>
			observe(sandbox, operation, sandbox.openIds(0, CALLS * operation.batchSize), [
				{ kind: 'gatewayCode', operation: operation.endpoint, code },
			]),
		);
		expectTruth(operation, observed);
		expect(failuresOf(observed).map(({ code: told }) => told)).toEqual(
			observed.recipients.flat().map(() => code),
		);
		expect(endpointCalls(observed, operation)).toBe(1);
	});
});
