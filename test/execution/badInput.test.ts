import type { IDataObject } from 'n8n-workflow';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import { isEngineAtLeast } from '../helpers/execution/engine';
import {
	LINK,
	VALID,
	button,
	callback,
	expectFaultless,
	label,
	platform,
	withRefusals,
	x,
} from '../helpers/execution/refusal';
import type { OperationName, Refusal } from '../helpers/execution/refusal';

const { sandbox, run, expectSent, refuses } = withRefusals();

const OPERATIONS = Object.keys(VALID) as OperationName[];

describe('the valid parameters that the cases begin with', () => {
	it.each(OPERATIONS)('%s is sent', async (operation) => {
		await run(operation, {});
		const [{ code }] = await sandbox.requests();
		expectFaultless(code);
	});
});

const updated = (fields: IDataObject): IDataObject => ({ updateFields: fields });
const twoButtons = (second: IDataObject): IDataObject => ({
	buttons: { button: [{ text: 'A', url: LINK }, second] },
});

refuses('what is too short', [
	[
		'a label',
		'create',
		label({ text: x }),
		'Status Label Text has 0 characters, but at lea',
		{ x: '' },
	],
	[
		'a button',
		'create',
		button({ text: x }),
		'Button 1 Text has 0 characters, but at least 1',
		{ x: '' },
	],
	['a button of a chat', 'chatButtons', button({ text: x }), 'Button 1 Text has 0 char', { x: '' }],
	['a new button', 'update', updated(button({ text: x })), 'Button 1 Text has 0 chara', { x: '' }],
]);

refuses('what is no text where text belongs', [
	['title: a list', 'create', { title: x }, 'Title must be text, but is a list', { x: ['a'] }],
	['title: an object', 'upsert', { title: x }, 'Title must be text, but is an object', { x: {} }],
	[
		'preview: a list',
		'create',
		{ preview: x },
		'Preview must be text, but is a list',
		{ x: [1.5] },
	],
	[
		'avatar key: a list',
		'create',
		{ avatarKey: x },
		'Avatar Key must be text, but is a l',
		{ x: [] },
	],
	['link: a number', 'create', { link: x }, 'Link must be text, but is the number 7', { x: 7 }],
	[
		'business ID: a list',
		'create',
		{ bizId: x },
		'Business ID must be text, but is a',
		{ x: [42] },
	],
	['business ID to update', 'update', { bizId: x }, 'Business ID must be text, but', { x: [42] }],
	['business ID to delete', 'delete', { bizId: x }, 'Business ID must be text, but i', { x: {} }],
	['label: a list', 'create', label({ text: x }), 'Status Label Text must be text', { x: [3] }],
	['button: a list', 'create', button({ text: x }), 'Button 1 Text must be text', { x: [3] }],
	['button: nothing', 'create', button({ text: x }), 'Button 1 Text is missing, but required'],
	['button URL: a list', 'create', button({ url: x }), 'Button 1 URL must be text', { x: [LINK] }],
	['iOS URL: a number', 'create', platform('iosUrl', x), 'Button 1 iOS URL must be text', { x: 1 }],
	[
		'spoken: a list',
		'create',
		{ notify: { customSoundText: x } },
		'Spoken Text must be',
		{ x: [8] },
	],
	[
		'new title: a list',
		'update',
		updated({ title: x }),
		'Title must be text, but is a ',
		{ x: [4] },
	],
	[
		'new title: null',
		'update',
		updated({ title: x }),
		'Title must be text, but is null',
		{ x: null },
	],
	['new title: nothing', 'update', updated({ title: x }), 'Title must be text'],
	['new preview: nothing', 'update', updated({ preview: x }), 'Preview must be text'],
	['new avatar key: nothing', 'update', updated({ avatarKey: x }), 'Avatar Key must be text'],
	['new label: nothing', 'update', updated(label({ text: x })), 'Status Label Text is missing'],
	['new label: a list', 'update', updated(label({ text: x })), 'Status Label Text mus', { x: [1] }],
	[
		'action value: a list',
		'create',
		callback([{ name: 'a', value: x }]),
		'Button 1 Action Value "a" must be text, but is a list',
		{ x: [1] },
	],
	[
		'action value of a chat: an object',
		'chatButtons',
		callback([{ name: 'a', value: x }]),
		'Button 1 Action Value "a" must be text, but is an object',
		{ x: {} },
	],
]);

