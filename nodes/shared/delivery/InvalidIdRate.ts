/** Weighs the first results against the assumption that nearly all IDs are good, in recipients. */
const PRIOR = { invalid: 0.2, recipients: 20 };

/**
 * Keeps how many of a run's IDs turned out to be invalid although Feishu did not name them, and says how many
 * recipients to put into a call: with many invalid ones, a large call is refused nearly always.
 */
export class InvalidIdRate {
	private invalid = PRIOR.invalid;
	private recipients = PRIOR.recipients;
	/** Recipients who were accepted since the last refusal. */
	private acceptedInARow = 0;

	/** Notes the recipients of a call that was accepted. */
	noteAccepted(recipients: number): void {
		this.recipients += recipients;
		this.acceptedInARow += recipients;
	}

	/** Notes a call that was refused for some of its IDs. */
	noteRefused(): void {
		this.acceptedInARow = 0;
	}

	/** Notes an ID that was found to be invalid. */
	noteInvalid(): void {
		this.recipients += 1;
		this.invalid += 1;
	}

	/**
	 * The size of call that finds the invalid IDs in the fewest calls: about half of such calls pass. Lists often
	 * hold all invalid IDs in one place, so that calls grow again once they are accepted.
	 *
	 * @param batchSize the most that Feishu takes
	 */
	callSize(batchSize: number): number {
		const size = Math.round((Math.LN2 * this.recipients) / this.invalid);
		const largest = Math.max(1, size, Math.floor(this.acceptedInARow / 2));
		// A call that is a little smaller than a full one saves nothing.
		return largest > batchSize / 2 ? batchSize : largest;
	}
}
