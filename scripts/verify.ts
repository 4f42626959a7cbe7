import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { describeSize } from './packageSize';
import type { PackageSize } from './packageSize';

/** The size of the package as it was last recorded. */
const RECORDED_SIZE = path.join(__dirname, 'packageSize.json');

/** The tarball may hold none of these. */
const NOT_SHIPPED = /(^|\/)(test|sandbox|benchmark|scripts|workflows)\/|\.map$|\.test\.|\.ts$/;

interface Scan {
	passed: boolean;
	message?: string;
	details?: string;
}

/**
 * Runs n8n's scanner for community packages on the sources and on the packed, unpacked tarball,
 * checks what the tarball holds, and that a second build gives the same bytes. Exits with 1 on any finding.
 * Then prints the package's size beside the recorded one; `--record` records it anew.
 */
async function main(): Promise<void> {
	const root = path.resolve(__dirname, '..');
	// The scanner is an ES module, which a compiled `import` would turn into `require`.
	const load = new Function('name', 'return import(name)') as (name: string) => Promise<{
		analyzePackage: (folder: string, patterns: string[]) => Promise<Scan>;
		SOURCE_FILE_PATTERNS: string[];
	}>;
	const { analyzePackage, SOURCE_FILE_PATTERNS } = await load(
		'@n8n/scan-community-package/scanner/scanner.mjs',
	);

	const temporary = mkdtempSync(path.join(tmpdir(), 'n8n-nodes-feishu-feed-'));
	let findings = 0;
	const report = (what: string, problem: string | undefined): void => {
		console.log(`${problem === undefined ? 'ok' : 'FOUND'}  ${what}`);
		if (problem === undefined) return;
		console.log(problem);
		findings += 1;
	};
	const scan = async (what: string, folder: string, patterns: string[]): Promise<void> => {
		const { passed, message, details } = await analyzePackage(folder, patterns);
		report(what, passed && message === undefined ? undefined : `${message}\n${details ?? ''}`);
	};
	try {
		await scan("n8n's scanner on the sources", root, SOURCE_FILE_PATTERNS);

		const npm = (...parameters: string[]): void => {
			execFileSync('npm', parameters, { cwd: root, shell: process.platform === 'win32' });
		};
		npm('pack', '--silent', '--pack-destination', temporary);
		const tarball = readdirSync(temporary).find((name) => name.endsWith('.tgz')) as string;
		execFileSync('tar', ['-xzf', tarball], { cwd: temporary });
		const unpacked = path.join(temporary, 'package');
		await scan("n8n's scanner on the tarball", unpacked, ['**/*.js', 'package.json']);

		const files = readdirSync(unpacked, { recursive: true }).map(String);
		const foreign = files.filter((file) => NOT_SHIPPED.test(file));
		report(
			`the tarball's ${files.length} files and folders`,
			foreign.length === 0 ? undefined : foreign.join('\n'),
		);

		const first = readFileSync(path.join(temporary, tarball));
		npm('run', '--silent', 'build');
		npm('pack', '--silent', '--pack-destination', temporary);
		const isReproduced = first.equals(readFileSync(path.join(temporary, tarball)));
		report(
			'a second build gives the same bytes',
			isReproduced ? undefined : 'The tarballs of two builds differ.',
		);

		const sizes = files.map((file) => statSync(path.join(unpacked, file)));
		const size: PackageSize = {
			packedBytes: statSync(path.join(temporary, tarball)).size,
			unpackedBytes: sizes.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0),
		};
		const recorded = JSON.parse(readFileSync(RECORDED_SIZE, 'utf8')) as PackageSize;
		for (const line of describeSize(size, recorded)) console.log(line);
		if (process.argv.includes('--record')) {
			writeFileSync(RECORDED_SIZE, `${JSON.stringify(size, null, '\t')}\n`);
		}
	} finally {
		rmSync(temporary, { recursive: true, force: true });
	}
	process.exit(findings === 0 ? 0 : 1);
}

void main();
