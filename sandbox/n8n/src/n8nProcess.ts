import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import axios from 'axios';
import { detectPort } from 'detect-port';

import { n8nFolder, n8nScript, nodeOfN8n } from './checkout';
import { n8nEnvironment, type N8nPlace } from './n8nEnvironment';
import type { OwnerAccount } from './ownerAccount';

const lookEveryMilliseconds = 200;
const killAfterSeconds = 20;
const linesShown = 30;

/** What a process of n8n does. In queue mode, one `start` and any number of the others are one n8n together. */
export type N8nCommand = 'start' | 'webhook' | 'worker';

/** What n8n writes into its log when it is ready. */
const readyLines: Record<N8nCommand, string> = {
	// n8n says so after its active workflows were started, which its readiness does not wait for.
	start: 'Editor is now accessible',
	webhook: 'Webhook listener waiting for requests',
	worker: 'n8n worker is now ready',
};

/** A process of n8n that is up and answers. */
export interface RunningN8n {
	/** Address of the editor, or of the webhooks or the health check alone; without a slash at the end. */
	url: string;
	/** Id of n8n's process, which leads a process group of its own. */
	processId: number;
	/** Settles when n8n ended, for whatever reason, with a sentence about it. */
	ended: Promise<string>;
	/** Everything that n8n has written to its log file. */
	readLog(): string;
	/** Asks n8n to stop and waits until none of its processes is left; after 20 seconds they are killed. */
	stop(): Promise<void>;
	/** Kills n8n and all of its processes, without giving them a moment, and waits until none is left. */
	kill(): Promise<void>;
}

/** Options of {@link startN8n}. */
export interface N8nStart extends Omit<N8nPlace, 'brokerPort'> {
	/** `start` by default: everything in one process. */
	command?: N8nCommand;
	owner: OwnerAccount;
	/** Takes n8n's output; what it holds already is kept. */
	logFile: string;
	/** How long n8n may take until it answers, in seconds. */
	readyWithin?: number;
	/** How often to look whether n8n answers, in milliseconds: 200 by default. */
	lookEvery?: number;
	/** Ends the start; n8n is stopped again. */
	signal?: AbortSignal;
	/** Variables for n8n beside the usual ones, such as `N8N_LOG_LEVEL`. */
	environment?: NodeJS.ProcessEnv;
}

/** The last lines of a log, to be shown with an error. */
export function lastLines(log: string): string {
	return log.trimEnd().split('\n').slice(-linesShown).join('\n');
}

function isGroupAlive(processId: number): boolean {
	try {
		process.kill(-processId, 0);
		return true;
	} catch {
		return false;
	}
}

async function isReady(url: string): Promise<boolean> {
	try {
		await axios.get(`${url}/healthz/readiness`, { timeout: 2000, proxy: false });
		return true;
	} catch {
		return false;
	}
}

/**
 * Starts the installed n8n and waits until it answers and its active workflows are on.
 * @throws Error with the last lines of n8n's log when it ends or stays silent
 */
export async function startN8n(start: N8nStart): Promise<RunningN8n> {
	const { command = 'start', owner, logFile, readyWithin = 180, signal, environment } = start;
	const { lookEvery = lookEveryMilliseconds } = start;
	const place = { userFolder: start.userFolder, port: start.port };
	const url = `http://localhost:${place.port}`;
	const brokerPort = await detectPort(place.port + 1);
	const log = openSync(logFile, 'a');
	const logStart = readFileSync(logFile).length;
	const child = spawn(nodeOfN8n, [n8nScript, command], {
		cwd: n8nFolder,
		env: { ...n8nEnvironment({ ...place, brokerPort }, owner), ...environment },
		// A group of its own: Ctrl-C reaches only us, and we stop n8n and its task runner in order.
		detached: true,
		// The channel carries no message: that it closes tells n8n that we are gone.
		stdio: ['ignore', log, log, 'ipc'],
	});
	closeSync(log);

	let hasEnded = false;
	const ended = new Promise<string>((resolve) => {
		child.once('error', (error) => {
			hasEnded = true;
			resolve(`n8n could not be started: ${error.message}`);
		});
		child.once('exit', (code, signal) => {
			hasEnded = true;
			resolve(`n8n ended with ${signal ? `signal ${signal}` : `code ${code}`}`);
		});
	});
	const readLog = () => readFileSync(logFile, 'utf8');
	const processId = child.pid ?? 0;

	const end = async (first: 'SIGTERM' | 'SIGKILL') => {
		if (!processId) return;
		const killAt = Date.now() + killAfterSeconds * 1000;
		if (isGroupAlive(processId)) process.kill(-processId, first);
		while (isGroupAlive(processId)) {
			if (Date.now() > killAt) process.kill(-processId, 'SIGKILL');
			await sleep(50);
		}
		await ended;
	};
	const stop = async () => await end('SIGTERM');
	const kill = async () => await end('SIGKILL');

	const giveUpAt = Date.now() + readyWithin * 1000;
	const isUp = async () =>
		readFileSync(logFile).subarray(logStart).includes(readyLines[command]) && (await isReady(url));
	while (!(await isUp())) {
		if (hasEnded || signal?.aborted || Date.now() > giveUpAt) {
			const reason = hasEnded ? await ended : `n8n did not answer within ${readyWithin} s`;
			await stop();
			signal?.throwIfAborted();
			throw new Error(
				`${reason}. The last lines of its log (${logFile}):\n${lastLines(readLog())}`,
			);
		}
		await sleep(lookEvery);
	}
	return { url, processId, ended, readLog, stop, kill };
}
