/** Weighs the first results against the assumption that nearly all IDs are good, in recipients. */
const PRIOR = { invalid: 0.2, recipients: 20 };

/**
 * Keeps how many of a run's IDs turned out to be invalid although Feishu did not name them, and says how many
 * recipients to put into a call: with many invalid ones, a large call is refused nearly always.
 */
export class InvalidIdRate {
	private invalid = PRIOR.invalid;
	private recipients = PRIOR.recipients;

	/** Notes recipients of whom it is known whether their ID is valid. */
	note(recipients: number, { areValid }: { areValid: boolean }): void {
		this.recipients += recipients;
		if (!areValid) this.invalid += recipients;
	}

	/**
	 * The size of call that finds the invalid IDs in the fewest calls: about half of such calls pass.
	 *
	 * @param batchSize the most that Feishu takes
	 */
	callSize(batchSize: number): number {
		const size = Math.round((Math.LN2 * this.recipients) / this.invalid);
		return Math.min(batchSize, Math.max(1, size));
	}
}