const trueOrFalse = (
	name: string,
	operation: OperationName,
	parameters: IDataObject,
	field: string,
): Refusal[] => [
	[
		`${name}: text`,
		operation,
		parameters,
		`${field} must be true or false, but is the text "yes"`,
		{ x: 'yes' },
	],
	[
		`${name}: a number`,
		operation,
		parameters,
		`${field} must be true or false, but is the number 0`,
		{ x: 0 },
	],
];

refuses('what is neither true nor false', [
	...trueOrFalse('pin', 'create', { timeSensitive: x }, 'Pin to Top'),
	...trueOrFalse('pin of upsert', 'upsert', { timeSensitive: x }, 'Pin to Top'),
	...trueOrFalse('new pin', 'update', updated({ timeSensitive: x }), 'Pin to Top'),
	['new pin: nothing', 'update', updated({ timeSensitive: x }), 'Pin to Top must be true or false'],
	...trueOrFalse('silent', 'create', { notify: { closeNotify: x } }, 'Silent'),
	...trueOrFalse('chat reminder', 'chatReminder', { timeSensitive: x }, 'Instant Reminder'),
	...trueOrFalse('bot reminder', 'botReminder', { timeSensitive: x }, 'Instant Reminder'),
	[
		'reminder: nothing',
		'botReminder',
		{ timeSensitive: x },
		'Instant Reminder must be true or false',
	],
	...trueOrFalse('to the top', 'update', { options: { moveToTop: x } }, 'Move to the Top'),
	...trueOrFalse('notify again', 'upsert', { options: { notifyAgain: x } }, 'Notify Again'),
	...trueOrFalse('time', 'update', { options: { displayTimeNow: x } }, 'Set Time to Now'),
	...trueOrFalse(
		'an item for each recipient',
		'delete',
		{ options: { itemPerRecipient: x } },
		'One Output Item per Recipient',
	),
	...trueOrFalse('a short output', 'create', { options: { shortOutput: x } }, 'Short Output'),
]);

refuses('what is not one of the choices', [
	[
		'user ID type',
		'create',
		{ userIdType: x },
		'User ID Type must be one of open_id, union_id, user_id, but is the text "email"',
		{ x: 'email' },
	],
	[
		'user ID type: nothing',
		'botReminder',
		{ userIdType: x },
		'User ID Type must be one of open_id',
	],
	[
		'colour',
		'create',
		label({ type: x }),
		'Status Label Color must be one of primary, secondary, success, danger, but is the text "red"',
		{ x: 'red' },
	],
	['new colour', 'update', updated(label({ type: x })), 'Status Label Color must be', { x: 'red' }],
	[
		'what a button does',
		'create',
		button({ actionType: x }),
		'Button 1 When Pressed must be one of url_page, webhook, but is the text "open"',
		{ x: 'open' },
	],
	[
		'how a button looks',
		'create',
		button({ buttonType: x }),
		'Button 1 Style must be one of default, primary, success, but is the text "danger"',
		{ x: 'danger' },
	],
	[
		'how a button of a chat looks',
		'chatButtons',
		button({ buttonType: 'red' }),
		'Button 1 Style mus',
	],
	[
		'if some fail',
		'create',
		{ options: { whenSomeFail: x } },
		'If Some Recipients Fail must be one of tell, fail, but is the text "ignore"',
		{ x: 'ignore' },
	],
]);

