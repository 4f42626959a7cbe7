import { join } from 'node:path';

import { checkoutFolder } from './checkout';
import { lastWritten } from './lastWritten';
import { runCommand } from './runCommand';

/** What the published package's `dist/` is made from. */
const sources = ['nodes', 'credentials', 'icons', 'package.json', 'tsconfig.json', 'gulpfile.js'];

/** A tarball as `npm publish` would send it. */
export interface PackedPackage {
	name: string;
	version: string;
	/** Path of the tarball. */
	file: string;
	/** npm's checksum of the tarball: equal for equal contents. */
	integrity: string;
}

/** Tells whether `dist/` is missing or older than what it is made from. */
export function isBuildStale(): boolean {
	const sourceTimes = sources.map((name) => lastWritten(join(checkoutFolder, name)));
	// Only what the compiler wrote counts: copied icons keep the time of their source.
	const builtTime = lastWritten(join(checkoutFolder, 'dist'), (file) => file.endsWith('.js'));
	return builtTime < Math.max(...sourceTimes);
}

/** Runs the package's own build. */
export async function buildPackage(signal?: AbortSignal): Promise<void> {
	await runCommand('npm', ['run', 'build'], { cwd: checkoutFolder, signal });
}

/**
 * Packs the checkout's package with `npm pack`.
 * @param destination an existing folder that takes the tarball
 */
export async function packPackage(destination: string): Promise<PackedPackage> {
	const output = await runCommand(
		'npm',
		['pack', '--json', '--ignore-scripts', '--pack-destination', destination],
		{ cwd: checkoutFolder },
	);
	const [packed] = JSON.parse(output) as Array<{
		name: string;
		version: string;
		filename: string;
		integrity: string;
	}>;
	if (!packed) throw new Error('"npm pack" named no tarball');
	const { name, version, filename, integrity } = packed;
	return { name, version, integrity, file: join(destination, filename) };
}
