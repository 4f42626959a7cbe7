import type { INode, INodeParameters } from 'n8n-workflow';

import { SEEDED_APPS, TENANT_KEY } from '../../sandbox/feishu/src';
import type { PressResult } from '../../sandbox/feishu/src/client';
import type { SavedCredential, SavedWorkflow } from '../../sandbox/n8n/src';
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
const encryptKey = 'the encrypt key of the tests';
/** How long Feishu waits for an answer, in milliseconds. */
const FEISHU_WAITS_MS = 3_000;
const PRESSES = 50;
const PRESSES_BEFORE_CRASH = 40;
const BIZ_ID = 'clock-in';

type Press = Extract<PressResult, { action_type: 'webhook' }>;

let n8n: RealN8n;
let credential: SavedCredential;
let people: string[];
let workflow: SavedWorkflow | undefined;

beforeAll(async () => {
	n8n = await RealN8n.start({ N8N_LOG_LEVEL: 'info' });
	credential = await n8n.createCredential('Feishu of the tests', { appId, appSecret, encryptKey });
	const everybody = await n8n.feishu.people({ tenant_key: TENANT_KEY, limit: PRESSES });
	people = everybody.map(({ open_id }) => open_id);
	const created = await n8n.run(
		chain(
			'Create the card',
			manualTrigger(),
			feishuFeed('Create', credential, cardToPress(people, BIZ_ID)),
		),
	);
	expect(created.itemsOf('Create')).toMatchObject([{ succeeded: people }]);
});

afterAll(async () => await n8n?.close());

afterEach(async () => {
	if (workflow) await n8n.session.deactivateWorkflow(workflow.id);
	workflow = undefined;
});

/** Activates a workflow that begins with the trigger, and sends the app's callbacks to it. */
async function activate(
	parameters: INodeParameters,
	{ typeVersion = 1.1, next = [] as INode[] } = {},
): Promise<SavedWorkflow> {
	const trigger = { ...feishuFeedTrigger(credential, parameters), typeVersion };
	const after = node('After', 'n8n-nodes-base.noOp', {});
	workflow = await n8n.session.createWorkflow(chain('Pressed', trigger, after, ...next));
	await n8n.session.activateWorkflow(workflow);
	const isWebhook = parameters.connection === 'webhook';
	await n8n.feishu.changeCallback(appId, {
		encrypt_key: encryptKey,
		...(isWebhook
			? { mode: 'url', url: `${n8n.url}/webhook/${trigger.webhookId}/feishu` }
			: { mode: 'longConnection' }),
	});
	if (!isWebhook) await n8n.seesConnections(1);
	return workflow;
}

async function press(person: string): Promise<Press> {
	return (await n8n.feishu.press({
		user: person,
		biz_id: BIZ_ID,
		app_id: appId,
		button: 0,
	})) as Press;
}

/** The events that have started the workflow, each as often as it did, and what has become of the executions. */
async function startsOf({ id }: SavedWorkflow): Promise<Array<{ event: string; status: string }>> {
	const executionIds = await n8n.session.executionsOf(id);
	return await Promise.all(
		executionIds.map(async (executionId) => {
			const { data, status } = await n8n.session.execution(executionId);
			// Of one that was killed, n8n has what it began with, but not what its nodes gave.
			const [, event = `none in ${executionId}`] =
				/"event_id":"(\w+)"/.exec(JSON.stringify(data)) ?? [];
			return { event, status };
		}),
	);
}

/** Waits until as many presses have started the workflow. @returns the IDs of their events, in order */
async function startedBy(workflow: SavedWorkflow, count: number): Promise<string[]> {
	const started = async () => (await n8n.session.executionsOf(workflow.id)).length;
	await expect.poll(started).toBeGreaterThanOrEqual(count);
	return (await startsOf(workflow)).map(({ event }) => event).sort();
}

function idsOf(events: Press[]): string[] {
	return events.map(({ event_id }) => event_id).sort();
}

/** Prints how long the answers took. @returns how many came later than Feishu waits */
function report(name: string, presses: Press[]): number {
	const times = presses
		.map(
			({ event: { attempts } }) => (attempts[0]?.answeredAt ?? NaN) - (attempts[0]?.sentAt ?? NaN),
		)
		.sort((one, other) => one - other)
		.map(Math.round);
	const late = times.filter((timeMs) => timeMs > FEISHU_WAITS_MS).length;
	const median = times[Math.floor(times.length / 2)];
	process.stdout.write(
		`${name}: ${times.length} presses at once, answered after ${median} ms (median), ${times.at(-1)} ms (slowest); ${late} later than Feishu waits\n`,
	);
	return late;
}

const toast = { content: '已打卡', type: 'success' };
const withToast = { answer: 'toast', toast: { toast } };

