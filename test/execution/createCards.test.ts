import type { IDataObject } from 'n8n-workflow';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import { CARDS, FULL_CARD, FULL_FORM, LINK, UUID, create } from '../helpers/execution/forms';
import { withSandbox } from '../helpers/execution/withSandbox';

const sandbox = withSandbox();

describe('appFeedCard: create', () => {
	it('sends every field of the form, and the card is in the feed as the form says', async () => {
		const [first, second] = sandbox.people;
		const userIds = [first.open_id, second.open_id];
		const output = await sandbox.output(create({ ...FULL_FORM, userIds: userIds.join(',') }));

		expect(await sandbox.calls()).toEqual([
			{
				method: 'POST',
				path: CARDS,
				query: { user_id_type: 'open_id' },
				body: { app_feed_card: FULL_CARD, user_ids: userIds },
			},
		]);
		expect(output).toEqual([{ biz_id: FULL_CARD.biz_id, succeeded: userIds, failed: [] }]);
		for (const person of [first, second]) {
			const [top] = await sandbox.feishu.feed(person.open_id);
			expect(top).toMatchObject({
				kind: 'appFeedCard',
				app_id: SEEDED_APPS.custom.app_id,
				biz_id: FULL_CARD.biz_id,
				title: FULL_CARD.title,
				preview: FULL_CARD.preview,
				link: LINK,
				avatar_key: FULL_CARD.avatar_key,
				status_label: FULL_CARD.status_label,
				buttons: FULL_CARD.buttons.buttons,
				time_sensitive: true,
			});
		}
		expect(await sandbox.feishu.effects({ effect: 'notified' })).toMatchObject([
			{ open_id: first.open_id, spokenText: '请打卡' },
			{ open_id: second.open_id, spokenText: '请打卡' },
		]);
	});

	it('sends the token and the content type that Feishu asks for', async () => {
		await sandbox.output(create({ userIds: sandbox.people[0].open_id }));
		const [{ headers }] = await sandbox.requests();
		expect(headers?.authorization).toMatch(/^Bearer t-\S+$/);
		expect(headers?.['content-type']).toBe('application/json; charset=utf-8');
	});

	it('leaves out what the form leaves empty, and makes a business ID', async () => {
		const [{ open_id: userId }] = sandbox.people;
		const [{ biz_id: bizId }] = await sandbox.output(create({ userIds: userId }));
		expect(bizId).toMatch(UUID);
		expect(await sandbox.calls()).toMatchObject([
			{
				body: {
					app_feed_card: { biz_id: bizId, link: { link: LINK }, time_sensitive: false },
					user_ids: [userId],
				},
			},
		]);
		const [{ body }] = await sandbox.calls();
		const { app_feed_card: card } = body as { app_feed_card: object };
		expect(Object.keys(card).sort()).toEqual(['biz_id', 'link', 'time_sensitive']);
	});

	it('puts pinned cards above others, whatever came last', async () => {
		const [{ open_id: userIds }] = sandbox.people;
		await sandbox.output(create({ userIds, bizId: 'pinned', timeSensitive: true }));
		await sandbox.output(create({ userIds, bizId: 'plain' }));
		await sandbox.output(create({ userIds, bizId: 'pinned later', timeSensitive: true }));
		const order = (await sandbox.feishu.feed(userIds)).map(({ biz_id }) => biz_id);
		expect(order.slice(0, 3)).toEqual(['pinned later', 'pinned', 'plain']);
	});

	it.each<[string, IDataObject, object | undefined, Array<string | undefined>]>([
		['says nothing of it by default', {}, undefined, [undefined]],
		['can be silent', { closeNotify: true }, { close_notify: true }, []],
		['is not silent when told so', { closeNotify: false }, { close_notify: false }, [undefined]],
		[
			'can speak',
			{ customSoundText: '下班了' },
			{ custom_sound_text: '下班了', with_custom_sound: true },
			['下班了'],
		],
		['does not speak an empty text', { customSoundText: '' }, undefined, [undefined]],
	])('notification: %s', async (_, notify, expected, spoken) => {
		await sandbox.output(create({ userIds: sandbox.people[0].open_id, notify }));
		const [{ body }] = await sandbox.calls();
		expect((body as { app_feed_card: { notify?: object } }).app_feed_card.notify).toEqual(expected);
		const notified = await sandbox.feishu.effects({ effect: 'notified' });
		expect(notified.map(({ spokenText }) => spokenText)).toEqual(spoken);
	});

	it.each(['primary', 'secondary', 'success', 'danger'])('colors the label %s', async (type) => {
		const statusLabel = { label: { text: 'Label', type } };
		await sandbox.output(
			create({ userIds: sandbox.people[0].open_id, bizId: 'labelled', statusLabel }),
		);
		const card = await sandbox.cardOf(sandbox.people[0], 'labelled');
		expect(card?.status_label).toEqual({ text: 'Label', type });
	});

	it.each<[string, IDataObject, object]>([
		[
			'a link in the default style',
			{ text: 'Open', url: LINK },
			{ action_type: 'url_page', button_type: 'default', multi_url: { url: LINK } },
		],
		[
			'a link for some platforms only',
			{ text: 'Open', buttonType: 'success', platformUrls: { iosUrl: LINK } },
			{ action_type: 'url_page', button_type: 'success', multi_url: { ios_url: LINK } },
		],
		[
			'a link without the action values that an earlier choice left behind',
			{ text: 'Open', url: LINK, actionValues: { value: [{ name: 'a', value: 'b' }] } },
			{ action_type: 'url_page', button_type: 'default', multi_url: { url: LINK } },
		],
		[
			'a callback without the links that an earlier choice left behind',
			{
				text: 'Call',
				actionType: 'webhook',
				url: 'not checked',
				platformUrls: { pcUrl: 'http://neither' },
				actionValues: { value: [{ name: 'a', value: 'b' }] },
			},
			{ action_type: 'webhook', button_type: 'default', action_map: { a: 'b' } },
		],
		[
			'a callback without values',
			{ text: 'Call', actionType: 'webhook' },
			{ action_type: 'webhook', button_type: 'default' },
		],
	])('buttons: sends %s', async (_, button, expected) => {
		await sandbox.output(
			create({ userIds: sandbox.people[0].open_id, buttons: { button: [button] } }),
		);
		const [{ body }] = await sandbox.calls();
		const { buttons } = (body as { app_feed_card: { buttons: object } }).app_feed_card;
		expect(buttons).toEqual({ buttons: [{ text: { text: button.text }, ...expected }] });
	});

	it('buttons: sends what fits the kind of button that an expression gives', async () => {
		const button = {
			text: 'Open',
			actionType: '={{ $json.kind }}',
			url: LINK,
			platformUrls: { pcUrl: LINK },
			actionValues: { value: [{ name: 'a', value: 'b' }] },
		};
		await sandbox.output(
			create({ userIds: '={{ $json.to }}', bizId: 'b', buttons: { button: [button] } }),
			{
				items: [
					{ to: sandbox.people[0].open_id, kind: 'url_page' },
					{ to: sandbox.people[1].open_id, kind: 'webhook' },
				],
			},
		);
		const common = { text: { text: 'Open' }, button_type: 'default' };
		const sent = [
			{ ...common, action_type: 'url_page', multi_url: { url: LINK, pc_url: LINK } },
			{ ...common, action_type: 'webhook', action_map: { a: 'b' } },
		];
		expect((await sandbox.calls()).map(({ body }) => body)).toEqual(
			sent.map((one, place) => ({
				app_feed_card: {
					biz_id: 'b',
					link: { link: LINK },
					time_sensitive: false,
					buttons: { buttons: [one] },
				},
				user_ids: [sandbox.people[place].open_id],
			})),
		);
	});

	it('buttons: sends numbers and flags in action values as text', async () => {
		const value = [
			{ name: 'number', value: '={{ $json.number }}' },
			{ name: 'flag', value: '={{ $json.flag }}' },
			{ name: 'nothing', value: '={{ $json.nothing }}' },
			{ name: '={{ $json.name }}', value: '={{ $json.text }}' },
			{ name: '__proto__', value: 'odd' },
		];
		const button = [{ text: 'Call', actionType: 'webhook', actionValues: { value } }];
		await sandbox.output(create({ userIds: sandbox.people[0].open_id, buttons: { button } }), {
			items: [{ number: 42, flag: true, nothing: null, name: '订单', text: '四十二' }],
		});
		const [{ rawBody }] = await sandbox.requests();
		const actionMap = /"action_map":(\{.*?\})/.exec(rawBody as string)?.[1];
		expect(actionMap).toBe(
			'{"number":"42","flag":"true","nothing":"","订单":"四十二","__proto__":"odd"}',
		);
	});

	it('resolves expressions for each item', async () => {
		const items = sandbox.people.slice(0, 3).map(({ open_id, name }, index) => ({
			person: { id: open_id, name },
			order: { number: index, url: `https://example.com/orders/${index}`, urgent: index === 1 },
			label: ['primary', 'danger', 'success'][index],
		}));
		await sandbox.output(
			create({
				userIds: '={{ $json.person.id }}',
				bizId: '=order-{{ $json.order.number }}',
				title: '={{ $json.person.name }}的订单',
				preview: '=Item {{ $itemIndex }}',
				link: '={{ $json.order.url }}',
				timeSensitive: '={{ $json.order.urgent }}',
				statusLabel: { label: { text: '={{ $json.label }}', type: '={{ $json.label }}' } },
				buttons: {
					button: [{ text: '={{ $json.person.name }}', url: '={{ $json.order.url }}/open' }],
				},
				notify: { closeNotify: '={{ $json.order.urgent }}' },
				avatarKey: '={{ "img_" + $json.order.number }}',
			}),
			{ items },
		);
		expect((await sandbox.calls()).map(({ body }) => body)).toEqual(
			items.map(({ person, order, label }, index) => ({
				app_feed_card: {
					biz_id: `order-${index}`,
					title: `${person.name}的订单`,
					preview: `Item ${index}`,
					link: { link: order.url },
					time_sensitive: order.urgent,
					status_label: { text: label, type: label },
					buttons: {
						buttons: [
							{
								action_type: 'url_page',
								button_type: 'default',
								text: { text: person.name },
								multi_url: { url: `${order.url}/open` },
							},
						],
					},
					notify: { close_notify: order.urgent },
					avatar_key: `img_${index}`,
				},
				user_ids: [person.id],
			})),
		);
	});

	it('sends equal cards of many items in full batches, and gives them one business ID', async () => {
		const items = sandbox.people.slice(0, 45).map(({ open_id: id }) => ({ id }));
		const output = await sandbox.output(create({ userIds: '={{ $json.id }}', title: 'Training' }), {
			items,
		});
		const calls = await sandbox.calls();
		const batches = calls.map(({ body }) => (body as { user_ids: string[] }).user_ids);
		expect(batches.map(({ length }) => length)).toEqual([20, 20, 5]);
		expect(batches.flat()).toEqual(sandbox.openIds(0, 45));
		expect(output.map(({ succeeded }) => succeeded)).toEqual(items.map(({ id }) => [id]));
		const [{ biz_id: bizId }] = output;
		expect(bizId).toMatch(UUID);
		expect(output.every((item) => item.biz_id === bizId)).toBe(true);
		expect((await sandbox.feishu.cards(SEEDED_APPS.custom.app_id)).length).toBe(1);
	});

	it('gives equal cards for one person business IDs of their own', async () => {
		const [{ open_id: id }, { open_id: other }] = sandbox.people;
		const output = await sandbox.output(create({ userIds: '={{ $json.ids }}' }), {
			items: [{ ids: [id, other] }, { ids: [id] }],
		});
		expect(output.map(({ failed }) => failed)).toEqual([[], []]);
		expect(output[0].biz_id).not.toBe(output[1].biz_id);
		const feed = await sandbox.feishu.feed(id);
		const cards = feed.filter(({ kind }) => kind === 'appFeedCard').map(({ biz_id }) => biz_id);
		expect(cards.sort()).toEqual(output.map(({ biz_id }) => biz_id).sort());
	});

	it('splits the recipients of one item, all with one business ID', async () => {
		const userIds = sandbox.openIds(0, 61);
		const [output] = await sandbox.output(create({ userIds: '={{ $json.ids }}' }), {
			items: [{ ids: userIds }],
		});
		const bodies = (await sandbox.calls()).map(
			({ body }) => body as { user_ids: string[]; app_feed_card: { biz_id: string } },
		);
		expect(bodies.map(({ user_ids }) => user_ids.length)).toEqual([20, 20, 20, 1]);
		expect(new Set(bodies.map(({ app_feed_card }) => app_feed_card.biz_id))).toEqual(
			new Set([output.biz_id]),
		);
		expect(output.succeeded).toEqual(userIds);
	});
});

