import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { SEEDED_APPS, TENANT_KEY } from '../../sandbox/feishu/src';
import { expect } from '../helpers/e2e/expect';
import { RealN8n } from '../helpers/e2e/RealN8n';
import {
	cardToPress,
	chain,
	feishuFeed,
	feishuFeedTrigger,
	manualTrigger,
	node,
} from '../helpers/e2e/workflows';

const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.custom;
const workflowCount = 5;
const pressCount = 1_000;
const pressesAtOnce = 10;
/** n8n gives up executions that wait a minute for its SQLite: it gets no more than it can execute. */
const mostUnderWay = 20 * workflowCount;
const bizId = 'shared';

let n8n: RealN8n;
let counter: Server;
/** How often each workflow told of each event, by the event's ID. */
const seen = Array.from({ length: workflowCount }, () => new Map<string, number>());

beforeAll(async () => {
	counter = createServer(({ url = '' }, response) => {
		const [, workflow, eventId = ''] = url.split('/');
		const events = seen[Number(workflow)];
		events?.set(eventId, (events.get(eventId) ?? 0) + 1);
		response.setHeader('content-type', 'application/json').end('{}');
	});
	await new Promise<void>((resolve) => counter.listen(0, '127.0.0.1', resolve));
	// The counter knows of each execution; n8n need not keep 5,000 of them.
	n8n = await RealN8n.start({ N8N_LOG_LEVEL: 'info', EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'none' });
});

afterAll(async () => {
	await n8n?.close();
	counter.closeAllConnections();
	await new Promise((resolve) => counter.close(resolve));
});

it(`gives each of ${workflowCount} workflows every one of ${pressCount} presses once, over one connection`, async () => {
	const credential = await n8n.createCredential('Shared', { appId, appSecret });
	const everybody = await n8n.feishu.people({ tenant_key: TENANT_KEY, limit: 20 });
	const people = everybody.map(({ open_id }) => open_id);
	await n8n.run(
		chain(
			'Create the card',
			manualTrigger(),
			feishuFeed('Create', credential, cardToPress(people, bizId)),
		),
	);
	const { port } = counter.address() as AddressInfo;
	for (let index = 0; index < workflowCount; index++) {
		const tell = node(
			'Tell the counter',
			'n8n-nodes-base.httpRequest',
			{ url: `=http://127.0.0.1:${port}/${index}/{{ $json.event_id }}` },
			{ typeVersion: 4.2 },
		);
		const trigger = feishuFeedTrigger(credential, { connection: 'longConnection' });
		const workflow = await n8n.session.createWorkflow(chain(`Shared ${index}`, trigger, tell));
		await n8n.session.activateWorkflow(workflow);
	}

	const sent: string[] = [];
	const unanswered: unknown[] = [];
	let pressed = 0;
	const press = async () => {
		const user = people[pressed++ % people.length] as string;
		const result = await n8n.feishu.press({ user, biz_id: bizId, app_id: appId, button: 0 });
		if (result.action_type !== 'webhook') throw new Error('The button opens a page');
		sent.push(result.event_id);
		if (!result.answered) unanswered.push(result.failure);
	};
	const pressOnAndOn = async () => {
		while (pressed < pressCount) {
			if (pressed * workflowCount - toldOf() > mostUnderWay) await sleep(20);
			else await press();
		}
	};
	await Promise.all(Array.from({ length: pressesAtOnce }, pressOnAndOn));
	await expect.poll(toldOf).toBe(workflowCount * pressCount);
	// What would come too often is there when one more has come.
	await press();
	await expect.poll(toldOf).toBe(workflowCount * (pressCount + 1));
	expect(new Set(sent).size).toBe(pressCount + 1);
	expect(unanswered).toEqual([]);
	for (const events of seen) {
		expect(events.size).toBe(pressCount + 1);
		expect(sent.filter((eventId) => events.get(eventId) !== 1)).toEqual([]);
	}
	expect(await n8n.feishu.longConnections()).toMatchObject({
		open: 1,
		opened: 1,
		mostOpen: 1,
		refused: 0,
	});
}, 1_800_000);

/** Of how many events the workflows have told, all together. */
function toldOf(): number {
	return seen.reduce((sum, events) => sum + events.size, 0);
}
