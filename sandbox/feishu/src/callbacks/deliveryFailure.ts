/** Why somebody was not reached, or did not answer as they should. */
export const FAILURE_REASONS = [
	/** No callback URL, no long connection. */
	'noReceiver',
	/** No connection to the URL, or one that broke. */
	'unreachable',
	/** No answer in time. */
	'timeout',
	/** The long connection ended before the answer. */
	'disconnected',
	/** Another HTTP status than 200; over the long connection, another `code`. */
	'status',
	/** An answer that Feishu does not understand. */
	'invalidAnswer',
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

/** A delivery that failed, with what came back, if anything did. */
export class DeliveryFailure extends Error {
	constructor(
		readonly reason: FailureReason,
		message: string,
		readonly received?: Received,
	) {
		super(message);
		this.name = 'DeliveryFailure';
	}
}

/** What a receiver sent back. */
export interface Received {
	/** HTTP status, or `code` of the answer frame. */
	status: number;
	/** The body, or the decoded `data` of the answer frame; empty if there was none. */
	text: string;
}
