import type { IDataObject } from 'n8n-workflow';

import { SEEDED_APPS, TENANT_KEY } from '../../sandbox/feishu/src';
import { create } from '../helpers/execution/forms';
import { withSandbox } from '../helpers/execution/withSandbox';

/** The company is one group, which everybody is in. */
const sandbox = withSandbox({ people: 2_000 });

/** A card for whom the form names in a way that needs a look-up; many calls at once. */
const cardFor = (recipients: IDataObject): IDataObject =>
	create({ title: 'Training', ...recipients, options: { callsAtOnce: 20 } });
const toPeople = (people: unknown = '={{ $json.to }}'): IDataObject =>
	cardFor({ recipientsBy: 'people', people: people as string });

const callsOf = async (operation: string) =>
	(await sandbox.requests()).filter((request) => request.operation === operation);
/** The open IDs of those whose feed got a card, once for each card. */
const created = async () =>
	(await sandbox.feishu.effects({ effect: 'cardCreated' })).map(({ open_id }) => open_id);

describe('300 e-mail addresses', () => {
	it('are 6 look-ups and 15 calls; the unknown and those who left are told of', async () => {
		const people = sandbox.people.slice(0, 297);
		const gone = [people[3], people[200]];
		for (const { open_id } of gone) {
			await sandbox.feishu.changePerson(open_id, { is_resigned: true });
		}
		const unknown = ['nobody1@example.com', 'nobody2@example.com', 'nobody3@example.com'];
		const emails = people.map(({ email }) => email);
		const to = [...emails.slice(0, 100), ...unknown, ...emails.slice(100)];
		const [output] = await sandbox.output(toPeople(), { items: [{ to }] });

		const lookUps = await callsOf('user.batchGetId');
		expect(lookUps.map(({ body }) => (body as { emails: string[] }).emails.length)).toEqual(
			Array.from({ length: 6 }, () => 50),
		);
		for (const { query, body } of lookUps) {
			expect(query).toEqual({ user_id_type: 'open_id' });
			expect(Object.keys(body as object)).toEqual(['emails', 'include_resigned']);
			expect(body).toMatchObject({ include_resigned: true });
		}
		expect(await callsOf('appFeedCard.create')).toHaveLength(15);

		const left = new Set(gone.map(({ open_id }) => open_id));
		const reached = people.filter(({ open_id }) => !left.has(open_id));
		expect(output.succeeded).toEqual(reached.map(({ open_id }) => open_id));
		expect((await created()).sort()).toEqual(reached.map(({ open_id }) => open_id).sort());
		const failed = output.failed as IDataObject[];
		expect(failed.map(({ recipient }) => recipient).sort()).toEqual(
			[...unknown, ...gone.map(({ email }) => email)].sort(),
		);
		for (const { recipient, reason, user_id } of failed) {
			const isUnknown = unknown.includes(recipient as string);
			expect(reason).toMatch(
				isUnknown ? /^no Feishu account with this e-mail: / : /^this person has left the company: /,
			);
			expect(user_id).toBe(gone.find(({ email }) => email === recipient)?.open_id);
		}
		expect(output.recipients).toEqual(
			people.map(({ email, open_id }) => ({ recipient: email, user_id: open_id })),
		);
	});

	it('of as many items are looked up together', async () => {
		const people = sandbox.people.slice(0, 300);
		const items = people.map(({ email }) => ({ to: email }));
		const output = await sandbox.output(toPeople(), { items });
		expect(await callsOf('user.batchGetId')).toHaveLength(6);
		expect(await callsOf('appFeedCard.create')).toHaveLength(15);
		expect(output.map(({ succeeded }) => succeeded)).toEqual(
			people.map(({ open_id }) => [open_id]),
		);
	});

	it('with 300 mobile numbers are 6 look-ups, too, and each person gets the card once', async () => {
		const people = sandbox.people.slice(0, 300);
		const to = [...people.map(({ email }) => email), ...people.map(({ mobile }) => mobile)];
		const [output] = await sandbox.output(toPeople(), { items: [{ to }] });
		expect(await callsOf('user.batchGetId')).toHaveLength(6);
		expect(await callsOf('appFeedCard.create')).toHaveLength(15);
		expect(output.succeeded).toEqual(people.map(({ open_id }) => open_id));
		expect((output.recipients as IDataObject[]).slice(0, 2)).toEqual([
			{ recipient: people[0].email, user_id: people[0].open_id },
			{ recipient: people[0].mobile, user_id: people[0].open_id },
		]);
	});
});

