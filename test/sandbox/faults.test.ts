import {
	type FeishuSandbox,
	FeishuSandboxClient,
	SEEDED_APPS,
	startFeishuSandbox,
} from '../../sandbox/feishu/src';
import type { FaultOptions, RecordedRequest } from '../../sandbox/feishu/src/client';
import { type Answer, FeishuCaller } from '../helpers/sandbox/FeishuCaller';

const { custom } = SEEDED_APPS;

let sandbox: FeishuSandbox;
let control: FeishuSandboxClient;
let feishu: FeishuCaller;
let openIds: string[];
let chat_id: string;

beforeAll(async () => {
	sandbox = await startFeishuSandbox({ people: 10, rateLimiting: { enabled: false } });
	control = new FeishuSandboxClient(sandbox.url);
	openIds = (await control.people({ limit: 10 })).map((person) => person.open_id);
	chat_id = (await control.company())[0].groups[0].chat_id;
});
afterAll(() => sandbox.close());
beforeEach(async () => {
	await control.reset();
	feishu = new FeishuCaller(sandbox.url);
	await feishu.tenantAccessToken();
});

let cards = 0;
const create = (user_ids = openIds.slice(0, 1), biz_id = `card-${++cards}`) =>
	feishu.create({ app_feed_card: { biz_id, link: { link: 'https://example.com' } }, user_ids });
const created = async () => (await control.counters()).effects.cardCreated;
const lastRequest = async (): Promise<RecordedRequest> =>
	(await control.requests({ operation: 'appFeedCard.create' })).at(-1)!;
/** The codes of so many calls, one after the other; `lost` for calls without a whole answer. */
async function codesOf(count: number, call: () => Promise<Answer> = () => create()) {
	const codes: Array<number | string> = [];
	for (let index = 0; index < count; index++) {
		codes.push(
			await call().then(
				(answer) => answer.code,
				() => 'lost',
			),
		);
	}
	return codes;
}

