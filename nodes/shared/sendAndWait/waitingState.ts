import type { DeliveryOptions } from '../delivery/DeliveryOptions';
import type { WaitingCard } from './waitingCard';

/** The version of the state that this code writes. Version 0.1 of the package wrote none: that is 1. */
export const WAITING_STATE_VERSION = 2;

/** The state of the waiting workflow, as the JSON of its one item. n8n stores it while the execution waits. */
export interface WaitingState {
	version: typeof WAITING_STATE_VERSION;
	/** One for each input item, in their order. */
	cards: WaitingCard[];
	delivery: DeliveryOptions;
	/** What an item does that reached nobody: it ends the others, or its output says so. */
	onFailure: 'stop' | 'tell' | 'tellErrorOutput';
	/** True once the cards were created. */
	isSent: boolean;
	/** Where responses go, without the query; known once the cards were created. Version 0.1 did not keep it. */
	address?: string;
	/** The process of n8n that received a response, until the execution has settled after it. */
	receivedBy?: string;
	/** When the execution had settled after a response to another process, in milliseconds since 1970. */
	settledAtMs?: number;
}

/**
 * Reads the state out of an item, which only this package's own nodes write: this version of them, or an earlier
 * one with which the execution went to sleep.
 */
export function readWaitingState(json: unknown): WaitingState {
	// What version 1 lacks beside its number is on the buttons of its cards: see readResumeTarget.
	return { ...(json as WaitingState), version: WAITING_STATE_VERSION };
}
