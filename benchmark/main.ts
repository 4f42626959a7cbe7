import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, relative } from 'node:path';

import { readOptions } from './options';
import { PARTS } from './parts';
import { benchmarkFolder, resultsFile } from './paths';
import { resultsPage } from './results';
import type { Section } from './section';

/** The load from which on others take CPU time that is missed: a job and its sandbox take two cores. */
const BUSY = 1;

async function main(): Promise<void> {
	const options = readOptions();
	const startedAt = new Date();
	const [load = 0] = loadavg();
	if (load > BUSY)
		report(`The machine is busy (load ${load.toFixed(1)}): figures will be too high`);
	compile();
	const sections: Section[] = [];
	let failure: Error | undefined;
	for (const part of options.parts) {
		try {
			sections.push(...(await PARTS[part].measure(options, report)));
		} catch (error) {
			failure = error as Error;
			report(`${part} failed: ${failure.stack}`);
		}
	}
	const page = await resultsPage({
		sections,
		command: ['npm run benchmark', ...argumentsGiven()].join(' '),
		startedAt,
		load,
		seconds: (Date.now() - startedAt.getTime()) / 1000,
	});
	process.stdout.write(page);
	if (failure) throw failure;
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

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

main().catch((error: Error) => {
	process.stderr.write(`${error.message}\n`);
	process.exit(1);
});
