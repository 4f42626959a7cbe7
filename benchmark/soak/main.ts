import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { RealN8n } from '../../test/helpers/e2e/RealN8n';
import { buildIfStale } from '../buildIfStale';
import { MixedWork } from './MixedWork';
import type { Account } from './MixedWork';
import { sampleProcess } from './sampleProcess';
import type { ProcessSample } from './sampleProcess';

const USAGE = `Usage: npm run soak -- [--rounds <number>]

Lets a real n8n with the packed nodes do an hour's worth of mixed work in some minutes: cards that are created,
updated and deleted, presses, waits, faults and activations. Then says whether memory stayed flat, whether anything was
left open, and whether every recipient was accounted for.

  --rounds <number>  rounds of work, each what a busy minute brings (60)
`;

/** How much more memory the last quarter may take than the second. The first is n8n's own warming up. */
const MOST_GROWTH = 1.05;

const SAMPLE_EVERY_MS = 500;

/** How long n8n gets to close what the last round left open, in milliseconds. */
const SETTLING_MS = 20_000;

/** Runs all rounds, prints the figures, and exits with 1 when one of them is not as it should be. */
async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			rounds: { type: 'string', default: '60' },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) return void process.stdout.write(USAGE);
	const rounds = Number(values.rounds);
	await buildIfStale((text) => process.stderr.write(`${text}\n`));
	const n8n = await RealN8n.start({
		N8N_LOG_LEVEL: 'info',
		N8N_METRICS: 'true',
		// What n8n keeps of executions is not what grows here.
		EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'none',
	});
	try {
		const startedAt = Date.now();
		const work = await MixedWork.prepare(n8n);
		const idle = await sampleProcess(n8n.url);
		const samples: ProcessSample[] = [];
		let isWorking = true;
		const sampling = (async () => {
			while (isWorking) {
				samples.push(await sampleProcess(n8n.url));
				await sleep(SAMPLE_EVERY_MS);
			}
		})();
		for (let round = 1; round <= rounds; round++) {
			await work.doRound(round);
			if (round % 10 === 0) process.stderr.write(`${round} of ${rounds} rounds\n`);
		}
		isWorking = false;
		await sampling;
		await work.finish();
		await sleep(SETTLING_MS);
		const left = await sampleProcess(n8n.url);
		const { open } = await n8n.feishu.longConnections();
		report(work.account, samples, idle, left, open, (Date.now() - startedAt) / 1000, rounds);
	} finally {
		await n8n.close();
	}
}

function report(
	account: Account,
	samples: ProcessSample[],
	idle: ProcessSample,
	left: ProcessSample,
	openConnections: number,
	seconds: number,
	rounds: number,
): void {
	const quarters = Array.from({ length: 4 }, (_, quarter) => {
		const size = samples.length / 4;
		return samples.slice(Math.floor(quarter * size), Math.floor((quarter + 1) * size));
	});
	const means = (key: keyof ProcessSample) =>
		quarters.map((each) => each.reduce((sum, sample) => sum + sample[key], 0) / each.length);
	const heap = means('heapUsed');
	const growth = heap[3]! / heap[1]!;
	const megabytes = (bytes: number) => Math.round(bytes / 1e6);
	const { problems, ...counts } = account;
	console.log(`${rounds} rounds in ${Math.round(seconds)} s`);
	for (const [what, count] of Object.entries(counts)) console.log(`${what}: ${count}`);
	console.log(`Heap by quarters, MB: ${heap.map(megabytes).join(', ')}`);
	console.log(`Resident by quarters, MB: ${means('resident').map(megabytes).join(', ')}`);
	console.log(
		`Heap, last quarter against the second: ${growth.toFixed(3)} (at most ${MOST_GROWTH})`,
	);
	console.log(`Active resources: ${idle.activeResources} before, ${left.activeResources} after`);
	console.log(`Long connections left open: ${openConnections}`);
	console.log(`Not accounted for: ${problems.length}`);
	for (const problem of problems) console.log(`  ${problem}`);
	const isFlat = growth <= MOST_GROWTH;
	const isClosed = openConnections === 0 && left.activeResources <= idle.activeResources;
	if (!isFlat || !isClosed || problems.length > 0) process.exitCode = 1;
}

void main();
