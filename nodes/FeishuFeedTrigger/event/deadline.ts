/** Feishu waits 3 seconds for a response; this leaves it time to travel. In milliseconds after the event came. */
export const RESPONSE_DEADLINE_MS = 2_600;
