import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { LIST_CHATS, SEARCH_CHATS, SEARCH_CHATS_V2 } from '../../shared/api/endpoints';
import { SCOPE_MISSING } from '../../shared/api/errorCodes';
import type { Failure } from '../../shared/api/failures';
import { openClient } from '../../shared/api/openClient';
import { asObject, firstText } from '../../shared/primitives/json';
import { listPage, pageOrError } from './listPage';
import type { ListRequest, Row } from './listPage';

/**
 * The chats that the bot is a member of, a page at a time, all or those that fit the filter.
 * Feishu: im-v1/chat/list; im-v2/chat/search, or im-v1/chat/search where that is not to be had.
 * Needs the scope im:chat:readonly; im-v2 takes im:chat:read.
 *
 * @throws {NodeOperationError} when Feishu refuses, naming the scope to open if that is why
 */
export async function searchChats(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const client = await openClient(this);
	const words = searchWords(filter);
	if (words === '') {
		return pageOrError(this, 'the chats', await listPage(client, ALL, paginationToken));
	}
	const isOlder = paginationToken?.startsWith(OLDER) ?? false;
	if (!isOlder) {
		const listed = await listPage(client, newerSearch(words), paginationToken);
		// Further pages come from where the first came from.
		if (paginationToken || !listed.failure || !isEndpointRefused(listed.failure)) {
			return pageOrError(this, 'the chats', listed);
		}
	}
	const token = paginationToken?.slice(OLDER.length);
	const page = pageOrError(this, 'the chats', await listPage(client, olderSearch(words), token));
	return { ...page, paginationToken: page.paginationToken && OLDER + page.paginationToken };
}

/** Before the page tokens of the older search, which are no use to the newer one. */
const OLDER = 'v1:';
/** The most characters that Feishu searches for. Feishu: im-v1/chat/search and im-v2/chat/search, `query`. */
const SEARCH_LENGTH = 64;

function searchWords(filter = ''): string {
	return Array.from(filter.trim()).slice(0, SEARCH_LENGTH).join('');
}

const ALL: ListRequest = { endpoint: LIST_CHATS, rowsOf: (chats) => chats.flatMap(rowOf) };

function olderSearch(query: string): ListRequest {
	return { ...ALL, endpoint: SEARCH_CHATS, query: { query } };
}

/**
 * Without it the search finds public groups too that the bot is not in, where it may do nothing, and groups that have
 * a member of the name, before those of the name.
 */
const GROUPS_OF_THE_BOT = {
	search_types: ['private', 'external', 'public_joined'],
	disable_search_by_user: true,
};

function newerSearch(query: string): ListRequest {
	return {
		endpoint: SEARCH_CHATS_V2,
		body: { query, filter: GROUPS_OF_THE_BOT },
		rowsOf: (found) =>
			found.flatMap(({ id, meta_data: chat }) => rowOf({ chat_id: id, ...asObject(chat) })),
	};
}

function rowOf({ chat_id, name, chat_status: status }: Record<string, unknown>): Row[] {
	const value = firstText(chat_id);
	if (value === undefined || /^dissolved/.test(firstText(status) ?? '')) return [];
	return [{ name: firstText(name) ?? value, value }];
}

/**
 * True when it is the newer search that Feishu refuses: its scope is not open, or the region, the tenant or the kind
 * of token does not have it. Not when every call would fail alike, or when the same call may pass a little later.
 */
function isEndpointRefused({ kind, code }: Failure): boolean {
	if (kind === 'appRefused') return code === SCOPE_MISSING;
	return kind === 'refused' || kind === 'invalidIds' || kind === 'token';
}
