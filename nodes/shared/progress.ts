import type { Logger } from 'n8n-workflow';

/** Milliseconds between two messages. */
const INTERVAL = 5_000;

/**
 * Logs, every few seconds of a long run, how many recipients are done and how many are left.
 *
 * @returns to be told whenever the outcome of some recipients is known
 */
export function logProgress(
	logger: Logger,
	recipients: number,
	now: () => number = Date.now,
): (done: number) => void {
	let done = 0;
	let lastMessage = now();
	return (more) => {
		done += more;
		if (now() - lastMessage < INTERVAL) return;
		lastMessage = now();
		logger.info(`Feishu Feed: ${done} recipients are done, ${recipients - done} are left`);
	};
}
