import * as lark from '@larksuiteoapi/node-sdk';

import {
	type FeishuSandbox,
	FeishuSandboxClient,
	SEEDED_APPS,
	startFeishuSandbox,
	TENANT_KEY,
} from '../../sandbox/feishu/src';
import type { CompanyView, Person } from '../../sandbox/feishu/src/client';
import { type Answer, FeishuCaller } from '../helpers/sandbox/FeishuCaller';

const { custom, fewScopes, store } = SEEDED_APPS;

let sandbox: FeishuSandbox;
let control: FeishuSandboxClient;
let feishu: FeishuCaller;
let people: Person[];
let company: CompanyView;

beforeAll(async () => {
	sandbox = await startFeishuSandbox({
		people: 200,
		groups: 130,
		rateLimiting: { enabled: false },
	});
	control = new FeishuSandboxClient(sandbox.url);
	feishu = new FeishuCaller(sandbox.url);
	people = await control.people({ tenant_key: TENANT_KEY });
	[company] = await control.company();
});
afterAll(() => sandbox.close());
beforeEach(() => control.reset({ keepTokens: true }));

interface List extends Omit<Answer, 'data'> {
	data: { items: Array<Record<string, string>>; page_token: string; has_more: boolean } & Record<
		string,
		unknown
	>;
}
const get = (path: string, query?: string, token?: string) =>
	feishu.call('GET', `/open-apis${path}`, { query, token }) as unknown as Promise<List>;

/** Turns the pages until there are no more. */
async function all(path: string, query: string) {
	const items: List['data']['items'] = [];
	const sizes: number[] = [];
	let page: List;
	let page_token = '';
	do {
		page = await get(path, `${query}${page_token && `&page_token=${page_token}`}`);
		expect(page).toMatchObject({ status: 200, code: 0 });
		items.push(...page.data.items);
		sizes.push(page.data.items.length);
		({ page_token } = page.data);
		expect(page.data.has_more).toBe(page_token !== '');
	} while (page.data.has_more);
	return { items, sizes };
}

async function storeToken(): Promise<string> {
	const ask = (path: string, body: object) =>
		feishu.call('POST', `/open-apis/auth/v3/${path}`, { body, token: null });
	const { app_access_token } = await ask('app_access_token', store);
	const answer = await ask('tenant_access_token', { app_access_token, tenant_key: TENANT_KEY });
	return answer.tenant_access_token as string;
}

describe('user IDs by e-mail and mobile number', () => {
	const ask = (body: unknown, query?: string) =>
		feishu.call('POST', '/open-apis/contact/v3/users/batch_get_id', { body, query });
	const active = {
		is_activated: true,
		is_exited: false,
		is_frozen: false,
		is_resigned: false,
		is_unjoin: false,
	};

	it('come back in the order asked for, the unknown without an ID', async () => {
		const [first, second] = people;
		const emails = [second.email, 'nobody@example.com', first.email];
		const mobiles = [first.mobile, '+8613700000000'];
		expect((await ask({ emails, mobiles })).data).toEqual({
			user_list: [
				{ email: second.email, user_id: second.open_id, status: active },
				{ email: 'nobody@example.com' },
				{ email: first.email, user_id: first.open_id, status: active },
				{ mobile: first.mobile, user_id: first.open_id, status: active },
				{ mobile: '+8613700000000' },
			],
		});
	});

	it.each(['open_id', 'union_id', 'user_id'] as const)('are %s when asked for', async (type) => {
		const answer = await ask({ emails: [people[5].email] }, `user_id_type=${type}`);
		expect(answer.data).toMatchObject({ user_list: [{ user_id: people[5][type] }] });
	});

	it('are found for numbers of mainland China without +86, and for others only with +', async () => {
		const foreigner = people.find((person) => !person.mobile.startsWith('+86'))!;
		const mobiles = [people[0].mobile.slice(3), foreigner.mobile, foreigner.mobile.slice(1)];
		const answer = await ask({ mobiles });
		expect(answer.data).toMatchObject({
			user_list: [{ user_id: people[0].open_id }, { user_id: foreigner.open_id }, {}],
		});
		expect((answer.data as { user_list?: object[] }).user_list?.[2]).toEqual({
			mobile: mobiles[2],
		});
	});

	it('are not found for addresses of Feishu’s own mail service', async () => {
		const email = people[0].enterprise_email;
		expect((await ask({ emails: [email] })).data).toEqual({ user_list: [{ email }] });
	});

	it('are found for those who have left only when asked for', async () => {
		const [{ mobile, open_id }] = company.resigned;
		expect((await ask({ mobiles: [mobile] })).data).toEqual({ user_list: [{ mobile }] });
		expect((await ask({ mobiles: [mobile], include_resigned: true })).data).toMatchObject({
			user_list: [{ mobile, user_id: open_id, status: { is_resigned: true } }],
		});
	});

	it.each([
		['50 of each', { emails: Array(50).fill('a@b.cn'), mobiles: Array(50).fill('1') }, 0],
		['51 e-mails', { emails: Array(51).fill('a@b.cn') }, 40001],
		['51 numbers', { mobiles: Array(51).fill('1') }, 40001],
		['one e-mail that is no list', { emails: 'a@b.cn' }, 40001],
		['numbers that are numbers', { mobiles: [13800000000] }, 40001],
		['nothing', {}, 0],
	])('for %s are answered %s', async (_name, body, code) => {
		expect((await ask(body)).code).toBe(code);
	});
});