const PLAIN = 'must be an address that begins with https://, but is';
const NO_ADDRESSES: Array<[name: string, address: string, problem: string]> = [
	['http', 'http://example.com', PLAIN],
	['ftp', 'ftp://example.com/file', PLAIN],
	['a script', 'javascript:alert(1)', PLAIN],
	['no scheme', 'example.com', PLAIN],
	['no scheme, but slashes', '//example.com', PLAIN],
	['one slash', 'https:/example.com', PLAIN],
	['a word', 'nowhere', PLAIN],
	['no host', 'https://', 'has no host after https://:'],
	['no host, but a path', 'https:///orders', 'has no host after https://:'],
	['no host, but a query', 'https://?a=1', 'has no host after https://:'],
	['no host, but a port', 'https://:8443/', 'has no host after https://:'],
	['a space within', 'https://example.com/a b', 'has a space in it, which an address cannot have:'],
	['a tab within', 'https://a.com\t/b', 'has a tab in it, which an address cannot have:'],
	[
		'a line break within',
		'https://a.com/\nhttps://b.com',
		'has a line break in it, which an address cannot have:',
	],
	[
		'a zero-width space within',
		'https://a.com/\u200bb',
		'has an invisible character in it, which an address cannot have:',
	],
	[
		'a port that is none',
		'https://example.com:port',
		'has the port "port", but a port is a number up to 65535:',
	],
	[
		'a port that is too large',
		'https://example.com:65536/a',
		'has the port "65536", but a port is a number up to 65535:',
	],
	['a host that is none', 'https://exa<mple.com', 'is not a valid address:'],
];

refuses(
	'addresses that Feishu does not take',
	NO_ADDRESSES.flatMap(([name, address, why]): Refusal[] => {
		const problem = `${why} "${address}"`;
		return [
			[`link: ${name}`, 'create', { link: x }, `Link ${problem}`, { x: address }],
			[`new link: ${name}`, 'update', updated({ link: x }), `Link ${problem}`, { x: address }],
			[
				`button: ${name}`,
				'chatButtons',
				button({ url: x }),
				`Button 1 URL ${problem}`,
				{ x: address },
			],
		];
	}),
);

const OTHER_APP = `opens the app "cli_other", but Feishu takes only an applink of the app that sends the card, "${SEEDED_APPS.custom.app_id}"`;

refuses(
	'an applink of another app',
	['https://applink.feishu.cn/client', 'https://applink.larksuite.com/client'].flatMap(
		(start): Refusal[] => {
			const link = `${start}/web_app/open?mode=window&appId=cli_other`;
			return [
				[`${start}, create`, 'create', { link: x }, `Link ${OTHER_APP}`, { x: link }],
				[`${start}, upsert`, 'upsert', { link: x }, `Link ${OTHER_APP}`, { x: link }],
				[`${start}, update`, 'update', updated({ link: x }), `Link ${OTHER_APP}`, { x: link }],
				[`${start}, JSON`, 'json', {}, `Link ${OTHER_APP}`, { card: { link: { link } } }],
			];
		},
	),
);

refuses('links that are missing or over http', [
	[
		'no link',
		'create',
		{ link: x },
		'Link is empty, but an https:// address is required',
		{ x: '' },
	],
	[
		'no link of upsert',
		'upsert',
		{ link: x },
		'Link is empty, but an https:// address',
		{ x: null },
	],
	['a link that an expression does not find', 'create', { link: x }, 'Link is empty'],
	['a new link that is empty', 'update', updated({ link: '' }), 'Link is empty'],
	[
		'a new link of null',
		'update',
		updated({ link: x }),
		'Link must be text, but is null',
		{ x: null },
	],
	[
		'Android',
		'create',
		platform('androidUrl', 'http://a.com'),
		'Button 1 Android URL must be an addr',
	],
	['iOS', 'upsert', platform('iosUrl', 'http://a.com'), 'Button 1 iOS URL must be an address'],
	[
		'computer',
		'chatButtons',
		platform('pcUrl', 'http://a.com'),
		'Button 1 Computer URL must be an a',
	],
	[
		'the second',
		'create',
		twoButtons({ text: 'B', url: 'http://b.com' }),
		'Button 2 URL must be an add',
	],
	[
		'no link of a button',
		'create',
		button({ url: '' }),
		'Button 1 URL is empty, but a button that op',
	],
	[
		'no link of a chat button',
		'chatButtons',
		button({ url: x }),
		'Button 1 URL is empty, but a butt',
	],
	['no link of a new button', 'update', updated(button({ url: x })), 'Button 1 URL is empty'],
]);

const threeButtons = {
	buttons: { button: Array(3).fill({ text: 'A', url: LINK }) },
} as IDataObject;
const TOO_MANY = 'Buttons has 3 entries, but at most 2 are allowed';
const a = { name: 'a', value: '1' };

