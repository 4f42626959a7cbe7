import type { IExecuteFunctions } from 'n8n-workflow';

import {
	CREATE_APP_FEED_CARD,
	SET_BOT_TIME_SENSITIVE,
	UPDATE_APP_FEED_CARDS,
} from '../../nodes/shared/api/endpoints';
import { CARD_REASON } from '../../nodes/shared/api/errorCodes';
import { STOPPED } from '../../nodes/shared/api/failures';
import type { Failure } from '../../nodes/shared/api/failures';
import type { FeishuRequest } from '../../nodes/shared/api/FeishuClient';
import type { UpdateCardContent } from '../../nodes/shared/api/payloads';
import type { ApiResponse } from '../../nodes/shared/api/responses';
import type { RecipientRequest } from '../../nodes/shared/delivery/batches';
import type { DeliveryOptions } from '../../nodes/shared/delivery/DeliveryOptions';
import { RunState } from '../../nodes/shared/delivery/RunState';
import { sendToRecipients } from '../../nodes/shared/delivery/sendToRecipients';
import type { Destination } from '../../nodes/shared/delivery/sendToRecipients';
import { resetProcessState } from '../../nodes/shared/primitives/processState';
import { VirtualTime } from '../helpers/pacing/VirtualTime';
import { seededRandom } from '../helpers/pacing/seededRandom';
import { ScriptedFeishu, userIdsOf } from '../helpers/unit/ScriptedFeishu';
import type { Answer } from '../helpers/unit/ScriptedFeishu';

const CREATE: Destination = { endpoint: CREATE_APP_FEED_CARD };
const CREATE_OR_UPDATE: Destination = {
	endpoint: CREATE_APP_FEED_CARD,
	fallback: { reason: CARD_REASON.duplicate, endpoint: UPDATE_APP_FEED_CARDS, when: 'always' },
};
const SETTLE_LOST: Destination = {
	endpoint: CREATE_APP_FEED_CARD,
	fallback: { reason: CARD_REASON.duplicate, endpoint: UPDATE_APP_FEED_CARDS, when: 'attemptLost' },
};
const UNANSWERED: Failure = { kind: 'unanswered', reason: 'no answer' };
const OK: ApiResponse = { data: {} };

const update = (title: string): UpdateCardContent => ({
	app_feed_card: { biz_id: 'b', title },
	update_fields: ['1', '103'],
});
const request = (userIds: string[], change: Partial<RecipientRequest> = {}): RecipientRequest => ({
	userIdType: 'open_id',
	userIds,
	content: { app_feed_card: { biz_id: 'b', title: 'Hello' } },
	fallbackContent: update('Hello'),
	target: 'b',
	names: { biz_id: 'b' },
	...change,
});
const failedCards = (reason: string, userIds: string[]): ApiResponse => ({
	data: { failed_cards: userIds.map((user_id) => ({ user_id, biz_id: 'b', reason })) },
});
const isUpdate = ({ method }: FeishuRequest) => method === 'PUT';

/** A Feishu in which these people have the card, and get no second one. */
const withCardsOf =
	(...owners: string[]): Answer =>
	(call) => {
		if (isUpdate(call)) return OK;
		return failedCards(
			'4',
			userIdsOf(call).filter((userId) => owners.includes(userId)),
		);
	};

let time: VirtualTime;
beforeEach(() => {
	resetProcessState();
	time = VirtualTime.install(seededRandom(1));
});
afterEach(() => time.uninstall());

/** Sends what the items ask for in virtual time. */
async function send(
	destination: Destination,
	requests: RecipientRequest[],
	answer: Answer,
	{ stopAfterMs, ...options }: Partial<DeliveryOptions> & { stopAfterMs?: number } = {},
) {
	const stop = new AbortController();
	if (stopAfterMs !== undefined) void time.sleep(stopAfterMs).then(() => stop.abort());
	const messages: string[] = [];
	const context = {
		logger: { info: (message: string) => void messages.push(message) },
		getExecutionCancelSignal: () => stop.signal,
	};
	const feishu = new ScriptedFeishu(answer);
	const sent = sendToRecipients(
		// Of n8n's context, only these are used.
		context as unknown as IExecuteFunctions,
		destination,
		requests.map((one, item) => ({ item, request: one })),
		{ callsAtOnce: 20, longestWait: 60, ...options },
		{ client: feishu.client, state: new RunState(options.longestWait ?? 60) },
	);
	await time.runUntilIdle();
	const results = await sent;
	return {
		calls: feishu.calls.map(({ request: call }) => call),
		times: feishu.calls.map(({ timeMs }) => timeMs),
		results: [...results.values()].map(({ outcomes, updated, createdOrUpdated, names }) => ({
			names,
			outcomes: Object.fromEntries(outcomes),
			updated: updated && [...updated],
			createdOrUpdated: createdOrUpdated && [...createdOrUpdated],
		})),
		messages,
	};
}

