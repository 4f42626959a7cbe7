import type * as lark from '@larksuiteoapi/node-sdk';
import * as fc from 'fast-check';

import {
	type FeishuSandbox,
	FeishuSandboxClient,
	SEEDED_APPS,
	startFeishuSandbox,
	TENANT_KEY,
} from '../../sandbox/feishu/src';
import type { CompanyView, OperationName, Person } from '../../sandbox/feishu/src/client';
import { officialClient } from '../helpers/officialClient';

/** How many calls are generated for each endpoint. */
const RUNS = 30;

let sandbox: FeishuSandbox;
let control: FeishuSandboxClient;
let client: lark.Client;
let people: Person[];
let company: CompanyView;

beforeAll(async () => {
	sandbox = await startFeishuSandbox({ people: 120, groups: 30, rateLimiting: { enabled: false } });
	control = new FeishuSandboxClient(sandbox.url);
	people = await control.people({ tenant_key: TENANT_KEY });
	[company] = await control.company();
	client = officialClient(sandbox.url);
});
afterAll(() => sandbox.close());

/** What came over the wire. */
interface Wire {
	method: string;
	path: string;
	query: Record<string, string>;
	body: unknown;
}

/** Makes one call, and gives what the sandbox has recorded of it. */
async function recorded(operation: OperationName, call: () => Promise<unknown>): Promise<Wire> {
	await control.clearRequests();
	await call();
	const requests = await control.requests({ operation });
	expect(requests).toMatchObject([{ status: 200, code: 0, outcome: 'answered', handled: true }]);
	const [{ method, path, query, body }] = requests;
	return { method, path, query: query as Record<string, string>, body };
}

