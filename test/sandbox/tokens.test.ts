import {
	type FeishuSandbox,
	FeishuSandboxClient,
	SECOND_TENANT_KEY,
	SEEDED_APPS,
	startFeishuSandbox,
	TENANT_KEY,
} from '../../sandbox/feishu/src';
import { type Answer, FeishuCaller } from '../helpers/sandbox/FeishuCaller';

const { custom, fewScopes, store } = SEEDED_APPS;
const HOUR = 3600;

let sandbox: FeishuSandbox;
let control: FeishuSandboxClient;
let feishu: FeishuCaller;
let open_id: string;
let user_id: string;

beforeAll(async () => {
	sandbox = await startFeishuSandbox({ people: 10, rateLimiting: { enabled: false } });
	control = new FeishuSandboxClient(sandbox.url);
	[{ open_id, user_id }] = await control.people({ limit: 1 });
});
afterAll(() => sandbox.close());
beforeEach(async () => {
	await control.reset();
	feishu = new FeishuCaller(sandbox.url);
});

const tokenPath = (path: string) => `/open-apis/auth/v3/${path}`;
const ask = (path: string, body: unknown, contentType?: string) =>
	feishu.call('POST', tokenPath(path), { body, token: null, contentType });
const createWith = (token: string | null, query?: string, id = open_id): Promise<Answer> =>
	feishu.create(
		{ app_feed_card: { link: { link: 'https://example.com' } }, user_ids: [id] },
		{ token, query },
	);

async function storeToken(tenant_key: string): Promise<string> {
	const { app_access_token } = await ask('app_access_token', store);
	const answer = await ask('tenant_access_token', { app_access_token, tenant_key });
	return answer.tenant_access_token as string;
}

describe('asking for a token', () => {
	it('gives a token for two hours, at the top level of the answer', async () => {
		const answer = await feishu.askForToken();
		expect(answer).toMatchObject({ status: 200, code: 0, msg: 'ok', expire: 2 * HOUR });
		expect(answer.tenant_access_token).toMatch(/^t-/);
		expect(answer.data).toBeUndefined();
	});

	it.each([
		['an unknown App ID', { ...custom, app_id: 'cli_a5f1c0de00000099' }, 10003],
		['an App ID of no form', { ...custom, app_id: 'nobody' }, 10003],
		['a store app', store, 10003],
		['no App ID', { app_secret: custom.app_secret }, 10003],
		['no secret', { app_id: custom.app_id }, 10003],
		['an empty secret', { ...custom, app_secret: '' }, 10003],
		['a secret that is a number', { ...custom, app_secret: 7 }, 10003],
		['an empty body', {}, 10003],
		['a body that is no JSON', '{"app_id"', 10003],
		['a wrong secret', { ...custom, app_secret: 'wrong' }, 10014],
		['another app’s secret', { ...custom, app_secret: fewScopes.app_secret }, 10014],
	])('is refused for %s', async (_name, credentials, code) => {
		const answer = await ask('tenant_access_token/internal', credentials);
		expect(answer).toMatchObject({ status: 200, code });
		expect(answer.tenant_access_token).toBeUndefined();
	});

	it('is refused for a body that is not declared as JSON', async () => {
		const answer = await ask('tenant_access_token/internal', custom, 'text/plain');
		expect(answer.code).toBe(10003);
	});

	it('can be refused with HTTP 400', async () => {
		await control.changeSettings({ tokenErrorsAs400: true });
		const answer = await feishu.askForToken({ ...custom, app_secret: 'wrong' });
		expect(answer).toMatchObject({ status: 400, code: 10014, msg: 'app secret invalid' });
	});
});

describe('the life of a token', () => {
	it('is the same token while more than 30 minutes are left', async () => {
		const first = await feishu.askForToken();
		await control.advanceClock(1.5 * HOUR - 5);
		const second = await feishu.askForToken();
		expect(second.tenant_access_token).toBe(first.tenant_access_token);
		expect(second.expire).toBeGreaterThanOrEqual(0.5 * HOUR);
		expect(second.expire).toBeLessThanOrEqual(0.5 * HOUR + 5);
	});

	it('is a new one with less left, and both are good', async () => {
		const first = await feishu.askForToken();
		await control.advanceClock(1.5 * HOUR);
		const second = await feishu.askForToken();
		expect(second.tenant_access_token).not.toBe(first.tenant_access_token);
		expect(second.expire).toBe(2 * HOUR);
		expect((await createWith(first.tenant_access_token as string)).code).toBe(0);
		expect((await createWith(second.tenant_access_token as string)).code).toBe(0);

		await control.advanceClock(0.5 * HOUR);
		expect((await createWith(first.tenant_access_token as string)).code).toBe(99991663);
		expect((await createWith(second.tenant_access_token as string)).code).toBe(0);
	});

	it('really ends, without the clock being moved', async () => {
		await control.changeSettings({ tokenLifetime: 0.2 });
		const { tenant_access_token } = await feishu.askForToken();
		expect((await createWith(tenant_access_token as string)).code).toBe(0);
		await new Promise((resolve) => setTimeout(resolve, 250));
		expect(await createWith(tenant_access_token as string)).toMatchObject({
			status: 400,
			code: 99991663,
		});
	});

	it('ends at once when told to, for one app or all', async () => {
		const other = new FeishuCaller(sandbox.url, fewScopes);
		const token = await feishu.tenantAccessToken();
		const otherToken = await other.tenantAccessToken();
		expect(await control.expireTokens(custom.app_id)).toBe(1);
		expect((await createWith(token)).code).toBe(99991663);
		expect((await createWith(otherToken)).code).toBe(0);
		expect(await control.expireTokens()).toBe(1);
		expect((await createWith(otherToken)).code).toBe(99991663);
		const renewed = (await feishu.askForToken()).tenant_access_token as string;
		expect(renewed).not.toBe(token);
		expect((await createWith(renewed)).code).toBe(0);
	});
});

