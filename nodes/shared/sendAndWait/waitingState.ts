import type { DeliveryOptions } from '../delivery/DeliveryOptions';
import type { WaitingCard } from './waitingCard';

/** What the waiting workflow knows, as the JSON of its one item. */
export interface WaitingState {
	/** One for each input item, in their order. */
	cards: WaitingCard[];
	delivery: DeliveryOptions;
	/** What an item that reached nobody does to the others: ends them, or is told in its output. */
	onFailure: 'stop' | 'tell' | 'tellErrorOutput';
	/** True once the cards were created. */
	isSent: boolean;
}
