import type { IDataObject } from 'n8n-workflow';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import { withSandbox } from '../helpers/execution/withSandbox';

/** The bot is in all groups but two. */
const sandbox = withSandbox({ groups: 252 });

const getMany = (parameters: IDataObject = {}): IDataObject => ({
	resource: 'chat',
	operation: 'getMany',
	...parameters,
});
const pagesAsked = async () => (await sandbox.calls()).map(({ query }) => query);

describe('Chat: Get Many', () => {
	it('gives the groups of the bot with what names them', async () => {
		const output = await sandbox.output(getMany());
		expect(output.map(({ chat_id }) => chat_id)).toEqual(
			sandbox.groups.slice(0, 50).map(({ chat_id }) => chat_id),
		);
		for (const group of output) {
			expect(Object.keys(group)).toEqual(['chat_id', 'name', 'description', 'owner_id']);
		}
		expect(await pagesAsked()).toEqual([{ page_size: '50' }]);
	});

	it('gives the groups as Feishu does, when they are not to be simplified', async () => {
		const [group] = await sandbox.output(getMany({ simplify: false, limit: 1 }));
		expect(group).toMatchObject({ chat_status: 'normal', owner_id_type: 'open_id' });
	});

	it('pages through all of them, and no further than is wanted', async () => {
		expect(await sandbox.output(getMany({ returnAll: true }))).toHaveLength(250);
		expect((await pagesAsked()).map(({ page_size }) => page_size)).toEqual(['100', '100', '100']);
		await sandbox.feishu.clearRequests();
		expect(await sandbox.output(getMany({ limit: 120 }))).toHaveLength(120);
		expect(await pagesAsked()).toHaveLength(2);
	});

	it('is done for each item', async () => {
		const { outputs } = await sandbox.run(getMany({ limit: '={{ $json.n }}' }), {
			items: [{ n: 1 }, { n: 2 }],
		});
		expect(outputs[0]?.map(({ pairedItem }) => pairedItem)).toEqual([
			{ item: 0 },
			{ item: 1 },
			{ item: 1 },
		]);
	});

	it.each([
		['HTTP 500', { kind: 'serverError' }],
		['a rate limit', { kind: 'tooManyRequests' }],
		['no response', { kind: 'dropped' }],
		['a token that ended', { kind: 'tokenExpired' }],
	] as const)('tries again after %s', async (_, fault) => {
		await sandbox.feishu.addFault({ ...fault, operation: 'chat.list', nth: 1 });
		expect(await sandbox.output(getMany())).toHaveLength(50);
	});

	it('says which scope to open, for the item that fails, and goes on if items may fail', async () => {
		const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.fewScopes;
		const credential = sandbox.credential({ appId, appSecret });
		const { error } = await sandbox.run(getMany(), { credential });
		expect(error?.message).toMatch(/^Could not get the chats: .*open the scope im:chat:readonly/);
		const { outputs } = await sandbox.run(getMany(), {
			credential,
			onError: 'continueRegularOutput',
		});
		expect(outputs[0]?.[0]?.json.error).toMatch(/open the scope im:chat:readonly/);
	});

	it('checks every item before the first call', async () => {
		const { error } = await sandbox.run(getMany({ limit: '={{ $json.n }}' }), {
			items: [{ n: 1 }, { n: 0 }],
		});
		expect(error?.message).toContain('Limit must be from 1 to');
		expect(await sandbox.calls()).toEqual([]);
	});
});
