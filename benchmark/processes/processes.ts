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

/** A process that joins one that is at it alone, and leaves: its calls as a part of the other's. */
const GUEST = { joinsAfter: 20, partOfCalls: 1 / 8 };
/** How much of the limit the two are to use, although they have to find their shares twice. */
const LEAST_SHARE_WITH_GUEST = 0.97;

/** Has several processes send cards as one app at the same time. */
export async function measureProcesses(
	{ processes, callsOfEachProcess, quick }: Options,
	report: Report,
): Promise<Section[]> {
	const measured: SharedLimit[] = [];
	const allCalls = quick ? QUICK_CALLS : CALLS;
	for (const each of processes ?? Object.keys(LEAST_SHARE).map(Number)) {
		const calls = callsOfEachProcess ?? Math.round(allCalls / each);
		report(`${each} processes on one app, ${calls} calls each`);
		measured.push(await shareLimit(each, calls));
	}
	if (processes === undefined) {
		const calls = callsOfEachProcess ?? allCalls;
		const guest = {
			joinsAfter: GUEST.joinsAfter,
			calls: Math.ceil(calls * GUEST.partOfCalls),
		};
		report(`1 process, ${calls} calls, and one that joins and leaves, ${guest.calls} calls`);
		measured.push(await shareLimit(1, calls, guest));
	}
	return [
		{
			title: 'Processes that share an app',
			tables: [sharedTable(measured)],
			method: [
				"The processes begin together and send equally many calls at the limit, with 200 ms of latency; they do not know of each other. One that joins and leaves begins later, and has fewer calls. Afterwards, everybody's cards are counted.",
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
			nameOf(shared),
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
	const { processes, guest, shareWhileAll, lost, doubled, calls, refused } = shared;
	const leastShare = guest ? LEAST_SHARE_WITH_GUEST : LEAST_SHARE[processes];
	const of = (what: string) => `${nameOf(shared)} on one app: ${what}`;
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

function nameOf({ processes, guest }: SharedLimit): string {
	return guest ? `${processes} process, and 1 that joins and leaves` : `${processes} processes`;
}

function percent(share: number): string {
	return `${(share * 100).toFixed(1)} %`;
}
