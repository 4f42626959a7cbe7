import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

interface Lock {
	packages: Record<string, { version?: string; license?: string; dev?: boolean; link?: boolean }>;
}

/**
 * Prints the known vulnerabilities of the development tools, and their licences. Users install none of them: the
 * package has no runtime dependencies, and this exits with 1 when it has one. What the registry does not tell, or
 * cannot be reached for, is said and fails nothing.
 */
function main(): void {
	const root = path.join(__dirname, '..');
	const { dependencies = {} } = JSON.parse(
		readFileSync(path.join(root, 'package.json'), 'utf8'),
	) as { dependencies?: Record<string, string> };
	console.log(`Runtime dependencies: ${Object.keys(dependencies).length}`);
	if (Object.keys(dependencies).length > 0) process.exitCode = 1;

	console.log(`Vulnerabilities of development tools: ${describeVulnerabilities(root)}`);

	const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as Lock;
	console.log('Licences of development tools:');
	for (const [license, count] of countLicenses(lock)) {
		console.log(`${String(count).padStart(6)}  ${license}`);
	}
}

function describeVulnerabilities(root: string): string {
	const { stdout } = spawnSync('npm', ['audit', '--json'], {
		cwd: root,
		encoding: 'utf8',
		shell: process.platform === 'win32',
		timeout: 60_000,
	});
	try {
		const { metadata } = JSON.parse(stdout) as {
			metadata: { vulnerabilities: Record<string, number> };
		};
		const { total, ...bySeverity } = metadata.vulnerabilities;
		const parts = Object.entries(bySeverity).filter(([, count]) => count > 0);
		const details = parts.map(([severity, count]) => `${count} ${severity}`).join(', ');
		return total === 0 ? 'none known' : `${total} (${details})`;
	} catch {
		return 'not checked, since the registry is out of reach or knows no advisories';
	}
}

/** How many packages of the lock file have each licence, the most frequent first. */
export function countLicenses({ packages }: Lock): Array<[string, number]> {
	const counts = new Map<string, number>();
	for (const [location, { license = 'not stated', link }] of Object.entries(packages)) {
		if (!location.includes('node_modules/') || link) continue;
		counts.set(license, (counts.get(license) ?? 0) + 1);
	}
	return [...counts].sort(
		([one, many], [another, more]) => more - many || one.localeCompare(another),
	);
}

if (require.main === module) main();
