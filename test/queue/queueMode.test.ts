import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import axios from 'axios';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import type { RecordedRequest } from '../../sandbox/feishu/src/client';
import { ownerAccountOf, type SavedCredential, type SavedWorkflow } from '../../sandbox/n8n/src';
import { importScenarios, PEOPLE } from '../../sandbox/scenarios';
import { expect } from '../helpers/e2e/expect';
import type { WorkflowRun } from '../helpers/e2e/RealN8n';
import {
	chain,
	feishuFeed,
	feishuFeedTrigger,
	manualTrigger,
	node,
} from '../helpers/e2e/workflows';
import { QueueN8n } from '../helpers/queue/QueueN8n';
import { ScenarioWalk, type CallbackResult } from '../helpers/queue/ScenarioWalk';

/** The package on n8n's main process, two webhook processes and three workers, with PostgreSQL and Redis. */
const RECIPIENTS = 10_000;
/** Feishu's own limit for creating cards. */
const CALLS_PER_SECOND = 10;
const RECIPIENTS_IN_A_CALL = 20;
const RATE_LIMITED = 99991400;
/** Milliseconds that the sandbox takes for an answer, as Feishu does from afar. */
const LATENCY = 200;

const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.custom;

let n8n: QueueN8n;
let credential: SavedCredential;
let verificationToken: string;
let people: string[];

beforeAll(async () => {
	const startedAt = Date.now();
	n8n = await QueueN8n.start({ people: RECIPIENTS });
	console.info(`n8n's processes were ready after ${seconds(Date.now() - startedAt)}`);
	const { feishu } = n8n.main;
	verificationToken = (await feishu.callback(appId)).verification_token;
	const app = { appId, appSecret, verificationToken };
	credential = await n8n.main.createCredential('Feishu of the tests', app);
	const everybody = await feishu.people({ limit: RECIPIENTS, fields: ['open_id'] });
	people = everybody.map(({ open_id }) => open_id);
});

afterAll(async () => await n8n?.close());

function seconds(milliseconds: number): string {
	return `${(milliseconds / 1_000).toFixed(1)} s`;
}

/** Saves and activates a workflow that creates the card that is posted to it. @returns it, and what posts to it */
async function sender(
	parameters: INodeParameters = {},
): Promise<{ workflow: SavedWorkflow; send: (bizId: string, userIds: string[]) => Promise<void> }> {
	const path = randomUUID();
	const start = node(
		'Start',
		'n8n-nodes-base.webhook',
		{ httpMethod: 'POST', path, options: {} },
		{ typeVersion: 2, webhookId: path },
	);
	const create = feishuFeed('Create', credential, {
		resource: 'appFeedCard',
		operation: 'create',
		userIds: '={{ $json.body.userIds }}',
		bizId: '={{ $json.body.bizId }}',
		title: 'Inventory',
		link: 'https://example.com/inventory',
		...parameters,
	});
	const workflow = await n8n.main.session.createWorkflow(chain('Send', start, create));
	await n8n.main.session.activateWorkflow(workflow);
	const url = `${n8n.loadBalancer.url}/webhook/${path}`;
	const send = async (bizId: string, userIds: string[]) => {
		await axios.post(url, { bizId, userIds }, { proxy: false });
	};
	return { workflow, send };
}

/** Waits until a workflow was executed so many times, and gives the executions, oldest first, when they are over. */
async function runsOf({ id }: SavedWorkflow, count: number): Promise<WorkflowRun[]> {
	const { session } = n8n.main;
	const executions = async () => await session.executionsOf(id);
	await expect.poll(async () => (await executions()).length).toBe(count);
	const runs = [];
	for (const execution of (await executions()).reverse()) {
		await session.finishedExecution(execution, 180);
		runs.push(await n8n.main.executed(execution));
	}
	return runs;
}

async function creates(): Promise<RecordedRequest[]> {
	return await n8n.main.feishu.requests({ operation: 'appFeedCard.create' });
}

function bizIdOf({ body }: RecordedRequest): string {
	return (body as { app_feed_card: { biz_id: string } }).app_feed_card.biz_id;
}

/** Who got a card of this business ID, once for each card. */
async function reached(bizId: string): Promise<string[]> {
	const effects = await n8n.main.feishu.effects({ effect: 'cardCreated', biz_id: bizId });
	return effects.map(({ open_id }) => open_id as string);
}

