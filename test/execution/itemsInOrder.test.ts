import type { RecordedRequest } from '../../sandbox/feishu/src/client';
import { byId, create, ofBotChat, ofChat, update, upsert } from '../helpers/execution/forms';
import type { StoredCredential } from '../helpers/execution/runNode';
import { withSandbox } from '../helpers/execution/withSandbox';

const sandbox = withSandbox();

/** Calls that do not wait for each other meet. */
const options = { callsAtOnce: 20 };

describe('the same card and person in several items', () => {
	/** It has its token already, since calls wait for the one that has a token made. */
	let credential: StoredCredential;

	/** Slow answers make calls that do not wait for each other meet. */
	beforeEach(async () => {
		credential = sandbox.credential();
		await sandbox.output(create({ bizId: 'b', userIds: sandbox.openIds(0, 60).join() }), {
			credential,
		});
		await sandbox.feishu.clearRequests();
		await sandbox.feishu.clearEffects();
		await sandbox.feishu.changeSettings({ latency: 40 });
	});

	function expectOneAfterAnother(requests: RecordedRequest[]): void {
		requests.slice(1).forEach((request, index) => {
			expect(request.receivedAt).toBeGreaterThanOrEqual(requests[index].answeredAt ?? Infinity);
		});
	}

	it('are updated in the order of the items, one call after another', async () => {
		const [{ open_id: userIds }] = sandbox.people;
		const titles = ['first', 'second', 'third'];
		await sandbox.output(
			update({ bizId: 'b', userIds, updateFields: { title: '={{ $json.t }}' }, options }),
			{
				items: titles.map((t) => ({ t })),
				credential,
			},
		);
		const requests = await sandbox.requests();
		expect(requests.map(({ body }) => body)).toMatchObject(
			titles.map((title) => ({ feed_cards: [{ app_feed_card: { title } }] })),
		);
		expect(requests).toHaveLength(3);
		expectOneAfterAnother(requests);
		expect(await sandbox.cardOf(sandbox.people[0], 'b')).toMatchObject({ title: 'third' });
	});

	it('never share a call nor overtake each other among many others', async () => {
		const ranges = [
			[0, 30],
			[10, 50],
			[0, 60],
			[20, 25],
		];
		const output = await sandbox.output(
			update({
				bizId: 'b',
				userIds: '={{ $json.to }}',
				updateFields: { title: '={{ String($itemIndex) }}' },
				options,
			}),
			{ items: ranges.map(([start, end]) => ({ to: sandbox.openIds(start, end) })), credential },
		);
		expect(output.map(({ succeeded }) => (succeeded as string[]).length)).toEqual([30, 40, 60, 5]);
		const requests = await sandbox.requests();
		const seen = new Map<string, { title: number; answeredAt: number }>();
		let entries = 0;
		for (const { body, receivedAt, answeredAt } of requests) {
			const cards = (
				body as { feed_cards: Array<{ user_id: string; app_feed_card: { title: string } }> }
			).feed_cards;
			expect(new Set(cards.map(({ user_id }) => user_id)).size).toBe(cards.length);
			for (const { user_id: userId, app_feed_card: card } of cards) {
				const title = Number(card.title);
				const before = seen.get(userId);
				if (before) {
					expect(title).toBeGreaterThan(before.title);
					expect(receivedAt).toBeGreaterThanOrEqual(before.answeredAt);
				}
				seen.set(userId, { title, answeredAt: answeredAt as number });
				entries += 1;
			}
		}
		expect(entries).toBe(30 + 40 + 60 + 5);
	});

	it('are created before they are refused as duplicates', async () => {
		const [{ open_id: userIds }] = sandbox.people;
		const { outputs } = await sandbox.run(
			create({ bizId: 'new', userIds, title: '={{ $json.t }}', options }),
			{ items: [{ t: 'first' }, { t: 'second' }], onError: 'continueRegularOutput', credential },
		);
		expect(outputs[0].map(({ json }) => [json.succeeded, json.failed])).toMatchObject([
			[[userIds], []],
			[[], [{ user_id: userIds, code: '4' }]],
		]);
		expect(await sandbox.cardOf(sandbox.people[0], 'new')).toMatchObject({ title: 'first' });
		expectOneAfterAnother(await sandbox.requests());
	});

	it('end as the last item says, when cards are created or updated', async () => {
		const [{ open_id: userIds }] = sandbox.people;
		const output = await sandbox.output(
			upsert({ bizId: 'new', userIds, title: '={{ $json.t }}', options }),
			{ items: [{ t: 'first' }, { t: 'second' }, { t: 'third' }], credential },
		);
		expect(output.map(({ created, updated }) => [created, updated])).toEqual([
			[[userIds], []],
			[[], [userIds]],
			[[], [userIds]],
		]);
		expect(await sandbox.cardOf(sandbox.people[0], 'new')).toMatchObject({ title: 'third' });
		expectOneAfterAnother(await sandbox.requests());
	});

	it('have their reminder and buttons set in the order of the items', async () => {
		const [{ open_id: userIds }] = sandbox.people;
		const [{ chat_id: chatId }] = sandbox.groups;
		const items = [{ on: true }, { on: false }, { on: true }];
		await sandbox.output(ofBotChat({ userIds, timeSensitive: '={{ $json.on }}', options }), {
			items,
		});
		await sandbox.output(
			ofChat('setTimeSensitive', {
				chatId: byId(chatId),
				userIds,
				timeSensitive: '={{ $json.on }}',
				options,
			}),
			{ items, credential },
		);
		await sandbox.output(
			ofChat('updateButtons', {
				chatId: byId(chatId),
				userIds,
				buttons: { button: [{ text: '=Item {{ $itemIndex }}', actionType: 'webhook' }] },
				options,
			}),
			{ items, credential },
		);
		const requests = await sandbox.requests();
		expectOneAfterAnother(requests);
		expect(requests.map(({ body }) => body)).toMatchObject([
			...items.map(({ on }) => ({ time_sensitive: on })),
			...items.map(({ on }) => ({ time_sensitive: on })),
			...items.map((_, index) => ({ buttons: { buttons: [{ text: { text: `Item ${index}` } }] } })),
		]);
	});
});
