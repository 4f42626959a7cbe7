import { parseArgs } from 'node:util';

import { PART_NAMES, PARTS } from './parts';
import type { PartName } from './parts';

const USAGE = `Usage: npm run benchmark -- [parts] [options]

Compares the nodes with other ways to do the same, on the sandbox's Feishu and n8n's own engine.
Without parts and options it measures everything and writes benchmark/RESULTS.md; otherwise it
prints what you asked for and writes nothing.

Parts:
${PART_NAMES.map((name) => `  ${name.padEnd(12)} ${PARTS[name].about}`).join('\n')}

Options:
  --quick                the main figures of each part
  --recipients <number>  recipients: how many people get the card (10000 and 100000)
  --processes <number>   processes: how many share the app (2 and 4)
  --calls <number>       processes: calls of each (600 of two, 300 of four)
  --help                 this text

--recipients and --processes may be given several times.
`;

/** What to measure. */
export interface Options {
	parts: PartName[];
	quick: boolean;
	/** Everything: only then are the figures written to the page of results. */
	isFull: boolean;
	/** How many people get a card without the limit; the part's own choice when absent. */
	recipients?: number[];
	/** How many processes share one app; the part's own choice when absent. */
	processes?: number[];
	/** Calls of each of these processes; the part's own choice when absent. */
	callsOfEachProcess?: number;
}

/** Reads the command line. @throws {Error} saying what it does not understand */
export function readOptions(): Options {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: {
			quick: { type: 'boolean', default: false },
			recipients: { type: 'string', multiple: true },
			processes: { type: 'string', multiple: true },
			calls: { type: 'string' },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) {
		process.stdout.write(USAGE);
		process.exit(0);
	}
	const { quick, calls } = values;
	const recipients = values.recipients?.map((value) => wholeNumber('recipients', value));
	const processes = values.processes?.map((value) => wholeNumber('processes', value));
	const chosen = positionals.map(readPart);
	// An option says which part it is about.
	if (chosen.length === 0 && recipients) chosen.push('recipients');
	if (chosen.length === 0 && processes) chosen.push('processes');
	return {
		parts: chosen.length > 0 ? chosen : [...PART_NAMES],
		quick,
		isFull: chosen.length === 0 && !quick,
		recipients,
		processes,
		callsOfEachProcess: calls === undefined ? undefined : wholeNumber('calls', calls),
	};
}

function readPart(name: string): PartName {
	const part = PART_NAMES.find((each) => each === name);
	if (part === undefined) throw new Error(`There is no part "${name}": ${PART_NAMES.join(', ')}`);
	return part;
}

function wholeNumber(name: string, value: string): number {
	if (!/^[1-9]\d*$/.test(value)) {
		throw new Error(`--${name} must be a whole number of at least 1, not "${value}"`);
	}
	return Number(value);
}