function succeededOf(run: WorkflowRun): string[] {
	return run.itemsOf('Create').flatMap(({ succeeded }) => succeeded as string[]);
}

/** The scenarios as they stand in `workflows/`. */
describe('the scenarios', () => {
	const walk = (scenario: string, cards = `${scenario}-`) =>
		new ScenarioWalk(n8n.main.feishu, scenario, cards);
	const { yangLei, zhuChao, liangHaoran, liFang, wuJie, zhangXiuying, liuMin } = PEOPLE;
	const { chenJing, huMing, luoYutong, zhaoYang, zhaoJunjie } = PEOPLE;

	beforeAll(async () => {
		const { session, feishuUrl, userFolder } = n8n.main;
		const remarks = await importScenarios({
			session,
			// What systems outside post to comes to the webhook processes.
			n8nUrl: n8n.loadBalancer.url,
			owner: ownerAccountOf(userFolder),
			feishuUrl,
			modelUrl: 'http://localhost:9/none',
			recordFile: join(userFolder, 'imported.json'),
		});
		expect(remarks).toEqual([]);
	});

	// Cards that an execution goes on to send would count as those of the next test.
	afterAll(async () => {
		const { session } = n8n.main;
		for (const { id } of await session.workflows()) {
			for (const execution of await session.executionsOf(id)) {
				await session.finishedExecution(execution);
			}
		}
	});

	it('attendance', async () => {
		const attendance = walk('attendance');
		await attendance.trigger('shift');
		for (const person of [yangLei, zhuChao, liangHaoran]) {
			const pinned = { pinned: true, label: 'danger', buttons: ['Clock in'] } as const;
			await attendance.seesCard(person, pinned);
		}
		expect(await attendance.press(zhuChao, 'Clock in')).toContain('Clocked in');
		await attendance.seesCard(zhuChao, { pinned: false, label: 'success', buttons: [] });
		await attendance.seesCard(yangLei, { pinned: true, label: 'danger' });
	});

	it('meeting', async () => {
		const meeting = walk('meeting');
		await meeting.trigger('begins');
		for (const person of [liFang, wuJie]) {
			await meeting.seesCard(person, { pinned: true, label: 'primary', text: /\d\d:\d\d/ });
		}
		expect(await meeting.press(liFang, 'Join')).toBe('https://example.com/meetings/weekly');
		for (const person of [liFang, wuJie]) await meeting.seesNoCard(person);
	});

	it('complaint', async () => {
		const complaint = walk('complaint');
		const team = [chenJing, huMing, luoYutong];
		await complaint.trigger('review');
		for (const person of team) {
			await complaint.seesCard(person, { pinned: true, buttons: ['Take it', 'Details'] });
		}
		// It notes down who has got the card when all have.
		const workflows = await n8n.main.session.workflows();
		const workflow = workflows.find(({ name }) => name.includes('Complaint'));
		await n8n.main.lastRun(workflow!.id);
		// What the last node gives does not come back from a worker over the long connection.
		expect(await complaint.press(huMing, 'Take it')).toContain('Working on it');
		await complaint.seesCard(huMing, { label: 'success', buttons: ['Solved', 'Details'] });
		for (const person of [chenJing, luoYutong]) await complaint.seesNoCard(person);
		await complaint.press(huMing, 'Solved');
		await complaint.seesNoCard(huMing);
	});

	it('training', async () => {
		const training = walk('training');
		const staff = await n8n.main.feishu.people({ limit: 300, fields: ['email'] });
		await training.trigger('assigned', { staff: staff.map(({ email }) => email) });
		for (const person of [liFang, zhangXiuying, liuMin]) {
			await training.seesCard(person, { pinned: true, label: 'primary' });
		}
		await training.trigger('completed-by-li-fang');
		await training.seesNoCard(liFang);
		await training.seesCard(liuMin, { pinned: true });
	});

	it('delivery', async () => {
		const delivery = walk('delivery');
		const receivers = [yangLei, zhuChao, liangHaoran];
		await delivery.trigger('left');
		for (const person of receivers) {
			await delivery.seesCard(person, { pinned: true, label: 'secondary', text: '15:30' });
		}
		await delivery.trigger('near');
		for (const person of receivers) {
			await delivery.seesCard(person, { label: 'primary', text: '15:25' });
		}
		expect(await delivery.press(liangHaoran, 'Sign for it')).toContain('Signed for');
		for (const person of receivers) await delivery.seesNoCard(person);
	});

	it('approval', async () => {
		const approval = walk('approval', 'leave-');
		await approval.trigger('request');
		for (const person of [yangLei, zhaoYang]) {
			await approval.seesCard(person, { pinned: true, buttons: ['Approve', 'Decline'] });
		}
		await approval.press(zhaoYang, 'Approve');
		for (const person of [yangLei, zhaoYang]) await approval.seesNoCard(person);
		const answer = { pinned: false, label: 'success', text: 'Your leave is approved' } as const;
		await approval.seesCard(zhaoJunjie, answer, 'answer-to-leave-');
	});
});

