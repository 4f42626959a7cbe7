import type { IDataObject } from 'n8n-workflow';

import type { Person } from '../../sandbox/feishu/src/client';
import { CARD, VALID, withRefusals, x } from '../helpers/execution/refusal';
import type { OperationName, Refusal } from '../helpers/execution/refusal';

const { sandbox, refuses } = withRefusals();

type UserIdType = 'open_id' | 'union_id' | 'user_id';

/** How recipients are handed in; the people are reached by the kind of ID that is named. */
type Way = [name: string, userIdType: UserIdType, hand: (people: Person[]) => unknown];

const lists = (userIdType: UserIdType): Way[] => {
	const ids = (people: Person[]) => people.map((person) => person[userIdType]);
	const separated = (separator: string) => (people: Person[]) => ids(people).join(separator);
	const ways: Array<[name: string, hand: Way[2]]> = [
		['tabs', separated('\t')],
		['bars', separated(' | ')],
		['full-width bars', separated('｜')],
		['tabs and line breaks, as from a sheet', (people) => ids(people).join('\t\r\n')],
		['zero-width spaces at the ends', (people) => ids(people).map((id) => `\u200b${id}\u200b`)],
		['a byte order mark', (people) => `\ufeff${ids(people).join('\n')}`],
		['no-break spaces', (people) => ids(people).join('\u00a0,\u00a0')],
		['ideographic spaces', (people) => ids(people).join('，\u3000')],
		['soft hyphens and direction marks', (people) => ids(people).join('\u00ad,\u200e')],
		['a list as JSON', (people) => JSON.stringify(ids(people))],
		['a list as indented JSON', (people) => ` ${JSON.stringify(ids(people), null, 2)}\n`],
		[
			'objects as JSON',
			(people) => JSON.stringify(people.map((one) => ({ [userIdType]: one[userIdType] }))),
		],
		[
			'objects with that ID alone',
			(people) => people.map((one) => ({ [userIdType]: one[userIdType] })),
		],
		['people with all their IDs', (people) => people],
		[
			'lists of lists of objects',
			(people) => people.map((one) => [[{ [userIdType]: one[userIdType] }]]),
		],
		['IDs and objects mixed', ([first, ...others]) => [first[userIdType], ...others]],
		[
			'operators of events',
			(people) => people.map(({ open_id, union_id, user_id }) => ({ open_id, union_id, user_id })),
		],
		[
			'events',
			(people) =>
				people.map(({ open_id, union_id, user_id }) => ({
					event_id: 'e',
					operator: { open_id, union_id, user_id, tenant_key: 't' },
				})),
		],
		[
			'operators whose IDs stand a level deeper',
			(people) =>
				people.map(({ open_id, union_id, user_id }) => ({
					operator: { operator_id: { open_id, union_id, user_id } },
				})),
		],
		[
			'members of a chat',
			(people) =>
				people.map((one) => ({
					member_id_type: userIdType,
					member_id: one[userIdType],
					name: 'A',
				})),
		],
		[
			'failures of the node',
			(people) => ids(people).map((user_id) => ({ user_id, reason: 'x', code: '0' })),
		],
		[
			'spaces around the ID in an object',
			(people) => ids(people).map((id) => ({ [userIdType]: ` ${id}\ufeff` })),
		],
	];
	return ways.map(([name, hand]): Way => [name, userIdType, hand]);
};

const TAKEN: Way[] = [
	...lists('open_id'),
	...lists('union_id'),
	...lists('user_id'),
	['spaces', 'open_id', (people) => people.map(({ open_id }) => open_id).join(' ')],
	['spaces', 'union_id', (people) => people.map(({ union_id }) => union_id).join('  ')],
	[
		'responses of Send and Wait',
		'open_id',
		(people) =>
			people.map(({ open_id }) => ({ value: 'approve', text: 'OK', operator: { open_id } })),
	],
	[
		'user_id that is an object',
		'union_id',
		(people) => people.map(({ open_id, union_id }) => ({ user_id: { open_id, union_id } })),
	],
];

