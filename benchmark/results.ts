import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import prettier from 'prettier';

import { expressionEngineOn } from './expressionEngine';
import { nodeForMeasured } from './paths';
import { table } from './section';
import type { Section } from './section';

/** All that a run has measured. */
export interface Results {
	sections: Section[];
	/** What was typed to get them. */
	command: string;
	startedAt: Date;
	/** Processes that wanted a core in the minute before. */
	load: number;
	seconds: number;
}

/** The page of results, with its tables aligned as the repository's are. */
export async function resultsPage(results: Results): Promise<string> {
	const { sections, command, startedAt, load, seconds } = results;
	const targets = sections.flatMap((section) => section.targets);
	return await prettier.format(
		[
			'# Benchmark',
			`Measured by \`${command}\` on ${startedAt.toISOString().slice(0, 10)}, in ${(seconds / 60).toFixed(1)} minutes, on ${machine()}. The machine's load was ${load.toFixed(1)} when it began.`,
			'## Targets',
			table(
				['Target', 'Measured', 'Met'],
				targets.map(({ promise, measured, isMet }) => [
					promise,
					measured,
					isMet ? 'yes' : '**no**',
				]),
				[0, 1, 2],
			),
			...sections.flatMap(({ title, tables, method }) => [
				`## ${title}`,
				...tables,
				method.map((line) => `- ${line}`).join('\n'),
			]),
		].join('\n\n'),
		{ parser: 'markdown' },
	);
}

function machine(): string {
	const processors = cpus();
	const node = execFileSync(nodeForMeasured, ['--version'], { encoding: 'utf8' }).trim().slice(1);
	const engine =
		expressionEngineOn(node) === 'vm' ? '' : ' and with its legacy engine for expressions';
	return `${processors.length} cores of ${processors[0]!.model.trim()}, with n8n on Node ${node}${engine}`;
}
