import type { Job } from '../measurement';

/** Does the job for some people; the same card reaches each of them. */
export type Run = () => Promise<void>;

/** Gets everything ready that is not to be measured, for the people with these open IDs, or e-mail addresses. */
export type Prepare = (openIds: string[]) => Run;

/** Opens one of the contenders, once in a process. */
export type OpenContender = (job: Job) => Promise<Prepare>;

/** What the card shows, in the words of the wire. */
export const CARD = {
	title: '培训通知 🎓',
	preview: 'Please finish the safety training by Friday',
	link: { link: 'https://example.com/training' },
};

/** The most recipients of a call (Feishu reference: "Create app feed card", `user_ids`). */
export const BATCH_SIZE = 20;
/** As many calls under way at once as the node has by default, for those that have to be told. */
export const CALLS_AT_ONCE = 20;
/** Milliseconds between calls at Feishu's limit of 10 a second, evenly spread. */
const SPACING_AT_LIMIT = 100;

/** The people of each call. */
export function batchesOf(openIds: string[]): string[][] {
	return Array.from({ length: Math.ceil(openIds.length / BATCH_SIZE) }, (_, batch) =>
		openIds.slice(batch * BATCH_SIZE, (batch + 1) * BATCH_SIZE),
	);
}

/**
 * Sends batches as a bare loop does. Without a limit, `CALLS_AT_ONCE` calls are under way;
 * with one, calls leave evenly spaced. What Feishu refuses is not tried again.
 */
export async function sendBatches(
	openIds: string[],
	limited: boolean,
	call: (batch: string[]) => Promise<unknown>,
): Promise<void> {
	const batches = batchesOf(openIds);
	if (limited) {
		const start = performance.now();
		const calls: Array<Promise<unknown>> = [];
		for (const [place, batch] of batches.entries()) {
			const early = start + place * SPACING_AT_LIMIT - performance.now();
			if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
			calls.push(call(batch));
		}
		await Promise.all(calls);
		return;
	}
	const rest = batches.values();
	const worker = async () => {
		for (const batch of rest) await call(batch);
	};
	await Promise.all(Array.from({ length: CALLS_AT_ONCE }, worker));
}
