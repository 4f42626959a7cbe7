import { SEEDED_APPS } from '../../sandbox/feishu/src';
import { searchList } from '../helpers/execution/runNode';
import { withSandbox } from '../helpers/execution/withSandbox';

const sandbox = withSandbox();

describe('the chat picker', () => {
	it('lists the groups that the bot is in', async () => {
		const { results, paginationToken } = await searchList('searchChats', sandbox.credential());
		expect(results).toEqual(sandbox.groups.map(({ chat_id: value, name }) => ({ name, value })));
		expect(paginationToken).toBeUndefined();
		expect(await sandbox.calls()).toEqual([
			expect.objectContaining({
				method: 'GET',
				path: '/open-apis/im/v1/chats',
				query: { page_size: '100' },
			}),
		]);
	});

	it('searches them by name', async () => {
		const [{ name, chat_id: chatId }] = sandbox.groups;
		const { results } = await searchList('searchChats', sandbox.credential(), name);
		expect(results).toContainEqual({ name, value: chatId });
		expect(results.length).toBeLessThan(sandbox.groups.length);
		const [{ path, query }] = await sandbox.calls();
		expect([path, query]).toEqual([
			'/open-apis/im/v1/chats/search',
			{ page_size: '100', query: name },
		]);
	});

	it('names the scope that is missing', async () => {
		const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.fewScopes;
		await sandbox.feishu.changeApp(appId, { scopes: [] });
		await expect(
			searchList('searchChats', sandbox.credential({ appId, appSecret })),
		).rejects.toThrow(/^Could not list the chats: .*99991672.*im:chat:readonly/);
	});

	it('says what to mend in the credential', async () => {
		await expect(
			searchList('searchChats', sandbox.credential({ appSecret: 'wrong' })),
		).rejects.toThrow(/^Could not list the chats: .*App Secret/);
	});
});
