import {
	type FeishuSandbox,
	FeishuSandboxClient,
	SEEDED_APPS,
	startFeishuSandbox,
} from '../../sandbox/feishu/src';
import type { GroupView, Person } from '../../sandbox/feishu/src/client';
import { FeishuCaller } from '../helpers/sandbox/FeishuCaller';

const { custom, pilot } = SEEDED_APPS;
const LINK = { link: 'https://example.com/course' };
const BUTTON = { action_type: 'webhook', text: { text: '完成' }, action_map: { task: '7' } };
const FULL_CARD = {
	biz_id: 'b',
	title: '标题',
	avatar_key: 'img_1',
	preview: '预览',
	status_label: { text: '进行中', type: 'primary' },
	buttons: { buttons: [BUTTON] },
	link: LINK,
	time_sensitive: true,
};

let sandbox: FeishuSandbox;
let control: FeishuSandboxClient;
let feishu: FeishuCaller;
let people: Person[];
let groups: GroupView[];

beforeAll(async () => {
	sandbox = await startFeishuSandbox({ people: 40, rateLimiting: { enabled: false } });
	control = new FeishuSandboxClient(sandbox.url);
	feishu = new FeishuCaller(sandbox.url);
	people = await control.people();
	[{ groups }] = await control.company();
});
afterAll(() => sandbox.close());
beforeEach(() => control.reset({ keepTokens: true }));

const openIds = (...indexes: number[]) => indexes.map((index) => people[index].open_id);
const create = (biz_id: string, user_ids: string[], card: object = {}) =>
	feishu.create({ app_feed_card: { biz_id, link: LINK, ...card }, user_ids });
const update = (update_fields: string[], app_feed_card: object = {}, index = 0) =>
	feishu.update({
		feed_cards: [
			{
				app_feed_card: { biz_id: 'b', ...app_feed_card },
				user_id: people[index].open_id,
				update_fields,
			},
		],
	});
const cardsOf = async (index: number) =>
	(await control.feed(people[index].open_id)).filter((entry) => entry.kind === 'appFeedCard');
const pause = () => new Promise((resolve) => setTimeout(resolve, 3));