describe('what the caller sees', () => {
	it.each<[FaultOptions, Partial<Answer>]>([
		[{ kind: 'tokenExpired' }, { status: 400, code: 99991663 }],
		[{ kind: 'tooManyRequests' }, { status: 429, code: 99991400 }],
		[{ kind: 'tooManyRequestsAs400' }, { status: 400, code: 99991400 }],
		[{ kind: 'serverError' }, { status: 500, code: 2200 }],
		[{ kind: 'missingScope' }, { status: 400, code: 99991672 }],
	])('of %j is an error in JSON, and nothing is done', async (fault, expected) => {
		await control.addFault({ ...fault, times: 1 });
		const answer = await create();
		expect(answer).toMatchObject(expected);
		expect(answer.error?.log_id).toBe(answer.headers.get('x-tt-logid'));
		expect(await created()).toBe(0);
		expect(await lastRequest()).toMatchObject({ handled: false, fault: fault.kind });
	});

	it.each(['tooManyRequests', 'tooManyRequestsAs400'] as const)(
		'of %s tells how long to wait',
		async (kind) => {
			await control.addFault({ kind, retryAfter: 7 });
			const { headers } = await create();
			expect(headers.get('x-ogw-ratelimit-limit')).toBe('10');
			expect(headers.get('x-ogw-ratelimit-reset')).toBe('7');
			expect(await lastRequest()).toMatchObject({ outcome: 'refused' });
		},
	);

	it('of a missing scope names the operation’s scope', async () => {
		await control.addFault({ kind: 'missingScope' });
		const answer = await feishu.groupReminder(chat_id, { time_sensitive: true, user_ids: openIds });
		expect(answer.error?.permission_violations).toEqual([
			{
				type: 'action_scope_required',
				subject: 'im:datasync.feed_card.time_sensitive:write',
			},
		]);
	});

	it('of an expired token lasts until there is a new one', async () => {
		await control.addFault({ kind: 'tokenExpired', nth: 2 });
		expect(await codesOf(4)).toEqual([0, 99991663, 99991663, 99991663]);
		feishu = new FeishuCaller(sandbox.url);
		expect(await codesOf(2)).toEqual([0, 0]);
	});

	it.each([
		['badGateway', 502, 0],
		['notJson', 200, 1],
	] as const)('of %s is a page of HTML with status %i', async (kind, status, done) => {
		await control.addFault({ kind });
		const answer = await create();
		expect(answer.status).toBe(status);
		expect(answer.headers.get('content-type')).toBe('text/html');
		expect(() => JSON.parse(answer.text)).toThrow();
		expect(await created()).toBe(done);
	});

	it.each([
		[false, 0],
		[true, 1],
	])('of a dropped connection is no answer (handled: %s)', async (handled, done) => {
		await control.addFault({ kind: 'dropped', handled });
		await expect(create()).rejects.toThrow('fetch failed');
		expect(await created()).toBe(done);
		expect(await control.requests({ operation: 'appFeedCard.create' })).toMatchObject([
			{ outcome: 'dropped', handled, fault: 'dropped' },
		]);
	});

	it.each([
		[true, 1],
		[false, 0],
	])('of a cut answer is its first half (handled: %s)', async (handled, done) => {
		await control.addFault({ kind: 'cutOff', handled });
		const token = await feishu.tenantAccessToken();
		const response = await fetch(`${sandbox.url}/open-apis/im/v2/app_feed_card`, {
			method: 'POST',
			headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
			body: JSON.stringify({
				app_feed_card: { link: { link: 'https://example.com' } },
				user_ids: openIds.slice(0, 1),
			}),
		});
		expect(response.status).toBe(200);
		expect(Number(response.headers.get('content-length'))).toBeGreaterThan(20);
		await expect(response.text()).rejects.toThrow();
		expect(await created()).toBe(done);
		expect(await lastRequest()).toMatchObject({ outcome: 'cutOff', handled });
	});

	it('of silence is a late answer when the call was handled', async () => {
		await control.addFault({ kind: 'silence', seconds: 0.3 });
		const started = performance.now();
		expect((await create()).code).toBe(0);
		expect(performance.now() - started).toBeGreaterThanOrEqual(295);
		expect(await created()).toBe(1);
	});

	it('of silence is a lost connection when it was not', async () => {
		await control.addFault({ kind: 'silence', seconds: 0.2, handled: false });
		await expect(create()).rejects.toThrow('fetch failed');
		expect(await created()).toBe(0);
	});

	it('of silence is nothing at all for those who do not wait', async () => {
		await control.addFault({ kind: 'silence', seconds: 30 });
		const token = await feishu.tenantAccessToken();
		const answer = fetch(`${sandbox.url}/open-apis/im/v2/app_feed_card`, {
			method: 'POST',
			headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
			body: JSON.stringify({
				app_feed_card: { link: { link: 'https://example.com' } },
				user_ids: openIds.slice(0, 1),
			}),
			signal: AbortSignal.timeout(150),
		});
		await expect(answer).rejects.toThrow('timeout');
		// The end of the connection reaches the sandbox a moment later.
		let request = await lastRequest();
		while (request.outcome === 'pending') request = await lastRequest();
		expect(request).toMatchObject({ outcome: 'abandoned', handled: true });
		expect(request.status).toBeUndefined();
		expect(await created()).toBe(1);
	});

	it('of a delay is the same answer, later', async () => {
		await control.addFault({ kind: 'delay', seconds: 0.2 });
		await control.addFault({ kind: 'delay', seconds: 0.1 });
		const started = performance.now();
		expect((await create()).code).toBe(0);
		expect(performance.now() - started).toBeGreaterThanOrEqual(295);
	});
});

describe.each([
	'serverError',
	'badGateway',
	'tooManyRequests',
	'tokenExpired',
	'missingScope',
] as const)('%s', (kind) => {
	it('can be told of a call that was done', async () => {
		await control.addFault({ kind, handled: true });
		expect((await create()).code).not.toBe(0);
		expect(await created()).toBe(1);
	});
});

