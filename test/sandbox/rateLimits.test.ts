import {
	type FeishuSandbox,
	FeishuSandboxClient,
	SECOND_TENANT_KEY,
	SEEDED_APPS,
	startFeishuSandbox,
	TENANT_KEY,
} from '../../sandbox/feishu/src';
import { RateLimiter } from '../../sandbox/feishu/src/rateLimiter';
import { type Answer, FeishuCaller } from '../helpers/sandbox/FeishuCaller';

let sandbox: FeishuSandbox;
let control: FeishuSandboxClient;
let feishu: FeishuCaller;
let chat_id: string;

beforeAll(async () => {
	sandbox = await startFeishuSandbox({ people: 10 });
	control = new FeishuSandboxClient(sandbox.url);
	chat_id = (await control.company())[0].groups[0].chat_id;
});
afterAll(() => sandbox.close());
beforeEach(async () => {
	await control.reset({ keepTokens: true });
	feishu = new FeishuCaller(sandbox.url);
	await feishu.tenantAccessToken();
});

/** Makes the calls at once and returns the answers in any order. */
const burst = (count: number, call: () => Promise<Answer>) =>
	Promise.all(Array.from({ length: count }, call));
const refusedOf = (answers: Answer[]) => answers.filter((answer) => answer.code !== 0);

const card = { app_feed_card: { link: { link: 'https://example.com' } }, user_ids: ['ou_1'] };
const reminder = { time_sensitive: true, user_ids: ['ou_1'] };
const entry = { app_feed_card: { biz_id: 'b' }, user_id: 'ou_1', update_fields: ['1'] };

/** Each operation with its documented limit in one second. */
const OPERATIONS: Array<[string, number, () => Promise<Answer>]> = [
	['appFeedCard.create', 10, () => feishu.create(card)],
	['appFeedCardBatch.update', 10, () => feishu.update({ feed_cards: [entry] })],
	[
		'appFeedCardBatch.delete',
		10,
		() => feishu.delete({ feed_cards: [{ biz_id: 'b', user_id: 'ou_1' }] }),
	],
	['chatButton.update', 10, () => feishu.chatButtons({ chat_id, user_ids: ['ou_1'] })],
	['feedCard.patch', 50, () => feishu.groupReminder(chat_id, reminder)],
	['feedCard.botTimeSentive', 50, () => feishu.botReminder(reminder)],
];

describe.each(OPERATIONS)('%s', (name, limit, call) => {
	it(`takes ${limit} in a second and refuses the next`, async () => {
		const refused = refusedOf(await burst(limit + 3, call));
		expect(refused).toHaveLength(3);
		for (const answer of refused) {
			expect(answer).toMatchObject({
				status: 429,
				code: 99991400,
				msg: 'request trigger frequency limit',
			});
			expect(answer.headers.get('x-ogw-ratelimit-limit')).toBe(String(limit));
			expect(answer.headers.get('x-ogw-ratelimit-reset')).toBe('1');
			expect(answer.error?.log_id).toBe(answer.headers.get('x-tt-logid'));
		}
		const { operations } = await control.counters();
		expect(operations[name]).toMatchObject({
			calls: limit + 3,
			refused: 3,
			handled: limit,
			outcomes: { answered: limit, refused: 3 },
			statuses: { 200: limit, 429: 3 },
		});
	});
});

it('takes calls again after the time that it told', async () => {
	await burst(10, () => feishu.create(card));
	const refused = await feishu.create(card);
	expect(refused.status).toBe(429);
	const reset = Number(refused.headers.get('x-ogw-ratelimit-reset'));
	await new Promise((resolve) => setTimeout(resolve, reset * 1000));
	expect((await feishu.create(card)).code).toBe(0);
});

it('refuses reminders past 1000 in a minute, and tells how long the wait is', async () => {
	const began = Date.now();
	for (let second = 0; second < 20; second++) {
		expect(refusedOf(await burst(50, () => feishu.botReminder(reminder)))).toEqual([]);
		await control.advanceClock(1);
	}
	const refused = await feishu.botReminder(reminder);
	expect(refused.status).toBe(429);
	expect(refused.headers.get('x-ogw-ratelimit-limit')).toBe('1000');
	const reset = Number(refused.headers.get('x-ogw-ratelimit-reset'));
	// 20 seconds have passed on the sandbox's clock, and those that the calls took.
	expect(reset).toBeGreaterThanOrEqual(Math.floor(40 - (Date.now() - began) / 1_000));
	expect(reset).toBeLessThanOrEqual(40);
	await control.advanceClock(reset);
	expect((await feishu.botReminder(reminder)).code).toBe(0);
});

