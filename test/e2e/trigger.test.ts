import { randomUUID } from 'node:crypto';

import type { INode, INodeParameters } from 'n8n-workflow';

import { SEEDED_APPS, TENANT_KEY } from '../../sandbox/feishu/src';
import type { PressResult } from '../../sandbox/feishu/src/client';
import type { SavedCredential, SavedWorkflow } from '../../sandbox/n8n/src';
import { RealN8n } from './RealN8n';
import { chain, feishuFeed, manualTrigger, node } from './workflows';

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
	return node('Pressed', 'n8n-nodes-feishu-feed.feishuFeedTrigger', parameters, {
		credentials: { feishuTenantApi: { id: credential.id, name: credential.name } },
		webhookId: randomUUID(),
	});
}

/** Saves and activates a workflow that begins with the trigger. */
async function activate(first: INode, ...next: INode[]): Promise<SavedWorkflow> {
	const after = node('After', 'n8n-nodes-base.noOp', {});
	const workflow = await n8n.session.createWorkflow(chain('Pressed', first, after, ...next));
	await n8n.session.activateWorkflow(workflow);
	active.push(workflow);
	return workflow;
}

function webhookUrl({ webhookId }: INode): string {
	return `${n8n.url}/webhook/${webhookId}/feishu`;
}

/** Creates a card whose button carries values, through the node. */
async function createCard(bizId: string, userIds: string[]): Promise<void> {
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
							actionValues: { value: [{ name: 'action', value: 'clock_in' }] },
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
	for (let tries = 0; tries < 100; tries++) {
		const executions = await n8n.session.executionsOf(id);
		if (executions.length >= count) {
			expect(executions).toHaveLength(count);
			return await Promise.all(
				executions.map(async (execution) => {
					const { data } = await n8n.session.finishedExecution(execution);
					return data.resultData.runData.Pressed?.[0]?.data?.main[0]?.[0]?.json ?? {};
				}),
			);
		}
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	throw new Error(`Workflow ${id} was not executed ${count} times`);
}

async function press(user: string, biz_id: string): Promise<PressResult> {
	return await n8n.feishu.press({ user, biz_id, app_id: appId, button: '打卡' });
}

describe.each(['webhook', 'longConnection'] as const)('over the %s', (connection) => {
	async function connect(first: INode): Promise<void> {
		if (connection === 'longConnection') {
			await n8n.feishu.changeCallback(appId, { mode: 'longConnection' });
			return;
		}
		const { verification } = await n8n.feishu.changeCallback(appId, {
			mode: 'url',
			url: webhookUrl(first),
			encrypt_key: encryptKey,
		});
		expect(verification).toMatchObject({ ok: true });
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
		const first = trigger(lastNode);
		const wait = node('Wait', 'n8n-nodes-base.wait', { amount: 5 }, { typeVersion: 1.1 });
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
		const notFitting = await activate(other);
		await connect(other);
		expect(await press(people[0], 'filter')).toMatchObject({ answered: true });
		expect(await n8n.session.executionsOf(notFitting.id)).toEqual([]);
	});

	it('starts the workflow once for all copies of an event', async () => {
		const first = trigger({ connection });
		const workflow = await activate(first);
		await connect(first);
		await createCard('copies', people.slice(0, 1));
		const { event_id } = (await press(people[0], 'copies')) as { event_id: string };
		for (let copy = 0; copy < 3; copy++) await n8n.feishu.sendCopy(event_id);
		await press(people[0], 'copies');
		await runs(workflow, 2);
	});
});

it('shares one connection among the triggers of an app, each of which gets every press', async () => {
	const workflows: SavedWorkflow[] = [];
	for (let count = 0; count < 3; count++) {
		workflows.push(await activate(trigger({ connection: 'longConnection' })));
	}
	await n8n.feishu.changeCallback(appId, { mode: 'longConnection' });
	await createCard('shared', people.slice(0, 5));
	for (const person of people.slice(0, 5)) {
		expect(await press(person, 'shared')).toMatchObject({ answered: true });
	}
	for (const workflow of workflows) await runs(workflow, 5);
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
	expect(await n8n.session.executionsOf(workflow.id)).toEqual([]);
	expect(n8n.readLogs()).not.toContain(encryptKey);
});
