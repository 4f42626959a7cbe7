import { cpus } from 'node:os';
import { execFileSync } from 'node:child_process';
import prettier from 'prettier';

import { httpRequestNode, nodeForMeasured } from './paths';
import { TITLES } from './recipients/plan';
import type { PressFigures, PressRow } from './press/pressToStart';
import { PRESS_TITLES } from './press/ways';
import { expressionEngine } from './recipients/runCells';
import type { Row } from './recipients/runCells';
import type { SharedLimit } from './processes/shareLimit';
import type { Target } from './targets';

/** All that a run has measured. */
export interface Results {
	rows: Row[];
	shared?: SharedLimit;
	presses?: PressFigures;
	targets: Target[];
	/** What was typed to get them. */
	command: string;
	startedAt: Date;
	/** Processes that wanted a core in the minute before. */
	load: number;
	seconds: number;
}

/** The page of results, with its tables aligned as the repository's are. */
export async function resultsPage(results: Results): Promise<string> {
	const { rows, shared, presses, targets, command, startedAt, load, seconds } = results;
	return await prettier.format(
		[
			'# Benchmark',
			`Measured by \`${command}\` on ${startedAt.toISOString().slice(0, 10)}, in ${(seconds / 60).toFixed(1)} minutes, on ${machine()}. The machine's load was ${load.toFixed(1)} when it began.`,
			...(rows.length > 0
				? [
						'Each row sends one app feed card to that many people, on a sandbox Feishu that runs on the same machine, in a process of its own.',
					]
				: []),
			...(targets.length > 0 ? ['## Targets', targetTable(targets)] : []),
			...groupsOf(rows).flatMap((group) => [`## ${titleOf(group[0]!)}`, rowTable(group)]),
			...(shared ? ['## Processes that share an app', sharedTable(shared)] : []),
			...(presses ? [`## ${PRESSES_TITLE}`, pressTable(presses.rows)] : []),
			'## How it is measured',
			method(results),
		].join('\n\n'),
		{ parser: 'markdown' },
	);
}

function machine(): string {
	const processors = cpus();
	const node = execFileSync(nodeForMeasured, ['--version'], { encoding: 'utf8' }).trim();
	const engine = expressionEngine === 'vm' ? '' : ' and with its legacy engine for expressions';
	return `${processors.length} cores of ${processors[0]!.model.trim()}, with n8n on Node ${node.slice(1)}${engine}`;
}

const PRESSES_TITLE = 'From a press on a button to the start of a workflow';

function groupsOf(rows: Row[]): Row[][] {
	const groups = new Map<string, Row[]>();
	for (const row of rows) {
		const title = titleOf(row);
		groups.set(title, [...(groups.get(title) ?? []), row]);
	}
	return [...groups.values()];
}

function titleOf({ conditions: { limited, latency } }: Row): string {
	return `Limit ${limited ? 'on (10 calls a second)' : 'off'}, ${latency} ms of latency`;
}

function rowTable(rows: Row[]): string {
	const axios = (row: Row) =>
		rows.find(
			({ contender, conditions }) =>
				contender === 'axiosLoop' && conditions.recipients === row.conditions.recipients,
		);
	const cells = rows.map((row) => {
		const { contender, conditions, figures } = row;
		const isExtrapolated = row.measuredRecipients < conditions.recipients;
		const about = (text: string) => (isExtrapolated ? `≈ ${text}` : text);
		const isEmpty = contender === 'emptyNode' || contender === 'emptyNodeItems';
		const reference = axios(row)?.figures.cpuSeconds;
		return [
			count(conditions.recipients),
			TITLES[contender] + (isExtrapolated ? ` [measured on ${count(row.measuredRecipients)}]` : ''),
			isEmpty ? '–' : about(count(figures.calls)),
			about(duration(figures.seconds)),
			about(`${figures.cpuSeconds.toFixed(2)} s`),
			reference === undefined ? '–' : about((figures.cpuSeconds / reference).toFixed(2)),
			isExtrapolated ? '–' : `${(figures.peakMemory / 1e6).toFixed(0)} MB`,
			isEmpty ? '–' : about(count(Math.round(conditions.recipients / figures.seconds))),
			isEmpty ? '–' : about(count(figures.refused)),
			isEmpty ? '–' : about(count(conditions.recipients - figures.reached)),
		];
	});
	return table(
		[
			'Recipients',
			'Way',
			'API calls',
			'Wall time',
			'CPU time',
			'CPU ÷ axios',
			'Peak memory',
			'Recipients a second',
			'Refused calls',
			'Not reached',
		],
		cells,
		[1],
	);
}

function targetTable(targets: Target[]): string {
	const cells = targets.map(({ promise, measured, isMet }) => [
		promise,
		measured,
		isMet ? 'yes' : '**no**',
	]);
	return table(['Target', 'Measured', 'Met'], cells, [0, 1, 2]);
}

function sharedTable(shared: SharedLimit): string {
	return table(
		['', ''],
		[
			['Processes', String(shared.processes)],
			['Recipients', count(shared.recipients)],
			['Calls', count(shared.calls)],
			['of these refused by Feishu, and made again', count(shared.refused)],
			[
				'Limit used while all run',
				`${(shared.shareWhileAll * 100).toFixed(1)} % (${shared.whileAll.toFixed(0)} s)`,
			],
			[
				'Limit used from first start to last end',
				`${(shared.shareInAll * 100).toFixed(1)} % (${shared.inAll.toFixed(0)} s)`,
			],
			['People without the card', count(shared.lost)],
			['People with the card twice', count(shared.doubled)],
		],
		[0],
	);
}

