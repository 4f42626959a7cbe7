import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { INode, INodeParameters } from 'n8n-workflow';

import { SEEDED_APPS, TENANT_KEY } from '../../sandbox/feishu/src';
import { ownerAccountOf } from '../../sandbox/n8n/src';
import type { SavedCredential } from '../../sandbox/n8n/src';
import { launchChromium } from '../../test/helpers/e2e/browser';
import { N8nEditor } from '../../test/helpers/e2e/N8nEditor';
import { RealN8n } from '../../test/helpers/e2e/RealN8n';
import { chain, feishuFeed, manualTrigger, node } from '../../test/helpers/e2e/workflows';
import { buildIfStale } from '../buildIfStale';
import { atMost, count, median, milliseconds, table } from '../section';
import type { Report, Section, Target } from '../section';
import { savedBytes } from './savedBytes';

/** How many people get the card, and how often each execution is opened. */
interface Plan {
	recipients: number;
	openings: number;
}

const FULL: Plan = { recipients: 100_000, openings: 3 };
const QUICK: Plan = { recipients: 10_000, openings: 3 };

/** Where the recipients come from. */
type Source = 'one' | 'item' | 'department';

const SOURCES: Record<Source, string> = {
	one: '1 ID of the input item',
	item: 'IDs of the input item',
	department: 'members of a department',
};

/** Seconds that an execution may take. */
const MOST_SECONDS = 1_800;
/** Bytes of the short output that nobody was left out of: names and counts. */
const MOST_SHORT_BYTES = 500;

/** What n8n keeps of an execution. */
interface KeptRow {
	source: Source;
	recipients: number;
	shortOutput: boolean;
	executionId: string;
	/** The name of the node, which no other execution has. */
	nodeName: string;
	/** Bytes of the node's output as JSON. */
	outputBytes: number;
	/** Bytes in n8n's database. */
	savedBytes: number;
}

/** Milliseconds of each opening. */
interface Openings {
	/** The editor's call for the execution. */
	fetched: number[];
	/** From the click on the execution in the list until its canvas shows the node as done. */
	shown: number[];
}

/**
 * Measures what n8n keeps of executions that reach many people, and how long its editor takes to open them: a real n8n
 * with its own settings (SQLite), the packed nodes, and a real browser.
 *
 * @throws {Error} when an execution does not reach everybody
 */
export async function measureKept(
	{ quick }: { quick: boolean },
	report: Report,
): Promise<Section[]> {
	const { recipients, openings } = quick ? QUICK : FULL;
	await buildIfStale(report);
	report('Starting n8n');
	const n8n = await RealN8n.start({ N8N_LOG_LEVEL: 'info' }, { people: recipients });
	const lists = new ListServer();
	try {
		await n8n.feishu.changeSettings({
			rateLimiting: { enabled: false },
			recording: { requests: false, effects: false },
		});
		const people = await n8n.feishu.people({
			tenant_key: TENANT_KEY,
			limit: recipients,
			fields: ['open_id'],
		});
		const ids = people.map(({ open_id }) => open_id);
		const executor = await Executor.prepare(n8n, await lists.listen());
		const execute = async (source: Source, shortOutput: boolean) => {
			const list = source === 'one' ? ids.slice(0, 1) : ids;
			const form = shortOutput ? 'short output' : 'everybody listed';
			report(`${count(list.length)} recipients, ${SOURCES[source]}, ${form}`);
			lists.list = list;
			return await executor.execute(source, list.length, shortOutput);
		};
		const rows = [await execute('one', false)];
		for (const source of ['item', 'department'] as const) {
			for (const shortOutput of [false, true]) rows.push(await execute(source, shortOutput));
		}
		const last = await execute('one', true);
		report(`Opening each execution ${openings} times`);
		const times = await openInTurns(n8n, executor.workflowId, rows, last, openings);
		return [
			{
				title: 'What n8n keeps of an execution',
				tables: [keptTable(rows, times)],
				method: METHOD,
				targets: targetsOf(rows, times),
			},
		];
	} finally {
		lists.close();
		await n8n.close();
	}
}

/** A server that gives the recipients to the workflow, as a database or a table would. */
class ListServer {
	list: string[] = [];
	private readonly server = createServer((_, response) => {
		response.setHeader('content-type', 'application/json').end(JSON.stringify({ to: this.list }));
	});

	/** Listens on a free port. @returns the address */
	async listen(): Promise<string> {
		this.server.listen(0, '127.0.0.1');
		await once(this.server, 'listening');
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
	}

	/** Stops listening, if it has begun to. */
	close(): void {
		this.server.closeAllConnections();
		this.server.close();
	}
}

/** Executes one workflow in several forms, so that all executions stand in one list. */
class Executor {
	private constructor(
		private readonly n8n: RealN8n,
		private readonly listUrl: string,
		private readonly credential: SavedCredential,
		readonly workflowId: string,
	) {}

	static async prepare(n8n: RealN8n, listUrl: string): Promise<Executor> {
		const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.custom;
		const credential = await n8n.createCredential('Feishu', { appId, appSecret });
		const { id } = await n8n.session.createWorkflow(chain('Announcement', manualTrigger()));
		return new Executor(n8n, listUrl, credential, id as string);
	}

