import type { ContenderName } from './measurement';
import type { Row } from './recipients/runCells';
import type { SharedLimit } from './processes/shareLimit';

/** Something that is promised, and what was measured of it. */
export interface Target {
	promise: string;
	measured: string;
	isMet: boolean;
}

type Ours = 'feishuFeed' | 'feishuFeedItems';

/** Our node with each form of its input, and what tables call that. */
const OURS: Array<[Ours, string]> = [
	['feishuFeed', '1 item'],
	['feishuFeedItems', '1 item each'],
];
/** What n8n itself takes for calls like ours, whatever the node. */
const LEAST: Record<Ours, ContenderName> = {
	feishuFeed: 'n8nRequests',
	feishuFeedItems: 'n8nRequestsItems',
};
const EMPTY: Record<Ours, ContenderName> = {
	feishuFeed: 'emptyNode',
	feishuFeedItems: 'emptyNodeItems',
};
const MEGABYTE = 1e6;

/** Holds the measurements against what is promised; promises that were not measured are left out. */
export function targetsOf(rows: Row[], shared: SharedLimit | undefined): Target[] {
	return [
		...callTargets(rows),
		...paceTargets(rows),
		...(shared ? sharedTargets(shared) : []),
		...cpuTargets(rows),
		...growthTargets(rows),
		...lookUpTargets(rows),
		...memoryTargets(rows),
	];
}

function callTargets(rows: Row[]): Target[] {
	const found = rows.filter(
		({ contender, conditions }) =>
			conditions.recipients === 10_000 && OURS.some(([name]) => name === contender),
	);
	if (found.length === 0) return [];
	const counts = [...new Set(found.map(({ figures }) => figures.calls - figures.refused))];
	return [
		{
			promise: '10,000 recipients take 500 calls, as 1 item or as 10,000',
			measured: `${counts.join(', ')} calls in each of ${found.length} runs, without refused ones`,
			isMet: counts.length === 1 && counts[0] === 500,
		},
	];
}

function paceTargets(rows: Row[]): Target[] {
	return OURS.flatMap(([contender, form]) => {
		const atLimit = rows.filter(
			(row) =>
				row.contender === contender &&
				row.conditions.limited &&
				row.conditions.latency === 200 &&
				row.figures.seconds >= 50,
		);
		return atLimit.map(({ conditions, figures }) => {
			const pace = (figures.calls - figures.refused) / figures.seconds;
			return {
				promise: `Limit on, 200 ms, ${form}: at least 9.5 calls a second, none refused`,
				measured: `${pace.toFixed(2)} calls a second for ${figures.seconds.toFixed(0)} s (${conditions.recipients.toLocaleString('en')} recipients), ${figures.refused} refused`,
				isMet: pace >= 9.5 && figures.refused === 0,
			};
		});
	});
}

function sharedTargets(shared: SharedLimit): Target[] {
	const { processes, shareWhileAll, shareInAll, lost, doubled } = shared;
	return [
		{
			promise: `${processes} processes on one app: nothing lost, nothing doubled`,
			measured: `${lost} lost, ${doubled} doubled`,
			isMet: lost === 0 && doubled === 0,
		},
		{
			promise: `${processes} processes on one app: at least 85 % of the limit used while all run`,
			measured: `${percent(shareWhileAll)} for ${shared.whileAll.toFixed(0)} s`,
			isMet: shareWhileAll >= 0.85,
		},
		{
			promise: `${processes} processes on one app: at least 85 % of the limit used from first start to last end`,
			measured: `${percent(shareInAll)} for ${shared.inAll.toFixed(0)} s`,
			isMet: shareInAll >= 0.85,
		},
	];
}

