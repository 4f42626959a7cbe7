import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import {
	type FeishuSandbox,
	FeishuSandboxClient,
	SECOND_TENANT_KEY,
	SEEDED_APPS,
	startFeishuSandbox,
	TENANT_KEY,
} from '../../sandbox/feishu/src';
import { FeishuCaller } from '../helpers/sandbox/FeishuCaller';

const { custom } = SEEDED_APPS;

let sandbox: FeishuSandbox;
let control: FeishuSandboxClient;
let feishu: FeishuCaller;

beforeAll(async () => {
	sandbox = await startFeishuSandbox({ latency: 1, tokenLifetime: 3600 });
	control = new FeishuSandboxClient(sandbox.url);
});
afterAll(() => sandbox.close());
beforeEach(async () => {
	await control.reset();
	feishu = new FeishuCaller(sandbox.url);
});

const create = (user_ids: string[], card: object = {}) =>
	feishu.create({ app_feed_card: { link: { link: 'https://example.com' }, ...card }, user_ids });

describe('the company', () => {
	it('is the same on every start, and larger where more people are asked for', async () => {
		const larger = await startFeishuSandbox({ people: 2000, groups: 40 });
		try {
			const people = await control.people({ tenant_key: TENANT_KEY });
			const many = new FeishuSandboxClient(larger.url);
			const more = await many.people({ tenant_key: TENANT_KEY, limit: 2000 });
			expect(people).toHaveLength(300);
			expect(more).toHaveLength(2000);
			expect(more.slice(0, 300)).toEqual(people);
			expect((await many.company())[0].groups).toHaveLength(40);
		} finally {
			await larger.close();
		}
	});

	it('has nobody’s ID, address or number twice', async () => {
		const people = await control.people({ limit: 1000 });
		for (const field of ['open_id', 'union_id', 'user_id', 'email', 'mobile'] as const) {
			const values = people.map((person) => person[field]);
			expect(new Set(values).size).toBe(people.length);
		}
	});

	it('has people with Chinese names, and all kinds of IDs', async () => {
		for (const person of await control.people({ tenant_key: TENANT_KEY })) {
			expect(person).toMatchObject({
				name: expect.stringMatching(/^\p{Script=Han}{2,4}$/u),
				open_id: expect.stringMatching(/^ou_[0-9a-f]{32}$/),
				union_id: expect.stringMatching(/^on_[0-9a-f]{32}$/),
				user_id: expect.stringMatching(/^[0-9a-f]{8}$/),
				email: expect.stringMatching(/^[a-z]+\.[a-z]+\.\d+@example\.com$/),
				mobile: expect.stringMatching(/^\+\d{11,13}$/),
			});
		}
	});

	it('has groups with everybody, by department and for projects, the last two without a bot', async () => {
		const [{ groups, departments }, second] = await control.company();
		const people = await control.people({ tenant_key: TENANT_KEY });
		expect(groups).toHaveLength(24);
		expect(groups[0].members).toBe(300);
		const { memberOpenIds } = await control.group(groups[3].chat_id);
		expect(memberOpenIds).toEqual(
			people
				.filter((person) => person.open_department_id === departments[3].open_department_id)
				.map((person) => person.open_id),
		);
		expect(groups[10].members).toBe(12);
		const withBot = groups.filter((group) => group.bots.includes(custom.app_id));
		expect(withBot).toEqual(groups.slice(0, 22));
		expect(second).toMatchObject({ tenant_key: SECOND_TENANT_KEY, people: 12 });
	});

	it('can be listed in parts', async () => {
		const all = await control.people({ tenant_key: TENANT_KEY });
		const part = {
			tenant_key: TENANT_KEY,
			offset: 10,
			limit: 2,
			fields: ['open_id', 'name'] as const,
		};
		expect(await control.people({ ...part, fields: [...part.fields] })).toEqual(
			all.slice(10, 12).map(({ open_id, name }) => ({ open_id, name })),
		);
	});
});

