import { readFileSync } from 'node:fs';
import path from 'node:path';

import {
	type FeishuSandbox,
	FeishuSandboxClient,
	SEEDED_APPS,
	startFeishuSandbox,
} from '../../sandbox/feishu/src';
import { FeishuCaller } from '../helpers/sandbox/FeishuCaller';

/** The scopes that a page gives to copy. */
function scopesIn(page: string): string[] {
	const text = readFileSync(path.resolve(__dirname, '../../docs', page), 'utf8');
	const [, json = '{}'] = /```json\n(\{\s*"scopes"[\s\S]*?)```/.exec(text) ?? [];
	return (JSON.parse(json) as { scopes: { tenant: string[] } }).scopes.tenant;
}

let sandbox: FeishuSandbox;
let control: FeishuSandboxClient;

beforeAll(async () => {
	sandbox = await startFeishuSandbox({ people: 20, rateLimiting: { enabled: false } });
	control = new FeishuSandboxClient(sandbox.url);
});
afterAll(() => sandbox.close());

describe('the scopes that docs/recipients.md gives to copy', () => {
	it('are the same in both languages', () => {
		expect(scopesIn('recipients.zh-CN.md')).toEqual(scopesIn('recipients.md'));
	});

	it('let an app find everybody in every way, with their names, and each is needed', async () => {
		const [{ groups, resigned }] = await control.company();
		const feishu = new FeishuCaller(sandbox.url, SEEDED_APPS.fewScopes);
		const [person] = await control.people({ limit: 1 });
		const card = { app_feed_card: { link: { link: 'https://example.com' } } };
		const user_ids = [person.open_id];
		const contact = '/open-apis/contact/v3';
		/** What an app with these scopes gets of all that the page tells of. */
		const gets = async (scopes: string[]) => {
			await control.changeApp(SEEDED_APPS.fewScopes.app_id, { scopes });
			const answers = [
				await feishu.create({ ...card, user_ids }),
				await feishu.botReminder({ time_sensitive: true, user_ids }),
				await feishu.call('POST', `${contact}/users/batch_get_id`, {
					body: { emails: [resigned[0].email], include_resigned: true },
				}),
				await feishu.call('GET', '/open-apis/im/v1/chats'),
				await feishu.call('POST', '/open-apis/im/v2/chats/search', { body: { query: '群' } }),
				await feishu.call('GET', `/open-apis/im/v1/chats/${groups[0].chat_id}/members`),
				await feishu.call('GET', `${contact}/departments/0/children`),
				await feishu.call('GET', `${contact}/users/find_by_department?department_id=0`),
			];
			const missing = answers.filter(({ code }) => code !== 0).length;
			const fields = answers.map(({ data }) => {
				const { items, user_list } = (data ?? {}) as Record<string, object[] | undefined>;
				return Object.keys((items ?? user_list)?.[0] ?? {});
			});
			const names = fields.filter((keys) => keys.includes('name')).length;
			const statuses = fields.filter((keys) => keys.includes('status')).length;
			return { missing, names, statuses };
		};
		const scopes = scopesIn('recipients.md');
		const all = await gets(scopes);
		expect(all).toEqual({ missing: 0, names: 4, statuses: 2 });
		for (const scope of scopes) {
			expect([scope, await gets(scopes.filter((each) => each !== scope))]).not.toEqual([
				scope,
				all,
			]);
		}
	});
});
