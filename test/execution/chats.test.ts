import type { IDataObject } from 'n8n-workflow';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import { FULL_CARD, FULL_FORM, byId, ofBotChat, ofChat } from '../helpers/execution/forms';
import { withSandbox } from '../helpers/execution/withSandbox';

const sandbox = withSandbox();

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
			const output = await sandbox.output(
				ofBotChat({ userIdType: 'union_id', userIds: userIds.join(), timeSensitive }),
			);
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
			ofBotChat({ userIds: '={{ $json.to }}', timeSensitive: '={{ $json.on }}' }),
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
