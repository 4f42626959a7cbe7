import { randomUUID } from 'crypto';
import type { IExecuteFunctions } from 'n8n-workflow';

import { processState } from '../shared/primitives/processState';
import { waitUntil } from '../shared/primitives/waitUntil';
import type { WaitingState } from '../shared/sendAndWait/waitingState';

/**
 * In queue mode, a response comes to one process of n8n, another runs the execution, and a third may have another
 * response in hand. n8n takes a response for an execution that sleeps, also when it has read the state before the last
 * response changed it: that one would be undone. So the execution is at work for longer than a process holds a
 * response, and n8n refuses what comes meanwhile; who sent it tries again.
 */
const SETTLE_MS = 1_000;
/**
 * For this time after the execution sleeps again, the process that received the last response may not have read so: it
 * would take an execution that the next response wakes for one that has ended, and resume the workflow too early.
 */
const READ_MS = 300;

const processId = processState<string>(randomUUID);

/** Names this process of n8n. */
export function thisProcess(): string {
	return processId.current;
}

/** Whether another process received the last response, and the execution has not settled since. */
export function isUnsettled({ receivedBy }: WaitingState): boolean {
	return receivedBy !== undefined && receivedBy !== thisProcess();
}

/** Waits until the execution may sleep again. */
export async function settle(
	context: IExecuteFunctions,
	state: WaitingState,
): Promise<WaitingState> {
	await waitUntil(Date.now() + SETTLE_MS, context.getExecutionCancelSignal());
	return { ...state, receivedBy: undefined, settledAtMs: Date.now() };
}

/** Whether a response has to come again. @param now milliseconds since 1970 */
export function isTooEarly({ settledAtMs }: WaitingState, now: number): boolean {
	// The clocks of two machines may differ.
	return settledAtMs !== undefined && Math.abs(now - settledAtMs) < READ_MS;
}