const reminder = { time_sensitive: true };
/** The six operations on message lists, each with one recipient who has the card `b`. */
const OPERATIONS: Array<[string, (id: string) => Promise<Answer>]> = [
	['create', (id) => create([id], 'new')],
	[
		'update',
		(user_id) => {
			const app_feed_card = { biz_id: 'b', title: '新' };
			return feishu.update({ feed_cards: [{ app_feed_card, user_id, update_fields: ['1'] }] });
		},
	],
	['delete', (user_id) => feishu.delete({ feed_cards: [{ biz_id: 'b', user_id }] })],
	[
		'chat buttons',
		(id) => feishu.chatButtons({ chat_id, user_ids: [id], buttons: { buttons: [] } }),
	],
	['group reminder', (id) => feishu.groupReminder(chat_id, { ...reminder, user_ids: [id] })],
	['bot reminder', (id) => feishu.botReminder({ ...reminder, user_ids: [id] })],
];
/** Every way for an answer to be lost or to say that nothing was done. */
const LOSSES: FaultOptions[] = [
	{ kind: 'serverError' },
	{ kind: 'badGateway' },
	{ kind: 'dropped' },
	{ kind: 'cutOff' },
	{ kind: 'notJson' },
	{ kind: 'silence', seconds: 0 },
	{ kind: 'tokenExpired' },
	{ kind: 'tooManyRequests' },
	{ kind: 'tooManyRequestsAs400' },
	{ kind: 'missingScope' },
	{ kind: 'errorCode', status: 503, code: 1503 },
	{ kind: 'gatewayCode', code: 1000004 },
];

describe.each(OPERATIONS)('the second call of %s', (_name, call) => {
	it.each(
		LOSSES.flatMap((loss) => [
			{ ...loss, handled: false },
			{ ...loss, handled: true },
		]),
	)('can meet %j', async (fault) => {
		await create(openIds.slice(0, 3), 'b');
		await control.clearEffects();
		await control.addFault({ ...fault, nth: 2 });
		const done = async () => {
			const effects = await control.effects();
			const open_ids = effects.map((effect) => openIds.indexOf(effect.open_id));
			return [...new Set(open_ids)];
		};
		expect((await call(openIds[0])).code).toBe(0);
		const second = await call(openIds[1]).then(
			({ code }) => code,
			() => 'lost',
		);
		// A late answer is the only one that can still say that all is well.
		if (fault.kind === 'silence' && fault.handled) expect(second).toBe(0);
		else expect(second).not.toBe(0);
		expect(await done()).toEqual(fault.handled ? [0, 1] : [0]);
		feishu = new FeishuCaller(sandbox.url);
		expect((await call(openIds[2])).code).toBe(0);
		expect(await done()).toEqual(fault.handled ? [0, 1, 2] : [0, 2]);
	});
});

it('a rate limit that never passes is a fault without an end, or a limit of none', async () => {
	const { id } = await control.addFault({ kind: 'tooManyRequests', retryAfter: 1 });
	expect(new Set(await codesOf(20))).toEqual(new Set([99991400]));
	await control.clearFaults(id);
	await control.changeSettings({
		rateLimiting: { enabled: true, limits: { 'appFeedCard.create': { perSecond: 0 } } },
	});
	expect(new Set(await codesOf(20))).toEqual(new Set([99991400]));
	await control.advanceClock(3600);
	expect(await codesOf(1)).toEqual([99991400]);
	expect(await created()).toBe(0);
});

