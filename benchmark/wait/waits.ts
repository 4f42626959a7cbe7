import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import axios from 'axios';
import type { INode } from 'n8n-workflow';

import { TENANT_KEY } from '../../sandbox/feishu/src/apps';
import { Clock } from '../../sandbox/feishu/src/clock';
import type { SavedCredential, SavedWorkflow } from '../../sandbox/n8n/src';
import { expect } from '../../test/helpers/e2e/expect';
import { RealN8n } from '../../test/helpers/e2e/RealN8n';
import { chain, feishuFeed, feishuFeedTrigger, node } from '../../test/helpers/e2e/workflows';
import { buildIfStale } from '../buildIfStale';
import type { Options } from '../options';
import { ISOLATES } from '../press/isolates';
import type { Isolates } from '../press/isolates';
import { APP_ID, createPressedAppCredential, ENCRYPT_KEY, webhookNode } from '../press/pressedApp';
import { StartReceiver } from '../press/StartReceiver';
import { atMost, count, median, milliseconds, percentile, table } from '../section';
import type { Report, Section } from '../section';

const WAY_TITLES = {
	waitNode: "n8n's Wait node, resumed by its webhook",
	webhook: 'Send and Wait, pressed over the webhook',
	longConnection: 'Send and Wait, pressed over the long connection',
};
type WayName = keyof typeof WAY_TITLES;
const WAY_NAMES = Object.keys(WAY_TITLES) as WayName[];

/** Waits of each way: not measured at first, then measured. */
const FULL = { warmUp: 5, waits: 25 };
const QUICK = { warmUp: 3, waits: 10 };

/** Milliseconds between an execution's falling asleep and the press, for n8n to save it. */
const PAUSE_MS = 300;

/** How long executions took that were resumed one way. */
interface WaitRow {
	isolates: Isolates;
	way: WayName;
	/** Milliseconds from the press to the first call of the node after the wait. */
	times: number[];
}

/** A wait that can be ended. */
interface OpenWait {
	/** What the node after the wait calls the receiver with. */
	id: string;
	/** Presses, or calls the Wait node's address. @returns when, in milliseconds since 1970 */
	end: () => Promise<number>;
}

/**
 * Measures the time from a press on the card of a waiting execution to the start of the next node, in a real n8n with
 * the packed nodes, against n8n's Wait node that is resumed by its webhook.
 */
export async function measureWaits({ quick }: Options, report: Report): Promise<Section[]> {
	const { warmUp, waits } = quick ? QUICK : FULL;
	await buildIfStale(report);
	const receiver = new StartReceiver();
	const receiverUrl = await receiver.listen();
	const n8n = await RealN8n.start({ N8N_LOG_LEVEL: 'info' });
	const rows: WaitRow[] = [];
	try {
		const waiting = await Waiting.prepare(n8n, receiverUrl);
		for (const isolates of ISOLATES) {
			if (isolates.environment !== undefined) await n8n.restart(isolates.environment);
			const ofIsolates = WAY_NAMES.map((way): WaitRow => ({ isolates, way, times: [] }));
			report(`${waits} waits of each way, isolates ${isolates.title}`);
			for (let turn = -warmUp; turn < waits; turn++) {
				for (const row of turn % 2 === 0 ? ofIsolates : [...ofIsolates].reverse()) {
					const { id, end } = await waiting.open(row.way);
					await sleep(PAUSE_MS);
					const endedAt = await end();
					const time = (await receiver.startOf(id)) - endedAt;
					if (turn >= 0) row.times.push(time);
				}
			}
			rows.push(...ofIsolates);
		}
		if (receiver.doubled > 0) throw new Error(`${receiver.doubled} waits ended twice`);
	} finally {
		await n8n.close();
		await receiver.close();
	}
	return [
		{
			title: 'From a press to the node after Send and Wait',
			tables: [waitTable(rows)],
			method: [
				'An execution sleeps, then is woken up by a press, or by a call of the address of the Wait node. The time is that from the press to when the next node, an HTTP Request, calls a server. One clock takes all times; n8n has its own settings (SQLite), and the packed nodes installed.',
				`The ways take turns, with one wait at a time. The first ${warmUp} of each are not measured.`,
				'The Wait node is called directly. A press comes to the trigger, which calls the address of the waiting execution; that one ends the cards, and wakes up the workflow that the user sees. The trigger and the waiting execution each read the credential once a minute, for which n8n prepares an isolate: most waits that are measured do without.',
			],
			targets: rows
				.filter(({ way }) => way !== 'waitNode')
				.map((row) =>
					atMost(
						`${WAY_TITLES[row.way]}, isolates ${row.isolates.title}: next node against the Wait node`,
						againstWaitNode(rows, row),
						1.5,
					),
				),
		},
	];
}

function waitTable(rows: WaitRow[]): string {
	return table(
		['n8n prepares isolates', 'Way', 'Waits', 'Next node after', '95 % after', '÷ Wait node'],
		rows.map((row) => [
			row.isolates.title,
			WAY_TITLES[row.way],
			count(row.times.length),
			milliseconds(median(row.times)),
			milliseconds(percentile(row.times, 0.95)),
			againstWaitNode(rows, row).toFixed(2),
		]),
		[0, 1],
	);
}