refuses('buttons', [
	['three of create', 'create', threeButtons, TOO_MANY],
	['three of upsert', 'upsert', threeButtons, TOO_MANY],
	['three of update', 'update', updated(threeButtons), TOO_MANY],
	['three of a chat', 'chatButtons', threeButtons, TOO_MANY],
	['a value twice', 'create', callback([a, a]), 'Button 1 Action Values has the name "a" twice'],
	['a value of a chat twice', 'chatButtons', callback([a, a]), 'Button 1 Action Values has the na'],
	[
		'a value with an odd name twice',
		'create',
		callback([
			{ name: '__proto__', value: '1' },
			{ name: '__proto__', value: '2' },
		]),
		'Button 1 Action Values has the name "__proto__" twice',
	],
	[
		'a value without a name',
		'create',
		callback([{ ...a, name: '' }]),
		'Button 1 Action Values has a v',
	],
	[
		'a value whose name is a list',
		'update',
		updated(callback([{ ...a, name: x }])),
		'Button 1 Action Values has a value without a name',
		{ x: [5] },
	],
]);

refuses('recipients', [
	...OPERATIONS.map(
		(operation): Refusal => [
			`none of ${operation}`,
			operation,
			{},
			'User IDs is empty, but at least one recipient is required',
			{ to: '' },
		],
	),
	['an empty list', 'create', {}, 'User IDs is empty', { to: [] }],
	['a list of nothing', 'create', {}, 'User IDs is empty', { to: ['', ' ', null, []] }],
	['only separators', 'create', {}, 'User IDs is empty', { to: ' ,\n，； ' }],
	['null', 'create', {}, 'User IDs is empty', { to: null }],
	['what an expression does not find', 'create', { userIds: x }, 'User IDs is empty'],
	[
		'a number',
		'create',
		{},
		'User IDs must be a list of IDs, but one is the number 1',
		{ to: 10001 },
	],
	['a number among IDs', 'create', {}, 'User IDs must be a list of IDs', { to: ['ou_a', 10001] }],
	[
		'true',
		'botReminder',
		{},
		'User IDs must be a list of IDs, but one is the boolean',
		{ to: true },
	],
	[
		'an object',
		'create',
		{},
		'User IDs must be a list of IDs, but one is an',
		{ to: { id: 'ou_a' } },
	],
	[
		'objects',
		'delete',
		{},
		'User IDs must be a list of IDs, but one is an',
		{ to: [{ id: 'ou_a' }] },
	],
	[
		'a name between',
		'create',
		{},
		'User IDs has "ou_a Li Lei", which is not a valid ID: separate',
		{ to: 'ou_a Li Lei' },
	],
	[
		'spaces between user IDs',
		'create',
		{ userIdType: 'user_id' },
		'User IDs has "4f5g 6h7j", which is not a valid ID',
		{ to: '4f5g 6h7j' },
	],
	[
		'broken JSON as text',
		'create',
		{},
		'User IDs has "["ou_a"", which is not a valid ID',
		{ to: '["ou_a","ou_b"' },
	],
	['quotes', 'create', {}, 'User IDs has ""ou_a"", which is not a valid ID', { to: '"ou_a"' }],
	['a mention', 'create', {}, 'User IDs has "<at>ou_a</at>", which is no', { to: '<at>ou_a</at>' }],
	[
		'a union ID as open ID',
		'create',
		{},
		'User IDs has "on_a", which is a union_id, but User ID Type is open_id',
		{ to: 'ou_a,on_a' },
	],
	['a chat', 'create', {}, 'User IDs has "oc_a", which is a chat_id', { to: ['ou_a', 'oc_a'] }],
	['an app', 'delete', {}, 'User IDs has "cli_a", which is an app_id', { to: 'cli_a' }],
	['an e-mail', 'create', {}, 'User IDs has "a@b.cn", which is an e-mail', { to: 'a@b.cn' }],
	[
		'an open ID as union ID',
		'update',
		{ userIdType: 'union_id' },
		'User IDs has "ou_a", which is an open_id, but User ID Type is union_id',
		{ to: 'ou_a' },
	],
	[
		'an open ID as user ID',
		'chatButtons',
		{ userIdType: 'user_id' },
		'User IDs has "ou_a", which is an open_id, but User ID Type is user_id',
		{ to: 'ou_a' },
	],
]);

