import * as fc from 'fast-check';

import { assignBusinessIds } from '../../nodes/FeishuFeed/resources/appFeedCard/assignBusinessIds';
import type { RecipientRequest, ItemRequest } from '../../nodes/shared/delivery/batches';
import type {
	AppFeedCard,
	CreateCardContent,
	UpdateCardContent,
} from '../../nodes/shared/api/payloads';

const request = (
	card: AppFeedCard,
	userIds: string[],
	change: Partial<RecipientRequest> = {},
): RecipientRequest => ({
	userIdType: 'open_id',
	userIds,
	content: { app_feed_card: card },
	target: card.biz_id ?? '',
	names: { biz_id: card.biz_id },
	...change,
});

/** Names the cards of requests 1, 2, 3, … and gives the requests back. */
function named(...requests: RecipientRequest[]): RecipientRequest[] {
	let made = 0;
	const itemRequests: ItemRequest[] = requests.map((one, item) => ({ item, request: one }));
	assignBusinessIds(itemRequests, () => String((made += 1)));
	return requests;
}
const idsOf = (requests: RecipientRequest[]) =>
	requests.map(({ content }) => (content as CreateCardContent).app_feed_card.biz_id);

describe('assignBusinessIds', () => {
	it('names a card that has no business ID, everywhere', () => {
		const update: UpdateCardContent = { app_feed_card: { title: 'A' }, update_fields: ['1'] };
		const [one] = named(request({ title: 'A' }, ['ou_a'], { fallbackContent: update }));
		expect(one).toEqual({
			userIdType: 'open_id',
			userIds: ['ou_a'],
			content: { app_feed_card: { title: 'A', biz_id: '1' } },
			fallbackContent: { app_feed_card: { title: 'A', biz_id: '1' }, update_fields: ['1'] },
			names: { biz_id: '1' },
			target: '1',
			ownsBusinessId: true,
		});
		expect(update.app_feed_card).toEqual({ title: 'A' });
	});

	it('leaves a business ID of the user as it is', () => {
		const given = request({ biz_id: 'mine' }, ['ou_a']);
		expect(named(given)).toEqual([request({ biz_id: 'mine' }, ['ou_a'])]);
	});

	it.each<[string, RecipientRequest[], string[]]>([
		[
			'equal cards',
			[request({ title: 'A' }, ['ou_a']), request({ title: 'A' }, ['ou_b'])],
			['1', '1'],
		],
		[
			'other cards',
			[request({ title: 'A' }, ['ou_a']), request({ title: 'B' }, ['ou_b'])],
			['1', '2'],
		],
		[
			'another kind of ID',
			[request({}, ['ou_a']), request({}, ['on_a'], { userIdType: 'union_id' })],
			['1', '2'],
		],
		[
			'a person who gets it twice',
			[request({}, ['ou_a', 'ou_b']), request({}, ['ou_b']), request({}, ['ou_a'])],
			['1', '2', '2'],
		],
		[
			'some with a business ID',
			[request({}, ['ou_a']), request({ biz_id: 'mine' }, ['ou_b']), request({}, ['ou_c'])],
			['1', 'mine', '1'],
		],
	])('shares a business ID only where it can: %s', (_, requests, ids) => {
		expect(idsOf(named(...requests))).toEqual(ids);
	});

	const cards = fc.constantFrom<AppFeedCard>({ title: 'A' }, { title: 'B' });
	const person = fc.constantFrom('ou_a', 'ou_b', 'ou_c', 'ou_d');
	const titleOf = ({ content }: RecipientRequest) =>
		(content as CreateCardContent).app_feed_card.title;

	it('never gives a person one card twice, nor one business ID to different cards', () => {
		const items = fc.array(fc.tuple(cards, fc.uniqueArray(person, { minLength: 1 })));
		fc.assert(
			fc.property(items, (all) => {
				const requests = named(...all.map(([card, ids]) => request({ ...card }, ids)));
				expect(idsOf(requests)).toEqual(requests.map(({ target }) => target));
				const got = requests.flatMap(({ userIds, target }) =>
					userIds.map((id) => `${target} ${id}`),
				);
				expect(new Set(got).size).toBe(got.length);
				const titled = new Set(requests.map((one) => `${one.target} ${titleOf(one)}`));
				expect(titled.size).toBe(new Set(idsOf(requests)).size);
			}),
			{ numRuns: 300 },
		);
	});

	it('makes no more cards than somebody gets', () => {
		const items = fc.array(fc.tuple(cards, person), { minLength: 1 });
		fc.assert(
			fc.property(items, (all) => {
				const requests = named(...all.map(([card, id]) => request({ ...card }, [id])));
				const times = new Map<string, number>();
				for (const [{ title }, id] of all) {
					times.set(`${title} ${id}`, (times.get(`${title} ${id}`) ?? 0) + 1);
				}
				const most = (title: string) =>
					Math.max(0, ...[...times].filter(([key]) => key.startsWith(title)).map(([, n]) => n));
				expect(new Set(idsOf(requests)).size).toBe(most('A') + most('B'));
			}),
			{ numRuns: 300 },
		);
	});
});
