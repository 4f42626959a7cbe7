import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, relative } from 'node:path';

import type { Conditions } from './measurement';
import { readOptions } from './options';
import type { Options } from './options';
import { benchmarkFolder, httpRequestNode, resultsFile } from './paths';
import { cellsFor } from './recipients/plan';
import type { Cell } from './recipients/plan';
import { pressToStart } from './press/pressToStart';
import type { PressFigures } from './press/pressToStart';
import { resultsPage } from './results';
import { extrapolate, runInTurn, runTogether } from './recipients/runCells';
import type { Row } from './recipients/runCells';
import { shareLimit } from './processes/shareLimit';
import { targetsOf } from './targets';

/** What `--quick` measures: without the limit and without latency, and at the limit with it. */
const QUICK = { sizes: [1_000, 10_000], sizesAtLimit: [10_000], latencyAtLimit: 200 };

/** The load from which on others take CPU time that is missed: a job and its sandbox take two cores. */
const BUSY = 1;

async function main(): Promise<void> {
	const options = readOptions();
	const startedAt = new Date();
	if (httpRequestNode === undefined) {
		report(
			"sandbox/n8n is not installed, so n8n's HTTP Request node and presses are left out: npm run install:n8n",
		);
	}
	const [load = 0] = loadavg();
	if (load > BUSY)
		report(`The machine is busy (load ${load.toFixed(1)}): figures will be too high`);
	if (options.limits.length > 0 || options.processes > 0) compile();
	const rows = [...(await runUnlimited(options)), ...(await runLimited(options))];
	const { processes, callsOfEachProcess } = options;
	if (processes > 0) report(`${processes} processes on one app, ${callsOfEachProcess} calls each`);
	const shared = processes > 0 ? await shareLimit(processes, callsOfEachProcess) : undefined;
	const presses = await runPresses(options);
	const results = {
		rows,
		shared,
		presses,
		targets: targetsOf(rows, shared),
		command: ['npm run benchmark', ...argumentsGiven()].join(' '),
		startedAt,
		load,
		seconds: (Date.now() - startedAt.getTime()) / 1000,
	};
	const page = await resultsPage(results);
	process.stdout.write(page);
	if (!options.isFull) return;
	writeFileSync(resultsFile, page);
	report(`Written to ${relative(process.cwd(), resultsFile)}`);
}

function argumentsGiven(): string[] {
	const given = process.argv.slice(2);
	return given.length > 0 ? ['--', ...given] : [];
}

function report(text: string): void {
	process.stderr.write(`${text}\n`);
}

/** What is measured runs as compiled JavaScript, as n8n runs it: a loader would be measured too. */
function compile(): void {
	report('Compiling');
	const project = join(benchmarkFolder, 'tsconfig.build.json');
	const compiler = require.resolve('typescript/bin/tsc');
	const { status } = spawnSync(process.execPath, [compiler, '--project', project], {
		stdio: 'inherit',
	});
	if (status !== 0) throw new Error('The benchmark does not compile');
}

function planFor(options: Options, conditions: Conditions) {
	return cellsFor(conditions, {
		withHttpRequest: httpRequestNode !== undefined,
		quick: options.quick,
	});
}

async function runUnlimited(options: Options): Promise<Row[]> {
	if (!options.limits.includes(false)) return [];
	const rows: Row[] = [];
	for (const latency of options.quick ? [0] : options.latencies) {
		for (const recipients of options.quick ? QUICK.sizes : options.sizes) {
			const cells = planFor(options, { limited: false, latency, recipients });
			const extrapolated = cells.map((cell) => extrapolate(cell, rows));
			const measured = await runInTurn(
				cells.filter((_, place) => extrapolated[place] === undefined),
				report,
			);
			rows.push(...inOrder(cells, [...measured, ...extrapolated]));
		}
	}
	return rows;
}

async function runLimited(options: Options): Promise<Row[]> {
	if (!options.limits.includes(true)) return [];
	const rows: Row[] = [];
	const latencies = options.quick ? [QUICK.latencyAtLimit] : options.latencies;
	const sizes = options.quick ? QUICK.sizesAtLimit : options.sizes;
	for (const recipients of sizes) {
		const cells = latencies.flatMap((latency) =>
			planFor(options, { limited: true, latency, recipients }),
		);
		const extrapolated = cells.map((cell) => extrapolate(cell, rows));
		const toMeasure = cells.filter((_, place) => extrapolated[place] === undefined);
		// Many items keep a core busy before the first call, which would disturb the others' pace.
		const hasItems = ({ contender }: Cell) => contender === 'feishuFeedItems';
		const measured = [
			...(await runTogether(
				toMeasure.filter((cell) => !hasItems(cell)),
				report,
			)),
			...(await runTogether(toMeasure.filter(hasItems), report)),
		];
		rows.push(...inOrder(cells, [...measured, ...extrapolated]));
	}
	return rows;
}

/** Presses need n8n: where it is missing they are left out, unless they alone were asked for. */
async function runPresses({ press, limits, quick }: Options): Promise<PressFigures | undefined> {
	const isLeftOut = httpRequestNode === undefined && limits.length > 0;
	return press && !isLeftOut ? await pressToStart(quick, report) : undefined;
}

function inOrder(cells: Array<Omit<Row, 'figures'>>, rows: Array<Row | undefined>): Row[] {
	return cells.flatMap((cell) =>
		rows.filter(
			(row): row is Row => row?.contender === cell.contender && row.conditions === cell.conditions,
		),
	);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

main().catch((error: Error) => {
	process.stderr.write(`${error.message}\n`);
	process.exit(1);
});
