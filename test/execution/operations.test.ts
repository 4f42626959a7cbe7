import type { IDataObject } from 'n8n-workflow';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import type { FeedEntry, RecordedRequest } from '../../sandbox/feishu/src/client';
import { withSandbox } from './withSandbox';

const sandbox = withSandbox();

const LINK = 'https://example.com/attendance';
const CARDS = '/open-apis/im/v2/app_feed_card';
const CARD_BATCHES = '/open-apis/im/v2/app_feed_card/batch';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const create = (parameters: IDataObject): IDataObject => ({
	resource: 'appFeedCard',
	operation: 'create',
	link: LINK,
	...parameters,
});
const upsert = (parameters: IDataObject) => create({ operation: 'upsert', ...parameters });
const update = (parameters: IDataObject): IDataObject => ({
	resource: 'appFeedCard',
	operation: 'update',
	...parameters,
});
const deleteCard = (parameters: IDataObject) => update({ operation: 'delete', ...parameters });
const ofChat = (operation: string, parameters: IDataObject): IDataObject => ({
	resource: 'chat',
	operation,
	...parameters,
});
const byId = (value: unknown) => ({ __rl: true, mode: 'id', value }) as IDataObject;

/** Every field of a card that the form has, filled in. */
const FULL_FORM: IDataObject = {
	bizId: 'shift-2024-06-01',
	title: '上班打卡 ⏰',
	preview: 'Your shift starts at 9:00',
	link: LINK,
	avatarKey: 'img_v3_avatar',
	timeSensitive: true,
	statusLabel: { label: { text: '紧急', type: 'danger' } },
	buttons: {
		button: [
			{
				text: 'Clock in',
				actionType: 'url_page',
				buttonType: 'primary',
				url: 'https://example.com/in',
				platformUrls: {
					androidUrl: 'https://example.com/android',
					iosUrl: 'https://example.com/ios',
					pcUrl: 'https://example.com/pc',
				},
			},
			{
				text: 'Later',
				actionType: 'webhook',
				buttonType: 'success',
				actionValues: {
					value: [
						{ name: 'action', value: 'later' },
						{ name: 'minutes', value: '10' },
					],
				},
			},
		],
	},
	notify: { closeNotify: false, customSoundText: '请打卡' },
};

/** The same card in Feishu's words. */
const FULL_CARD = {
	biz_id: 'shift-2024-06-01',
	title: '上班打卡 ⏰',
	preview: 'Your shift starts at 9:00',
	link: { link: LINK },
	avatar_key: 'img_v3_avatar',
	time_sensitive: true,
	status_label: { text: '紧急', type: 'danger' },
	buttons: {
		buttons: [
			{
				action_type: 'url_page',
				text: { text: 'Clock in' },
				button_type: 'primary',
				multi_url: {
					url: 'https://example.com/in',
					android_url: 'https://example.com/android',
					ios_url: 'https://example.com/ios',
					pc_url: 'https://example.com/pc',
				},
			},
			{
				action_type: 'webhook',
				text: { text: 'Later' },
				button_type: 'success',
				action_map: { action: 'later', minutes: '10' },
			},
		],
	},
	notify: { close_notify: false, custom_sound_text: '请打卡', with_custom_sound: true },
};

