import type { Operation } from '../../nodes/FeishuFeed/Operation';
import { resources } from '../../nodes/FeishuFeed/resources';
import {
	CREATE_APP_FEED_CARD,
	GET_USER_IDS,
	LIST_CHATS,
	LIST_CHAT_MEMBERS,
	LIST_DEPARTMENT_CHILDREN,
	LIST_DEPARTMENT_USERS,
	SEARCH_CHATS,
	SEARCH_CHATS_V2,
	UPLOAD_IMAGE,
} from '../../nodes/shared/api/endpoints';
import type {
	AddressEndpoint,
	FeedEndpoint,
	ListEndpoint,
	RateLimit,
	UploadEndpoint,
} from '../../nodes/shared/api/endpoints';
import { CARD_LIMITS } from '../../nodes/shared/validation/cardFields';
import { IMAGE_KINDS, IMAGE_LIMITS } from '../../nodes/shared/validation/images';
import { code, table } from './markdown';

/** The languages of the documentation. */
export type Language = 'en' | 'zh-CN';

type Words = (typeof WORDS)[Language];

/** The ways to say who is to be reached that need look-ups, with what they call. */
const LOOK_UPS: ReadonlyArray<{
	name: (words: Words) => string;
	endpoints: Array<ListEndpoint | AddressEndpoint>;
}> = [
	{ name: ({ byAddress }) => byAddress, endpoints: [GET_USER_IDS] },
	{ name: ({ ofChat }) => ofChat, endpoints: [LIST_CHAT_MEMBERS] },
	{
		name: ({ ofDepartment }) => ofDepartment,
		endpoints: [LIST_DEPARTMENT_USERS, LIST_DEPARTMENT_CHILDREN],
	},
];

/** What each limit of a card is about, as the form calls it. */
const LIMITED: Record<
	keyof typeof CARD_LIMITS,
	{ name: string; counts: 'characters' | 'bytes' | 'entries' }
> = {
	title: { name: 'Title', counts: 'characters' },
	preview: { name: 'Preview', counts: 'characters' },
	link: { name: 'Link, Buttons › URL', counts: 'bytes' },
	statusLabelText: { name: 'Status Label › Text', counts: 'characters' },
	buttons: { name: 'Buttons', counts: 'entries' },
	buttonText: { name: 'Buttons › Text', counts: 'characters' },
	customSoundText: { name: 'Notification › Spoken Text', counts: 'characters' },
	avatarKey: { name: 'Avatar Key', counts: 'characters' },
	bizId: { name: 'Business ID', counts: 'characters' },
};

const MEGABYTE = 1024 * 1024;

const WORDS = {
	en: {
		field: 'Field',
		atMost: 'At most',
		counted: { characters: 'characters', bytes: 'bytes in UTF-8', entries: 'buttons' },
		operation: 'Operation',
		call: 'Call',
		recipients: 'Recipients in one call',
		rate: 'Calls, for each app and company',
		scopes: 'Scope (any one)',
		pickers: {
			chats: 'Chat picker: From List',
			departments: 'Department picker: From List',
			membersOfChat: 'People picker: members of a chat',
			membersOfDepartment: 'People picker: members of a department',
		},
		byAddress: 'Recipients: E-Mails, Mobile Numbers or IDs',
		ofChat: 'Recipients: Members of a Chat',
		ofDepartment: 'Recipients: Members of a Department',
		avatarFromPicture: 'Avatar from a picture',
		rateOf: ({ calls, seconds }: RateLimit) =>
			seconds === 1
				? `${calls} a second`
				: seconds === 60
					? `${calls} a minute`
					: `${calls} in ${seconds} seconds`,
		picture: 'Picture',
		kinds: (names: string) => ` (${names})`,
		listed: ', ',
		and: ' and ',
		or: ' or ',
	},
	'zh-CN': {
		field: '字段',
		atMost: '上限',
		counted: { characters: '个字符', bytes: '字节（UTF-8）', entries: '个按钮' },
		operation: '操作',
		call: '接口',
		recipients: '单次调用的接收人数',
		rate: '调用频率（按应用、按企业计）',
		scopes: '权限（任一即可）',
		pickers: {
			chats: '群列表：From List',
			departments: '部门列表：From List',
			membersOfChat: '人员列表：群成员',
			membersOfDepartment: '人员列表：部门成员',
		},
		byAddress: '接收人：E-Mails, Mobile Numbers or IDs（邮箱、手机号或 ID）',
		ofChat: '接收人：Members of a Chat（群成员）',
		ofDepartment: '接收人：Members of a Department（部门成员）',
		avatarFromPicture: '用图片作头像',
		rateOf: ({ calls, seconds }: RateLimit) =>
			seconds === 1
				? `每秒 ${calls} 次`
				: seconds === 60
					? `每分钟 ${calls} 次`
					: `每 ${seconds} 秒 ${calls} 次`,
		picture: '图片',
		kinds: (names: string) => `（${names}）`,
		listed: '、',
		and: '，且',
		or: ' 或 ',
	},
};