describe('recipients are taken from', () => {
	it.each(TAKEN)('%s, by %s', async (_, userIdType, hand) => {
		const people = sandbox.people.slice(0, 3);
		const [output] = await sandbox.output(
			{ ...VALID.create, userIdType, userIds: x },
			{ items: [{ x: hand(people) } as IDataObject] },
		);
		const ids = people.map((person) => person[userIdType]);
		expect(await sandbox.calls()).toMatchObject([
			{ query: { user_id_type: userIdType }, body: { user_ids: ids } },
		]);
		expect(output.succeeded).toEqual(ids);
	});

	it.each<[string, unknown, string[]]>([
		['a number', 10001, ['10001']],
		['zero', 0, ['0']],
		['the largest exact number', Number.MAX_SAFE_INTEGER, ['9007199254740991']],
		['numbers and text', [1, '2', { user_id: 3 }], ['1', '2', '3']],
		['numbers as JSON', '[1, 2]', ['1', '2']],
	])('user IDs that are numbers: %s', async (_, value, userIds) => {
		await sandbox.run(
			{ ...VALID.create, userIdType: 'user_id', userIds: x },
			{ items: [{ x: value } as IDataObject] },
		);
		expect(await sandbox.calls()).toMatchObject([{ body: { user_ids: userIds } }]);
	});
});

const refused = (
	userIdType: UserIdType,
	cases: Array<[name: string, value: unknown, message: string]>,
) =>
	cases.map(
		([name, value, message]): Refusal => [
			`${name}, as ${userIdType}`,
			'create',
			{ userIdType, userIds: x },
			`User IDs ${message}`,
			{ x: value } as IDataObject,
		],
	);

refuses('recipients that are nobody', [
	...refused('open_id', [
		['digits', '10001', 'has "10001", which is a user_id, but User ID Type is open_id'],
		['a mobile number', '+8613800000000', 'has "+8613800000000", which is a mobile num'],
		['a name', '李雷', 'has "李雷", which is not a valid ID'],
		[
			'an ID in quotes',
			"'ou_a','ou_b'",
			'has "\'ou_a\'", which is not a valid ID: separate IDs by',
		],
		['an ID in an address', 'https://a.cn/ou_a', 'has "https://a.cn/ou_a", which is not a valid'],
		['text of an object', '[object Object]', 'has "[object Object]": let the field hold the expre'],
		['undefined as text', 'ou_a,undefined', 'has the word undefined, which an expression leaves'],
		['null as text', 'null', 'has the word null, which an expression leaves'],
		['JSON with a number', '[10001]', 'must be a list of IDs, but one is the number 10001'],
		[
			'only another kind',
			[{ union_id: 'on_a' }],
			'must be a list of IDs, but one is an object without open_id: choose union_id as User ID Type',
		],
		[
			'an empty ID beside another kind',
			[{ open_id: '', user_id: 'a' }],
			'must be a list of IDs, but one is an object without open_id: choose user_id as User ID Type',
		],
		[
			'a member of another kind',
			[{ member_id: 'on_a', member_id_type: 'union_id' }],
			'must be a list of IDs, but one is an object without open_id: choose union_id',
		],
		[
			'an e-mail address',
			[{ email: 'a@b.cn', name: 'A' }],
			'must be a list of IDs, but one is an object without open_id: an e-mail address or mobile num',
		],
		[
			'an output of the node',
			{ biz_id: 'b', succeeded: ['ou_a'], failed: [] },
			'must be a list of IDs, but one is an object without open_id: give one of its lists, such as',
		],
		[
			'an object of something else',
			[{ id: 'ou_a' }],
			'must be a list of IDs, but one is an object without open_id: give the ID itself, or an object',
		],
		[
			'two IDs in one object',
			[{ open_id: 'ou_a,ou_b' }],
			'has "ou_a,ou_b", which is not a valid ID',
		],
		['another kind in its place', [{ open_id: 'on_a' }], 'has "on_a", which is a union_id'],
	]),
	...refused('user_id', [
		[
			'a number that is not exact',
			[2 ** 53],
			'has the number 9007199254740992, which is too large to be exact: give the ID as text',
		],
		['such a number as JSON', '[12345678901234567890]', 'has the number 1234567890123456'],
		['such a number in an object', [{ user_id: 2 ** 60 }], 'has the number 1152921504606847'],
		['a fraction', 1.5, 'has the number 1.5, which is not a valid ID'],
		['a negative number', -1, 'has the number -1, which is not a valid ID'],
		[
			'an operator without it',
			{ open_id: 'ou_a' },
			'must be a list of IDs, but one is an object wi',
		],
		['a failure of the node', [{ user_id: 'ou_a' }], 'has "ou_a", which is an open_id'],
	]),
]);