async function cardOf(person: { open_id: string }, bizId: string): Promise<FeedEntry | undefined> {
	const entries = await sandbox.feishu.feed(person.open_id);
	return entries.find(({ biz_id }) => biz_id === bizId);
}

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
		const card = await cardOf(sandbox.people[0], 'labelled');
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
		expect(await cardOf(sandbox.people[0], output.biz_id as string)).toMatchObject({
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

describe('recipients', () => {
	it.each<[string, (ids: string[]) => unknown]>([
		['commas', (ids) => ids.join(',')],
		['commas and spaces', (ids) => ` ${ids.join(' , ')} `],
		['line breaks', (ids) => ids.join('\n')],
		['Windows line breaks and a last one', (ids) => `${ids.join('\r\n')}\r\n`],
		['Chinese commas', (ids) => ids.join('，')],
		['Chinese enumeration commas', (ids) => ids.join('、')],
		['semicolons', (ids) => ids.join('; ')],
		['Chinese semicolons', (ids) => ids.join('；')],
		['commas and line breaks, some in vain', (ids) => `,${ids.join(',\n')},,\n`],
		['a list', (ids) => ids],
		[
			'a list with spaces and empty entries',
			(ids) => [' ', null, ...ids.map((id) => ` ${id}\t`), ''],
		],
		['a list of lists and comma lists', (ids) => [[ids[0]], ids.slice(1).join(',')]],
		['a list with people twice', (ids) => [...ids, ...ids, ids[0]]],
		['a comma list with people twice', (ids) => [...ids, ids[1]].join(',')],
	])('are taken from %s', async (_, form) => {
		const userIds = sandbox.openIds(0, 3);
		const [output] = await sandbox.output(create({ userIds: '={{ $json.to }}' }), {
			items: [{ to: form(userIds) } as IDataObject],
		});
		expect(await sandbox.calls()).toMatchObject([{ body: { user_ids: userIds } }]);
		expect(output.succeeded).toEqual(userIds);
	});

	it('may be typed as text with line breaks into the form', async () => {
		const userIds = sandbox.openIds(0, 2);
		await sandbox.output(create({ userIds: userIds.join('\n') }));
		expect(await sandbox.calls()).toMatchObject([{ body: { user_ids: userIds } }]);
	});

	it('may be gathered from all items by an expression', async () => {
		const items = sandbox.people.slice(0, 3).map(({ open_id: id }) => ({ id }));
		const output = await sandbox.output(
			create({
				bizId: '=all-{{ $itemIndex }}',
				userIds: '={{ $input.all().map((item) => item.json.id) }}',
			}),
			{ items },
		);
		expect(output.map(({ succeeded }) => succeeded)).toEqual(
			items.map(() => sandbox.openIds(0, 3)),
		);
	});

	it.each(['open_id', 'union_id', 'user_id'] as const)('are reached by their %s', async (type) => {
		const people = sandbox.people.slice(0, 3);
		const userIds = people.map((person) => person[type]);
		const [output] = await sandbox.output(create({ userIdType: type, userIds: userIds.join() }));
		expect(await sandbox.calls()).toMatchObject([
			{ query: { user_id_type: type }, body: { user_ids: userIds } },
		]);
		expect(output.succeeded).toEqual(userIds);
		const created = await sandbox.feishu.effects({ effect: 'cardCreated' });
		expect(created.map(({ open_id }) => open_id)).toEqual(people.map(({ open_id }) => open_id));
	});

	it('by user ID may be numbers', async () => {
		const [output] = await sandbox.output(
			create({ userIdType: 'user_id', userIds: '={{ $json.ids }}' }),
			{ items: [{ ids: [10001, sandbox.people[0].user_id] }] },
		);
		expect(await sandbox.calls()).toMatchObject([
			{ body: { user_ids: ['10001', sandbox.people[0].user_id] } },
		]);
		expect(output.succeeded).toEqual([sandbox.people[0].user_id]);
		expect(output.failed).toMatchObject([{ user_id: '10001' }]);
	});

	it('by user ID may be one number', async () => {
		await sandbox.run(create({ userIdType: 'user_id', userIds: '={{ $json.id }}' }), {
			items: [{ id: 10001 }],
		});
		expect(await sandbox.calls()).toMatchObject([{ body: { user_ids: ['10001'] } }]);
	});

	it('of different kinds in different items are sent apart', async () => {
		const [{ open_id, union_id }] = sandbox.people;
		await sandbox.output(
			create({
				bizId: '={{ $json.type }}',
				userIdType: '={{ $json.type }}',
				userIds: '={{ $json.id }}',
			}),
			{
				items: [
					{ type: 'open_id', id: open_id },
					{ type: 'union_id', id: union_id },
				],
			},
		);
		const calls = await sandbox.calls();
		expect(calls.map(({ query, body }) => [query, body])).toMatchObject([
			[{ user_id_type: 'open_id' }, { user_ids: [open_id] }],
			[{ user_id_type: 'union_id' }, { user_ids: [union_id] }],
		]);
	});
});

describe('appFeedCard: update', () => {
	/** How the card is before each update. */
	async function createFullCard(userIds = sandbox.people[0].open_id): Promise<void> {
		await sandbox.output(create({ ...FULL_FORM, userIds }));
		await sandbox.feishu.clearRequests();
		await sandbox.feishu.clearEffects();
	}
	const bizId = FULL_CARD.biz_id;
	const shown = {
		title: FULL_CARD.title,
		preview: FULL_CARD.preview,
		link: LINK,
		avatar_key: FULL_CARD.avatar_key,
		time_sensitive: true,
		status_label: FULL_CARD.status_label,
		buttons: FULL_CARD.buttons.buttons,
	};
	const newButton = { text: 'Done', actionType: 'url_page', url: LINK, buttonType: 'success' };
	const newButtonSent = {
		action_type: 'url_page',
		text: { text: 'Done' },
		multi_url: { url: LINK },
		button_type: 'success',
	};

	it.each<[string, IDataObject, string, object, object]>([
		['title', { title: '已打卡' }, '1', { title: '已打卡' }, { title: '已打卡' }],
		['title, cleared', { title: '' }, '1', {}, { title: '' }],
		['avatar', { avatarKey: 'img_new' }, '2', { avatar_key: 'img_new' }, { avatar_key: 'img_new' }],
		['avatar, cleared', { avatarKey: '' }, '2', {}, { avatar_key: '' }],
		['preview', { preview: '💯' }, '3', { preview: '💯' }, { preview: '💯' }],
		['preview, cleared', { preview: '' }, '3', {}, { preview: '' }],
		[
			'status label',
			{ statusLabel: { label: { text: 'Done', type: 'success' } } },
			'10',
			{ status_label: { text: 'Done', type: 'success' } },
			{ status_label: { text: 'Done', type: 'success' } },
		],
		['status label, cleared', { statusLabel: {} }, '10', {}, { status_label: null }],
		[
			'status label, cleared by an empty text',
			{ statusLabel: { label: { text: '', type: 'primary' } } },
			'10',
			{},
			{ status_label: null },
		],
		[
			'buttons',
			{ buttons: { button: [newButton] } },
			'11',
			{ buttons: { buttons: [newButtonSent] } },
			{ buttons: [newButtonSent] },
		],
		['buttons, cleared', { buttons: {} }, '11', {}, { buttons: [] }],
		['buttons, an empty list', { buttons: { button: [] } }, '11', {}, { buttons: [] }],
		[
			'link',
			{ link: 'https://applink.feishu.cn/client/web_app/open' },
			'12',
			{ link: { link: 'https://applink.feishu.cn/client/web_app/open' } },
			{ link: 'https://applink.feishu.cn/client/web_app/open' },
		],
		[
			'pin, taken away',
			{ timeSensitive: false },
			'13',
			{ time_sensitive: false },
			{ time_sensitive: false },
		],
		[
			'pin, kept',
			{ timeSensitive: true },
			'13',
			{ time_sensitive: true },
			{ time_sensitive: true },
		],
	])('changes only the %s', async (_, updateFields, field, sent, changed) => {
		await createFullCard();
		const [person] = sandbox.people;
		const output = await sandbox.output(update({ bizId, userIds: person.open_id, updateFields }));
		expect(await sandbox.calls()).toEqual([
			{
				method: 'PUT',
				path: CARD_BATCHES,
				query: { user_id_type: 'open_id' },
				body: {
					feed_cards: [
						{
							app_feed_card: { biz_id: bizId, ...sent },
							user_id: person.open_id,
							update_fields: [field],
						},
					],
				},
			},
		]);
		expect(await cardOf(person, bizId)).toMatchObject({ ...shown, ...changed });
		expect(output).toEqual([{ biz_id: bizId, succeeded: [person.open_id], failed: [] }]);
	});

	it('changes many fields at once, by expressions', async () => {
		await createFullCard();
		const [person] = sandbox.people;
		await sandbox.output(
			update({
				bizId: '={{ $json.id }}',
				userIds: '={{ $json.to }}',
				updateFields: {
					title: '={{ $json.title }}',
					preview: '',
					timeSensitive: '={{ $json.pinned }}',
					statusLabel: { label: { text: '={{ $json.label }}', type: 'secondary' } },
				},
			}),
			{ items: [{ id: bizId, to: [person.open_id], title: '新', pinned: false, label: '完成' }] },
		);
		expect(await cardOf(person, bizId)).toMatchObject({
			...shown,
			title: '新',
			preview: '',
			time_sensitive: false,
			status_label: { text: '完成', type: 'secondary' },
		});
	});

	it.each<[string, IDataObject, string[]]>([
		['shows the time of the update', { displayTimeNow: true }, ['101']],
		['moves up', { moveToTop: true }, ['102']],
		['notifies again', { notifyAgain: true }, ['103']],
		[
			'does all three',
			{ notifyAgain: true, moveToTop: true, displayTimeNow: true },
			['101', '102', '103'],
		],
	])('%s without changing a field', async (_, options, fields) => {
		const [person] = sandbox.people;
		await createFullCard();
		await sandbox.output(create({ userIds: person.open_id, bizId: 'newer', timeSensitive: true }));
		await sandbox.feishu.clearRequests();
		await sandbox.feishu.clearEffects();
		await sandbox.feishu.advanceClock(60);
		const before = await cardOf(person, bizId);

		await sandbox.output(update({ bizId, userIds: person.open_id, options }));
		expect((await sandbox.calls()).map(({ body }) => body)).toEqual([
			{
				feed_cards: [
					{ app_feed_card: { biz_id: bizId }, user_id: person.open_id, update_fields: fields },
				],
			},
		]);
		const [top] = await sandbox.feishu.feed(person.open_id);
		expect(top.biz_id).toBe(options.moveToTop ? bizId : 'newer');
		const after = await cardOf(person, bizId);
		expect(after).toMatchObject(shown);
		const aged = (after?.displayTime ?? 0) - (before?.displayTime ?? 0);
		expect(aged >= 60_000).toBe(options.displayTimeNow === true);
		const notified = await sandbox.feishu.effects({ effect: 'notified' });
		expect(notified.length).toBe(options.notifyAgain ? 1 : 0);
	});

	it('does none of the three that are added but switched off', async () => {
		await createFullCard();
		const options = { notifyAgain: false, moveToTop: false, displayTimeNow: '={{ $json.now }}' };
		await sandbox.output(
			update({ bizId, userIds: sandbox.people[0].open_id, updateFields: { title: 'x' }, options }),
			{ items: [{ now: false }] },
		);
		const [{ body }] = await sandbox.calls();
		expect(body).toMatchObject({ feed_cards: [{ update_fields: ['1'] }] });
	});

	it.each<[string, IDataObject, object, Array<string | undefined>]>([
		[
			'aloud',
			{ customSoundText: '请看' },
			{ custom_sound_text: '请看', with_custom_sound: true },
			['请看'],
		],
		['silently', { closeNotify: true }, { close_notify: true }, []],
	])('notifies again %s', async (_, notify, sent, spoken) => {
		await createFullCard();
		await sandbox.output(
			update({
				bizId,
				userIds: sandbox.people[0].open_id,
				options: { notifyAgain: true, notify },
			}),
		);
		const [{ body }] = await sandbox.calls();
		expect(body).toMatchObject({
			feed_cards: [{ app_feed_card: { biz_id: bizId, notify: sent }, update_fields: ['103'] }],
		});
		const notified = await sandbox.feishu.effects({ effect: 'notified' });
		expect(notified.map(({ spokenText }) => spokenText)).toEqual(spoken);
	});

	it('joins different changes to different cards in one call', async () => {
		const people = sandbox.people.slice(0, 25);
		await sandbox.output(create({ bizId: '={{ $json.id }}', userIds: '={{ $json.id }}' }), {
			items: people.map(({ open_id: id }) => ({ id })),
		});
		await sandbox.feishu.clearRequests();
		const output = await sandbox.output(
			update({
				bizId: '={{ $json.id }}',
				userIds: '={{ $json.id }}',
				updateFields: { title: '={{ $json.name }}' },
			}),
			{ items: people.map(({ open_id: id, name }) => ({ id, name })) },
		);
		const calls = await sandbox.calls();
		const sent = calls.map(({ body }) => (body as { feed_cards: object[] }).feed_cards);
		expect(sent.map(({ length }) => length)).toEqual([20, 5]);
		expect(sent.flat()).toEqual(
			people.map(({ open_id, name }) => ({
				app_feed_card: { biz_id: open_id, title: name },
				user_id: open_id,
				update_fields: ['1'],
			})),
		);
		expect(output.map(({ succeeded }) => succeeded)).toEqual(
			people.map((person) => [person.open_id]),
		);
	});
});

describe('appFeedCard: create or update', () => {
	it('creates for some, updates for others, and tells which', async () => {
		const userIds = sandbox.openIds(0, 6);
		await sandbox.output(
			create({ ...FULL_FORM, userIds: userIds.slice(0, 6).filter((_, i) => i % 2) }),
		);
		await sandbox.feishu.clearRequests();
		const [output] = await sandbox.output(
			upsert({ bizId: FULL_CARD.biz_id, title: 'New', userIds: '={{ $json.to }}' }),
			{ items: [{ to: userIds }] },
		);
		const has = userIds.filter((_, index) => index % 2 === 1);
		const hasNot = userIds.filter((_, index) => index % 2 === 0);
		expect(output).toEqual({
			biz_id: FULL_CARD.biz_id,
			succeeded: userIds,
			created: hasNot,
			updated: has,
			failed: [],
		});
		const card = {
			biz_id: FULL_CARD.biz_id,
			title: 'New',
			link: { link: LINK },
			time_sensitive: false,
		};
		expect((await sandbox.calls()).map(({ method, path, body }) => [method, path, body])).toEqual([
			['POST', CARDS, { app_feed_card: card, user_ids: userIds }],
			[
				'PUT',
				CARD_BATCHES,
				{
					feed_cards: has.map((userId) => ({
						app_feed_card: card,
						user_id: userId,
						update_fields: ['1', '2', '3', '10', '11', '12', '13'],
					})),
				},
			],
		]);
	});

	it('makes an existing card equal to the form: what is absent is cleared', async () => {
		const [had, hadNot] = sandbox.people;
		await sandbox.output(create({ ...FULL_FORM, userIds: had.open_id }));
		const bizId = FULL_CARD.biz_id;
		await sandbox.output(upsert({ bizId, userIds: [had.open_id, hadNot.open_id].join() }));
		const look = async (person: { open_id: string }) => {
			const { title, preview, link, avatar_key, status_label, buttons, time_sensitive } =
				(await cardOf(person, bizId)) as FeedEntry;
			return { title, preview, link, avatar_key, status_label, buttons, time_sensitive };
		};
		expect(await look(had)).toEqual({
			title: '',
			preview: '',
			link: LINK,
			avatar_key: '',
			status_label: null,
			buttons: [],
			time_sensitive: false,
		});
		expect(await look(had)).toEqual(await look(hadNot));
	});

	it.each<[string, IDataObject, string[]]>([
		['nothing', {}, []],
		['the time', { displayTimeNow: true }, ['101']],
		['the place', { moveToTop: true }, ['102']],
		['a notification', { notifyAgain: true }, ['103']],
	])('draws attention to existing cards by %s', async (_, options, fields) => {
		const [{ open_id: userIds }] = sandbox.people;
		await sandbox.output(
			upsert({ bizId: 'b', userIds, options, notify: { customSoundText: '一' } }),
		);
		await sandbox.output(
			upsert({ bizId: 'b', userIds, options, notify: { customSoundText: '二' } }),
		);
		const updates = (await sandbox.calls()).filter(({ method }) => method === 'PUT');
		expect(updates.map(({ body }) => body)).toMatchObject([
			{ feed_cards: [{ update_fields: ['1', '2', '3', '10', '11', '12', '13', ...fields] }] },
		]);
		const spoken = (await sandbox.feishu.effects({ effect: 'notified' })).map((e) => e.spokenText);
		expect(spoken).toEqual(options.notifyAgain ? ['一', '二'] : ['一']);
	});

	it('takes the card as JSON and many items with cards of their own', async () => {
		const people = sandbox.people.slice(0, 4);
		const items = people.map(({ open_id: to, name }) => ({
			to,
			card: { biz_id: to, title: name, link: { link: LINK } },
		}));
		const parameters = upsert({
			cardSource: 'json',
			cardJson: '={{ $json.card }}',
			userIds: '={{ $json.to }}',
		});
		const first = await sandbox.output(parameters, { items: items.slice(0, 2) });
		const second = await sandbox.output(parameters, { items });
		expect(first.map(({ created, updated }) => [created, updated])).toEqual(
			items.slice(0, 2).map(({ to }) => [[to], []]),
		);
		expect(second.map(({ created, updated }) => [created, updated])).toEqual([
			...items.slice(0, 2).map(({ to }) => [[], [to]]),
			...items.slice(2).map(({ to }) => [[to], []]),
		]);
	});

	it('understands reasons that are names', async () => {
		await sandbox.feishu.changeSettings({ reasonsAsNames: true });
		const [{ open_id: userIds }] = sandbox.people;
		await sandbox.output(upsert({ bizId: 'b', userIds }));
		const [output] = await sandbox.output(upsert({ bizId: 'b', userIds, title: 'new' }));
		expect(output.updated).toEqual([userIds]);
		expect(await cardOf(sandbox.people[0], 'b')).toMatchObject({ title: 'new' });
	});
});

describe('appFeedCard: delete', () => {
	it('removes the card from the people named, and from nobody else', async () => {
		const userIds = sandbox.openIds(0, 4);
		await sandbox.output(create({ bizId: 'b', userIds: userIds.join() }));
		await sandbox.output(create({ bizId: 'other', userIds: userIds.join() }));
		await sandbox.feishu.clearRequests();
		const output = await sandbox.output(
			deleteCard({ bizId: 'b', userIds: userIds.slice(1).join() }),
		);
		expect(await sandbox.calls()).toEqual([
			{
				method: 'DELETE',
				path: CARD_BATCHES,
				query: { user_id_type: 'open_id' },
				body: { feed_cards: userIds.slice(1).map((user_id) => ({ biz_id: 'b', user_id })) },
			},
		]);
		expect(output).toEqual([{ biz_id: 'b', succeeded: userIds.slice(1), failed: [] }]);
		const cards = await sandbox.feishu.cards(SEEDED_APPS.custom.app_id);
		expect(cards.map(({ biz_id, holders }) => [biz_id, holders.map((h) => h.open_id)])).toEqual([
			['b', [userIds[0]]],
			['other', userIds],
		]);
	});

	it('takes cards of many items in one call, for each ID type', async () => {
		const [person] = sandbox.people;
		const bizIds = ['one', 'two', 'three'];
		await sandbox.output(create({ bizId: '={{ $json.id }}', userIds: person.open_id }), {
			items: bizIds.map((id) => ({ id })),
		});
		await sandbox.feishu.clearRequests();
		await sandbox.output(
			deleteCard({ bizId: '={{ $json.id }}', userIdType: 'user_id', userIds: person.user_id }),
			{ items: bizIds.map((id) => ({ id })) },
		);
		const feed = bizIds.map((biz_id) => ({ biz_id, user_id: person.user_id }));
		expect((await sandbox.calls()).map(({ query, body }) => [query, body])).toEqual([
			[{ user_id_type: 'user_id' }, { feed_cards: feed }],
		]);
		expect(await sandbox.feishu.cards(SEEDED_APPS.custom.app_id)).toEqual([]);
	});
});

describe('chat: update buttons', () => {
	const inGroup = async (open_id: string, chat_id: string) => {
		const entry = (await sandbox.feishu.feed(open_id)).find((e) => e.chat_id === chat_id);
		return entry?.buttons;
	};

	it('sets the buttons, replaces them, and removes all when there are none', async () => {
		const [{ chat_id: chatId }] = sandbox.groups;
		const userIds = sandbox.openIds(0, 2);
		const steps: Array<[IDataObject, object[]]> = [
			[{ buttons: FULL_FORM.buttons }, FULL_CARD.buttons.buttons],
			[
				{ buttons: { button: [{ text: 'One', actionType: 'webhook' }] } },
				[{ action_type: 'webhook', text: { text: 'One' }, button_type: 'default' }],
			],
			[{ buttons: {} }, []],
		];
		for (const [buttons, expected] of steps) {
			await sandbox.feishu.clearRequests();
			const output = await sandbox.output(
				ofChat('updateButtons', { chatId: byId(chatId), userIds: userIds.join(), ...buttons }),
			);
			expect(await sandbox.calls()).toEqual([
				{
					method: 'PUT',
					path: '/open-apis/im/v2/chat_button',
					query: { user_id_type: 'open_id' },
					body: { chat_id: chatId, user_ids: userIds, buttons: { buttons: expected } },
				},
			]);
			expect(output).toEqual([{ chat_id: chatId, succeeded: userIds, failed: [] }]);
			for (const userId of userIds) expect(await inGroup(userId, chatId)).toEqual(expected);
		}
	});

	it.each<[string, (id: string) => unknown]>([
		[
			'picked from the list',
			(value) => ({ __rl: true, mode: 'list', value, cachedResultName: 'x' }),
		],
		['by its ID', (value) => byId(value)],
		['by an ID with spaces around it', (value) => byId(` ${value}\n`)],
		['by an expression', () => byId('={{ $json.chat }}')],
		['by an expression in place of the whole field', () => '={{ $json.chat }}'],
	])('takes the chat %s', async (_, chatId) => {
		const [{ chat_id }] = sandbox.groups;
		await sandbox.output(
			ofChat('updateButtons', {
				chatId: chatId(chat_id),
				userIds: sandbox.people[0].open_id,
			} as IDataObject),
			{ items: [{ chat: chat_id }] },
		);
		expect(await sandbox.calls()).toMatchObject([{ body: { chat_id } }]);
	});

	it('joins items with equal chat and buttons, and keeps others apart', async () => {
		const [{ chat_id: everybody }] = sandbox.groups;
		const people = sandbox.people.slice(0, 30);
		const items = people.map(({ open_id: to }, index) => ({ to, text: index < 25 ? 'A' : 'B' }));
		await sandbox.output(
			ofChat('updateButtons', {
				chatId: byId(everybody),
				userIds: '={{ $json.to }}',
				buttons: { button: [{ text: '={{ $json.text }}', actionType: 'webhook' }] },
			}),
			{ items },
		);
		const bodies = (await sandbox.calls()).map(
			({ body }) =>
				body as { user_ids: string[]; buttons: { buttons: Array<{ text: { text: string } }> } },
		);
		const byText = (text: string) =>
			bodies
				.filter(({ buttons }) => buttons.buttons[0].text.text === text)
				.flatMap(({ user_ids }) => user_ids);
		expect(bodies.map(({ user_ids }) => user_ids.length).sort()).toEqual([20, 5, 5]);
		expect(byText('A')).toEqual(sandbox.openIds(0, 25));
		expect(byText('B')).toEqual(sandbox.openIds(25, 30));
	});
});

describe('instant reminders', () => {
	it('of a chat goes on and off', async () => {
		const [{ open_id }, { open_id: other }] = sandbox.people;
		const chats = (await sandbox.feishu.feed(open_id)).filter(({ kind }) => kind === 'group');
		const { chat_id: lowest } = chats[chats.length - 1];
		await sandbox.feishu.changeGroup(lowest as string, { addMembers: [other] });
		const userIds = [open_id, other];
		for (const timeSensitive of [true, false]) {
			await sandbox.feishu.clearRequests();
			const output = await sandbox.output(
				ofChat('setTimeSensitive', {
					chatId: byId(lowest),
					userIds: userIds.join(),
					timeSensitive,
				}),
			);
			expect(await sandbox.calls()).toEqual([
				{
					method: 'PATCH',
					path: `/open-apis/im/v2/feed_cards/${lowest}`,
					query: { user_id_type: 'open_id' },
					body: { time_sensitive: timeSensitive, user_ids: userIds },
				},
			]);
			expect(output).toEqual([{ chat_id: lowest, succeeded: userIds, failed: [] }]);
			for (const userId of userIds) {
				const feed = await sandbox.feishu.feed(userId);
				expect(feed[0].chat_id === lowest).toBe(timeSensitive);
				expect(feed.find((entry) => entry.chat_id === lowest)?.time_sensitive).toBe(timeSensitive);
			}
		}
	});

	it("of the bot's chat goes on and off", async () => {
		const people = sandbox.people.slice(0, 2);
		const userIds = people.map(({ union_id }) => union_id);
		for (const timeSensitive of [true, false]) {
			await sandbox.feishu.clearRequests();
			const output = await sandbox.output({
				resource: 'botChat',
				operation: 'setTimeSensitive',
				userIdType: 'union_id',
				userIds: userIds.join(),
				timeSensitive,
			});
			expect(await sandbox.calls()).toEqual([
				{
					method: 'PATCH',
					path: '/open-apis/im/v2/feed_cards/bot_time_sentive',
					query: { user_id_type: 'union_id' },
					body: { time_sensitive: timeSensitive, user_ids: userIds },
				},
			]);
			expect(output).toEqual([{ succeeded: userIds, failed: [] }]);
			for (const { open_id } of people) {
				const [top] = await sandbox.feishu.feed(open_id);
				const isBotChat = top.kind === 'botChat' && top.app_id === SEEDED_APPS.custom.app_id;
				expect(isBotChat && top.time_sensitive).toBe(timeSensitive);
			}
		}
	});

	it('is on by default', async () => {
		await sandbox.output({ resource: 'botChat', userIds: sandbox.people[0].open_id });
		expect(await sandbox.calls()).toMatchObject([{ body: { time_sensitive: true } }]);
	});

	it('follows an expression, and on and off are sent apart, 50 people a call', async () => {
		const items = sandbox.people.slice(0, 110).map(({ open_id: to }, index) => ({
			to,
			on: index >= 3,
		}));
		await sandbox.output(
			{
				resource: 'botChat',
				operation: 'setTimeSensitive',
				userIds: '={{ $json.to }}',
				timeSensitive: '={{ $json.on }}',
			},
			{ items },
		);
		const bodies = (await sandbox.calls()).map(
			({ body }) => body as { time_sensitive: boolean; user_ids: string[] },
		);
		const sizes = bodies.map((body) => [body.time_sensitive, body.user_ids.length]);
		expect(sizes.sort()).toEqual([
			[false, 3],
			[true, 50],
			[true, 50],
			[true, 7],
		]);
		const on = bodies.filter((body) => body.time_sensitive).flatMap((body) => body.user_ids);
		expect(on).toEqual(sandbox.openIds(3, 110));
	});

	it('of several chats goes to the path of each', async () => {
		const chatIds = sandbox.groups.slice(0, 3).map(({ chat_id }) => chat_id);
		const members = await Promise.all(chatIds.map(async (id) => await sandbox.feishu.group(id)));
		const items = members.map(({ chat_id: chat, memberOpenIds: [to] }) => ({ chat, to }));
		await sandbox.output(
			ofChat('setTimeSensitive', { chatId: byId('={{ $json.chat }}'), userIds: '={{ $json.to }}' }),
			{ items },
		);
		expect((await sandbox.calls()).map(({ path, body }) => ({ path, body }))).toEqual(
			items.map(({ chat, to }) => ({
				path: `/open-apis/im/v2/feed_cards/${chat}`,
				body: { time_sensitive: true, user_ids: [to] },
			})),
		);
	});
});

describe('the same card and person in several items', () => {
	/** Slow answers make calls that do not wait for each other meet. */
	beforeEach(async () => {
		await sandbox.output(create({ bizId: 'b', userIds: sandbox.openIds(0, 60).join() }));
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
			update({ bizId: 'b', userIds, updateFields: { title: '={{ $json.t }}' } }),
			{
				items: titles.map((t) => ({ t })),
			},
		);
		const requests = await sandbox.requests();
		expect(requests.map(({ body }) => body)).toMatchObject(
			titles.map((title) => ({ feed_cards: [{ app_feed_card: { title } }] })),
		);
		expect(requests).toHaveLength(3);
		expectOneAfterAnother(requests);
		expect(await cardOf(sandbox.people[0], 'b')).toMatchObject({ title: 'third' });
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
			}),
			{ items: ranges.map(([start, end]) => ({ to: sandbox.openIds(start, end) })) },
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
			create({ bizId: 'new', userIds, title: '={{ $json.t }}' }),
			{ items: [{ t: 'first' }, { t: 'second' }], onError: 'continueRegularOutput' },
		);
		expect(outputs[0].map(({ json }) => [json.succeeded, json.failed])).toMatchObject([
			[[userIds], []],
			[[], [{ user_id: userIds, code: '4' }]],
		]);
		expect(await cardOf(sandbox.people[0], 'new')).toMatchObject({ title: 'first' });
		expectOneAfterAnother(await sandbox.requests());
	});

	it('end as the last item says, when cards are created or updated', async () => {
		const [{ open_id: userIds }] = sandbox.people;
		const output = await sandbox.output(
			upsert({ bizId: 'new', userIds, title: '={{ $json.t }}' }),
			{ items: [{ t: 'first' }, { t: 'second' }, { t: 'third' }] },
		);
		expect(output.map(({ created, updated }) => [created, updated])).toEqual([
			[[userIds], []],
			[[], [userIds]],
			[[], [userIds]],
		]);
		expect(await cardOf(sandbox.people[0], 'new')).toMatchObject({ title: 'third' });
	});

	it('have their reminder and buttons set in the order of the items', async () => {
		const [{ open_id: userIds }] = sandbox.people;
		const [{ chat_id: chatId }] = sandbox.groups;
		const items = [{ on: true }, { on: false }, { on: true }];
		await sandbox.output(
			{ resource: 'botChat', userIds, timeSensitive: '={{ $json.on }}' },
			{ items },
		);
		await sandbox.output(
			ofChat('setTimeSensitive', {
				chatId: byId(chatId),
				userIds,
				timeSensitive: '={{ $json.on }}',
			}),
			{ items },
		);
		await sandbox.output(
			ofChat('updateButtons', {
				chatId: byId(chatId),
				userIds,
				buttons: { button: [{ text: '=Item {{ $itemIndex }}', actionType: 'webhook' }] },
			}),
			{ items },
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
