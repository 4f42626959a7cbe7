import type { ListEndpoint } from '../../nodes/shared/api/endpoints';
import type { ApiResponse } from '../../nodes/shared/api/responses';
import type { PacedRequest } from '../../nodes/shared/delivery/callWithRetries';
import { collectPages } from '../../nodes/shared/delivery/collectPages';

const LIST: ListEndpoint = {
	path: '/open-apis/things/:thing_id',
	pageSize: 50,
	scopes: ['things:read'],
	rateLimits: [{ calls: 10, seconds: 1 }],
};

/** Collects from a Feishu that gives these pages. */
async function collect(
	pages: Array<Record<string, unknown> | ApiResponse>,
	limit = Infinity,
	asked?: Parameters<typeof collectPages>[3],
) {
	const calls: PacedRequest[] = [];
	const collected = await collectPages(
		async (request) => {
			const page = pages[calls.push(request) - 1] ?? {};
			return 'failure' in page ? (page as ApiResponse) : { data: page };
		},
		LIST,
		limit,
		asked,
	);
	return { calls, collected };
}

const page = (ids: number[], next?: string) => ({
	items: ids.map((id) => ({ id })),
	has_more: next !== undefined,
	...(next !== undefined && { page_token: next }),
});

it('asks for page after page, each with what was asked for and where the last one ended', async () => {
	const asked = { query: { kind: 'a' }, pathParameters: { thing_id: 't' } };
	const { calls, collected } = await collect(
		[page([1], 'x'), page([2], 'y'), page([3])],
		Infinity,
		asked,
	);
	expect(collected).toEqual({ items: [{ id: 1 }, { id: 2 }, { id: 3 }] });
	const first = {
		method: 'GET',
		path: LIST.path,
		pathParameters: { thing_id: 't' },
		query: { page_size: 50, kind: 'a' },
		scopes: LIST.scopes,
		rateLimits: LIST.rateLimits,
	};
	expect(calls).toEqual([
		first,
		{ ...first, query: { ...first.query, page_token: 'x' } },
		{ ...first, query: { ...first.query, page_token: 'y' } },
	]);
});

it('asks for no more than is wanted', async () => {
	const { calls, collected } = await collect([page([1, 2, 3], 'x')], 2);
	expect(calls.map(({ query }) => query)).toEqual([{ page_size: 2 }]);
	expect(collected).toEqual({ items: [{ id: 1 }, { id: 2 }] });
});

it('stops as soon as it has what is wanted', async () => {
	const { calls, collected } = await collect([page([1, 2], 'x'), page([3, 4], 'y')], 4);
	expect(calls).toHaveLength(2);
	expect(collected.items).toHaveLength(4);
});

it('gives the failure of any page instead of a part of the list', async () => {
	const failure = { kind: 'refused', reason: 'no' } as const;
	const { collected } = await collect([page([1], 'x'), { failure }]);
	expect(collected).toEqual({ failure });
});

it.each([
	['no place', { items: [{ id: 1 }], has_more: true }],
	['an empty place', { items: [{ id: 1 }], has_more: true, page_token: '' }],
])('gives a failure when the list goes on with %s', async (_, first) => {
	const { calls, collected } = await collect([first]);
	expect(calls).toHaveLength(1);
	expect(collected).toEqual({ failure: expect.objectContaining({ kind: 'refused' }) });
});

it('gives a failure when the list goes on where it was', async () => {
	const { calls, collected } = await collect([page([1], 'x'), page([2], 'x'), page([3])]);
	expect(calls).toHaveLength(2);
	expect(collected.failure).toMatchObject({ advice: 'try again later' });
});

it.each([[undefined], ['text'], [null], [{ items: 1 }]])(
	'takes %p in place of a list for an empty one',
	async (items) => {
		const { collected } = await collect([{ items }]);
		expect(collected).toEqual({ items: [] });
	},
);

it('passes over what is no entry', async () => {
	const { collected } = await collect([{ items: [1, null, 'text', { id: 1 }] }]);
	expect(collected).toEqual({ items: [{ id: 1 }] });
});

it('takes nothing but true for a sign that the list goes on', async () => {
	const { calls } = await collect([{ ...page([1]), has_more: 'true', page_token: 'x' }]);
	expect(calls).toHaveLength(1);
});
