import {
	type FeishuSandbox,
	FeishuSandboxClient,
	SEEDED_APPS,
	startFeishuSandbox,
} from '../../sandbox/feishu/src';
import { type Answer, FeishuCaller } from '../helpers/sandbox/FeishuCaller';

const LINK = 'https://example.com/course';
const EMOJI = '🎓';
const { app_id } = SEEDED_APPS.custom;
const linkOf = (length: number) => `https://example.com/${'x'.repeat(length - 20)}`;

type JsonObject = Record<string, unknown>;

/** A name of what is tried, what is sent, and the field that must be blamed, or null if all is well. */
type Case = [name: string, body: JsonObject | string, field: string | null];

let sandbox: FeishuSandbox;
let control: FeishuSandboxClient;
let feishu: FeishuCaller;
let people: string[];
let chat_id: string;

beforeAll(async () => {
	sandbox = await startFeishuSandbox({ people: 60, rateLimiting: { enabled: false } });
	control = new FeishuSandboxClient(sandbox.url);
	feishu = new FeishuCaller(sandbox.url);
	people = (await control.people({ limit: 60 })).map((person) => person.open_id);
	chat_id = (await control.company())[0].groups[0].chat_id;
});
afterAll(() => sandbox.close());
beforeEach(() => control.reset({ keepTokens: true }));

/** The answer must be code 0, or blame the field, and then nothing may have happened. */
async function expectVerdict(answer: Answer, field: string | null): Promise<void> {
	if (field === null) {
		expect(answer).toMatchObject({ status: 200, code: 0, msg: 'success' });
		return;
	}
	expect(answer).toMatchObject({ status: 400, code: 230001 });
	expect(answer.msg).toContain(`parameter. ${field} `);
	expect(answer.error?.log_id).toBe(answer.headers.get('x-tt-logid'));
	expect(Object.values((await control.counters()).effects)).toEqual([0, 0, 0, 0, 0, 0, 0]);
}

const button = (change: JsonObject = {}) => ({
	action_type: 'url_page',
	text: { text: '去看看' },
	multi_url: { url: LINK },
	...change,
});
const buttons = (...list: unknown[]) => ({ buttons: { buttons: list } });
const label = (text: unknown, type: unknown = 'primary') => ({ status_label: { text, type } });

