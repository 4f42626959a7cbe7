import { sleep } from 'n8n-workflow';

/** How soon a wait notices that the user stopped the execution, in milliseconds. */
const LONGEST_NAP = 250;

/** Tells whether the user stopped the execution, or its time ran out. */
export type IsStopped = () => boolean;

/** Waits until a time, in milliseconds since 1970, or until the execution is stopped. */
export async function waitUntil(time: number, isStopped: IsStopped): Promise<void> {
	for (let left = time - Date.now(); left > 0 && !isStopped(); left = time - Date.now()) {
		await sleep(Math.min(left, LONGEST_NAP));
	}
}