describe('an operation without a fallback', () => {
	it('tells what became of each recipient of each item', async () => {
		const requests = [
			request(['ou_1', 'ou_2']),
			request(['ou_3'], { names: { chat_id: 'oc_1' } }),
			request([]),
		];
		const { calls, results } = await send(CREATE, requests, withCardsOf('ou_2'));
		expect(calls).toHaveLength(1);
		expect(results).toEqual([
			{
				names: { biz_id: 'b' },
				outcomes: { ou_1: undefined, ou_2: expect.objectContaining({ code: '4' }) },
			},
			{ names: { chat_id: 'oc_1' }, outcomes: { ou_3: undefined } },
			{ names: { biz_id: 'b' }, outcomes: {} },
		]);
	});

	it('keeps the limit of its endpoint', async () => {
		const people = Array.from({ length: 400 }, (_, index) => `ou_${index}`);
		const { times } = await send(CREATE, [request(people)], () => OK);
		expect(times).toHaveLength(20);
		expect(times.filter((timeMs) => timeMs < 1_000).length).toBeLessThanOrEqual(10);
	});

	it("keeps the user's own limit, and only for as long as it runs", async () => {
		const people = Array.from({ length: 200 }, (_, index) => `ou_${index}`);
		const slow = await send(CREATE, [request(people)], () => OK, { callsPerSecond: 2 });
		expect(slow.times.at(-1)).toBeGreaterThan(4_000);
		const fast = await send(CREATE, [request(people)], () => OK);
		expect(fast.times.at(-1)).toBeLessThan(2_500);
	});

	it('says in the log how far it was when the user stopped it', async () => {
		const people = Array.from({ length: 400 }, (_, index) => `ou_${index}`);
		const { calls, messages, results } = await send(
			CREATE,
			[request(people)],
			withCardsOf('ou_0'),
			{
				stopAfterMs: 500,
			},
		);
		const reached = calls.length * 20 - 1;
		expect(messages).toEqual([
			`Feishu Feed was stopped: ${reached} recipients were reached, ${400 - reached} were not`,
		]);
		expect(results[0]?.outcomes.ou_399).toBe(STOPPED);
	});

	it('says nothing in the log when it was not stopped', async () => {
		const { messages } = await send(CREATE, [request(['ou_1'])], () => OK);
		expect(messages).toEqual([]);
	});
});

