import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import {
	installPackage,
	N8nSession,
	ownerAccountOf,
	packPackage,
	startN8n,
} from '../../sandbox/n8n/src';
import { freePort } from '../../test/helpers/e2e/freePort';
import { buildIfStale } from '../buildIfStale';
import { atMost, count, median, table } from '../section';
import type { Report, Section, Target } from '../section';
import { sampleProcess } from '../soak/sampleProcess';

/** How often each n8n is started, after a first start that makes its database. */
const STARTS = { full: 4, quick: 2 };
/** How often to look whether n8n is ready, in milliseconds. */
const LOOK_EVERY_MS = 10;
/** How long n8n gets for what it does after its start, in milliseconds. */
const SETTLING_MS = 10_000;
/** The least of some samples counts, which holds the least garbage. */
const SAMPLES = { count: 10, everyMs: 500 };

/** An n8n, by whether our package is installed in it. */
type Installation = 'without' | 'with';

const INSTALLATIONS: Record<Installation, string> = {
	without: 'without the package',
	with: 'with the package',
};

/** What a start took. */
interface Start {
	/** From starting n8n until it is ready. */
	milliseconds: number;
	/** User and system time of n8n's process until then. */
	cpuMilliseconds: number;
	/** Bytes of memory that the process occupies some seconds after. */
	resident: number;
	/** Bytes of JavaScript objects then. */
	heapUsed: number;
}

/**
 * Measures what n8n's start takes because our package is installed: two real n8ns, one with the packed nodes and one
 * without, start in turns.
 */
export async function measureLoading(
	{ quick }: { quick: boolean },
	report: Report,
): Promise<Section[]> {
	await buildIfStale(report);
	const folders = {
		without: mkdtempSync(join(tmpdir(), 'feishu-feed-loading-')),
		with: mkdtempSync(join(tmpdir(), 'feishu-feed-loading-')),
	};
	const starts: Record<Installation, Start[]> = { without: [], with: [] };
	try {
		await installPackage(folders.with, await packPackage(folders.with));
		const times = quick ? STARTS.quick : STARTS.full;
		report(`Starting n8n with and without the package, ${times + 1} times each`);
		for (let round = 0; round <= times; round++) {
			for (const installation of orderOf(round)) {
				const start = await startOnce(folders[installation], installation);
				if (round > 0) starts[installation].push(start);
			}
		}
	} finally {
		for (const folder of Object.values(folders)) rmSync(folder, { recursive: true, force: true });
	}
	return [
		{
			title: "n8n's start with the package",
			tables: [loadingTable(starts)],
			method: METHOD,
			targets: targetsOf(starts),
		},
	];
}

/** Who is first changes from round to round. */
function orderOf(round: number): Installation[] {
	return round % 2 === 0 ? ['without', 'with'] : ['with', 'without'];
}

/**
 * Starts an n8n on the data of a folder, and stops it again.
 *
 * @throws {Error} when n8n has our package although it should not, or the other way round
 */
async function startOnce(userFolder: string, installation: Installation): Promise<Start> {
	const owner = ownerAccountOf(userFolder);
	const logFile = join(userFolder, 'n8n.log');
	const port = await freePort();
	const startedAt = Date.now();
	const n8n = await startN8n({
		userFolder,
		port,
		owner,
		logFile,
		lookEvery: LOOK_EVERY_MS,
		environment: { N8N_METRICS: 'true' },
	});
	const milliseconds = Date.now() - startedAt;
	try {
		const cpuMilliseconds = cpuMillisecondsOf(n8n.processId);
		await sleep(SETTLING_MS);
		const samples = [];
		for (let sample = 0; sample < SAMPLES.count; sample++) {
			samples.push(await sampleProcess(n8n.url));
			await sleep(SAMPLES.everyMs);
		}
		const session = await N8nSession.signIn(n8n.url, owner);
		const packages = await session.communityPackages();
		const isLoaded = packages.some(({ failedLoading }) => !failedLoading);
		if (isLoaded !== (installation === 'with')) {
			throw new Error(`n8n ${INSTALLATIONS[installation]} has ${packages.length} packages`);
		}
		return {
			milliseconds,
			cpuMilliseconds,
			resident: Math.min(...samples.map(({ resident }) => resident)),
			heapUsed: Math.min(...samples.map(({ heapUsed }) => heapUsed)),
		};
	} finally {
		await n8n.stop();
	}
}

/** Ticks of Linux in a second, in which it counts CPU time for programs (proc(5), sysconf(3)). */
const TICKS_PER_SECOND = 100;

/** User and system time that a process has had, of all its threads. It is read where Linux has it. */
function cpuMillisecondsOf(processId: number): number {
	const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
	// The name of the program, in brackets, may hold blanks; the two times are the 12th and 13th field after it.
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	const ticks = Number(fields[11]) + Number(fields[12]);
	return (ticks / TICKS_PER_SECOND) * 1_000;
}

/** The figures of a start, as columns of the table. */
const FIGURES: Array<[heading: string, of: keyof Start, shown: (value: number) => string]> = [
	['Ready after', 'milliseconds', wholeMilliseconds],
	['CPU time', 'cpuMilliseconds', wholeMilliseconds],
	['Resident memory', 'resident', tenthsOfMegabytes],
	['Heap', 'heapUsed', tenthsOfMegabytes],
];

function loadingTable(starts: Record<Installation, Start[]>): string {
	const medians = (installation: Installation) =>
		FIGURES.map(([, of]) => median(starts[installation].map((start) => start[of])));
	const names = Object.keys(INSTALLATIONS) as Installation[];
	const rows = names.map((installation) => [
		INSTALLATIONS[installation],
		count(starts[installation].length),
		...FIGURES.map(([, of, shown]) => {
			const values = starts[installation].map((start) => start[of]);
			const [least, most] = [Math.min(...values), Math.max(...values)];
			return `${shown(median(values))} (${shown(least)} to ${shown(most)})`;
		}),
	]);
	const [without, withPackage] = [medians('without'), medians('with')];
	const differences = FIGURES.map(([, , shown], figure) => {
		const difference = withPackage[figure]! - without[figure]!;
		return `${difference < 0 ? '−' : '+'}${shown(Math.abs(difference))}`;
	});
	return table(
		['n8n', 'Starts', ...FIGURES.map(([heading]) => heading)],
		[...rows, ['**difference**', '', ...differences]],
		[0],
	);
}

function wholeMilliseconds(value: number): string {
	return `${count(Math.round(value))} ms`;
}

function tenthsOfMegabytes(bytes: number): string {
	return `${(bytes / 1e6).toFixed(1)} MB`;
}

const METHOD = [
	'Two real n8ns, each with a database of its own that an earlier start made, start in turns: one with the packed nodes installed, one without. "Ready" is when n8n says that its editor is accessible, and its health check agrees. The CPU time is that of n8n\'s process until then. Memory is the least of ten samples from ten seconds later on. Each figure is the median of all starts, with the least and the most in brackets.',
	'The difference is that of the medians. Where it is smaller than what lies between the least and the most, it says only that the package takes no more than that.',
];

function targetsOf(starts: Record<Installation, Start[]>): Target[] {
	const cpu = (installation: Installation) =>
		median(starts[installation].map(({ cpuMilliseconds }) => cpuMilliseconds));
	const ratio = cpu('with') / cpu('without');
	return [
		atMost("n8n's start: CPU time until ready, against one without the package,", ratio, 1.1),
	];
}
