import {
	type FeishuSandbox,
	FeishuSandboxClient,
	SECOND_TENANT_KEY,
	SEEDED_APPS,
	startFeishuSandbox,
	TENANT_KEY,
} from '../../sandbox/feishu/src';
import type { FaultOptions, Person } from '../../sandbox/feishu/src/client';
import { type Answer, FeishuCaller } from '../helpers/sandbox/FeishuCaller';

type UserIdType = 'open_id' | 'union_id' | 'user_id';

let sandbox: FeishuSandbox;
let control: FeishuSandboxClient;
let feishu: FeishuCaller;
let people: Person[];
let stranger: Person;
let chat_id: string;

beforeAll(async () => {
	sandbox = await startFeishuSandbox({ people: 20, rateLimiting: { enabled: false } });
	control = new FeishuSandboxClient(sandbox.url);
});
afterAll(() => sandbox.close());
beforeEach(async () => {
	await control.reset();
	feishu = new FeishuCaller(sandbox.url);
	await feishu.tenantAccessToken();
	people = await control.people({ tenant_key: TENANT_KEY });
	[stranger] = await control.people({ tenant_key: SECOND_TENANT_KEY, limit: 1 });
	chat_id = (await control.company())[0].groups[0].chat_id;
});

const NOBODY = {
	open_id: `ou_${'a'.repeat(32)}`,
	union_id: `on_${'a'.repeat(32)}`,
	user_id: 'abc',
};
const OTHER_NOBODY = { open_id: 'ou_b', union_id: 'on_b', user_id: 'b' };

/** The six operations of message lists, each with these recipients. */
const OPERATIONS: Record<string, (ids: string[], query?: string) => Promise<Answer>> = {
	create: (user_ids, query) =>
		feishu.create(
			{ app_feed_card: { biz_id: 'b', link: { link: 'https://example.com' } }, user_ids },
			{ query },
		),
	update: (ids, query) =>
		feishu.update(
			{
				feed_cards: ids.map((user_id) => ({
					app_feed_card: { biz_id: 'b', title: 'x' },
					user_id,
					update_fields: ['1'],
				})),
			},
			{ query },
		),
	delete: (ids, query) =>
		feishu.delete({ feed_cards: ids.map((user_id) => ({ biz_id: 'b', user_id })) }, { query }),
	'chat buttons': (user_ids, query) =>
		feishu.chatButtons({ chat_id, user_ids, buttons: { buttons: [] } }, { query }),
	'group reminder': (user_ids, query) =>
		feishu.groupReminder(chat_id, { time_sensitive: true, user_ids }, { query }),
	'bot reminder': (user_ids, query) =>
		feishu.botReminder({ time_sensitive: true, user_ids }, { query }),
};
const OPERATION_NAMES = Object.keys(OPERATIONS);
const effects = async () =>
	Object.values((await control.counters()).effects).reduce((sum, count) => sum + count, 0);