describe('an operation that updates whoever has the card', () => {
	it('updates them as the item wants it, and tells who was', async () => {
		const { calls, results } = await send(
			CREATE_OR_UPDATE,
			[request(['ou_1', 'ou_2', 'ou_3'])],
			withCardsOf('ou_2', 'ou_3'),
		);
		expect(calls.map(({ method }) => method)).toEqual(['POST', 'PUT']);
		expect(calls[1]?.body).toEqual({
			feed_cards: [
				{ ...update('Hello'), user_id: 'ou_2' },
				{ ...update('Hello'), user_id: 'ou_3' },
			],
		});
		expect(results).toEqual([
			{
				names: { biz_id: 'b' },
				outcomes: { ou_1: undefined, ou_2: undefined, ou_3: undefined },
				updated: ['ou_2', 'ou_3'],
			},
		]);
	});

	it('tells that nobody was updated when nobody had the card', async () => {
		const { calls, results } = await send(CREATE_OR_UPDATE, [request(['ou_1'])], () => OK);
		expect(calls).toHaveLength(1);
		expect(results[0]).toMatchObject({ outcomes: { ou_1: undefined }, updated: [] });
	});

	it('tells whoever could not be updated', async () => {
		const { results } = await send(CREATE_OR_UPDATE, [request(['ou_1', 'ou_2'])], (call) =>
			isUpdate(call) ? failedCards('1', ['ou_2']) : failedCards('4', ['ou_1', 'ou_2']),
		);
		expect(results[0]?.outcomes).toEqual({
			ou_1: undefined,
			ou_2: expect.objectContaining({ code: '1' }),
		});
	});

	it('leaves other refusals as they are', async () => {
		const { calls, results } = await send(CREATE_OR_UPDATE, [request(['ou_1'])], () =>
			failedCards('1', ['ou_1']),
		);
		expect(calls).toHaveLength(1);
		expect(results[0]?.outcomes.ou_1).toMatchObject({ code: '1' });
	});

	it('leaves items as they are that have nothing to update with', async () => {
		const { calls, results } = await send(
			CREATE_OR_UPDATE,
			[request(['ou_1'], { fallbackContent: undefined })],
			withCardsOf('ou_1'),
		);
		expect(calls).toHaveLength(1);
		expect(results[0]).toMatchObject({ outcomes: { ou_1: { code: '4' } } });
		expect(results[0]?.updated).toBeUndefined();
	});

	it('notifies nobody again whose card may be of its own lost attempt', async () => {
		const { calls, results } = await send(
			CREATE_OR_UPDATE,
			[request(['ou_1', 'ou_2'])],
			(call, count) => {
				if (count === 1) return { failure: UNANSWERED };
				return isUpdate(call) ? OK : failedCards('4', ['ou_1']);
			},
		);
		expect(calls.at(-1)?.body).toEqual({
			feed_cards: [{ ...update('Hello'), update_fields: ['1'], user_id: 'ou_1' }],
		});
		expect(results[0]).toMatchObject({
			outcomes: { ou_1: undefined, ou_2: undefined },
			updated: [],
			createdOrUpdated: ['ou_1'],
		});
	});

	it('takes a card for created whose business ID it made itself', async () => {
		const { calls, results } = await send(
			CREATE_OR_UPDATE,
			[request(['ou_1'], { ownsBusinessId: true })],
			withCardsOf('ou_1'),
		);
		expect(calls.at(-1)?.body).toMatchObject({ feed_cards: [{ update_fields: ['1'] }] });
		expect(results[0]).toMatchObject({ outcomes: { ou_1: undefined }, updated: [] });
		expect(results[0]?.createdOrUpdated).toBeUndefined();
	});

	it('notifies nobody again where Feishu does not say whose the refusal is', async () => {
		const { calls, results } = await send(CREATE_OR_UPDATE, [request(['ou_1', 'ou_2'])], (call) =>
			isUpdate(call) ? OK : { data: { failed_cards: [{ reason: '4' }] } },
		);
		expect(calls.at(-1)?.body).toMatchObject({
			feed_cards: [
				{ user_id: 'ou_1', update_fields: ['1'] },
				{ user_id: 'ou_2', update_fields: ['1'] },
			],
		});
		expect(results[0]?.createdOrUpdated).toEqual(['ou_1', 'ou_2']);
	});

	it('ends as the last of two items for one card wants it, when the first was refused by mistake', async () => {
		const requests = [
			request(['ou_1']),
			request(['ou_1'], {
				content: { app_feed_card: { biz_id: 'b', title: 'Last' } },
				fallbackContent: update('Last'),
			}),
		];
		const { calls, results } = await send(CREATE_OR_UPDATE, requests, (call, count) =>
			count === 1 ? failedCards('4', ['ou_1']) : isUpdate(call) ? OK : OK,
		);
		expect(calls.map(({ method }) => method)).toEqual(['POST', 'POST', 'PUT', 'PUT']);
		expect(calls[2]?.body).toEqual({ feed_cards: [{ ...update('Hello'), user_id: 'ou_1' }] });
		expect(calls[3]?.body).toEqual({
			feed_cards: [{ ...update('Last'), update_fields: ['1'], user_id: 'ou_1' }],
		});
		expect(results.map(({ updated }) => updated)).toEqual([['ou_1'], []]);
		expect(results.map(({ createdOrUpdated }) => createdOrUpdated)).toEqual([undefined, ['ou_1']]);
	});

	it('takes the refused recipients back from what is done', async () => {
		const { messages } = await send(
			CREATE_OR_UPDATE,
			[request(Array.from({ length: 2_000 }, (_, index) => `ou_${index}`))],
			(call) => (isUpdate(call) ? OK : failedCards('4', userIdsOf(call))),
		);
		const counts = messages.map((message) => message.match(/\d+/g)?.map(Number) ?? []);
		expect(counts.length).toBeGreaterThan(2);
		for (const [done = 0, left = 0] of counts) expect(done + left).toBe(2_000);
		expect(Math.max(...counts.map(([done = 0]) => done))).toBeLessThanOrEqual(2_000);
	});
});

describe('an operation that settles its own lost attempts', () => {
	it('updates whose card may be of one, without telling it', async () => {
		const { calls, results } = await send(
			SETTLE_LOST,
			[request(['ou_1', 'ou_2'], { attemptLost: new Set(['ou_1']) })],
			withCardsOf('ou_1', 'ou_2'),
		);
		expect(calls.map(({ method }) => method)).toEqual(['POST', 'PUT']);
		expect(calls[1]?.body).toEqual({
			feed_cards: [{ ...update('Hello'), update_fields: ['1'], user_id: 'ou_1' }],
		});
		expect(results[0]).toEqual({
			names: { biz_id: 'b' },
			outcomes: { ou_1: undefined, ou_2: expect.objectContaining({ code: '4' }) },
		});
	});

	it('leaves cards of others as they are', async () => {
		const { calls } = await send(SETTLE_LOST, [request(['ou_1'])], withCardsOf('ou_1'));
		expect(calls).toHaveLength(1);
	});

	it('leaves those as they are of whom it is unknown whether they were refused', async () => {
		const { calls } = await send(SETTLE_LOST, [request(['ou_1', 'ou_2'])], () => ({
			data: { failed_cards: [{ reason: '4' }] },
		}));
		expect(calls).toHaveLength(1);
	});
});

it('a reminder has its own limit and its own calls', async () => {
	const people = Array.from({ length: 120 }, (_, index) => `ou_${index}`);
	const requests = [request(people, { content: { time_sensitive: true } })];
	const { calls } = await send({ endpoint: SET_BOT_TIME_SENSITIVE }, requests, () => OK);
	expect(
		calls.map(({ path, body }) => [path, userIdsOf({ body } as FeishuRequest).length]),
	).toEqual([
		['/open-apis/im/v2/feed_cards/bot_time_sentive', 50],
		['/open-apis/im/v2/feed_cards/bot_time_sentive', 50],
		['/open-apis/im/v2/feed_cards/bot_time_sentive', 20],
	]);
});
