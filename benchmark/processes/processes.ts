import type { Options } from '../options';
import { count, table } from '../section';
import type { Report, Section, Target } from '../section';
import { shareLimit } from './shareLimit';
import type { SharedLimit } from './shareLimit';

/** How much of the limit so many processes are to use together. */
const LEAST_SHARE: Record<number, number> = { 2: 0.97, 4: 0.95 };

/** Calls of all processes together: enough for two minutes, or one. */
const CALLS = 1_200;
const QUICK_CALLS = 600;

/** Has several processes send cards as one app at the same time. */
export async function measureProcesses(
	{ processes = Object.keys(LEAST_SHARE).map(Number), callsOfEachProcess, quick }: Options,
	report: Report,
): Promise<Section[]> {
	const measured: SharedLimit[] = [];
	for (const each of processes) {
		const calls = callsOfEachProcess ?? Math.round((quick ? QUICK_CALLS : CALLS) / each);
		report(`${each} processes on one app, ${calls} calls each`);
		measured.push(await shareLimit(each, calls));
	}
	return [
		{
			title: 'Processes that share an app',
			tables: [sharedTable(measured)],
			method: [
				"The processes begin together and send equally many calls at the limit, with 200 ms of latency; they do not know of each other. Afterwards, everybody's cards are counted.",
			],
			targets: measured.flatMap(sharedTargets),
		},
	];
}

function sharedTable(measured: SharedLimit[]): string {
	return table(
		[
			'Processes',
			'Recipients',
			'Calls',
			'Refused, and made again',
			'Limit used while all run',
			'Limit used from first start to last end',
			'People without the card',
			'With the card twice',
		],
		measured.map((shared) => [
			String(shared.processes),
			count(shared.recipients),
			count(shared.calls),
			count(shared.refused),
			`${percent(shared.shareWhileAll)} (${shared.whileAll.toFixed(0)} s)`,
			`${percent(shared.shareInAll)} (${shared.inAll.toFixed(0)} s)`,
			count(shared.lost),
			count(shared.doubled),
		]),
		[],
	);
}

function sharedTargets(shared: SharedLimit): Target[] {
	const { processes, shareWhileAll, lost, doubled, calls, refused } = shared;
	const leastShare = LEAST_SHARE[processes];
	const of = (what: string) => `${processes} processes on one app: ${what}`;
	return [
		{
			promise: of('nothing lost, nothing doubled'),
			measured: `${lost} lost, ${doubled} doubled`,
			isMet: lost === 0 && doubled === 0,
		},
		{
			promise: of('at most 1 call in 100 refused'),
			measured: `${refused} of ${calls}`,
			isMet: refused <= calls / 100,
		},
		...(leastShare === undefined
			? []
			: [
					{
						promise: of(`at least ${percent(leastShare)} of the limit used while all run`),
						measured: `${percent(shareWhileAll)} for ${shared.whileAll.toFixed(0)} s`,
						isMet: shareWhileAll >= leastShare,
					},
				]),
	];
}

function percent(share: number): string {
	return `${(share * 100).toFixed(1)} %`;
}
