import {
	type FeishuSandbox,
	FeishuSandboxClient,
	SECOND_TENANT_KEY,
	SEEDED_APPS,
	startFeishuSandbox,
	TENANT_KEY,
} from '../../sandbox/feishu/src';
import type { CompanyView, Person } from '../../sandbox/feishu/src/client';
import { FeishuCaller } from '../helpers/sandbox/FeishuCaller';

const { custom } = SEEDED_APPS;

interface DepartmentItem {
	open_department_id: string;
	department_id: string;
	parent_department_id?: string;
	name: string;
	member_count: number;
	primary_member_count: number;
}

let sandbox: FeishuSandbox;
let control: FeishuSandboxClient;
let feishu: FeishuCaller;
let company: CompanyView;

beforeAll(async () => {
	sandbox = await startFeishuSandbox({ people: 200, rateLimiting: { enabled: false } });
	control = new FeishuSandboxClient(sandbox.url);
	feishu = new FeishuCaller(sandbox.url);
});
afterAll(() => sandbox.close());
beforeEach(async () => {
	await control.reset({ keepTokens: true });
	[company] = await control.company();
});

const named = (name: string) =>
	company.departments.find((department) => department.name === name)!.open_department_id;

async function children(id: string, query = ''): Promise<DepartmentItem[]> {
	const items: DepartmentItem[] = [];
	let page_token = '';
	do {
		const path = `/open-apis/contact/v3/departments/${id}/children`;
		const token = page_token && `&page_token=${page_token}`;
		const answer = await feishu.call('GET', path, { query: `${query}${token}` });
		expect(answer).toMatchObject({ status: 200, code: 0 });
		const data = answer.data as unknown as { items: DepartmentItem[]; page_token: string };
		items.push(...data.items);
		({ page_token } = data);
	} while (page_token);
	return items;
}

/** Those who are in a department itself. */
async function directMembers(id: string): Promise<string[]> {
	const query = `department_id=${id}&page_size=50`;
	const path = '/open-apis/contact/v3/users/find_by_department';
	const { data } = await feishu.call('GET', path, { query });
	return (data as unknown as { items: Person[] }).items.map((person) => person.open_id);
}

describe('the departments below a department', () => {
	it('are those right below it, or all, at least three levels down', async () => {
		const below = await children('0');
		expect(below.map((item) => item.name)).toEqual([
			'研发部',
			'产品部',
			'市场部',
			'销售部',
			'客服部',
			'门店运营部',
			'人力资源部',
			'财务部',
		]);
		expect(below.every((item) => item.parent_department_id === '0')).toBe(true);
		const all = await children('0', 'fetch_child=true');
		expect(all).toHaveLength(company.departments.length - 1);
		const parents = new Map(all.map((item) => [item.open_department_id, item]));
		const levelOf = (item: DepartmentItem): number =>
			item.parent_department_id === '0' ? 1 : 1 + levelOf(parents.get(item.parent_department_id!)!);
		expect(Math.max(...all.map(levelOf))).toBe(3);
	});

	it('are named by the kind of ID that was asked for', async () => {
		const sales = company.departments.find(({ name }) => name === '销售部')!;
		const query = 'department_id_type=department_id&fetch_child=true';
		const items = await children(sales.department_id, query);
		expect(items.map((item) => item.name)).toEqual([
			'华东大区',
			'上海一店',
			'上海二店',
			'华南大区',
			'深圳一店',
		]);
		const [east, first] = items;
		expect(east.parent_department_id).toBe(sales.department_id);
		expect(first.parent_department_id).toBe(east.department_id);
	});

	it('hold people of their own, some of whom are in several', async () => {
		const sales = named('销售部');
		const all = [
			sales,
			...(await children(sales, 'fetch_child=true')).map((item) => item.open_department_id),
		];
		const lists = await Promise.all(all.map(directMembers));
		const distinct = new Set(lists.flat());
		expect(lists.every((list) => list.length > 0)).toBe(true);
		expect(distinct.size).toBeGreaterThan(lists[0].length);
		expect(distinct.size).toBeLessThan(lists.flat().length);
		const path = `/open-apis/contact/v3/departments/${sales}`;
		const { data } = await feishu.call('GET', path);
		expect(data).toMatchObject({
			department: {
				open_department_id: sales,
				parent_department_id: '0',
				name: '销售部',
				member_count: distinct.size,
				primary_member_count: lists[0].length,
				status: { is_deleted: false },
			},
		});
	});

	it('come in pages of at most 50', async () => {
		const parent = (await control.createDepartments([{ name: '门店' }]))[0].open_department_id;
		const names = Array.from({ length: 120 }, (_, index) => `${index + 1} 号店`);
		await control.createDepartments(names.map((name) => ({ name, parent })));
		expect((await children(parent, 'page_size=50')).map((item) => item.name)).toEqual(names);
		const path = `/open-apis/contact/v3/departments/${parent}/children`;
		const first = await feishu.call('GET', path);
		expect(first.data).toMatchObject({ has_more: true });
		expect((first.data as unknown as { items: unknown[] }).items).toHaveLength(10);
	});

	it.each([
		['0/children', 'page_size=0', 400, 40011],
		['0/children', 'page_size=51', 400, 40011],
		['0/children', 'page_token=x', 400, 40012],
		['0/children', 'fetch_child=perhaps', 400, 40001],
		['0/children', 'department_id_type=name', 400, 40001],
		['0/children', 'user_id_type=email', 400, 40001],
		['od-nowhere/children', '', 400, 40015],
		['D001/children', '', 400, 40015],
		['od-nowhere', '', 400, 40015],
		['0', 'department_id_type=name', 400, 40001],
		['0', '', 200, 0],
	])('%s?%s is answered %i %i', async (path, query, status, code) => {
		const answer = await feishu.call('GET', `/open-apis/contact/v3/departments/${path}`, { query });
		expect(answer).toMatchObject({ status, code });
	});

	it('have tokens for their own pages only', async () => {
		const path = '/open-apis/contact/v3/departments/0/children';
		const { data } = await feishu.call('GET', path, { query: 'page_size=1' });
		const query = `page_size=1&fetch_child=true&page_token=${(data as { page_token?: string }).page_token}`;
		expect((await feishu.call('GET', path, { query })).code).toBe(40012);
	});

	it('are made with members and forgotten on reset', async () => {
		const people = await control.people({ tenant_key: TENANT_KEY, limit: 3 });
		const [made] = await control.createDepartments([
			{ name: '值班', parent: 'D002', members: [people[1].user_id, people[2].union_id] },
		]);
		expect(made).toMatchObject({ name: '值班', parent: named('产品部'), members: 2 });
		expect(await directMembers(made.open_department_id)).toEqual([
			people[1].open_id,
			people[2].open_id,
		]);
		expect((await control.department(made.department_id)).memberOpenIds).toHaveLength(2);
		await control.changePerson(people[1].open_id, { is_resigned: true });
		expect(await directMembers(made.open_department_id)).toEqual([people[2].open_id]);
		await control.reset({ keepTokens: true });
		await expect(control.department(made.open_department_id)).rejects.toThrow('no department');
		const again = (await control.company())[0];
		expect(again.departments).toEqual(company.departments);
	});

	it('are refused with members or a parent that there are not', async () => {
		await expect(control.createDepartments([{ name: 'x', parent: 'D999' }])).rejects.toThrow(
			'D999',
		);
		await expect(control.createDepartments([{ name: 'x', members: ['ou_0'] }])).rejects.toThrow(
			'ou_0',
		);
		const [stranger] = await control.people({ tenant_key: SECOND_TENANT_KEY, limit: 1 });
		const members = [stranger.open_id];
		await expect(control.createDepartments([{ name: 'x', members }])).rejects.toThrow(members[0]);
		expect((await control.company())[0].departments).toEqual(company.departments);
	});
});

