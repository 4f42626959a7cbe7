import {
	type FeishuSandbox,
	FeishuSandboxClient,
	SECOND_TENANT_KEY,
	SEEDED_APPS,
	startFeishuSandbox,
	TENANT_KEY,
} from '../../sandbox/feishu/src';
import type { AppChange } from '../../sandbox/feishu/src/client';
import { CallbackReceiver } from '../helpers/sandbox/CallbackReceiver';
import { type Answer, FeishuCaller } from '../helpers/sandbox/FeishuCaller';

const { custom, pilot, store } = SEEDED_APPS;

let sandbox: FeishuSandbox;
let control: FeishuSandboxClient;
let feishu: FeishuCaller;
let open_id: string;
let chat_id: string;

beforeAll(async () => {
	sandbox = await startFeishuSandbox({ people: 20, rateLimiting: { enabled: false } });
	control = new FeishuSandboxClient(sandbox.url);
	[{ open_id }] = await control.people({ limit: 1 });
	chat_id = (await control.company())[0].groups[0].chat_id;
});
afterAll(() => sandbox.close());
beforeEach(async () => {
	await control.reset();
	feishu = new FeishuCaller(sandbox.url);
	await feishu.tenantAccessToken();
});

const card = { biz_id: 'b', link: { link: 'https://example.com' } };
const get = (path: string) => feishu.call('GET', path, { contentType: null });
/** Every operation that needs a tenant's token. */
const CALLS: Record<string, () => Promise<Answer>> = {
	create: () => feishu.create({ app_feed_card: card, user_ids: [open_id] }),
	update: () =>
		feishu.update({
			feed_cards: [{ app_feed_card: card, user_id: open_id, update_fields: ['1'] }],
		}),
	delete: () => feishu.delete({ feed_cards: [{ biz_id: 'b', user_id: open_id }] }),
	'chat buttons': () => feishu.chatButtons({ chat_id, user_ids: [open_id] }),
	'group reminder': () =>
		feishu.groupReminder(chat_id, { time_sensitive: true, user_ids: [open_id] }),
	'bot reminder': () => feishu.botReminder({ time_sensitive: true, user_ids: [open_id] }),
	'user IDs': () =>
		feishu.call('POST', '/open-apis/contact/v3/users/batch_get_id', { body: { emails: [] } }),
	department: () => get('/open-apis/contact/v3/users/find_by_department?department_id=0'),
	chats: () => get('/open-apis/im/v1/chats'),
	'chat search': () => get('/open-apis/im/v1/chats/search?query=a'),
	members: () => get(`/open-apis/im/v1/chats/${chat_id}/members`),
	image: () => feishu.call('POST', '/open-apis/im/v1/images'),
};
const tokens = (path: string, body: object) =>
	feishu.call('POST', `/open-apis/auth/v3/${path}`, { body, token: null });
const endpoint = ({ app_id: AppID, app_secret: AppSecret }: Record<string, string>) =>
	feishu.call('POST', '/callback/ws/endpoint', { body: { AppID, AppSecret }, token: null });

/** What keeps an app from every call, and how that ends. */
const REFUSALS: Array<[string, AppChange | number, object, AppChange | null]> = [
	[
		'a quota that is used up',
		0,
		{ status: 429, code: 99991403, msg: "This month's API call quota has been exceeded" },
		null,
	],
	[
		'an address that is not allowed',
		{ allowedIps: ['203.0.113.7'] },
		{ status: 400, code: 99991401, msg: 'ip 127.0.0.1 is denied by app setting' },
		{ allowedIps: null },
	],
	[
		'an app that is disabled',
		{ isDisabled: true },
		{ status: 400, code: 99991662 },
		{ isDisabled: false },
	],
	[
		'an app that is not installed',
		{ uninstalledFrom: [TENANT_KEY] },
		{ status: 400, code: 99991673 },
		{ uninstalledFrom: [SECOND_TENANT_KEY] },
	],
];
const change = (options: AppChange | number | null) =>
	typeof options === 'object' && options !== null
		? control.changeApp(custom.app_id, options)
		: control.changeTenant(TENANT_KEY, { monthlyQuota: options });

