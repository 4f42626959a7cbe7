import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { n8nFolder, nodeOfN8n } from './checkout';
import { together, type Progress, type Tell } from './progress';
import { runCommand } from './runCommand';
import { fill, removeUnfinished } from './unfinished';

const modules = join(n8nFolder, 'node_modules');
const stampFile = join(modules, '.installed-for');
const lookEveryMilliseconds = 1000;

/** Where the packages are made that have a script to run before n8n can start. */
const preparedFolder = join(n8nFolder, '.prepared');

/** Those packages, with what their scripts make. */
const prepared = [
	{ name: 'node', made: 'bin' },
	{ name: 'sqlite3', made: 'build' },
];

interface Lock {
	packages: Record<
		string,
		{ version?: string; os?: string[]; cpu?: string[]; extraneous?: boolean }
	>;
}

function readLock(): Lock {
	return JSON.parse(readFileSync(join(n8nFolder, 'package-lock.json'), 'utf8')) as Lock;
}

/** The version that is locked of a package of n8n's. */
function lockedVersion(name: string): string {
	return readLock().packages[`node_modules/${name}`]?.version ?? '';
}

/** What the finished installation was made from: another pin, lock or machine asks for a new one. */
function wantedStamp(): string {
	const hash = createHash('sha256');
	for (const file of ['package.json', 'package-lock.json']) {
		hash.update(readFileSync(join(n8nFolder, file)));
	}
	return `${hash.digest('hex')} ${process.platform} ${process.arch}`;
}

/** Tells whether the pinned n8n stands ready, without running anything. */
function isN8nInstalled(): boolean {
	return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wantedStamp();
}

/** Tells whether a package is there in the version that is locked. */
function isLockedVersion(name: string): boolean {
	const file = join(modules, name, 'package.json');
	if (!existsSync(file)) return false;
	const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
	return version === lockedVersion(name);
}

async function runsPinnedNode(): Promise<boolean> {
	try {
		const version = await runCommand(nodeOfN8n, ['--version'], { cwd: n8nFolder });
		return version.trim() === `v${lockedVersion('node')}`;
	} catch {
		return false;
	}
}

async function loadsSqlite(): Promise<boolean> {
	try {
		await runCommand(nodeOfN8n, ['--eval', "require('sqlite3')"], { cwd: n8nFolder });
		return true;
	} catch {
		return false;
	}
}

const quietly = ['--no-save', '--no-audit', '--no-fund'];

/** Installs all of n8n's packages, without running any script of theirs. */
async function installPackages(tell: Tell, signal: AbortSignal): Promise<void> {
	const suits = (wanted: string[] | undefined, here: string) => wanted?.includes(here) ?? true;
	const locations = Object.entries(readLock().packages)
		.filter(([location]) => location !== '')
		.filter(([, { extraneous }]) => !extraneous)
		.filter(([, { os, cpu }]) => suits(os, process.platform) && suits(cpu, process.arch))
		.map(([location]) => join(n8nFolder, location, 'package.json'));
	const looking = setInterval(() => {
		const done = locations.filter((file) => existsSync(file)).length;
		tell({ done, total: locations.length, unit: 'packages' });
	}, lookEveryMilliseconds);
	try {
		// n8n's optional Kafka client does not build everywhere: only the scripts run that n8n cannot do without.
		// Nothing is saved, since npm would add the optional packages of this platform to the lock file.
		await fill(
			modules,
			async () =>
				await runCommand('npm', ['install', '--ignore-scripts', ...quietly], {
					cwd: n8nFolder,
					signal,
				}),
		);
	} finally {
		clearInterval(looking);
	}
}

/**
 * Makes what has to be fetched or compiled, in a folder of its own: compiling SQLite takes a minute or more, and need
 * not wait for n8n's packages. The versions are those of n8n's lock file.
 */
async function preparePackages(tell: Tell, signal: AbortSignal): Promise<void> {
	rmSync(preparedFolder, { recursive: true, force: true });
	mkdirSync(preparedFolder);
	const dependencies = Object.fromEntries(prepared.map(({ name }) => [name, lockedVersion(name)]));
	writeFileSync(
		join(preparedFolder, 'package.json'),
		JSON.stringify({ private: true, dependencies }),
	);
	cpSync(join(n8nFolder, 'package-lock.json'), join(preparedFolder, 'package-lock.json'));
	const makefile = join(preparedFolder, 'node_modules', 'sqlite3', 'build', 'Makefile');
	const looking = setInterval(() => {
		if (existsSync(makefile)) tell('compiling SQLite');
	}, lookEveryMilliseconds);
	try {
		// "npm run" hands the checkout's own ignore-scripts on through the environment.
		await runCommand('npm', ['install', '--ignore-scripts=false', ...quietly], {
			cwd: preparedFolder,
			signal,
		});
	} finally {
		clearInterval(looking);
	}
}

/** Puts what was made beside the rest of its package. */
function placePrepared(): void {
	for (const { name, made } of prepared) {
		const place = join(modules, name, made);
		rmSync(place, { recursive: true, force: true });
		cpSync(join(preparedFolder, 'node_modules', name, made), place, {
			recursive: true,
			dereference: true,
		});
	}
	rmSync(preparedFolder, { recursive: true, force: true });
}

/** Says what an installation brings, how large it is and how long it takes; nothing when n8n is installed. */
export function describeInstallation(): string | undefined {
	if (isN8nInstalled()) return undefined;
	return (
		`n8n ${lockedVersion('n8n')} with Node ${lockedVersion('node')} and SQLite, into sandbox/n8n: ` +
		'3 GB and about 4 minutes with two cores, the first time only'
	);
}

/**
 * Installs the pinned n8n and the Node that it runs on into `sandbox/n8n/node_modules`, when that is missing or was
 * made from other pins: about 3 GB and several minutes the first time, nothing afterwards.
 * @param signal ends the installation; the next one unpacks anew what npm has in its cache by then
 * @throws {CommandFailedError} when npm fails, with the last lines that it printed
 */
export async function installN8n(progress: Progress, signal?: AbortSignal): Promise<void> {
	if (isN8nInstalled()) return;
	removeUnfinished(modules);
	rmSync(stampFile, { force: true });
	const isPrepared =
		prepared.every(({ name }) => isLockedVersion(name)) &&
		(await runsPinnedNode()) &&
		(await loadsSqlite());
	await together(
		[
			async (ending) =>
				await progress.task(
					`Installing n8n ${lockedVersion('n8n')}`,
					async (tell) => await installPackages(tell, ending),
					ending,
				),
			async (ending) => {
				if (isPrepared) return;
				await progress.task(
					'Preparing its Node and SQLite',
					async (tell) => await preparePackages(tell, ending),
					ending,
				);
			},
		],
		signal,
	);
	if (!isPrepared) placePrepared();
	if (!(await runsPinnedNode())) {
		throw new Error(
			`Node ${lockedVersion('node')}, which n8n runs on, did not install into sandbox/n8n/node_modules. ` +
				'Delete that folder and start again.',
		);
	}
	if (!(await loadsSqlite())) {
		throw new Error(
			'SQLite, which n8n keeps its data in, could not be prepared. ' +
				'Run "npm rebuild sqlite3 --ignore-scripts=false" in sandbox/n8n to see why ' +
				'(it may need a C++ compiler and Python).',
		);
	}
	writeFileSync(stampFile, wantedStamp());
}
