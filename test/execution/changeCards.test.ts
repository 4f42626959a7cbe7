import type { IDataObject } from 'n8n-workflow';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import type { FeedEntry } from '../../sandbox/feishu/src/client';
import {
	CARDS,
	CARD_BATCHES,
	FULL_CARD,
	FULL_FORM,
	LINK,
	create,
	deleteCard,
	update,
	upsert,
} from '../helpers/execution/forms';
import { withSandbox } from '../helpers/execution/withSandbox';

const sandbox = withSandbox();

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
		expect(await sandbox.cardOf(person, bizId)).toMatchObject({ ...shown, ...changed });
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
		expect(await sandbox.cardOf(person, bizId)).toMatchObject({
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
		const before = await sandbox.cardOf(person, bizId);

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
		const after = await sandbox.cardOf(person, bizId);
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
		['as usual', { closeNotify: false }, { close_notify: false }, [undefined]],
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
				(await sandbox.cardOf(person, bizId)) as FeedEntry;
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
		expect(await sandbox.cardOf(sandbox.people[0], 'b')).toMatchObject({ title: 'new' });
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
		expect(output).toEqual([
			{ biz_id: 'b', deleted: true, succeeded: userIds.slice(1), failed: [] },
		]);
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
