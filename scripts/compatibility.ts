import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The oldest n8n that the package is meant for, the first of n8n 2, and the newest. */
const VERSIONS = ['1.123.0', '2.0.0', 'latest'];

/** The first Node.js that n8n 2.41 takes, and in which jest reads the ES modules of n8n's engine. */
const NODE_VERSION = '24';

interface TestResults {
	numPassedTests: number;
	numFailedTests: number;
	testResults: Array<{ assertionResults: Array<{ fullName: string; status: string }> }>;
}

interface Row {
	n8n: string;
	core: string;
	node: string;
	passed: number;
	failed: string[];
}

/**
 * Runs the execution tests in the engines of several versions of n8n, which it installs in a temporary folder, and
 * prints a table. The versions can be given: `npm run test:compatibility -- 2.0.0 latest`. Exits with 1 if a test
 * fails.
 */
function main(): void {
	const root = path.join(__dirname, '..');
	const given = process.argv.slice(2);
	const rows = (given.length > 0 ? given : VERSIONS).map((version) => testIn(version, root));
	console.log(
		[
			'| n8n | n8n-core | Node.js | Tests passed | Tests failed |',
			'| --- | --- | --- | --- | --- |',
			...rows.map(
				({ n8n, core, node, passed, failed }) =>
					`| ${[n8n, core, node, passed, failed.length].join(' | ')} |`,
			),
		].join('\n'),
	);
	for (const { n8n, failed } of rows) for (const name of failed) console.log(`${n8n}: ${name}`);
	if (rows.some(({ failed }) => failed.length > 0)) process.exitCode = 1;
}

function testIn(version: string, root: string): Row {
	const folder = mkdtempSync(path.join(tmpdir(), 'n8n-core-'));
	try {
		const { version: n8n, 'dependencies.n8n-core': core } = JSON.parse(
			npm(folder, 'view', `n8n@${version}`, 'version', 'dependencies.n8n-core', '--json'),
		) as Record<'version' | 'dependencies.n8n-core', string>;
		writeFileSync(path.join(folder, 'package.json'), '{}');
		npm(folder, 'install', `n8n-core@${core}`, `node@${NODE_VERSION}`, '--no-audit', '--no-fund');
		const node = path.join(folder, 'node_modules', '.bin', 'node');
		const outputFile = path.join(folder, 'results.json');
		const { error } = spawnSync(
			node,
			[
				'--experimental-vm-modules',
				path.join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
				'--config=jest.compatibility.config.js',
				'--json',
				`--outputFile=${outputFile}`,
			],
			{
				cwd: root,
				stdio: ['ignore', 'ignore', 'inherit'],
				env: { ...process.env, N8N_CORE_FOLDER: folder },
			},
		);
		if (error) throw error;
		const { numPassedTests, testResults } = JSON.parse(
			readFileSync(outputFile, 'utf8'),
		) as TestResults;
		return {
			n8n,
			core,
			node: spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim(),
			passed: numPassedTests,
			failed: testResults.flatMap(({ assertionResults }) =>
				assertionResults.flatMap(({ fullName, status }) => (status === 'failed' ? [fullName] : [])),
			),
		};
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
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