/** Rules of `app_feed_card`, the same in create and update. */
const CARD_CASES: Case[] = [
	['title of no character', { title: '' }, null],
	['title of 60', { title: '课'.repeat(60) }, null],
	['title of 60 emoji', { title: EMOJI.repeat(60) }, null],
	['title of 61', { title: 'x'.repeat(61) }, 'title'],
	['title of 61 emoji', { title: EMOJI.repeat(61) }, 'title'],
	['title that is a number', { title: 7 }, 'title'],
	['title that is null', { title: null }, 'title'],
	['avatar key of 100', { avatar_key: 'k'.repeat(100) }, null],
	['avatar key of 101', { avatar_key: 'k'.repeat(101) }, 'avatar_key'],
	['preview of 120 emoji', { preview: EMOJI.repeat(120) }, null],
	['preview of 121', { preview: 'x'.repeat(121) }, 'preview'],
	['business ID of 200', { biz_id: '号'.repeat(200) }, null],
	['business ID of 201', { biz_id: 'b'.repeat(201) }, 'biz_id'],
	['label of 1', label('a'), null],
	['label of 20 emoji', label(EMOJI.repeat(20)), null],
	['label of 21', label('x'.repeat(21)), 'status_label.text'],
	['label of none', label(''), 'status_label.text'],
	['label without text', { status_label: { type: 'danger' } }, 'status_label.text'],
	['label without type', { status_label: { text: 'a' } }, 'status_label.type'],
	['label that is text', { status_label: 'late' }, 'status_label'],
	...['primary', 'secondary', 'success', 'danger'].map(
		(type): Case => [`label of type ${type}`, label('a', type), null],
	),
	['label of an unknown type', label('a', 'red'), 'status_label.type'],
	['no buttons', buttons(), null],
	['one button', buttons(button()), null],
	['two buttons', buttons(button(), button()), null],
	['three buttons', buttons(button(), button(), button()), 'buttons.buttons'],
	['buttons that are a list', { buttons: [button()] }, 'buttons'],
	['buttons without a list', { buttons: {} }, 'buttons.buttons'],
	[
		'button without action type',
		buttons(button({ action_type: undefined })),
		'buttons.buttons[0].action_type',
	],
	[
		'button of an unknown action type',
		buttons(button(), button({ action_type: 'call' })),
		'buttons.buttons[1].action_type',
	],
	['webhook button', buttons(button({ action_type: 'webhook', multi_url: undefined })), null],
	['button without text', buttons(button({ text: undefined })), 'buttons.buttons[0].text'],
	[
		'button with empty text',
		buttons(button({ text: { text: '' } })),
		'buttons.buttons[0].text.text',
	],
	['button text of 30', buttons(button({ text: { text: EMOJI.repeat(30) } })), null],
	[
		'button text of 31',
		buttons(button({ text: { text: 'x'.repeat(31) } })),
		'buttons.buttons[0].text.text',
	],
	['button text that is a string', buttons(button({ text: '看' })), 'buttons.buttons[0].text'],
	...['default', 'primary', 'success'].map(
		(button_type): Case => [`${button_type} button`, buttons(button({ button_type })), null],
	),
	[
		'button of an unknown type',
		buttons(button({ button_type: 'danger' })),
		'buttons.buttons[0].button_type',
	],
	...['url', 'android_url', 'ios_url', 'pc_url'].flatMap((platform): Case[] => {
		const withUrl = (url: string) => buttons(button({ multi_url: { [platform]: url } }));
		const field = `buttons.buttons[0].multi_url.${platform}`;
		return [
			[`${platform} of 700`, withUrl(linkOf(700)), null],
			[`${platform} of 701`, withUrl(linkOf(701)), field],
			[`${platform} with http`, withUrl('http://example.com'), field],
			[`${platform} that is no URL`, withUrl('https://'), field],
		];
	}),
	['action values', buttons(button({ action_map: { task: '7', 键: '值' } })), null],
	['no action values', buttons(button({ action_map: {} })), null],
	[
		'action value that is a number',
		buttons(button({ action_map: { task: 7 } })),
		'buttons.buttons[0].action_map.task',
	],
	[
		'action values in a list',
		buttons(button({ action_map: ['7'] })),
		'buttons.buttons[0].action_map',
	],
	['link of 700', { link: { link: linkOf(700) } }, null],
	['link of 701', { link: { link: linkOf(701) } }, 'link.link'],
	['link of 700 bytes', { link: { link: `${linkOf(697)}课` } }, null],
	['link of 701 bytes', { link: { link: `${linkOf(698)}课` } }, 'link.link'],
	['link of 246 characters in 698 bytes', { link: { link: linkOf(20) + '课'.repeat(226) } }, null],
	[
		'link of 247 characters in 701 bytes',
		{ link: { link: linkOf(20) + '课'.repeat(227) } },
		'link.link',
	],
	[
		'button link of 700 characters',
		buttons(button({ multi_url: { url: linkOf(680) + '课'.repeat(20) } })),
		null,
	],
	...['applink.feishu.cn', 'applink.larksuite.com'].flatMap((host) =>
		['web_app', 'mini_program'].flatMap((kind): Case[] => {
			const applink = (query: string) => ({
				link: { link: `https://${host}/client/${kind}/open${query}` },
			});
			return [
				[`applink of ${host} to the ${kind} itself`, applink(`?appId=${app_id}`), null],
				[`applink of ${host} to no ${kind}`, applink(''), null],
				[`applink of ${host} to another ${kind}`, applink('?mode=x&appId=cli_other'), 'link.link'],
				[`applink of ${host} to an empty ${kind}`, applink('?appId='), 'link.link'],
			];
		}),
	),
	['another app’s ID elsewhere', { link: { link: `${LINK}?appId=cli_other` } }, null],
	[
		'another app in a button’s link',
		buttons(button({ multi_url: { url: 'https://applink.feishu.cn/x?appId=cli_other' } })),
		null,
	],
	['link with http', { link: { link: 'http://example.com' } }, 'link.link'],
	['link of another scheme', { link: { link: 'lark://client/chat' } }, 'link.link'],
	['empty link', { link: { link: '' } }, 'link.link'],
	['link without link', { link: {} }, 'link.link'],
	['link that is a string', { link: LINK }, 'link'],
	['pinned', { time_sensitive: true }, null],
	['pinned as text', { time_sensitive: 'true' }, 'time_sensitive'],
	['silent', { notify: { close_notify: true } }, null],
	['silent as text', { notify: { close_notify: 'yes' } }, 'notify.close_notify'],
	['spoken text of 20', { notify: { custom_sound_text: '念'.repeat(20) } }, null],
	[
		'spoken text of 21',
		{ notify: { custom_sound_text: 'x'.repeat(21) } },
		'notify.custom_sound_text',
	],
	['sound as a number', { notify: { with_custom_sound: 1 } }, 'notify.with_custom_sound'],
	['a field that Feishu does not know', { card_content: {} }, null],
];

