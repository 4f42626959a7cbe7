import type { IDataObject } from 'n8n-workflow';

import { TENANT_KEY } from '../../sandbox/feishu/src';
import type { FaultOptions, OperationName, Person } from '../../sandbox/feishu/src/client';
import { create } from '../helpers/execution/forms';
import { withSandbox } from '../helpers/execution/withSandbox';

jest.setTimeout(60_000);

const sandbox = withSandbox({ people: 2_000 });
/** Everybody of one department, which has a group of its own. */
let people: Person[];
let chat: string;

beforeAll(async () => {
	const everybody = await sandbox.feishu.people({ limit: 2_000, tenant_key: TENANT_KEY });
	// The first group has everybody; each department has one of its own.
	const [, largest] = [...sandbox.groups].sort((one, other) => other.members - one.members);
	const { memberOpenIds } = await sandbox.feishu.group((chat = largest.chat_id));
	const members = new Set(memberOpenIds);
	people = everybody.filter(({ open_id }) => members.has(open_id));
	const [{ open_department_id: department }] = people;
	expect(people).toEqual(
		everybody.filter(({ open_department_id }) => open_department_id === department),
	);
	expect(people.length).toBeGreaterThan(200);
});

/** One way to name the people of the department, and the endpoint that it asks. */
interface Way {
	endpoint: OperationName;
	recipients: () => IDataObject;
	/** How many people a call gives. */
	size: number;
	/** As whom those are told of who could not be looked up. */
	told: () => string[];
}

const locator = (value: string) => ({ __rl: true, mode: 'id', value });
const WAYS: Record<string, Way> = {
	'e-mail addresses': {
		endpoint: 'user.batchGetId',
		recipients: () => ({
			recipientsBy: 'people',
			people: people.map(({ email }) => email).join(),
		}),
		size: 50,
		told: () => people.map(({ email }) => email),
	},
	'mobile numbers': {
		endpoint: 'user.batchGetId',
		recipients: () => ({
			recipientsBy: 'people',
			people: people.map(({ mobile }) => mobile).join(),
		}),
		size: 50,
		told: () => people.map(({ mobile }) => mobile),
	},
	'a chat': {
		endpoint: 'chatMembers.get',
		recipients: () => ({ recipientsBy: 'chat', recipientChat: locator(chat) }),
		size: 100,
		told: () => [chat],
	},
	'a department': {
		endpoint: 'user.findByDepartment',
		recipients: () => ({
			recipientsBy: 'department',
			recipientDepartment: locator(people[0].open_department_id),
		}),
		size: 50,
		told: () => [people[0].open_department_id],
	},
};

const TROUBLES: Record<string, FaultOptions> = {
	'token expires': { kind: 'tokenExpired' },
	'HTTP 429': { kind: 'tooManyRequests' },
	'HTTP 400 with 99991400': { kind: 'tooManyRequestsAs400' },
	'HTTP 500': { kind: 'serverError' },
	'HTTP 500 after it was done': { kind: 'serverError', handled: true },
	'HTTP 502 with HTML': { kind: 'badGateway' },
	'connection dropped before': { kind: 'dropped', handled: false },
	'connection dropped after': { kind: 'dropped', handled: true },
	'response cut off': { kind: 'cutOff' },
	'response is not JSON': { kind: 'notJson' },
};

let pace = 9_000;
/** A pace of its own has no memory of what was refused before. */
const card = (recipients: IDataObject, options: IDataObject = {}): IDataObject =>
	create({
		title: 'Training',
		...recipients,
		options: { callsAtOnce: 2, callsPerSecond: ++pace, ...options },
	});
const callsOf = async (operation: OperationName) =>
	(await sandbox.requests()).filter((request) => request.operation === operation).length;
const created = async () =>
	(await sandbox.feishu.effects({ effect: 'cardCreated' })).map(({ open_id }) => open_id).sort();
const openIds = () => people.map(({ open_id }) => open_id).sort();