describe('a run of 10,000 recipients', () => {
	it('is shared by three workers, loses and doubles nobody, and uses the rate limit', async () => {
		const { feishu } = n8n.main;
		const executions = 125;
		const each = RECIPIENTS / executions;
		const { workflow, send } = await sender();
		await feishu.changeSettings({ latency: LATENCY });
		await feishu.clearRequests();
		await feishu.clearEffects();
		for (let part = 0; part < executions; part++) {
			await send(`part-${part}`, people.slice(part * each, (part + 1) * each));
		}
		const runs = await runsOf(workflow, executions);
		await feishu.changeSettings({ latency: 0 });

		expect(runs.map(({ status }) => status)).toEqual(runs.map(() => 'success'));
		expect(runs.flatMap(succeededOf).sort()).toEqual([...people].sort());
		const effects = await feishu.effects({ effect: 'cardCreated' });
		expect(effects.map(({ open_id }) => open_id).sort()).toEqual([...people].sort());

		const calls = await creates();
		const sent = calls.filter(({ code }) => code !== RATE_LIMITED);
		const refused = calls.length - sent.length;
		expect(sent).toHaveLength(RECIPIENTS / RECIPIENTS_IN_A_CALL);
		// Each worker finds out for itself what the others leave; on a busy machine, calls come closer together than they left.
		expect(refused).toBeLessThanOrEqual(sent.length / 5);

		const workerOf = new Map(
			runs.map((run) => [run.itemsOf('Create')[0]?.biz_id, n8n.workerOf(run.id)?.name]),
		);
		const byWorker: string[] = [];
		const lastCalls = n8n.workers.map(({ name }) => {
			const own = sent.filter((call) => workerOf.get(bizIdOf(call)) === name);
			expect(own.length).toBeGreaterThan(0);
			byWorker.push(`${name} ${own.length}`);
			return own.at(-1)!.receivedAt;
		});
		const times = sent.map(({ receivedAt }) => receivedAt);
		const used = (until: number) => {
			const span = until - times[0]!;
			const count = times.filter((time) => time > times[0]! && time <= until).length;
			const part = (count * 1_000) / span / CALLS_PER_SECOND;
			return `${(100 * part).toFixed(1)} % of the limit in ${seconds(span)}`;
		};
		console.info(
			[
				`10,000 recipients in ${executions} executions: ${sent.length} calls (${byWorker.join(', ')}), and ${refused} refused`,
				`while all three workers send: ${used(Math.min(...lastCalls))}`,
				`from the first call to the last: ${used(times.at(-1)!)}`,
			].join('\n'),
		);
	});
});

describe('a worker that is killed', () => {
	it('leaves an execution that says so, and nobody gets a second card when it is run again', async () => {
		const { feishu } = n8n.main;
		const recipients = people.slice(0, 1_000);
		const { workflow, send } = await sender();
		await feishu.clearRequests();
		await feishu.changeSettings({ latency: LATENCY });
		await send('killed', recipients);
		await expect.poll(async () => (await creates()).length).toBeGreaterThanOrEqual(10);
		const [executionId = ''] = await n8n.main.session.executionsOf(workflow.id);
		const worker = n8n.workerOf(executionId)!;
		const killedAt = Date.now();
		await n8n.kill(worker);
		const [killed] = await runsOf(workflow, 1);
		const missedAfter = Date.now() - killedAt;
		await n8n.startAgain(worker);
		const before = await reached('killed');
		expect(killed).toMatchObject({ status: 'error' });
		expect(killed?.errorMessage()).toContain('failed to be processed too many times');
		expect(before.length).toBeLessThan(recipients.length);

		await send('killed', recipients);
		const [, repeated] = await runsOf(workflow, 2);
		await feishu.changeSettings({ latency: 0 });
		expect(repeated).toMatchObject({ status: 'success' });
		const had = repeated!.itemsOf('Create').flatMap(({ failed }) => failed as IDataObject[]);
		expect(had.map(({ user_id }) => user_id).sort()).toEqual([...before].sort());
		expect([...succeededOf(repeated!), ...before].sort()).toEqual([...recipients].sort());
		expect((await reached('killed')).sort()).toEqual([...recipients].sort());
		console.info(
			[
				`killed ${worker.name} when ${before.length} of ${recipients.length} had the card`,
				`n8n says after ${seconds(missedAfter)}: "${killed?.errorMessage()}"`,
				`run again: ${recipients.length - before.length} new cards, no second ones; of the others it says "${String(had[0]?.reason)}"`,
			].join('\n'),
		);
	});
});

