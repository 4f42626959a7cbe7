import { httpRequestNode } from '../paths';
import type { Conditions, ContenderName, Figures } from '../measurement';
import type { Options } from '../options';
import { atMost, count, megabytes, table } from '../section';
import type { Report, Section, Target } from '../section';
import { cellsFor, TIMES, TITLES } from './plan';
import { runInTurn, runTogether } from './runCells';
import type { Row } from './runCells';

/** What is measured without Feishu's limit, where the machine decides. */
const FREE_SIZES = { full: [10_000, 100_000], quick: [10_000] };
/** What is measured at the limit: enough for some fifty seconds. */
const SIZE_AT_LIMIT = 10_000;
/** Milliseconds, as a real Feishu may take. */
const LATENCY_AT_LIMIT = 200;

/** Sends one card to many people in several ways, without Feishu's limit and at it. */
export async function measureRecipients(options: Options, report: Report): Promise<Section[]> {
	const { quick } = options;
	const plan = (conditions: Conditions) =>
		cellsFor(conditions, { withHttpRequest: httpRequestNode !== undefined, quick });
	const free: Row[] = [];
	for (const recipients of options.recipients ?? FREE_SIZES[quick ? 'quick' : 'full']) {
		const cells = plan({ limited: false, latency: 0, recipients });
		free.push(...(await runInTurn(cells, report)));
	}
	const cells = plan({ limited: true, latency: LATENCY_AT_LIMIT, recipients: SIZE_AT_LIMIT });
	const limited = await runTogether(cells, report);
	return [freeSection(free), limitedSection(limited)];
}

function freeSection(rows: Row[]): Section {
	return {
		title: 'One card for many people, without the limit',
		tables: [rowTable(rows)],
		method: [
			'Each row sends one app feed card to that many people, on a sandbox Feishu that runs on the same machine, in a process of its own.',
			'Each row is a process of its own. CPU time (user and system, all threads) and wall time are those of the job, without the start of the process. Peak memory is that of the whole process from its start, and includes garbage that Node has not collected yet.',
			'Each first makes 100 calls that are not measured: n8n runs for weeks, and its code is compiled by then.',
			'Nodes run in the engine of n8n (n8n-core), as compiled JavaScript, without its database and editor. "1 item" holds all recipients in a list; "1 item each" is an item for each recipient, whom an expression names ({{ $json.… }}).',
			'"Least node" has n8n evaluate the same expression, and sends the same batches in a plain loop over the function that n8n gives nodes for requests, without checks, pacing, retries and output. It shows what n8n itself takes, whatever the node. That function opens a connection for each call, while axios on its own keeps connections open.',
			'Our node, the axios loop and the SDK have 20 calls under way at once, which is our node\'s default; our node\'s "Calls per Second" is set to its maximum. The HTTP Request node has its default settings, with which it makes all calls at once; for 100,000 people, it would open more connections than a machine has.',
			`Rows are measured ${TIMES} times, in turns, except that of the HTTP Request node; the table shows the median.`,
		],
		targets: [
			...callTargets(rows),
			...leastNodeTargets(rows),
			...growthTargets(rows),
			...lookUpTargets(rows),
		],
	};
}

function limitedSection(rows: Row[]): Section {
	return {
		title: 'One card for many people, at the limit of 10 calls a second',
		tables: [limitedTable(rows)],
		method: [
			'Feishu takes 200 ms for each call. All ways have their default settings and run at the same time, each on a sandbox of its own, since they mostly wait. The axios loop makes a call every 100 ms, and does not retry a refused one: the last column counts the people whom it did not reach.',
		],
		targets: paceTargets(rows),
	};
}

function rowTable(rows: Row[]): string {
	const cells = rows.map((row) => {
		const { contender, conditions, figures } = row;
		const against = (other: ContenderName, name: 'cpuSeconds' | 'peakMemory') =>
			(figures[name] / figuresOf(rows, other, conditions.recipients)![name]).toFixed(2);
		return [
			count(conditions.recipients),
			TITLES[contender],
			count(figures.calls),
			seconds(figures.seconds),
			seconds(figures.cpuSeconds),
			against('leastNode', 'cpuSeconds'),
			against('axiosLoop', 'cpuSeconds'),
			against('officialSdk', 'cpuSeconds'),
			megabytes(figures.peakMemory),
			against('leastNode', 'peakMemory'),
			count(Math.round(conditions.recipients / figures.seconds)),
		];
	});
	return table(
		[
			'Recipients',
			'Way',
			'API calls',
			'Wall time',
			'CPU time',
			'÷ least node',
			'÷ axios',
			'÷ SDK',
			'Peak memory',
			'÷ least node',
			'Recipients a second',
		],
		cells,
		[1],
	);
}