describe('recorded requests', () => {
	it('tell what was sent and what was answered, in order', async () => {
		const [{ open_id }] = await control.people({ limit: 1 });
		await create([open_id], { biz_id: 'b', title: '你好 🎓' });
		await feishu.call('GET', '/open-apis/nowhere', { query: 'a=1' });
		const [token, call, unknown] = await control.requests();
		expect(token).toMatchObject({
			number: 1,
			method: 'POST',
			path: '/open-apis/auth/v3/tenant_access_token/internal',
			operation: 'tenantAccessToken.internal',
			app_id: custom.app_id,
			body: { app_id: custom.app_id, app_secret: custom.app_secret },
			status: 200,
			code: 0,
			outcome: 'answered',
			handled: true,
		});
		const body = {
			app_feed_card: { link: { link: 'https://example.com' }, biz_id: 'b', title: '你好 🎓' },
			user_ids: [open_id],
		};
		expect(call).toMatchObject({
			number: 2,
			method: 'POST',
			path: '/open-apis/im/v2/app_feed_card',
			query: {},
			headers: {
				authorization: `Bearer ${await feishu.tenantAccessToken()}`,
				'content-type': 'application/json; charset=utf-8',
			},
			rawBody: JSON.stringify(body),
			body,
			operation: 'appFeedCard.create',
			app_id: custom.app_id,
			tenant_key: TENANT_KEY,
			recipients: 1,
			status: 200,
			code: 0,
			responseBody: { code: 0, msg: 'success', data: { biz_id: 'b', failed_cards: [] } },
			outcome: 'answered',
			handled: true,
		});
		expect(call.receivedAt).toBeGreaterThanOrEqual(token.answeredAt!);
		expect(call.answeredAt).toBeGreaterThan(call.receivedAt);
		expect(Math.abs(call.receivedAt - Date.now())).toBeLessThan(10_000);
		expect(unknown).toMatchObject({
			number: 3,
			path: '/open-apis/nowhere',
			query: { a: '1' },
			status: 404,
		});
		expect(unknown.operation).toBeUndefined();
	});

	it('can be filtered', async () => {
		await create(['ou_1']);
		await create([]);
		await control.addFault({ kind: 'serverError' });
		await create(['ou_1']);
		const numbers = async (filter: Parameters<typeof control.requests>[0]) =>
			(await control.requests(filter)).map((request) => request.number);
		expect(await numbers({ operation: 'appFeedCard.create' })).toEqual([2, 3, 4]);
		expect(await numbers({ operation: 'appFeedCard.create', limit: 1 })).toEqual([2]);
		expect(await numbers({ after: 2 })).toEqual([3, 4]);
		expect(await numbers({ status: 400 })).toEqual([3]);
		expect(await numbers({ code: 230001 })).toEqual([3]);
		expect(await numbers({ handled: false })).toEqual([4]);
		expect(await numbers({ fault: 'serverError' })).toEqual([4]);
		expect(await numbers({ outcome: 'dropped' })).toEqual([]);
		expect(await numbers({ app_id: 'cli_other' })).toEqual([]);
	});

	it('are forgotten, the oldest first, when there are too many', async () => {
		await control.changeSettings({
			recording: { mostRequests: 8 },
			rateLimiting: { enabled: false },
		});
		for (let index = 0; index < 30; index++) await create([]);
		const requests = await control.requests();
		expect(requests.length).toBeGreaterThanOrEqual(8);
		expect(requests.length).toBeLessThanOrEqual(10);
		expect(requests.at(-1)?.number).toBe(31);
		expect((await control.counters()).operations['appFeedCard.create'].calls).toBe(30);
	});

	it('can be kept without bodies, or not at all, and are counted all the same', async () => {
		await control.changeSettings({ recording: { bodies: false } });
		await create(['ou_1', 'ou_2']);
		const [, call] = await control.requests();
		expect(call).toMatchObject({ operation: 'appFeedCard.create', status: 200, recipients: 2 });
		for (const field of ['headers', 'rawBody', 'body', 'rawResponse', 'responseBody'] as const) {
			expect(call[field]).toBeUndefined();
		}
		await control.changeSettings({ recording: { requests: false, effects: false } });
		const [{ open_id }] = await control.people({ limit: 1 });
		await create([open_id]);
		expect(await control.requests()).toHaveLength(2);
		expect(await control.effects()).toEqual([]);
		expect(await control.counters()).toMatchObject({
			operations: { 'appFeedCard.create': { calls: 2, recipients: 3 } },
			effects: { cardCreated: 1, notified: 1 },
		});
	});

	it('and counters are forgotten on demand, feeds are not', async () => {
		const [{ open_id }] = await control.people({ limit: 1 });
		await create([open_id], { biz_id: 'b' });
		await control.clearRequests();
		expect(await control.requests()).toEqual([]);
		expect((await control.counters()).operations).toEqual({});
		expect(await control.cards(custom.app_id)).toMatchObject([
			{ biz_id: 'b', holders: [{ open_id }] },
		]);
	});
});

