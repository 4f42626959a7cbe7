/** State that lives as long as n8n's process, for all executions and workflows in it. */
export interface ProcessState<State> {
	readonly current: State;
}

const resets: Array<() => void> = [];

/**
 * Makes state of this process. All of the package's is made here, so that a test can begin without any.
 * n8n in queue mode runs several processes, each with its own.
 *
 * @param initial makes the state as it is when n8n has just started
 */
export function processState<State>(initial: () => State): ProcessState<State> {
	const holder = { current: initial() };
	resets.push(() => (holder.current = initial()));
	return holder;
}

/** Forgets all state of this process, as a restart of n8n does. For tests; ends nothing that is under way. */
export function resetProcessState(): void {
	for (const reset of resets) reset();
}