describe('which calls', () => {
	const E = 2200;

	it.each<[Partial<FaultOptions>, number[]]>([
		[{}, [E, E, E, E, E, E]],
		[{ nth: 1 }, [E, 0, 0, 0, 0, 0]],
		[{ nth: 3 }, [0, 0, E, 0, 0, 0]],
		[{ nth: [2, 5] }, [0, E, 0, 0, E, 0]],
		[{ first: 2 }, [E, E, 0, 0, 0, 0]],
		[{ first: 0 }, [0, 0, 0, 0, 0, 0]],
		[{ every: 2 }, [0, E, 0, E, 0, E]],
		[{ every: 2, times: 2 }, [0, E, 0, E, 0, 0]],
		[{ times: 1 }, [E, 0, 0, 0, 0, 0]],
		[{ operation: 'appFeedCard.create', nth: 2 }, [0, E, 0, 0, 0, 0]],
		[{ operation: 'chatButton.update' }, [0, 0, 0, 0, 0, 0]],
		[{ operation: ['chatButton.update', 'appFeedCard.create'], nth: 6 }, [0, 0, 0, 0, 0, E]],
		[{ app_id: custom.app_id, nth: 4 }, [0, 0, 0, E, 0, 0]],
		[{ app_id: SEEDED_APPS.store.app_id }, [0, 0, 0, 0, 0, 0]],
	])('%j concerns', async (choice, codes) => {
		await control.addFault({ kind: 'serverError', ...choice });
		expect(await codesOf(6)).toEqual(codes);
	});

	it('are counted since the fault was added', async () => {
		await codesOf(3);
		const { id } = await control.addFault({ kind: 'serverError', nth: 2 });
		expect(await codesOf(3)).toEqual([0, 2200, 0]);
		expect(await control.faults()).toMatchObject([{ id, matched: 3, done: 1 }]);
	});

	it('can be those with a recipient in them', async () => {
		await control.addFault({ kind: 'dropped', recipient: [openIds[1], openIds[2]], nth: 2 });
		const calls = [[0], [1, 3], [0, 3], [2], [1]];
		let next = 0;
		const codes = await codesOf(calls.length, () =>
			create(calls[next++].map((index) => openIds[index])),
		);
		expect(codes).toEqual([0, 0, 0, 'lost', 0]);
	});

	it('can be those with a text in them, whoever and however many the recipients are', async () => {
		await control.addFault({
			kind: 'errorCode',
			status: 400,
			code: 230001,
			msg: 'sensitive words',
			contains: '中奖',
		});
		const titled = (title: string, user_ids: string[]) =>
			feishu.create({
				app_feed_card: { title, link: { link: 'https://example.com' } },
				user_ids,
			});
		for (const ids of [openIds, openIds.slice(0, 1)]) {
			const refused = await titled('恭喜中奖', ids);
			expect(refused).toMatchObject({ status: 400, code: 230001, msg: 'sensitive words' });
			expect((await titled('恭喜', ids)).code).toBe(0);
		}
		expect(await created()).toBe(openIds.length + 1);
	});

	it('find recipients in updates and deletes too', async () => {
		const [user_id] = openIds;
		await control.addFault({ kind: 'serverError', recipient: user_id });
		const entry = { app_feed_card: { biz_id: 'b' }, user_id, update_fields: ['1'] };
		expect((await feishu.update({ feed_cards: [entry] })).code).toBe(2200);
		expect((await feishu.delete({ feed_cards: [{ biz_id: 'b', user_id }] })).code).toBe(2200);
		const other = [{ biz_id: 'b', user_id: openIds[1] }];
		expect((await feishu.delete({ feed_cards: other })).code).toBe(0);
	});

	it('do not include those that Feishu refuses itself', async () => {
		await control.addFault({ kind: 'serverError', nth: 2 });
		await create();
		const bad = await feishu.create({}, { token: 't-bad' });
		expect(bad.code).toBe(99991663);
		expect((await create()).code).toBe(2200);
	});

	it('include those for tokens', async () => {
		await control.addFault({ kind: 'dropped', operation: 'tenantAccessToken.internal', nth: 1 });
		await control.addFault({
			kind: 'badGateway',
			operation: 'tenantAccessToken.internal',
			app_id: custom.app_id,
			nth: 2,
		});
		await expect(feishu.askForToken()).rejects.toThrow('fetch failed');
		expect((await feishu.askForToken()).status).toBe(502);
		expect((await feishu.askForToken()).code).toBe(0);
	});

	it('have the first of several faults, and the others wait', async () => {
		await control.addFault({ kind: 'serverError', times: 1 });
		await control.addFault({ kind: 'tooManyRequests', times: 1 });
		expect(await codesOf(3)).toEqual([2200, 99991400, 0]);
	});

	it('are none once the fault is removed', async () => {
		const { id } = await control.addFault({ kind: 'serverError' });
		await control.addFault({ kind: 'tooManyRequests' });
		await control.clearFaults(id);
		expect(await codesOf(1)).toEqual([99991400]);
		await control.clearFaults();
		expect(await codesOf(1)).toEqual([0]);
		await expect(control.clearFaults(id)).rejects.toThrow(`no fault ${id}`);
	});
});

