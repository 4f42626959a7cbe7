import axios from 'axios';
import type { INodeParameters } from 'n8n-workflow';

import { SEEDED_APPS, TENANT_KEY } from '../../sandbox/feishu/src';
import { startScriptedModel, type ScriptedModel } from '../../sandbox/model';
import type { SavedCredential, SavedWorkflow } from '../../sandbox/n8n/src';
import {
	agentWorkflow,
	feishuFeedReview,
	feishuFeedTool,
	fromAi,
} from '../helpers/e2e/agentWorkflows';
import { expect, PATIENCE } from '../helpers/e2e/expect';
import { RealN8n } from '../helpers/e2e/RealN8n';
import type { WorkflowRun } from '../helpers/e2e/RealN8n';
import { chain, feishuFeedTrigger, node } from '../helpers/e2e/workflows';

/** An agent of a real n8n, with the scripted model: it uses our node as a tool, and our node reviews its calls. */
const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.custom;
const PUBLIC_ADDRESS = 'https://n8n.example.test';

let n8n: RealN8n;
let model: ScriptedModel;
let credential: SavedCredential;
let modelCredential: SavedCredential;
let people: Array<{ open_id: string; email: string }>;
let presses: SavedWorkflow | undefined;

async function start(environment: NodeJS.ProcessEnv = {}): Promise<void> {
	model = await startScriptedModel();
	n8n = await RealN8n.start(environment);
	credential = await n8n.createCredential('Feishu of the tests', { appId, appSecret });
	modelCredential = await n8n.session.createCredential('Model of the tests', 'openAiApi', {
		apiKey: 'none',
		url: model.baseUrl,
	});
	people = (await n8n.feishu.people({
		tenant_key: TENANT_KEY,
		fields: ['open_id', 'email'],
	})) as never;
}

async function close(): Promise<void> {
	await n8n?.close();
	await model?.close();
}

async function cleanUp(): Promise<void> {
	if (presses !== undefined) await n8n.session.deactivateWorkflow(presses.id);
	presses = undefined;
	model.requests.length = 0;
	await n8n.feishu.reset({ keepTokens: true });
}

/** Lets presses reach n8n, through a workflow that does nothing else. */
async function receivePresses(): Promise<void> {
	presses = await n8n.session.createWorkflow(
		chain(
			'Presses',
			feishuFeedTrigger(credential, { connection: 'longConnection' }),
			node('Started', 'n8n-nodes-base.noOp', {}),
		),
	);
	await n8n.session.activateWorkflow(presses);
	await n8n.feishu.changeCallback(appId, { mode: 'longConnection' });
	await n8n.seesConnections(1);
}

const card = (parameters: INodeParameters): INodeParameters => ({
	resource: 'appFeedCard',
	...parameters,
});

const createTool = () =>
	feishuFeedTool(
		'Create a card',
		credential,
		card({
			operation: 'create',
			people: fromAi('people', 'Who gets the card: a list of e-mail addresses', 'json'),
			title: fromAi('title', 'The first line'),
			preview: fromAi('preview', 'The second line'),
			link: 'https://example.com',
		}),
	);
const updateTool = () =>
	feishuFeedTool(
		'Update a card',
		credential,
		card({
			operation: 'update',
			bizId: fromAi('business_id', 'The biz_id that creating the card gave'),
			people: fromAi('people', 'Whose card changes: a list of e-mail addresses', 'json'),
			updateFields: { title: fromAi('title', 'The new first line') },
		}),
	);
const deleteTool = () =>
	feishuFeedTool(
		'Delete a card',
		credential,
		card({
			operation: 'delete',
			bizId: fromAi('business_id', 'The biz_id that creating the card gave'),
			people: fromAi('people', 'Whose card goes: a list of e-mail addresses', 'json'),
		}),
	);

/** The tool that is guarded: the cashier gets a card that says what to pay back. */
const refundTool = () =>
	feishuFeedTool(
		'Refund order',
		credential,
		card({
			operation: 'create',
			people: people[3]?.email ?? '',
			title: `=Refund {{ $fromAI('order', 'The number of the order', 'string') }}`,
			preview: `=¥{{ $fromAI('amount', 'How much to pay back', 'number') }} {{ $fromAI('reason', 'Why', 'string').slice(0, 80) }}`,
			link: 'https://example.com/refunds',
			bizId: `=refund-{{ $fromAI('order', 'The number of the order', 'string') }}`,
		}),
	);