describe('creating', () => {
	it('puts the card into each recipient’s feed, and into nobody else’s', async () => {
		const answer = await create('b', openIds(0, 1), FULL_CARD);
		expect(answer.data).toEqual({ biz_id: 'b', failed_cards: [] });
		const { buttons, link, ...rest } = FULL_CARD;
		const shown = { ...rest, buttons: buttons.buttons, link: link.link, app_id: custom.app_id };
		expect(await cardsOf(0)).toMatchObject([shown]);
		expect(await cardsOf(1)).toMatchObject([shown]);
		expect(await cardsOf(2)).toEqual([]);
	});

	it.each(['open_id', 'union_id', 'user_id'] as const)('knows people by their %s', async (type) => {
		const body = { app_feed_card: { link: LINK }, user_ids: [people[3][type]] };
		const answer = await feishu.create(body, { query: `user_id_type=${type}` });
		expect(answer.data.failed_cards).toEqual([]);
		expect(await cardsOf(3)).toHaveLength(1);
	});

	it.each([undefined, ''])('makes a business ID when it is %j', async (biz_id) => {
		const body = { app_feed_card: { biz_id, link: LINK }, user_ids: openIds(0, 1) };
		const first = (await feishu.create(body)).data.biz_id;
		const second = (await feishu.create(body)).data.biz_id;
		expect(first).toMatch(/^.{1,200}$/);
		expect(second).not.toBe(first);
		expect((await cardsOf(1)).map((card) => card.biz_id)).toEqual([second, first]);
	});

	it('fails for those who have the card already, and leaves it as it was', async () => {
		await create('b', openIds(0), { title: 'first' });
		const answer = await create('b', openIds(0, 1), { title: 'second' });
		expect(answer).toMatchObject({ status: 200, code: 0 });
		expect(answer.data.failed_cards).toEqual([
			{ biz_id: 'b', user_id: people[0].open_id, reason: '4' },
		]);
		expect(await cardsOf(0)).toMatchObject([{ title: 'first' }]);
		expect(await cardsOf(1)).toMatchObject([{ title: 'second' }]);
	});

	it('names the user as the call did', async () => {
		await create('b', openIds(0));
		const body = { app_feed_card: { biz_id: 'b', link: LINK }, user_ids: [people[0].union_id] };
		const answer = await feishu.create(body, { query: 'user_id_type=union_id' });
		expect(answer.data.failed_cards).toMatchObject([{ user_id: people[0].union_id }]);
	});

	it('keeps the apps’ business IDs apart', async () => {
		const other = new FeishuCaller(sandbox.url, SEEDED_APPS.fewScopes);
		await create('b', openIds(0));
		const body = { app_feed_card: { biz_id: 'b', link: LINK }, user_ids: openIds(0) };
		expect((await other.create(body)).data.failed_cards).toEqual([]);
		expect(await cardsOf(0)).toHaveLength(2);
	});

	it.each([
		[false, ['0', '1', '4']],
		[true, ['UNKNOWN', 'NO_PERMISSION', 'DUPLICATE']],
	])('tells unknown, not allowed and duplicate (as names: %s)', async (reasonsAsNames, reasons) => {
		await control.changeSettings({ reasonsAsNames });
		await control.changeApp(custom.app_id, { unavailablePeople: openIds(1) });
		await create('b', openIds(2));
		const answer = await create('b', ['ou_nobody', ...openIds(1, 2, 3)]);
		expect(answer.code).toBe(0);
		expect(answer.data.failed_cards?.map((card) => card.reason)).toEqual(reasons);
		expect(await cardsOf(3)).toHaveLength(1);
	});

	it('reaches only the departments that may use the app', async () => {
		const [{ departments }] = await control.company();
		const allowed = departments.find(({ name }) => name === '门店运营部')!.open_department_id;
		const caller = new FeishuCaller(sandbox.url, pilot);
		const asked = people.slice(0, 20);
		const body = { app_feed_card: { link: LINK }, user_ids: asked.map((one) => one.open_id) };
		const { failed_cards = [] } = (await caller.create(body)).data;
		const failed = failed_cards.map((card) => card.user_id);
		const outside = asked.filter((one) => one.open_department_id !== allowed);
		expect(outside.length).toBeLessThan(20);
		expect(failed).toEqual(outside.map((one) => one.open_id));
	});

	it.each([
		['by default', undefined, [{}]],
		['silent', { close_notify: true, custom_sound_text: 'x', with_custom_sound: true }, []],
		['spoken', { custom_sound_text: '开会', with_custom_sound: true }, [{ spokenText: '开会' }]],
		['text without sound', { custom_sound_text: '开会' }, [{}]],
	])('notifies (%s)', async (_name, notify, expected) => {
		await create('b', openIds(0), { notify });
		const effects = await control.effects({ effect: 'notified' });
		const common = { open_id: people[0].open_id, biz_id: 'b' };
		expect(effects).toMatchObject(expected.map((details) => ({ ...common, ...details })));
		expect(effects.map((effect) => effect.spokenText)).toEqual(
			expected.map((details) => (details as { spokenText?: string }).spokenText),
		);
	});
});

