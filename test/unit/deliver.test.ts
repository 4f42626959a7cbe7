import {
	CREATE_APP_FEED_CARD,
	DELETE_APP_FEED_CARDS,
	SET_CHAT_TIME_SENSITIVE,
	UPDATE_APP_FEED_CARDS,
} from '../../nodes/shared/api/endpoints';
import type { FeedEndpoint } from '../../nodes/shared/api/endpoints';
import { STOPPED } from '../../nodes/shared/api/failures';
import type { Failure } from '../../nodes/shared/api/failures';
import type { ApiResponse } from '../../nodes/shared/api/responses';
import type { ItemRequest, RecipientRequest } from '../../nodes/shared/delivery/batches';
import { deliver } from '../../nodes/shared/delivery/deliver';
import type { Outcomes } from '../../nodes/shared/delivery/deliver';
import { Pacer } from '../../nodes/shared/delivery/Pacer';
import { RunState } from '../../nodes/shared/delivery/RunState';
import { PLACES_OF_INVALID, callsOfHalving } from '../helpers/invalidIds';
import { VirtualTime } from '../helpers/pacing/VirtualTime';
import { seededRandom } from '../helpers/pacing/seededRandom';
import { ScriptedFeishu, userIdsOf } from '../helpers/unit/ScriptedFeishu';

/** What is special about a run; the rest is as users mostly have it. */
interface Setting {
	endpoint?: FeedEndpoint;
	callsAtOnce?: number;
	longestWaitSeconds?: number;
	/** How long Feishu takes for an answer. */
	latencyMs?: number | ((count: number) => number);
	/** When the user stops the execution, after its start. */
	stopAfterMs?: number;
	state?: RunState;
}

const BATCH_SIZE = CREATE_APP_FEED_CARD.batchSize;
/** As many as the nodes make by default. */
const CALLS_AT_ONCE = 20;
const ACCEPTED: ApiResponse = { data: {} };
const INVALID: Failure = { kind: 'invalidIds', code: 99992351, reason: 'Feishu answered "no"' };
const REFUSED: Failure = { kind: 'refused', code: 230001, reason: 'Feishu answered "bad card"' };
const MAYBE_RECIPIENTS: Failure = { ...REFUSED, maybeRecipients: true };
const UNANSWERED: Failure = { kind: 'unanswered', reason: 'no answer' };
const LIMITED: Failure = { kind: 'rateLimited', code: 99991400, reason: 'slow down' };

const refuse = (failure: Failure): ApiResponse => ({ failure });
const failedCards = (reason: string, ...userIds: string[]): ApiResponse => ({
	data: { failed_cards: userIds.map((user_id) => ({ user_id, biz_id: 'b', reason })) },
});
const people = (count: number, start = 0) =>
	Array.from({ length: count }, (_, index) => `ou_${start + index}`);
const request = (userIds: string[], change: Partial<RecipientRequest> = {}): RecipientRequest => ({
	userIdType: 'open_id',
	userIds,
	content: { app_feed_card: { biz_id: 'b', title: 'Hello' } },
	target: 'b',
	names: {},
	...change,
});
/** A card of its own for each person. */
const ofTheirOwn = (userIds: string[]) =>
	userIds.map((userId) =>
		request([userId], {
			content: { app_feed_card: { biz_id: 'b', title: userId }, update_fields: ['1'] },
		}),
	);

