import type { Browser } from 'playwright-core';

import { SEEDED_APPS, TENANT_KEY } from '../../sandbox/feishu/src';
import type { GroupView, Person, RecordedRequest } from '../../sandbox/feishu/src/client';
import { ownerAccountOf } from '../../sandbox/n8n/src';
import { launchChromium } from '../helpers/e2e/browser';
import { expect } from '../helpers/e2e/expect';
import { N8nEditor } from '../helpers/e2e/N8nEditor';
import { RealN8n } from '../helpers/e2e/RealN8n';

let n8n: RealN8n;
let browser: Browser;
let editor: N8nEditor;
let people: Person[];
/** The 250 groups that the bot is in. */
let groups: GroupView[];

beforeAll(async () => {
	n8n = await RealN8n.start({}, { people: 300, groups: 252 });
	const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.custom;
	await n8n.createCredential('Feishu', { appId, appSecret });
	people = await n8n.feishu.people({ limit: 300, tenant_key: TENANT_KEY });
	const [company] = await n8n.feishu.company();
	groups = company!.groups.filter(({ bots }) => bots.includes(appId));
	browser = await launchChromium();
	editor = await N8nEditor.signIn(browser, n8n.url, ownerAccountOf(n8n.userFolder));
});

beforeEach(async () => {
	await n8n.feishu.reset({ keepTokens: true });
	await editor.beginWorkflow();
});

afterAll(async () => {
	await browser?.close();
	await n8n?.close();
});

const callsOf = async (operation: string): Promise<RecordedRequest[]> =>
	(await n8n.feishu.requests()).filter((request) => request.operation === operation);
const namesOf = (named: Array<{ name: string }>) => named.map(({ name }) => name);
const recipientsOf = async (operation: string) =>
	(await callsOf(operation)).flatMap(({ body }) => (body as { user_ids: string[] }).user_ids);

/** Executes the open form, which must succeed. */
async function execute(): Promise<void> {
	const output = await editor.executeStep();
	await output.getByText('1 item').waitFor();
}

describe('the chat picker', () => {
	beforeEach(async () => {
		await editor.addAction('Feishu Feed', 'Update chat buttons');
		await editor.fillIn('people', people[0].open_id);
		await editor.choose('buttonsChange', 'Remove All Buttons');
	});

	it('pages through 250 groups as somebody scrolls', async () => {
		expect(groups).toHaveLength(250);
		const rows = await editor.openList('chatId');
		await expect(rows).not.toHaveCount(250);
		await expect(async () => {
			await rows.last().scrollIntoViewIfNeeded();
			await expect(rows).toHaveCount(250, { timeout: 1000 });
		}).toPass();
		await expect(rows).toHaveText(namesOf(groups));
		expect(await callsOf('chat.list')).toHaveLength(3);
	});

	it('searches them, and the buttons go to the one that was chosen', async () => {
		const chosen = groups[247];
		const rows = await editor.openList('chatId');
		await editor.searchList(chosen.name.slice(0, -1));
		const found = groups.filter(({ name }) => name.startsWith(chosen.name.slice(0, -1)));
		await expect(rows).toHaveText(namesOf(found));
		await rows.getByText(chosen.name, { exact: true }).click();
		await execute();
		const [{ body }] = await callsOf('chatButton.update');
		expect(body).toMatchObject({
			chat_id: chosen.chat_id,
			user_ids: [people[0].open_id],
			buttons: { buttons: [] },
		});
	});

	it('takes a link to a chat, and refuses one for sharing', async () => {
		const link = 'https://applink.feishu.cn/client/chat';
		await editor.fillInLocator('chatId', 'url', `${link}/chatter/add_by_link?link_token=3f2k1`);
		const output = await editor.executeStep();
		await output
			.or(editor.page.locator('body'))
			.getByText(/link for sharing.* does not hold the ID of the chat/)
			.first()
			.waitFor();
		await editor.closeMessages();
		await editor.fillInLocator(
			'chatId',
			'url',
			`${link}/open?openChatId=${groups[9].chat_id}&position=4`,
		);
		// n8n may refuse to start once more: it looks at the changed link a moment later.
		await expect(async () => {
			const panel = await editor.executeStep();
			await panel.getByText('1 item').waitFor({ timeout: 10_000 });
		}).toPass();
		const calls = await callsOf('chatButton.update');
		expect(new Set(calls.map(({ body }) => (body as { chat_id: string }).chat_id))).toEqual(
			new Set([groups[9].chat_id]),
		);
	});

	it('says which scope to open', async () => {
		const { app_id: appId } = SEEDED_APPS.custom;
		await n8n.feishu.changeApp(appId, { scopes: [] });
		await editor.openList('chatId');
		await expect(editor.find('rlc-error-message').locator('visible=true')).toHaveText(
			/^Could not list the chats: .*open the scope im:chat:read/,
		);
	});
});

