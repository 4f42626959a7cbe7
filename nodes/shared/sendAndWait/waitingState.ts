import type { DeliveryOptions } from '../delivery/DeliveryOptions';
import type { WaitingCard } from './waitingCard';

/** The state of the waiting workflow, as the JSON of its one item. n8n stores it while the execution waits. */
export interface WaitingState {
	/** One for each input item, in their order. */
	cards: WaitingCard[];
	delivery: DeliveryOptions;
	/** What an item does that reached nobody: it ends the others, or its output says so. */
	onFailure: 'stop' | 'tell' | 'tellErrorOutput';
	/** True once the cards were created. */
	isSent: boolean;
}

/** Reads the state out of an item, which only this package's own nodes write. */
export function readWaitingState(json: unknown): WaitingState {
	return json as WaitingState;
}