	async execute(source: Source, recipients: number, shortOutput: boolean): Promise<KeptRow> {
		const nodeName = `Feishu Feed, ${source}${shortOutput ? ', short' : ''}`;
		const feed = this.feishuFeed(nodeName, source, shortOutput);
		const list = node(
			'List',
			'n8n-nodes-base.httpRequest',
			{ url: this.listUrl },
			{ typeVersion: 4.2 },
		);
		const nodes: INode[] =
			source === 'department' ? [manualTrigger(), feed] : [manualTrigger(), list, feed];
		const workflow = await this.n8n.session.updateWorkflow(
			this.workflowId,
			chain('Announcement', ...nodes),
		);
		const run = await this.n8n.runSaved(workflow, MOST_SECONDS);
		const [output] = run.itemsOf(nodeName);
		const reached = shortOutput
			? output?.succeeded_count
			: (output?.succeeded as string[] | undefined)?.length;
		if (reached !== recipients) {
			const reason = run.errorMessage(nodeName) ?? run.errorMessage() ?? run.status;
			throw new Error(`${nodeName} reached ${String(reached)} of ${recipients}: ${reason}`);
		}
		return {
			source,
			recipients,
			shortOutput,
			executionId: run.id,
			nodeName,
			outputBytes: Buffer.byteLength(JSON.stringify(output)),
			savedBytes: await savedBytes(this.n8n.userFolder, run.id),
		};
	}

	private feishuFeed(name: string, source: Source, shortOutput: boolean): INode {
		const recipients: INodeParameters =
			source === 'department'
				? {
						recipientsBy: 'department',
						recipientDepartment: { __rl: true, mode: 'id', value: '0' },
						includeSubdepartments: true,
					}
				: { recipientsBy: 'id', userIds: '={{ $json.to }}' };
		return feishuFeed(
			name,
			this.credential,
			{
				resource: 'appFeedCard',
				operation: 'create',
				...recipients,
				title: '食堂今天 14:00 关门',
				link: 'https://example.com/canteen',
				options: { shortOutput, callsPerSecond: 10_000 },
			},
			{ typeVersion: 1.1 },
		);
	}
}

/**
 * Opens the executions one after the other, each so often; by row, the time of each opening.
 *
 * @param last the execution that the editor opens by itself, with the list
 */
async function openInTurns(
	n8n: RealN8n,
	workflowId: string,
	rows: KeptRow[],
	last: KeptRow,
	openings: number,
): Promise<Map<KeptRow, Openings>> {
	const times = new Map(rows.map((row): [KeptRow, Openings] => [row, { fetched: [], shown: [] }]));
	const browser = await launchChromium();
	try {
		const editor = await N8nEditor.signIn(browser, n8n.url, ownerAccountOf(n8n.userFolder));
		for (let opening = 0; opening < openings; opening++) {
			for (const row of rows) {
				// The editor keeps what it has fetched until its page is loaded again.
				await editor.openExecutions(workflowId, last.nodeName);
				const { fetchedMs, shownMs } = await editor.openExecution(row.executionId, row.nodeName);
				times.get(row)?.fetched.push(fetchedMs);
				times.get(row)?.shown.push(shownMs);
			}
		}
		return times;
	} finally {
		await browser.close();
	}
}

function keptTable(rows: KeptRow[], times: Map<KeptRow, Openings>): string {
	const cells = rows.map((row) => {
		const { fetched, shown } = times.get(row)!;
		return [
			count(row.recipients),
			SOURCES[row.source],
			row.shortOutput ? 'short' : 'everybody',
			kilobytes(row.outputBytes),
			kilobytes(row.savedBytes),
			milliseconds(median(fetched)),
			milliseconds(median(shown)),
		];
	});
	return table(
		['Recipients', 'From', 'Output', 'Its size', 'Saved by n8n', 'Fetched in', 'Shown after'],
		cells,
		[1, 2],
	);
}

function kilobytes(bytes: number): string {
	const value = bytes / 1_000;
	return `${value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 })} kB`;
}

const METHOD = [
	"A workflow in a real n8n, with its own settings (SQLite) and the packed nodes, sends a card to that many people. The sandbox's rate limit is off, which changes nothing of what is kept.",
	'"IDs of the input item" come from an HTTP Request node as one list, which n8n saves, too. It saves equal texts of an execution once: where an ID stands in the input, the output only points to it. The members of a department are looked up by the node, with their names, and nothing of them comes in.',
	'"Its size" is that of the node\'s output as JSON. "Saved by n8n" is what the database holds of the execution: the data of all nodes, and the workflow.',
	'The executions are opened in Chromium, in turns, with a click in the workflow\'s list of executions. "Fetched in" is the editor\'s own call for the execution, "Shown after" the time from the click until its canvas shows the node as done. Both are medians. Before each opening the page is loaded anew, with a small execution, since the editor keeps what it has fetched.',
];

function targetsOf(rows: KeptRow[], times: Map<KeptRow, Openings>): Target[] {
	const find = (source: Source, shortOutput: boolean) =>
		rows.find((row) => row.source === source && row.shortOutput === shortOutput)!;
	const one = find('one', false);
	const short = find('department', true);
	const { recipients } = short;
	const name = `${count(recipients)} members of a department, short output`;
	const shown = (row: KeptRow) => median(times.get(row)!.shown);
	const largest = Math.max(...rows.flatMap((row) => (row.shortOutput ? row.outputBytes : [])));
	return [
		{
			promise: `${count(recipients)} recipients: the short output has at most ${MOST_SHORT_BYTES} bytes`,
			measured: `${largest} bytes`,
			isMet: largest <= MOST_SHORT_BYTES,
		},
		atMost(`${name}: n8n saves, against 1 recipient,`, short.savedBytes / one.savedBytes, 1.1),
		atMost(
			`${name}: the editor shows it, against everybody listed, after`,
			shown(short) / shown(find('department', false)),
			0.25,
		),
	];
}