describe('the groups of the bot', () => {
	it('come in pages, as Feishu shows them', async () => {
		const withBot = company.groups.filter((group) => group.bots.includes(custom.app_id));
		expect(withBot).toHaveLength(128);
		const { items, sizes } = await all('/im/v1/chats', 'page_size=100');
		expect(sizes).toEqual([100, 28]);
		expect(items.map((item) => item.chat_id)).toEqual(withBot.map((group) => group.chat_id));
		expect(items[0]).toEqual({
			chat_id: withBot[0].chat_id,
			avatar: '',
			name: withBot[0].name,
			description: expect.any(String),
			owner_id: withBot[0].owner,
			owner_id_type: 'open_id',
			external: false,
			tenant_key: TENANT_KEY,
			chat_status: 'normal',
		});
	});

	it('are 20 a page by default, and ordered by activity on demand', async () => {
		expect((await get('/im/v1/chats')).data.items).toHaveLength(20);
		const byActivity = await all('/im/v1/chats', 'page_size=100&sort_type=ByActiveTimeDesc');
		const byCreation = await all('/im/v1/chats', 'page_size=100&sort_type=ByCreateTimeAsc');
		expect(byActivity.items).not.toEqual(byCreation.items);
		expect(new Set(byActivity.items.map((item) => item.chat_id)).size).toBe(128);
		const feed = await control.feed(people[0].open_id);
		const shown = feed.filter((entry) => entry.kind === 'group').map((entry) => entry.chat_id);
		const listed = byActivity.items.map((item) => item.chat_id);
		const common = shown.filter((id) => listed.includes(id!));
		expect(common).toEqual(listed.filter((id) => shown.includes(id)));
	});

	it('are found by a part of their name', async () => {
		const answer = await get('/im/v1/chats/search', `query=${encodeURIComponent('销售')}`);
		expect(answer.data.items.map((item) => item.name)).toEqual(['销售部群']);
		const { items, sizes } = await all(
			'/im/v1/chats/search',
			`query=${encodeURIComponent('项目群')}&page_size=50`,
		);
		expect(sizes).toEqual([50, 50, 19]);
		expect(items.every((item) => item.name.includes('项目群'))).toBe(true);
		for (const query of ['', 'query=', 'query=nothing']) {
			expect((await get('/im/v1/chats/search', query)).data).toEqual({
				items: [],
				page_token: '',
				has_more: false,
			});
		}
	});

	it.each([
		['page_size=0', 232001],
		['page_size=1', 0],
		['page_size=100', 0],
		['page_size=101', 232001],
		['page_size=many', 232001],
		['page_token=nonsense', 232001],
		['sort_type=ByName', 232001],
		['user_id_type=email', 232001],
		['user_id_type=user_id', 0],
	])('for %s are answered %i', async (query, code) => {
		expect(await get('/im/v1/chats', query)).toMatchObject({ status: code ? 400 : 200, code });
	});

	it('have tokens for their own pages only', async () => {
		const { page_token } = (await get('/im/v1/chats')).data;
		const query = `query=${encodeURIComponent('项目群')}&page_token=${page_token}`;
		expect((await get('/im/v1/chats/search', query)).code).toBe(232001);
	});
});

