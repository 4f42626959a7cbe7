import * as fc from 'fast-check';

import { nameCards } from '../../nodes/FeishuFeed/resources/appFeedCard/assignBusinessIds';
import type { Ask, ItemAsk } from '../../nodes/shared/delivery/batches';
import type { AppFeedCard, CreateCardContent } from '../../nodes/shared/api/payloads';

const ask = (card: AppFeedCard, userIds: string[], change: Partial<Ask> = {}): Ask => ({
	userIdType: 'open_id',
	userIds,
	content: { app_feed_card: card },
	target: card.biz_id ?? '',
	names: { biz_id: card.biz_id },
	...change,
});

/** Names the cards of asks 1, 2, 3, … and gives the asks back. */
function named(...asks: Ask[]): Ask[] {
	let made = 0;
	const itemAsks: ItemAsk[] = asks.map((one, item) => ({ item, ask: one }));
	nameCards(itemAsks, () => String((made += 1)));
	return asks;
}
const idsOf = (asks: Ask[]) =>
	asks.map(({ content }) => (content as CreateCardContent).app_feed_card.biz_id);

describe('nameCards', () => {
	it('names a card that has no business ID, everywhere', () => {
		const update = { app_feed_card: { title: 'A' }, update_fields: ['1'] };
		const [one] = named(ask({ title: 'A' }, ['ou_a'], { insteadContent: update }));
		expect(one).toEqual({
			userIdType: 'open_id',
			userIds: ['ou_a'],
			content: { app_feed_card: { title: 'A', biz_id: '1' } },
			insteadContent: { app_feed_card: { title: 'A', biz_id: '1' }, update_fields: ['1'] },
			names: { biz_id: '1' },
			target: '1',
		});
		expect(update.app_feed_card).toEqual({ title: 'A' });
	});

	it('leaves a business ID of the user as it is', () => {
		const given = ask({ biz_id: 'mine' }, ['ou_a']);
		expect(named(given)).toEqual([ask({ biz_id: 'mine' }, ['ou_a'])]);
	});

	it.each<[string, Ask[], string[]]>([
		['equal cards', [ask({ title: 'A' }, ['ou_a']), ask({ title: 'A' }, ['ou_b'])], ['1', '1']],
		['other cards', [ask({ title: 'A' }, ['ou_a']), ask({ title: 'B' }, ['ou_b'])], ['1', '2']],
		[
			'another kind of ID',
			[ask({}, ['ou_a']), ask({}, ['on_a'], { userIdType: 'union_id' })],
			['1', '2'],
		],
		[
			'a person who gets it twice',
			[ask({}, ['ou_a', 'ou_b']), ask({}, ['ou_b']), ask({}, ['ou_a'])],
			['1', '2', '2'],
		],
		[
			'some with a business ID',
			[ask({}, ['ou_a']), ask({ biz_id: 'mine' }, ['ou_b']), ask({}, ['ou_c'])],
			['1', 'mine', '1'],
		],
	])('shares a business ID only where it can: %s', (_, asks, ids) => {
		expect(idsOf(named(...asks))).toEqual(ids);
	});

	const cards = fc.constantFrom<AppFeedCard>({ title: 'A' }, { title: 'B' });
	const person = fc.constantFrom('ou_a', 'ou_b', 'ou_c', 'ou_d');
	const titleOf = ({ content }: Ask) => (content as CreateCardContent).app_feed_card.title;

	it('never gives a person one card twice, nor one business ID to different cards', () => {
		const items = fc.array(fc.tuple(cards, fc.uniqueArray(person, { minLength: 1 })));
		fc.assert(
			fc.property(items, (all) => {
				const asks = named(...all.map(([card, ids]) => ask({ ...card }, ids)));
				expect(idsOf(asks)).toEqual(asks.map(({ target }) => target));
				const got = asks.flatMap(({ userIds, target }) => userIds.map((id) => `${target} ${id}`));
				expect(new Set(got).size).toBe(got.length);
				const titled = new Set(asks.map((one) => `${one.target} ${titleOf(one)}`));
				expect(titled.size).toBe(new Set(idsOf(asks)).size);
			}),
			{ numRuns: 300 },
		);
	});

	it('makes no more cards than somebody gets', () => {
		const items = fc.array(fc.tuple(cards, person), { minLength: 1 });
		fc.assert(
			fc.property(items, (all) => {
				const asks = named(...all.map(([card, id]) => ask({ ...card }, [id])));
				const times = new Map<string, number>();
				for (const [{ title }, id] of all) {
					times.set(`${title} ${id}`, (times.get(`${title} ${id}`) ?? 0) + 1);
				}
				const most = (title: string) =>
					Math.max(0, ...[...times].filter(([key]) => key.startsWith(title)).map(([, n]) => n));
				expect(new Set(idsOf(asks)).size).toBe(most('A') + most('B'));
			}),
			{ numRuns: 300 },
		);
	});
});