describe('a token', () => {
	it('that one worker renews serves the others', async () => {
		const { feishu } = n8n.main;
		const { workflow, send } = await sender();
		const executions = 6;
		await feishu.expireTokens(appId);
		await feishu.clearRequests();
		for (let execution = 1; execution <= executions; execution++) {
			await send(`token-${execution}`, people.slice(0, 1));
			await runsOf(workflow, execution);
		}
		const runs = await runsOf(workflow, executions);
		const workers = new Set(runs.map(({ id }) => n8n.workerOf(id)?.name));
		expect(workers.size).toBeGreaterThan(1);
		const tokens = async () =>
			(await feishu.requests({ operation: 'tenantAccessToken.internal' })).length;
		expect(await tokens()).toBe(1);

		await feishu.expireTokens(appId);
		await feishu.clearRequests();
		const together = Array.from({ length: executions }, (_, index) => `together-${index}`);
		await Promise.all(together.map(async (bizId) => await send(bizId, people.slice(0, 1))));
		const all = await runsOf(workflow, 2 * executions);
		expect(all.map(({ status }) => status)).toEqual(all.map(() => 'success'));
		expect(await tokens()).toBeGreaterThanOrEqual(1);
		expect(await tokens()).toBeLessThanOrEqual(executions);
		console.info(
			`calls for a token: 1 for ${executions} executions on ${workers.size} workers, one after the other; ` +
				`${await tokens()} for ${executions} at the same time`,
		);
	});
});

describe('an event over the webhook', () => {
	const event = (event_id: string): IDataObject => ({
		schema: '2.0',
		header: {
			event_id,
			token: verificationToken,
			create_time: String(Date.now()),
			event_type: 'contact.user.updated_v3',
			tenant_key: 'tenant',
			app_id: appId,
		},
		event: {},
	});

	/** Activates a workflow that any event starts. @returns it, and what posts an event to one of the processes */
	async function receiver(parameters: INodeParameters) {
		const { session } = n8n.main;
		const trigger = feishuFeedTrigger(credential, {
			connection: 'webhook',
			events: 'any',
			...parameters,
		});
		const answer = node(
			'Answer',
			'n8n-nodes-base.set',
			{ mode: 'raw', jsonOutput: '={{ { toast: $json.event_id } }}' },
			{ typeVersion: 3.4 },
		);
		const workflow = await session.createWorkflow(chain('Event', trigger, answer));
		await session.activateWorkflow(workflow);
		const post = async (process: number, body: IDataObject): Promise<IDataObject> => {
			const { url } = n8n.webhooks[process % n8n.webhooks.length]!;
			const address = `${url}/webhook/${trigger.webhookId}/feishu`;
			return (await axios.post<IDataObject>(address, body, { proxy: false })).data;
		};
		return { workflow, post };
	}

	it('is answered with what the last node gives, which a worker runs', async () => {
		const { workflow, post } = await receiver({ answer: 'lastNode' });
		let number = 0;
		await expect
			.poll(async () => (await post(number, event(`answer-${number++}`))).toast)
			.toMatchObject({ content: expect.stringContaining('answer-') as unknown });
		await n8n.main.session.deactivateWorkflow(workflow.id);
	});

	it('that comes to two processes one after the other starts its workflow once', async () => {
		const { workflow, post } = await receiver({});
		const { session } = n8n.main;
		const executions = async () => await session.executionsOf(workflow.id);
		const events = 10;
		for (let number = 0; number < events; number++) {
			const one = event(`one-after-the-other-${number}`);
			await post(number, one);
			// An answer that n8n is too slow for comes before it has stored the event; Feishu sends copies later.
			await expect.poll(executions).toHaveLength(number + 1);
			await post(number + 1, one);
		}
		expect(await runsOf(workflow, events)).toHaveLength(events);

		for (let number = 0; number < events; number++) {
			const one = event(`together-${number}`);
			await Promise.all([post(0, one), post(1, one)]);
		}
		const started = (await executions()).length - events;
		expect(started).toBeGreaterThanOrEqual(events);
		expect(started).toBeLessThanOrEqual(2 * events);
		console.info(
			`copies of ${events} events one after the other: 0 started twice; ` +
				`at the same moment: ${started - events} of ${events} started twice`,
		);
		await session.deactivateWorkflow(workflow.id);
	});
});

