import { FeishuError, success, TOKEN_ERRORS } from '../answers';
import type { Group, UserIdType } from '../company/company';
import { check, compile } from '../validation';
import type { TenantCall, TenantOperation } from './operation';
import { pageOf, type Paging } from './paging';
import { findRecipients, userIdTypeOf } from './recipients';

const SCOPES = ['im:chat:readonly', 'im:chat', 'im:chat:read', 'im:chat.group_info:readonly'];
const MEMBER_SCOPES = [
	'im:chat:readonly',
	'im:chat',
	'im:chat.members:read',
	'im:chat.group_info:readonly',
];
const LIMIT = { perSecond: 50, perMinute: 1000 };
const PAGING: Paging = { usual: 20, most: 100, badSize: badRequest, badToken: badRequest };

const listQuery = compile<{ sort_type?: 'ByCreateTimeAsc' | 'ByActiveTimeDesc' }>({
	type: 'object',
	properties: { sort_type: { type: 'string', enum: ['ByCreateTimeAsc', 'ByActiveTimeDesc'] } },
});
const searchQuery = compile<{ query?: string }>({
	type: 'object',
	properties: { query: { type: 'string', maxLength: 64 } },
});

const searchV2Body = compile<{
	query?: string;
	filter?: {
		search_types?: string[];
		member_ids?: string[];
		is_manager?: boolean;
		disable_search_by_user?: boolean;
		chat_modes?: string[];
	};
	sorter?: 'create_time_desc' | 'update_time_desc' | 'member_count_desc';
}>({
	type: 'object',
	properties: {
		query: { type: 'string', maxLength: 64 },
		filter: {
			type: 'object',
			properties: {
				search_types: listOf(['private', 'external', 'public_joined', 'public_not_joined']),
				member_ids: { type: 'array', maxItems: 50, items: { type: 'string' } },
				is_manager: { type: 'boolean' },
				disable_search_by_user: { type: 'boolean' },
				chat_modes: listOf(['default', 'thread']),
			},
		},
		sorter: {
			type: 'string',
			enum: ['create_time_desc', 'update_time_desc', 'member_count_desc'],
		},
	},
});

/** Feishu reference: "Obtain groups where the user or bot is a member". */
export const listChats: TenantOperation = {
	name: 'chat.list',
	method: 'GET',
	path: '/open-apis/im/v1/chats',
	scopes: SCOPES,
	limit: LIMIT,
	perform(call) {
		const { sort_type = 'ByCreateTimeAsc' } = check(listQuery, call.query, badRequest);
		const groups = groupsWithBot(call);
		if (sort_type === 'ByActiveTimeDesc') groups.sort((a, b) => a.age - b.age);
		return chatPage(call, `chats/${sort_type}`, groups);
	},
};

/** Feishu reference: "Search for groups visible to a user or bot". An empty query finds nothing. */
export const searchChats: TenantOperation = {
	name: 'chat.search',
	method: 'GET',
	path: '/open-apis/im/v1/chats/search',
	scopes: SCOPES,
	limit: LIMIT,
	perform(call) {
		const query = (check(searchQuery, call.query, badRequest).query ?? '').toLowerCase();
		const found = groupsWithBot(call).filter(
			(group) => query !== '' && group.name.toLowerCase().includes(query),
		);
		return chatPage(call, `search/${query}`, found);
	},
};

/**
 * The official SDK's types: "search for groups", the advanced form of `searchChats` that it recommends.
 * Limits as Feishu's own CLI keeps them. An app sees the groups that its bot is in.
 */