describe('the members of a group', () => {
	it('come in pages, with the kind of ID asked for', async () => {
		const { chat_id } = company.groups[0];
		const { items, sizes } = await all(
			`/im/v1/chats/${chat_id}/members`,
			'page_size=90&member_id_type=union_id',
		);
		expect(sizes).toEqual([90, 90, 20]);
		expect(items).toEqual(
			people.map((person) => ({
				member_id_type: 'union_id',
				member_id: person.union_id,
				name: person.name,
				tenant_key: TENANT_KEY,
			})),
		);
		const first = await get(`/im/v1/chats/${chat_id}/members`);
		expect(first.data).toMatchObject({ member_total: 200, has_more: true });
		expect(first.data.items).toHaveLength(20);
	});

	it.each([
		['without the bot', () => company.groups[129].chat_id, 232011],
		['that does not exist', () => 'oc_0', 232006],
	])('%s are refused', async (_name, chat, code) => {
		expect(await get(`/im/v1/chats/${chat()}/members`)).toMatchObject({ status: 400, code });
	});

	it('are refused for another kind of ID', async () => {
		const path = `/im/v1/chats/${company.groups[0].chat_id}/members`;
		expect((await get(path, 'member_id_type=email')).code).toBe(232001);
	});
});

describe('the people of a department', () => {
	it('come in pages of at most 50', async () => {
		const department = company.departments[2];
		const members = people.filter(
			(person) => person.open_department_id === department.open_department_id,
		);
		const path = '/contact/v3/users/find_by_department';
		const query = `department_id=${department.open_department_id}`;
		const { items, sizes } = await all(path, `${query}&page_size=20`);
		expect(sizes).toEqual([20, 5]);
		expect(items).toMatchObject(
			members.map(({ open_id, union_id, user_id, name }) => ({
				open_id,
				union_id,
				user_id,
				name,
			})),
		);
		const own = `department_id=${department.department_id}&department_id_type=department_id`;
		const ownIds = new Map(
			company.departments.map((each) => [each.open_department_id, each.department_id]),
		);
		expect((await all(path, own)).items).toEqual(
			(items as unknown as Array<{ department_ids: string[] }>).map((item) => ({
				...item,
				department_ids: item.department_ids.map((id) => ownIds.get(id)),
			})),
		);
		expect(items[0].department_ids).toContain(department.open_department_id);
		expect((await get(path, `${query}&page_size=50`)).data.items).toHaveLength(25);
		expect((await get(path, 'department_id=0')).data.items).toMatchObject([
			{ open_id: people[0].open_id },
		]);
	});

	it('have no user ID for store apps and without the scope', async () => {
		const query = `department_id=${company.departments[1].open_department_id}`;
		const path = '/contact/v3/users/find_by_department';
		const ofStoreApp = await get(path, query, await storeToken());
		expect(ofStoreApp.data.items[0]).not.toHaveProperty('user_id');
		await control.changeApp(custom.app_id, { scopes: ['contact:contact.base:readonly'] });
		expect((await get(path, query)).data.items[0]).not.toHaveProperty('user_id');
	});

	it.each([
		['', 400, 40001],
		['department_id=od-nowhere', 400, 40015],
		['department_id=0&page_size=0', 400, 40011],
		['department_id=0&page_size=51', 400, 40011],
		['department_id=0&page_token=x', 400, 40012],
		['department_id=0&department_id_type=name', 400, 40001],
		['department_id=0&user_id_type=email', 400, 40001],
	])('for "%s" are answered %i %i', async (query, status, code) => {
		const answer = await get('/contact/v3/users/find_by_department', query);
		expect(answer).toMatchObject({ status, code });
	});
});