describe.each(OPERATION_NAMES)('%s with an ID that the gateway does not take', (name) => {
	const call = OPERATIONS[name];
	/** Two good IDs around two bad ones. */
	const around = (type: UserIdType, ...bad: string[]) => [people[0][type], ...bad, people[1][type]];

	it.each<[UserIdType, number, (ids: string) => string]>([
		['open_id', 99992351, (ids) => `these open ids not existed: ${ids.replace(' ', ', ')}`],
		['union_id', 99992363, (ids) => `Invalid ids: [${ids}]`],
		['user_id', 99992360, (ids) => `Invalid ids: [${ids}]`],
	])('of nobody (%s) is refused whole, by name', async (type, code, message) => {
		await control.changeSettings({ gateway: { refusesUserIds: true } });
		const ids = around(type, NOBODY[type], OTHER_NOBODY[type]);
		const answer = await call(ids, `user_id_type=${type}`);
		expect(answer).toMatchObject({ status: 400, code });
		expect(answer.msg).toBe(message(`${NOBODY[type]} ${OTHER_NOBODY[type]}`));
		expect(answer.error?.log_id).toBe(answer.headers.get('x-tt-logid'));
		expect(answer.data).toBeUndefined();
		expect(await effects()).toBe(0);
		expect((await control.requests({ code })).at(-1)).toMatchObject({ handled: false });
		await call(around(type), `user_id_type=${type}`);
		expect((await control.requests()).at(-1)).toMatchObject({ code: 0, handled: true });
	});

	it('of somebody who has left is refused whole, until they are back', async () => {
		await control.changeSettings({ gateway: { refusesUserIds: true } });
		const { open_id } = people[2];
		await control.changePerson(open_id, { is_resigned: true });
		expect(await call(around('open_id', open_id))).toMatchObject({
			status: 400,
			code: 99992351,
			msg: `these open ids not existed: ${open_id}`,
		});
		await control.changePerson(open_id, { is_resigned: false });
		expect(await call(around('open_id', open_id))).toMatchObject({ code: 0 });
	});

	it('of another app is refused whole, without a name', async () => {
		await control.changeSettings({ gateway: { refusesUserIds: true } });
		await control.changePerson(people[2].user_id, { is_foreign: true });
		const { open_id, union_id, user_id } = people[2];
		const answer = await call(around('open_id', open_id));
		expect(answer).toMatchObject({ status: 400, code: 99992361, msg: 'open_id cross app' });
		expect(await call(around('open_id', stranger.open_id))).toMatchObject({ code: 99992361 });
		const byUnion = await call(around('union_id', union_id), 'user_id_type=union_id');
		expect(byUnion.code).toBe(0);
		expect((await call(around('user_id', user_id), 'user_id_type=user_id')).code).toBe(0);
	});

	it.each<[UserIdType, number, (id: string) => string]>([
		['union_id', 99992381, () => 'union_id cross tenant'],
		['user_id', 99992364, (id) => `Invalid ids: [${id}]`],
	])('of another tenant (%s) is refused whole', async (type, code, message) => {
		await control.changeSettings({ gateway: { refusesUserIds: true } });
		const answer = await call(around(type, stranger[type]), `user_id_type=${type}`);
		expect(answer).toMatchObject({ status: 400, code, msg: message(stranger[type]) });
		expect(await effects()).toBe(0);
	});

	it('fails alone unless the setting is on', async () => {
		await control.changePerson(people[2].open_id, { is_foreign: true });
		const answer = await call([people[2].open_id, NOBODY.open_id]);
		expect(answer.code).toBe(0);
		const { failed_cards, failed_user_reasons } = answer.data;
		const failed = [...(failed_cards ?? []), ...(failed_user_reasons ?? [])];
		expect(failed.map((entry) => entry.user_id)).toEqual([people[2].open_id, NOBODY.open_id]);
	});

	it('may be named in part, or not at all', async () => {
		const ids = around('open_id', NOBODY.open_id, OTHER_NOBODY.open_id);
		await control.changeSettings({ gateway: { refusesUserIds: true, namesIds: 'first' } });
		expect((await call(ids)).msg).toBe(`these open ids not existed: ${NOBODY.open_id}`);
		await control.changeSettings({ gateway: { namesIds: 'none', unknownIdCode: 99992353 } });
		expect(await call(ids)).toMatchObject({ status: 400, code: 99992353, msg: 'Invalid ids' });
	});

	it('is refused for one kind of trouble at a time', async () => {
		await control.changeSettings({ gateway: { refusesUserIds: true } });
		await control.changePerson(people[2].open_id, { is_foreign: true });
		const [{ resigned }] = await control.company();
		const ids = [resigned[0].open_id, people[2].open_id, NOBODY.open_id];
		expect(await call(around('open_id', ...ids))).toMatchObject({
			code: 99992351,
			msg: `these open ids not existed: ${resigned[0].open_id}, ${NOBODY.open_id}`,
		});
		expect((await call(around('open_id', people[2].open_id))).code).toBe(99992361);
	});

	it('can be a fault for some of the IDs', async () => {
		const code = 99992354;
		const recipient = [people[1].open_id, people[3].open_id];
		const { id } = await control.addFault({ kind: 'gatewayCode', code, recipient });
		const all = people.slice(0, 5).map((person) => person.open_id);
		expect(await call(all)).toMatchObject({
			status: 400,
			code,
			msg: `Invalid ids: [${recipient.join(' ')}]`,
		});
		expect((await call(all.slice(3))).msg).toBe(`Invalid ids: [${recipient[1]}]`);
		expect((await call([all[0], all[2], all[4]])).code).toBe(0);
		await control.clearFaults(id);
		await control.addFault({ kind: 'gatewayCode', code, recipient, namesIds: 'none' });
		expect((await call(all)).msg).toBe('Invalid ids');
	});
});

