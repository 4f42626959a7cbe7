import { raceUntil } from '../primitives/waitUntil';

/** How long the first call has to show what is wrong with all of them before the others leave, in milliseconds. */
export const FIRST_VERDICT_MS = 1_000;

/** Does all tasks; the first one ahead of the others, so that what no call can do is not asked for many times. */
export async function firstAhead(tasks: Array<() => Promise<void>>): Promise<void> {
	const [first, ...others] = tasks;
	if (first === undefined) return;
	const running = first();
	if (others.length > 0) await raceUntil(Date.now() + FIRST_VERDICT_MS, running);
	await Promise.all([running, ...others.map(async (task) => await task())]);
}