describe('images', () => {
	const PNG = Buffer.from(
		'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
		'base64',
	);
	const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
	/** Only what tells a BMP of this size from others. */
	const bmp = (width: number, height: number) => {
		const bytes = Buffer.alloc(54);
		bytes.write('BM', 0, 'latin1');
		bytes.writeUInt32LE(40, 14);
		bytes.writeInt32LE(width, 18);
		bytes.writeInt32LE(height, 22);
		return bytes;
	};
	const gif = (width: number) => {
		const bytes = Buffer.from(GIF);
		bytes.writeUInt16LE(width, 6);
		return bytes;
	};
	const sized = (length: number) => Buffer.concat([PNG, Buffer.alloc(length - PNG.length)]);
	const MEGABYTE = 1024 * 1024;

	async function upload(bytes?: Buffer, image_type?: string, token?: string): Promise<Answer> {
		const form = new FormData();
		if (image_type !== undefined) form.set('image_type', image_type);
		if (bytes) form.set('image', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), 'a.png');
		const response = await fetch(`${sandbox.url}/open-apis/im/v1/images`, {
			method: 'POST',
			headers: { authorization: `Bearer ${token ?? (await feishu.tenantAccessToken())}` },
			body: form,
		});
		return { ...((await response.json()) as Answer), status: response.status };
	}

	it('get a key, and can be read back', async () => {
		const answer = await upload(PNG, 'avatar');
		expect(answer).toMatchObject({ status: 200, code: 0 });
		const { image_key } = answer.data as unknown as { image_key: string };
		expect(image_key).toMatch(/^img_v3_.{1,93}$/);
		const response = await fetch(`${sandbox.url}/sandbox/images/${image_key}`);
		expect(response.headers.get('content-type')).toBe('image/png');
		expect(Buffer.from(await response.arrayBuffer())).toEqual(PNG);
		expect(await control.requests({ operation: 'image.create' })).toMatchObject([
			{
				body: {
					image_type: 'avatar',
					image: { filename: 'a.png', mimetype: 'image/png', bytes: PNG.length },
				},
				responseBody: { data: { image_key } },
			},
		]);
		const second = await upload(PNG, 'message');
		expect((second.data as unknown as { image_key: string }).image_key).not.toBe(image_key);
	});

	it.each([
		['of 10 MB', () => sized(10 * MEGABYTE), 'avatar', 0],
		['of 10 MB and a byte', () => sized(10 * MEGABYTE + 1), 'avatar', 234006],
		['of 20 MB', () => sized(20 * MEGABYTE), 'avatar', 234006],
		['without a byte', () => Buffer.alloc(0), 'avatar', 234010],
		[
			'that are text',
			() => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
			'avatar',
			234011,
		],
		['that are noise', () => Buffer.from('not an image'), 'avatar', 234011],
		['for something else', () => PNG, 'cover', 234001],
		['without a type', () => PNG, undefined, 234001],
		['that are missing', () => undefined, 'avatar', 234001],
		['as GIF', () => GIF, 'avatar', 0],
		['as GIF of 2000 pixels', () => gif(2000), 'message', 0],
		['as GIF of 2001 pixels', () => gif(2001), 'message', 234039],
		['as BMP of 4096 pixels', () => bmp(4096, 1), 'avatar', 0],
		['as BMP of 4097 pixels', () => bmp(1, 4097), 'avatar', 234039],
		['as BMP of 12000 pixels for a message', () => bmp(12_000, 1), 'message', 0],
		['as BMP of 12001 pixels for a message', () => bmp(12_001, 1), 'message', 234039],
	])('%s are answered rightly', async (_name, bytes, image_type, code) => {
		expect(await upload(bytes(), image_type)).toMatchObject({ status: code ? 400 : 200, code });
	});

	it('that are no form are refused', async () => {
		const answer = await feishu.call('POST', '/open-apis/im/v1/images', { body: {} });
		expect(answer).toMatchObject({ status: 400, code: 234001 });
		const broken = await feishu.call('POST', '/open-apis/im/v1/images', {
			body: '--x\r\nContent-Disposition: form-data; name="image_type"\r\n\r\nava',
			contentType: 'multipart/form-data; boundary=x',
		});
		expect(broken).toMatchObject({ status: 400, code: 234001 });
	});

	it('need one of two scopes, and a good token', async () => {
		const limited = new FeishuCaller(sandbox.url, fewScopes);
		const token = await limited.tenantAccessToken();
		const refused = await upload(PNG, 'avatar', token);
		expect(refused.code).toBe(99991672);
		expect(refused.error?.permission_violations?.map((violation) => violation.subject)).toEqual([
			'im:resource',
			'im:resource:upload',
		]);
		for (const scope of ['im:resource', 'im:resource:upload']) {
			await control.changeApp(fewScopes.app_id, { scopes: [scope] });
			expect((await upload(PNG, 'avatar', token)).code).toBe(0);
		}
		expect((await upload(PNG, 'avatar', 't-bad')).code).toBe(99991663);
	});

	it('meet faults like all calls', async () => {
		await control.addFault({ kind: 'tooManyRequests', operation: 'image.create', times: 1 });
		expect((await upload(PNG, 'avatar')).status).toBe(429);
		expect((await upload(PNG, 'avatar')).status).toBe(200);
	});
});