/** Parameters as they are in a query: those that are there, as text. */
function asQuery(params: Record<string, unknown>): Record<string, string> {
	const given = Object.entries(params).filter(([, value]) => value !== undefined);
	return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

/** What is left of a body as JSON. */
function asJson(value: unknown): unknown {
	return JSON.parse(JSON.stringify(value));
}

async function holds<T>(
	arbitrary: fc.Arbitrary<T>,
	check: (value: T) => Promise<void>,
): Promise<void> {
	await fc.assert(fc.asyncProperty(arbitrary, check), { numRuns: RUNS });
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const oneOf = <T extends string>(...values: T[]) => maybe(fc.constantFrom(...values));
const idType = oneOf('open_id', 'union_id', 'user_id');
const text = (maxLength: number, minLength = 0) =>
	fc.string({ unit: 'binary', minLength, maxLength });
const pageSize = (most: number) => maybe(fc.integer({ min: 1, max: most }));

describe('the official SDK’s calls, generated, are taken as they are', () => {
	it('for user IDs by e-mail and mobile number', async () => {
		const addresses = (known: string[]) =>
			maybe(
				fc.array(fc.oneof(fc.constantFrom(...known), fc.emailAddress(), text(40)), {
					maxLength: 50,
				}),
			);
		const calls = fc.record({
			params: fc.record({ user_id_type: idType }),
			data: fc.record({
				emails: addresses(people.map((person) => person.email)),
				mobiles: addresses(people.map((person) => person.mobile)),
				include_resigned: maybe(fc.boolean()),
			}),
		});
		await holds(calls, async ({ params, data }) => {
			const answer: { count?: number } = {};
			const wire = await recorded('user.batchGetId', async () => {
				const found = await client.contact.v3.user.batchGetId({ params, data });
				answer.count = found.data?.user_list?.length;
			});
			expect(wire).toEqual({
				method: 'POST',
				path: '/open-apis/contact/v3/users/batch_get_id',
				query: asQuery(params),
				body: asJson(data),
			});
			expect(answer.count).toBe((data.emails?.length ?? 0) + (data.mobiles?.length ?? 0));
		});
	});

	/** A department by one of its two IDs, and which one that is. */
	const department = () =>
		fc
			.record({
				which: fc.integer({ min: 0, max: company.departments.length - 1 }),
				department_id_type: oneOf('open_department_id', 'department_id'),
			})
			.map(({ which, department_id_type }) => ({
				department_id_type,
				department_id: company.departments[which][department_id_type ?? 'open_department_id'],
			}));

	it('for the people of a department', async () => {
		const calls = fc.record({
			department: department(),
			rest: fc.record({ user_id_type: idType, page_size: pageSize(50) }),
		});
		await holds(calls, async ({ department: given, rest }) => {
			const params = { ...given, ...rest };
			const wire = await recorded('user.findByDepartment', () =>
				client.contact.v3.user.findByDepartment({ params }),
			);
			expect(wire).toEqual({
				method: 'GET',
				path: '/open-apis/contact/v3/users/find_by_department',
				query: asQuery(params),
				body: undefined,
			});
		});
	});

	it('for the departments below a department', async () => {
		const calls = fc.record({
			department: department(),
			rest: fc.record({
				user_id_type: idType,
				fetch_child: maybe(fc.boolean()),
				page_size: pageSize(50),
			}),
		});
		await holds(calls, async ({ department: { department_id, department_id_type }, rest }) => {
			const params = { department_id_type, ...rest };
			const wire = await recorded('department.children', () =>
				client.contact.v3.department.children({ params, path: { department_id } }),
			);
			expect(wire).toEqual({
				method: 'GET',
				path: `/open-apis/contact/v3/departments/${department_id}/children`,
				query: asQuery(params),
				body: undefined,
			});
		});
	});

	it('for a department', async () => {
		const calls = fc.record({ department: department(), user_id_type: idType });
		await holds(
			calls,
			async ({ department: { department_id, department_id_type }, user_id_type }) => {
				const params = { department_id_type, user_id_type };
				const answer: { id?: string } = {};
				const wire = await recorded('department.get', async () => {
					const path = { department_id };
					const found = await client.contact.v3.department.get({ params, path });
					answer.id = found.data?.department?.[department_id_type ?? 'open_department_id'];
				});
				expect(wire).toEqual({
					method: 'GET',
					path: `/open-apis/contact/v3/departments/${department_id}`,
					query: asQuery(params),
					body: undefined,
				});
				expect(answer.id).toBe(department_id);
			},
		);
	});

	it('for the chats of the bot', async () => {
		const calls = fc.record({
			user_id_type: idType,
			sort_type: oneOf('ByCreateTimeAsc', 'ByActiveTimeDesc'),
			page_size: pageSize(100),
		});
		await holds(calls, async (params) => {
			const wire = await recorded('chat.list', () => client.im.v1.chat.list({ params }));
			expect(wire).toEqual({
				method: 'GET',
				path: '/open-apis/im/v1/chats',
				query: asQuery(params),
				body: undefined,
			});
		});
	});

	it('for a search for chats', async () => {
		const calls = fc.record({
			user_id_type: idType,
			query: maybe(text(64)),
			page_size: pageSize(100),
		});
		await holds(calls, async (params) => {
			const wire = await recorded('chat.search', () => client.im.v1.chat.search({ params }));
			expect(wire).toEqual({
				method: 'GET',
				path: '/open-apis/im/v1/chats/search',
				query: asQuery(params),
				body: undefined,
			});
		});
	});

	it('for the newer search for chats', async () => {
		const kinds = ['private', 'external', 'public_joined', 'public_not_joined'] as const;
		const calls = idType.chain((user_id_type) =>
			fc.record({
				params: fc.record({
					user_id_type: fc.constant(user_id_type),
					page_size: pageSize(100),
				}),
				data: fc.record({
					query: text(64, 1),
					filter: maybe(
						fc.record({
							search_types: maybe(fc.subarray([...kinds])),
							member_ids: maybe(
								fc.array(
									fc.constantFrom(...people.map((person) => person[user_id_type ?? 'open_id'])),
									{ maxLength: 50 },
								),
							),
							is_manager: maybe(fc.boolean()),
							disable_search_by_user: maybe(fc.boolean()),
							chat_modes: maybe(fc.subarray(['default' as const, 'thread' as const])),
						}),
					),
					sorter: oneOf('create_time_desc', 'update_time_desc', 'member_count_desc'),
				}),
			}),
		);
		await holds(calls, async ({ params, data }) => {
			const wire = await recorded('chat.searchV2', () =>
				client.im.v2.chat.search({ params, data }),
			);
			expect(wire).toEqual({
				method: 'POST',
				path: '/open-apis/im/v2/chats/search',
				query: asQuery(params),
				body: asJson(data),
			});
		});
	});

	it('for the members of a chat', async () => {
		const chats = company.groups
			.filter((group) => group.bots.includes(SEEDED_APPS.custom.app_id))
			.map((group) => group.chat_id);
		const calls = fc.record({
			chat_id: fc.constantFrom(...chats),
			params: fc.record({ member_id_type: idType, page_size: pageSize(100) }),
		});
		await holds(calls, async ({ chat_id, params }) => {
			const wire = await recorded('chatMembers.get', () =>
				client.im.v1.chatMembers.get({ params, path: { chat_id } }),
			);
			expect(wire).toEqual({
				method: 'GET',
				path: `/open-apis/im/v1/chats/${chat_id}/members`,
				query: asQuery(params),
				body: undefined,
			});
		});
	});

	it('for an image', async () => {
		const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
		const calls = fc.record({
			image_type: fc.constantFrom('avatar' as const, 'message' as const),
			// What comes after the end of a GIF is no part of the picture.
			tail: fc.uint8Array({ maxLength: 5000 }),
		});
		await holds(calls, async ({ image_type, tail }) => {
			const image = Buffer.concat([gif, tail]);
			const answer: { image_key?: string } = {};
			const wire = await recorded('image.create', async () => {
				const uploaded = await client.im.v1.image.create({ data: { image_type, image } });
				answer.image_key = uploaded?.image_key;
			});
			expect(wire).toMatchObject({
				method: 'POST',
				path: '/open-apis/im/v1/images',
				query: {},
				body: { image_type, image: { bytes: image.length } },
			});
			const stored = await fetch(`${sandbox.url}/sandbox/images/${answer.image_key}`);
			expect(Buffer.from(await stored.arrayBuffer())).toEqual(image);
		});
	});
});
