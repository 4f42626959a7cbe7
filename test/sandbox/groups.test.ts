import {
	type FeishuSandbox,
	FeishuSandboxClient,
	SECOND_TENANT_KEY,
	SEEDED_APPS,
	startFeishuSandbox,
	TENANT_KEY,
} from '../../sandbox/feishu/src';
import type { Person } from '../../sandbox/feishu/src/client';
import { type Answer, FeishuCaller } from '../helpers/sandbox/FeishuCaller';

const { custom, fewScopes } = SEEDED_APPS;

interface FoundChat {
	id: string;
	display_info: string;
	meta_data: { chat_id: string; name: string; chat_mode: string; owner_id: string };
}
interface Found {
	items: FoundChat[];
	total: number;
	has_more: boolean;
	page_token: string;
}

let sandbox: FeishuSandbox;
let control: FeishuSandboxClient;
let feishu: FeishuCaller;
let people: Person[];

beforeAll(async () => {
	sandbox = await startFeishuSandbox({ people: 2500, rateLimiting: { enabled: false } });
	control = new FeishuSandboxClient(sandbox.url);
	feishu = new FeishuCaller(sandbox.url);
	people = await control.people({ tenant_key: TENANT_KEY, limit: 2500 });
});
afterAll(() => sandbox.close());
beforeEach(() => control.reset({ keepTokens: true }));

const ask = (body: unknown, query?: string): Promise<Omit<Answer, 'data'> & { data: Found }> =>
	feishu.call('POST', '/open-apis/im/v2/chats/search', { body, query }) as never;
const namesOf = ({ data }: { data: Found }) => data.items.map((item) => item.meta_data.name);

async function membersOf(chat_id: string): Promise<{ ids: string[]; calls: number }> {
	const ids: string[] = [];
	let calls = 0;
	let page_token = '';
	do {
		const { data } = await feishu.call('GET', `/open-apis/im/v1/chats/${chat_id}/members`, {
			query: `page_size=100${page_token && `&page_token=${page_token}`}`,
		});
		const page = data as unknown as { items: Array<{ member_id: string }>; page_token: string };
		ids.push(...page.items.map((item) => item.member_id));
		({ page_token } = page);
		calls++;
	} while (page_token);
	return { ids, calls };
}

