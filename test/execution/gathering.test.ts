import type { IDataObject } from 'n8n-workflow';

import type { Effect, RecordedRequest } from '../../sandbox/feishu/src/client';
import { FEED_OPERATIONS, LINK, giveCard } from '../helpers/execution/feedOperations';
import type { Summary } from '../helpers/execution/feedOperations';
import { withSandbox } from '../helpers/execution/withSandbox';

const RECIPIENTS = 10_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const sandbox = withSandbox({ people: RECIPIENTS });
let openIds: string[];

beforeAll(async () => {
	const people = await sandbox.feishu.people({ limit: RECIPIENTS, fields: ['open_id'] });
	openIds = people.map(({ open_id }) => open_id);
});

const create = (fields: IDataObject): IDataObject => ({
	resource: 'appFeedCard',
	operation: 'create',
	userIds: '={{ $json.to }}',
	link: LINK,
	...fields,
});

/** The recipients of a call, as they stand in its body. */
function recipientsOf({ body }: RecordedRequest): string[] {
	const { user_ids, feed_cards } = body as {
		user_ids?: string[];
		feed_cards?: Array<{ user_id: string }>;
	};
	return user_ids ?? feed_cards!.map(({ user_id }) => user_id);
}

/** The calls that 10,000 recipients cost, as the product promises them. */
const PROMISED_CALLS: Record<string, number> = {
	create: 500,
	update: 500,
	'upsert of a new card': 500,
	'upsert of a card that exists': 500,
	delete: 500,
	updateButtons: 500,
	'chat reminder': 200,
	'bot reminder': 200,
};

describe.each(Object.entries(FEED_OPERATIONS))('%s for 10,000 people', (name, operation) => {
	const { endpoint, effect, needsCard } = operation;
	const promised = PROMISED_CALLS[name];
	const isUpsertOfOld = name === 'upsert of a card that exists';
	const forms: Array<[string, number]> = [
		['1 item with 10,000 people', 1],
		['10,000 items with one each', RECIPIENTS],
	];
	if (name === 'create' || name === 'update') forms.push(['300 items with 33 or 34 each', 300]);

	it.each(forms)(`takes ${promised} full calls, as %s`, async (_, items) => {
		if (needsCard) await giveCard(sandbox.url, sandbox.feishu, 'b', openIds);
		const bound = (item: number) => Math.floor((item * RECIPIENTS) / items);
		const to = Array.from({ length: items }, (__, item) =>
			openIds.slice(bound(item), bound(item + 1)),
		);
		const target = { bizId: 'b', chatId: sandbox.groups[0].chat_id };
		const output = (await sandbox.output(
			{ ...operation.parameters(target), userIds: '={{ $json.to }}' },
			{ items: to.map((userIds) => ({ to: userIds })) },
		)) as unknown as Summary[];

		const calls = (await sandbox.requests()).filter((call) => call.operation === endpoint);
		const { operations } = await sandbox.feishu.counters();
		expect(Object.keys(operations).sort()).toEqual(
			[
				'tenantAccessToken.internal',
				endpoint,
				...(isUpsertOfOld ? ['appFeedCard.create'] : []),
			].sort(),
		);
		for (const [calledName, { calls: count }] of Object.entries(operations)) {
			const expected = calledName.startsWith('tenant') ? 1 : promised;
			expect([calledName, count]).toEqual([calledName, expected]);
		}
		expect(new Set(calls.map(({ recipients }) => recipients))).toEqual(
			new Set([RECIPIENTS / promised]),
		);
		expect(calls.flatMap(recipientsOf).sort()).toEqual([...openIds].sort());

		expect(output.map(({ succeeded }) => succeeded)).toEqual(to);
		expect(output.flatMap(({ failed }) => failed)).toEqual([]);
		const effects = await sandbox.feishu.effects({ effect });
		expect(effects.map(({ open_id }) => open_id).sort()).toEqual([...openIds].sort());
	});
});