/** Sends what the items ask for in virtual time, to a Feishu that answers by a rule. */
async function run(
	requests: RecipientRequest[],
	answer: (userIds: string[], count: number) => ApiResponse,
	setting: Setting = {},
) {
	const {
		endpoint = CREATE_APP_FEED_CARD,
		callsAtOnce = CALLS_AT_ONCE,
		longestWaitSeconds = 60,
		latencyMs = 10,
		stopAfterMs,
		state = new RunState(longestWaitSeconds),
	} = setting;
	const time = VirtualTime.install(seededRandom(1));
	try {
		const feishu = new ScriptedFeishu((sent, count) => answer(userIdsOf(sent), count), latencyMs);
		const progress: number[] = [];
		const stop = new AbortController();
		if (stopAfterMs !== undefined) void time.sleep(stopAfterMs).then(() => stop.abort());
		const items: ItemRequest[] = requests.map((one, item) => ({ item, request: one }));
		const { client } = feishu;
		const sent = deliver(endpoint, items, {
			call: async (sentRequest, acquireSlot) => await client.call(sentRequest, acquireSlot),
			pacer: new Pacer(endpoint.rateLimits).lease(),
			callsAtOnce,
			longestWaitSeconds,
			state,
			signal: stop.signal,
			onProgress: (recipients) => progress.push(recipients),
		});
		await time.runUntilIdle();
		const byItem = await sent;
		const outcomes: Outcomes = new Map([...byItem.values()].flatMap((of) => [...of]));
		const calls = feishu.calls.map((call) => ({ ...call, userIds: userIdsOf(call.request) }));
		return {
			calls,
			sizes: calls.map(({ userIds }) => userIds.length),
			byItem,
			outcomes,
			reached: [...outcomes].filter(([, failure]) => !failure).map(([userId]) => userId),
			failureOf: (userId: string) => outcomes.get(userId),
			done: progress.reduce((sum, recipients) => sum + recipients, 0),
			mostAtOnce: feishu.mostAtOnce,
			state,
		};
	} finally {
		time.uninstall();
	}
}

/** Refuses each call that has one of these in it, with a message that names nobody, or those. */
const refusing =
	(invalid: string[], failure: Failure = INVALID, namesThem = false) =>
	(userIds: string[]): ApiResponse => {
		const found = userIds.filter((userId) => invalid.includes(userId));
		if (found.length === 0) return ACCEPTED;
		const reason = `Feishu answered "invalid ids: [${found.join(', ')}]"`;
		return refuse(namesThem ? { ...failure, reason } : failure);
	};

describe('recipients whom Feishu accepts', () => {
	it('are sent in full batches, as the endpoint wants it, and told in their order', async () => {
		const { calls, sizes, outcomes, done } = await run([request(people(45))], () => ACCEPTED);
		expect(sizes).toEqual([20, 20, 5]);
		expect(calls[0]?.request).toEqual({
			method: 'POST',
			path: '/open-apis/im/v2/app_feed_card',
			query: { user_id_type: 'open_id' },
			body: { app_feed_card: { biz_id: 'b', title: 'Hello' }, user_ids: people(20) },
			scopes: ['im:app_feed_card:write'],
		});
		expect([...outcomes]).toEqual(people(45).map((userId) => [userId, undefined]));
		expect(done).toBe(45);
	});

	it('are told for each item', async () => {
		const requests = [request(['ou_a', 'ou_b']), request(['ou_c'])];
		const { byItem, sizes } = await run(requests, () => failedCards('1', 'ou_b'));
		expect(sizes).toEqual([3]);
		expect([...(byItem.get(0)?.keys() ?? [])]).toEqual(['ou_a', 'ou_b']);
		expect(byItem.get(0)?.get('ou_b')).toMatchObject({ kind: 'refused', code: '1' });
		expect([...(byItem.get(1) ?? [])]).toEqual([['ou_c', undefined]]);
	});

	it('get two changes of their card one after the other, however many calls may be made at once', async () => {
		const requests = [request(['ou_a']), request(['ou_a'], { content: { biz_id: 'b' } })];
		const { calls } = await run(requests, () => ACCEPTED, { latencyMs: 5_000 });
		expect(calls).toHaveLength(2);
		expect(calls[1]?.timeMs).toBe(5_000);
	});

	it('are sent in no more calls at once than is allowed', async () => {
		const { mostAtOnce, sizes } = await run([request(people(200))], () => ACCEPTED, {
			callsAtOnce: 3,
			latencyMs: 3_000,
		});
		expect(sizes).toHaveLength(10);
		expect(mostAtOnce).toBe(3);
	});
});