/** Has an agent with a guarded tool do something; gives the execution when it waits, or has ended. */
async function askToRefund(wish: string, parameters: INodeParameters = {}): Promise<WorkflowRun> {
	const review = feishuFeedReview(
		'Ask a manager',
		credential,
		card({
			operation: 'sendAndWait',
			people: people
				.slice(0, 2)
				.map(({ email }) => email)
				.join(','),
			link: 'https://example.com/refunds',
			...parameters,
		}),
	);
	return await n8n.run(
		agentWorkflow(
			{
				model: modelCredential,
				reviews: [review],
				tools: [{ tool: refundTool(), review: review.name }],
			},
			wish,
		),
	);
}

async function ended({ id }: { id: string }): Promise<WorkflowRun> {
	const isOver = async () => {
		const run = await n8n.executed(id);
		return run.itemsOf('After').length > 0 || run.status === 'error' || run.status === 'success';
	};
	await expect.poll(isOver, { timeout: 3 * PATIENCE }).toBe(true);
	return await n8n.executed(id);
}

const REFUND = 'Refund order #41 (¥88): the food was cold';
const personAt = (index: number): string => people[index]?.open_id as string;

/** The cards of the app in somebody's message list. */
async function cardsOf(person: string) {
	return (await n8n.feishu.feed(person)).filter(({ biz_id }) => biz_id);
}

/** The cards that ask a person, once they are there. */
async function questionsTo(person: string, count = 1) {
	const questions = async () => (await cardsOf(person)).filter(({ buttons }) => buttons.length > 0);
	await expect.poll(async () => (await questions()).length).toBe(count);
	return await questions();
}

async function press(user: string, button: string): Promise<void> {
	const [{ biz_id: bizId }] = await questionsTo(user);
	await n8n.feishu.press({ user, biz_id: bizId as string, app_id: appId, button });
}

const refunds = async () =>
	(await cardsOf(personAt(3))).map(({ title, preview }) => [title, preview]);
const answerOf = (run: WorkflowRun): string => String(run.itemsOf('After')[0]?.output);