function cpuTargets(rows: Row[]): Target[] {
	const compare = (other: ContenderName, otherName: string, most: number) =>
		OURS.flatMap(([contender, form]) =>
			free(rows, contender).flatMap(({ conditions: { recipients }, figures }): Target[] => {
				const cpuSeconds = (name: ContenderName) =>
					free(rows, name).find(({ conditions }) => conditions.recipients === recipients)?.figures
						.cpuSeconds;
				const [theirs, least] = [cpuSeconds(other), cpuSeconds(LEAST[contender])];
				if (theirs === undefined) return [];
				const ratio = figures.cpuSeconds / theirs;
				const leastRatio = least && `${(least / theirs).toFixed(2)} ×`;
				return [
					{
						promise: `Limit off, ${form}, ${recipients.toLocaleString('en')} recipients: CPU time at most ${most} × ${otherName}`,
						measured: `${ratio.toFixed(2)} ×${leastRatio ? ` (least node: ${leastRatio})` : ''}`,
						isMet: ratio <= most,
					},
				];
			}),
		);
	return [
		...compare('axiosLoop', "the axios loop's", 1.5),
		...compare('httpRequest', "the HTTP Request node's", 0.1),
	];
}

function growthTargets(rows: Row[]): Target[] {
	return OURS.flatMap(([contender, form]): Target[] => {
		const each = (recipients: number) => {
			const row = free(rows, contender).find((found) => found.conditions.recipients === recipients);
			return row && row.figures.seconds / recipients;
		};
		const [few, many] = [each(1_000), each(100_000)];
		if (few === undefined || many === undefined) return [];
		return [
			{
				promise: `Limit off, ${form}: time for each of 100,000 at most 1.3 × that of 1,000`,
				measured: `${(many / few).toFixed(2)} × (${micro(many)} to ${micro(few)})`,
				isMet: many / few <= 1.3,
			},
		];
	});
}

function lookUpTargets(rows: Row[]): Target[] {
	const found = free(rows, 'feishuFeedEmails');
	const of = (recipients: number) =>
		found.find(({ conditions }) => conditions.recipients === recipients)?.figures;
	const [few, many] = [of(1_000), of(10_000)];
	if (few === undefined || many === undefined) return [];
	const { lookUps, calls, seconds } = many;
	const [ofFew, ofMany] = [few.seconds / 1_000, seconds / 10_000];
	return [
		{
			promise: '10,000 e-mails take 200 look-ups and 500 calls',
			measured: `${lookUps} look-ups and ${calls} calls`,
			isMet: lookUps === 200 && calls === 500,
		},
		{
			promise: 'Limit off, 1 item of e-mails: time for each of 10,000 at most 1.3 × that of 1,000',
			measured: `${(ofMany / ofFew).toFixed(2)} × (${micro(ofMany)} to ${micro(ofFew)})`,
			isMet: ofMany / ofFew <= 1.3,
		},
	];
}

function micro(seconds: number): string {
	return `${(seconds * 1e6).toFixed(0)} µs`;
}

function memoryTargets(rows: Row[]): Target[] {
	return OURS.flatMap(([contender, form]): Target[] => {
		const peak = (name: ContenderName) =>
			free(rows, name).find(({ conditions }) => conditions.recipients === 100_000)?.figures
				.peakMemory;
		const [ours, least, empty] = [contender, LEAST[contender], EMPTY[contender]].map(peak);
		if (ours === undefined || empty === undefined) return [];
		const above = (memory: number) => `${((memory - empty) / MEGABYTE).toFixed(0)} MB above`;
		return [
			{
				promise: `Limit off, ${form}: peak memory for 100,000 at most 150 MB above an empty node`,
				measured: above(ours) + (least === undefined ? '' : ` (least node: ${above(least)})`),
				isMet: ours - empty <= 150 * MEGABYTE,
			},
		];
	});
}

/** Rows without limit and latency, where the machine decides. */
function free(rows: Row[], contender: ContenderName): Row[] {
	return rows.filter(
		(row) => row.contender === contender && !row.conditions.limited && row.conditions.latency === 0,
	);
}

function percent(share: number): string {
	return `${(share * 100).toFixed(1)} %`;
}
