import type { Conditions, ContenderName } from './measurement';

/** What tables call the contenders. */
export const TITLES: Record<ContenderName, string> = {
	feishuFeed: 'Feishu Feed, 1 item',
	feishuFeedItems: 'Feishu Feed, 1 item each',
	httpRequest: 'HTTP Request, 1 call each',
	axiosLoop: 'axios loop, same batches',
	officialSdk: 'official SDK, same batches',
	n8nRequests: "n8n's request function, same batches",
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
const BASELINES: ContenderName[] = ['n8nRequests', 'emptyNode', 'emptyNodeItems'];

/**
 * The most calls that the HTTP Request node is measured with. At the limit, 10,000 calls take 17
 * minutes; without it, the node opens a connection for each call at once, and a machine has about
 * 28,000 to one address.
 */
const MOST_SINGLE_CALLS = { limited: 1_000, unlimited: 10_000 };

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
	const isAboutCpu = !limited && latency === 0;
	const names = [...EVERYWHERE, ...(isAboutCpu ? BASELINES : [])];
	return names
		.filter((contender) => withHttpRequest || contender !== 'httpRequest')
		.map((contender) => {
			const most =
				contender === 'httpRequest'
					? MOST_SINGLE_CALLS[limited ? 'limited' : 'unlimited']
					: Infinity;
			const measuredRecipients = Math.min(recipients, most);
			const isLong = measuredRecipients >= (contender === 'httpRequest' ? 10_000 : 100_000);
			return {
				contender,
				conditions,
				measuredRecipients,
				times: !isAboutCpu || isLong ? 1 : quick ? 3 : 5,
			};
		});
}