/** Everybody presses at once. @returns how many were answered later than Feishu waits */
async function pressAtOnce(
	name: string,
	started: SavedWorkflow,
	toldTo: (person: string) => object[] = () => [toast],
): Promise<number> {
	const presses = await Promise.all(people.map(press));
	presses.forEach(({ toast: told, failure }, index) => {
		expect(failure).toBeUndefined();
		expect(toldTo(people[index] as string)).toContainEqual(told);
	});
	expect(await startedBy(started, PRESSES)).toEqual(idsOf(presses));
	return report(name, presses);
}

describe(`${PRESSES} presses at once start the workflow once each, and each presser is told so`, () => {
	// n8n prepares an isolate for each call of the webhook: on a busy machine, Feishu would not wait for all.
	it('over the webhook', async () => {
		const started = await activate({ connection: 'webhook', ...withToast });
		await pressAtOnce('webhook', started);
	});

	it('over the webhook, when the last node answers', async () => {
		const fallback = { content: '处理中', type: 'info' };
		const tell = node(
			'Tell',
			'n8n-nodes-base.set',
			{ mode: 'raw', jsonOutput: '={{ { toast: "By " + $json.operator.open_id } }}' },
			{ typeVersion: 3.4 },
		);
		const started = await activate(
			{ connection: 'webhook', answer: 'lastNode', fallbackToast: { toast: fallback } },
			{ next: [tell] },
		);
		await pressAtOnce('webhook, the last node answers', started, (person) => [
			{ content: `By ${person}`, type: 'success' },
			fallback,
		]);
	});

	it('over the long connection, within the time that Feishu waits', async () => {
		const started = await activate({ connection: 'longConnection', ...withToast });
		// Takes a tenth of it.
		expect(await pressAtOnce('long connection', started)).toBe(0);
	});
});

describe('n8n that is killed right after it answered', () => {
	const pressers = () => people.slice(0, PRESSES_BEFORE_CRASH);
	const pressAll = async (by: string[]) => await Promise.all(by.map(press));
	const sendCopies = async (presses: Press[]) => {
		for (const { event_id } of presses) {
			expect(await n8n.feishu.sendCopy(event_id)).not.toHaveProperty('failure');
		}
	};
	const reportStarts = async (name: string, started: SavedWorkflow, answered: number) => {
		const starts = await startsOf(started);
		const crashed = starts.filter(({ status }) => status === 'crashed').length;
		process.stdout.write(
			`${name}: killed after ${answered} answers, ${starts.length} executions are there, ${crashed} of them crashed\n`,
		);
	};

	it(`has all ${PRESSES_BEFORE_CRASH} presses over the webhook, and starts nothing for their copies`, async () => {
		const started = await activate({ connection: 'webhook', ...withToast });
		const presses: Press[] = [];
		// Few at a time: on no machine does n8n take so long to store them that the trigger answers before.
		for (let at = 0; at < PRESSES_BEFORE_CRASH; at += 10) {
			presses.push(...(await pressAll(pressers().slice(at, at + 10))));
		}
		await n8n.crash();
		for (const { failure } of presses) expect(failure).toBeUndefined();
		await reportStarts('webhook', started, presses.length);
		expect(await startedBy(started, presses.length)).toEqual(idsOf(presses));
		await sendCopies(presses);
		const afterwards = await press(people[0] as string);
		expect(await startedBy(started, presses.length + 1)).toEqual(idsOf([...presses, afterwards]));
	});

	it('has all presses over the long connection that it had stored, and starts none twice', async () => {
		const started = await activate({ connection: 'longConnection', ...withToast });
		const stored = await pressAll(pressers().slice(0, 10));
		await startedBy(started, stored.length);
		// n8n does not say when it has stored these: they are answered before, if it takes longer than 0.3 seconds.
		const last = await pressAll(pressers().slice(10));
		await n8n.crash();
		await n8n.seesConnections(1);
		for (const { failure } of [...stored, ...last]) expect(failure).toBeUndefined();
		await reportStarts('long connection', started, stored.length + last.length);
		await sendCopies([...stored, ...last]);
		const afterwards = await press(people[0] as string);
		await expect
			.poll(async () => (await startsOf(started)).map(({ event }) => event))
			.toContain(afterwards.event_id);
		const starts = (await startsOf(started)).map(({ event }) => event);
		expect(new Set(starts).size).toBe(starts.length);
		expect(starts).toEqual(expect.arrayContaining(idsOf(stored)));
		expect(idsOf([...stored, ...last, afterwards])).toEqual(expect.arrayContaining(starts));
	});
});

describe(`${PRESSES} presses at once, in an n8n that prepares isolates only for expressions`, () => {
	beforeAll(async () => await n8n.restart({ N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' }));

	it('are answered over the webhook within the time that Feishu waits', async () => {
		const started = await activate({ connection: 'webhook', ...withToast });
		// Takes a third of it at most, also on a busy machine.
		expect(await pressAtOnce('webhook, isolates for expressions only', started)).toBe(0);
	});

	it('start the workflow once each over the webhook of version 1, for which n8n evaluates an expression', async () => {
		const started = await activate({ connection: 'webhook', ...withToast }, { typeVersion: 1 });
		await pressAtOnce('webhook of version 1, isolates for expressions only', started);
	});
});