describe('the gateway', () => {
	it('judges IDs before the endpoint judges the content, which is refused for one as for many', async () => {
		await control.changeSettings({ gateway: { refusesUserIds: true } });
		const bad = { app_feed_card: { title: 'no link' } };
		const good = people.slice(0, 3).map((person) => person.open_id);
		const code = async (user_ids: string[]) => (await feishu.create({ ...bad, user_ids })).code;
		expect(await code([...good, NOBODY.open_id])).toBe(99992351);
		expect(await code(good)).toBe(230001);
		expect(await code(good.slice(0, 1))).toBe(230001);
	});

	it('leaves malformed IDs to the endpoint', async () => {
		await control.changeSettings({ gateway: { refusesUserIds: true } });
		const answer = await OPERATIONS.create([people[0].open_id, 'on_1']);
		expect(answer).toMatchObject({ status: 400, code: 230001 });
	});

	it('takes an open ID of the app in another tenant for nobody’s', async () => {
		await control.changeSettings({ gateway: { refusesUserIds: true } });
		const { store } = SEEDED_APPS;
		const path = '/open-apis/auth/v3/';
		const ask = (name: string, body: object) =>
			feishu.call('POST', path + name, { body, token: null });
		const { app_access_token } = await ask('app_access_token', store);
		const step = { app_access_token, tenant_key: TENANT_KEY };
		const token = (await ask('tenant_access_token', step)).tenant_access_token as string;
		const body = {
			app_feed_card: { link: { link: 'https://example.com' } },
			user_ids: [stranger.open_id],
		};
		expect((await feishu.create(body, { token })).code).toBe(99992351);
	});

	/** Part 3's table: HTTP status, codes. */
	it.each<[number, number[]]>([
		[
			400,
			[
				99992351, 99992352, 99992353, 99992354, 99992359, 99992360, 99992361, 99992363, 99992364,
				99992381,
			],
		],
		[400, [99992355, 99992356]],
		[400, [99992402, 9499, 10001, 10003, 1000002]],
		[400, [99991661, 99991663, 99991664, 99991665, 99991668, 99991671, 99991677]],
		[400, [99991401, 99991662, 99991672, 99991673]],
		[429, [99991403, 99991400]],
		[400, [1000004, 1000005, 190005, 232019, 11232, 11233, 11247]],
		[500, [1500, 5000, 1503, 1642, 1663, 1668, 2200, 10101, 10500, 1000003, 190003]],
	])('answers HTTP %i with each of %j, for any operation', async (status, codes) => {
		for (const code of codes) {
			const fault = await control.addFault({ kind: 'gatewayCode', code, nth: 2 });
			const ids = [people[0].open_id];
			const [first, second, third] = [
				await OPERATIONS['bot reminder'](ids),
				await OPERATIONS['group reminder'](ids),
				await OPERATIONS['bot reminder'](ids),
			];
			expect([first.code, third.code]).toEqual([0, 0]);
			expect(second).toMatchObject({ status, code });
			expect(second.msg).not.toBe('');
			expect(second.error?.log_id).toBe(second.headers.get('x-tt-logid'));
			expect(await control.requests({ code, limit: 1 })).toMatchObject([
				{ handled: false, fault: 'gatewayCode', operation: 'feedCard.patch' },
			]);
			await control.clearFaults(fault.id);
			await control.clearRequests();
		}
	});

	it('answers a code with another status or message, before or after the call is done', async () => {
		const fault: FaultOptions = {
			kind: 'gatewayCode',
			code: 1000004,
			status: 200,
			msg: 'slow down',
		};
		await control.addFault({ ...fault, times: 1 });
		await control.addFault({ ...fault, handled: true });
		const answer = await OPERATIONS.create([people[0].open_id]);
		expect(answer).toMatchObject({ status: 200, code: 1000004, msg: 'slow down' });
		expect(await effects()).toBe(0);
		await OPERATIONS.create([people[0].open_id]);
		expect((await control.counters()).effects.cardCreated).toBe(1);
	});

	it('refuses for the rate for ever, as HTTP 429 or 400, and tells how long to wait', async () => {
		for (const status of [429, 400]) {
			const kind = 'gatewayCode';
			const { id } = await control.addFault({ kind, code: 99991400, status, retryAfter: 3 });
			for (let call = 0; call < 5; call++) {
				const answer = await OPERATIONS.create([people[0].open_id]);
				expect(answer).toMatchObject({ status, code: 99991400 });
				expect(answer.headers.get('x-ogw-ratelimit-reset')).toBe('3');
			}
			await control.clearFaults(id);
		}
	});

	it('refuses for a missing scope by its name, and for an address by the address', async () => {
		await control.addFault({ kind: 'gatewayCode', code: 99991672, times: 1 });
		const answer = await OPERATIONS['bot reminder']([people[0].open_id]);
		expect(answer.error?.permission_violations).toMatchObject([
			{ subject: 'im:datasync.feed_card.time_sensitive:write' },
		]);
		await control.addFault({ kind: 'gatewayCode', code: 99991401, times: 1 });
		const denied = await OPERATIONS.create([people[0].open_id]);
		expect(denied.msg).toBe('ip 127.0.0.1 is denied by app setting');
	});

	it('answers for tokens, and for a long connection, too', async () => {
		const operation = ['tenantAccessToken.internal', 'longConnection.endpoint'] as const;
		await control.addFault({ kind: 'gatewayCode', code: 99991403, operation: [...operation] });
		expect(await feishu.askForToken()).toMatchObject({ status: 429, code: 99991403 });
		const { app_id: AppID, app_secret: AppSecret } = SEEDED_APPS.custom;
		const body = { AppID, AppSecret };
		const answer = await feishu.call('POST', '/callback/ws/endpoint', { body, token: null });
		expect(answer).toMatchObject({ status: 429, code: 99991403 });
	});

	it('can end the tokens with each code for tokens', async () => {
		await control.addFault({ kind: 'tokenExpired', code: 99991677, times: 1 });
		const ids = [people[0].open_id];
		expect(await OPERATIONS.create(ids)).toMatchObject({ status: 400, code: 99991677 });
		expect((await OPERATIONS.create(ids)).code).toBe(99991663);
		feishu = new FeishuCaller(sandbox.url);
		expect((await OPERATIONS.create(ids)).code).toBe(0);
	});

	it.each([
		[{}, "required property 'code'"],
		[{ code: 7 }, 'code'],
		[{ code: 99991400, namesIds: 'some' }, 'namesIds'],
	])('has no code for %j', async (options, message) => {
		const fault = { kind: 'gatewayCode', ...options } as FaultOptions;
		await expect(control.addFault(fault)).rejects.toThrow(message);
	});

	it.each([99992355, 0])('has no code %i for IDs', async (unknownIdCode) => {
		const change = control.changeSettings({ gateway: { unknownIdCode } });
		await expect(change).rejects.toThrow('unknownIdCode');
	});
});

