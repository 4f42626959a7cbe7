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
	const waiting = [...entries];
	const worker = async (): Promise<void> => {
		for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
			if (!(await work(next))) waiting.length = 0;
		}
	};
	await Promise.all(Array.from({ length: Math.min(atOnce, entries.length) }, worker));
}