describe('the first call', () => {
	it.each([
		[400, 400],
		[5_000, 1_000],
	])('that takes %d ms holds the others back for %d ms', async (latencyMs, heldBackMs) => {
		const { calls } = await run([request(people(60))], () => ACCEPTED, { latencyMs });
		expect(calls[0]?.timeMs).toBe(0);
		expect(calls[1]?.timeMs).toBe(heldBackMs);
	});

	it('that may pass later holds the others back no longer', async () => {
		const { calls } = await run(
			[request(people(60))],
			(_, count) => (count === 1 ? refuse(UNANSWERED) : ACCEPTED),
			{ latencyMs: 100 },
		);
		expect(calls[1]?.userIds[0]).toBe('ou_20');
		expect(calls[1]?.timeMs).toBe(100);
	});

	it('keeps the others from being sent when it shows what is wrong with all', async () => {
		const { sizes, outcomes, done } = await run([request(people(60))], () => refuse(REFUSED));
		expect(sizes).toEqual([20]);
		expect(new Set(outcomes.values())).toEqual(new Set([REFUSED]));
		expect(done).toBe(60);
	});
});

describe('IDs that Feishu names as invalid', () => {
	it('are left out of a second call, and not named in their own reason', async () => {
		const { sizes, calls, reached, failureOf, done } = await run(
			[request(people(20))],
			refusing(['ou_3', 'ou_7'], INVALID, true),
		);
		expect(sizes).toEqual([20, 18]);
		expect(calls[1]?.userIds).toEqual(reached);
		expect(failureOf('ou_3')).toEqual({ ...INVALID, reason: 'Feishu answered "invalid ids"' });
		expect(failureOf('ou_7')).toEqual(failureOf('ou_3'));
		expect(done).toBe(20);
	});

	it('are found in a refusal that may be theirs as well', async () => {
		const { sizes, failureOf } = await run(
			[request(people(20))],
			refusing(['ou_3'], MAYBE_RECIPIENTS, true),
		);
		expect(sizes).toEqual([20, 19]);
		expect(failureOf('ou_3')).toMatchObject({ kind: 'refused', code: 230001 });
	});

	it('need no second call when they are all', async () => {
		const { sizes, reached } = await run(
			[request(['ou_a', 'ou_b'])],
			refusing(['ou_a', 'ou_b'], INVALID, true),
		);
		expect(sizes).toEqual([2]);
		expect(reached).toEqual([]);
	});

	it.each([
		['Feishu answered "ids are bad： ou_1，ou_3"', 'Feishu answered "ids are bad"'],
		['Feishu answered "bad: (ou_1;ou_3) here"', 'Feishu answered "bad here"'],
		['Feishu answered "ids [ou_1、 ou_3]. Check"', 'Feishu answered "ids. Check"'],
		['Feishu answered "ids ou_1 and ou_3"', 'Feishu answered "ids and"'],
	])('are found however the message names them: %s', async (reason, told) => {
		const { sizes, failureOf } = await run([request(people(20))], (userIds) =>
			userIds.includes('ou_1') ? refuse({ ...INVALID, reason }) : ACCEPTED,
		);
		expect(sizes).toEqual([20, 18]);
		expect(failureOf('ou_1')?.reason).toBe(told);
		expect(failureOf('ou_3')?.reason).toBe(told);
	});

	it('may be e-mails or other words, and are no parts of longer ones', async () => {
		const userIds = ['wang@example.com', 'wang', 'li-2', 'li'];
		const { calls, reached } = await run([request(userIds)], (sent) =>
			sent.includes('li-2')
				? refuse({ ...INVALID, reason: 'invalid: wang@example.com, li-2' })
				: ACCEPTED,
		);
		expect(calls).toHaveLength(2);
		expect(reached).toEqual(['wang', 'li']);
	});

	it('are not taken from before the list', async () => {
		const { calls, reached } = await run([request(['user', 'ou_1', 'ou_2'])], (sent) =>
			sent.includes('ou_1') ? refuse({ ...INVALID, reason: 'bad user ids: ou_1' }) : ACCEPTED,
		);
		expect(calls).toHaveLength(2);
		expect(reached).toEqual(['user', 'ou_2']);
	});
});