describe('somebody who has left', () => {
	it('is in no list and no group, can be read, and comes back without groups', async () => {
		const { open_id, email } = people[1];
		await OPERATIONS.create([open_id]);
		await control.changePerson(people[1].union_id, { is_resigned: true });
		const ids = async () => (await control.people()).map((person) => person.open_id);
		expect(await ids()).not.toContain(open_id);
		expect((await control.group(chat_id)).memberOpenIds).not.toContain(open_id);
		const [{ resigned }] = await control.company();
		expect(resigned).toContainEqual(expect.objectContaining({ open_id, is_resigned: true }));
		expect(await control.feed(open_id)).toContainEqual(expect.objectContaining({ biz_id: 'b' }));
		await expect(control.press({ user: open_id, biz_id: 'b', button: 0 })).rejects.toThrow(open_id);
		const lookup = await feishu.call('POST', '/open-apis/contact/v3/users/batch_get_id', {
			body: { emails: [email] },
		});
		expect(lookup.data).toEqual({ user_list: [{ email }] });
		expect((await OPERATIONS.update([open_id])).data.failed_cards).toMatchObject([
			{ user_id: open_id, reason: '0' },
		]);
		await control.changePerson(open_id, { is_resigned: false });
		expect(await ids()).toContain(open_id);
		expect((await control.group(chat_id)).memberOpenIds).not.toContain(open_id);
		await control.reset();
		expect((await control.group(chat_id)).memberOpenIds).toContain(open_id);
		expect(await control.people({ tenant_key: TENANT_KEY })).toEqual(people);
	});

	it('is changed by no other field', async () => {
		const change = control.changePerson(people[1].open_id, { name: 'x' } as never);
		await expect(change).rejects.toThrow('name');
		await expect(control.changePerson('ou_1', {})).rejects.toThrow('no person ou_1');
	});
});

describe('an entry that fits nobody in the call', () => {
	it.each(OPERATION_NAMES)('can be in the answer of %s', async (name) => {
		await OPERATIONS.create(people.slice(0, 2).map((person) => person.open_id));
		const [{ open_id, union_id, user_id }, other] = people;
		const before = await effects();
		for (const [entryUserId, shown] of [
			['given', open_id],
			['absent', undefined],
			['empty', ''],
			['union_id', union_id],
			['user_id', user_id],
			['open_id', open_id],
			['stranger', `ou_${'0'.repeat(32)}`],
		] as const) {
			const fault = await control.addFault({
				kind: 'recipientReason',
				recipient: open_id,
				entryUserId,
			});
			const { code, data } = await OPERATIONS[name]([open_id]);
			const entries: object[] = data.failed_cards ?? data.failed_user_reasons!;
			expect(code).toBe(0);
			expect(entries).toHaveLength(1);
			expect('user_id' in entries[0] ? entries[0].user_id : undefined).toBe(shown);
			expect('user_id' in entries[0]).toBe(shown !== undefined);
			await control.clearFaults(fault.id);
		}
		expect(await effects()).toBe(before);
		expect((await OPERATIONS[name]([other.open_id])).code).toBe(0);
	});
});

describe('an answer that is not JSON', () => {
	it.each(['', 'OK', '{"code":0,"data":{"failed_ca'])('can be %j', async (text) => {
		await control.addFault({ kind: 'notJson', text });
		const answer = await OPERATIONS.create([people[0].open_id]);
		expect(answer).toMatchObject({ status: 200, text });
		expect((await control.counters()).effects.cardCreated).toBe(1);
	});
});
