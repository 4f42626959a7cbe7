import type { INode, INodeParameters } from 'n8n-workflow';

import { SEEDED_APPS, TENANT_KEY } from '../../sandbox/feishu/src';
import type { PressResult } from '../../sandbox/feishu/src/client';
import type { SavedCredential, SavedWorkflow } from '../../sandbox/n8n/src';
import { expect } from '../helpers/e2e/expect';
import { RealN8n } from '../helpers/e2e/RealN8n';
import {
	chain,
	feishuFeed,
	feishuFeedTrigger,
	manualTrigger,
	node,
} from '../helpers/e2e/workflows';

const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.custom;
const encryptKey = 'the encrypt key of the tests';

let n8n: RealN8n;
let credential: SavedCredential;
let people: string[];
const active: SavedWorkflow[] = [];

beforeAll(async () => {
	n8n = await RealN8n.start();
	const { verification_token: verificationToken } = await n8n.feishu.callback(appId);
	credential = await n8n.createCredential('Feishu of the tests', {
		appId,
		appSecret,
		encryptKey,
		verificationToken,
	});
	people = (await n8n.feishu.people({ tenant_key: TENANT_KEY })).map(({ open_id }) => open_id);
});

afterAll(async () => await n8n?.close());

afterEach(async () => {
	for (const workflow of active.splice(0)) await n8n.session.deactivateWorkflow(workflow.id);
	await n8n.feishu.reset({ keepTokens: true });
});

/** Our trigger node. */
function trigger(parameters: INodeParameters): INode {
	return feishuFeedTrigger(credential, parameters);
}

/** Saves a workflow that begins with the trigger. */
async function save(first: INode, ...next: INode[]): Promise<SavedWorkflow> {
	const after = node('After', 'n8n-nodes-base.noOp', {});
	return await n8n.session.createWorkflow(chain('Pressed', first, after, ...next));
}

/** Saves and activates a workflow that begins with the trigger. */
async function activate(first: INode, ...next: INode[]): Promise<SavedWorkflow> {
	const workflow = await save(first, ...next);
	await n8n.session.activateWorkflow(workflow);
	active.push(workflow);
	return workflow;
}

async function deactivate(workflow: SavedWorkflow): Promise<void> {
	await n8n.session.deactivateWorkflow(workflow.id);
	active.splice(active.indexOf(workflow), 1);
}

function webhookUrl({ webhookId }: INode, mode: 'webhook' | 'webhook-test' = 'webhook'): string {
	return `${n8n.url}/${mode}/${webhookId}/feishu`;
}

/** Sends the app's callbacks to a URL, which must pass the verification. */
async function callBack(url: string): Promise<void> {
	const { verification } = await n8n.feishu.changeCallback(appId, {
		mode: 'url',
		url,
		encrypt_key: encryptKey,
	});
	expect(verification).toMatchObject({ ok: true });
}

/** Waits until n8n knows a webhook no longer, with whatever method. */
async function untilGone(url: string): Promise<void> {
	const answer = async () => await (await fetch(url)).text();
	await expect.poll(answer).toContain('The requested webhook');
}

/** Creates a card whose button carries values, through the node. */
async function createCard(
	bizId: string,
	userIds: string[],
	values: Record<string, string> = { action: 'clock_in' },
): Promise<void> {
	const finished = await n8n.run(
		chain(
			`Create ${bizId}`,
			manualTrigger(),
			feishuFeed('Create', credential, {
				resource: 'appFeedCard',
				operation: 'create',
				userIds: userIds.join(','),
				title: '该打卡啦',
				link: 'https://example.com',
				bizId,
				buttons: {
					button: [
						{
							text: '打卡',
							actionType: 'webhook',
							actionValues: {
								value: Object.entries(values).map(([name, value]) => ({ name, value })),
							},
						},
					],
				},
			}),
		),
	);
	expect(finished.itemsOf('Create')).toMatchObject([{ biz_id: bizId, succeeded: userIds }]);
}

/** Waits until a workflow was executed this many times, and gives what the trigger put out. */
async function runs({ id }: SavedWorkflow, count: number): Promise<Array<Record<string, unknown>>> {
	const executions = () => n8n.session.executionsOf(id);
	await expect.poll(async () => (await executions()).length).toBe(count);
	return await Promise.all(
		(await executions()).map(async (execution) => {
			const { data } = await n8n.session.finishedExecution(execution);
			return data.resultData.runData.Pressed?.[0]?.data?.main[0]?.[0]?.json ?? {};
		}),
	);
}