describe('IDs that are invalid, and not named', () => {
	it('are found by halves, and nobody who passed is sent again', async () => {
		const { calls, sizes, reached, failureOf, done } = await run(
			[request(people(20))],
			refusing(['ou_19']),
		);
		// What is left of a batch whose other parts passed is not sent as a whole again.
		expect(sizes).toEqual([20, 10, 5, 3, 1]);
		expect(reached).toEqual(people(19));
		expect(failureOf('ou_19')).toEqual(INVALID);
		const accepted = calls.flatMap(({ userIds }) => (userIds.includes('ou_19') ? [] : userIds));
		expect(new Set(accepted).size).toBe(accepted.length);
		expect(done).toBe(20);
	});

	it('are found at the front', async () => {
		const { sizes, reached } = await run([request(people(20))], refusing(['ou_0']));
		expect(sizes).toEqual([20, 10, 5, 3, 2, 1, 1, 1, 2, 5, 10]);
		expect(reached).toEqual(people(19, 1));
	});

	it.each([
		[['ou_0', 'ou_19']],
		[['ou_4', 'ou_5', 'ou_6']],
		[['ou_1', 'ou_8', 'ou_13', 'ou_24', 'ou_39']],
		[people(20, 10)],
	])('are told, wherever they stand: %s', async (invalid) => {
		const { reached, outcomes, done } = await run([request(people(40))], refusing(invalid));
		expect(reached).toEqual(people(40).filter((userId) => !invalid.includes(userId)));
		for (const userId of invalid) expect(outcomes.get(userId)).toEqual(INVALID);
		expect(done).toBe(40);
	});

	it('make calls smaller while there are many, and larger again', async () => {
		const invalid = people(60).filter((_, index) => index % 3 === 0);
		const { sizes, reached } = await run([request(people(400))], refusing(invalid), {
			callsAtOnce: 1,
		});
		expect(reached).toHaveLength(380);
		expect(Math.max(...sizes.slice(36, 60))).toBeLessThanOrEqual(4);
		expect(sizes.at(-1)).toBe(20);
		expect(sizes.length).toBeLessThan(callsOfHalving(people(400), new Set(invalid), BATCH_SIZE));
	});
});

describe('many IDs that are invalid, and not named, among 1,000', () => {
	/** The most calls that a run makes, with answers that take so long. */
	async function mostCalls(
		isInvalid: (place: number) => boolean,
		latencyOf: (random: () => number) => number,
	) {
		const userIds = people(1_000);
		const invalid = new Set(userIds.filter((_, place) => isInvalid(place)));
		const counts: number[] = [];
		for (let seed = 1; seed <= 6; seed++) {
			const random = seededRandom(seed);
			const { calls, reached } = await run([request(userIds)], refusing([...invalid]), {
				latencyMs: () => latencyOf(random),
			});
			expect(reached).toHaveLength(1_000 - invalid.size);
			counts.push(calls.length);
		}
		return { most: Math.max(...counts), ofHalving: callsOfHalving(userIds, invalid, BATCH_SIZE) };
	}

	it.each(Object.entries(PLACES_OF_INVALID))(
		'cost no more calls than halving: %s',
		async (_, isInvalid) => {
			const { most, ofHalving } = await mostCalls(isInvalid, (random) => 5 + 400 * random());
			expect(most).toBeLessThanOrEqual(ofHalving);
		},
	);

	it.each(Object.entries(PLACES_OF_INVALID))(
		'cost hardly more when some answers take very long: %s',
		async (_, isInvalid) => {
			const { most, ofHalving } = await mostCalls(isInvalid, (random) =>
				random() < 0.1 ? 3_000 * random() : 20 * random(),
			);
			// Each call under way may learn too late that calls can be larger again.
			expect(most).toBeLessThanOrEqual(ofHalving + CALLS_AT_ONCE);
		},
	);
});

