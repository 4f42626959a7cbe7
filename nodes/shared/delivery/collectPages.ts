import type { IDataObject } from 'n8n-workflow';

import type { ListEndpoint } from '../api/endpoints';
import type { Failure } from '../api/failures';
import { asObject, asText } from '../primitives/json';
import type { CallWithRetries } from './callWithRetries';

/** What the pages of a list hold, or why a page could not be had. */
export type Pages =
	| { items: IDataObject[]; failure?: undefined }
	| { items?: undefined; failure: Failure };

const NO_NEXT_PAGE: Failure = {
	kind: 'refused',
	reason: 'Feishu said that the list goes on, but not where',
	advice: 'try again later',
};

/**
 * Gets a list page by page, in pages as large as Feishu gives them and no more than are wanted.
 *
 * @param limit the most entries that are wanted; Infinity for all
 * @param asked what the endpoint takes besides the page
 */
export async function collectPages(
	call: CallWithRetries,
	{ path, pageSize, scopes, rateLimits }: ListEndpoint,
	limit: number,
	{
		query = {},
		pathParameters,
	}: { query?: Record<string, string>; pathParameters?: Record<string, string> } = {},
): Promise<Pages> {
	const items: IDataObject[] = [];
	let pageToken = '';
	for (;;) {
		const response = await call({
			method: 'GET',
			path,
			pathParameters,
			query: {
				page_size: Math.min(pageSize, limit),
				...query,
				...(pageToken !== '' && { page_token: pageToken }),
			},
			scopes,
			rateLimits,
		});
		if (response.failure) return { failure: response.failure };
		const { items: listed, has_more: hasMore, page_token: next } = response.data;
		for (const entry of Array.isArray(listed) ? listed : []) {
			const item = asObject(entry);
			if (item) items.push(item as IDataObject);
		}
		if (hasMore !== true || items.length >= limit) return { items: items.slice(0, limit) };
		const nextToken = asText(next);
		// Whoever gets all of a list must not get a part of it without a word.
		if (nextToken === '' || nextToken === pageToken) return { failure: NO_NEXT_PAGE };
		pageToken = nextToken;
	}
}