function limitedTable(rows: Row[]): string {
	const cells = rows.map(({ contender, conditions, figures }) => [
		count(conditions.recipients),
		TITLES[contender],
		count(figures.calls),
		seconds(figures.seconds),
		paceOf(figures).toFixed(2),
		count(figures.refused),
		count(conditions.recipients - figures.reached),
	]);
	return table(
		[
			'Recipients',
			'Way',
			'API calls',
			'Wall time',
			'Accepted a second',
			'Refused calls',
			'Not reached',
		],
		cells,
		[1],
	);
}

function callTargets(rows: Row[]): Target[] {
	const counts = (['feishuFeed', 'feishuFeedItems'] as const).flatMap(
		(name) => figuresOf(rows, name, 10_000)?.calls ?? [],
	);
	if (counts.length === 0) return [];
	return [
		{
			promise: '10,000 recipients take 500 calls, as 1 item or as 10,000',
			measured: `${counts.join(' and ')} calls`,
			isMet: counts.every((calls) => calls === 500),
		},
	];
}

function leastNodeTargets(rows: Row[]): Target[] {
	return sizesOf(rows).flatMap((recipients) => {
		const ours = figuresOf(rows, 'feishuFeed', recipients)!;
		const least = figuresOf(rows, 'leastNode', recipients)!;
		const of = (what: string) =>
			`1 item, ${count(recipients)} recipients: ${what} against the least node's`;
		return [
			atMost(of('CPU time'), ours.cpuSeconds / least.cpuSeconds, 1.1),
			atMost(of('peak memory'), ours.peakMemory / least.peakMemory, 1.1),
		];
	});
}

function growthTargets(rows: Row[]): Target[] {
	return (['feishuFeed', 'feishuFeedItems'] as const).flatMap((name) => {
		const [few, many] = [figuresOf(rows, name, 10_000), figuresOf(rows, name, 100_000)];
		if (few === undefined || many === undefined) return [];
		return [
			atMost(
				`${TITLES[name]}: CPU time for each of 100,000 against each of 10,000`,
				many.cpuSeconds / 10 / few.cpuSeconds,
				1.1,
			),
		];
	});
}

function lookUpTargets(rows: Row[]): Target[] {
	const figures = figuresOf(rows, 'feishuFeedEmails', 10_000);
	if (figures === undefined) return [];
	const { lookUps, calls } = figures;
	return [
		{
			promise: '10,000 e-mails take 200 look-ups and 500 calls',
			measured: `${lookUps} look-ups and ${calls} calls`,
			isMet: lookUps === 200 && calls === 500,
		},
	];
}

function paceTargets(rows: Row[]): Target[] {
	return rows
		.filter(({ contender }) => contender !== 'axiosLoop')
		.map(({ contender, figures }) => ({
			promise: `${TITLES[contender]}, at the limit: at least 9.5 calls a second, none refused`,
			measured: `${paceOf(figures).toFixed(2)} calls a second for ${figures.seconds.toFixed(0)} s, ${figures.refused} refused`,
			isMet: paceOf(figures) >= 9.5 && figures.refused === 0,
		}));
}

function paceOf({ calls, refused, seconds }: Figures): number {
	return (calls - refused) / seconds;
}

function figuresOf(rows: Row[], name: ContenderName, recipients: number): Figures | undefined {
	return rows.find(
		({ contender, conditions }) => contender === name && conditions.recipients === recipients,
	)?.figures;
}

function sizesOf(rows: Row[]): number[] {
	return [...new Set(rows.map(({ conditions }) => conditions.recipients))];
}

function seconds(value: number): string {
	return `${value.toFixed(value < 10 ? 2 : 1)} s`;
}