describe('a refusal that may be about the content or the recipients', () => {
	it('is the content when it is refused for the first and the last alone', async () => {
		const { sizes, outcomes, done } = await run([request(people(60))], () =>
			refuse(MAYBE_RECIPIENTS),
		);
		expect(sizes).toEqual([20, 1, 1]);
		expect([...outcomes.values()]).toEqual(people(60).map(() => MAYBE_RECIPIENTS));
		expect(done).toBe(60);
	});

	it('is the recipients when the first and the last are accepted', async () => {
		const { sizes, reached, failureOf, done } = await run(
			[request(people(20))],
			refusing(['ou_10'], MAYBE_RECIPIENTS),
		);
		expect(sizes.slice(0, 4)).toEqual([20, 1, 1, 9]);
		expect(reached).toHaveLength(19);
		expect(failureOf('ou_10')).toEqual(MAYBE_RECIPIENTS);
		expect(done).toBe(20);
	});

	it('is the recipients when only one of the two is refused', async () => {
		const { sizes, reached, failureOf } = await run(
			[request(people(20))],
			refusing(['ou_19'], MAYBE_RECIPIENTS),
		);
		expect(sizes).toEqual([20, 1, 1, 18]);
		expect(reached).toEqual(people(19));
		expect(failureOf('ou_19')).toEqual(MAYBE_RECIPIENTS);
	});

	it.each([{ code: 230002 }, { reason: 'Feishu answered "another reason"' }])(
		'is the recipients when one alone is refused otherwise: %o',
		async (otherwise) => {
			const { sizes, reached } = await run([request(people(20))], (userIds) => {
				if (userIds.length === 1 && userIds[0] === 'ou_19') {
					return refuse({ ...MAYBE_RECIPIENTS, ...otherwise });
				}
				return refusing(['ou_0', 'ou_19'], MAYBE_RECIPIENTS)(userIds);
			});
			expect(sizes).toEqual([20, 1, 1, 18]);
			expect(reached).toEqual(people(18, 1));
		},
	);

	it('is the recipients when somebody got the same content before', async () => {
		const { sizes, reached } = await run(
			[request(people(40))],
			refusing(['ou_39'], MAYBE_RECIPIENTS),
		);
		expect(sizes).toEqual([20, 20, 10, 5, 3, 1]);
		expect(reached).toEqual(people(39));
	});

	it('says nothing about a batch with the content of several items', async () => {
		const { sizes, reached } = await run(
			ofTheirOwn(people(20)),
			refusing(['ou_19'], MAYBE_RECIPIENTS),
			{ endpoint: UPDATE_APP_FEED_CARDS },
		);
		expect(sizes).toEqual([20, 10, 5, 3, 1]);
		expect(reached).toEqual(people(19));
	});

	it('is told of two alone without a third call', async () => {
		const { sizes, outcomes } = await run([request(people(2))], () => refuse(MAYBE_RECIPIENTS));
		expect(sizes).toEqual([2, 1, 1]);
		expect([...outcomes.values()]).toEqual([MAYBE_RECIPIENTS, MAYBE_RECIPIENTS]);
	});
});

describe('a refusal of the content', () => {
	it('is of the item that it came with when others were in the call', async () => {
		const { sizes, reached, failureOf } = await run(
			ofTheirOwn(people(4)),
			refusing(['ou_3'], REFUSED),
			{ endpoint: UPDATE_APP_FEED_CARDS },
		);
		expect(sizes).toEqual([4, 2, 1]);
		expect(reached).toEqual(people(3));
		expect(failureOf('ou_3')).toEqual(REFUSED);
	});

	it('keeps other content from nobody', async () => {
		const requests = [
			request(people(30)),
			request(['ou_z'], { content: { app_feed_card: { biz_id: 'b', title: 'Other' } } }),
		];
		const { sizes, reached } = await run(requests, (userIds) =>
			userIds.includes('ou_z') ? ACCEPTED : refuse(REFUSED),
		);
		expect(sizes).toEqual([20, 1]);
		expect(reached).toEqual(['ou_z']);
	});

	it('is taken back by somebody who gets the same content all the same', async () => {
		// The first two calls are under way at once: the first is refused, the second is accepted.
		const { sizes, reached } = await run(
			[request(people(100))],
			(userIds) => (userIds.includes('ou_0') ? refuse(REFUSED) : ACCEPTED),
			{ callsAtOnce: 2, latencyMs: (count) => (count === 1 ? 2_000 : 2_500) },
		);
		expect(sizes).toEqual([20, 20, 20, 20, 20].slice(0, sizes.length));
		expect(reached).toContain('ou_20');
	});

	it('that is no answer of Feishu is not taken apart, and ends the run when it repeats', async () => {
		const proxy: Failure = { kind: 'refused', reason: 'HTTP 403', httpStatus: 403 };
		const { sizes, outcomes } = await run(ofTheirOwn(people(200)), () => refuse(proxy), {
			endpoint: UPDATE_APP_FEED_CARDS,
			callsAtOnce: 1,
		});
		expect(sizes).toEqual([20, 20, 20, 20, 20]);
		expect([...outcomes.values()]).toEqual(people(200).map(() => proxy));
	});
});