function againstWaitNode(rows: WaitRow[], row: WaitRow): number {
	const ofWaitNode = rows.find(
		({ isolates, way }) => isolates === row.isolates && way === 'waitNode',
	)!;
	return median(row.times) / median(ofWaitNode.times);
}

/** Two workflows that wait, and the triggers that receive the presses. */
class Waiting {
	private readonly clock = new Clock();

	private constructor(
		private readonly n8n: RealN8n,
		private readonly person: string,
		/** Where each workflow is started, and which it is. */
		private readonly asked: { url: string; workflow: SavedWorkflow },
		private readonly slept: { url: string },
		private readonly callbackUrl: string,
	) {}

	static async prepare(n8n: RealN8n, receiverUrl: string): Promise<Waiting> {
		const { feishu, session } = n8n;
		const credential = await createPressedAppCredential(n8n);
		const [person] = await feishu.people({ tenant_key: TENANT_KEY, limit: 1 });
		const call = (id: string) =>
			node(
				'Call',
				'n8n-nodes-base.httpRequest',
				{ url: `=${receiverUrl}{{ ${id} }}` },
				{ typeVersion: 4.2 },
			);
		const activate = async (name: string, ...nodes: INode[]) => {
			const workflow = await session.createWorkflow(chain(name, ...nodes));
			await session.activateWorkflow(workflow);
			return workflow;
		};
		const start = webhookNode('Start', { responseMode: 'onReceived' });
		const workflow = await activate(
			'Asked',
			start.node,
			question(credential, person!.open_id),
			call('$json.biz_id'),
		);
		const startSleeping = webhookNode('Start', { responseMode: 'responseNode' });
		await activate(
			'Slept',
			startSleeping.node,
			node(
				'Tell',
				'n8n-nodes-base.respondToWebhook',
				{ respondWith: 'text', responseBody: '={{ $execution.resumeUrl }}' },
				{ typeVersion: 1.4 },
			),
			node(
				'Wait',
				'n8n-nodes-base.wait',
				{ resume: 'webhook', httpMethod: 'POST', options: {} },
				{ typeVersion: 1.1, webhookId: randomUUID() },
			),
			call("$('Start').first().json.body.id"),
		);
		const overWebhook = feishuFeedTrigger(credential, { connection: 'webhook' });
		await activate('Webhook', overWebhook, node('After', 'n8n-nodes-base.noOp', {}));
		await activate(
			'Long connection',
			feishuFeedTrigger(credential, { connection: 'longConnection' }),
			node('After', 'n8n-nodes-base.noOp', {}),
		);
		return new Waiting(
			n8n,
			person!.open_id,
			{ url: `${n8n.url}/webhook/${start.path}`, workflow },
			{ url: `${n8n.url}/webhook/${startSleeping.path}` },
			`${n8n.url}/webhook/${overWebhook.webhookId}/feishu`,
		);
	}

	/** Starts an execution, and returns when it sleeps. */
	async open(way: WayName): Promise<OpenWait> {
		const id = randomUUID();
		return way === 'waitNode' ? await this.openWaitNode(id) : await this.openQuestion(way, id);
	}

	private async openWaitNode(id: string): Promise<OpenWait> {
		const { data: resumeUrl } = await axios.post<string>(this.slept.url, { id });
		return {
			id,
			end: async () => {
				const endedAt = this.clock.now();
				await axios.post(resumeUrl);
				return endedAt;
			},
		};
	}

	private async openQuestion(way: Exclude<WayName, 'waitNode'>, id: string): Promise<OpenWait> {
		const { feishu, session } = this.n8n;
		await feishu.changeCallback(
			APP_ID,
			way === 'webhook'
				? { mode: 'url', url: this.callbackUrl, encrypt_key: ENCRYPT_KEY }
				: { mode: 'longConnection' },
		);
		const before = new Set(await session.executionsOf(this.asked.workflow.id));
		await axios.post(this.asked.url, { id });
		await expect
			.poll(async () => {
				const executions = await session.executionsOf(this.asked.workflow.id);
				const started = executions.find((each) => !before.has(each));
				return started && (await session.execution(started)).status;
			})
			.toBe('waiting');
		return {
			id,
			end: async () => {
				const pressed = await feishu.press({
					user: this.person,
					biz_id: id,
					app_id: APP_ID,
					button: 0,
				});
				if (pressed.action_type !== 'webhook') throw new Error('The button opens a page');
				const [attempt] = pressed.event.attempts;
				if (attempt === undefined || pressed.toast?.type !== 'success')
					throw new Error(`The press was told ${JSON.stringify(pressed.toast)}`);
				return attempt.sentAt;
			},
		};
	}
}

function question(credential: SavedCredential, person: string): INode {
	return feishuFeed(
		'Ask',
		credential,
		{
			resource: 'appFeedCard',
			operation: 'sendAndWait',
			userIds: person,
			title: '请假申请 Leave request',
			link: 'https://example.com/leave',
			bizId: '={{ $json.body.id }}',
		},
		{ typeVersion: 1 },
	);
}