describe('chat search version 2', () => {
	it('finds the groups of the bot by a part of their name', async () => {
		const [sales] = (await control.company())[0].groups.filter(({ name }) => name === '销售部群');
		const answer = await ask({ query: '销售部' });
		expect(answer).toMatchObject({ status: 200, code: 0 });
		expect(answer.data).toEqual({
			items: [
				{
					id: sales.chat_id,
					display_info: '销售部群',
					meta_data: {
						chat_id: sales.chat_id,
						avatar: '',
						name: '销售部群',
						description: expect.any(String),
						owner_id: sales.owner,
						owner_id_type: 'open_id',
						external: false,
						tenant_key: TENANT_KEY,
						chat_status: 'normal',
						chat_mode: 'group',
					},
				},
			],
			total: 1,
			has_more: false,
			page_token: '',
		});
	});

	it('finds them by the name of a member, unless told not to', async () => {
		const [member] = people;
		await control.createGroups([{ name: 'Alpha', members: [member.open_id] }]);
		expect(namesOf(await ask({ query: member.name }))).toContain('Alpha');
		const filter = { disable_search_by_user: true };
		expect(namesOf(await ask({ query: member.name, filter }))).toEqual([]);
		expect(namesOf(await ask({ query: 'aLPHA', filter }))).toEqual(['Alpha']);
	});

	it('finds those in which all of some members are', async () => {
		const [a, b, c] = people;
		await control.createGroups([
			{ name: 'ab', members: [a.open_id, b.user_id] },
			{ name: 'bc', members: [b.open_id, c.union_id] },
		]);
		const search = (member_ids: string[], type = 'open_id', query?: string) =>
			ask({ query, filter: { member_ids } }, `page_size=100&user_id_type=${type}`).then(namesOf);
		const both = await search([a.union_id, b.union_id], 'union_id');
		expect(both).toContain('ab');
		expect(both).not.toContain('bc');
		expect(await search([b.open_id], 'open_id', 'b')).toEqual(['ab', 'bc']);
		expect(await search(['ou_0'])).toEqual([]);
	});

	it('comes in pages of 20, or up to 100, in the order asked for', async () => {
		const members = people.slice(0, 5).map((person) => person.open_id);
		const groups = Array.from({ length: 130 }, (_, index) => ({
			name: `Store ${index + 1}`,
			members: members.slice(0, 1 + (index % 5)),
		}));
		await control.createGroups(groups);
		const filter = { disable_search_by_user: true };
		const names: string[] = [];
		const sizes: number[] = [];
		let page_token = '';
		do {
			const query = `page_size=60${page_token && `&page_token=${page_token}`}`;
			const answer = await ask({ query: 'store', filter }, query);
			expect(answer.data.total).toBe(130);
			names.push(...namesOf(answer));
			sizes.push(answer.data.items.length);
			({ page_token } = answer.data);
			expect(answer.data.has_more).toBe(page_token !== '');
		} while (page_token);
		expect(sizes).toEqual([60, 60, 10]);
		expect(names).toEqual(groups.map(({ name }) => name));
		expect((await ask({ query: 'store', filter })).data.items).toHaveLength(20);
		const first = (sorter: string) =>
			ask({ query: 'store', filter, sorter }, 'page_size=1').then((answer) => namesOf(answer)[0]);
		expect(await first('create_time_desc')).toBe('Store 130');
		expect(await first('update_time_desc')).toBe('Store 130');
		expect(await first('member_count_desc')).toBe('Store 5');
		const token = (await ask({ query: 'store', filter })).data.page_token;
		expect((await ask({ query: 'Store 1', filter }, `page_token=${token}`)).code).toBe(232001);
	});

	it.each<[unknown, string, number]>([
		[{}, '', 232001],
		[{ query: '' }, '', 232001],
		[{ filter: { member_ids: [] } }, '', 232001],
		[{ query: 'a'.repeat(64) }, '', 0],
		[{ query: '字'.repeat(65) }, '', 232001],
		[{ query: 7 }, '', 232001],
		[{ filter: { member_ids: Array(50).fill('ou_0') } }, '', 0],
		[{ filter: { member_ids: Array(51).fill('ou_0') } }, '', 232001],
		[{ filter: { member_ids: ['on_0'] } }, '', 232001],
		[{ query: 'a', filter: { search_types: ['p2p'] } }, '', 232001],
		[{ query: 'a', filter: { search_types: ['private', 'public_joined'] } }, '', 0],
		[{ query: 'a', filter: { chat_modes: ['topic'] } }, '', 232001],
		[{ query: 'a', sorter: 'name' }, '', 232001],
		[{ query: 'a' }, 'page_size=0', 232001],
		[{ query: 'a' }, 'page_size=100', 0],
		[{ query: 'a' }, 'page_size=101', 232001],
		[{ query: 'a' }, 'page_token=x', 232001],
		[{ query: 'a' }, 'user_id_type=email', 232001],
	])('answers %j with "%s" by %i', async (body, query, code) => {
		expect(await ask(body, query)).toMatchObject({ status: code ? 400 : 200, code });
	});

	it('finds nothing of a kind that the groups are not', async () => {
		const search = (filter: object) => ask({ query: '销售部', filter }).then(namesOf);
		expect(await search({ search_types: ['private'], chat_modes: ['default'] })).toHaveLength(1);
		expect(await search({ search_types: ['external', 'public_not_joined'] })).toEqual([]);
		expect(await search({ chat_modes: ['thread'] })).toEqual([]);
		expect(await search({ is_manager: true })).toEqual([]);
	});

	it('is not there, or not for apps, on demand, while version 1 answers', async () => {
		const older = () =>
			feishu.call('GET', '/open-apis/im/v1/chats/search', { query: 'query=%E9%94%80%E5%94%AE' });
		await control.changeSettings({ chatSearchV2: 'unsupported' });
		expect(await ask({ query: '销售' })).toMatchObject({ status: 404, code: 404 });
		expect(await older()).toMatchObject({ code: 0, data: { items: [{ name: '销售部群' }] } });
		await control.changeSettings({ chatSearchV2: 'forbidden' });
		expect(await ask({ query: '销售' })).toMatchObject({ status: 400, code: 99991668 });
		expect((await older()).code).toBe(0);
		await control.changeSettings({ chatSearchV2: 'available' });
		expect((await ask({ query: '销售' })).code).toBe(0);
	});

	it('can lack its scope alone', async () => {
		await control.changeApp(fewScopes.app_id, { scopes: ['im:chat:readonly'] });
		const limited = new FeishuCaller(sandbox.url, fewScopes);
		const body = { query: '销售' };
		const newer = await limited.call('POST', '/open-apis/im/v2/chats/search', { body });
		expect(newer).toMatchObject({
			status: 400,
			code: 99991672,
			error: { permission_violations: [{ subject: 'im:chat:read' }] },
		});
		const older = await limited.call('GET', '/open-apis/im/v1/chats/search', { query: 'query=a' });
		expect(older.code).toBe(0);
	});
});