describe('calls that get no answer', () => {
	it('are made again, six times in all, and then told', async () => {
		const { sizes, outcomes, done } = await run([request(people(20))], () => refuse(UNANSWERED));
		expect(sizes).toEqual([20, 20, 20, 20, 20, 20]);
		expect([...outcomes.values()]).toEqual(
			people(20).map(() => ({ ...UNANSWERED, isAttemptLost: true })),
		);
		expect(done).toBe(20);
	});

	it('end the run after five that failed for good, one after the other', async () => {
		const { sizes, reached } = await run([request(people(400))], () => refuse(UNANSWERED), {
			callsAtOnce: 1,
			longestWaitSeconds: 0,
		});
		expect(sizes).toHaveLength(5);
		expect(reached).toEqual([]);
	});

	it('end nothing when others pass in between', async () => {
		const { sizes, reached } = await run(
			[request(people(400))],
			(_, count) => (count % 5 === 0 ? ACCEPTED : refuse(UNANSWERED)),
			{ callsAtOnce: 1, longestWaitSeconds: 0 },
		);
		expect(sizes).toHaveLength(20);
		expect(reached).toHaveLength(80);
	});

	it('may have created the card, when the business ID is the own one', async () => {
		const lost = (_: string[], count: number) =>
			count === 1 ? refuse(UNANSWERED) : failedCards('4', 'ou_0');
		const own = await run([request(people(2), { ownsBusinessId: true })], lost);
		expect(own.reached).toEqual(people(2));
		const ofOthers = await run([request(people(2))], lost);
		expect(ofOthers.reached).toEqual(['ou_1']);
		expect(ofOthers.failureOf('ou_0')).toMatchObject({ code: '4', isAttemptLost: true });
	});

	it('are no reason to take a refusal for success that came without them', async () => {
		const { failureOf } = await run([request(people(2), { ownsBusinessId: true })], () =>
			failedCards('4', 'ou_0'),
		);
		expect(failureOf('ou_0')).toMatchObject({ code: '4' });
		expect(failureOf('ou_0')).not.toHaveProperty('isAttemptLost');
	});

	it.each([
		['1', 'another reason'],
		['2', 'the reason of another operation'],
	])('are no reason to take reason %s for success: %s', async (reason) => {
		const { reached } = await run([request(people(2), { ownsBusinessId: true })], (_, count) =>
			count === 1 ? refuse(UNANSWERED) : failedCards(reason, 'ou_0'),
		);
		expect(reached).toEqual(['ou_1']);
	});

	it('of an earlier try count as well', async () => {
		const { reached, failureOf } = await run(
			[request(people(2), { ownsBusinessId: true, attemptLost: new Set(['ou_0']) })],
			() => failedCards('4', 'ou_0', 'ou_1'),
		);
		expect(reached).toEqual(['ou_0']);
		expect(failureOf('ou_1')).toMatchObject({ code: '4' });
	});

	it('may have deleted the card, whoever made it', async () => {
		const requests = [request(people(2), { content: { biz_id: 'b' } })];
		const { reached } = await run(
			requests,
			(_, count) => (count === 1 ? refuse(UNANSWERED) : failedCards('2', 'ou_0')),
			{ endpoint: DELETE_APP_FEED_CARDS },
		);
		expect(reached).toEqual(people(2));
	});

	it('leave a failure in doubt that Feishu reports for nobody', async () => {
		const anonymous: ApiResponse = { data: { failed_cards: [{ reason: '4' }] } };
		const { reached, failureOf } = await run(
			[request(people(2), { ownsBusinessId: true })],
			(_, count) => (count === 1 ? refuse(UNANSWERED) : anonymous),
		);
		expect(reached).toEqual([]);
		expect(failureOf('ou_0')).toMatchObject({ kind: 'uncertain', isAttemptLost: true });
	});
});

