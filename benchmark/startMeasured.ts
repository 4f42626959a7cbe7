import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';

import type { FromMeasured, Job, OwnFigures, ToMeasured } from './measurement';
import { benchmarkFolder, nodeForMeasured } from './paths';

const ENTRY = join(benchmarkFolder, 'dist/benchmark/measuredProcess.js');

/** A process that has everything ready for its job and waits for the word to begin. */
export interface Measured {
	/** Has it do the job. @throws {Error} with what the process says when it fails */
	go: () => Promise<OwnFigures>;
}

/**
 * Starts a process for a job, and returns when it is ready. It runs compiled JavaScript, as n8n does.
 *
 * @throws {Error} with what the process says when it does not get ready
 */
export async function startMeasured(job: Job): Promise<Measured> {
	const child = fork(ENTRY, [JSON.stringify(job)], {
		execPath: nodeForMeasured,
		execArgv: [],
		stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
	});
	let complaints = '';
	child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaints += text));
	const next = async () => await nextMessage(child, () => `${job.contender}: ${complaints}`);
	await next();
	return {
		go: async () => {
			const done = next();
			child.send({ kind: 'go' } satisfies ToMeasured);
			const message = await done;
			if (message.kind !== 'done') throw new Error(`${job.contender} says ${message.kind}`);
			return message.figures;
		},
	};
}

async function nextMessage(child: ChildProcess, problem: () => string): Promise<FromMeasured> {
	return await new Promise<FromMeasured>((resolve, reject) => {
		const ended = () => reject(new Error(`A measured process ended early. ${problem()}`));
		child.once('close', ended);
		child.once('message', (message: FromMeasured) => {
			child.off('close', ended);
			resolve(message);
		});
	});
}
