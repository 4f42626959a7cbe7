import { execFile, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { freePort } from '../e2e/freePort';
import { PATIENCE } from '../e2e/expect';

const run = promisify(execFile);
const pollEveryMilliseconds = 50;
const INSTALL = 'on Debian: apt-get install postgresql redis-server';

/** A database or a queue that n8n's processes share. */
export interface Service {
	/** On 127.0.0.1. */
	port: number;
	/** Ends it and removes all that it wrote. */
	stop(): Promise<void>;
}

/** Starts Debian's Redis on a free port. It keeps nothing. */
export async function startRedis(): Promise<Service> {
	const port = await freePort();
	const stop = await startService(
		'redis-server',
		['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
		{ stopSignal: 'SIGTERM', isReady: async () => await takesConnections(port) },
	);
	return { port, stop };
}

/** The account of PostgreSQL and of its one database, which asks for no password. */
export const POSTGRES_USER = 'postgres';

/** Starts Debian's PostgreSQL on a free port, with a new cluster of its own in a temporary folder. */
export async function startPostgres(): Promise<Service> {
	const port = await freePort();
	const folder = mkdtempSync(join(tmpdir(), 'feishu-feed-postgres-'));
	const bin = postgresBin();
	// PostgreSQL refuses to run as root: Debian has made it a user of its own.
	const isRoot = process.getuid?.() === 0;
	const asUser = isRoot
		? ['--reuid', POSTGRES_USER, '--regid', POSTGRES_USER, '--clear-groups']
		: [];
	if (isRoot) {
		const [uid, gid] = await Promise.all(['-u', '-g'].map(idOfPostgres));
		chownSync(folder, uid, gid);
	}
	chmodSync(folder, 0o700);
	await run(
		'setpriv',
		[
			...asUser,
			join(bin, 'initdb'),
			...['--pgdata', folder, '--username', POSTGRES_USER, '--auth', 'trust'],
			...['--encoding', 'UTF8', '--locale', 'C', '--no-sync'],
		],
		{ cwd: '/' },
	);
	const settings = {
		port,
		listen_addresses: '127.0.0.1',
		unix_socket_directories: '',
		// Nothing of it outlives the test.
		fsync: 'off',
		max_connections: 200,
	};
	const stop = await startService(
		join(bin, 'postgres'),
		[
			...['-D', folder],
			...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
		],
		{
			asUser,
			// Its fast shutdown, which does not wait for those who are connected.
			stopSignal: 'SIGINT',
			isReady: async () => {
				const place = ['--host', '127.0.0.1', '--port', String(port)];
				return await run(join(bin, 'pg_isready'), place).then(
					() => true,
					() => false,
				);
			},
		},
	);
	return {
		port,
		stop: async () => {
			await stop();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

async function idOfPostgres(option: string): Promise<number> {
	const { stdout } = await run('id', [option, POSTGRES_USER]);
	return Number(stdout);
}

/** Debian keeps each version's commands apart, and off the path. */
function postgresBin(): string {
	const versions = '/usr/lib/postgresql';
	const [newest] = existsSync(versions)
		? readdirSync(versions).sort((one, other) => Number(other) - Number(one))
		: [];
	if (newest === undefined) {
		throw new Error(`PostgreSQL is missing (${INSTALL})`);
	}
	return join(versions, newest, 'bin');
}

/** Starts a server, which ends with this process, and waits until it is ready. @returns ends it */
async function startService(
	file: string,
	args: string[],
	options: { asUser?: string[]; stopSignal: NodeJS.Signals; isReady: () => Promise<boolean> },
): Promise<() => Promise<void>> {
	const { asUser = [], stopSignal, isReady } = options;
	const child = spawn('setpriv', ['--pdeathsig', stopSignal.slice(3), ...asUser, file, ...args], {
		cwd: '/',
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let output = '';
	let hasEnded = false;
	child.stdout.on('data', (text: Buffer) => (output += text.toString()));
	child.stderr.on('data', (text: Buffer) => (output += text.toString()));
	const ended = new Promise<void>((resolve) => {
		const end = (error?: unknown) => {
			if (error instanceof Error) output += error.message;
			hasEnded = true;
			resolve();
		};
		child.once('error', end).once('close', end);
	});
	const stop = async () => {
		child.kill(stopSignal);
		await ended;
	};
	const giveUpAt = Date.now() + PATIENCE;
	while (!(await isReady())) {
		if (hasEnded || Date.now() > giveUpAt) {
			await stop();
			throw new Error(`${file} does not answer (${INSTALL}). It printed:\n${output}`);
		}
		await sleep(pollEveryMilliseconds);
	}
	return stop;
}

async function takesConnections(port: number): Promise<boolean> {
	return await new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1');
		socket.once('connect', () => {
			socket.destroy();
			resolve(true);
		});
		socket.once('error', () => resolve(false));
	});
}