describe('results', () => {
	it('come back to the item that each recipient came from, failures too', async () => {
		const [strangers, people] = [
			(item: number) => `ou_nobody${item}`,
			(item: number) => openIds.slice(item * 7, item * 7 + 7),
		];
		const items = Array.from({ length: 30 }, (_, item) => ({
			to: [...people(item).slice(0, 3), strangers(item), ...people(item).slice(3)],
		}));
		const output = (await sandbox.output(create({ bizId: 'b' }), {
			items,
		})) as unknown as Summary[];
		expect(output.map(({ succeeded }) => succeeded)).toEqual(items.map((_, item) => people(item)));
		expect(output.map(({ failed }) => failed.map(({ user_id }) => user_id))).toEqual(
			items.map((_, item) => [strangers(item)]),
		);
		expect(await sandbox.requests()).toHaveLength(12);
	});

	it('come back to the right item when each item is another card', async () => {
		const items = openIds.slice(0, 40).map((to, place) => ({ to, title: `card ${place}` }));
		const output = await sandbox.output(create({ title: '={{ $json.title }}' }), { items });
		const held = await Promise.all(
			output.map(async ({ biz_id, succeeded }) => {
				const [openId] = succeeded as string[];
				return (await sandbox.feishu.feed(openId)).find((entry) => entry.biz_id === biz_id)?.title;
			}),
		);
		expect(output.map(({ succeeded }) => succeeded)).toEqual(items.map(({ to }) => [to]));
		expect(held).toEqual(items.map(({ title }) => title));
	});
});

describe('two cards of one person in one call', () => {
	it.each(['update', 'delete'] as const)('fail each for itself: %s', async (name) => {
		const [both, one] = openIds;
		await giveCard(sandbox.url, sandbox.feishu, 'first', [both, one]);
		await giveCard(sandbox.url, sandbox.feishu, 'second', [both]);
		const target = { bizId: '={{ $json.card }}', chatId: '' };
		const output = await sandbox.output(
			{ ...FEED_OPERATIONS[name].parameters(target), userIds: '={{ $json.to }}' },
			{
				items: [
					{ card: 'first', to: [both, one] },
					{ card: 'second', to: [both, one] },
				],
			},
		);
		expect(output).toMatchObject([
			{ biz_id: 'first', succeeded: [both, one], failed: [] },
			{ biz_id: 'second', succeeded: [both], failed: [{ user_id: one, code: '2' }] },
		]);
		expect(await sandbox.requests()).toHaveLength(1);
	});
});

describe('cards without a business ID', () => {
	it('share one UUID and fill batches when all of the card is equal', async () => {
		const items = openIds.slice(0, 60).map((to) => ({ to }));
		const output = await sandbox.output(create({ title: 'same' }), { items });
		const ids = new Set(output.map(({ biz_id }) => biz_id));
		expect([...ids]).toEqual([expect.stringMatching(UUID)]);
		expect(await sandbox.requests()).toHaveLength(3);
		const [card, ...others] = await sandbox.feishu.cards('cli_a5f1c0de00000001');
		expect(others).toEqual([]);
		expect(card.biz_id).toBe([...ids][0]);
	});

	it.each([
		['title', { title: '={{ $json.place < 20 ? "one" : "another" }}' }],
		['label', { statusLabel: { label: { text: '={{ $json.place < 20 ? "A" : "B" }}' } } }],
		['pinning', { timeSensitive: '={{ $json.place < 20 }}' }],
	])('do not share a call or a UUID when they differ in the %s', async (_, fields) => {
		const items = openIds.slice(0, 40).map((to, place) => ({ to, place }));
		const output = await sandbox.output(create(fields as IDataObject), { items });
		const ids = output.map(({ biz_id }) => biz_id);
		expect(new Set(ids).size).toBe(2);
		expect(new Set(ids.slice(0, 20)).size).toBe(1);
		expect(new Set(ids.slice(20)).size).toBe(1);
		const calls = await sandbox.requests();
		expect(calls.map(recipientsOf)).toEqual([openIds.slice(0, 20), openIds.slice(20, 40)]);
	});

	it('are different cards for a person who gets the same twice', async () => {
		const items = [0, 1, 0, 1].map((person) => ({ to: openIds[person] }));
		const output = await sandbox.output(create({ title: 'again' }), { items });
		const ids = output.map(({ biz_id }) => biz_id);
		expect(ids[0]).toBe(ids[1]);
		expect(ids[2]).toBe(ids[3]);
		expect(ids[0]).not.toBe(ids[2]);
		expect(await sandbox.requests()).toHaveLength(2);
		expect((await sandbox.feishu.counters()).effects.cardCreated).toBe(4);
	});
});

