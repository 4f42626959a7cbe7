import { setTimeout as sleep } from 'node:timers/promises';

import { startMeasured } from '../startMeasured';
import { BATCH_SIZE } from '../contenders/contender';
import { SandboxProcess } from '../sandboxProcess';

/** Feishu's limit for cards, in calls a second (Feishu reference: "Create app feed card"). */
const LIMIT = 10;
/** Milliseconds, as a real Feishu may take. */
const LATENCY = 200;

/** A process that joins the others while they send, and leaves before they are done. */
export interface Guest {
	/** Seconds after the others began. */
	joinsAfter: number;
	calls: number;
}

/** How several processes fared that use one app at the same time. */
export interface SharedLimit {
	/** Those that begin together, without the guest. */
	processes: number;
	callsOfEach: number;
	guest?: Guest;
	recipients: number;
	/** Accepted calls a second as a part of the limit, as long as all processes were at it. */
	shareWhileAll: number;
	/** The same, from the first process's start to the last one's end. */
	shareInAll: number;
	/** Seconds. */
	whileAll: number;
	inAll: number;
	calls: number;
	refused: number;
	/** People without the card. */
	lost: number;
	/** People with more than one card, and cards of people who were to get none. */
	doubled: number;
}

/**
 * Has several processes, as n8n's workers are, send cards as one app at the limit.
 *
 * @param guest one more process, which comes later and has less to send
 */
export async function shareLimit(
	processes: number,
	callsOfEach: number,
	guest?: Guest,
): Promise<SharedLimit> {
	const plan = Array.from({ length: processes }, () => ({ joinsAfter: 0, calls: callsOfEach }));
	if (guest) plan.push(guest);
	const warmUp = plan.length * BATCH_SIZE;
	const recipients = plan.reduce((sum, { calls }) => sum + calls * BATCH_SIZE, 0);
	const sandbox = await SandboxProcess.start({
		people: warmUp + recipients,
		latency: LATENCY,
		limited: true,
		recordCalls: true,
	});
	try {
		const ready = [];
		let start = warmUp;
		for (const [place, { calls }] of plan.entries()) {
			const end = start + calls * BATCH_SIZE;
			ready.push(
				await startMeasured({
					contender: 'feishuFeed',
					sandboxUrl: sandbox.url,
					limited: true,
					warmUp: { start: place * BATCH_SIZE, end: (place + 1) * BATCH_SIZE },
					recipients: { start, end },
				}),
			);
			start = end;
		}
		await sandbox.empty();
		const ended = await Promise.all(
			ready.map(async ({ go }, place) => {
				await sleep(plan[place]!.joinsAfter * 1000);
				return await go();
			}),
		);
		const starts = ended.map(({ startedAt }) => startedAt);
		const ends = ended.map(({ endedAt }) => endedAt);
		const accepted = await sandbox.acceptedCalls();
		const share = (from: number, to: number) =>
			accepted.filter((time) => time >= from && time < to).length / ((to - from) / 1000) / LIMIT;
		const [firstStart, lastStart] = [Math.min(...starts), Math.max(...starts)];
		const [firstEnd, lastEnd] = [Math.min(...ends), Math.max(...ends)];
		const { calls, refused } = await sandbox.count();
		const held = [...(await sandbox.cardsByPerson()).values()];
		return {
			processes,
			callsOfEach,
			guest,
			recipients,
			shareWhileAll: share(lastStart, firstEnd),
			shareInAll: share(firstStart, lastEnd),
			whileAll: (firstEnd - lastStart) / 1000,
			inAll: (lastEnd - firstStart) / 1000,
			calls,
			refused,
			lost: recipients - held.length,
			doubled: held.filter((cards) => cards !== 1).length,
		};
	} finally {
		await sandbox.stop();
	}
}