describe('what every call would meet', () => {
	it.each<Failure>([
		{ kind: 'appRefused', code: 99991672, reason: 'no scope' },
		{ kind: 'noToken', reason: 'wrong secret' },
	])('ends the run: $kind', async (failure) => {
		const { sizes, outcomes, state, done } = await run(
			[request(people(60))],
			() => refuse(failure),
			{ callsAtOnce: 1 },
		);
		expect(sizes).toEqual([20]);
		expect([...outcomes.values()]).toEqual(people(60).map(() => failure));
		expect(state.abortReason).toEqual(failure);
		expect(done).toBe(60);
	});

	it('is known from other calls of the run', async () => {
		const state = new RunState(60);
		state.abortReason = { kind: 'appRefused', reason: 'no scope' };
		const { sizes, outcomes } = await run([request(people(2))], () => ACCEPTED, { state });
		expect(sizes).toEqual([]);
		expect([...outcomes.values()]).toEqual([state.abortReason, state.abortReason]);
	});

	it('may be a token that is refused three times, although it was just renewed', async () => {
		const token: Failure = { kind: 'token', code: 99991663, reason: 'invalid token' };
		const { sizes, state } = await run([request(people(400))], () => refuse(token), {
			callsAtOnce: 1,
		});
		expect(sizes).toHaveLength(3);
		expect(state.abortReason).toBeUndefined();
	});

	it('is no token that can be had a moment later', async () => {
		const noToken: Failure = { kind: 'noToken', retryable: true, reason: 'no answer' };
		const { sizes, reached } = await run([request(people(40))], (_, count) =>
			count === 1 ? refuse(noToken) : ACCEPTED,
		);
		expect(sizes).toHaveLength(3);
		expect(reached).toHaveLength(40);
	});
});

describe('the rate limit', () => {
	it('is waited for as long as Feishu asks, and nobody is sent twice', async () => {
		const { calls, reached } = await run([request(people(20))], (_, count) =>
			count === 1 ? refuse({ ...LIMITED, waitSeconds: 7 }) : ACCEPTED,
		);
		expect(reached).toEqual(people(20));
		expect(calls).toHaveLength(2);
		expect(calls[1]?.timeMs).toBeGreaterThanOrEqual(7_010);
		expect(calls[1]?.timeMs).toBeLessThan(7_100);
	});

	it.each([
		[20, 1],
		[10, 1],
	])('ends the run when Feishu asks for longer than the user allows: %d s', async (waitSeconds) => {
		const limited = { ...LIMITED, waitSeconds };
		const { sizes, outcomes } = await run([request(people(60))], () => refuse(limited), {
			longestWaitSeconds: 9,
			callsAtOnce: 1,
		});
		expect(sizes).toEqual([20]);
		expect([...outcomes.values()]).toEqual(people(60).map(() => limited));
	});

	it('of a second is part of the pace, even for users who do not wait', async () => {
		const limited = { ...LIMITED, waitSeconds: 1 };
		const { sizes, reached } = await run(
			[request(people(60))],
			(_, count) => (count === 1 ? refuse(limited) : ACCEPTED),
			{ longestWaitSeconds: 0, callsAtOnce: 1 },
		);
		expect(sizes).toEqual([20, 20, 20]);
		expect(reached).toEqual(people(40, 20));
	});

	it('ends the run when waiting has been in vain for as long as is allowed', async () => {
		const { sizes, outcomes } = await run(
			[request(people(60))],
			() => refuse({ ...LIMITED, waitSeconds: 1 }),
			{ longestWaitSeconds: 5, callsAtOnce: 1 },
		);
		expect(sizes.length).toBeGreaterThanOrEqual(5);
		expect(sizes.length).toBeLessThanOrEqual(7);
		expect([...outcomes.values()].every((failure) => failure?.kind === 'rateLimited')).toBe(true);
	});
});

