import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import {
	compatibilityTable,
	partsOf,
	readRecordedRuns,
	recordedVersions,
	writeRecordedRuns,
} from './documentation/compatibility';
import type { Counts, Part, Run } from './documentation/compatibility';

/** The first Node.js that n8n 2.41 takes, and in which jest reads the ES modules of n8n's engine. */
const NODE_VERSION = '24';

/** How many of the newest versions of n8n are tried: npm may have a version, but not yet all that it depends on. */
const NEWEST_TRIED = 5;

const ROOT = path.join(__dirname, '..');

type Status = 'passed' | 'failed' | 'pending';

interface TestFile {
	name: string;
	message: string;
	assertionResults: Array<{ fullName: string; status: Status }>;
}

/**
 * Runs the execution tests in the engines of several versions of n8n, which it installs in a temporary folder, prints
 * a table and records it for the README (`npm run docs`). The versions can be given, one row each:
 * `npm run test:compatibility -- 2.0.0 latest`; versions that the README does not have are printed only. Exits with 1
 * if a test fails.
 */
function main(): void {
	const given = process.argv.slice(2);
	const versions = given.length > 0 ? given : recordedVersions();
	const runs = Object.fromEntries(versions.map((version) => [version, testIn(version)]));
	writeRecordedRuns({ ...readRecordedRuns(), ...runs });
	console.log(compatibilityTable('en', Object.values(runs)));
	for (const { n8n, failed } of Object.values(runs)) {
		for (const name of failed) console.log(`${n8n}: ${name}`);
	}
	if (Object.values(runs).some(({ failed }) => failed.length > 0)) process.exitCode = 1;
}

function testIn(version: string): Run {
	const folder = mkdtempSync(path.join(tmpdir(), 'n8n-core-'));
	try {
		const engine = install(version, folder);
		const files = runTests(folder, []);
		// Some tests count calls in a second, which a busy machine disturbs: what fails has a second try, alone.
		const again = files.filter(hasFailed).map(({ name }) => name);
		const others = files.filter((file) => !hasFailed(file));
		return {
			...engine,
			...summaryOf([
				...others,
				...(again.length > 0 ? runTests(folder, ['--runInBand', ...again]) : []),
			]),
		};
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Installs the engine of a version of n8n; of "latest", that of the newest version whose engine can be had. */
function install(version: string, folder: string): Pick<Run, 'n8n' | 'core' | 'node'> {
	writeFileSync(path.join(folder, 'package.json'), '{}');
	const newest = () => JSON.parse(npm(folder, 'view', 'n8n', 'versions', '--json')) as string[];
	const candidates = version === 'latest' ? newest().slice(-NEWEST_TRIED).reverse() : [version];
	const faults: string[] = [];
	for (const n8n of candidates) {
		try {
			const core = npm(folder, 'view', `n8n@${n8n}`, 'dependencies.n8n-core').trim();
			npm(folder, 'install', `n8n-core@${core}`, `node@${NODE_VERSION}`, '--no-audit', '--no-fund');
			const node = spawnSync(nodeIn(folder), ['--version'], { encoding: 'utf8' }).stdout.trim();
			return { n8n, core, node: node.replace('v', '') };
		} catch (error) {
			faults.push((error as Error).message);
		}
	}
	throw new Error(faults.join('\n'));
}

const nodeIn = (folder: string): string => path.join(folder, 'node_modules', '.bin', 'node');

/** Runs test files, or all of them, in the engine of a folder. */
function runTests(folder: string, args: string[]): TestFile[] {
	const outputFile = path.join(folder, 'results.json');
	const { error } = spawnSync(
		nodeIn(folder),
		[
			'--experimental-vm-modules',
			path.join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'),
			'--config=jest.compatibility.config.js',
			// Old engines leave something open.
			'--forceExit',
			'--json',
			`--outputFile=${outputFile}`,
			...args,
		],
		{
			cwd: ROOT,
			stdio: ['ignore', 'ignore', 'inherit'],
			env: { ...process.env, N8N_CORE_FOLDER: folder },
		},
	);
	if (error) throw error;
	return (JSON.parse(readFileSync(outputFile, 'utf8')) as { testResults: TestFile[] }).testResults;
}

/** Whether a test failed, or the file could not be run at all. */
const hasFailed = ({ assertionResults }: TestFile): boolean =>
	assertionResults.length === 0 || assertionResults.some(({ status }) => status === 'failed');

function summaryOf(files: TestFile[]): Pick<Run, 'date' | 'all' | 'parts' | 'failed'> {
	const none = (): Counts => ({ passed: 0, failed: 0, pending: 0 });
	const all = none();
	const parts: Record<Part, Counts> = {
		operations: none(),
		webhook: none(),
		longConnection: none(),
		sendAndWait: none(),
	};
	const failed: string[] = [];
	for (const { name: file, message, assertionResults } of files) {
		const name = path.basename(file, '.test.ts');
		const results =
			assertionResults.length > 0
				? assertionResults
				: [{ fullName: `${name}: ${message}`, status: 'failed' as const }];
		for (const { fullName, status } of results) {
			for (const counts of [all, ...partsOf(name, fullName).map((part) => parts[part])]) {
				counts[status] += 1;
			}
			if (status === 'failed') failed.push(`${name}: ${fullName}`);
		}
	}
	return { date: new Date().toISOString().slice(0, 10), all, parts, failed };
}

/** @throws {Error} with what npm printed, when it fails */
function npm(folder: string, ...args: string[]): string {
	// What npm tells the scripts that it runs is about the folder of this package.
	const env = Object.fromEntries(
		Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')),
	);
	const { status, stdout, stderr } = spawnSync('npm', args, { cwd: folder, env, encoding: 'utf8' });
	if (status !== 0) throw new Error(`npm ${args.join(' ')}: ${stderr}`);
	return stdout;
}

main();