describe('updating', () => {
	beforeEach(() => create('b', openIds(0, 1), FULL_CARD));

	const CHANGES = [
		['1', 'title', { title: '新' }, '新', ''],
		['2', 'avatar_key', { avatar_key: 'img_2' }, 'img_2', ''],
		['3', 'preview', { preview: '新' }, '新', ''],
		[
			'10',
			'status_label',
			{ status_label: { text: '完', type: 'success' } },
			{ text: '完', type: 'success' },
			null,
		],
		['11', 'buttons', { buttons: { buttons: [BUTTON, BUTTON] } }, [BUTTON, BUTTON], []],
		['12', 'link', { link: { link: 'https://example.com/2' } }, 'https://example.com/2', ''],
		['13', 'time_sensitive', { time_sensitive: false }, false, false],
	] as const;

	it.each(CHANGES)('field %s sets %s alone', async (code, field, card, value) => {
		const [before] = await cardsOf(0);
		const answer = await update([code], { ...CHANGES[0][2], ...CHANGES[3][2], ...card });
		expect(answer.data).toEqual({ failed_cards: [] });
		expect(await cardsOf(0)).toEqual([{ ...before, [field]: value }]);
		expect(await cardsOf(1)).toMatchObject([{ title: FULL_CARD.title }]);
	});

	it.each(CHANGES)(
		'field %s clears %s when it is absent',
		async (code, field, _card, _value, cleared) => {
			const [before] = await cardsOf(0);
			await update([code]);
			expect(await cardsOf(0)).toEqual([{ ...before, [field]: cleared }]);
		},
	);

	it('changes nothing that is given but not named', async () => {
		const [before] = await cardsOf(0);
		await update(['103'], { title: '新', time_sensitive: false, link: { link: 'https://a.cn' } });
		expect(await cardsOf(0)).toEqual([before]);
	});

	it('101 sets the display time and leaves the place', async () => {
		const [before] = await cardsOf(0);
		await pause();
		await update(['101']);
		const [after] = await cardsOf(0);
		expect(after.displayTime).toBeGreaterThan(before.displayTime);
		expect(after).toEqual({ ...before, displayTime: after.displayTime });
	});

	it('102 moves the card up and leaves the display time', async () => {
		await create('newer', openIds(0), { time_sensitive: true });
		expect((await cardsOf(0)).map((card) => card.biz_id)).toEqual(['newer', 'b']);
		const before = (await cardsOf(0))[1];
		await update(['102']);
		const [after, other] = await cardsOf(0);
		expect(other.biz_id).toBe('newer');
		expect(after).toEqual({ ...before, sortTime: after.sortTime });
	});

	it('103 notifies, and nothing else does', async () => {
		await control.clearEffects();
		await update(['1', '101', '102'], { notify: { close_notify: false } });
		expect(await control.effects({ effect: 'notified' })).toEqual([]);
		await update(['103'], { notify: { custom_sound_text: '快', with_custom_sound: true } });
		await update(['103'], { notify: { close_notify: true } });
		await update(['103']);
		const notified = await control.effects({ effect: 'notified' });
		expect(notified.map((effect) => effect.spokenText)).toEqual(['快', undefined]);
	});

	it('without 103 a spoken text is ignored, and nobody is told', async () => {
		await control.clearEffects();
		const notify = { custom_sound_text: '快', with_custom_sound: true };
		expect(await update(['1'], { title: '新', notify })).toMatchObject({ status: 200, code: 0 });
		expect(await control.effects()).toMatchObject([{ effect: 'cardUpdated' }]);
	});

	it('fails for those who have no such card', async () => {
		const answer = await update(['1'], { title: '新' }, 5);
		expect(answer.data.failed_cards).toEqual([
			{ biz_id: 'b', user_id: people[5].open_id, reason: '2' },
		]);
	});

	it('takes entries of one card and person in their order', async () => {
		const entry = (title: string) => ({
			app_feed_card: { biz_id: 'b', title },
			user_id: people[0].open_id,
			update_fields: ['1'],
		});
		await feishu.update({ feed_cards: [entry('one'), entry('two')] });
		expect(await cardsOf(0)).toMatchObject([{ title: 'two' }]);
	});
});