describe('app_feed_card', () => {
	it.each(CARD_CASES)('create with %s', async (_name, change, field) => {
		const app_feed_card = { link: { link: LINK }, ...(change as JsonObject) };
		const answer = await feishu.create({ app_feed_card, user_ids: [people[0]] });
		await expectVerdict(answer, field && `app_feed_card.${field}`);
	});

	it.each(CARD_CASES)('update with %s', async (_name, change, field) => {
		const app_feed_card = { biz_id: 'b', ...(change as JsonObject) };
		const good = { app_feed_card: { biz_id: 'b' }, user_id: people[0], update_fields: ['1'] };
		const bad = { app_feed_card, user_id: people[1], update_fields: ['101'] };
		const answer = await feishu.update({ feed_cards: [good, bad] });
		await expectVerdict(answer, field && `feed_cards[1].app_feed_card.${field}`);
	});
});

it('an applink to another app is refused by that app’s name', async () => {
	const link = { link: 'https://applink.feishu.cn/client/web_app/open?appId=cli_other' };
	const answer = await feishu.create({ app_feed_card: { link }, user_ids: [people[0]] });
	expect(answer.msg).toContain('cli_other');
});

const card = { link: { link: LINK } };
const ids = (count: number) => Array.from({ length: count }, (_, index) => `ou_${index}`);

describe('the body of create', () => {
	it.each<Case>([
		['one recipient', { app_feed_card: card, user_ids: ids(1) }, null],
		['20 recipients', { app_feed_card: card, user_ids: ids(20) }, null],
		['21 recipients', { app_feed_card: card, user_ids: ids(21) }, 'user_ids'],
		['no recipients', { app_feed_card: card, user_ids: [] }, 'user_ids'],
		['recipients absent', { app_feed_card: card }, 'user_ids'],
		['recipients as text', { app_feed_card: card, user_ids: 'ou_1,ou_2' }, 'user_ids'],
		['a recipient that is a number', { app_feed_card: card, user_ids: ['ou_1', 7] }, 'user_ids[1]'],
		['an empty recipient', { app_feed_card: card, user_ids: [''] }, 'user_ids[0]'],
		['a malformed recipient', { app_feed_card: card, user_ids: ['ou_1', 'on_2'] }, 'user_ids'],
		['an empty business ID', { app_feed_card: { ...card, biz_id: '' }, user_ids: ids(1) }, null],
		['no link', { app_feed_card: { title: 'a' }, user_ids: ids(1) }, 'app_feed_card.link'],
		['card absent', { user_ids: ids(1) }, 'app_feed_card'],
		['card as JSON text', { app_feed_card: '{}', user_ids: ids(1) }, 'app_feed_card'],
		['a list', '[]', 'body'],
		['null', 'null', 'body'],
		['broken JSON', '{"app_feed_card":', 'The body'],
		['another document’s names', { card_content: {}, user_id_list: ids(1) }, 'app_feed_card'],
	])('%s', async (_name, body, field) => {
		await expectVerdict(await feishu.create(body), field);
	});
});

