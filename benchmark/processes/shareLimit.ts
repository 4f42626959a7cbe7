import { startMeasured } from '../startMeasured';
import { BATCH_SIZE } from '../contenders/contender';
import { expressionEngine } from '../recipients/runCells';
import { SandboxProcess } from '../sandboxProcess';

/** Feishu's limit for cards, in calls a second (Feishu reference: "Create app feed card"). */
const LIMIT = 10;
/** Milliseconds, as a real Feishu may take. */
const LATENCY = 200;

/** How several processes fared that use one app at the same time. */
export interface SharedLimit {
	processes: number;
	callsOfEach: number;
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

/** Has several processes, as n8n's workers are, send cards as one app at the limit. */
export async function shareLimit(processes: number, callsOfEach: number): Promise<SharedLimit> {
	const each = callsOfEach * BATCH_SIZE;
	const warmUp = processes * BATCH_SIZE;
	const recipients = processes * each;
	const sandbox = await SandboxProcess.start({
		people: warmUp + recipients,
		latency: LATENCY,
		limited: true,
		recordCalls: true,
	});
	try {
		const ready = [];
		for (let place = 0; place < processes; place++) {
			ready.push(
				await startMeasured({
					contender: 'feishuFeed',
					sandboxUrl: sandbox.url,
					limited: true,
					warmUp: { start: place * BATCH_SIZE, end: (place + 1) * BATCH_SIZE },
					recipients: { start: warmUp + place * each, end: warmUp + (place + 1) * each },
					expressionEngine,
				}),
			);
		}
		await sandbox.empty();
		const ended = await Promise.all(ready.map(async ({ go }) => await go()));
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