describe('cards with a business ID', () => {
	it('share no call when the cards differ, whatever the order of the items', async () => {
		const items = openIds.slice(0, 40).map((to, place) => ({ to, card: `card ${place % 2}` }));
		await sandbox.output(create({ bizId: '={{ $json.card }}' }), { items });
		const calls = await sandbox.requests();
		expect(calls.map(({ recipients }) => recipients)).toEqual([20, 20]);
		for (const { body } of calls) {
			const { app_feed_card, user_ids } = body as {
				app_feed_card: { biz_id: string };
				user_ids: string[];
			};
			const whose = items.filter(({ card }) => card === app_feed_card.biz_id);
			expect(user_ids).toEqual(whose.map(({ to }) => to));
		}
	});

	it('may share an update, with each its own content', async () => {
		await giveCard(sandbox.url, sandbox.feishu, 'b', openIds.slice(0, 20));
		const items = openIds.slice(0, 20).map((to, place) => ({ to, title: `title ${place}` }));
		await sandbox.output(
			{
				...FEED_OPERATIONS.update.parameters({ bizId: 'b', chatId: '' }),
				userIds: '={{ $json.to }}',
				updateFields: { title: '={{ $json.title }}' },
			},
			{ items },
		);
		expect(await sandbox.requests()).toHaveLength(1);
		for (const { to, title } of items) {
			const card = (await sandbox.feishu.feed(to)).find(({ biz_id }) => biz_id === 'b');
			expect(card?.title).toBe(title);
		}
	});
});