describe('counters', () => {
	it('tell the most calls at once', async () => {
		await control.changeSettings({ latency: 50 });
		await feishu.tenantAccessToken();
		await Promise.all(Array.from({ length: 7 }, () => create(['ou_1'])));
		await create(['ou_1']);
		expect((await control.counters()).operations['appFeedCard.create']).toMatchObject({
			calls: 8,
			mostAtOnce: 7,
			underWay: 0,
			recipients: 8,
			codes: { 0: 8 },
		});
	});
});

describe('effects', () => {
	it('tell what happened to whom, and can be filtered', async () => {
		const [first, second] = (await control.people({ limit: 2 })).map((person) => person.open_id);
		await create([first, second], { biz_id: 'b', notify: { close_notify: true } });
		await feishu.botReminder({ time_sensitive: true, user_ids: [second] });
		const effects = await control.effects();
		const common = { app_id: custom.app_id, tenant_key: TENANT_KEY };
		expect(effects).toMatchObject([
			{ number: 1, effect: 'cardCreated', open_id: first, biz_id: 'b', request: 2, ...common },
			{ number: 2, effect: 'cardCreated', open_id: second, biz_id: 'b', request: 2, ...common },
			{ number: 3, effect: 'botReminderSet', open_id: second, time_sensitive: true, request: 3 },
		]);
		expect(await control.effects({ open_id: second })).toEqual(effects.slice(1));
		expect(await control.effects({ effect: 'cardCreated', open_id: second })).toEqual([effects[1]]);
		expect(await control.effects({ biz_id: 'b', limit: 1 })).toEqual([effects[0]]);
		expect(await control.effects({ after: 2 })).toEqual([effects[2]]);
	});
});

describe('reset', () => {
	it('brings everything back to the start', async () => {
		const feeds = () => control.feed(open_id);
		const [{ open_id }] = await control.people({ limit: 1 });
		const [{ groups }] = await control.company();
		const [before, settings, apps] = [
			await feeds(),
			await control.settings(),
			await control.apps(),
		];
		expect(settings).toMatchObject({ latency: 1, tokenLifetime: 3600 });

		await create([open_id], { time_sensitive: true });
		await control.changeSettings({ latency: 5, reasonsAsNames: true });
		await control.changeApp(custom.app_id, { scopes: [], availableDepartments: [] });
		await control.renewAppTicket(SEEDED_APPS.store.app_id);
		await control.changeGroup(groups[0].chat_id, { removeMembers: [open_id] });
		await control.addFault({ kind: 'serverError' });
		expect(await feeds()).not.toEqual(before);

		await control.reset();
		expect(await feeds()).toEqual(before);
		expect(await control.settings()).toEqual(settings);
		expect(await control.apps()).toEqual(apps);
		expect((await control.company())[0].groups).toEqual(groups);
		expect(await control.faults()).toEqual([]);
		expect(await control.requests()).toEqual([]);
		expect(await control.effects()).toEqual([]);
		expect((await create([open_id])).code).toBe(99991663);
	});

	it('keeps tokens when asked to', async () => {
		await feishu.tenantAccessToken();
		await control.reset({ keepTokens: true });
		expect((await create(['ou_1'])).code).toBe(0);
	});

	it('keeps where callbacks go when asked to, and else forgets it', async () => {
		const change = { mode: 'url', url: 'http://localhost:1/x', verify: false } as const;
		await control.changeCallback(custom.app_id, change);
		await control.reset({ keepCallbacks: true });
		expect(await control.callback(custom.app_id)).toMatchObject({ url: change.url, mode: 'url' });
		await control.reset();
		expect(await control.callback(custom.app_id)).toMatchObject({ url: '', mode: 'automatic' });
	});

	it('may be of message lists alone', async () => {
		const [{ open_id }] = await control.people({ limit: 1 });
		const before = await control.feed(open_id);
		await create([open_id], { time_sensitive: true });
		const fault = await control.addFault({ kind: 'serverError', operation: 'image.create' });
		await control.clearFeeds();
		expect(await control.feed(open_id)).toEqual(before);
		expect(await control.faults()).toMatchObject([{ id: fault.id }]);
		expect(await control.requests({ operation: 'appFeedCard.create' })).not.toEqual([]);
	});

	it('does not count calls that were under way', async () => {
		await control.changeSettings({ latency: 200 });
		const call = feishu.askForToken();
		await new Promise((resolve) => setTimeout(resolve, 50));
		await control.reset();
		await call;
		expect((await control.counters()).operations).toEqual({});
	});
});

