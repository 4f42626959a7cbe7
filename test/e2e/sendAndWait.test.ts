import axios, { type AxiosResponse } from 'axios';
import type { IDataObject, INode, INodeParameters, NodeParameterValueType } from 'n8n-workflow';

import { readExamples, type Example } from '../../scripts/documentation/examples';
import { SEEDED_APPS, TENANT_KEY } from '../../sandbox/feishu/src';
import type { PressResult } from '../../sandbox/feishu/src/client';
import type { SavedCredential, SavedWorkflow, WorkflowFile } from '../../sandbox/n8n/src';
import { launchChromium, newPage } from '../helpers/e2e/browser';
import { expect, PATIENCE } from '../helpers/e2e/expect';
import { RealN8n } from '../helpers/e2e/RealN8n';
import type { WorkflowRun } from '../helpers/e2e/RealN8n';
import {
	chain,
	feishuFeed,
	feishuFeedTrigger,
	manualTrigger,
	node,
	withItems,
} from '../helpers/e2e/workflows';

const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.custom;
const encryptKey = 'the encrypt key of the tests';

/** The address of n8n that people see; nothing but links are made of it. */
const PUBLIC_ADDRESS = 'https://n8n.example.test';

/** What a person sees of a press that calls back. */
type CallbackResult = Extract<PressResult, { action_type: 'webhook' }>;

let n8n: RealN8n;
let credential: SavedCredential;
let people: string[];
let active: SavedWorkflow | undefined;

async function start(environment: NodeJS.ProcessEnv = {}): Promise<void> {
	n8n = await RealN8n.start(environment);
	const { verification_token: verificationToken } = await n8n.feishu.callback(appId);
	credential = await n8n.createCredential('Feishu of the tests', {
		appId,
		appSecret,
		encryptKey,
		verificationToken,
	});
	people = (await n8n.feishu.people({ tenant_key: TENANT_KEY })).map(({ open_id }) => open_id);
}

async function cleanUp(): Promise<void> {
	if (active !== undefined) await n8n.session.deactivateWorkflow(active.id);
	active = undefined;
	await n8n.feishu.reset({ keepTokens: true });
}

/** The parameters of the operation, with those that a test is about. */
function question(parameters: INodeParameters): INodeParameters {
	return {
		resource: 'appFeedCard',
		operation: 'sendAndWait',
		userIds: people.slice(0, 2).join(','),
		title: '请假申请 Leave request',
		preview: 'Wang Wei, three days',
		link: 'https://example.com/leave',
		bizId: 'leave-1',
		...parameters,
	};
}

/** Executes a workflow that asks; gives it when it sleeps, or has ended. */
async function ask(parameters: INodeParameters, ...items: IDataObject[]): Promise<WorkflowRun> {
	const workflow = asking(feishuFeed('RecipientRequest', credential, question(parameters)));
	return await n8n.run(items.length > 0 ? withItems(workflow, ...items) : workflow);
}

/** As `ask`, with a node of the newest version, as the documentation shows it. */
async function askAsDocumented({ parameters }: Example): Promise<WorkflowRun> {
	const more = { typeVersion: 1.1 };
	const documented = parameters as INodeParameters;
	return await n8n.run(asking(feishuFeed('RecipientRequest', credential, documented, more)));
}

const asking = (question: INode): WorkflowFile =>
	chain('RecipientRequest', manualTrigger(), question, node('After', 'n8n-nodes-base.noOp', {}));

/** Waits until an execution sleeps no longer. */
async function ended({ id }: { id: string }): Promise<WorkflowRun> {
	const status = async () => (await n8n.executed(id)).status;
	// n8n looks once a minute for those whose time is over.
	const timeout = 3 * PATIENCE;
	await expect.poll(status, { timeout }).not.toMatch(/^(new|running|waiting)$/);
	return await n8n.executed(id);
}

const exampleOf = (file: string): Example =>
	readExamples().find((example) => example.file === file)!;

function recipientsOf({ userIds }: IDataObject): string[] {
	return (userIds as string).split(', ');
}