describe('appFeedCard: create from JSON', () => {
	const CARD = { ...FULL_CARD, notify: { close_notify: true, with_custom_sound: false } };
	const { biz_id: bizId, ...NAMELESS } = CARD;

	it.each<[string, IDataObject, IDataObject, object]>([
		['a string', { cardJson: JSON.stringify(CARD) }, {}, CARD],
		['a string with line breaks', { cardJson: JSON.stringify(CARD, null, 2) }, {}, CARD],
		['an object', { cardJson: '={{ $json.card }}' }, { card: CARD }, CARD],
		[
			'a string from an expression',
			{ cardJson: '={{ $json.card }}' },
			{ card: JSON.stringify(CARD) },
			CARD,
		],
		['wrapped in app_feed_card', { cardJson: JSON.stringify({ app_feed_card: CARD }) }, {}, CARD],
		[
			'an object wrapped in app_feed_card',
			{ cardJson: '={{ $json }}' },
			{ app_feed_card: CARD },
			CARD,
		],
		['with the business ID of the form', { cardJson: JSON.stringify(NAMELESS), bizId }, {}, CARD],
		['with the same business ID twice', { cardJson: JSON.stringify(CARD), bizId }, {}, CARD],
		[
			'with an empty business ID and that of the form',
			{ cardJson: JSON.stringify({ ...CARD, biz_id: '' }), bizId },
			{},
			CARD,
		],
		[
			'with an expression inside',
			{ cardJson: '={ "biz_id": "{{ $json.id }}", "link": { "link": "https://example.com" } }' },
			{ id: 'order-7' },
			{ biz_id: 'order-7', link: { link: 'https://example.com' } },
		],
	])('takes the card as %s', async (_, parameters, item, expected) => {
		const [{ open_id: userIds }] = sandbox.people;
		await sandbox.output(create({ cardSource: 'json', userIds, ...parameters }), { items: [item] });
		const [{ body }] = await sandbox.calls();
		expect(body).toEqual({ app_feed_card: expected, user_ids: [userIds] });
	});

	it('does not change the item that the card came from', async () => {
		const card = { link: { link: LINK } };
		const items = [{ card, id: sandbox.people[0].open_id }];
		await sandbox.output(
			create({
				cardSource: 'json',
				userIds: '={{ $json.id }}',
				cardJson: '={{ $json.card }}',
				bizId: 'b',
			}),
			{ items },
		);
		expect(items[0].card).toEqual({ link: { link: LINK } });
	});

	it('makes a business ID for a card that has none', async () => {
		const [output] = await sandbox.output(
			create({
				cardSource: 'json',
				userIds: sandbox.people[0].open_id,
				cardJson: JSON.stringify(NAMELESS),
			}),
		);
		expect(output.biz_id).toMatch(UUID);
		expect(await sandbox.cardOf(sandbox.people[0], output.biz_id as string)).toMatchObject({
			title: CARD.title,
		});
	});

	it('ignores the fields of the form', async () => {
		await sandbox.output(
			create({
				...FULL_FORM,
				bizId: '',
				cardSource: 'json',
				cardJson: '{"biz_id":"json","link":{"link":"https://example.com/json"}}',
				userIds: sandbox.people[0].open_id,
			}),
		);
		const [{ body }] = await sandbox.calls();
		expect(body).toMatchObject({
			app_feed_card: { biz_id: 'json', link: { link: 'https://example.com/json' } },
		});
		expect(Object.keys((body as { app_feed_card: object }).app_feed_card)).toHaveLength(2);
	});
});
