import type { Logger } from 'n8n-workflow';

/** Milliseconds between two messages. */
const INTERVAL = 5_000;

/** Logs how far a run has come. */
export class Progress {
	private done = 0;
	private lastMessage = Date.now();

	/** @param recipients how many there are in all */
	constructor(
		private readonly logger: Logger,
		private readonly recipients: number,
	) {}

	/** Adds recipients whose outcome is known; logs every few seconds what is done and left. */
	add(recipients: number): void {
		this.done += recipients;
		if (Date.now() - this.lastMessage < INTERVAL) return;
		this.lastMessage = Date.now();
		this.logger.info(`Feishu Feed: ${this.done} recipients are done, ${this.left} are left`);
	}

	/** Takes back recipients whose outcome is not the last one: they are asked for in another way. */
	takeBack(recipients: number): void {
		this.done -= recipients;
	}

	/** Logs who was reached before a stop, since n8n takes no output from a stopped node. */
	stopped(reached: number): void {
		const rest = this.recipients - reached;
		this.logger.info(
			`Feishu Feed was stopped: ${reached} recipients were reached, ${rest} were not`,
		);
	}

	private get left(): number {
		return this.recipients - this.done;
	}
}
