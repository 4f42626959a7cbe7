import type { Conditions, ContenderName } from '../measurement';

/** What tables call the contenders. */
export const TITLES: Record<ContenderName, string> = {
	feishuFeed: 'Feishu Feed, 1 item',
	feishuFeedItems: 'Feishu Feed, 1 item each',
	feishuFeedEmails: 'Feishu Feed, 1 item of e-mails',
	leastNode: 'least node, 1 item',
	httpRequest: 'HTTP Request, 1 call each',
	axiosLoop: 'axios loop, same batches',
	officialSdk: 'official SDK, same batches',
};

/** Who is compared where the machine decides. */
const WITHOUT_LIMIT: ContenderName[] = [
	'feishuFeed',
	'feishuFeedItems',
	'feishuFeedEmails',
	'leastNode',
	'axiosLoop',
	'officialSdk',
	'httpRequest',
];
/** Who is compared where Feishu's limit decides. */
const AT_LIMIT: ContenderName[] = ['feishuFeed', 'feishuFeedItems', 'axiosLoop'];

/**
 * The most calls that the HTTP Request node is measured with: it opens a connection for each call at once,
 * and a machine has about 28,000 to one address.
 */
const MOST_SINGLE_CALLS = 10_000;

/** How often short runs are made; the medians count. */
export const TIMES = 5;

/** One line of a table. */
export interface Cell {
	contender: ContenderName;
	conditions: Conditions;
	/** How often to measure; the median counts. */
	times: number;
}

/** What to compare under some conditions. */
export function cellsFor(
	conditions: Conditions,
	{ withHttpRequest, quick }: { withHttpRequest: boolean; quick: boolean },
): Cell[] {
	const { limited, recipients } = conditions;
	const hasHttpRequest = withHttpRequest && recipients <= MOST_SINGLE_CALLS;
	return (limited ? AT_LIMIT : WITHOUT_LIMIT)
		.filter((contender) => contender !== 'httpRequest' || hasHttpRequest)
		.map((contender) => {
			const once = quick || limited || contender === 'httpRequest';
			return { contender, conditions, times: once ? 1 : TIMES };
		});
}