async function press(user: string, biz_id: string): Promise<PressResult> {
	return await n8n.feishu.press({ user, biz_id, app_id: appId, button: '打卡' });
}

describe.each(['webhook', 'longConnection'] as const)('over the %s', (connection) => {
	async function connect(first: INode): Promise<void> {
		if (connection === 'longConnection') {
			await n8n.feishu.changeCallback(appId, { mode: 'longConnection' });
			await n8n.seesConnections(1);
			return;
		}
		await callBack(webhookUrl(first));
	}

	it('starts the workflow once, with who pressed what', async () => {
		const first = trigger({ connection });
		const workflow = await activate(first);
		await connect(first);
		await createCard('press', people.slice(0, 2));

		const result = await press(people[1], 'press');
		expect(result).toMatchObject({ answered: true });
		expect(result).not.toHaveProperty('toast');
		const [, person] = await n8n.feishu.people({ tenant_key: TENANT_KEY, limit: 2 });
		const [output] = await runs(workflow, 1);
		expect(output).toMatchObject({
			event_type: 'card.action.trigger',
			operator: {
				open_id: person.open_id,
				union_id: person.union_id,
			},
			action: { action: 'clock_in' },
			event_id: (result as { event_id: string }).event_id,
			time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
			event: expect.objectContaining({ schema: '2.0' }),
		});
	});

	it('answers with a toast', async () => {
		const toast = { content: '已打卡', type: 'info', enUs: 'Clocked in' };
		const first = trigger({ connection, answer: 'toast', toast: { toast } });
		await activate(first);
		await connect(first);
		await createCard('toast', people.slice(0, 1));
		expect(await press(people[0], 'toast')).toMatchObject({
			answered: true,
			toast: { type: 'info', content: '已打卡', i18n: { en_us: 'Clocked in' } },
		});
	});

	const lastNode = {
		connection,
		answer: 'lastNode',
		fallbackToast: { toast: { content: '处理中' } },
	};

	it('answers with what the last node gives', async () => {
		const first = trigger(lastNode);
		const answer = node(
			'Answer',
			'n8n-nodes-base.set',
			{ mode: 'raw', jsonOutput: '={{ { toast: "By " + $json.operator.open_id } }}' },
			{ typeVersion: 3.4 },
		);
		await activate(first, answer);
		await connect(first);
		await createCard('answer', people.slice(0, 1));
		expect(await press(people[0], 'answer')).toMatchObject({
			answered: true,
			toast: { type: 'success', content: `By ${people[0]}` },
		});
	});

	it('answers by itself in time when the workflow is slower', async () => {
		await n8n.feishu.changeSettings({ callbacks: { answerTimeout: 10 } });
		const first = trigger(lastNode);
		const wait = node('Wait', 'n8n-nodes-base.wait', { amount: 15 }, { typeVersion: 1.1 });
		const workflow = await activate(first, wait);
		await connect(first);
		await createCard('slow', people.slice(0, 1));
		expect(await press(people[0], 'slow')).toMatchObject({
			answered: true,
			toast: { content: '处理中' },
		});
		const [output] = await runs(workflow, 1);
		expect(output).toMatchObject({ action: { action: 'clock_in' } });
	});

	it('answers by itself when the workflow fails', async () => {
		const first = trigger(lastNode);
		const fail = node('Fail', 'n8n-nodes-base.stopAndError', { errorMessage: 'No more shifts' });
		const workflow = await activate(first, fail);
		await connect(first);
		await createCard('failing', people.slice(0, 1));
		expect(await press(people[0], 'failing')).toMatchObject({
			answered: true,
			toast: { content: '处理中' },
		});
		await runs(workflow, 1);
		expect(await n8n.lastRun(workflow.id)).toMatchObject({ status: 'error' });
	});

	it('passes on other events only where any are wanted', async () => {
		const event = { event_type: 'app_ticket', event: { app_ticket: 'the ticket of this hour' } };
		const first = trigger({ connection });
		const forPresses = await activate(first);
		await connect(first);
		expect(await n8n.feishu.sendEvent({ app_id: appId, ...event })).toMatchObject({
			state: 'answered',
		});

		const second = trigger({ connection, events: 'any' });
		const forAny = await activate(second);
		await connect(second);
		const { event_id } = await n8n.feishu.sendEvent({ app_id: appId, ...event });
		const [output] = await runs(forAny, 1);
		expect(output).toMatchObject({
			event_id,
			event_type: 'app_ticket',
			time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
			event: { event: event.event },
		});
		expect(output).not.toHaveProperty('operator');
		expect(await n8n.session.executionsOf(forPresses.id)).toEqual([]);
	});

	it('finds the business ID among the action values', async () => {
		const first = trigger({ connection, filters: { bizIds: 'order-1, order-42' } });
		const workflow = await activate(first);
		await connect(first);
		await createCard('order-42', people.slice(0, 1), { biz_id: 'order-42' });
		await createCard('order-43', people.slice(0, 1), { biz_id: 'order-43' });
		await createCard('order-1', people.slice(0, 1), { number: '1' });
		expect(await press(people[0], 'order-43')).toMatchObject({ answered: true });
		// Feishu does not say which card it is, and the button does not either.
		expect(await press(people[0], 'order-1')).toMatchObject({ answered: true });
		expect(await press(people[0], 'order-42')).toMatchObject({ answered: true });
		const [output] = await runs(workflow, 1);
		expect(output).toMatchObject({ biz_id: 'order-42', action: { biz_id: 'order-42' } });
	});

	it('waits for one press when the workflow is tried out in the editor', async () => {
		await createCard('trial', people.slice(0, 1));
		const toast = { content: '收到', type: 'success' };
		const first = trigger({ connection, answer: 'toast', toast: { toast } });
		const workflow = await save(first);
		await n8n.session.runWorkflow(workflow.id, 'Pressed');
		if (connection === 'webhook') {
			await callBack(webhookUrl(first, 'webhook-test'));
		} else {
			await connect(first);
		}
		expect(await press(people[0], 'trial')).toMatchObject({ answered: true, toast });
		const [output] = await runs(workflow, 1);
		expect(output).toMatchObject({ action: { action: 'clock_in' } });

		// It was the one press; n8n waits for no other.
		if (connection === 'longConnection') await n8n.seesConnections(0);
		else await untilGone(webhookUrl(first, 'webhook-test'));
		expect(await press(people[0], 'trial')).toMatchObject({ answered: false });
		await runs(workflow, 1);
	});

	it('starts only the workflow whose filter fits', async () => {
		const filter = (name: string, value: string): INode =>
			trigger({ connection, filters: { actionValues: { value: [{ name, value }] } } });
		const wanted = filter('action', 'clock_in');
		const fitting = await activate(wanted);
		await connect(wanted);
		await createCard('filter', people.slice(0, 1));
		expect(await press(people[0], 'filter')).toMatchObject({ answered: true });
		await runs(fitting, 1);

		const other = filter('action', 'clock_out');
		const fittingLater = await activate(other);
		await connect(other);
		expect(await press(people[0], 'filter')).toMatchObject({ answered: true });
		await createCard('later', people.slice(0, 1), { action: 'clock_out' });
		expect(await press(people[0], 'later')).toMatchObject({ answered: true });
		const outputs = await runs(fittingLater, 1);
		expect(outputs).toMatchObject([{ action: { action: 'clock_out' } }]);
	});

	it('starts the workflow once for all copies of an event', async () => {
		const first = trigger({ connection });
		const workflow = await activate(first);
		await connect(first);
		await createCard('copies', people.slice(0, 1));
		const { event_id } = (await press(people[0], 'copies')) as { event_id: string };
		for (let copy = 0; copy < 3; copy++) await n8n.feishu.sendCopy(event_id);
		const later = (await press(people[0], 'copies')) as { event_id: string };
		const outputs = await runs(workflow, 2);
		const started = outputs.map((output) => output.event_id).sort();
		expect(started).toEqual([event_id, later.event_id].sort());
	});
});

