import { FeishuError, success } from '../answers';
import type { Group } from '../company/company';
import { check, compile } from '../validation';
import type { TenantCall, TenantOperation } from './operation';
import { pageOf, type Paging } from './paging';
import { userIdTypeOf } from './recipients';

const SCOPES = ['im:chat:readonly'];
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

/** Feishu reference: "Obtain group member list". Bots are not in it. */
export const listChatMembers: TenantOperation = {
	name: 'chatMembers.get',
	method: 'GET',
	path: '/open-apis/im/v1/chats/:chat_id/members',
	scopes: SCOPES,
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

function groupsWithBot(call: TenantCall): Group[] {
	return [...call.company.groups.values()].filter((group) => group.bots.has(call.app.app_id));
}

function chatPage(call: TenantCall, list: string, groups: Group[]) {
	const type = userIdTypeOf(call, 'user_id_type', badRequest);
	const page = pageOf(call, list, groups, PAGING);
	return success({
		...page,
		items: page.items.map((group) => ({
			chat_id: group.chat_id,
			avatar: '',
			name: group.name,
			description: group.description,
			owner_id: group.owner[type],
			owner_id_type: type,
			external: false,
			tenant_key: call.company.tenant_key,
			chat_status: 'normal',
		})),
	});
}
