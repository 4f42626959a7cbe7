import type { IDataObject } from 'n8n-workflow';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import { withSandbox } from '../helpers/execution/withSandbox';

const sandbox = withSandbox({ people: 300 });

const getIds = (parameters: IDataObject = {}): IDataObject => ({
	resource: 'user',
	operation: 'getIds',
	people: '={{ $json.to }}',
	...parameters,
});

describe('User: Get IDs', () => {
	it('gives an item for each person, also for whoever is unknown or has left', async () => {
		const [a, b, c] = sandbox.people;
		await sandbox.feishu.changePerson(c.open_id, { is_resigned: true });
		const to = `${a.email}, ${b.mobile}, ${c.email}, nobody@example.com, ${a.email}`;
		expect(await sandbox.output(getIds(), { items: [{ to }] })).toEqual([
			{ recipient: a.email, kind: 'email', user_id: a.open_id },
			{ recipient: b.mobile, kind: 'mobile', user_id: b.open_id },
			{
				recipient: c.email,
				kind: 'email',
				user_id: c.open_id,
				reason: expect.stringMatching(/^this person has left the company/),
			},
			{
				recipient: 'nobody@example.com',
				kind: 'email',
				reason: expect.stringMatching(/^no Feishu account with this e-mail/),
			},
		]);
	});

	it.each(['union_id', 'user_id'] as const)('gives the %s', async (userIdType) => {
		const [person] = sandbox.people;
		const items = [{ to: person.email }];
		expect(await sandbox.output(getIds({ userIdType }), { items })).toEqual([
			{ recipient: person.email, kind: 'email', user_id: person[userIdType] },
		]);
	});

	it('looks up the addresses of all items together', async () => {
		const items = sandbox.people.map(({ email, mobile }, place) => ({
			to: place % 2 === 0 ? email : mobile,
		}));
		const { outputs } = await sandbox.run(getIds(), { items });
		expect(outputs[0].map(({ json, pairedItem }) => [json.user_id, pairedItem])).toEqual(
			sandbox.people.map(({ open_id }, item) => [open_id, { item }]),
		);
		expect(await sandbox.calls()).toHaveLength(3);
	});

	it.each<[unknown, RegExp]>([
		['ou_1', /has "ou_1", which is neither an e-mail address nor a mobile number$/],
		['', /E-Mails or Mobile Numbers is empty/],
		['a@', /has "a@", which is not a valid e-mail address/],
	])('refuses %j before the first call', async (to, message) => {
		const items = [{ to: sandbox.people[0].email }, { to } as IDataObject];
		const { error } = await sandbox.run(getIds(), { items });
		expect(error?.message).toMatch(message);
		expect(await sandbox.calls()).toEqual([]);
	});

	it('says which scope to open, for the item that fails, and goes on if items may fail', async () => {
		const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.fewScopes;
		const credential = sandbox.credential({ appId, appSecret });
		const items = sandbox.people.slice(0, 2).map(({ email }) => ({ to: email }));
		const { error } = await sandbox.run(getIds(), { credential, items });
		const sentence = /^Could not get the IDs: .*open the scope contact:user\.id:readonly/;
		expect(error?.message).toMatch(sentence);
		const { outputs } = await sandbox.run(getIds(), {
			credential,
			items,
			onError: 'continueRegularOutput',
		});
		expect(outputs[0].map(({ json }) => json.error)).toEqual(
			items.map(() => expect.stringMatching(sentence)),
		);
	});
});

describe('Chat: Get Members', () => {
	const getMembers = (parameters: IDataObject = {}): IDataObject => ({
		resource: 'chat',
		operation: 'getMembers',
		chatId: { __rl: true, mode: 'id', value: sandbox.groups[0].chat_id },
		...parameters,
	});

	it('gives the first 50 by ID and name', async () => {
		const output = await sandbox.output(getMembers());
		const { memberOpenIds } = await sandbox.feishu.group(sandbox.groups[0].chat_id);
		const names = new Map(sandbox.people.map(({ open_id, name }) => [open_id, name]));
		expect(output).toEqual(
			memberOpenIds.slice(0, 50).map((id) => ({ user_id: id, name: names.get(id) })),
		);
	});

	it('pages through all of them, and gives them as Feishu does if wanted', async () => {
		const output = await sandbox.output(
			getMembers({ returnAll: true, simplify: false, userIdType: 'union_id' }),
		);
		expect(output).toHaveLength(300);
		expect(output[0]).toMatchObject({ member_id_type: 'union_id', tenant_key: expect.any(String) });
		expect((await sandbox.calls()).map(({ query }) => query.page_size)).toEqual([
			'100',
			'100',
			'100',
		]);
	});

	it('says what to do about a group that the bot is not in', async () => {
		const [{ groups }] = await sandbox.feishu.company();
		const { chat_id: value } = groups.find(
			({ bots }) => !bots.includes(SEEDED_APPS.custom.app_id),
		)!;
		const { error } = await sandbox.run(getMembers({ chatId: { __rl: true, mode: 'id', value } }));
		expect(error?.message).toMatch(
			/^Could not get the members of the chat: .*code 232011.*: add the bot of the app to the chat, or check the chat ID$/,
		);
	});
});

describe('the version of the node', () => {
	it('decides how recipients are given where a workflow does not say it', async () => {
		const [person] = sandbox.people;
		const card = { resource: 'botChat', operation: 'setTimeSensitive', timeSensitive: true };
		const saved = { ...card, userIds: person.open_id };
		expect(await sandbox.output(saved, { typeVersion: 1 })).toEqual([
			{ succeeded: [person.open_id], failed: [] },
		]);
		const added = { ...card, people: person.email };
		expect(await sandbox.output(added, { typeVersion: 1.1 })).toEqual([
			{
				succeeded: [person.open_id],
				failed: [],
				recipients: [{ recipient: person.email, user_id: person.open_id }],
			},
		]);
	});
});
