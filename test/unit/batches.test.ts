import type { FeedContent } from '../../nodes/shared/api/payloads';
import * as fc from 'fast-check';

import {
	CREATE_APP_FEED_CARD,
	SET_CHAT_TIME_SENSITIVE,
	UPDATE_APP_FEED_CARDS,
} from '../../nodes/shared/api/endpoints';
import type { FeedEndpoint } from '../../nodes/shared/api/endpoints';
import { bodyOf, toBatches } from '../../nodes/shared/delivery/batches';
import type { RecipientRequest, Batch, ItemRequest } from '../../nodes/shared/delivery/batches';

const request = (change: Partial<RecipientRequest> = {}): RecipientRequest => ({
	userIdType: 'open_id',
	userIds: ['ou_a'],
	content: { app_feed_card: { biz_id: 'b' } },
	target: 'b',
	names: {},
	...change,
});
const people = (count: number, start = 0) =>
	Array.from({ length: count }, (_, index) => `ou_${start + index}`);
const numbered = (requests: RecipientRequest[]): ItemRequest[] =>
	requests.map((one, item) => ({ item, request: one }));
const sizes = (waves: Batch[][]) => waves.map((wave) => wave.map(({ entries }) => entries.length));

describe('toBatches', () => {
	it.each<[string, FeedEndpoint, number[]]>([
		['cards', CREATE_APP_FEED_CARD, [20, 20, 5]],
		['updates', UPDATE_APP_FEED_CARDS, [20, 20, 5]],
		['reminders', SET_CHAT_TIME_SENSITIVE, [45]],
	])('fills batches with the people of one item: %s', (_, endpoint, expected) => {
		expect(sizes(toBatches(endpoint, numbered([request({ userIds: people(45) })])))).toEqual([
			expected,
		]);
	});

	it('fills batches with people of many items, in their order', () => {
		const requests = people(45).map((userId) => request({ userIds: [userId] }));
		const waves = toBatches(CREATE_APP_FEED_CARD, numbered(requests));
		expect(sizes(waves)).toEqual([[20, 20, 5]]);
		const entries = waves.flat().flatMap((batch) => batch.entries);
		expect(entries.map(({ item, userId }) => [item, userId])).toEqual(
			people(45).map((userId, item) => [item, userId]),
		);
	});

	it('makes no batch for nobody', () => {
		expect(toBatches(CREATE_APP_FEED_CARD, [])).toEqual([]);
		expect(toBatches(CREATE_APP_FEED_CARD, numbered([request({ userIds: [] })]))).toEqual([]);
	});

	it.each<[string, FeedEndpoint, Partial<RecipientRequest>, number]>([
		['another kind of ID', CREATE_APP_FEED_CARD, { userIdType: 'union_id' }, 2],
		['another card', CREATE_APP_FEED_CARD, { content: { app_feed_card: {} }, target: 'c' }, 2],
		['an equal card', CREATE_APP_FEED_CARD, { content: { app_feed_card: { biz_id: 'b' } } }, 1],
		[
			'another update',
			UPDATE_APP_FEED_CARDS,
			{ content: { app_feed_card: {}, update_fields: ['1'] } },
			1,
		],
		['another chat', SET_CHAT_TIME_SENSITIVE, { feedCardId: 'oc_2', target: 'oc_2' }, 2],
	])('keeps apart what cannot share a call: %s', (_, endpoint, change, batches) => {
		const requests = [
			request({ feedCardId: 'oc_1' }),
			request({ userIds: ['ou_b'], feedCardId: 'oc_1', ...change }),
		];
		expect(toBatches(endpoint, numbered(requests)).flat()).toHaveLength(batches);
	});

	it('puts the chat into the path', () => {
		const requests = numbered([request({ feedCardId: 'oc_1' })]);
		expect(toBatches(SET_CHAT_TIME_SENSITIVE, requests)[0][0].path).toBe(
			'/open-apis/im/v2/feed_cards/oc_1',
		);
	});

	it('has what changes the same card of the same person wait for the next wave', () => {
		const requests = [
			request({ userIds: people(30) }),
			request({ userIds: people(10, 25) }),
			request({ userIds: ['ou_25'] }),
			request({ userIds: ['ou_25'], target: 'another' }),
		];
		const waves = toBatches(UPDATE_APP_FEED_CARDS, numbered(requests));
		const itemsAndPeople = waves.map((wave) =>
			wave.flatMap(({ entries }) => entries.map(({ item, userId }) => `${item} ${userId}`)),
		);
		expect(itemsAndPeople).toEqual([
			[
				...people(30).map((userId) => `0 ${userId}`),
				...people(5, 30).map((userId) => `1 ${userId}`),
				'3 ou_25',
			],
			people(5, 25).map((userId) => `1 ${userId}`),
			['2 ou_25'],
		]);
	});

	describe('for any items', () => {
		const pool = <T>(...values: T[]) => fc.constantFrom(...values);
		const asksOf = fc.array(
			fc.record({
				userIdType: pool('open_id' as const, 'union_id' as const),
				userIds: fc.uniqueArray(pool(...people(12)), { maxLength: 12 }),
				content: pool<FeedContent>({ biz_id: 'a' }, { biz_id: 'b' }, { biz_id: 'c' }),
				target: pool('b1', 'b2', 'b3'),
				names: fc.constant({}),
				feedCardId: pool('oc_1', 'oc_2'),
			}),
			{ maxLength: 12 },
		);
		const endpoints = fc
			.tuple(
				pool(CREATE_APP_FEED_CARD, UPDATE_APP_FEED_CARDS, SET_CHAT_TIME_SENSITIVE),
				fc.integer({ min: 1, max: 7 }),
			)
			.map(([endpoint, batchSize]): FeedEndpoint => ({ ...endpoint, batchSize }));
		const always = (
			check: (endpoint: FeedEndpoint, requests: RecipientRequest[], waves: Batch[][]) => void,
		) =>
			fc.assert(
				fc.property(endpoints, asksOf, (endpoint, requests) => {
					check(endpoint, requests, toBatches(endpoint, numbered(requests)));
				}),
				{ numRuns: 300 },
			);

		it('takes every recipient of every item exactly once, as the item has it', () => {
			always((_, requests, waves) => {
				const told = (
					item: number,
					userId: string,
					of: Omit<RecipientRequest, 'names' | 'userIds'>,
				) => [item, userId, of.userIdType, of.target, JSON.stringify(of.content)].join();
				const taken = waves
					.flat()
					.flatMap(({ entries, userIdType }) =>
						entries.map(({ item, userId, ...entry }) =>
							told(item, userId, { userIdType, ...entry }),
						),
					);
				const asked = requests.flatMap((one, item) => one.userIds.map((id) => told(item, id, one)));
				expect(taken.sort()).toEqual(asked.sort());
			});
		});

		it('makes batches that are one call: neither empty, nor too large, nor mixed', () => {
			always((endpoint, requests, waves) => {
				const isOneCall = ({ entries, path }: Batch) =>
					entries.length > 0 &&
					entries.length <= endpoint.batchSize &&
					entries.every(
						({ item, content }) =>
							path === endpoint.path.replace(':feed_card_id', requests[item].feedCardId ?? '') &&
							(endpoint.recipientsAs === 'feed_cards' ||
								JSON.stringify(content) === JSON.stringify(entries[0].content)),
					);
				expect(waves.flat().filter((batch) => !isOneCall(batch))).toEqual([]);
			});
		});

		it('has no person twice for one card in a wave, and the later item in a later wave', () => {
			always((_, requests, waves) => {
				const wrong: string[] = [];
				const lastItem = new Map<string, number>();
				for (const wave of waves) {
					const inWave = new Set<string>();
					for (const { entries, userIdType } of wave) {
						for (const { item, userId } of entries) {
							const key = [userIdType, requests[item].target, userId].join();
							if (inWave.has(key) || item <= (lastItem.get(key) ?? -1)) wrong.push(key);
							inWave.add(key);
							lastItem.set(key, item);
						}
					}
				}
				expect(wrong).toEqual([]);
			});
		});

		it('leaves room only in the last batch of those that could be joined', () => {
			always((endpoint, _, waves) => {
				const wrong: string[] = [];
				for (const wave of waves) {
					const open = new Set<string>();
					for (const { entries, path, userIdType } of wave) {
						const shared =
							endpoint.recipientsAs === 'user_ids' ? JSON.stringify(entries[0].content) : '';
						const key = [path, userIdType, shared].join();
						if (open.has(key)) wrong.push(key);
						if (entries.length < endpoint.batchSize) open.add(key);
					}
				}
				expect(wrong).toEqual([]);
			});
		});

		it('needs no more waves than the most often asked card of a person', () => {
			always((_, requests, waves) => {
				const times = new Map<string, number>();
				for (const { userIdType, target, userIds } of requests) {
					for (const userId of userIds) {
						const key = [userIdType, target, userId].join();
						times.set(key, (times.get(key) ?? 0) + 1);
					}
				}
				expect(waves).toHaveLength(Math.max(0, ...times.values()));
			});
		});
	});
});

describe('bodyOf', () => {
	const entries = ['ou_a', 'ou_b'].map((userId, item) => ({
		item,
		userId,
		target: 'b',
		content: { time_sensitive: true },
		ownsBusinessId: false,
		isAttemptLost: false,
	}));

	it('names the recipients beside the content', () => {
		expect(bodyOf(SET_CHAT_TIME_SENSITIVE, entries)).toEqual({
			time_sensitive: true,
			user_ids: ['ou_a', 'ou_b'],
		});
	});

	it('repeats the content for each recipient', () => {
		const contents = [{ biz_id: 'b' }, { biz_id: 'c' }];
		const updates = entries.map((entry, index) => ({ ...entry, content: contents[index]! }));
		expect(bodyOf(UPDATE_APP_FEED_CARDS, updates)).toEqual({
			feed_cards: [
				{ biz_id: 'b', user_id: 'ou_a' },
				{ biz_id: 'c', user_id: 'ou_b' },
			],
		});
	});
});
