import { parseArgs } from 'node:util';

const USAGE = `Usage: npm run benchmark -- [options]

Compares Feishu Feed with other ways to send a card to many people, on the sandbox's Feishu,
and Feishu Feed Trigger with n8n's own Webhook node.
Without options it measures everything in about 30 minutes and writes benchmark/RESULTS.md.
With options it prints what you asked for and writes nothing.

  --quick                  the main figures, in about 5 minutes
  --limit on|off           Feishu's limit of 10 calls a second
  --latency <milliseconds> time between receiving a call and answering it
  --recipients <number>    how many people get the card
  --processes <number>     so many processes that share one app and its limit
  --calls <number>         calls of each of these processes (600)
  --press                  the time from a press on a button to the start of a workflow
  --help                   this text

--limit, --latency and --recipients may be given several times; what is not given is
on and off, 0 and 200, and 1000, 10000 and 100000.
`;

/** What to measure. */
export interface Options {
	quick: boolean;
	/** Everything: only then are the figures written to the page of results. */
	isFull: boolean;
	limits: boolean[];
	latencies: number[];
	sizes: number[];
	/** How many processes share one app; none for 0. */
	processes: number;
	callsOfEachProcess: number;
	/** Whether to measure the time from a press to the start of a workflow. */
	press: boolean;
}

/** Reads the command line. @throws {Error} saying what it does not understand */
export function readOptions(): Options {
	const { values } = parseArgs({
		options: {
			quick: { type: 'boolean', default: false },
			limit: { type: 'string', multiple: true },
			latency: { type: 'string', multiple: true },
			recipients: { type: 'string', multiple: true },
			processes: { type: 'string' },
			calls: { type: 'string', default: '600' },
			press: { type: 'boolean', default: false },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) {
		process.stdout.write(USAGE);
		process.exit(0);
	}
	const { quick, limit, latency, recipients, processes } = values;
	const asksForTable = [limit, latency, recipients].some((value) => value !== undefined);
	const asksForProcesses = processes !== undefined;
	const isEverything = !asksForTable && !asksForProcesses && !values.press;
	const tables = asksForTable || isEverything;
	return {
		quick,
		isFull: isEverything && !quick,
		limits: tables ? (limit ?? ['off', 'on']).map(readLimit) : [],
		latencies: (latency ?? ['0', '200']).map((value) => wholeNumber('latency', value, 0)),
		sizes: (recipients ?? ['1000', '10000', '100000']).map((value) =>
			wholeNumber('recipients', value, 1),
		),
		processes: wholeNumber('processes', processes ?? (isEverything && !quick ? '2' : '0'), 0),
		callsOfEachProcess: wholeNumber('calls', values.calls, 1),
		press: values.press || isEverything,
	};
}

function readLimit(value: string): boolean {
	if (value !== 'on' && value !== 'off') throw new Error(`--limit is on or off, not "${value}"`);
	return value === 'on';
}

function wholeNumber(name: string, value: string, least: number): number {
	if (!/^\d+$/.test(value) || Number(value) < least) {
		throw new Error(`--${name} must be a whole number of at least ${least}, not "${value}"`);
	}
	return Number(value);
}
