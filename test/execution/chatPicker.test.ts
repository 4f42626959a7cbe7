import type { INodeListSearchItems } from 'n8n-workflow';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import type { FaultOptions, GroupView } from '../../sandbox/feishu/src/client';
import { searchList } from '../helpers/execution/runNode';
import { withSandbox } from '../helpers/execution/withSandbox';

const LIST = '/open-apis/im/v1/chats';
const SEARCH = '/open-apis/im/v2/chats/search';
const OLDER_SEARCH = '/open-apis/im/v1/chats/search';

describe('the chat picker', () => {
	const sandbox = withSandbox();

	it('lists the groups that the bot is in', async () => {
		const { results, paginationToken } = await searchList('searchChats', sandbox.credential());
		expect(results).toEqual(sandbox.groups.map(({ chat_id: value, name }) => ({ name, value })));
		expect(paginationToken).toBeUndefined();
		expect(await sandbox.calls()).toEqual([
			expect.objectContaining({ method: 'GET', path: LIST, query: { page_size: '100' } }),
		]);
	});

	it('lists them for a filter of nothing but spaces', async () => {
		const { results } = await searchList('searchChats', sandbox.credential(), ' \t');
		expect(results).toHaveLength(sandbox.groups.length);
		expect((await sandbox.calls()).map(({ path }) => path)).toEqual([LIST]);
	});

	it('searches them by name', async () => {
		const [{ name, chat_id: chatId }] = sandbox.groups;
		const { results } = await searchList('searchChats', sandbox.credential(), ` ${name} `);
		expect(results).toContainEqual({ name, value: chatId });
		expect(results.length).toBeLessThan(sandbox.groups.length);
		expect(await sandbox.calls()).toEqual([
			{
				method: 'POST',
				path: SEARCH,
				query: { page_size: '100' },
				body: {
					query: name,
					filter: {
						search_types: ['private', 'external', 'public_joined'],
						disable_search_by_user: true,
					},
				},
			},
		]);
	});

	it('searches for no more characters than Feishu takes', async () => {
		const { results } = await searchList('searchChats', sandbox.credential(), '群'.repeat(80));
		expect(results).toEqual([]);
		const [{ body }] = await sandbox.calls();
		expect(body).toMatchObject({ query: '群'.repeat(64) });
	});

	it('names the scope that is missing', async () => {
		const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.fewScopes;
		await sandbox.feishu.changeApp(appId, { scopes: [] });
		for (const filter of [undefined, '项目']) {
			await expect(
				searchList('searchChats', sandbox.credential({ appId, appSecret }), filter),
			).rejects.toThrow(/^Could not list the chats: .*99991672.*im:chat:read/);
		}
	});

	it('says what to mend in the credential', async () => {
		for (const filter of [undefined, '项目']) {
			await expect(
				searchList('searchChats', sandbox.credential({ appSecret: 'wrong' }), filter),
			).rejects.toThrow(/^Could not list the chats: .*App Secret/);
		}
		expect(await sandbox.calls()).toEqual([]);
	});
});

describe('the chat picker, of a bot that is in 250 groups', () => {
	const sandbox = withSandbox({ groups: 252 });
	const { app_id: appId } = SEEDED_APPS.custom;

	/** The rows of each page that scrolling to the end asks for, and the paths of all calls. */
	async function scrolled(filter?: string) {
		const pages: INodeListSearchItems[][] = [];
		let token: string | undefined;
		do {
			const page = await searchList('searchChats', sandbox.credential(), filter, token);
			pages.push(page.results);
			token = page.paginationToken;
		} while (token !== undefined);
		const calls = await sandbox.calls();
		return { pages, paths: calls.map(({ path }) => path) };
	}
	const rowsOf = (groups: GroupView[]) =>
		groups.map(({ chat_id: value, name }) => ({ name, value }));
	const named = () => sandbox.groups.filter(({ name }) => name.includes('项目群'));

	it('lists them in three pages', async () => {
		const { pages, paths } = await scrolled();
		expect(pages.map((page) => page.length)).toEqual([100, 100, 50]);
		expect(pages.flat()).toEqual(rowsOf(sandbox.groups));
		expect(paths).toEqual([LIST, LIST, LIST]);
	});

	it('searches in as many', async () => {
		const { pages, paths } = await scrolled('项目群');
		expect(pages.flat()).toEqual(rowsOf(named()));
		expect(paths).toEqual([SEARCH, SEARCH, SEARCH]);
	});

	it.each<[string, () => Promise<unknown>]>([
		[
			'the app has no scope for it',
			async () => await sandbox.feishu.changeApp(appId, { scopes: ['im:chat:readonly'] }),
		],
		[
			'this Feishu does not have it',
			async () => await sandbox.feishu.changeSettings({ chatSearchV2: 'unsupported' }),
		],
		[
			'it does not take the token of an app',
			async () => await sandbox.feishu.changeSettings({ chatSearchV2: 'forbidden' }),
		],
		[
			'it refuses the fields',
			async () =>
				await sandbox.feishu.addFault({
					kind: 'errorCode',
					operation: 'chat.searchV2',
					status: 400,
					code: 99992402,
					msg: 'field validation failed',
				}),
		],
	])('searches with the older search when %s', async (_, prepare) => {
		await prepare();
		const { pages, paths } = await scrolled('项目群');
		expect(pages.flat()).toEqual(rowsOf(named()));
		// Further pages ask only the one that answered.
		expect(paths.filter((path) => path !== SEARCH)).toEqual(Array(3).fill(OLDER_SEARCH));
		expect(paths.lastIndexOf(SEARCH)).toBeLessThan(paths.indexOf(OLDER_SEARCH));
	});

	it.each<[string, FaultOptions, RegExp]>([
		['too many calls', { kind: 'tooManyRequests' }, /99991400.*wait a little/],
		['a server error', { kind: 'serverError' }, /try again later/],
		['an IP address that is not allowed', { kind: 'gatewayCode', code: 99991401 }, /allow-list/],
		['a used-up quota', { kind: 'gatewayCode', code: 99991403 }, /this month are used up/],
		['a dropped connection', { kind: 'dropped' }, /check the network/],
	])('says so after %s, without another search', async (_, fault, message) => {
		await sandbox.feishu.addFault({ operation: 'chat.searchV2', ...fault });
		await expect(searchList('searchChats', sandbox.credential(), '项目群')).rejects.toThrow(
			message,
		);
		expect((await sandbox.calls()).map(({ path }) => path)).toEqual([SEARCH]);
	});
});