describe('groups on demand', () => {
	it('are made by the hundred, with all bots and the first person in them', async () => {
		const names = Array.from({ length: 250 }, (_, index) => `Group ${index + 1}`);
		const made = await control.createGroups(names.map((name) => ({ name })));
		expect(made.map(({ name }) => name)).toEqual(names);
		expect(new Set(made.map(({ chat_id }) => chat_id)).size).toBe(250);
		expect(made[0]).toMatchObject({ owner: people[0].open_id, members: 1 });
		const sizes: number[] = [];
		let page_token = '';
		do {
			const query = `page_size=100${page_token && `&page_token=${page_token}`}`;
			const { data } = await feishu.call('GET', '/open-apis/im/v1/chats', { query });
			const page = data as unknown as { items: unknown[]; page_token: string };
			sizes.push(page.items.length);
			({ page_token } = page);
		} while (page_token);
		expect(sizes).toEqual([100, 100, 72]);
		const newest = await feishu.call('GET', '/open-apis/im/v1/chats', {
			query: 'page_size=1&sort_type=ByActiveTimeDesc',
		});
		expect(newest.data).toMatchObject({ items: [{ name: 'Group 250' }] });
		const feed = await control.feed(people[0].open_id);
		expect(feed.filter((entry) => entry.title.startsWith('Group '))).toHaveLength(250);
	});

	it('hold 2,000 members, who come in 20 pages', async () => {
		const members = people.slice(100, 2100).map((person) => person.open_id);
		const [{ chat_id, owner }] = await control.createGroups([{ name: 'Large', members }]);
		expect(owner).toBe(members[0]);
		expect(await membersOf(chat_id)).toEqual({ ids: members, calls: 20 });
	});

	it('may overlap a department', async () => {
		const department = (await control.company())[0].departments.find(
			({ name }) => name === '客服部',
		)!;
		const { memberOpenIds } = await control.department(department.open_department_id);
		const outside = people.filter(({ open_id }) => !memberOpenIds.includes(open_id));
		const members = [...memberOpenIds.slice(0, 10), ...outside.slice(0, 5).map((p) => p.open_id)];
		const [{ chat_id }] = await control.createGroups([{ name: 'Mixed', members }]);
		const { ids } = await membersOf(chat_id);
		expect(ids.filter((id) => memberOpenIds.includes(id))).toHaveLength(10);
		expect(new Set([...ids, ...memberOpenIds]).size).toBe(memberOpenIds.length + 5);
	});

	it('may lack the bot, belong to the other tenant, and are gone after a reset', async () => {
		const [without] = await control.createGroups([{ name: 'No bot', bots: [] }]);
		const path = `/open-apis/im/v1/chats/${without.chat_id}/members`;
		expect((await feishu.call('GET', path)).code).toBe(232011);
		const [elsewhere] = await control.createGroups([{ name: 'Elsewhere' }], SECOND_TENANT_KEY);
		expect(elsewhere.tenant_key).toBe(SECOND_TENANT_KEY);
		const [withOne] = await control.createGroups([{ name: 'One', bots: [custom.app_id] }]);
		expect(withOne.bots).toEqual([custom.app_id]);
		const before = (await control.company())[0].groups.length;
		await control.reset({ keepTokens: true });
		expect((await control.company())[0].groups).toHaveLength(before - 2);
		await expect(control.group(without.chat_id)).rejects.toThrow('no group');
	});

	it('are not made at all when one of them cannot be', async () => {
		const before = (await control.company())[0].groups;
		for (const wrong of [{ members: ['ou_0'] }, { bots: ['cli_0'] }]) {
			const groups = [{ name: 'right' }, { name: 'wrong', ...wrong }];
			await expect(control.createGroups(groups)).rejects.toThrow('There is no');
		}
		await expect(control.createGroups([{ name: 'x' }], 'nowhere')).rejects.toThrow('no tenant');
		expect((await control.company())[0].groups).toEqual(before);
	});
});
