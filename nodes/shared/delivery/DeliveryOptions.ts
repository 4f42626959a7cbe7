/** How the calls of an execution are made. */
export interface DeliveryOptions {
	/** In place of Feishu's documented limits. */
	callsPerSecond?: number;
	/** The most calls under way at once. */
	callsAtOnce: number;
	/** The most seconds to wait, all in all, for a call to pass after it has failed. */
	longestWait: number;
}