it('shares one connection among the triggers of an app, each of which gets every press', async () => {
	const workflows: SavedWorkflow[] = [];
	for (let count = 0; count < 3; count++) {
		workflows.push(await activate(trigger({ connection: 'longConnection' })));
	}
	await n8n.feishu.changeCallback(appId, { mode: 'longConnection' });
	await n8n.seesConnections(1);
	await createCard('shared', people.slice(0, 5));
	for (const person of people.slice(0, 5)) {
		expect(await press(person, 'shared')).toMatchObject({ answered: true });
	}
	for (const workflow of workflows) await runs(workflow, 5);
});

it('closes the connection with the last trigger that needs it', async () => {
	const first = await activate(trigger({ connection: 'longConnection' }));
	const second = await activate(trigger({ connection: 'longConnection' }));
	await n8n.feishu.changeCallback(appId, { mode: 'longConnection' });
	await n8n.seesConnections(1);
	expect(await n8n.feishu.longConnections()).toMatchObject({ open: 1, opened: 1 });
	await createCard('closing', people.slice(0, 1));

	await deactivate(first);
	expect(await press(people[0], 'closing')).toMatchObject({ answered: true });
	await runs(second, 1);
	expect(await n8n.feishu.longConnections()).toMatchObject({ open: 1, opened: 1 });

	await deactivate(second);
	await n8n.seesConnections(0);
	expect(await press(people[0], 'closing')).toMatchObject({ answered: false });
	expect(await n8n.session.executionsOf(first.id)).toEqual([]);
	await runs(second, 1);
});

