import type { Conditions, ContenderName } from '../measurement';

/** What tables call the contenders. */
export const TITLES: Record<ContenderName, string> = {
	feishuFeed: 'Feishu Feed, 1 item',
	feishuFeedItems: 'Feishu Feed, 1 item each',
	feishuFeedEmails: 'Feishu Feed, 1 item of e-mails',
	httpRequest: 'HTTP Request, 1 call each',
	axiosLoop: 'axios loop, same batches',
	officialSdk: 'official SDK, same batches',
	n8nRequests: 'least node, 1 item',
	n8nRequestsItems: 'least node, 1 item each',
	emptyNode: 'empty node, 1 item',
	emptyNodeItems: 'empty node, 1 item each',
};

const EVERYWHERE: ContenderName[] = [
	'feishuFeed',
	'feishuFeedItems',
	'httpRequest',
	'axiosLoop',
	'officialSdk',
];
/** What the figures above are held against, where CPU time and memory are what counts. */
const BASELINES: ContenderName[] = [
	'n8nRequests',
	'n8nRequestsItems',
	'emptyNode',
	'emptyNodeItems',
];

/**
 * The most calls that the HTTP Request node is measured with. At the limit, 10,000 calls take 17
 * minutes; without it, the node opens a connection for each call at once, and a machine has about
 * 28,000 to one address.
 */
const MOST_SINGLE_CALLS = { limited: 1_000, quickLimited: 500, unlimited: 10_000 };

/**
 * The most items of one recipient each where calls have to wait: beyond, n8n evaluates their
 * expressions for longer than all else takes, and would disturb what runs at the same time.
 */
const MOST_ITEMS_WHEN_WAITING = 10_000;

/** One line of a table. */
export interface Cell {
	contender: ContenderName;
	conditions: Conditions;
	/** Fewer than the conditions say where the figures are extrapolated. */
	measuredRecipients: number;
	/** How often to measure; the median counts. */
	times: number;
}

/** What to compare under some conditions. */
export function cellsFor(
	conditions: Conditions,
	{ withHttpRequest, quick }: { withHttpRequest: boolean; quick: boolean },
): Cell[] {
	const { limited, latency, recipients } = conditions;
	const isWaiting = limited || latency > 0;
	// What looking up e-mails adds shows where nothing waits.
	const free: ContenderName[] = ['feishuFeedEmails', ...BASELINES];
	const names = [...EVERYWHERE, ...(isWaiting ? [] : free)].filter((contender) => {
		if (contender === 'httpRequest') return withHttpRequest;
		if (contender !== 'feishuFeedItems' || !isWaiting) return true;
		return recipients <= MOST_ITEMS_WHEN_WAITING && !(quick && limited);
	});
	return names.map((contender) => {
		const most = contender === 'httpRequest' ? mostSingleCalls(limited, quick) : Infinity;
		const isLong = recipients >= (contender === 'httpRequest' ? 10_000 : 100_000);
		return {
			contender,
			conditions,
			measuredRecipients: Math.min(recipients, most),
			times: quick || isWaiting || isLong ? 1 : 3,
		};
	});
}

function mostSingleCalls(limited: boolean, quick: boolean): number {
	if (!limited) return MOST_SINGLE_CALLS.unlimited;
	return quick ? MOST_SINGLE_CALLS.quickLimited : MOST_SINGLE_CALLS.limited;
}