describe('the body of update', () => {
	const change = (changes: JsonObject = {}) => ({
		app_feed_card: { biz_id: 'b' },
		user_id: 'ou_1',
		update_fields: ['1'],
		...changes,
	});
	const times = (count: number) => Array.from({ length: count }, () => change());
	const fields = (...update_fields: unknown[]) => ({ feed_cards: [change({ update_fields })] });
	const known = ['1', '2', '3', '10', '11', '12', '13', '101', '102', '103'];

	it.each<Case>([
		['one card', { feed_cards: times(1) }, null],
		['20 cards', { feed_cards: times(20) }, null],
		['21 cards', { feed_cards: times(21) }, 'feed_cards'],
		['no cards', { feed_cards: [] }, 'feed_cards'],
		['cards absent', {}, 'feed_cards'],
		['all known fields', fields(...known), null],
		['20 fields', fields(...known, ...known), null],
		['21 fields', fields(...known, ...known, '1'), 'feed_cards[0].update_fields'],
		['no fields', fields(), 'feed_cards[0].update_fields'],
		['an unknown field', fields('1', '4'), 'feed_cards[0].update_fields[1]'],
		['a field that is a number', fields(1), 'feed_cards[0].update_fields[0]'],
		[
			'fields absent',
			{ feed_cards: [change(), change({ update_fields: undefined })] },
			'feed_cards[1].update_fields',
		],
		[
			'no business ID',
			{ feed_cards: [change({ app_feed_card: {} })] },
			'feed_cards[0].app_feed_card.biz_id',
		],
		[
			'empty business ID',
			{ feed_cards: [change({ app_feed_card: { biz_id: '' } })] },
			'feed_cards[0].app_feed_card.biz_id',
		],
		['user absent', { feed_cards: [change({ user_id: undefined })] }, 'feed_cards[0].user_id'],
		['a malformed user', { feed_cards: [change({ user_id: 'x' })] }, 'feed_cards.user_id'],
		[
			'card absent',
			{ feed_cards: [change({ app_feed_card: undefined })] },
			'feed_cards[0].app_feed_card',
		],
	])('%s', async (_name, body, field) => {
		await expectVerdict(await feishu.update(body), field);
	});
});

describe('the body of delete', () => {
	const times = (count: number) =>
		Array.from({ length: count }, (_, index) => ({ biz_id: 'b', user_id: `ou_${index}` }));

	it.each<Case>([
		['one card', { feed_cards: times(1) }, null],
		['20 cards', { feed_cards: times(20) }, null],
		['21 cards', { feed_cards: times(21) }, 'feed_cards'],
		['no cards', { feed_cards: [] }, 'feed_cards'],
		['business ID of 200', { feed_cards: [{ biz_id: 'b'.repeat(200), user_id: 'ou_1' }] }, null],
		[
			'business ID of 201',
			{ feed_cards: [{ biz_id: 'b'.repeat(201), user_id: 'ou_1' }] },
			'feed_cards[0].biz_id',
		],
		['no business ID', { feed_cards: [{ user_id: 'ou_1' }] }, 'feed_cards[0].biz_id'],
		['no user', { feed_cards: [{ biz_id: 'b' }] }, 'feed_cards[0].user_id'],
		['a malformed user', { feed_cards: [{ biz_id: 'b', user_id: 'ou-1' }] }, 'feed_cards.user_id'],
	])('%s', async (_name, body, field) => {
		await expectVerdict(await feishu.delete(body), field);
	});
});

describe('the body of chat buttons', () => {
	it.each<Case>([
		['20 recipients', { user_ids: ids(20), ...buttons() }, null],
		['21 recipients', { user_ids: ids(21), ...buttons() }, 'user_ids'],
		['no recipients', { user_ids: [], ...buttons() }, 'user_ids'],
		['two buttons', { user_ids: ids(1), ...buttons(button(), button()) }, null],
		['no buttons', { user_ids: ids(1), ...buttons() }, null],
		['buttons absent, as the SDK allows', { user_ids: ids(1) }, null],
		[
			'three buttons',
			{ user_ids: ids(1), ...buttons(button(), button(), button()) },
			'buttons.buttons',
		],
		[
			'button text of 31',
			{ user_ids: ids(1), ...buttons(button({ text: { text: 'x'.repeat(31) } })) },
			'buttons.buttons[0].text.text',
		],
		['bot ID, as the SDK allows', { user_ids: ids(1), bot_id: 'cli_1', ...buttons() }, null],
		['no chat ID', { user_ids: ids(1), chat_id: undefined, ...buttons() }, 'chat_id'],
		['an open ID as chat ID', { user_ids: ids(1), chat_id: 'ou_1', ...buttons() }, 'chat_id'],
		['a malformed recipient', { user_ids: ['ou_1', 'oc_1'], ...buttons() }, 'user_ids'],
	])('%s', async (_name, body, field) => {
		await expectVerdict(await feishu.chatButtons({ chat_id, ...(body as object) }), field);
	});
});