describe('people to whom too much was sent', () => {
	it('are sent to again, together and later, while the others have their card', async () => {
		const limited = ['ou_1', 'ou_21', 'ou_41'];
		const { calls, reached, done } = await run([request(people(60))], (userIds) =>
			userIds.length > 3
				? failedCards('3', ...userIds.filter((userId) => limited.includes(userId)))
				: ACCEPTED,
		);
		expect(calls).toHaveLength(4);
		expect(calls[3]?.userIds.sort()).toEqual(limited);
		expect(calls[3]?.timeMs).toBeGreaterThanOrEqual(500);
		expect(reached).toHaveLength(60);
		expect(done).toBe(60);
	});

	it('are sent to eight times in all, and then told', async () => {
		const { sizes, failureOf, reached, done } = await run([request(people(2))], () =>
			failedCards('3', 'ou_0'),
		);
		expect(sizes).toEqual([2, 1, 1, 1, 1, 1, 1, 1]);
		expect(reached).toEqual(['ou_1']);
		expect(failureOf('ou_0')).toMatchObject({ kind: 'rateLimited', code: '3' });
		expect(done).toBe(2);
	});

	it('are told at once when the user does not wait', async () => {
		const { sizes, failureOf } = await run([request(people(2))], () => failedCards('3', 'ou_0'), {
			longestWaitSeconds: 0,
		});
		expect(sizes).toEqual([2]);
		expect(failureOf('ou_0')).toMatchObject({ kind: 'rateLimited' });
	});

	it('are told what was said of each when it ends', async () => {
		const answer: ApiResponse = {
			data: {
				failed_user_reasons: [
					{ user_id: 'ou_0', error_code: 99991400, error_message: 'one' },
					{ user_id: 'ou_1', error_code: 99991400, error_message: 'other' },
				],
			},
		};
		const requests = [
			request(people(2), { feedCardId: 'oc_1', content: { time_sensitive: true } }),
		];
		const { failureOf } = await run(requests, () => answer, {
			endpoint: SET_CHAT_TIME_SENSITIVE,
			longestWaitSeconds: 0,
		});
		expect(failureOf('ou_0')).toMatchObject({ kind: 'rateLimited' });
		expect(failureOf('ou_1')).toMatchObject({ kind: 'rateLimited' });
	});
});

describe('a list in which everybody is refused', () => {
	it('is tried by samples after a hundred, and told', async () => {
		const { sizes, outcomes, done } = await run([request(people(2_000))], () => refuse(INVALID), {
			callsAtOnce: 1,
		});
		// Halves until a hundred are found one by one, then a hundred samples.
		expect(sizes.length).toBeLessThan(320);
		expect(sizes.slice(-100)).toEqual(Array.from({ length: 100 }, () => 1));
		expect([...outcomes.values()]).toEqual(people(2_000).map(() => INVALID));
		expect(done).toBe(2_000);
	});

	it('is sent after all when a sample is accepted', async () => {
		const invalid = people(400);
		const { reached, outcomes, done } = await run([request(people(2_000))], refusing(invalid), {
			callsAtOnce: 1,
		});
		expect(reached).toEqual(people(1_600, 400));
		expect(invalid.every((userId) => outcomes.get(userId) === INVALID)).toBe(true);
		expect(done).toBe(2_000);
	});
});

describe('an execution that the user stops', () => {
	it('makes no more calls, and tells who had the card by then', async () => {
		const { calls, reached, outcomes, done } = await run([request(people(2_000))], () => ACCEPTED, {
			stopAfterMs: 2_000,
		});
		expect(calls.every(({ timeMs }) => timeMs <= 2_000)).toBe(true);
		expect(reached).toHaveLength(calls.length * 20);
		expect([...outcomes.values()].filter((failure) => failure === STOPPED)).toHaveLength(
			2_000 - reached.length,
		);
		expect(done).toBe(2_000);
	});

	it('waits for no second try', async () => {
		const { calls, failureOf } = await run([request(people(2))], () => failedCards('3', 'ou_0'), {
			stopAfterMs: 5,
		});
		expect(calls).toHaveLength(1);
		expect(failureOf('ou_0')).toMatchObject({ kind: 'rateLimited' });
	});

	it('ends a wait that is under way', async () => {
		const { calls, failureOf } = await run(
			[request(people(2))],
			() => refuse({ ...LIMITED, waitSeconds: 50 }),
			{ stopAfterMs: 2_000 },
		);
		expect(calls).toHaveLength(1);
		expect(failureOf('ou_0')).toBeDefined();
	});
});
