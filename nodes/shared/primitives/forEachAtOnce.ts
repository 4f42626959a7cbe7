import { atMostAtOnce } from './atMostAtOnce';

/**
 * Does something for each entry of a list, in their order, for at most so many at once.
 *
 * @param work does it for one entry; gives false when the entries that are left are not wanted any more
 */
export async function forEachAtOnce<Entry>(
	entries: readonly Entry[],
	atOnce: number,
	work: (entry: Entry) => Promise<boolean>,
): Promise<void> {
	let isWanted = true;
	const workIfWanted = atMostAtOnce(atOnce, async (entry: Entry) => {
		if (isWanted && !(await work(entry))) isWanted = false;
	});
	await Promise.all(entries.map(workIfWanted));
}