describe('what an app may read', () => {
	it('is refused outside the departments that are opened for it', async () => {
		await control.changeApp(custom.app_id, { readableDepartments: ['销售部'] });
		const ask = (path: string, query?: string) =>
			feishu.call('GET', `/open-apis/contact/v3/${path}`, { query });
		const closed = { status: 403, code: 40004 };
		expect(await ask('departments/0')).toMatchObject(closed);
		expect(await ask('departments/0/children')).toMatchObject(closed);
		expect(await ask(`departments/${named('研发部')}`)).toMatchObject(closed);
		const byDepartment = 'users/find_by_department';
		expect(await ask(byDepartment, `department_id=${named('研发部')}`)).toMatchObject(closed);
		expect(await ask(byDepartment, `department_id=${named('深圳一店')}`)).toMatchObject({
			code: 0,
		});
		expect(await ask(`departments/${named('销售部')}/children`)).toMatchObject({ code: 0 });
		const people = await control.people({ tenant_key: TENANT_KEY });
		const seller = people.find((person) => person.open_department_id === named('销售部'))!;
		const other = people.find((person) => person.open_department_id === named('财务部'))!;
		const found = await feishu.call('POST', '/open-apis/contact/v3/users/batch_get_id', {
			body: { emails: [seller.email, other.email] },
		});
		expect(found.data).toMatchObject({ user_list: [{ user_id: seller.open_id }, {}] });
		expect((found.data as { user_list?: object[] }).user_list![1]).toEqual({ email: other.email });
	});

	it('shows in the fields that its scopes cover', async () => {
		const sales = named('销售部');
		const [seller] = await directMembers(sales);
		const { email } = (await control.people()).find((person) => person.open_id === seller)!;
		const look = async (...scopes: string[]) => {
			await control.changeApp(custom.app_id, {
				scopes: ['contact:user.id:readonly', 'contact:contact.base:readonly', ...scopes],
			});
			const path = '/open-apis/contact/v3';
			const query = `department_id=${sales}&page_size=1`;
			const answers = [
				await feishu.call('GET', `${path}/departments/${sales}`),
				await feishu.call('GET', `${path}/users/find_by_department`, { query }),
				await feishu.call('POST', `${path}/users/batch_get_id`, { body: { emails: [email] } }),
			];
			const [{ department }, { items }, { user_list }] = answers.map(
				({ data }) => data as unknown as Record<string, object & object[]>,
			);
			return [department, items[0], user_list[0]].map((item) => Object.keys(item).sort().join(' '));
		};
		expect(await look()).toEqual(['open_department_id', 'open_id union_id', 'email user_id']);
		expect(
			await look(
				'contact:department.base:readonly',
				'contact:user.base:readonly',
				'contact:user.employee:readonly',
			),
		).toEqual([
			'department_id name open_department_id',
			'name open_id status union_id',
			'email status user_id',
		]);
		const everything = [
			'department_id member_count name open_department_id parent_department_id primary_member_count status',
			'department_ids name open_id status union_id',
			'email status user_id',
		];
		for (const scope of [
			'contact:contact:access_as_app',
			'contact:contact:readonly',
			'contact:contact:readonly_as_app',
		]) {
			expect(await look(scope)).toEqual(everything);
		}
	});
});