/** The limits of a card's fields. */
export function cardLimits(language: Language): string {
	const words = WORDS[language];
	const rows = Object.entries(LIMITED).map(([limit, { name, counts }]) => [
		name,
		`${CARD_LIMITS[limit as keyof typeof CARD_LIMITS]} ${words.counted[counts]}`,
	]);
	const kinds = IMAGE_KINDS.map(({ name }) => name).join(words.listed);
	const picture = [words.picture, `${IMAGE_LIMITS.bytes / MEGABYTE} MB${words.kinds(kinds)}`];
	return table([words.field, words.atMost], [...rows, picture]);
}

/** Which calls an operation makes, how many recipients each takes, and how often it may be made. */
export function callLimits(language: Language): string {
	const words = WORDS[language];
	const callers = [
		...operationNames().map(({ name, operation }) => ({ name, endpoints: endpointsOf(operation) })),
		...LOOK_UPS.map(({ name, endpoints }) => ({ name: name(words), endpoints })),
	];
	const rows = callers.flatMap(({ name, endpoints }) =>
		endpoints.map((endpoint) => {
			return [
				name,
				code(`${endpoint.method ?? 'GET'} ${endpoint.path.replace('/open-apis', '')}`),
				'batchSize' in endpoint ? String(endpoint.batchSize) : '–',
				endpoint.rateLimits.map(words.rateOf).join(words.and),
			];
		}),
	);
	return table([words.operation, words.call, words.recipients, words.rate], rows);
}

/** The scopes that each operation needs. */
export function scopes(language: Language): string {
	const words = WORDS[language];
	const rows = [
		...operationNames().map(({ name, operation }) => ({
			name,
			needed: endpointsOf(operation).map((endpoint) => endpoint.scopes),
		})),
		{ name: words.avatarFromPicture, needed: [UPLOAD_IMAGE.scopes] },
		...LOOK_UPS.map(({ name, endpoints }) => ({
			name: name(words),
			needed: endpoints.map((endpoint) => endpoint.scopes),
		})),
		...Object.entries(PICKERS).map(([picker, endpoints]) => ({
			name: words.pickers[picker as keyof typeof PICKERS],
			needed: endpoints.flatMap(scopesOf),
		})),
	].map(({ name, needed }) => {
		const alternatives = new Set(needed.map((all) => all.map(code).join(words.or)));
		return [name, [...alternatives].join(words.and)];
	});
	return table([words.operation, words.scopes], rows);
}

/** A scope for each call of every operation, the narrowest that suffices: what the developer console imports. */
export function allScopes(): string[] {
	const ofOperations = operationNames().flatMap(({ operation }) => endpointsOf(operation));
	const ofLookUps = LOOK_UPS.flatMap((way) => way.endpoints);
	const ofPickers = Object.values(PICKERS).flat();
	return [
		...new Set([
			...[...ofOperations, ...ofLookUps].flatMap(({ scopes: [scope] }) => scope ?? []),
			...ofPickers.flatMap(scopesOf).flat(),
		]),
	];
}

/** What the editor's lists call. */
const PICKERS = {
	chats: [LIST_CHATS, SEARCH_CHATS, SEARCH_CHATS_V2],
	departments: [LIST_DEPARTMENT_CHILDREN],
	membersOfChat: [LIST_CHAT_MEMBERS],
	membersOfDepartment: [LIST_DEPARTMENT_USERS],
} satisfies Record<string, ListEndpoint[]>;

/** The scopes of which any one suffices, and the one for names. */
function scopesOf({ scopes: anyOf, nameScope }: ListEndpoint): string[][] {
	return nameScope === undefined ? [anyOf] : [anyOf, [nameScope]];
}

function operationNames(): Array<{ name: string; operation: Operation }> {
	return resources.flatMap(({ option, operations }) =>
		operations.map((operation) => ({
			name: `${option.name}: ${operation.option.name}`,
			operation,
		})),
	);
}

function endpointsOf(
	operation: Operation,
): Array<FeedEndpoint | ListEndpoint | AddressEndpoint | UploadEndpoint> {
	switch (operation.kind) {
		case 'send': {
			const { endpoint, fallback } = operation;
			return fallback?.when === 'always' ? [endpoint, fallback.endpoint] : [endpoint];
		}
		case 'sendAndWait':
			return [CREATE_APP_FEED_CARD];
		case 'lookUp':
			return operation.endpoints;
	}
}