describe.each(REFUSALS)('%s', (_name, refusal, expected, end) => {
	it.each(Object.keys(CALLS))('refuses %s, until it ends', async (name) => {
		await change(refusal);
		for (let call = 0; call < 2; call++) {
			const answer = await CALLS[name]();
			expect(answer).toMatchObject(expected);
			expect(answer.error?.log_id).toBe(answer.headers.get('x-tt-logid'));
		}
		expect(Object.values((await control.counters()).effects)).toEqual([0, 0, 0, 0, 0, 0, 0]);
		expect((await control.requests()).at(-1)).toMatchObject({
			handled: false,
			outcome: 'answered',
		});
		await change(end);
		expect((await CALLS[name]()).code).toBe(name === 'image' ? 234001 : 0);
	});

	it('refuses the calls for tokens only where the settings say so', async () => {
		await change(refusal);
		expect((await feishu.askForToken()).code).toBe(0);
		expect((await endpoint(custom)).code).toBe(0);
		await control.changeSettings({ gateway: { coversTokens: true } });
		expect(await feishu.askForToken()).toMatchObject(expected);
		expect(await endpoint(custom)).toMatchObject(expected);
		await change(end);
		expect((await feishu.askForToken()).code).toBe(0);
	});

	it('is no more after a reset', async () => {
		await change(refusal);
		await control.reset({ keepTokens: true });
		expect((await CALLS.create()).code).toBe(0);
	});
});

describe('a refusal of the app', () => {
	it('concerns that app alone, in that tenant alone', async () => {
		const other = new FeishuCaller(sandbox.url, pilot);
		const body = { time_sensitive: true, user_ids: [open_id] };
		await control.changeApp(custom.app_id, { isDisabled: true });
		expect((await other.botReminder(body)).code).toBe(0);

		const { app_access_token } = await tokens('app_access_token', store);
		const callIn = async (tenant_key: string) => {
			const answer = await tokens('tenant_access_token', { app_access_token, tenant_key });
			return (await feishu.botReminder(body, { token: answer.tenant_access_token as string })).code;
		};
		await control.changeApp(store.app_id, { uninstalledFrom: [SECOND_TENANT_KEY] });
		expect(await callIn(TENANT_KEY)).toBe(0);
		expect(await callIn(SECOND_TENANT_KEY)).toBe(99991673);
		await control.changeSettings({ gateway: { coversTokens: true } });
		const tokenFor = (tenant_key: string) =>
			tokens('tenant_access_token', { app_access_token, tenant_key });
		expect((await tokenFor(TENANT_KEY)).code).toBe(0);
		expect((await tokenFor(SECOND_TENANT_KEY)).code).toBe(99991673);
		expect((await tokens('app_access_token', store)).code).toBe(0);
	});

	it('comes after the token and before the scope', async () => {
		await control.changeApp(custom.app_id, { isDisabled: true, scopes: [] });
		expect((await CALLS.create()).code).toBe(99991662);
		expect((await feishu.create({}, { token: 't-bad' })).code).toBe(99991663);
		await control.changeApp(custom.app_id, { isDisabled: false });
		expect((await CALLS.create()).code).toBe(99991672);
	});
});