describe('10,000 e-mail addresses', () => {
	const company = withSandbox({ people: 10_000 });

	it('are 200 look-ups and 500 calls', async () => {
		const people = await company.feishu.people({ limit: 10_000, tenant_key: TENANT_KEY });
		const to = people.map(({ email }) => email);
		expect(new Set(to).size).toBe(10_000);
		const [output] = await company.output(toPeople(), { items: [{ to }] });
		expect(output.succeeded).toEqual(people.map(({ open_id }) => open_id));
		const counts = new Map<unknown, number>();
		for (const { operation } of await company.requests()) {
			counts.set(operation, (counts.get(operation) ?? 0) + 1);
		}
		expect([...counts]).toEqual([
			['user.batchGetId', 200],
			['appFeedCard.create', 500],
		]);
	});
});

describe('a chat of 2,000', () => {
	const toChat = (chat: string): IDataObject =>
		cardFor({ recipientsBy: 'chat', recipientChat: { __rl: true, mode: 'id', value: chat } });

	it('is 20 pages and 100 calls; everybody gets the card once', async () => {
		const [{ chat_id: chat }] = sandbox.groups;
		const [output] = await sandbox.output(toChat(chat));
		const pages = await callsOf('chatMembers.get');
		expect(pages).toHaveLength(20);
		expect(pages[0]).toMatchObject({
			path: `/open-apis/im/v1/chats/${chat}/members`,
			query: { page_size: '100', member_id_type: 'open_id' },
		});
		expect(await callsOf('appFeedCard.create')).toHaveLength(100);
		const people = await sandbox.feishu.people({ limit: 2_000, tenant_key: TENANT_KEY });
		const { memberOpenIds } = await sandbox.feishu.group(chat);
		const everybody = [...memberOpenIds].sort();
		expect(everybody).toHaveLength(2_000);
		expect((await created()).sort()).toEqual(everybody);
		expect([...(output.succeeded as string[])].sort()).toEqual(everybody);
		const [first] = output.recipients as IDataObject[];
		const person = people.find(({ open_id }) => open_id === first.user_id)!;
		expect(first).toEqual({ recipient: chat, user_id: person.open_id, name: person.name });
		expect(output.recipients).toHaveLength(2_000);
	});

	it.each([2, 11, 20])(
		'of which page %i cannot be had reaches nobody and tells of the chat',
		async (nth) => {
			const [{ chat_id: chat }] = sandbox.groups;
			await sandbox.feishu.addFault({
				kind: 'errorCode',
				operation: 'chatMembers.get',
				nth,
				status: 400,
				code: 232011,
				msg: 'Operator can NOT be out of the chat.',
			});
			const { error } = await sandbox.run(toChat(chat));
			expect(error?.message).toMatch(
				new RegExp(
					`^Could not create the card for ${chat}: the look-up failed, because Feishu answered "Operator can NOT be out of the chat\\." \\(code 232011, .*: add the bot of the app to the chat, or check the chat ID$`,
				),
			);
			expect(await created()).toEqual([]);
		},
	);

	it('without members is told of', async () => {
		const { chat_id: chat } = sandbox.groups.at(-1)!;
		const { memberOpenIds } = await sandbox.feishu.group(chat);
		await sandbox.feishu.changeGroup(chat, { removeMembers: memberOpenIds });
		const { outputs } = await sandbox.run(toChat(chat), { onError: 'continueRegularOutput' });
		expect(outputs[0][0].json).toMatchObject({
			error: `Could not create the card for ${chat}: this chat has no members`,
			succeeded: [],
			failed: [{ recipient: chat, reason: 'this chat has no members' }],
			recipients: [],
		});
	});
});

describe('a chat and a department that overlap', () => {
	/** A project group, and the department of one of its members. */
	const overlapping = async () => {
		const { chat_id: chat } = sandbox.groups.find(({ members }) => members === 12)!;
		const { memberOpenIds } = await sandbox.feishu.group(chat);
		const people = await sandbox.feishu.people({ limit: 2_000, tenant_key: TENANT_KEY });
		const person = people.find(({ open_id }) => open_id === memberOpenIds[0])!;
		const department = person.open_department_id;
		const ofDepartment = people
			.filter(({ open_department_id }) => open_department_id === department)
			.map(({ open_id }) => open_id);
		const everybody = [...new Set([...memberOpenIds, ...ofDepartment])].sort();
		expect(everybody.length).toBeLessThan(memberOpenIds.length + ofDepartment.length);
		return { chat, department, person, ofDepartment, everybody };
	};

	it('reach each person once, with all names', async () => {
		const { chat, department, person, ofDepartment, everybody } = await overlapping();
		const to = [chat, person.email, department, person.open_id];
		const [output] = await sandbox.output(toPeople(), { items: [{ to }] });
		expect(await callsOf('user.findByDepartment')).toHaveLength(
			Math.ceil(ofDepartment.length / 50),
		);
		expect((await created()).sort()).toEqual(everybody);
		expect([...(output.succeeded as string[])].sort()).toEqual(everybody);
		const { name, open_id } = person;
		const told = (output.recipients as IDataObject[]).filter(({ user_id }) => user_id === open_id);
		expect(told).toEqual(
			[chat, person.email, department].map((recipient) => ({ recipient, user_id: open_id, name })),
		);
	});

	it('gives everybody of a department the card', async () => {
		const { department, ofDepartment } = await overlapping();
		const [output] = await sandbox.output(
			cardFor({
				recipientsBy: 'department',
				recipientDepartment: { __rl: true, mode: 'id', value: department },
			}),
		);
		expect((await created()).sort()).toEqual([...ofDepartment].sort());
		expect(output.failed).toEqual([]);
	});
});