describe('the same card and the same person twice', () => {
	const ROUNDS = 4;
	/** So many people, each with one change after the other: a new title, reminder or set of buttons. */
	const PEOPLE = 45;

	/** What shows, on the wire, which item a change came from. */
	const CHANGES: Record<
		string,
		{ fields: IDataObject; roundsOf: (call: RecordedRequest) => Map<string, number> }
	> = {
		update: {
			fields: { updateFields: { title: '={{ "round " + $json.round }}' } },
			roundsOf: ({ body }) => {
				const { feed_cards } = body as {
					feed_cards: Array<{ user_id: string; app_feed_card: { title: string } }>;
				};
				return new Map(
					feed_cards.map(({ user_id, app_feed_card }) => [
						user_id,
						Number(app_feed_card.title.slice('round '.length)),
					]),
				);
			},
		},
		updateButtons: {
			fields: {
				buttons: {
					button: [{ text: '={{ "round " + $json.round }}', actionType: 'url_page', url: LINK }],
				},
			},
			roundsOf: (call) => {
				const { buttons } = call.body as {
					buttons: { buttons: Array<{ text: { text: string } }> };
				};
				const round = Number(buttons.buttons[0].text.text.slice('round '.length));
				return new Map(recipientsOf(call).map((userId) => [userId, round]));
			},
		},
		'bot reminder': {
			fields: { timeSensitive: '={{ $json.round % 2 === 1 }}' },
			// On and off in turns: the place of the call tells which round it is.
			roundsOf: (call) => {
				const { time_sensitive } = call.body as { time_sensitive: boolean };
				return new Map(recipientsOf(call).map((userId) => [userId, Number(time_sensitive)]));
			},
		},
	};

	const TROUBLES = {
		'nothing in the way': [],
		'the first call late': [{ kind: 'delay', seconds: 0.4, nth: 1 }],
		'every third call late': [{ kind: 'delay', seconds: 0.15, every: 3 }],
		'the first answer lost': [{ kind: 'dropped', handled: true, nth: 1 }],
		'calls broken off and failing': [
			{ kind: 'dropped', nth: [1, 6] },
			{ kind: 'serverError', nth: [2, 9] },
		],
		'one person rate limited': [{ kind: 'recipientReason', place: 3, times: 2 }],
	} as const;

	describe.each(Object.keys(CHANGES))('%s', (name) => {
		it.each(Object.entries(TROUBLES))('goes in the order of the items: %s', async (_, troubles) => {
			const operation = FEED_OPERATIONS[name as keyof typeof FEED_OPERATIONS];
			const { fields, roundsOf } = CHANGES[name];
			const people = openIds.slice(0, PEOPLE);
			if (operation.needsCard) await giveCard(sandbox.url, sandbox.feishu, 'b', people);
			for (const trouble of troubles) {
				const { place, ...fault } = { place: undefined, ...trouble };
				await sandbox.feishu.addFault({
					...fault,
					nth: 'nth' in fault ? ([fault.nth].flat() as number[]) : undefined,
					operation: operation.endpoint,
					recipient: place === undefined ? undefined : people[place],
					...(name !== 'update' && { error_code: 99991400 }),
				});
			}
			// Some rounds in one item, some in one item for each person: both must stay in order.
			const items = Array.from({ length: ROUNDS }, (__, round) =>
				round % 2 === 0 ? [{ round, to: people }] : people.map((to) => ({ round, to })),
			).flat();
			const target = { bizId: 'b', chatId: sandbox.groups[0].chat_id };
			const output = (await sandbox.output(
				{ ...operation.parameters(target), userIds: '={{ $json.to }}', ...fields },
				{ items },
			)) as unknown as Summary[];

			expect(output.map(({ succeeded }) => succeeded)).toEqual(items.map(({ to }) => [to].flat()));
			const calls = (await sandbox.requests()).filter(
				(call) => call.operation === operation.endpoint,
			);
			for (const call of calls) {
				const userIds = recipientsOf(call);
				expect(new Set(userIds).size).toBe(userIds.length);
			}
			for (const person of people) {
				const own = calls.filter((call) => roundsOf(call).has(person));
				// No call for a person begins before the one before it has ended.
				for (const [place, call] of own.entries()) {
					if (place > 0) expect(call.receivedAt).toBeGreaterThanOrEqual(own[place - 1].answeredAt!);
				}
				const rounds = own.map((call) => roundsOf(call).get(person)!);
				const turns = rounds.filter((round, place) => round !== rounds[place - 1]);
				const expected = name === 'bot reminder' ? [0, 1, 0, 1] : [0, 1, 2, 3];
				expect(turns).toEqual(expected);
			}
			await expectLast(name, people);
		});
	});

	/** What the feeds show in the end is what the last item asked for. */
	async function expectLast(name: string, people: string[]): Promise<void> {
		for (const person of people.slice(0, 5)) {
			const feed = await sandbox.feishu.feed(person);
			if (name === 'update') {
				expect(feed.find(({ biz_id }) => biz_id === 'b')?.title).toBe('round 3');
			} else if (name === 'updateButtons') {
				const group = feed.find(({ chat_id }) => chat_id === sandbox.groups[0].chat_id);
				expect(group?.buttons.map(({ text }) => text.text)).toEqual(['round 3']);
			} else {
				const chat = feed.find(
					({ kind, app_id }) => kind === 'botChat' && app_id === 'cli_a5f1c0de00000001',
				);
				expect(chat?.time_sensitive).toBe(true);
			}
		}
	}

	it('creates once, and tells the second item that the person has it', async () => {
		const items = [{ to: openIds[0] }, { to: openIds.slice(0, 2) }];
		const output = (await sandbox.output(create({ bizId: 'b' }), {
			items,
			onError: 'continueRegularOutput',
		})) as unknown as Summary[];
		expect(output).toMatchObject([
			{ succeeded: [openIds[0]], failed: [] },
			{ succeeded: [openIds[1]], failed: [{ user_id: openIds[0], code: '4' }] },
		]);
		const effects = await sandbox.feishu.effects({ effect: 'cardCreated' });
		expect(effects.map(({ open_id }: Effect) => open_id).sort()).toEqual(
			openIds.slice(0, 2).sort(),
		);
	});

	it('is created by the first item and updated by the second, with Create or Update', async () => {
		const items = [
			{ to: openIds[0], title: 'first' },
			{ to: openIds[0], title: 'second' },
		];
		const fields = { operation: 'upsert', bizId: 'b', title: '={{ $json.title }}' };
		const output = await sandbox.output(create(fields), { items });
		expect(output).toMatchObject([
			{ created: [openIds[0]], updated: [] },
			{ created: [], updated: [openIds[0]] },
		]);
		const card = (await sandbox.feishu.feed(openIds[0])).find(({ biz_id }) => biz_id === 'b');
		expect(card?.title).toBe('second');
	});

	it('is told of a deletion once', async () => {
		await giveCard(sandbox.url, sandbox.feishu, 'b', openIds.slice(0, 1));
		const output = (await sandbox.output(
			{
				...FEED_OPERATIONS.delete.parameters({ bizId: 'b', chatId: '' }),
				userIds: '={{ $json.to }}',
			},
			{ items: [{ to: openIds[0] }, { to: openIds[0] }], onError: 'continueRegularOutput' },
		)) as unknown as Summary[];
		expect(output).toMatchObject([
			{ succeeded: [openIds[0]], failed: [] },
			{ succeeded: [], failed: [{ user_id: openIds[0], code: '2' }] },
		]);
	});
});
