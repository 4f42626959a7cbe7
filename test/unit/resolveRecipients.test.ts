import type { FeishuRequest } from '../../nodes/shared/api/FeishuClient';
import type { UserIdType } from '../../nodes/shared/api/payloads';
import type { ApiResponse } from '../../nodes/shared/api/responses';
import type { RecipientRequest } from '../../nodes/shared/delivery/batches';
import type { LookUp } from '../../nodes/shared/delivery/lookUps';
import { resolveRecipients } from '../../nodes/shared/delivery/resolveRecipients';
import { RunState } from '../../nodes/shared/delivery/RunState';
import { resetProcessState } from '../../nodes/shared/primitives/processState';
import { VirtualTime } from '../helpers/pacing/VirtualTime';
import { seededRandom } from '../helpers/pacing/seededRandom';
import { ScriptedFeishu } from '../helpers/unit/ScriptedFeishu';
import type { Answer } from '../helpers/unit/ScriptedFeishu';

const MINUTE_MS = 60_000;

let time: VirtualTime;
beforeEach(() => {
	resetProcessState();
	time = VirtualTime.install(seededRandom(1));
});
afterEach(() => time.uninstall());

const email = (value: string): LookUp => ({ kind: 'email', value, recipient: value, position: 0 });
const mobile = (value: string): LookUp => ({
	kind: 'mobile',
	value,
	recipient: value,
	position: 0,
});
const chat = (id: string): LookUp => ({ kind: 'chat', id, recipient: id, position: 0 });
const department = (id: string): LookUp => ({
	kind: 'department',
	id,
	idType: 'department_id',
	includeSubdepartments: false,
	recipient: id,
	position: 0,
});
const request = (
	lookUps: LookUp[] | undefined,
	userIds: string[] = [],
	userIdType: UserIdType = 'open_id',
): RecipientRequest => ({
	userIdType,
	userIds,
	lookUps,
	content: { biz_id: 'b' },
	target: 'b',
	names: {},
});

/** Knows everybody: each address is of an ID that is named after it, and each list has two members. */
function everybody({ path, query, body }: FeishuRequest): ApiResponse {
	if (path.endsWith('batch_get_id')) {
		const { emails = [], mobiles = [] } = body as { emails?: string[]; mobiles?: string[] };
		return {
			data: {
				user_list: [
					...emails.map((value) => ({ email: value, user_id: `id of ${value}` })),
					...mobiles.map((value) => ({ mobile: value, user_id: `id of ${value}` })),
				],
			},
		};
	}
	const list = String(query?.department_id ?? path.split('/').at(-2));
	const type = String(query?.user_id_type);
	const items = [1, 2].map((one) => ({ member_id: `${list} ${one}`, [type]: `${list} ${one}` }));
	return { data: { items } };
}

/** Completes requests with what a Feishu says that answers by a rule. */
async function completed(
	requests: RecipientRequest[],
	answer: Answer = everybody,
	{ scope, callsPerSecond }: { scope?: string; callsPerSecond?: number } = {},
) {
	const feishu = new ScriptedFeishu(answer, 10, scope);
	const done = resolveRecipients(
		{ getExecutionCancelSignal: () => undefined },
		requests,
		{ callsAtOnce: 20, callsPerSecond, longestWait: 0 },
		{ client: feishu.client, state: new RunState(0) },
	);
	await time.runUntilIdle();
	await done;
	return {
		calls: feishu.calls.map(({ request: call }) => call),
		lastMs: feishu.calls.at(-1)?.timeMs,
	};
}

it('leaves requests as they are that look nobody up', async () => {
	const requests = [request(undefined, ['ou_1']), request([], ['ou_2'])];
	const { calls } = await completed(requests);
	expect(calls).toEqual([]);
	expect(requests.map(({ resolved }) => resolved)).toEqual([undefined, undefined]);
	expect(requests.map(({ userIds }) => userIds)).toEqual([['ou_1'], ['ou_2']]);
});

