import type { INodeListSearchItems } from 'n8n-workflow';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import { searchList } from '../helpers/execution/runNode';
import { withSandbox } from '../helpers/execution/withSandbox';

const sandbox = withSandbox();
const { app_id: appId } = SEEDED_APPS.custom;
const PATH = '/open-apis/contact/v3/departments/0/children';

/** The rows of each page that scrolling to the end asks for. */
async function scrolled(filter?: string): Promise<INodeListSearchItems[][]> {
	const pages: INodeListSearchItems[][] = [];
	let token: string | undefined;
	do {
		const page = await searchList('searchDepartments', sandbox.credential(), filter, token);
		pages.push(page.results);
		token = page.paginationToken;
	} while (token !== undefined);
	return pages;
}
const names = (pages: INodeListSearchItems[][]) => pages.flat().map(({ name }) => name);
const departments = async () =>
	(await sandbox.feishu.company())[0].departments.filter(
		({ open_department_id: id }) => id !== '0',
	);

describe('the department picker', () => {
	it('lists all departments, with those above them', async () => {
		const pages = await scrolled();
		expect(new Set(pages.flat().map(({ value }) => value))).toEqual(
			new Set((await departments()).map(({ open_department_id: id }) => id)),
		);
		expect(names(pages)).toEqual(
			expect.arrayContaining(['研发部', '研发部 / 平台研发组', '研发部 / 平台研发组 / 支付小组']),
		);
		expect(await sandbox.calls()).toEqual([
			{
				method: 'GET',
				path: PATH,
				query: { page_size: '50', fetch_child: 'true' },
				body: undefined,
			},
		]);
	});

	it('searches by name, with those above them', async () => {
		expect(names(await scrolled(' 上海 '))).toEqual([
			'销售部 / 华东大区 / 上海一店',
			'销售部 / 华东大区 / 上海二店',
		]);
		expect(names(await scrolled('nowhere'))).toEqual([]);
	});

	it('pages through more than Feishu gives at once', async () => {
		const made = Array.from({ length: 240 }, (_, index) => ({ name: `门店 ${index}` }));
		await sandbox.feishu.createDepartments(made);
		const pages = await scrolled();
		expect(pages.length).toBe((await sandbox.calls()).length);
		expect(pages.slice(0, -1).map((page) => page.length)).toEqual([50, 50, 50, 50, 50]);
		expect(new Set(pages.flat().map(({ value }) => value)).size).toBe((await departments()).length);
	});

	it('shows no page that is empty, or too short to scroll, while more follow', async () => {
		const made = Array.from({ length: 240 }, (_, index) => ({
			name: index === 239 ? 'The last shop' : index % 5 === 0 ? `Shop ${index}` : `门店 ${index}`,
		}));
		await sandbox.feishu.createDepartments(made);
		expect(names(await scrolled('the LAST'))).toEqual(['The last shop']);
		expect(await sandbox.calls()).toHaveLength(Math.ceil((await departments()).length / 50));
		const pages = await scrolled('shop');
		expect(names(pages)).toEqual(made.map(({ name }) => name).filter((name) => /shop/i.test(name)));
		expect(pages.length).toBeGreaterThan(1);
		for (const page of pages.slice(0, -1)) expect(page.length).toBeGreaterThanOrEqual(20);
	});

	it('lists departments without a path for an app that may not read what is above them', async () => {
		await sandbox.feishu.changeApp(appId, {
			scopes: ['contact:contact.base:readonly', 'contact:department.base:readonly'],
		});
		expect(names(await scrolled('支付'))).toEqual(['支付小组']);
	});
});

describe('the department picker says what to do', () => {
	it.each([
		['no scope', [], /99991672.*open the scope contact:contact\.base:readonly/],
		[
			'no scope for names',
			['contact:contact.base:readonly'],
			/Feishu gave IDs without names: open the scope contact:department\.base:readonly/,
		],
	])('when the app has %s', async (_, scopes, message) => {
		await sandbox.feishu.changeApp(appId, { scopes });
		await expect(scrolled()).rejects.toThrow(message);
		await expect(scrolled()).rejects.toThrow(/^Could not list the departments: /);
	});

	it('when the app may not read the whole company', async () => {
		await sandbox.feishu.changeApp(appId, { readableDepartments: ['研发部'] });
		await expect(scrolled()).rejects.toThrow(
			/^Could not list the departments: .*no dept authority error.*: extend the app's contacts scope/,
		);
	});

	it('when the credential is wrong', async () => {
		await expect(
			searchList('searchDepartments', sandbox.credential({ appSecret: 'wrong' })),
		).rejects.toThrow(/^Could not list the departments: .*App Secret/);
	});
});