describe('the other pickers', () => {
	beforeEach(async () => {
		await editor.addAction('Feishu Feed', 'Set bot chat reminder');
	});

	it('a department is found by its name, and its members are reached', async () => {
		await editor.choose('recipientsBy', 'Members of a Department');
		await editor.chooseFromList('recipientDepartment', '研发部 / 平台研发组 / 支付小组', '支付');
		await execute();
		const [{ departments }] = await n8n.feishu.company();
		const department = departments.find(({ name }) => name === '支付小组')!;
		const { memberOpenIds } = await n8n.feishu.department(department.open_department_id);
		expect((await recipientsOf('feedCard.botTimeSentive')).sort()).toEqual(
			[...memberOpenIds].sort(),
		);
	});

	it('people are found by their names, in a chat and in a department', async () => {
		const [first] = people;
		const [{ departments }] = await n8n.feishu.company();
		const sales = departments.find(({ name }) => name === '销售部')!;
		const second = people.find(
			({ open_department_id: id, open_id }) =>
				id === sales.open_department_id && open_id !== first.open_id,
		)!;
		await editor.choose('recipientsBy', 'People From List');
		await editor.add('Add Person');
		await editor.openList('person');
		await expect(editor.find('rlc-error-message').locator('visible=true')).toHaveText(
			'Choose a value in "Look in Chat" first',
		);
		await editor.page.keyboard.press('Escape');
		await editor.chooseFromList('personChat', groups[0].name);
		await editor.chooseFromList('person', first.name);
		await editor.choose('personFrom', 'Department');
		await editor.chooseFromList('personDepartment', '销售部');
		await editor.add('Add Person');
		await editor.chooseFromList('person', second.name);
		await execute();
		const sent = await recipientsOf('feedCard.botTimeSentive');
		const nameOf = (id: string) => people.find(({ open_id }) => open_id === id)?.name;
		expect(sent.map(nameOf)).toEqual([first.name, second.name]);
	});
});

describe('a list of 300 e-mail addresses', () => {
	it('reaches 295 people with 6 look-ups and 15 calls, and tells of the other five by their address', async () => {
		const gone = [people[3], people[200]];
		for (const { open_id } of gone) await n8n.feishu.changePerson(open_id, { is_resigned: true });
		const unknown = ['nobody1@example.com', 'nobody2@example.com', 'nobody3@example.com'];
		const emails = people.slice(0, 297).map(({ email }) => email);
		await editor.addAction('Feishu Feed', 'Create card');
		await editor.fillIn('people', [...emails, ...unknown].join('\n'));
		await editor.fillIn('title', 'Training');
		await editor.fillIn('link', 'https://example.com/training');
		const output = await editor.executeStep();
		for (const address of [...unknown, ...gone.map(({ email }) => email)]) {
			await output.getByText(address).first().waitFor();
		}
		await output.getByText(/^5 of 300 recipients were not reached: /).waitFor();

		expect(await callsOf('user.batchGetId')).toHaveLength(6);
		expect(await callsOf('appFeedCard.create')).toHaveLength(15);
		const left = new Set(gone.map(({ open_id }) => open_id));
		const reached = people.slice(0, 297).filter(({ open_id }) => !left.has(open_id));
		expect(reached).toHaveLength(295);
		const created = await n8n.feishu.effects({ effect: 'cardCreated' });
		expect(created.map(({ open_id }) => open_id).sort()).toEqual(
			reached.map(({ open_id }) => open_id).sort(),
		);
	});
});