it('looks up the addresses and lists of all items together, each once', async () => {
	const requests = [
		request([email('a@example.com'), chat('oc_1')], ['ou_1']),
		request([email('A@example.com'), mobile('+14155550100'), chat('oc_1'), department('d1')]),
	];
	const { calls } = await completed(requests);
	expect(calls.map(({ path }) => path).sort()).toEqual([
		'/open-apis/contact/v3/users/batch_get_id',
		'/open-apis/contact/v3/users/find_by_department',
		'/open-apis/im/v1/chats/oc_1/members',
	]);
	expect(calls.find(({ body }) => body !== undefined)?.body).toMatchObject({
		emails: ['a@example.com'],
		mobiles: ['+14155550100'],
	});
	expect(requests[0]?.userIds).toEqual(['id of a@example.com', 'oc_1 1', 'oc_1 2', 'ou_1']);
	expect(requests[1]?.userIds).toEqual([
		'id of a@example.com',
		'id of +14155550100',
		'oc_1 1',
		'oc_1 2',
		'd1 1',
		'd1 2',
	]);
});

it('leaves out whom it did not find, with the reason', async () => {
	const requests = [request([email('a@example.com')], ['ou_1'])];
	await completed(requests, () => ({ data: { user_list: [] } }));
	expect(requests[0]?.userIds).toEqual(['ou_1']);
	expect(requests[0]?.resolved?.everybody).toEqual(['a@example.com', 'ou_1']);
	expect(requests[0]?.resolved?.failures.get('a@example.com')).toMatchObject({
		reason: 'no Feishu account with this e-mail',
	});
});

it('asks for each kind of ID on its own', async () => {
	const requests = [
		request([email('a@example.com')], [], 'open_id'),
		request([email('b@example.com')], [], 'user_id'),
		request([email('c@example.com')], [], 'open_id'),
	];
	const { calls } = await completed(requests);
	expect(calls.map(({ query, body }) => [query?.user_id_type, body])).toEqual([
		['open_id', { emails: ['a@example.com', 'c@example.com'], include_resigned: true }],
		['user_id', { emails: ['b@example.com'], include_resigned: true }],
	]);
});

describe('what was found', () => {
	const everything = () => [request([email('a@example.com'), chat('oc_1')])];

	it('is used again for a minute', async () => {
		await completed(everything());
		await wait(MINUTE_MS - 1_000);
		const again = everything();
		const { calls } = await completed(again);
		expect(calls).toEqual([]);
		expect(again[0]?.userIds).toEqual(['id of a@example.com', 'oc_1 1', 'oc_1 2']);
	});

	it('is used again for ten minutes where it is an address', async () => {
		await completed(everything());
		await wait(9 * MINUTE_MS);
		const later = await completed(everything());
		expect(later.calls.map(({ path }) => path)).toEqual(['/open-apis/im/v1/chats/oc_1/members']);
		await wait(2 * MINUTE_MS);
		const last = await completed(everything());
		expect(last.calls).toHaveLength(2);
	});

	it.each<[string, RecipientRequest, string]>([
		['app', request([email('a@example.com'), chat('oc_1')]), 'other'],
		['kind of ID', request([email('a@example.com'), chat('oc_1')], [], 'union_id'), 'app'],
	])('is not used for another %s', async (_, other, scope) => {
		await completed(everything());
		const { calls } = await completed([other], everybody, { scope });
		expect(calls).toHaveLength(2);
	});

	it('is only looked up for what is not known', async () => {
		await completed([request([email('a@example.com')])]);
		const both = [request([email('a@example.com'), email('b@example.com')])];
		const { calls } = await completed(both);
		expect(calls[0]?.body).toMatchObject({ emails: ['b@example.com'] });
		expect(both[0]?.userIds).toEqual(['id of a@example.com', 'id of b@example.com']);
	});
});

it("keeps the user's own limit, and leaves none behind", async () => {
	const chats = (from: number) => [
		request(Array.from({ length: 6 }, (_, index) => chat(`oc_${from + index}`))),
	];
	const slow = await completed(chats(0), everybody, { callsPerSecond: 2 });
	expect(slow.lastMs).toBeGreaterThan(2_000);
	const fast = await completed(chats(10));
	expect(fast.lastMs).toBeLessThan(1_000);
});

it('looks up again whom it did not find', async () => {
	const nobody = (): ApiResponse => ({ data: { user_list: [], items: [] } });
	const requests = () => [request([email('a@example.com'), chat('oc_1')])];
	await completed(requests(), nobody);
	const again = requests();
	const { calls } = await completed(again);
	expect(calls).toHaveLength(2);
	expect(again[0]?.userIds).toHaveLength(3);
});

async function wait(milliseconds: number): Promise<void> {
	const waited = time.sleep(milliseconds);
	await time.runUntilIdle();
	await waited;
}