function pressTable(rows: PressRow[]): string {
	const cells = rows.map((row) => {
		const webhookNode = rows.find(
			({ way, atOnce }) => way === 'webhookNode' && atOnce === row.atOnce,
		) as PressRow;
		return [
			PRESS_TITLES[row.way],
			row.atOnce === 1 ? '1' : `${row.atOnce} at once`,
			count(row.presses),
			milliseconds(row.median),
			milliseconds(row.percentile95),
			(row.median / webhookNode.median).toFixed(2),
			row.answered === undefined ? '–' : milliseconds(row.answered),
			count(row.unanswered),
		];
	});
	return table(
		[
			'Way',
			'Presses',
			'In all',
			'Started after',
			'95 % started after',
			'÷ Webhook node',
			'Answered after',
			'Not within 3 s',
		],
		cells,
		[0],
	);
}

function method({ rows, shared, presses }: Results): string {
	const has = (fits: (row: Row) => boolean, line: string) => (rows.some(fits) ? [line] : []);
	const ofRows = [
		'Each row is a process of its own. CPU time (user and system, all threads) and wall time are those of the job, without the start of the process. Peak memory is that of the whole process from its start, and includes garbage that Node has not collected yet.',
		'Each first makes 100 calls that are not measured (1 at the limit): n8n runs for weeks, and its code is compiled by then.',
		'Nodes run in the engine of n8n (n8n-core), as compiled JavaScript, without its database and editor. "1 item" holds all recipients in a list; "1 item each" is an item for each recipient, whom an expression names ({{ $json.… }}). For the other ways, n8n evaluates the expression; our node reads the field itself.',
		'Without the limit, our node, the axios loop and the SDK have 20 calls under way at once, which is our node\'s default; our node\'s "Calls per Second" is set to its maximum. The HTTP Request node has its default settings, with which it makes all calls at once.',
		'At the limit, our node has its default settings. The axios loop and the SDK make a call every 100 ms, and the HTTP Request node has its batching set to 10 items a second. These three do not retry a refused call: the last column counts the people whom they did not reach.',
		...has(
			({ contender }) => contender === 'n8nRequests',
			'"Least node" has n8n evaluate the same expressions, and sends the same batches in a plain loop over the function that n8n gives nodes for requests, without checks, pacing, retries and output. It shows what n8n itself takes, whatever the node. That function opens a connection for each call, while axios on its own keeps connections open.',
		),
		...has(
			({ contender }) => contender === 'emptyNode',
			'"Empty node" only passes the same items on. It shows what n8n takes for them.',
		),
		...has(
			({ times }) => times > 1,
			'Short runs are made 3 times, in turns; the table shows the median.',
		),
		...has(
			({ conditions }) => conditions.limited,
			'At the limit, the ways mostly wait, so they run at the same time, each on a sandbox of its own. Those with an item for each recipient run separately from the others.',
		),
		...has(
			(row) => row.measuredRecipients < row.conditions.recipients,
			'≈ marks figures that were measured with the number of recipients in brackets, and multiplied. At the limit, single calls for 100,000 people take nearly three hours; without it, the HTTP Request node would open more connections than a machine has.',
		),
		...has(
			({ conditions }) => conditions.recipients > 10_000 && conditions.latency > 0,
			'With 100,000 recipients, "1 item each" is measured only without limit and latency: n8n first evaluates the expressions of 100,000 items, whatever follows.',
		),
		...(httpRequestNode === undefined && rows.length > 0
			? [
					"**n8n's HTTP Request node and the presses are missing: sandbox/n8n is not installed (`npm run install:n8n`).**",
				]
			: []),
	];
	const ofShared = [
		`The processes that share an app each send ${count(shared?.callsOfEach ?? 0)} calls at the limit, with 200 ms of latency; they do not know of each other. Afterwards, everybody's cards are counted.`,
	];
	const lines = [
		...(rows.length > 0 ? ofRows : []),
		...(shared ? ofShared : []),
		...(presses ? ofPresses(presses) : []),
	];
	return lines.map((line) => `- ${line}`).join('\n');
}

function ofPresses({ warmUp }: PressFigures): string[] {
	return [
		'A press is timed from when Feishu sends it, or when the Webhook node is called, to when the first node of the workflow that it starts, an HTTP Request, calls a server. All of these are in one process, so that one clock takes all times. n8n is in another, with its own settings (SQLite) and the packed nodes installed. Times are medians, except those for 95 %.',
		'Over the webhook, presses are encrypted and signed, and the trigger checks that. The Webhook node gets the same number of bytes and checks nothing.',
		'Before n8n asks the node of a webhook, it prepares an isolate, in which it evaluates expressions. Only its own Webhook node is spared that, if it has no expression. The second row gives it one, and shows what n8n takes for a webhook of any other node.',
		'Feishu waits 3 seconds for the answer, then hangs up. A press that n8n has read by that time starts its workflow anyway.',
		`Presses come one after the other, or several at once. The ways take turns, with a pause in which n8n saves its executions. The first ${count(warmUp)} presses of each way are not measured. The trigger remembers up to 500 presses, which n8n stores again with each press.`,
	];
}

function table(headings: string[], rows: string[][], left: number[]): string {
	const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
	const rule = headings.map((_, column) => (left.includes(column) ? '---' : '---:'));
	return [line(headings), line(rule), ...rows.map(line)].join('\n');
}

function count(value: number): string {
	return value.toLocaleString('en');
}

function milliseconds(value: number): string {
	return value === Infinity ? 'never' : `${value.toFixed(1)} ms`;
}

function duration(seconds: number): string {
	if (seconds >= 600) return `${(seconds / 60).toFixed(0)} min`;
	return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
}