describe('two responses at the same moment', () => {
	beforeAll(async () => {
		const trigger = feishuFeedTrigger(credential, { connection: 'longConnection' });
		const workflow = await n8n.main.session.createWorkflow(chain('Presses', trigger));
		await n8n.main.session.activateWorkflow(workflow);
		await n8n.main.feishu.changeCallback(appId, { mode: 'longConnection' });
		await n8n.main.seesConnections(1);
	});

	it('come to a waiting execution over two webhook processes, and both are kept', async () => {
		const { feishu } = n8n.main;
		const questions = Array.from({ length: 6 }, (_, index) => `question-${index}`);
		const team = people.slice(0, 2);
		const asked = new Map<string, string>();
		for (const bizId of questions) {
			const run = await n8n.main.run(
				chain(
					bizId,
					manualTrigger(),
					feishuFeed('Ask', credential, {
						resource: 'appFeedCard',
						operation: 'sendAndWait',
						userIds: team.join(','),
						title: 'Do you come?',
						link: 'https://example.com/party',
						bizId,
						waitFor: 'all',
					}),
				),
			);
			expect(run.status).toBe('waiting');
			asked.set(bizId, run.id);
		}
		/** As a person does who is told to press again. @returns how often it took */
		const press = async (user: string, biz_id: string): Promise<number> => {
			for (let presses = 1; ; presses++) {
				const pressed = await feishu.press({ user, biz_id, app_id: appId, button: 0 });
				const { type, content } = (pressed as CallbackResult).toast ?? {};
				if (type === 'success') return presses;
				expect(content).toContain('稍后再点一次');
			}
		};
		let presses = 0;
		let longest = 0;
		const before = n8n.loadBalancer.requests.length;
		for (const [bizId, executionId] of asked) {
			const pressedAt = Date.now();
			for (const count of await Promise.all(team.map(async (user) => await press(user, bizId)))) {
				presses += count;
			}
			const status = async () => (await n8n.main.executed(executionId)).status;
			await expect.poll(status).toBe('success');
			longest = Math.max(longest, Date.now() - pressedAt);
			const [output] = (await n8n.main.executed(executionId)).itemsOf('Ask');
			const { responses } = output as { responses: Array<{ operator: { open_id: string } }> };
			expect(responses.map(({ operator }) => operator.open_id).sort()).toEqual([...team].sort());
		}
		console.info(
			[
				`${asked.size} times two responses at once: none lost, after ${presses} presses`,
				`${n8n.loadBalancer.requests.length - before} requests to waiting executions; done after ${seconds(longest)} at most`,
			].join('\n'),
		);
	});
});

describe('the long connection', () => {
	it('is open once, on the main process, also after that was started again', async () => {
		const connections = async () => await n8n.main.feishu.longConnections();
		const before = await connections();
		expect(before).toMatchObject({ open: 1, mostOpen: 1 });
		await n8n.main.restart();
		await n8n.main.seesConnections(1);
		const after = await connections();
		expect(after).toMatchObject({ opened: before.opened + 1, mostOpen: 1 });
		for (const process of [...n8n.webhooks, ...n8n.workers.map((worker) => worker.process)]) {
			expect(process.readLog()).not.toContain('The long connection to Feishu');
		}
		expect(n8n.readLogs()).not.toContain(appSecret);
		console.info(
			`long connections at one time: ${after.mostOpen}; ${n8n.workers.length} workers have none`,
		);
	});
});