function withoutTimes(items: unknown): unknown {
	return JSON.parse(JSON.stringify(items).replace(/"\d{4}-\d\d-\d\dT[^"]*Z"/g, '"a time"'));
}

/** Lets the app's presses reach n8n, through a workflow that does nothing else. */
async function receivePresses(connection: 'webhook' | 'longConnection'): Promise<SavedWorkflow> {
	const trigger = feishuFeedTrigger(credential, { connection });
	const workflow = await n8n.session.createWorkflow(
		chain('Presses', trigger, node('Started', 'n8n-nodes-base.noOp', {})),
	);
	await n8n.session.activateWorkflow(workflow);
	active = workflow;
	if (connection === 'webhook') {
		await n8n.feishu.changeCallback(appId, {
			mode: 'url',
			url: `${n8n.url}/webhook/${trigger.webhookId}/feishu`,
			encrypt_key: encryptKey,
		});
	} else {
		await n8n.feishu.changeCallback(appId, { mode: 'longConnection' });
		await n8n.seesConnections(1);
	}
	return workflow;
}

async function press(user: string, button: string, biz_id = 'leave-1'): Promise<CallbackResult> {
	return (await n8n.feishu.press({ user, biz_id, app_id: appId, button })) as CallbackResult;
}

/** A person's card as their message list shows it, if it is there. */
async function cardOf(user: string | undefined, bizId = 'leave-1') {
	const entries = await n8n.feishu.feed(user as string);
	return entries.find((entry) => entry.biz_id === bizId);
}

async function buttonsOf(user: string | undefined, bizId?: string): Promise<string[]> {
	const buttons = (await cardOf(user, bizId))?.buttons ?? [];
	return buttons.map(({ text }) => text.text);
}

/** How many calls of each kind Feishu got. */
async function calls(): Promise<Record<string, number>> {
	const { operations } = await n8n.feishu.counters();
	return Object.fromEntries(
		Object.entries(operations)
			.filter(([name]) => name.startsWith('appFeedCard'))
			.map(([name, { calls: count }]) => [name, count]),
	);
}

describe('through the trigger', () => {
	beforeAll(async () => await start());
	afterAll(async () => await n8n?.close());
	afterEach(cleanUp);

	it.each(['webhook', 'longConnection'] as const)(
		'sleeps until the first one presses, over the %s, and removes the card',
		async (connection) => {
			const trigger = await receivePresses(connection);
			const asked = await ask({});
			expect(asked.status).toBe('waiting');
			for (const person of people.slice(0, 2)) {
				expect(await cardOf(person)).toMatchObject({ time_sensitive: true });
				expect(await buttonsOf(person)).toEqual(['同意 Approve', '拒绝 Decline']);
			}

			const { toast } = await press(people[1] as string, '同意 Approve');
			expect(toast).toMatchObject({
				type: 'success',
				i18n: { zh_cn: '已收到：同意 Approve', en_us: 'Recorded: 同意 Approve' },
			});

			const answer = {
				biz_id: 'leave-1',
				data: { approved: true, answer: 'approve', answered: true },
				responses: [{ value: 'approve', text: '同意 Approve', operator: { open_id: people[1] } }],
				unanswered: [people[0]],
				succeeded: people.slice(0, 2),
				failed: [],
			};
			const run = await ended(asked);
			expect(run.status).toBe('success');
			expect(run.itemsOf('RecipientRequest')).toMatchObject([answer]);
			expect(run.itemsOf('After')).toMatchObject([answer]);
			for (const person of people.slice(0, 2)) expect(await cardOf(person)).toBeUndefined();
			// The press was for the one who waits: only one that comes later starts a workflow.
			await n8n.feishu.sendEvent({
				app_id: appId,
				event_type: 'card.action.trigger',
				event: { operator: { open_id: people[2] }, action: { value: { came: 'later' } } },
			});
			await expect
				.poll(async () => (await n8n.session.executionsOf(trigger.id)).length)
				.toBeGreaterThan(0);
			expect(await n8n.session.executionsOf(trigger.id)).toHaveLength(1);
			const [later] = (await n8n.lastRun(trigger.id)).itemsOf('Pressed');
			expect(later).toMatchObject({ action: { came: 'later' } });
		},
	);

	it('gives the output that the documentation shows', async () => {
		const example = exampleOf('appFeedCard.sendAndWait.json');
		const { parameters, output } = example;
		await receivePresses('longConnection');
		const asked = await askAsDocumented(example);
		expect([asked.errorMessage(), asked.status]).toEqual([undefined, 'waiting']);
		const [manager] = recipientsOf(parameters);
		await press(manager as string, 'Approve', 'leave-42');
		expect(withoutTimes((await ended(asked)).itemsOf('After'))).toEqual(withoutTimes(output));
	});

	it('outlives a restart of n8n', async () => {
		await receivePresses('longConnection');
		const asked = await ask({ afterwards: 'update', doneText: '✓ {answer} · {person}' });
		expect(asked.status).toBe('waiting');
		await n8n.restart();
		await n8n.seesConnections(1);
		expect((await n8n.executed(asked.id)).status).toBe('waiting');
		await press(people[0] as string, '拒绝 Decline');
		const run = await ended(asked);
		expect(run.itemsOf('After')).toMatchObject([
			{ data: { approved: false, answer: 'decline', answered: true } },
		]);
		for (const person of people.slice(0, 2)) {
			expect(await cardOf(person)).toMatchObject({
				time_sensitive: false,
				status_label: { text: '拒绝 Decline', type: 'secondary' },
				preview: `✓ 拒绝 Decline · ${people[0]}`,
			});
			expect(await buttonsOf(person)).toEqual([]);
		}
	});

	it('tells who comes too late so, and wakes nobody twice', async () => {
		await receivePresses('longConnection');
		const asked = await ask({});
		const first = await press(people[0] as string, '同意 Approve');
		await ended(asked);
		// The phone of the second one still showed the card.
		const [pressed] = await n8n.feishu.events({});
		const { action, context } = (pressed?.body as { event: Record<string, object> }).event;
		const [operator] = await n8n.feishu.people({ offset: 1, limit: 1 });
		const late = await n8n.feishu.sendEvent({
			app_id: appId,
			event_type: 'card.action.trigger',
			event: { operator, action, context },
		} as never);
		expect(first.toast).toMatchObject({ type: 'success' });
		expect(JSON.stringify(late)).toContain('dealt with already');
		expect((await n8n.executed(asked.id)).itemsOf('RecipientRequest')).toMatchObject([
			{ responses: [{ operator: { open_id: people[0] } }] },
		]);
	});

	it('waits for everybody, of many items, and clears the card of each who has responded', async () => {
		await receivePresses('longConnection');
		const asked = await ask(
			{
				userIds: '={{ $json.people }}',
				bizId: '={{ $json.id }}',
				waitFor: 'all',
				responseType: 'custom',
				answers: {
					answer: [
						{ text: 'I come', value: 'yes', buttonType: 'success' },
						{ text: 'Not me', value: '', buttonType: 'default' },
					],
				} as unknown as NodeParameterValueType,
			},
			{ id: 'party-1', people: people.slice(0, 2) },
			{ id: 'party-2', people: people.slice(2, 3) },
		);
		expect(asked.status).toBe('waiting');
		await press(people[0] as string, 'I come', 'party-1');
		await expect.poll(() => cardOf(people[0], 'party-1')).toBeUndefined();
		expect(await buttonsOf(people[1], 'party-1')).toEqual(['I come', 'Not me']);
		// Two at the same time: n8n deals with one after the other.
		const both = await Promise.all([
			press(people[1] as string, 'Not me', 'party-1'),
			press(people[2] as string, 'I come', 'party-2'),
		]);
		expect(both.map(({ toast }) => toast?.type)).toEqual(['success', 'success']);
		const run = await ended(asked);
		expect(run.itemsOf('After')).toMatchObject([
			{
				biz_id: 'party-1',
				data: { answer: null, answered: true },
				responses: [
					{ value: 'yes', operator: { open_id: people[0] } },
					{ value: 'Not me', operator: { open_id: people[1] } },
				],
				unanswered: [],
			},
			{ biz_id: 'party-2', data: { answer: 'yes', answered: true } },
		]);
		for (const person of people.slice(0, 3)) {
			expect((await n8n.feishu.feed(person)).filter(({ biz_id }) => biz_id)).toEqual([]);
		}
	});

	it('goes on without an answer when the time is over', async () => {
		const asked = await ask({
			afterwards: 'update',
			options: {
				limitWaitTime: {
					values: {
						limitType: 'atSpecifiedTime',
						maxDateAndTime: new Date(Date.now() + 20_000).toISOString(),
					},
				},
			} as unknown as NodeParameterValueType,
		});
		expect(asked.status).toBe('waiting');
		const run = await ended(asked);
		expect(run.status).toBe('success');
		expect(run.itemsOf('After')).toMatchObject([
			{
				data: { approved: false, answer: null, answered: false, respondedAt: null },
				responses: [],
				unanswered: people.slice(0, 2),
			},
		]);
		for (const person of people.slice(0, 2)) {
			expect(await cardOf(person)).toMatchObject({
				time_sensitive: false,
				status_label: { text: '未答复 No answer' },
			});
			expect(await buttonsOf(person)).toEqual([]);
		}
	});

	it('refuses who resumes the execution without being a trigger of the app', async () => {
		await receivePresses('longConnection');
		const asked = await ask({});
		const url = (await cardOf(people[0]))?.buttons[0]?.action_map?.n8n_resume_url as string;
		const operator = { open_id: people[0] };
		const attempts: Array<[string, object]> = [
			[url, {}],
			[url, { operator }],
			[url, { operator, proof: 'a'.repeat(64) }],
			[url, { operator, proof: { toString: 1 } }],
			[url.replace('choice=0', 'choice=1'), { operator }],
			[url.replace(/signature=.*/, ''), { operator }],
			[url.replace(/signature=./, 'signature=0'), { operator }],
		];
		for (const [address, forged] of attempts) {
			const { status } = await axios.post(address, forged, { validateStatus: () => true });
			expect([401, 403]).toContain(status);
		}
		expect((await axios.get(url, { validateStatus: () => true })).status).toBe(403);
		// What wakes it is the press of somebody else, with the other answer.
		await press(people[1] as string, '拒绝 Decline');
		expect((await ended(asked)).itemsOf('After')).toMatchObject([
			{ data: { approved: false }, responses: [{ operator: { open_id: people[1] } }] },
		]);
	});

	it.each([
		[{ userIds: 'ou_nobody' }, /Could not create the card for ou_nobody/],
		[{ title: '长'.repeat(61) }, /Title has 61 characters/],
		[{ approveText: '' }, /Approve Button Text has 0 characters/],
		[{ channel: 'link' }, /begin with https:\/\//],
	])('fails with a sentence for %j', async (wrong, sentence) => {
		const run = await ask(wrong);
		expect(run.status).toBe('error');
		expect(run.errorMessage()).toMatch(sentence);
		expect(Object.keys(await calls())).toEqual('userIds' in wrong ? ['appFeedCard.create'] : []);
	});

	it('leaves no card behind that nobody waits for', async () => {
		const run = await ask(
			{ userIds: '={{ $json.user }}', bizId: '={{ $json.id }}' },
			{ id: 'one', user: people[0] },
			{ id: 'two', user: 'ou_nobody' },
		);
		expect(run.status).toBe('error');
		expect(await cardOf(people[0], 'one')).toBeUndefined();
	});

	it('lets the other items go on when one may fail', async () => {
		await receivePresses('longConnection');
		const workflow = withItems(
			chain(
				'RecipientRequest',
				manualTrigger(),
				feishuFeed(
					'RecipientRequest',
					credential,
					question({ userIds: '={{ $json.user }}', title: '={{ $json.title }}', bizId: '' }),
					{ onError: 'continueErrorOutput' },
				),
				node('After', 'n8n-nodes-base.noOp', {}),
			),
			{ user: 'ou_nobody', title: 'A' },
			{ user: people[0], title: 'B' },
			{ user: people[1], title: '长'.repeat(61) },
		);
		const asked = await n8n.run(workflow);
		expect(asked.status).toBe('waiting');
		const cards = await n8n.feishu.feed(people[0] as string);
		const bizId = cards.find(({ title }) => title === 'B')?.biz_id as string;
		await press(people[0] as string, '同意 Approve', bizId);
		const run = await ended(asked);
		expect(run.status).toBe('success');
		expect(run.itemsOf('After')).toMatchObject([{ biz_id: bizId, data: { approved: true } }]);
		expect(run.itemsOf('RecipientRequest', 1)).toMatchObject([
			{ error: expect.stringContaining('ou_nobody') },
			{ error: expect.stringContaining('Title has 61 characters') },
		]);
	});

	it('does not sleep when nobody could be reached', async () => {
		const workflow = chain(
			'RecipientRequest',
			manualTrigger(),
			feishuFeed('RecipientRequest', credential, question({ userIds: 'ou_nobody' }), {
				onError: 'continueRegularOutput',
			}),
			node('After', 'n8n-nodes-base.noOp', {}),
		);
		const run = await n8n.run(workflow);
		expect(run.status).toBe('success');
		expect(run.itemsOf('After')).toMatchObject([
			{
				error: expect.stringContaining('ou_nobody'),
				biz_id: 'leave-1',
				succeeded: [],
				failed: [{ user_id: 'ou_nobody' }],
			},
		]);
	});

	it('tells no secret', async () => {
		expect(n8n.readLogs()).not.toContain(appSecret);
	});
});

describe('through a page of n8n', () => {
	beforeAll(async () => await start({ WEBHOOK_URL: `${PUBLIC_ADDRESS}/` }));
	afterAll(async () => await n8n?.close());
	afterEach(cleanUp);

	/** The addresses that a person's buttons open, where this machine finds n8n. */
	async function linksOf(person: string | undefined, bizId?: string): Promise<string[]> {
		const buttons = (await cardOf(person, bizId))?.buttons ?? [];
		return buttons.map(({ multi_url }) => {
			expect(multi_url?.url).toMatch(new RegExp(`^${PUBLIC_ADDRESS}/`));
			return (multi_url?.url as string).replace(PUBLIC_ADDRESS, n8n.url);
		});
	}

	async function open(
		url: string | undefined,
		method: 'GET' | 'POST' | 'HEAD' = 'GET',
		language = 'en',
	): Promise<AxiosResponse<string>> {
		return await axios.request({
			url,
			method,
			validateStatus: () => true,
			headers: { 'Accept-Language': language },
		});
	}

	/** No other page frames it, nothing foreign runs on it, and its address goes nowhere. */
	function expectProtected({ headers }: AxiosResponse): void {
		expect(headers).toMatchObject({
			'x-frame-options': 'DENY',
			'referrer-policy': 'no-referrer',
			'cache-control': 'no-store',
			'x-content-type-options': 'nosniff',
			'content-security-policy': expect.stringContaining("default-src 'none'"),
		});
		expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
	}

	it('approves nothing when the link is merely opened, and goes on when it is confirmed', async () => {
		const asked = await ask({ channel: 'link', title: '<b>Leave</b> & "rest"' });
		expect(asked.status).toBe('waiting');
		const [approve, decline] = await linksOf(people[1]);
		for (const method of ['GET', 'HEAD', 'GET'] as const) await open(approve, method);
		const page = await open(approve);
		expect(page.status).toBe(200);
		expect(page.headers['content-type']).toMatch('text/html');
		expect(page.data).toContain('Confirm your choice');
		expect(page.data).toContain('同意 Approve');
		expect(page.data).toContain('&#60;b&#62;Leave');
		expect(page.data).not.toContain('<b>Leave');
		expectProtected(page);
		expect((await open(decline, 'GET', 'zh-CN,zh;q=0.9')).data).toContain('确认你的选择');
		expect((await n8n.executed(asked.id)).status).toBe('waiting');

		await n8n.restart();
		const confirmed = await open(decline, 'POST');
		expect(confirmed.status).toBe(200);
		expect(confirmed.data).toContain('Your choice was recorded');
		expectProtected(confirmed);
		const run = await ended(asked);
		expect(run.itemsOf('After')).toMatchObject([
			{
				data: { approved: false, answer: 'decline' },
				responses: [{ value: 'decline', operator: { open_id: people[1] } }],
			},
		]);
		for (const person of people.slice(0, 2)) expect(await cardOf(person)).toBeUndefined();

		for (const method of ['GET', 'POST'] as const) {
			const stale = await open(approve, method);
			expect(stale.status).toBe(200);
			expect(stale.data).toMatch(/no action required/i);
		}
		expect((await n8n.executed(asked.id)).itemsOf('After')).toHaveLength(1);
	});

	it('gives the output that the documentation shows', async () => {
		const example = exampleOf('appFeedCard.sendAndWait.everybody.json');
		const { parameters, output } = example;
		const asked = await askAsDocumented(example);
		expect([asked.errorMessage(), asked.status]).toEqual([undefined, 'waiting']);
		const [one, other] = recipientsOf(parameters);
		const [yes] = await linksOf(one, 'dinner-7');
		const [, no] = await linksOf(other, 'dinner-7');
		await open(yes, 'POST');
		// n8n refuses while it deals with the other response.
		await expect.poll(async () => (await open(no, 'POST')).status).not.toBe(409);
		expect(withoutTimes((await ended(asked)).itemsOf('After'))).toEqual(withoutTimes(output));
	});

	it('is confirmed with one press in a browser, while n8n deals with another response as well', async () => {
		const asked = await ask({ channel: 'link', waitFor: 'all' });
		const [approve] = await linksOf(people[0]);
		const [, decline] = await linksOf(people[1]);
		const browser = await launchChromium();
		const complaints: string[] = [];
		const framed: string[] = [];
		try {
			const pages = await Promise.all(
				[approve, decline].map(async (link) => {
					const page = await newPage(browser, { locale: 'zh-CN' });
					// A response that n8n does not take yet is one of them.
					page.on('console', (message) => complaints.push(message.text()));
					await page.goto(link as string);
					return page;
				}),
			);
			// Its style applies, and a page that frames it shows nothing.
			expect(await pages[0]?.evaluate('getComputedStyle(document.body).display')).toBe('grid');
			const framing = await newPage(browser, {});
			framing.on('console', (message) => framed.push(message.text()));
			await framing.setContent(`<iframe src="${approve}"></iframe>`);
			await expect.poll(() => framed.join(' ')).toContain("frame-ancestors 'none'");
			await Promise.all(pages.map((page) => page.getByRole('button', { name: '确认' }).click()));
			for (const page of pages) await page.getByText('已收到你的选择').waitFor();
			expect(complaints.filter((text) => /Content.Security.Policy/i.test(text))).toEqual([]);
		} finally {
			await browser.close();
		}
		const [{ responses }] = (await ended(asked)).itemsOf('After') as [{ responses: IDataObject[] }];
		expect(responses.map(({ value }) => value).sort()).toEqual(['approve', 'decline']);
	});

	it('takes one response of each person, and only what n8n has signed', async () => {
		const asked = await ask({ channel: 'link', waitFor: 'all' });
		const [approve, decline] = await linksOf(people[0]);
		const [approveOther] = await linksOf(people[1]);
		const forged = [
			approve?.replace(people[0] as string, people[2] as string),
			approve?.replace('choice=0', 'choice=1'),
			approve?.replace('card=0', 'card=1'),
			approve?.replace(/.signature=.*/, ''),
		];
		for (const url of forged) {
			for (const method of ['GET', 'POST'] as const) {
				expect((await open(url, method)).status).toBe(401);
			}
		}
		expect((await open(approve, 'POST')).data).toContain('Your choice was recorded');
		await expect.poll(() => cardOf(people[0])).toBeUndefined();
		await expect.poll(async () => (await open(decline)).status).not.toBe(409);
		for (const method of ['GET', 'POST'] as const) {
			const late = await open(decline, method);
			expect(late.data).toContain('dealt with already');
			expectProtected(late);
		}
		expect((await n8n.executed(asked.id)).status).toBe('waiting');
		await open(approveOther, 'POST');
		const run = await ended(asked);
		expect(run.itemsOf('After')).toMatchObject([
			{ data: { approved: true, answer: 'approve' }, unanswered: [] },
		]);
	});
});
