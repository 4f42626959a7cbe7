import * as lark from '@larksuiteoapi/node-sdk';

import {
	type FeishuSandbox,
	FeishuSandboxClient,
	SECOND_TENANT_KEY,
	SEEDED_APPS,
	startFeishuSandbox,
	TENANT_KEY,
} from '../../sandbox/feishu/src';

/** The official SDK is the referee: whatever it sends, the sandbox must take, and answer as Feishu does. */
describe('the official SDK against the sandbox', () => {
	let sandbox: FeishuSandbox;
	let control: FeishuSandboxClient;

	beforeAll(async () => {
		sandbox = await startFeishuSandbox({ people: 40, rateLimiting: { enabled: false } });
		control = new FeishuSandboxClient(sandbox.url);
	});
	afterAll(() => sandbox.close());
	beforeEach(() => control.reset());

	function client(
		app: { app_id: string; app_secret: string },
		options: Partial<ConstructorParameters<typeof lark.Client>[0]> = {},
	) {
		return new lark.Client({
			appId: app.app_id,
			appSecret: app.app_secret,
			domain: sandbox.url,
			loggerLevel: lark.LoggerLevel.error,
			cache: freshCache(),
			...options,
		});
	}

	/** The SDK's own cache is shared by all clients of a process: a test must not see another's token. */
	function freshCache() {
		const values = new Map<unknown, unknown>();
		return {
			get: async (key: unknown) => values.get(key),
			set: async (key: unknown, value: unknown) => {
				values.set(key, value);
				return true;
			},
		};
	}

	const card = {
		biz_id: 'training-7',
		title: '新员工培训 🎓',
		avatar_key: 'img_v2_avatar',
		preview: '本周五前完成',
		status_label: { text: '未开始', type: 'danger' as const },
		buttons: {
			buttons: [
				{
					action_type: 'url_page' as const,
					text: { text: '开始学习' },
					button_type: 'primary' as const,
					multi_url: { url: 'https://example.com/learn', ios_url: 'https://example.com/ios' },
				},
				{
					action_type: 'webhook' as const,
					text: { text: '稍后' },
					action_map: { choice: 'later' },
				},
			],
		},
		link: { link: 'https://example.com/course/7' },
		time_sensitive: true,
		notify: { close_notify: false, custom_sound_text: '请参加培训', with_custom_sound: true },
	};

	it('drives all six operations with a custom app', async () => {
		const { im } = client(SEEDED_APPS.custom);
		const [first, second] = await control.people({ limit: 2 });
		const user_ids = [first.open_id, second.open_id];
		const params = { user_id_type: 'open_id' as const };

		const created = await im.v2.appFeedCard.create({
			data: { app_feed_card: card, user_ids },
			params,
		});
		expect(created).toEqual({
			code: 0,
			msg: 'success',
			data: { biz_id: 'training-7', failed_cards: [] },
		});
		const [top] = await control.feed(first.user_id);
		expect(top).toMatchObject({
			kind: 'appFeedCard',
			app_id: SEEDED_APPS.custom.app_id,
			biz_id: card.biz_id,
			title: card.title,
			avatar_key: card.avatar_key,
			preview: card.preview,
			status_label: card.status_label,
			buttons: card.buttons.buttons,
			link: card.link.link,
			time_sensitive: true,
		});
		expect(await control.effects({ effect: 'notified' })).toMatchObject([
			{ open_id: first.open_id, spokenText: '请参加培训' },
			{ open_id: second.open_id, spokenText: '请参加培训' },
		]);

		const updated = await im.v2.appFeedCardBatch.update({
			data: {
				feed_cards: [
					{
						app_feed_card: { biz_id: card.biz_id, title: '已完成' },
						user_id: first.open_id,
						update_fields: ['1', '10', '13'],
					},
				],
			},
			params,
		});
		expect(updated).toEqual({ code: 0, msg: 'success', data: { failed_cards: [] } });
		const changed = (await control.feed(first.open_id)).find(
			(entry) => entry.biz_id === card.biz_id,
		);
		expect(changed).toMatchObject({
			title: '已完成',
			status_label: null,
			time_sensitive: false,
			preview: card.preview,
		});

		const deleted = await im.v2.appFeedCardBatch.delete({
			data: { feed_cards: [{ biz_id: card.biz_id, user_id: second.open_id }] },
			params,
		});
		expect(deleted).toEqual({ code: 0, msg: 'success', data: { failed_cards: [] } });
		const [{ holders }] = await control.cards(SEEDED_APPS.custom.app_id);
		expect(holders.map((holder) => holder.open_id)).toEqual([first.open_id]);

		const [{ groups }] = await control.company();
		const chat_id = groups[0].chat_id;
		const buttons = await im.v2.chatButton.update({
			data: { user_ids, chat_id, buttons: { buttons: [card.buttons.buttons[1]] } },
			params,
		});
		expect(buttons).toEqual({ code: 0, msg: 'success', data: { failed_user_reasons: [] } });

		const reminder = await im.v2.feedCard.patch({
			data: { time_sensitive: true, user_ids },
			params,
			path: { feed_card_id: chat_id },
		});
		expect(reminder).toEqual({ code: 0, msg: 'success', data: { failed_user_reasons: [] } });

		const botReminder = await im.v2.feedCard.botTimeSentive({
			data: { time_sensitive: true, user_ids: [first.open_id, 'ou_nobody'] },
			params,
		});
		expect(botReminder.data?.failed_user_reasons).toEqual([
			{ error_code: 0, error_message: 'The user is not in the chat', user_id: 'ou_nobody' },
		]);

		const pinned = (await control.feed(first.union_id)).filter((entry) => entry.time_sensitive);
		expect(pinned).toMatchObject([
			{ kind: 'group', chat_id, buttons: [card.buttons.buttons[1]] },
			{ kind: 'botChat', app_id: SEEDED_APPS.custom.app_id, buttons: [] },
		]);
		expect((await control.requests({ operation: 'tenantAccessToken.internal' })).length).toBe(1);
	});

	it('takes both steps to a store app’s token, for each tenant its own', async () => {
		const cache = freshCache();
		await cache.set(lark.CAppTicket, SEEDED_APPS.store.app_ticket);
		const { im } = client(SEEDED_APPS.store, { appType: lark.AppType.ISV, cache });
		const people = await control.people({ tenant_key: TENANT_KEY, limit: 1 });
		const strangers = await control.people({ tenant_key: SECOND_TENANT_KEY, limit: 1 });
		const create = (open_id: string) =>
			im.v2.appFeedCard.create(
				{ data: { app_feed_card: { biz_id: 'b', link: card.link }, user_ids: [open_id] } },
				lark.withTenantKey(TENANT_KEY),
			);

		expect((await create(people[0].open_id)).data?.failed_cards).toEqual([]);
		expect((await create(strangers[0].open_id)).data?.failed_cards).toEqual([
			{ biz_id: 'b', user_id: strangers[0].open_id, reason: '0' },
		]);
		const calls = (await control.requests()).map((request) => request.operation);
		expect(calls).toEqual([
			'appAccessToken.create',
			'tenantAccessToken.create',
			'appFeedCard.create',
			'appFeedCard.create',
		]);
	});

	it('asks for a ticket when it has none', async () => {
		client(SEEDED_APPS.store, { appType: lark.AppType.ISV });
		let requests = await control.requests({ operation: 'appTicket.resend' });
		while (requests.length === 0 || requests[0].outcome === 'pending') {
			requests = await control.requests({ operation: 'appTicket.resend' });
		}
		expect(requests).toMatchObject([{ status: 200, responseBody: { code: 0 } }]);
	});

	it('tells a wrong secret', async () => {
		const { im } = client({ ...SEEDED_APPS.custom, app_secret: 'wrong' });
		await expect(im.v2.appFeedCard.create({})).rejects.toThrow('10014');
	});
});