describe.each(Object.entries(WAYS))('%s', (_, { endpoint, recipients, size, told }) => {
	const calls = () => Math.ceil(people.length / size);

	describe.each(Object.entries(TROUBLES))('%s', (trouble, fault) => {
		it.each(['first', 'middle', 'last'])(
			'at the %s look-up: everybody is reached, once',
			async (position) => {
				const nth = { first: 1, middle: Math.ceil(calls() / 2), last: calls() }[position];
				await sandbox.feishu.addFault({ ...fault, operation: endpoint, nth });
				const [output] = await sandbox.output(card(recipients()));
				expect(output.failed).toEqual([]);
				expect([...(output.succeeded as string[])].sort()).toEqual(openIds());
				expect(await created()).toEqual(openIds());
				const [{ done }] = await sandbox.feishu.faults();
				expect(done).toBe(1);
				expect(await callsOf(endpoint)).toBeGreaterThanOrEqual(calls() + 1);
				// A call that is under way with the old token is refused, too.
				const most = calls() + (trouble === 'token expires' ? 2 : 1);
				expect(await callsOf(endpoint)).toBeLessThanOrEqual(most);
			},
		);

		it('from the second look-up on: whoever was not found is told of, and nobody is lost', async () => {
			const nth = Array.from({ length: 300 }, (__, index) => index + 2);
			await sandbox.feishu.addFault({ ...fault, operation: endpoint, nth });
			const { outputs, error } = await sandbox.run(card(recipients(), { longestWait: 1 }), {
				onError: 'continueRegularOutput',
			});
			expect(error).toBeUndefined();
			const [{ json }] = outputs[0];
			const failed = json.failed as IDataObject[];
			// All of a list or nobody; of addresses those of the first call.
			const found = told().length === 1 ? [] : people.slice(0, size);
			expect(failed.map(({ recipient }) => recipient)).toEqual(told().slice(found.length));
			for (const { reason, user_id } of failed) {
				expect(reason).toMatch(/^the look-up failed, because .+: .+/);
				expect(user_id).toBeUndefined();
			}
			expect(json.succeeded).toEqual(found.map(({ open_id }) => open_id));
			expect(await created()).toEqual(found.map(({ open_id }) => open_id).sort());
		});
	});

	it.each([
		['the quota of the month is used up', 99991403],
		['the address is not on the allow-list', 99991401],
	])('%s: the run ends, with the first call', async (__, code) => {
		await sandbox.feishu.addFault({ kind: 'gatewayCode', operation: endpoint, code });
		const { outputs } = await sandbox.run(card(recipients()), { onError: 'continueRegularOutput' });
		const [{ json }] = outputs[0];
		expect(json).toMatchObject({ error: expect.any(String), succeeded: [] });
		expect((json.failed as IDataObject[]).map((one) => [one.recipient, one.code])).toEqual(
			told().map((recipient) => [recipient, code]),
		);
		expect(await callsOf(endpoint)).toBe(1);
		expect(await callsOf('appFeedCard.create')).toBe(0);
	});
});

describe('an app-wide refusal of a look-up', () => {
	it('ends the sending as well, and IDs that were given are told of', async () => {
		await sandbox.feishu.addFault({
			kind: 'gatewayCode',
			operation: 'user.batchGetId',
			code: 99991403,
		});
		const [a, b] = people;
		const { outputs } = await sandbox.run(
			card({ recipientsBy: 'people', people: `${a.open_id},${b.email}` }),
			{ onError: 'continueRegularOutput' },
		);
		expect(outputs[0][0].json.failed).toMatchObject([
			{ user_id: a.open_id, code: 99991403 },
			{ recipient: b.email, code: 99991403 },
		]);
		expect(await callsOf('appFeedCard.create')).toBe(0);
	});
});

describe('"Retry On Fail"', () => {
	it('does not send twice to whoever was reached, and looks up the rest again', async () => {
		const [a, b] = people;
		await sandbox.feishu.addFault({
			kind: 'errorCode',
			operation: 'user.batchGetId',
			nth: 1,
			contains: b.mobile,
			status: 400,
			code: 99992402,
			msg: 'field validation failed',
		});
		const parameters = card(
			{ recipientsBy: 'people', people: `${a.open_id},${b.mobile}` },
			{ whenSomeFail: 'fail' },
		);
		const [output] = await sandbox.output(parameters, { maxTries: 2 });
		expect(output).toMatchObject({ succeeded: [a.open_id, b.open_id], failed: [] });
		expect(await created()).toEqual([a.open_id, b.open_id].sort());
	});
});