describe('deleting', () => {
	it('takes the card from those who are named', async () => {
		await create('b', openIds(0, 1));
		await create('c', openIds(0));
		const entries = [
			{ biz_id: 'b', user_id: people[0].open_id },
			{ biz_id: 'b', user_id: people[2].open_id },
			{ biz_id: 'b', user_id: 'ou_nobody' },
		];
		const answer = await feishu.delete({ feed_cards: entries });
		expect(answer.data.failed_cards).toEqual([
			{ ...entries[1], reason: '2' },
			{ ...entries[2], reason: '0' },
		]);
		expect((await cardsOf(0)).map((card) => card.biz_id)).toEqual(['c']);
		expect(await cardsOf(1)).toHaveLength(1);
		expect(
			(await control.cards(custom.app_id)).map((card) => [card.biz_id, card.holders.length]),
		).toEqual([
			['b', 1],
			['c', 1],
		]);
	});

	it('lets the card be created again', async () => {
		await create('b', openIds(0));
		await feishu.delete({ feed_cards: [{ biz_id: 'b', user_id: people[0].open_id }] });
		expect((await create('b', openIds(0))).data.failed_cards).toEqual([]);
		const created = await control.effects({ effect: 'cardCreated', biz_id: 'b' });
		expect(created.map((effect) => effect.open_id)).toEqual(openIds(0, 0));
	});
});

describe('a group', () => {
	const notInChat = (user_id: string) => ({
		error_code: 0,
		error_message: 'The user is not in the chat',
		user_id,
	});
	const entryOf = async (index: number, chat_id: string) =>
		(await control.feed(people[index].open_id)).find((entry) => entry.chat_id === chat_id);

	it('gets buttons, which replace those before, for each person alone', async () => {
		const { chat_id } = groups[0];
		const set = (...buttons: object[]) =>
			feishu.chatButtons({ chat_id, user_ids: openIds(0), buttons: { buttons } });
		const second = { ...BUTTON, text: { text: '二' } };
		expect((await set(BUTTON, second)).data).toEqual({ failed_user_reasons: [] });
		expect(await entryOf(0, chat_id)).toMatchObject({ buttons: [BUTTON, second] });
		expect(await entryOf(1, chat_id)).toMatchObject({ buttons: [] });
		await set(second);
		expect(await entryOf(0, chat_id)).toMatchObject({ buttons: [second] });
		await set();
		expect(await entryOf(0, chat_id)).toMatchObject({ buttons: [] });
	});

	it('is pinned and unpinned', async () => {
		const { chat_id } = groups[0];
		const remind = (time_sensitive: boolean) =>
			feishu.groupReminder(chat_id, { time_sensitive, user_ids: openIds(0, 1) });
		expect((await remind(true)).data).toEqual({ failed_user_reasons: [] });
		expect((await control.feed(people[1].open_id))[0]).toMatchObject({
			kind: 'group',
			chat_id,
			time_sensitive: true,
		});
		await remind(false);
		expect(await entryOf(1, chat_id)).toMatchObject({ time_sensitive: false });
	});

	it('tells who is not in it, and serves the others', async () => {
		const { chat_id } = groups[0];
		await control.changeGroup(chat_id, { removeMembers: openIds(1) });
		const user_ids = [...openIds(0, 1), 'ou_nobody'];
		const reasons = { failed_user_reasons: [notInChat(user_ids[1]), notInChat('ou_nobody')] };
		const buttons = { buttons: [BUTTON] };
		expect((await feishu.chatButtons({ chat_id, user_ids, buttons })).data).toEqual(reasons);
		const reminder = { time_sensitive: true, user_ids };
		expect((await feishu.groupReminder(chat_id, reminder)).data).toEqual(reasons);
		expect(await entryOf(0, chat_id)).toMatchObject({ time_sensitive: true, buttons: [BUTTON] });
		expect(await entryOf(1, chat_id)).toBeUndefined();
		await control.changeGroup(chat_id, { addMembers: [people[1].union_id] });
		expect((await feishu.groupReminder(chat_id, reminder)).data.failed_user_reasons).toHaveLength(
			1,
		);
	});

	it.each([
		['has no bot', () => groups[groups.length - 1].chat_id],
		['does not exist', () => 'oc_0123456789abcdef'],
	])('that %s answers 230027', async (_name, chat) => {
		const chat_id = chat();
		const user_ids = openIds(0);
		const refused = { status: 400, code: 230027 };
		expect(await feishu.chatButtons({ chat_id, user_ids })).toMatchObject(refused);
		const reminder = { time_sensitive: true, user_ids };
		expect(await feishu.groupReminder(chat_id, reminder)).toMatchObject(refused);
		expect((await control.counters()).effects).toMatchObject({
			chatButtonsSet: 0,
			chatReminderSet: 0,
		});
	});

	it('whose bot leaves answers 230027 until it is back', async () => {
		const { chat_id } = groups[0];
		const reminder = { time_sensitive: true, user_ids: openIds(0) };
		await control.changeGroup(chat_id, { removeBots: [custom.app_id] });
		expect((await feishu.groupReminder(chat_id, reminder)).code).toBe(230027);
		await control.changeGroup(chat_id, { addBots: [custom.app_id] });
		expect((await feishu.groupReminder(chat_id, reminder)).code).toBe(0);
	});
});