describe('through the trigger', () => {
	beforeAll(async () => await start());
	afterAll(close);
	afterEach(cleanUp);

	it('runs the guarded tool once when it is approved, with the arguments that were shown', async () => {
		await receivePresses();
		const asked = await askToRefund(REFUND);
		expect([asked.errorMessage(), asked.status]).toEqual([undefined, 'waiting']);
		for (const person of [0, 1]) {
			const [question] = await questionsTo(personAt(person));
			expect(question).toMatchObject({
				time_sensitive: true,
				title: '请确认 Approve? Refund_order',
				preview: 'order: 41 · amount: 88 · reason: the food was cold',
			});
		}
		expect(await refunds()).toEqual([]);
		await press(personAt(1), '同意 Approve');
		const run = await ended(asked);
		expect([run.errorMessage(), run.status]).toEqual([undefined, 'success']);
		expect(answerOf(run)).toContain('Order 41 is refunded');
		expect(await refunds()).toEqual([['Refund 41', '¥88 the food was cold']]);
		for (const person of [0, 1]) expect(await cardsOf(personAt(person))).toEqual([]);
	});

	it('does not run it when it is declined, and tells the agent by whom', async () => {
		await receivePresses();
		const asked = await askToRefund(REFUND);
		await press(personAt(0), '拒绝 Decline');
		const run = await ended(asked);
		expect(run.status).toBe('success');
		expect(answerOf(run)).toBe(
			`Not done: Declined; ${people[0]?.email} chose 拒绝 Decline. The tool did not run.`,
		);
		expect(await refunds()).toEqual([]);
	});

	it('tells the agent that nobody answered when the time is over', async () => {
		const asked = await askToRefund(REFUND, {
			afterwards: 'update',
			options: {
				limitWaitTime: {
					values: {
						limitType: 'atSpecifiedTime',
						maxDateAndTime: new Date(Date.now() + 20_000).toISOString(),
					},
				},
			},
		});
		expect(asked.status).toBe('waiting');
		const run = await ended(asked);
		expect(answerOf(run)).toContain('No answer: the time limit passed and nobody chose');
		expect(await refunds()).toEqual([]);
	});

	it('asks about two calls at once one after the other, each answered on its own', async () => {
		await receivePresses();
		const asked = await askToRefund('Refund order #41 (¥88) and order #42 (¥15)');
		const seen: string[] = [];
		for (const button of ['同意 Approve', '同意 Approve']) {
			const [question] = await questionsTo(personAt(0));
			seen.push(String(question?.preview));
			await press(personAt(0), button);
			await expect
				.poll(async () =>
					(await cardsOf(personAt(0))).some(({ biz_id }) => biz_id === question?.biz_id),
				)
				.toBe(false);
		}
		const run = await ended(asked);
		expect(run.status).toBe('success');
		expect(seen.map((preview) => /order: \d+/.exec(preview)?.[0]).sort()).toEqual([
			'order: 41',
			'order: 42',
		]);
		expect((await refunds()).map(([title]) => title).sort()).toEqual(['Refund 41', 'Refund 42']);
		expect(answerOf(run)).toContain('Order 41 is refunded');
		expect(answerOf(run)).toContain('Order 42 is refunded');
	});

	it('runs of two calls at once only the one that was approved', async () => {
		await receivePresses();
		const asked = await askToRefund('Refund order #41 (¥88) and order #42 (¥15)');
		const [first] = await questionsTo(personAt(0));
		await press(personAt(0), '拒绝 Decline');
		await expect
			.poll(async () => (await questionsTo(personAt(0)))[0]?.biz_id)
			.not.toBe(first?.biz_id);
		await press(personAt(0), '同意 Approve');
		const run = await ended(asked);
		const declined = /order: (\d+)/.exec(String(first?.preview))?.[1];
		const approved = declined === '41' ? '42' : '41';
		expect(await refunds()).toMatchObject([[`Refund ${approved}`, expect.any(String)]]);
		expect(answerOf(run)).toBe(`Order ${approved} is refunded`);
	});

	it('goes on after a restart of n8n', async () => {
		await receivePresses();
		const asked = await askToRefund(REFUND);
		await questionsTo(personAt(0));
		await n8n.restart();
		await n8n.seesConnections(1);
		await press(personAt(0), '同意 Approve');
		const run = await ended(asked);
		expect(answerOf(run)).toContain('Order 41 is refunded');
		expect(await refunds()).toHaveLength(1);
	});

	it('refuses a card that would open a page of n8n which Feishu does not open', async () => {
		const run = await askToRefund(REFUND, { link: '' });
		expect(answerOf(run)).toContain('Link is empty, so the card would open a page of n8n');
		expect(await questionsTo(personAt(0), 0)).toEqual([]);
	});

	it('tells the agent when nobody could be asked', async () => {
		const run = await askToRefund(REFUND, { people: 'nobody@example.com' });
		expect(run.status).toBe('success');
		expect(answerOf(run)).toContain(
			'Nobody could be asked, so the tool did not run: Could not create the card for nobody@example.com',
		);
		expect(await refunds()).toEqual([]);
	});
});

describe('through a page of n8n', () => {
	beforeAll(async () => await start({ WEBHOOK_URL: `${PUBLIC_ADDRESS}/` }));
	afterAll(close);
	afterEach(cleanUp);

	const open = async (url: string | undefined, method: 'GET' | 'POST' = 'GET') =>
		await axios.request<string>({
			url: String(url).replace(PUBLIC_ADDRESS, n8n.url),
			method,
			validateStatus: () => true,
			headers: { 'Accept-Language': 'en' },
		});

	it.each([
		['approved', 0, /Order 41 is refunded/, 1],
		['declined', 1, /Not done: Declined/, 0],
	])(
		'shows the whole call behind the card, and goes on when it is %s',
		async (_, button, answer, count) => {
			const reason = 'the food was cold, '.repeat(20).trim();
			const asked = await askToRefund(`Refund order #41 (¥88): ${reason}`, {
				channel: 'link',
				link: '',
			});
			expect([asked.errorMessage(), asked.status]).toEqual([undefined, 'waiting']);
			const [question] = await questionsTo(personAt(0));
			expect(Array.from(String(question?.preview))).toHaveLength(120);
			expect(question?.preview).toMatch(/^order: 41 · amount: 88 · .*…$/);
			const details = await open(question?.link);
			expect(details.status).toBe(200);
			expect(details.data.split(reason)).toHaveLength(2);
			expect(details.data).toContain('The agent wants to run this tool: Refund_order');
			expect(details.data).not.toContain('[object');
			expect(details.data).toContain('An AI agent asks to do this');
			expect(details.data).not.toContain('<form');
			expect((await open(question?.link, 'POST')).status).toBe(404);
			const address = question?.buttons[button]?.multi_url?.url;
			expect((await open(address)).data).toContain(reason);
			expect(asked.status).toBe('waiting');
			expect(await refunds()).toEqual([]);
			expect((await open(address, 'POST')).data).toContain('Your choice was recorded');
			const run = await ended(asked);
			expect(answerOf(run)).toMatch(answer);
			expect(await refunds()).toHaveLength(count);
			expect((await open(question?.link)).status).toBe(200);
		},
	);
});

