import { NodeOperationError } from 'n8n-workflow';
import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { fillPath } from '../../shared/api/endpoints';
import type { ListEndpoint } from '../../shared/api/endpoints';
import { missingScopeAdvice } from '../../shared/api/errorCodes';
import { sentenceOf } from '../../shared/api/failures';
import type { Failure } from '../../shared/api/failures';
import type { FeishuClient } from '../../shared/api/FeishuClient';
import { asObject, asText } from '../../shared/primitives/json';
import { isEmpty } from '../../shared/validation/formValues';

/** One thing to choose, with its ID as the value. */
export interface Row {
	name: string;
	value: string;
}

/** What a list asks Feishu for. */
export interface ListRequest {
	endpoint: ListEndpoint;
	/** What stands for each `:name` in the path. */
	pathParameters?: Record<string, string>;
	/** Besides the page. */
	query?: Record<string, string>;
	body?: object;
	/** Makes the rows that are wanted of the entries of a page. */
	rowsOf: (entries: Array<Record<string, unknown>>) => Row[];
}

/** One page of a list, or why there is none. */
export type ListPage = { page: INodeListSearchResult; failure?: undefined } | { failure: Failure };

/**
 * More rows than the editor's list shows at once. It asks for the next page when somebody scrolls to the end, so what
 * a search found must be longer than the list, or be all.
 */
const ENOUGH_TO_SCROLL = 20;

/**
 * Gets one page of a list, as the editor shows it. Where Feishu cannot filter, its pages may hold little or nothing
 * that is wanted: then this goes on until the editor's list is full.
 *
 * @param pageToken of the page before; the first page without it
 */
export async function listPage(
	client: FeishuClient,
	{ endpoint, pathParameters = {}, query, body, rowsOf }: ListRequest,
	pageToken = '',
): Promise<ListPage> {
	const { method = 'GET', pageSize, scopes, nameScope } = endpoint;
	const path = fillPath(endpoint.path, pathParameters);
	const results: Row[] = [];
	for (let token = pageToken; ; ) {
		const response = await client.call({
			method,
			path,
			query: { page_size: pageSize, ...query, ...(token !== '' && { page_token: token }) },
			body,
			scopes,
		});
		if (response.failure) return { failure: response.failure };
		const { items, has_more: hasMore, page_token: next } = response.data;
		const entries = Array.isArray(items) ? items.map((item: unknown) => asObject(item) ?? {}) : [];
		if (nameScope !== undefined && isNameless(entries)) return { failure: nameless(nameScope) };
		results.push(...rowsOf(entries));
		const nextToken = hasMore === true ? asText(next) : '';
		const isLast = nextToken === '' || nextToken === token;
		if (isLast || results.length >= ENOUGH_TO_SCROLL) {
			return { page: { results, paginationToken: isLast ? undefined : nextToken } };
		}
		token = nextToken;
	}
}

/** Nobody can choose among IDs. */
function isNameless(entries: Array<Record<string, unknown>>): boolean {
	return entries.length > 0 && entries.every(({ name }) => isEmpty(name));
}

function nameless(scope: string): Failure {
	return {
		kind: 'refused',
		reason: 'Feishu gave IDs without names',
		advice: missingScopeAdvice([scope]),
	};
}

/**
 * The page, for n8n.
 *
 * @param what the list, as it reads in "Could not list …"
 * @throws {NodeOperationError} why there is none, and what to do
 */
export function pageOrError(
	context: ILoadOptionsFunctions,
	what: string,
	listed: ListPage,
): INodeListSearchResult {
	const { failure } = listed;
	if (failure === undefined) return listed.page;
	throw new NodeOperationError(context.getNode(), `Could not list ${what}: ${sentenceOf(failure)}`);
}

/** True when one of the names has the words in it, whatever the case. */
export function matches(filter: string | undefined, ...names: unknown[]): boolean {
	const words = (filter ?? '').trim().toLowerCase();
	return names.some((name) => asText(name).toLowerCase().includes(words));
}