describe('the chat with the bot', () => {
	const botChatOf = async (index: number) =>
		(await control.feed(people[index].open_id)).find(
			(entry) => entry.kind === 'botChat' && entry.app_id === custom.app_id,
		)!;

	it('is pinned for those who have it', async () => {
		await control.changeApp(custom.app_id, { peopleWithoutBotChat: openIds(1) });
		const answer = await feishu.botReminder({ time_sensitive: true, user_ids: openIds(0, 1) });
		expect(answer.data.failed_user_reasons).toMatchObject([{ user_id: people[1].open_id }]);
		expect(await botChatOf(0)).toMatchObject({ time_sensitive: true });
		expect(await botChatOf(1)).toBeUndefined();
		await feishu.botReminder({ time_sensitive: false, user_ids: openIds(0) });
		expect(await botChatOf(0)).toMatchObject({ time_sensitive: false });
	});

	it('gets buttons for its one person', async () => {
		const { chat_id } = await botChatOf(0);
		const body = { chat_id, user_ids: openIds(0, 1), buttons: { buttons: [BUTTON] } };
		const answer = await feishu.chatButtons(body);
		expect(answer.data.failed_user_reasons).toMatchObject([{ user_id: people[1].open_id }]);
		expect(await botChatOf(0)).toMatchObject({ buttons: [BUTTON] });
		expect(await botChatOf(1)).toMatchObject({ buttons: [] });
	});
});

describe('the order of a feed', () => {
	it('is pinned first, then by sort time', async () => {
		const [{ open_id }] = people;
		await create('old', [open_id]);
		await create('pinned', [open_id], { time_sensitive: true });
		await create('new', [open_id]);
		await feishu.groupReminder(groups[0].chat_id, { time_sensitive: true, user_ids: [open_id] });
		const feed = await control.feed(open_id);
		const names = feed.map((entry) => entry.biz_id ?? entry.kind);
		expect(names.slice(0, 4)).toEqual(['pinned', 'group', 'new', 'old']);
		expect(new Set(names)).toEqual(
			new Set(['pinned', 'group', 'new', 'old', 'botChat', 'personalChat']),
		);
		const unpinned = feed.filter((entry) => !entry.time_sensitive).map((entry) => entry.sortTime);
		expect(unpinned).toEqual([...unpinned].sort((a, b) => b - a));
	});

	it('has the bots of apps for trials only where these have done something', async () => {
		const [{ open_id }, { open_id: other }] = people;
		const botsOf = async (id: string) =>
			(await control.feed(id)).filter(({ kind }) => kind === 'botChat').map(({ app_id }) => app_id);
		expect(await botsOf(open_id)).toEqual([custom.app_id]);
		const trial = new FeishuCaller(sandbox.url, SEEDED_APPS.fewScopes);
		await trial.create({
			app_feed_card: { link: { link: 'https://example.com' } },
			user_ids: [open_id],
		});
		expect((await botsOf(open_id)).sort()).toEqual([custom.app_id, SEEDED_APPS.fewScopes.app_id]);
		expect(await botsOf(other)).toEqual([custom.app_id]);
	});

	it('is the same by any of the three IDs', async () => {
		const [person] = people;
		await create('b', [person.open_id]);
		const feed = await control.feed(person.open_id);
		expect(await control.feed(person.union_id)).toEqual(feed);
		expect(await control.feed(person.user_id)).toEqual(feed);
	});
});