describe('our node as a tool', () => {
	beforeAll(async () => await start());
	afterAll(close);
	afterEach(cleanUp);

	const wish = async (text: string) =>
		await n8n.run(
			agentWorkflow(
				{
					model: modelCredential,
					tools: [createTool(), updateTool(), deleteTool()].map((tool) => ({ tool })),
				},
				text,
			),
		);
	/** What tools answered in a run's last conversation with the model. */
	const results = (): string[] =>
		(model.requests.at(-1)?.messages ?? [])
			.filter(({ role }) => role === 'tool')
			.map(({ content }) => String(content));

	it('creates, changes and deletes a card', async () => {
		const [one, other] = people.map(({ email }) => email);
		const created = await wish(`Remind ${one} and ${other}: "Weekly report" "until 18:00"`);
		expect([created.errorMessage(), created.status]).toEqual([undefined, 'success']);
		const [name] = /\[card .*\]/.exec(answerOf(created)) ?? [];
		for (const person of [0, 1]) {
			expect(await cardsOf(personAt(person))).toMatchObject([
				{ title: 'Weekly report', preview: 'until 18:00' },
			]);
		}
		const changed = await wish(`Change the one of ${one} ${name} to "Report by 19:00"`);
		expect(answerOf(changed)).toContain('Changed: Report by 19:00');
		expect(await cardsOf(personAt(0))).toMatchObject([{ title: 'Report by 19:00' }]);
		expect(await cardsOf(personAt(1))).toMatchObject([{ title: 'Weekly report' }]);
		const deleted = await wish(`Take the one of ${one} back ${name}`);
		expect(answerOf(deleted)).toContain('Taken back');
		expect(await cardsOf(personAt(0))).toEqual([]);
		expect(await cardsOf(personAt(1))).toHaveLength(1);
	});

	it('tells the model how long a title may be, so that it sends a shorter one', async () => {
		const title = '长'.repeat(61);
		const run = await wish(`Remind ${people[0]?.email}: "${title}"`);
		expect(run.status).toBe('success');
		expect(results()).toEqual([
			expect.stringContaining('Title has 61 characters, but at most 60 are allowed'),
			expect.stringContaining('"succeeded"'),
		]);
		expect(await cardsOf(personAt(0))).toMatchObject([{ title: title.slice(0, 60) }]);
	});

	it('names of many recipients only some to the model, and counts them', async () => {
		const run = await wish(`Remind ${people.map(({ email }) => email).join(', ')}: "All of you"`);
		expect(run.status).toBe('success');
		const [[result]] = results().map((text) => JSON.parse(text) as object[]);
		expect(result).toMatchObject({ succeeded_count: people.length, failed: [] });
		expect((result as { succeeded: string[] }).succeeded).toHaveLength(20);
		expect(results()[0]?.length).toBeLessThan(5_000);
	});

	it('does not wait for a response as a plain tool, and says what to do instead', async () => {
		const tool = feishuFeedTool(
			'Refund order',
			credential,
			card({
				operation: 'sendAndWait',
				people: people[0]?.email ?? '',
				title: 'x',
				link: 'https://example.com',
			}),
		);
		const run = await n8n.run(agentWorkflow({ model: modelCredential, tools: [{ tool }] }, REFUND));
		expect(answerOf(run)).toContain('add Feishu Feed as a human review step');
		expect(await cardsOf(personAt(0))).toEqual([]);
	});
});