const READ_SCOPES = [
	'contact:contact.base:readonly',
	'contact:department.organize:readonly',
	'contact:contact:access_as_app',
	'contact:contact:readonly',
	'contact:contact:readonly_as_app',
];
const CHAT_SCOPES = ['im:chat:readonly', 'im:chat', 'im:chat:read', 'im:chat.group_info:readonly'];

describe.each([
	['POST', '/contact/v3/users/batch_get_id', ['contact:user.id:readonly']],
	['GET', '/contact/v3/users/find_by_department', READ_SCOPES],
	['GET', '/contact/v3/departments/0/children', READ_SCOPES],
	['GET', '/contact/v3/departments/0', READ_SCOPES],
	['GET', '/im/v1/chats', CHAT_SCOPES],
	['GET', '/im/v1/chats/search', CHAT_SCOPES],
	['POST', '/im/v2/chats/search', ['im:chat:read']],
	[
		'GET',
		'/im/v1/chats/oc_1/members',
		['im:chat:readonly', 'im:chat', 'im:chat.members:read', 'im:chat.group_info:readonly'],
	],
])('%s %s', (method, path, scopes) => {
	it('needs one of its scopes, and names them all', async () => {
		const limited = new FeishuCaller(sandbox.url, fewScopes);
		expect(await limited.call(method, `/open-apis${path}`)).toMatchObject({
			status: 400,
			code: 99991672,
			error: { permission_violations: scopes.map((subject) => ({ subject })) },
		});
		for (const scope of scopes) {
			await control.changeApp(fewScopes.app_id, { scopes: [scope] });
			expect(
				(
					await limited.call(method, `/open-apis${path}`, {
						body: method === 'POST' ? {} : undefined,
					})
				).code,
			).not.toBe(99991672);
		}
	});
});

it('the official SDK finds people, chats and members, and uploads an avatar', async () => {
	const client = new lark.Client({
		appId: custom.app_id,
		appSecret: custom.app_secret,
		domain: sandbox.url,
		loggerLevel: lark.LoggerLevel.error,
		// The SDK's own cache would give back a token of another sandbox.
		cache: { get: async () => undefined, set: async () => true },
	});
	const [person] = people;
	const found = await client.contact.v3.user.batchGetId({
		data: { emails: [person.email] },
		params: { user_id_type: 'union_id' },
	});
	expect(found.data?.user_list?.[0].user_id).toBe(person.union_id);

	const chats: string[] = [];
	for await (const page of await client.im.v1.chat.listWithIterator({
		params: { page_size: 50 },
	})) {
		chats.push(...(page?.items ?? []).map((item) => item.chat_id!));
	}
	expect(chats).toHaveLength(128);

	const search = await client.im.v1.chat.search({ params: { query: '全员' } });
	const chat_id = search.data!.items![0].chat_id!;
	const members = await client.im.v1.chatMembers.get({
		params: { page_size: 1, member_id_type: 'open_id' },
		path: { chat_id },
	});
	expect(members.data).toMatchObject({ member_total: 200, items: [{ member_id: person.open_id }] });

	const colleagues = await client.contact.v3.user.findByDepartment({
		params: { department_id: '0' },
	});
	expect(colleagues.data?.items).toMatchObject([{ open_id: person.open_id, name: person.name }]);

	const image = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
	const uploaded = await client.im.v1.image.create({ data: { image_type: 'avatar', image } });
	expect(uploaded?.image_key).toMatch(/^img_/);
});