const chatId = (value: string, mode = 'id'): IDataObject => ({
	chatId: { __rl: true, mode, value },
});

refuses(
	'chats',
	(['chatButtons', 'chatReminder'] as const).flatMap((operation): Refusal[] => [
		[`${operation}: none`, operation, chatId(x), 'Chat is empty', { x: '' }],
		[`${operation}: null`, operation, chatId(x), 'Chat is empty', { x: null }],
		[`${operation}: nothing`, operation, chatId(x, 'list'), 'Chat is empty'],
		[`${operation}: a person`, operation, chatId(x), 'Chat must be a chat ID that', { x: 'ou_a' }],
		[
			`${operation}: a name`,
			operation,
			chatId(x),
			'Chat must be a chat ID that beg',
			{ x: '全员群' },
		],
		[`${operation}: a number`, operation, chatId(x), 'Chat must be a chat ID, but is', { x: 42 }],
		[
			`${operation}: a path`,
			operation,
			chatId(x),
			'Chat must be a chat ID tha',
			{ x: 'oc_a/../b' },
		],
		[`${operation}: two`, operation, chatId(x), 'Chat must be a chat ID that', { x: 'oc_a, oc_b' }],
	]),
);

const SPOKEN = { customSoundText: 'New order' };

refuses('what Feishu takes and does not act on', [
	[
		'a spoken text of an update that notifies nobody',
		'update',
		{ options: { notify: SPOKEN } },
		'Spoken Text is spoken only when the recipients are notified: add the option Notify Again',
	],
	[
		'a spoken text with Notify Again switched off',
		'update',
		{ options: { notify: SPOKEN, notifyAgain: false } },
		'Spoken Text is spoken only when the recipients are notified: add the option Notify Again',
	],
	[
		'a silent update that notifies again',
		'update',
		{ options: { notify: { closeNotify: true }, notifyAgain: true } },
		'Notify Again has no effect on a card that is Silent: switch one of them off',
	],
	[
		'a silent card that notifies again if it exists',
		'upsert',
		{ notify: { closeNotify: true }, options: { notifyAgain: true } },
		'Notify Again has no effect on a card that is Silent: switch one of them off',
	],
	...(['create', 'upsert'] as const).map(
		(operation): Refusal => [
			`a spoken text of a silent card of ${operation}`,
			operation,
			{ notify: { closeNotify: true, ...SPOKEN } },
			'Spoken Text has no effect on a card that arrives silently: remove it, or switch Silent off',
		],
	),
	[
		'a spoken text of a silent update',
		'update',
		{ options: { notify: { closeNotify: true, ...SPOKEN }, notifyAgain: true } },
		'Spoken Text has no effect on a card that arrives silently',
	],
	[
		"addresses of a callback, in Feishu's words",
		'chatButtons',
		{ buttons: x },
		'Button 1 multi_url has no effect on a button that sends a callback',
		{ x: [{ action_type: 'webhook', text: { text: 'A' }, multi_url: { url: LINK } }] },
	],
]);

const NOTHING_TO_UPDATE = 'Fields to Update is empty, but an update needs at least one field';

refuses('updates and deletions', [
	['without a business ID', 'update', { bizId: x }, 'Business ID is empty', { x: '' }],
	['with a business ID that is not found', 'update', { bizId: x }, 'Business ID is empty'],
	['to delete without a business ID', 'delete', { bizId: x }, 'Business ID is empty', { x: null }],
	['of nothing', 'update', updated({}), NOTHING_TO_UPDATE],
	[
		'of nothing, with everything off',
		'update',
		{ updateFields: {}, options: { moveToTop: false, notifyAgain: false, displayTimeNow: false } },
		NOTHING_TO_UPDATE,
	],
	[
		'of a notification alone',
		'update',
		{ updateFields: {}, options: { notify: { closeNotify: true } } },
		NOTHING_TO_UPDATE,
	],
	['of an unknown field', 'update', updated({ color: 'red' }), 'Fields to Update'],
	...[undefined, null, ''].map(
		(bizId): Refusal => [
			`that create too, whose business ID an expression does not find: ${JSON.stringify(bizId)}`,
			'upsert',
			{ bizId: x },
			'Business ID is an expression that gives nothing, so no card could be found by it',
			{ x: bizId } as IDataObject,
		],
	),
]);

