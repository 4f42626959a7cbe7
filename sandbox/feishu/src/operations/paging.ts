import type { FeishuError } from '../answers';
import { check, compile } from '../validation';
import type { TenantCall } from './operation';

/** How an endpoint pages (Feishu reference: each list's `page_size`). */
export interface Paging {
	/** `page_size` when the call names none. */
	usual: number;
	/** The highest `page_size`. */
	most: number;
	/** Error for a `page_size` that is no number from 1 to `most`. */
	badSize: (description: string) => FeishuError;
	/** Error for a `page_token` that this list did not give. */
	badToken: (description: string) => FeishuError;
}

/** One page, in the fields that all lists share. */
export interface Page<T> {
	items: T[];
	/** Empty on the last page. */
	page_token: string;
	has_more: boolean;
}

const sizeQuery = compile<{ page_size?: string }>({
	type: 'object',
	properties: { page_size: { type: 'string', pattern: '^[0-9]{1,9}$' } },
});
const tokenQuery = compile<{ page_token?: string }>({
	type: 'object',
	properties: { page_token: { type: 'string' } },
});

/** The page of a list that a call asks for. `list` names the list, so that its tokens fit no other. */
export function pageOf<T>(
	call: TenantCall,
	list: string,
	all: readonly T[],
	paging: Paging,
): Page<T> {
	const { page_size } = check(sizeQuery, call.query, paging.badSize);
	const size = page_size === undefined ? paging.usual : Number(page_size);
	if (size < 1 || size > paging.most) {
		throw paging.badSize(`page_size must be from 1 to ${paging.most}, but is ${size}.`);
	}
	const { page_token } = check(tokenQuery, call.query, paging.badToken);
	const start = page_token ? readToken(page_token, list, all.length) : 0;
	if (start === undefined) throw paging.badToken('page_token is not one that this list gave.');
	const end = start + size;
	const has_more = end < all.length;
	return {
		items: all.slice(start, end),
		page_token: has_more ? Buffer.from(`${end}/${list}`).toString('base64url') : '',
		has_more,
	};
}

function readToken(token: string, list: string, length: number): number | undefined {
	const [, start, name] = /^(\d+)\/(.*)$/s.exec(Buffer.from(token, 'base64url').toString()) ?? [];
	return name === list && Number(start) < length ? Number(start) : undefined;
}
