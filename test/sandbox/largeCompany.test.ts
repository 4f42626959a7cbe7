import {
	type FeishuSandbox,
	FeishuSandboxClient,
	startFeishuSandbox,
	TENANT_KEY,
} from '../../sandbox/feishu/src';
import type { Person } from '../../sandbox/feishu/src/client';
import { FeishuCaller } from '../helpers/sandbox/FeishuCaller';

const PEOPLE = 10_000;

let sandbox: FeishuSandbox;
let control: FeishuSandboxClient;
let feishu: FeishuCaller;
let people: Person[];

beforeAll(async () => {
	sandbox = await startFeishuSandbox({ people: PEOPLE, rateLimiting: { enabled: false } });
	control = new FeishuSandboxClient(sandbox.url);
	feishu = new FeishuCaller(sandbox.url);
	people = await control.people({ tenant_key: TENANT_KEY, limit: PEOPLE });
});
afterAll(() => sandbox.close());

interface FoundUser {
	user_id?: string;
	email?: string;
	mobile?: string;
}

async function find(body: object): Promise<FoundUser[]> {
	const path = '/open-apis/contact/v3/users/batch_get_id';
	const answer = await feishu.call('POST', path, { body });
	expect(answer).toMatchObject({ status: 200, code: 0 });
	return (answer.data as unknown as { user_list: FoundUser[] }).user_list;
}

const inPieces = <T>(all: T[], size: number): T[][] =>
	Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
		all.slice(index * size, (index + 1) * size),
	);

describe('a company of 10,000 people', () => {
	it('has IDs and addresses that are nobody else’s', () => {
		expect(people).toHaveLength(PEOPLE);
		const fields = ['open_id', 'union_id', 'user_id', 'email', 'mobile'] as const;
		for (const field of fields) {
			expect(new Set(people.map((person) => person[field])).size).toBe(PEOPLE);
		}
	});

	it('finds everybody by e-mail in 200 calls, and by mobile number', async () => {
		const byEmail: FoundUser[] = [];
		for (const piece of inPieces(people, 50)) {
			byEmail.push(...(await find({ emails: piece.map((person) => person.email) })));
		}
		expect(byEmail.map((found) => found.user_id)).toEqual(people.map((person) => person.open_id));
		expect((await control.counters()).operations['user.batchGetId'].calls).toBe(200);
		const last = people.slice(-50);
		const byMobile = await find({ mobiles: last.map((person) => person.mobile) });
		expect(byMobile.map((found) => found.user_id)).toEqual(last.map((person) => person.open_id));
	});

	it('is in one chat and below the root of the departments', async () => {
		const [{ groups, departments }] = await control.company();
		expect(groups[0].members).toBe(PEOPLE);
		const { data } = await feishu.call('GET', '/open-apis/contact/v3/departments/0');
		expect(data).toMatchObject({
			department: { member_count: PEOPLE, primary_member_count: PEOPLE },
		});
		const distinct = new Set<string>();
		for (const { open_department_id } of departments) {
			const { memberOpenIds } = await control.department(open_department_id);
			for (const open_id of memberOpenIds) distinct.add(open_id);
		}
		expect(distinct.size).toBe(PEOPLE);
	});
});

describe('what people type', () => {
	it('finds e-mails whatever their case, and answers them as they were given', async () => {
		const [{ email, open_id }] = people;
		const given = email.toUpperCase();
		expect(given).not.toBe(email);
		expect(await find({ emails: [given] })).toMatchObject([{ email: given, user_id: open_id }]);
	});

	it('answers the same address twice when it is given twice', async () => {
		const [{ email, mobile, open_id }] = people;
		const found = await find({ emails: [email, email], mobiles: [mobile, mobile.slice(3)] });
		expect(found.map((user) => user.user_id)).toEqual(Array(4).fill(open_id));
	});

	it.each(['', ' ', 'nobody', 'nobody@', 'nobody@example.com'])(
		'takes "%s" for an address of nobody',
		async (email) => {
			expect(await find({ emails: [email] })).toEqual([{ email }]);
		},
	);

	it('tells somebody who left only with include_resigned, with a status', async () => {
		const { email, open_id } = people[7];
		await control.changePerson(open_id, { is_resigned: true });
		expect(await find({ emails: [email] })).toEqual([{ email }]);
		expect(await find({ emails: [email], include_resigned: true })).toEqual([
			{
				email,
				user_id: open_id,
				status: {
					is_activated: false,
					is_exited: false,
					is_frozen: false,
					is_resigned: true,
					is_unjoin: false,
				},
			},
		]);
	});
});