describe('what it does not know', () => {
	it.each([
		['an unknown setting', () => control.changeSettings({ latenc: 1 } as object), 'latenc'],
		['a negative latency', () => control.changeSettings({ latency: -1 }), 'latency'],
		['an unknown kind of fault', () => control.addFault({ kind: 'fire' as 'delay' }), 'kind'],
		[
			'a fault for an unknown operation',
			() => control.addFault({ kind: 'delay', operation: 'x' as 'chatButton.update' }),
			'operation',
		],
		['an unknown scope', () => control.changeApp(custom.app_id, { scopes: ['x'] }), 'scopes'],
		['an unknown app', () => control.changeApp('cli_x', {}), 'no app cli_x'],
		['an unknown group', () => control.group('oc_x'), 'no group oc_x'],
		['an unknown person', () => control.feed('ou_x'), 'no person ou_x'],
		['an unknown filter', () => control.requests({ kind: 'x' } as object), 'kind'],
	])('is refused: %s', async (_name, call, message) => {
		await expect(call()).rejects.toThrow(message);
	});

	it('is refused: an unknown path', async () => {
		const response = await fetch(`${sandbox.url}/sandbox/nowhere`);
		expect(response.status).toBe(404);
		expect(await response.json()).toEqual({ error: 'The control API has no GET /sandbox/nowhere' });
	});
});

describe('the command', () => {
	const root = path.join(__dirname, '../..');
	const start = (...options: string[]) =>
		spawn(
			process.execPath,
			['--import', 'tsx', path.join(root, 'sandbox/feishu/src/main.ts'), ...options],
			{ cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
		);

	it.each(['SIGINT', 'SIGTERM'] as const)('prints its address and stops on %s', async (signal) => {
		const process = start('--port', '0', '--people', '7', '--latency', '3', '--no-rate-limits');
		const [line] = (await once(process.stdout, 'data')) as [Buffer];
		const [, url] = /^Feishu sandbox ready at (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(String(line))!;
		const client = new FeishuSandboxClient(url);
		expect((await client.company())[0].people).toBe(7);
		expect(await client.settings()).toMatchObject({ latency: 3, rateLimiting: { enabled: false } });
		process.kill(signal);
		expect(await once(process, 'exit')).toEqual([0, null]);
	});

	it.each([
		['a port that is taken', () => ['--port', String(sandbox.port)], 'EADDRINUSE'],
		['a port that is no number', () => ['--port', 'x'], '--port must be a whole number'],
		['an option that it does not know', () => ['--speed', '1'], '--speed'],
	])('says what is wrong with %s', async (_name, options, message) => {
		const process = start(...options());
		let errors = '';
		process.stderr.on('data', (chunk) => (errors += chunk));
		expect(await once(process, 'close')).toEqual([1, null]);
		expect(errors).toContain(message);
		expect(errors.trim().split('\n')).toHaveLength(1);
	});
});
