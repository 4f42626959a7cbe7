import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { n8nFolder, nodeOfN8n } from './checkout';
import { withProgress } from './progress';
import { runCommand } from './runCommand';

const stampFile = join(n8nFolder, 'node_modules', '.installed-for');

interface Pins {
	dependencies: { n8n: string; node: string };
}

function readPins(): Pins {
	return JSON.parse(readFileSync(join(n8nFolder, 'package.json'), 'utf8')) as Pins;
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

async function runsPinnedNode(version: string): Promise<boolean> {
	try {
		return (
			(await runCommand(nodeOfN8n, ['--version'], { cwd: n8nFolder })).trim() === `v${version}`
		);
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

/**
 * Installs the pinned n8n and the Node that it runs on into `sandbox/n8n/node_modules`, when that is missing or was
 * made from other pins: about 3 GB and several minutes the first time, nothing afterwards.
 * @param signal ends the installation; the next one takes up what is there
 * @throws {CommandFailedError} when npm fails, with the last lines that it printed
 */
export async function installN8n(signal?: AbortSignal): Promise<void> {
	if (isN8nInstalled()) return;
	const { n8n, node } = readPins().dependencies;
	rmSync(stampFile, { force: true });

	await withProgress(
		`Installing n8n ${n8n} into sandbox/n8n/node_modules`,
		'3 GB and usually 2 to 5 minutes, the first time only',
		async () =>
			// n8n's optional Kafka client does not build everywhere: no package's script runs but the two below.
			// Nothing is saved, since npm would add the optional packages of this platform to the lock file.
			await runCommand(
				'npm',
				['install', '--ignore-scripts', '--no-save', '--no-audit', '--no-fund'],
				{ cwd: n8nFolder, signal },
			),
	);
	// "npm run" hands the checkout's own ignore-scripts on through the environment.
	const rebuild = async (name: string) =>
		await runCommand('npm', ['rebuild', name, '--ignore-scripts=false'], {
			cwd: n8nFolder,
			signal,
		});
	if (!(await runsPinnedNode(node))) {
		await withProgress(
			`Fetching Node ${node} for n8n`,
			undefined,
			async () => await rebuild('node'),
		);
	}
	if (!(await loadsSqlite())) {
		await withProgress(
			'Preparing SQLite for n8n',
			'up to 3 minutes where it has to be compiled',
			async () => await rebuild('sqlite3'),
		);
	}
	if (!(await runsPinnedNode(node))) {
		throw new Error(
			`Node ${node}, which n8n runs on, did not install into sandbox/n8n/node_modules. ` +
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