describe('the quota', () => {
	it('counts the calls of a tenant, those that fail too, but not the refused', async () => {
		const view = await control.changeTenant(TENANT_KEY, { monthlyQuota: 3 });
		expect(view).toMatchObject({ monthlyQuota: 3, callsThisMonth: 0 });
		const codes = [];
		codes.push((await feishu.create({})).code, (await feishu.create({}, { token: 't-bad' })).code);
		for (let call = 0; call < 4; call++) codes.push((await CALLS.chats()).code);
		expect(codes).toEqual([230001, 99991663, 0, 0, 99991403, 99991403]);
		expect((await control.company())[0]).toMatchObject({ monthlyQuota: 3, callsThisMonth: 3 });
		await control.changeTenant(TENANT_KEY, { monthlyQuota: 1 });
		expect((await CALLS.chats()).code).toBe(0);
		expect((await CALLS.chats()).code).toBe(99991403);
		await control.changeTenant(TENANT_KEY, { monthlyQuota: null });
		expect((await CALLS.chats()).code).toBe(0);
	});

	it('is no rate limit: nothing says how long to wait', async () => {
		await control.changeTenant(TENANT_KEY, { monthlyQuota: 0 });
		const { headers } = await CALLS.create();
		expect(headers.get('x-ogw-ratelimit-reset')).toBeNull();
		expect((await control.counters()).operations['appFeedCard.create'].refused).toBe(0);
	});

	it('of an unknown tenant, or of less than nothing, cannot be set', async () => {
		await expect(control.changeTenant('x', { monthlyQuota: 1 })).rejects.toThrow('no tenant x');
		const less = control.changeTenant(TENANT_KEY, { monthlyQuota: -1 });
		await expect(less).rejects.toThrow('monthlyQuota');
	});
});

describe('a secret that was reset', () => {
	it('is refused from then on, while tokens made before stay good until they expire', async () => {
		const app_secret = await control.resetAppSecret(custom.app_id);
		expect(app_secret).not.toBe(custom.app_secret);
		expect(await feishu.askForToken()).toMatchObject({ status: 200, code: 10014 });
		expect((await endpoint(custom)).code).toBe(514);
		expect((await CALLS.create()).code).toBe(0);
		const renewed = await feishu.askForToken({ ...custom, app_secret });
		expect(renewed).toMatchObject({ code: 0, tenant_access_token: expect.any(String) });
		expect((await endpoint({ ...custom, app_secret })).code).toBe(0);
		await control.advanceClock(7200);
		expect((await CALLS.create()).code).toBe(99991663);
		expect((await feishu.askForToken()).code).toBe(10014);
	});

	it('can be one of your own, and is as before after a reset of the sandbox', async () => {
		expect(await control.resetAppSecret(custom.app_id, 'mine')).toBe('mine');
		expect((await feishu.askForToken({ ...custom, app_secret: 'mine' })).code).toBe(0);
		await control.reset();
		expect((await feishu.askForToken()).code).toBe(0);
		await expect(control.resetAppSecret('cli_1')).rejects.toThrow('no app cli_1');
		await expect(control.resetAppSecret(custom.app_id, '')).rejects.toThrow('app_secret');
	});

	it('of a store app is refused wherever it is asked for', async () => {
		const { app_access_token } = await tokens('app_access_token', store);
		await control.resetAppSecret(store.app_id);
		expect((await tokens('app_access_token', store)).code).toBe(10014);
		expect((await tokens('app_ticket/resend', store)).code).toBe(10014);
		const step = { app_access_token, tenant_key: TENANT_KEY };
		expect((await tokens('tenant_access_token', step)).code).toBe(0);
	});
});

describe('an app ticket', () => {
	it('is pushed on renewal, on demand and when the app asks for it', async () => {
		const receiver = new CallbackReceiver();
		const url = await receiver.start();
		try {
			await control.changeCallback(store.app_id, { url, verify: false });
			const pushed = async () =>
				(await control.events({ event_type: 'app_ticket' })).map(
					({ body }) => (body as { event: { app_ticket: string } }).event.app_ticket,
				);
			expect((await control.pushAppTicket(store.app_id)).state).toBe('answered');
			const app_ticket = await control.renewAppTicket(store.app_id);
			await tokens('app_ticket/resend', store);
			expect(await pushed()).toEqual([store.app_ticket, app_ticket, app_ticket]);
			expect((await tokens('app_access_token', store)).code).toBe(10012);
			expect((await tokens('app_access_token', { ...store, app_ticket })).code).toBe(0);
		} finally {
			receiver.close();
		}
	});

	it('is only a store app’s', async () => {
		await expect(control.renewAppTicket(custom.app_id)).rejects.toThrow('no store app');
		await expect(control.pushAppTicket(custom.app_id)).rejects.toThrow('no store app');
	});
});