describe('a call', () => {
	it.each([
		['without a token', () => Promise.resolve(null), 99991661],
		['with a tenant token that nobody gave', () => Promise.resolve('t-g1'), 99991663],
		['with an app token that nobody gave', () => Promise.resolve('a-g1'), 99991664],
		['with a user token', () => Promise.resolve('u-g1'), 99991668],
		[
			'with a good app token',
			async () => (await ask('app_access_token', store)).app_access_token as string,
			99991668,
		],
		['with a word that is no token', () => Promise.resolve('secret'), 99991671],
	])('%s is refused', async (_name, token, code) => {
		const answer = await createWith(await token());
		expect(answer).toMatchObject({ status: 400, code });
		expect(answer.error?.log_id).toBe(answer.headers.get('x-tt-logid'));
		expect((await control.counters()).effects.cardCreated).toBe(0);
	});

	it('without the scope is refused, and told which', async () => {
		const limited = new FeishuCaller(sandbox.url, fewScopes);
		const answer = await limited.botReminder({ time_sensitive: true, user_ids: [open_id] });
		expect(answer).toMatchObject({
			status: 400,
			code: 99991672,
			error: {
				permission_violations: [
					{
						type: 'action_scope_required',
						subject: 'im:datasync.feed_card.time_sensitive:write',
					},
				],
			},
		});
		await control.changeApp(fewScopes.app_id, {
			scopes: ['im:datasync.feed_card.time_sensitive:write'],
		});
		const reminder = { time_sensitive: true, user_ids: [open_id] };
		expect((await limited.botReminder(reminder)).code).toBe(0);
		const create = await createWith(await limited.tenantAccessToken());
		expect(create.error?.permission_violations?.[0].subject).toBe('im:app_feed_card:write');
	});

	it('with user IDs needs their scope', async () => {
		const limited = new FeishuCaller(sandbox.url, fewScopes);
		const token = await limited.tenantAccessToken();
		const query = 'user_id_type=user_id';
		const answer = await createWith(token, query, user_id);
		expect(answer).toMatchObject({
			status: 400,
			code: 99991672,
			error: { permission_violations: [{ subject: 'contact:user.employee_id:readonly' }] },
		});
		expect((await createWith(await feishu.tenantAccessToken(), query, user_id)).code).toBe(0);
	});
});

describe('a store app', () => {
	it('takes two steps, and has a token for each tenant', async () => {
		const first = await storeToken(TENANT_KEY);
		const second = await storeToken(SECOND_TENANT_KEY);
		expect(first).toMatch(/^t-/);
		expect(second).not.toBe(first);
		expect(await storeToken(TENANT_KEY)).toBe(first);
		const [stranger] = await control.people({ tenant_key: SECOND_TENANT_KEY, limit: 1 });
		expect((await createWith(first)).data.failed_cards).toEqual([]);
		expect((await createWith(second)).data.failed_cards).toMatchObject([{ reason: '0' }]);
		expect((await createWith(second, '', stranger.open_id)).data.failed_cards).toEqual([]);
	});

	it('asks for its own token with the ticket', async () => {
		const answer = await ask('app_access_token', store);
		expect(answer).toMatchObject({ status: 200, code: 0, msg: 'ok', expire: 2 * HOUR });
		expect(answer.app_access_token).toMatch(/^a-/);
	});

	it.each([
		['a wrong ticket', { ...store, app_ticket: 'old' }, 10012],
		['no ticket', { ...store, app_ticket: undefined }, 10003],
		['a wrong secret', { ...store, app_secret: 'wrong' }, 10014],
		['a custom app', { ...custom, app_ticket: store.app_ticket }, 10003],
	])('is refused its own token for %s', async (_name, body, code) => {
		expect(await ask('app_access_token', body)).toMatchObject({ status: 200, code });
	});

	it('is refused with a stale ticket', async () => {
		const app_ticket = await control.renewAppTicket(store.app_id);
		expect((await ask('app_access_token', store)).code).toBe(10012);
		expect((await ask('app_access_token', { ...store, app_ticket })).code).toBe(0);
	});

	it('is refused a tenant’s token for a bad app token or an unknown tenant', async () => {
		const { app_access_token } = await ask('app_access_token', store);
		const step = (body: object) => ask('tenant_access_token', body);
		const bad = await step({ app_access_token: 'a-g1', tenant_key: TENANT_KEY });
		expect(bad).toMatchObject({ status: 400, code: 99991664 });
		const unknown = await step({ app_access_token, tenant_key: 'nobody' });
		expect(unknown).toMatchObject({ code: 10003 });
		expect(await step({ app_access_token })).toMatchObject({ code: 10003 });
		await control.expireTokens();
		const expired = await step({ app_access_token, tenant_key: TENANT_KEY });
		expect(expired).toMatchObject({ status: 400, code: 99991664 });
	});

	it('has no user IDs', async () => {
		const answer = await createWith(await storeToken(TENANT_KEY), 'user_id_type=user_id', user_id);
		expect(answer).toMatchObject({ status: 400, code: 230001 });
		expect(answer.msg).toContain('user_id_type');
	});

	it.each([
		['itself', store, 0],
		['a wrong secret', { ...store, app_secret: 'wrong' }, 10014],
		['a custom app', custom, 10003],
	])('has the ticket sent again for %s', async (_name, body, code) => {
		expect(await ask('app_ticket/resend', body)).toMatchObject({ status: 200, code });
	});
});