export const searchChatsV2: TenantOperation = {
	name: 'chat.searchV2',
	method: 'POST',
	path: '/open-apis/im/v2/chats/search',
	// Feishu's own CLI asks for this one; nothing public says that another is enough.
	scopes: ['im:chat:read'],
	limit: LIMIT,
	perform(call) {
		const { chatSearchV2 } = call.sandbox.settings;
		if (chatSearchV2 === 'unsupported') throw new FeishuError(404, 404, '404 page not found');
		if (chatSearchV2 === 'forbidden') throw TOKEN_ERRORS.user();
		const type = userIdTypeOf(call, 'user_id_type', badRequest);
		const { query = '', filter = {}, sorter } = check(searchV2Body, call.body, badRequest);
		const {
			member_ids = [],
			search_types,
			chat_modes,
			is_manager,
			disable_search_by_user,
		} = filter;
		if (query === '' && member_ids.length === 0) {
			throw badRequest('One of query and filter.member_ids is required.');
		}
		const words = query.toLowerCase();
		const members = findRecipients(call, type, 'filter.member_ids', member_ids, badRequest);
		const found = groupsWithBot(call).filter(
			(group) =>
				(group.name.toLowerCase().includes(words) ||
					(!disable_search_by_user &&
						[...group.members].some(({ name }) => name.includes(words)))) &&
				members.every((member) => member !== undefined && group.members.has(member)) &&
				// Every group here is a private one without threads, and a person manages it, not the bot.
				(search_types === undefined || search_types.includes('private')) &&
				(chat_modes === undefined || chat_modes.includes('default')) &&
				!is_manager,
		);
		if (sorter === 'member_count_desc') found.sort((a, b) => b.members.size - a.members.size);
		if (sorter === 'update_time_desc') found.sort((a, b) => a.age - b.age);
		if (sorter === 'create_time_desc') found.reverse();
		const list = `search v2/${JSON.stringify([query, filter, sorter])}`;
		const page = pageOf(call, list, found, PAGING);
		return success({
			...page,
			items: page.items.map((group) => ({
				id: group.chat_id,
				display_info: group.name,
				meta_data: { ...listedChat(call, type, group), chat_mode: 'group' },
			})),
			total: found.length,
		});
	},
};

/** Feishu reference: "Obtain group member list". Bots are not in it. */
export const listChatMembers: TenantOperation = {
	name: 'chatMembers.get',
	method: 'GET',
	path: '/open-apis/im/v1/chats/:chat_id/members',
	scopes: MEMBER_SCOPES,
	limit: LIMIT,
	perform(call) {
		const type = userIdTypeOf(call, 'member_id_type', badRequest);
		const { chat_id } = call.params as { chat_id: string };
		const group = call.company.groups.get(chat_id);
		if (!group) {
			throw new FeishuError(400, 232006, 'Your request specifies a chat_id which is invalid.');
		}
		if (!group.bots.has(call.app.app_id)) {
			throw new FeishuError(400, 232011, 'Operator can NOT be out of the chat.');
		}
		const page = pageOf(call, `members/${chat_id}`, [...group.members], PAGING);
		return success({
			...page,
			items: page.items.map((person) => ({
				member_id_type: type,
				member_id: person[type],
				name: person.name,
				tenant_key: person.tenant_key,
			})),
			member_total: group.members.size,
		});
	},
};

function badRequest(description: string): FeishuError {
	return new FeishuError(
		400,
		232001,
		`Your request contains an invalid request parameter. ${description}`,
	);
}

function listOf(values: readonly string[]) {
	return { type: 'array', items: { type: 'string', enum: [...values] } };
}

function groupsWithBot(call: TenantCall): Group[] {
	return [...call.company.groups.values()].filter((group) => group.bots.has(call.app.app_id));
}

function chatPage(call: TenantCall, list: string, groups: Group[]) {
	const type = userIdTypeOf(call, 'user_id_type', badRequest);
	const page = pageOf(call, list, groups, PAGING);
	return success({
		...page,
		items: page.items.map((group) => listedChat(call, type, group)),
	});
}

function listedChat({ company }: TenantCall, type: UserIdType, group: Group) {
	return {
		chat_id: group.chat_id,
		avatar: '',
		name: group.name,
		description: group.description,
		owner_id: group.owner[type],
		owner_id_type: type,
		external: false,
		tenant_key: company.tenant_key,
		chat_status: 'normal',
	};
}
