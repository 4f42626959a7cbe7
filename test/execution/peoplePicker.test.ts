import type { INodeParameters } from 'n8n-workflow';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import { searchList } from '../helpers/execution/runNode';
import { withSandbox } from '../helpers/execution/withSandbox';

const sandbox = withSandbox({ people: 1000 });

const locator = (value: string, mode = 'list') => ({ __rl: true, mode, value });
const inChat = (value: string, mode?: string): INodeParameters => ({
	personFrom: 'chat',
	personChat: locator(value, mode),
});
const inDepartment = (value: string, mode?: string): INodeParameters => ({
	personFrom: 'department',
	personDepartment: locator(value, mode),
});
const search = async (
	parameters: INodeParameters,
	{ filter, token, app = {} }: { filter?: string; token?: string; app?: object } = {},
) => await searchList('searchPeople', sandbox.credential({ ...app }), filter, token, parameters);

/** Everything that scrolling to the end would show, and how many rows came at once. */
async function scrolled(parameters: INodeParameters, filter?: string) {
	const rows: Array<{ name: string; value: unknown }> = [];
	const pages: number[] = [];
	let token: string | undefined;
	do {
		const { results, paginationToken } = await search(parameters, { filter, token });
		rows.push(...results);
		pages.push(results.length);
		token = paginationToken;
	} while (token !== undefined);
	return { rows, pages };
}
const rowsOf = (people: Array<{ name: string; open_id: string }>) =>
	people.map(({ name, open_id: value }) => ({ name, value }));

describe('the people picker, in a chat', () => {
	it('lists the members, a page at a time', async () => {
		const [everybody] = sandbox.groups;
		const { rows, pages } = await scrolled(inChat(everybody.chat_id));
		expect(rows).toEqual(rowsOf(sandbox.people));
		expect(pages).toEqual(Array(10).fill(100));
		const path = `/open-apis/im/v1/chats/${everybody.chat_id}/members`;
		const calls = await sandbox.calls();
		expect(calls.map((call) => [call.method, call.path])).toEqual(pages.map(() => ['GET', path]));
		expect(calls[0].query).toEqual({ page_size: '100', member_id_type: 'open_id' });
	});

	it('takes the chat from a link', async () => {
		const { chat_id: chatId } = sandbox.groups[3];
		const link = `https://applink.feishu.cn/client/chat/open?openChatId=${chatId}`;
		const { results } = await search(inChat(link, 'url'));
		expect(results.length).toBeGreaterThan(0);
		const [{ path }] = await sandbox.calls();
		expect(path).toBe(`/open-apis/im/v1/chats/${chatId}/members`);
	});

	it('searches by name over all pages, without a page that is empty while more follow', async () => {
		const last = sandbox.people[sandbox.people.length - 1];
		const named = sandbox.people.filter(({ name }) => name.includes(last.name));
		const { rows, pages } = await scrolled(inChat(sandbox.groups[0].chat_id), ` ${last.name}`);
		expect(rows).toEqual(rowsOf(named));
		expect(pages).toEqual([named.length]);
		expect(await sandbox.calls()).toHaveLength(10);
	});

	it('gives a search that finds many enough rows to scroll, and goes on from there', async () => {
		const surnames = sandbox.people.map(({ name }) => name[0]);
		const countOf = (surname: string) => surnames.filter((one) => one === surname).length;
		const [common] = [...new Set(surnames)].sort((one, other) => countOf(other) - countOf(one));
		const named = sandbox.people.filter(({ name }) => name.includes(common));
		const { rows, pages } = await scrolled(inChat(sandbox.groups[0].chat_id), common);
		expect(rows).toEqual(rowsOf(named));
		expect(pages.length).toBeGreaterThan(1);
		for (const count of pages.slice(0, -1)) expect(count).toBeGreaterThanOrEqual(20);
	});

	it('finds nobody by a name that nobody has', async () => {
		const { rows, pages } = await scrolled(inChat(sandbox.groups[0].chat_id), 'Nobody At All');
		expect([rows, pages]).toEqual([[], [0]]);
	});

	it('asks for the chat first', async () => {
		await expect(search(inChat(''))).rejects.toThrow(/^Choose a value in "Look in Chat" first$/);
		await expect(search({})).rejects.toThrow(/^Choose a value in "Look in Chat" first$/);
		await expect(
			search(inChat('https://applink.feishu.cn/client/chat/chatter/add_by_link?link_token=1')),
		).rejects.toThrow(/^Look in Chat is a link for sharing, which does not hold the ID/);
		expect(await sandbox.calls()).toEqual([]);
	});

	it('names the scope that is missing', async () => {
		const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.fewScopes;
		await sandbox.feishu.changeApp(appId, { scopes: [] });
		await expect(
			search(inChat(sandbox.groups[0].chat_id), { app: { appId, appSecret } }),
		).rejects.toThrow(/^Could not list the members of the chat: .*99991672.*im:chat:readonly/);
	});

	it('says what to mend in the credential', async () => {
		await expect(
			search(inChat(sandbox.groups[0].chat_id), { app: { appSecret: 'wrong' } }),
		).rejects.toThrow(/^Could not list the members of the chat: .*App Secret/);
	});
});

describe('the people picker, in a department', () => {
	const departments = async () => (await sandbox.feishu.company())[0].departments;
	const membersOf = (department: { open_department_id: string }) =>
		sandbox.people.filter((person) => person.open_department_id === department.open_department_id);

	it.each(['open_department_id', 'department_id'] as const)('lists them by %s', async (idType) => {
		const department = (await departments())[1];
		const { rows } = await scrolled(inDepartment(department[idType], 'id'));
		expect(rows).toEqual(rowsOf(membersOf(department)));
		const [call] = await sandbox.calls();
		expect(call).toMatchObject({
			method: 'GET',
			path: '/open-apis/contact/v3/users/find_by_department',
			query: {
				page_size: '50',
				department_id: department[idType],
				department_id_type: idType,
				user_id_type: 'open_id',
			},
		});
	});

	it('searches by name', async () => {
		const department = (await departments())[1];
		const [person] = membersOf(department);
		const { rows } = await scrolled(inDepartment(department.open_department_id), person.name);
		expect(rows).toEqual(
			rowsOf(membersOf(department).filter(({ name }) => name.includes(person.name))),
		);
	});

	it('asks for the department first', async () => {
		await expect(search({ ...inChat('oc_1'), ...inDepartment('') })).rejects.toThrow(
			/^Choose a value in "Look in Department" first$/,
		);
		expect(await sandbox.calls()).toEqual([]);
	});

	it('names the scope that is missing', async () => {
		const department = (await departments())[1];
		const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.fewScopes;
		await sandbox.feishu.changeApp(appId, { scopes: [] });
		await expect(
			search(inDepartment(department.open_department_id), { app: { appId, appSecret } }),
		).rejects.toThrow(/^Could not list the members of the department: .*contact:contact\.base/);
	});

	it('says that the contacts scope does not cover the department', async () => {
		const { app_id: appId } = SEEDED_APPS.custom;
		await sandbox.feishu.changeApp(appId, { readableDepartments: ['研发部'] });
		await expect(search(inDepartment('D002', 'id'))).rejects.toThrow(
			/^Could not list the members of the department: .*no dept authority.*extend the app's contacts scope/,
		);
	});
});