describe('recipients that fail', () => {
	const failed = (answer: Answer) =>
		answer.data.failed_cards?.map((card) => [openIds.indexOf(card.user_id), card.reason]);

	it('do so as often as was said, each by itself, and get nothing meanwhile', async () => {
		await control.addFault({ kind: 'recipientReason', recipient: openIds.slice(0, 2), times: 2 });
		expect(failed(await create(openIds.slice(0, 3), 'b'))).toEqual([
			[0, '3'],
			[1, '3'],
		]);
		expect(await created()).toBe(1);
		expect(failed(await create([openIds[0]], 'b'))).toEqual([[0, '3']]);
		expect(failed(await create(openIds.slice(0, 2), 'b'))).toEqual([[1, '3']]);
		expect(failed(await create([openIds[1]], 'b'))).toEqual([]);
		const effects = await control.effects({ effect: 'cardCreated', biz_id: 'b' });
		expect(effects.map((effect) => effect.open_id)).toEqual([openIds[2], openIds[0], openIds[1]]);
	});

	it.each(['0', '1', '2', '3', '4'] as const)('with reason %s', async (reason) => {
		await control.addFault({ kind: 'recipientReason', reason });
		expect(failed(await create(openIds.slice(0, 2)))).toEqual([
			[0, reason],
			[1, reason],
		]);
		expect(await created()).toBe(0);
	});

	it('of updates and deletes keep their card as it is', async () => {
		await create([openIds[0]], 'b');
		await control.addFault({ kind: 'recipientReason', recipient: openIds[0], times: 1 });
		const entry = {
			app_feed_card: { biz_id: 'b', title: '新' },
			user_id: openIds[0],
			update_fields: ['1'],
		};
		expect(failed(await feishu.update({ feed_cards: [entry] }))).toEqual([[0, '3']]);
		expect(failed(await feishu.update({ feed_cards: [entry] }))).toEqual([]);
		await control.addFault({ kind: 'recipientReason', recipient: openIds[0], times: 1 });
		const entries = { feed_cards: [{ biz_id: 'b', user_id: openIds[0] }] };
		expect(failed(await feishu.delete(entries))).toEqual([[0, '3']]);
		expect(failed(await feishu.delete(entries))).toEqual([]);
	});

	it('of chats have a code and a message', async () => {
		await control.addFault({
			kind: 'recipientReason',
			recipient: openIds[0],
			error_code: 3,
			error_message: 'rate limited',
			times: 1,
		});
		const reminder = { time_sensitive: true, user_ids: openIds.slice(0, 2) };
		expect((await feishu.groupReminder(chat_id, reminder)).data.failed_user_reasons).toEqual([
			{ error_code: 3, error_message: 'rate limited', user_id: openIds[0] },
		]);
		expect((await feishu.groupReminder(chat_id, reminder)).data.failed_user_reasons).toEqual([]);
		await control.addFault({ kind: 'recipientReason', recipient: openIds[0] });
		expect((await feishu.botReminder(reminder)).data.failed_user_reasons).toEqual([
			{ error_code: 0, error_message: 'The user is not in the chat', user_id: openIds[0] },
		]);
	});
});

it('ends calls under way when the sandbox closes', async () => {
	const other = await startFeishuSandbox({ people: 3 });
	const otherFeishu = new FeishuCaller(other.url);
	await otherFeishu.tenantAccessToken();
	await new FeishuSandboxClient(other.url).addFault({
		kind: 'silence',
		seconds: 600,
		handled: false,
	});
	const call = otherFeishu.create({});
	const ended = expect(call).rejects.toThrow('fetch failed');
	await new Promise((resolve) => setTimeout(resolve, 50));
	await other.close();
	await ended;
	await expect(fetch(other.url)).rejects.toThrow('fetch failed');
});