it('counts each operation, app and tenant by itself', async () => {
	await burst(10, () => feishu.create(card));
	expect((await feishu.create(card)).code).toBe(99991400);
	expect((await feishu.update({ feed_cards: [entry] })).code).toBe(0);
	const other = new FeishuCaller(sandbox.url, SEEDED_APPS.fewScopes);
	expect((await other.create(card)).code).toBe(0);

	const { app_access_token } = await feishu.call('POST', '/open-apis/auth/v3/app_access_token', {
		body: SEEDED_APPS.store,
		token: null,
	});
	const inTenant = async (tenant_key: string) => {
		const answer = await feishu.call('POST', '/open-apis/auth/v3/tenant_access_token', {
			body: { app_access_token, tenant_key },
			token: null,
		});
		return { token: answer.tenant_access_token as string };
	};
	const first = await inTenant(TENANT_KEY);
	const second = await inTenant(SECOND_TENANT_KEY);
	expect(refusedOf(await burst(11, () => feishu.create(card, first)))).toHaveLength(1);
	expect(refusedOf(await burst(10, () => feishu.create(card, second)))).toEqual([]);
});

it('counts calls with bad parameters, but none without a good token', async () => {
	await burst(5, () => feishu.create({}));
	await burst(20, () => feishu.create(card, { token: 't-bad' }));
	expect(refusedOf(await burst(5, () => feishu.create(card)))).toEqual([]);
	expect((await feishu.create(card)).code).toBe(99991400);
});

it('does nothing for a refused call', async () => {
	await burst(10, () => feishu.create(card));
	const [{ open_id }] = await control.people({ limit: 1 });
	expect((await feishu.create({ ...card, user_ids: [open_id] })).status).toBe(429);
	expect((await control.counters()).effects.cardCreated).toBe(0);
});

it('counts a call when it arrives, whatever the latency', async () => {
	await control.changeSettings({ latency: 300 });
	const started = performance.now();
	expect(refusedOf(await burst(11, () => feishu.create(card)))).toHaveLength(1);
	expect(performance.now() - started).toBeGreaterThanOrEqual(295);
	const requests = await control.requests({ operation: 'appFeedCard.create' });
	const spread = requests[10].receivedAt - requests[0].receivedAt;
	expect(spread).toBeLessThan(250);
	expect(requests[0].answeredAt! - requests[0].receivedAt).toBeGreaterThanOrEqual(295);
});

describe('settings', () => {
	it('switch the limits off and on', async () => {
		await control.changeSettings({ rateLimiting: { enabled: false } });
		expect(refusedOf(await burst(30, () => feishu.create(card)))).toEqual([]);
		await control.changeSettings({ rateLimiting: { enabled: true } });
		expect(refusedOf(await burst(11, () => feishu.create(card)))).toHaveLength(1);
	});

	it('set other limits, or none, for an operation', async () => {
		const limits = { 'appFeedCard.create': { perSecond: 3 }, 'appFeedCardBatch.update': {} };
		await control.changeSettings({ rateLimiting: { limits } });
		expect(refusedOf(await burst(5, () => feishu.create(card)))).toHaveLength(2);
		expect(refusedOf(await burst(30, () => feishu.update({ feed_cards: [entry] })))).toEqual([]);
	});

	it('have nothing to say about the token endpoints', async () => {
		const limits = { 'tenantAccessToken.internal': { perSecond: 1 } } as object;
		await expect(control.changeSettings({ rateLimiting: { limits } })).rejects.toThrow('limits');
	});

	it('answer HTTP 400 for an operation', async () => {
		await control.changeSettings({ rateLimiting: { answer400: ['appFeedCard.create'] } });
		const [refused] = refusedOf(await burst(11, () => feishu.create(card)));
		expect(refused).toMatchObject({ status: 400, code: 99991400 });
		expect(refused.headers.get('x-ogw-ratelimit-reset')).toBe('1');
		const { operations } = await control.counters();
		expect(operations['appFeedCard.create']).toMatchObject({ refused: 1 });
	});
});

/** The window itself, at times that are set rather than measured. */
describe('the sliding window', () => {
	const take = (limiter: RateLimiter, times: number[], countRefused = false) =>
		times.map((time) => limiter.take('key', { perSecond: 2 }, time, countRefused) === undefined);

	it('allows no second with more calls than the limit', () => {
		const times = [0, 900, 950, 999.9, 1000, 1899, 1900, 1999];
		expect(take(new RateLimiter(), times)).toEqual([
			true,
			true,
			false,
			false,
			true,
			false,
			true,
			false,
		]);
	});

	it('counts refused calls only when told to', () => {
		const times = [0, 0, 500, 600, 1000, 1100];
		expect(take(new RateLimiter(), times)).toEqual([true, true, false, false, true, true]);
		expect(take(new RateLimiter(), times, true)).toEqual([true, true, false, false, false, false]);
	});

	it('keeps to the limit over many calls', () => {
		const limiter = new RateLimiter();
		const accepted: number[] = [];
		for (let time = 0; time < 20_000; time += 7) {
			if (!limiter.take('key', { perSecond: 10, perMinute: 150 }, time, false)) accepted.push(time);
		}
		for (const time of accepted) {
			const within = accepted.filter((other) => other >= time && other < time + 1000);
			expect(within.length).toBeLessThanOrEqual(10);
		}
		expect(accepted).toHaveLength(150);
	});
});