/** A text field of a form, and the text that arrives for a value. */
type TextField = [
	name: string,
	operation: OperationName,
	parameters: IDataObject,
	at: (text: string) => object,
];

const button = (change: IDataObject) => ({
	buttons: { button: [{ text: 'Take', actionType: 'webhook', ...change }] },
});
const TEXT_FIELDS: TextField[] = [
	['title', 'create', { title: x }, (title) => ({ app_feed_card: { title } })],
	['preview', 'upsert', { preview: x }, (preview) => ({ app_feed_card: { preview } })],
	['avatar key', 'create', { avatarKey: x }, (avatar_key) => ({ app_feed_card: { avatar_key } })],
	['business ID', 'create', { bizId: x }, (biz_id) => ({ app_feed_card: { biz_id } })],
	[
		'business ID to update',
		'update',
		{ bizId: x },
		(biz_id) => ({ feed_cards: [{ app_feed_card: { biz_id } }] }),
	],
	['business ID to delete', 'delete', { bizId: x }, (biz_id) => ({ feed_cards: [{ biz_id }] })],
	[
		'label',
		'create',
		{ statusLabel: { label: { text: x, type: 'danger' } } },
		(text) => ({ app_feed_card: { status_label: { text } } }),
	],
	[
		'button',
		'create',
		button({ text: x }),
		(text) => ({ app_feed_card: { buttons: { buttons: [{ text: { text } }] } } }),
	],
	[
		'button of a chat',
		'chatButtons',
		button({ text: x }),
		(text) => ({ buttons: { buttons: [{ text: { text } }] } }),
	],
	[
		'name of an action value',
		'create',
		button({ actionValues: { value: [{ name: x, value: 'a' }] } }),
		(name) => ({ app_feed_card: { buttons: { buttons: [{ action_map: { [name]: 'a' } }] } } }),
	],
	[
		'spoken text',
		'create',
		{ notify: { customSoundText: x } },
		(text) => ({ app_feed_card: { notify: { custom_sound_text: text, with_custom_sound: true } } }),
	],
	[
		'new title',
		'update',
		{ updateFields: { title: x } },
		(title) => ({ feed_cards: [{ app_feed_card: { title } }] }),
	],
	[
		'new label',
		'update',
		{ updateFields: { statusLabel: { label: { text: x } } } },
		(text) => ({ feed_cards: [{ app_feed_card: { status_label: { text } } }] }),
	],
	[
		'new spoken text',
		'update',
		{ options: { notifyAgain: true, notify: { customSoundText: x } } },
		(text) => ({ feed_cards: [{ app_feed_card: { notify: { custom_sound_text: text } } }] }),
	],
];
const VALUES: Array<[value: unknown, text: string]> = [
	[42, '42'],
	[0, '0'],
	[-1.5, '-1.5'],
	[true, 'true'],
	[false, 'false'],
];

describe('what is no text becomes text, as in the nodes of n8n', () => {
	it.each(
		TEXT_FIELDS.flatMap(([name, ...field]) =>
			VALUES.map(([value, text]) => [name, value, text, ...field] as const),
		),
	)('%s: %j', async (_, value, text, operation, parameters, at) => {
		await sandbox.run(
			{ ...VALID[operation], ...parameters },
			{ items: [{ to: sandbox.people[0].open_id, x: value } as IDataObject] },
		);
		expect(await sandbox.calls()).toMatchObject([{ body: at(text) }]);
	});
});

refuses('numbers where they are no text', [
	[
		'a business ID that is not exact',
		'create',
		{ bizId: x },
		'Business ID has the number 12345678901234567000, which is too large to be exact',
		{ x: 12345678901234567000 },
	],
	[
		'a business ID in JSON',
		'json',
		{},
		'Card (JSON) biz_id must be text, but is the number 5',
		{ card: { ...CARD, biz_id: 5 } },
	],
	[
		'a title in JSON',
		'json',
		{},
		'Card (JSON) title must be text, but is the number 5',
		{ card: { ...CARD, title: 5 } },
	],
	[
		'a link',
		'update',
		{ updateFields: { link: x } },
		'Link must be text, but is the number 5',
		{ x: 5 },
	],
	[
		'a URL',
		'create',
		{ buttons: { button: [{ text: 'A', url: x }] } },
		'Button 1 URL must be text',
		{ x: true },
	],
]);