describe('n8n itself refuses to start what is plainly missing', () => {
	it.each<[string, OperationName, IDataObject, string]>([
		['recipients', 'create', { userIds: '' }, 'Parameter "User IDs" is required.'],
		['recipients of the bot', 'botReminder', { userIds: '' }, 'Parameter "User IDs" is required.'],
		['a link', 'create', { link: '' }, 'Parameter "Link" is required.'],
		['a business ID', 'update', { bizId: '' }, 'Parameter "Business ID" is required.'],
		['a chat', 'chatButtons', chatId('', 'list'), 'Parameter "Chat" is required.'],
		['the text of a button', 'create', button({ text: '' }), 'Parameter "Text" is required.'],
		['a chat ID', 'chatReminder', chatId('全员群'), 'A chat ID begins with oc_'],
	])('%s', async (_, operation, parameters, issue) => {
		await expect(run(operation, parameters)).rejects.toThrow(
			// Older ones leave it to the editor to say what is missing.
			isEngineAtLeast(2, 27) ? issue : 'The workflow has issues and cannot be executed',
		);
		expect(await sandbox.feishu.requests()).toEqual([]);
	});
});

describe('what looks odd but is fine is sent', () => {
	const applink = `https://applink.feishu.cn/client/mini_program/open?appId=${SEEDED_APPS.custom.app_id}`;
	const ofAnotherApp = 'https://applink.feishu.cn/client/web_app/open?appId=cli_other';
	it.each<[string, OperationName, IDataObject, string]>([
		['an applink', 'create', { link: applink }, applink],
		['an applink of a button', 'create', button({ url: ofAnotherApp }), ofAnotherApp],
		['HTTPS in capitals', 'create', { link: 'HTTPS://EXAMPLE.COM/A' }, 'https://EXAMPLE.COM/A'],
		['HTTPS of a button', 'chatButtons', button({ url: 'Https://a.com' }), 'https://a.com'],
		['spaces around a link', 'update', updated({ link: ' https://a.com\n' }), 'https://a.com'],
		['spaces around a URL', 'create', platform('pcUrl', '\u200bhttps://a.com\t'), 'https://a.com'],
		[
			'Chinese',
			'create',
			{ link: 'https://例子.中国/路径?问=答#锚' },
			'https://例子.中国/路径?问=答#锚',
		],
		[
			'a port',
			'create',
			{ link: 'https://a:b@example.com:8443/' },
			'https://a:b@example.com:8443/',
		],
		['a title of spaces', 'create', { title: '   ' }, '   '],
		['a title with a line break', 'create', { title: 'a\nb' }, 'a\nb'],
		['two buttons', 'create', twoButtons({ text: 'B', url: LINK }), 'B'],
		['a business ID in Chinese', 'delete', { bizId: '订单/42?#' }, '订单/42?#'],
		['an odd user ID', 'create', { userIdType: 'user_id', userIds: 'li.lei-9_x' }, 'li.lei-9_x'],
	])('%s', async (_, operation, parameters, value) => {
		await expectSent(operation, parameters, value);
	});
});

describe('an operation that there is not is refused', () => {
	it.each<[string, IDataObject]>([
		['operation', { resource: 'appFeedCard', operation: 'archive' }],
		['operation of this resource', { resource: 'botChat', operation: 'delete' }],
		['resource', { resource: 'message', operation: 'create' }],
	])('%s', async (_, parameters) => {
		const { error } = await sandbox.run({ userIds: 'ou_a', link: LINK, ...parameters });
		// Older ones do not get as far as our own words.
		expect(error?.message).toMatch(
			isEngineAtLeast(2, 27) ? /operation/ : /operation|Could not get parameter/,
		);
		expect(await sandbox.feishu.requests()).toEqual([]);
	});
});