it('takes the old callback over the webhook like the new one', async () => {
	const webhook = trigger({ connection: 'webhook', answer: 'toast' });
	const workflow = await activate(webhook);
	await createCard('old', people.slice(0, 1));
	await callBack(webhookUrl(webhook));
	await n8n.feishu.changeCallback(appId, { button_callback: 'card.action.trigger_v1' });
	expect(await press(people[0], 'old')).toMatchObject({
		answered: true,
		toast: { content: expect.stringContaining('已收到') },
		event: { event_type: 'card.action.trigger_v1' },
	});
	expect(await runs(workflow, 1)).toMatchObject([
		{
			event_type: 'card.action.trigger',
			operator: { open_id: people[0] },
			action: { action: 'clock_in' },
		},
	]);
	await n8n.feishu.changeCallback(appId, { button_callback: 'card.action.trigger' });
});

it('goes on after a restart of n8n, and starts nothing for copies of what came before', async () => {
	const webhook = trigger({ connection: 'webhook' });
	const overUrl = await activate(webhook);
	const overConnection = await activate(trigger({ connection: 'longConnection' }));
	await createCard('restart', people.slice(0, 1));
	await callBack(webhookUrl(webhook));
	const before = (await press(people[0], 'restart')) as { event_id: string };
	await n8n.feishu.changeCallback(appId, { mode: 'longConnection' });
	const beforeAsWell = (await press(people[0], 'restart')) as { event_id: string };
	await runs(overUrl, 1);
	await runs(overConnection, 1);

	await n8n.restart();
	await n8n.seesConnections(1);
	expect(await n8n.feishu.sendCopy(beforeAsWell.event_id)).not.toHaveProperty('failure');
	expect(await press(people[0], 'restart')).toMatchObject({ answered: true });
	await n8n.feishu.changeCallback(appId, { mode: 'url' });
	expect(await n8n.feishu.sendCopy(before.event_id)).not.toHaveProperty('failure');
	expect(await press(people[0], 'restart')).toMatchObject({ answered: true });
	await runs(overConnection, 2);
	await runs(overUrl, 2);
});

it('starts nothing for a callback that is not from Feishu, and says nothing of its keys', async () => {
	const first = trigger({ connection: 'webhook' });
	const workflow = await activate(first);
	const bodies = ['{}', '[]', 'null', '{"encrypt":"AAAA"}', '{"type":"url_verification"}', 'x', ''];
	for (const body of bodies) {
		const response = await fetch(webhookUrl(first), {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body,
		});
		expect(response.status).toBeGreaterThanOrEqual(400);
		expect(response.status).toBeLessThan(500);
		expect(await response.text()).not.toContain(encryptKey);
	}
	await callBack(webhookUrl(first));
	await createCard('genuine', people.slice(0, 1));
	const { event_id } = (await press(people[0], 'genuine')) as { event_id: string };
	expect(await runs(workflow, 1)).toMatchObject([{ event_id }]);
	expect(n8n.readLogs()).not.toContain(encryptKey);
});
