import { NodeOperationError } from 'n8n-workflow';
import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { sentenceOf } from '../../shared/api/failures';
import { LIST_CHATS, SEARCH_CHATS } from '../../shared/api/endpoints';
import { FeishuClient } from '../../shared/api/FeishuClient';

/**
 * The chats that the bot is a member of, a page at a time, all or those whose name fits the filter.
 * Feishu: im-v1/chat/list, im-v1/chat/search. Needs the scope im:chat:readonly.
 *
 * @throws {NodeOperationError} when Feishu refuses, naming the scope to open if that is why
 */
export async function searchChats(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const { path, pageSize, scopes } = filter ? SEARCH_CHATS : LIST_CHATS;
	const client = await FeishuClient.open(this);
	const answer = await client.call({
		method: 'GET',
		path,
		query: {
			page_size: pageSize,
			...(filter && { query: filter }),
			...(paginationToken && { page_token: paginationToken }),
		},
		scopes,
	});
	if (answer.failure) {
		throw new NodeOperationError(
			this.getNode(),
			`Could not list the chats: ${sentenceOf(answer.failure)}`,
		);
	}
	const { items, has_more: hasMore, page_token: nextPage } = answer.data as ChatPage;
	return {
		results: (items ?? []).map(({ chat_id: value, name }) => ({ name: name || value, value })),
		paginationToken: hasMore ? nextPage : undefined,
	};
}

interface ChatPage {
	items?: Array<{ chat_id: string; name?: string }>;
	has_more?: boolean;
	page_token?: string;
}