describe('a department with others below it', () => {
	const toDepartment = (id: string, includeSubdepartments: boolean): IDataObject =>
		cardFor({
			recipientsBy: 'department',
			recipientDepartment: { __rl: true, mode: 'id', value: id },
			includeSubdepartments,
		});

	it('reaches everybody in all of them once, also who is in several', async () => {
		const [{ departments }] = await sandbox.feishu.company();
		const [output] = await sandbox.output(toDepartment('0', true));
		const everybody = (await sandbox.feishu.people({ limit: 3_000, tenant_key: TENANT_KEY }))
			.map(({ open_id }) => open_id)
			.sort();
		expect((await created()).sort()).toEqual(everybody);
		expect([...(output.succeeded as string[])].sort()).toEqual(everybody);
		const [{ path, query }] = await callsOf('department.children');
		expect(path).toBe('/open-apis/contact/v3/departments/0/children');
		expect(query).toEqual({
			department_id_type: 'open_department_id',
			fetch_child: 'true',
			page_size: '50',
		});
		// The root, and each department.
		const asked = await callsOf('user.findByDepartment');
		expect(new Set(asked.map(({ query: { department_id } }) => department_id))).toEqual(
			new Set(['0', ...departments.map(({ open_department_id }) => open_department_id)]),
		);
	});

	it('asks for nothing below it unless that is wanted', async () => {
		await sandbox.run(toDepartment('0', false));
		expect(await callsOf('department.children')).toEqual([]);
		expect(await callsOf('user.findByDepartment')).toHaveLength(1);
	});

	it.each(['department.children', 'user.findByDepartment'] as const)(
		'reaches nobody when a call of %s cannot be made',
		async (operation) => {
			await sandbox.feishu.addFault({
				kind: 'errorCode',
				operation,
				nth: operation === 'department.children' ? 1 : 4,
				status: 403,
				code: 40004,
				msg: 'no dept authority error',
			});
			const { error } = await sandbox.run(toDepartment('0', true));
			expect(error?.message).toMatch(
				/^Could not create the card for 0: the look-up failed, because .* \(code 40004, .*: extend the app's contacts scope/,
			);
			expect(await created()).toEqual([]);
		},
	);
});

describe('a list of anything', () => {
	it('reaches everybody, each in the call of their kind of ID', async () => {
		const [a, b, c, d, e] = sandbox.people;
		const to = `${a.union_id}, Somebody <${b.email}>；${c.mobile.replace(/^(\+86)?(\d{3})/, '+86 $2 ')}\n${d.open_id}、${e.user_id}`;
		const [output] = await sandbox.output(toPeople(), { items: [{ to }] });
		expect(output).toMatchObject({ failed: [] });
		// Whoever is looked up has the kind of the first ID.
		expect(output.succeeded).toEqual([a.union_id, b.union_id, c.union_id, d.open_id, e.user_id]);
		const calls = await callsOf('appFeedCard.create');
		expect(
			calls.map(({ query, body }) => [query.user_id_type, (body as IDataObject).user_ids]),
		).toEqual([
			['union_id', [a.union_id, b.union_id, c.union_id]],
			['open_id', [d.open_id]],
			['user_id', [e.user_id]],
		]);
		expect([...(await created())].sort()).toEqual(sandbox.openIds(0, 5).sort());
		expect(output.recipients).toEqual([
			{ recipient: `Somebody <${b.email}>`, user_id: b.union_id },
			{ recipient: expect.stringMatching(/^\+86 \d{3} \d+$/), user_id: c.union_id },
		]);
	});

	it('is one output item for each, if that is asked for', async () => {
		const [a, b] = sandbox.people;
		const parameters = create({
			recipientsBy: 'people',
			people: `${a.open_id},${b.email},nobody@example.com`,
			options: { itemPerRecipient: true },
		});
		const { outputs } = await sandbox.run(parameters, { typeVersion: 1.1 });
		expect(outputs[0].map(({ json, pairedItem }) => [json, pairedItem])).toEqual([
			[{ biz_id: expect.any(String), user_id: a.open_id, status: 'succeeded' }, { item: 0 }],
			[
				{
					biz_id: expect.any(String),
					recipient: b.email,
					user_id: b.open_id,
					status: 'succeeded',
				},
				{ item: 0 },
			],
			[
				{
					biz_id: expect.any(String),
					recipient: 'nobody@example.com',
					status: 'failed',
					reason: expect.stringMatching(/^no Feishu account with this e-mail/),
				},
				{ item: 0 },
			],
		]);
	});

	it('may be what an earlier run told of: its lists of failed and of recipients', async () => {
		const [a, b] = sandbox.people;
		const first = await sandbox.output(toPeople(`${a.email},${b.mobile},nobody@example.com`));
		await sandbox.feishu.clearEffects();
		const [again] = await sandbox.output(toPeople('={{ $json.recipients.concat($json.failed) }}'), {
			items: first,
		});
		expect(again.succeeded).toEqual([a.open_id, b.open_id]);
		expect(again.failed).toMatchObject([{ recipient: 'nobody@example.com' }]);
	});
});

describe('what was found a short time ago', () => {
	it('is not looked up again, but what was not found is', async () => {
		const people = sandbox.people.slice(0, 60);
		const to = [...people.map(({ email }) => email), 'new@example.com'];
		await sandbox.output(toPeople(), { items: [{ to }] });
		await sandbox.feishu.clearRequests();
		const [output] = await sandbox.output(toPeople(), { items: [{ to }] });
		const lookUps = await callsOf('user.batchGetId');
		expect(lookUps.map(({ body }) => body)).toEqual([
			{ emails: ['new@example.com'], include_resigned: true },
		]);
		expect(output.succeeded).toEqual(people.map(({ open_id }) => open_id));
	});

	it('is not taken for another app', async () => {
		const [{ email }] = sandbox.people;
		await sandbox.output(toPeople(email));
		await sandbox.feishu.clearRequests();
		const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.pilot;
		await sandbox.run(toPeople(email), { credential: sandbox.credential({ appId, appSecret }) });
		expect(await callsOf('user.batchGetId')).toHaveLength(1);
	});
});

describe('a look-up that Feishu refuses', () => {
	it('for a missing scope is told of each person, with the scope; the others are sent to', async () => {
		const [a, b, c] = sandbox.people;
		const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.fewScopes;
		const [output] = await sandbox.output(toPeople(`${a.email},${b.open_id},${c.mobile}`), {
			credential: sandbox.credential({ appId, appSecret }),
		});
		expect(output.succeeded).toEqual([b.open_id]);
		expect(output.failed).toEqual(
			[a.email, c.mobile].map((recipient) => ({
				recipient,
				reason: expect.stringMatching(/open the scope contact:user\.id:readonly/),
				code: 99991672,
				log_id: expect.any(String),
			})),
		);
	});

	it('for one bad address finds all others', async () => {
		const people = sandbox.people.slice(0, 100);
		const bad = people[37].email;
		await sandbox.feishu.addFault({
			kind: 'errorCode',
			operation: 'user.batchGetId',
			contains: bad,
			status: 400,
			code: 40001,
			msg: 'param error',
		});
		const to = people.map(({ email }) => email);
		const [output] = await sandbox.output(toPeople(), { items: [{ to }] });
		expect(output.failed).toMatchObject([{ recipient: bad, code: 40001 }]);
		expect(output.succeeded).toHaveLength(99);
		// Halves: of 50, 25, 13, 7, 4 and 2, of which the other half is asked for only when it may be good.
		expect((await callsOf('user.batchGetId')).length).toBeLessThanOrEqual(2 + 12);
	});

	it('for all of them is not asked for each', async () => {
		await sandbox.feishu.addFault({
			kind: 'errorCode',
			operation: 'user.batchGetId',
			status: 400,
			code: 40001,
			msg: 'param error',
		});
		const to = sandbox.people.slice(0, 1_000).map(({ email }) => email);
		const { outputs } = await sandbox.run(toPeople(), {
			items: [{ to }],
			onError: 'continueRegularOutput',
		});
		expect(outputs[0][0].json.failed).toHaveLength(1_000);
		expect((await callsOf('user.batchGetId')).length).toBeLessThan(100);
		expect(await callsOf('appFeedCard.create')).toEqual([]);
	});
});