describe.each(['group', 'bot'])('the body of the reminder on the %s chat', (kind) => {
	it.each<Case>([
		['on', { time_sensitive: true, user_ids: ids(1) }, null],
		['off', { time_sensitive: false, user_ids: ids(1) }, null],
		['50 recipients', { time_sensitive: true, user_ids: ids(50) }, null],
		['51 recipients', { time_sensitive: true, user_ids: ids(51) }, 'user_ids'],
		['no recipients', { time_sensitive: true, user_ids: [] }, 'user_ids'],
		['neither on nor off', { user_ids: ids(1) }, 'time_sensitive'],
		['on as text', { time_sensitive: 'true', user_ids: ids(1) }, 'time_sensitive'],
		['a malformed recipient', { time_sensitive: true, user_ids: ['张三'] }, 'user_ids'],
	])('%s', async (_name, body, field) => {
		const answer = kind === 'bot' ? feishu.botReminder(body) : feishu.groupReminder(chat_id, body);
		await expectVerdict(await answer, field);
	});
});

describe('the group of the reminder', () => {
	const body = { time_sensitive: true, user_ids: ['ou_1'] };

	it.each(['ou_1', 'cli_1', 'oc_', 'oc-1', 'training-7'])('cannot be %s', async (id) => {
		await expectVerdict(await feishu.groupReminder(id, body), 'feed_card_id');
	});

	it('cannot be the chat with the bot', async () => {
		const feed = await control.feed(people[0]);
		const botChat = feed.find((entry) => entry.kind === 'botChat')!;
		const answer = await feishu.groupReminder(botChat.chat_id!, { ...body, user_ids: [people[0]] });
		await expectVerdict(answer, 'feed_card_id');
	});
});

describe('the query', () => {
	const body = { app_feed_card: card, user_ids: ['ou_1'] };

	it.each([
		['user_id_type=open_id', body, null],
		['user_id_type=union_id', { ...body, user_ids: ['on_1'] }, null],
		['user_id_type=user_id', { ...body, user_ids: ['4f2a91cc'] }, null],
		['user_id_type=email', body, 'user_id_type'],
		['user_id_type=', body, 'user_id_type'],
		['user_id_type=open_id&user_id_type=union_id', body, 'user_id_type'],
		['user_id_type=union_id', body, 'user_ids'],
		['user_id_type=user_id', { ...body, user_ids: ['ou_1'] }, 'user_ids'],
		['user_id_type=user_id', { ...body, user_ids: ['a b'] }, 'user_ids'],
		['user_id_type=open_id', { ...body, user_ids: ['4f2a91cc'] }, 'user_ids'],
	])('%s for %j', async (query, sent, field) => {
		await expectVerdict(await feishu.create(sent, { query }), field);
	});
});

describe('the content type', () => {
	const body = { app_feed_card: card, user_ids: ['ou_1'] };

	it.each([
		['application/json', null],
		['application/json;charset=UTF-8', null],
		['text/plain', 'Content-Type'],
		['application/x-www-form-urlencoded', 'Content-Type'],
	])('%s', async (contentType, field) => {
		await expectVerdict(await feishu.create(body, { contentType }), field);
	});

	it('absent, without a body', async () => {
		const parts = { body: undefined, contentType: null };
		await expectVerdict(
			await feishu.call('POST', '/open-apis/im/v2/app_feed_card', parts),
			'Content-Type',
		);
	});
});

describe('paths that Feishu does not have', () => {
	it.each([
		['GET', '/open-apis/im/v2/app_feed_card'],
		['POST', '/open-apis/im/v2/app_feed_cards'],
		['PATCH', '/open-apis/im/v2/feed_cards'],
		['GET', '/open-apis'],
	])('%s %s is answered 404 in JSON', async (method, path) => {
		const answer = await feishu.call(method, path);
		expect(answer).toMatchObject({ status: 404, code: 404 });
		expect(answer.headers.get('content-type')).toContain('application/json');
		expect(answer.headers.get('x-tt-logid')).toBe(answer.error?.log_id);
		expect(await control.requests({ status: 404 })).toMatchObject([{ method, path }]);
	});
});
