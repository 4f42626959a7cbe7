/** The same work, of which no more than so many pieces are under way at once; the others wait, first come, first served. */
export function atMostAtOnce<Given, Result>(
	limit: number,
	work: (given: Given) => Promise<Result>,
): (given: Given) => Promise<Result> {
	let running = 0;
	const waiting: Array<() => void> = [];
	return async (given) => {
		if (running >= limit) await new Promise<void>((begin) => waiting.push(begin));
		else running += 1;
		try {
			return await work(given);
		} finally {
			const begin = waiting.shift();
			// Whoever begins takes the place over.
			if (begin === undefined) running -= 1;
			else begin();
		}
	};
}
