import type * as lark from '@larksuiteoapi/node-sdk';
import * as fc from 'fast-check';
import type { INodeParameters } from 'n8n-workflow';

import { searchList } from '../helpers/execution/runNode';
import { withSandbox } from '../helpers/execution/withSandbox';
import type { WireCall } from '../helpers/execution/withSandbox';
import { officialClient } from '../helpers/officialClient';
import { RANDOM_SEED } from '../helpers/randomSeed';

/** Lists of each kind; each is at least one call. */
const CASES = 200;

jest.setTimeout(120_000);

const sandbox = withSandbox({ people: 160, groups: 122 });

let client: lark.Client;
beforeEach(() => {
	client = officialClient(sandbox.url);
});

/** What somebody types into the search field: parts of names that there are, and anything else. */
const WORDS = fc
	.oneof(
		fc.constantFrom('项目群', '群', '1', '全员', '部群', '项目群 10'),
		fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
	)
	.map((words) => words.trim())
	.filter((words) => words !== '');

/** What the SDK knows of a page. */
interface Page {
	data?: { has_more?: boolean; page_token?: string };
}
/** Asks for all pages, one after the other. */
async function allPages(page: (pageToken?: string) => Promise<Page>): Promise<void> {
	let token: string | undefined;
	do {
		const { data } = await page(token);
		token = data?.has_more ? data.page_token : undefined;
	} while (token !== undefined);
}

interface List {
	method: Parameters<typeof searchList>[0];
	filter?: string;
	parameters?: INodeParameters;
}

/** Has the SDK, then the picker, go through the lists of all cases; both must have sent the same. */
async function expectEqualCalls<Case>(
	operation: string,
	cases: fc.Arbitrary<Case>,
	withSdk: (one: Case, page_token?: string) => Promise<Page>,
	listOf: (one: Case) => List,
): Promise<void> {
	const arrived = async (): Promise<WireCall[]> => {
		const requests = (await sandbox.requests()).filter((one) => one.operation === operation);
		expect(requests.filter(({ code }) => code !== 0).map((one) => one.rawResponse)).toEqual([]);
		return requests.map(({ method, path, query, body }) => ({ method, path, query, body }));
	};
	const sample = fc.sample(cases, CASES);
	for (const one of sample) await allPages(async (token) => await withSdk(one, token));
	const bySdk = await arrived();
	expect(bySdk.length).toBeGreaterThanOrEqual(CASES);
	await sandbox.feishu.reset({ keepTokens: true });
	if (operation === 'chat.search') {
		await sandbox.feishu.changeSettings({ chatSearchV2: 'unsupported' });
	}
	const credential = sandbox.credential();
	for (const one of sample) {
		const { method, filter, parameters } = listOf(one);
		let token: string | undefined;
		do {
			const page = await searchList(method, credential, filter, token, parameters);
			token = page.paginationToken;
		} while (token !== undefined);
	}
	const byPicker = await arrived();
	bySdk.forEach((call, place) => expect(byPicker[place]).toEqual(call));
	expect(byPicker).toHaveLength(bySdk.length);
}

describe(`${CASES} lists of each kind, with FAST_CHECK_SEED=${RANDOM_SEED}`, () => {
	const searchChats = { method: 'searchChats' as const };

	it('chat.list', async () => {
		await expectEqualCalls(
			'chat.list',
			fc.constantFrom(undefined, '', ' '),
			async (_, page_token) =>
				await client.im.v1.chat.list({ params: { page_size: 100, page_token } }),
			(filter) => ({ ...searchChats, filter }),
		);
	});

	it('chat.searchV2', async () => {
		await expectEqualCalls(
			'chat.searchV2',
			WORDS,
			async (query, page_token) =>
				await client.im.v2.chat.search({
					params: { page_size: 100, page_token },
					data: {
						query,
						filter: {
							search_types: ['private', 'external', 'public_joined'],
							disable_search_by_user: true,
						},
					},
				}),
			(filter) => ({ ...searchChats, filter }),
		);
	});

	it('chat.search', async () => {
		await expectEqualCalls(
			'chat.search',
			WORDS,
			async (query, page_token) =>
				await client.im.v1.chat.search({ params: { page_size: 100, page_token, query } }),
			(filter) => ({ ...searchChats, filter }),
		);
	});

	it('chatMembers.get', async () => {
		await expectEqualCalls(
			'chatMembers.get',
			fc.nat({ max: 119 }),
			async (place, page_token) =>
				await client.im.v1.chatMembers.get({
					path: { chat_id: sandbox.groups[place].chat_id },
					params: { page_size: 100, page_token, member_id_type: 'open_id' },
				}),
			(place) => ({
				method: 'searchPeople',
				parameters: {
					personFrom: 'chat',
					personChat: { __rl: true, mode: 'list', value: sandbox.groups[place].chat_id },
				},
			}),
		);
	});

	it('user.findByDepartment', async () => {
		const { departments } = (await sandbox.feishu.company())[0];
		const idOf = ([place, kind]: [number, 'open_department_id' | 'department_id']) =>
			departments[place][kind];
		await expectEqualCalls(
			'user.findByDepartment',
			fc.tuple(
				fc.integer({ min: 1, max: departments.length - 1 }),
				fc.constantFrom('open_department_id' as const, 'department_id' as const),
			),
			async (one, page_token) =>
				await client.contact.v3.user.findByDepartment({
					params: {
						page_size: 50,
						page_token,
						department_id: idOf(one),
						department_id_type: one[1],
						user_id_type: 'open_id',
					},
				}),
			(one) => ({
				method: 'searchPeople',
				parameters: {
					personFrom: 'department',
					personDepartment: { __rl: true, mode: 'id', value: idOf(one) },
				},
			}),
		);
	});

	it('department.children', async () => {
		await expectEqualCalls(
			'department.children',
			fc.option(WORDS, { nil: undefined }),
			async (_, page_token) =>
				await client.contact.v3.department.children({
					path: { department_id: '0' },
					params: { page_size: 50, page_token, fetch_child: true },
				}),
			(filter) => ({ method: 'searchDepartments', filter }),
		);
	});
});
