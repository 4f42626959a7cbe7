import {
	existsSync,
	mkdirSync,
	readFileSync,
	readlinkSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import { n8nFolder } from './checkout';
import type { PackedPackage } from './packPackage';
import { runCommand } from './runCommand';

interface PackageJson {
	name: string;
	version: string;
	dependencies?: Record<string, string>;
	devDependencies?: unknown;
	peerDependencies?: unknown;
	optionalDependencies?: unknown;
}

function readJson<T>(file: string): T {
	return JSON.parse(readFileSync(file, 'utf8')) as T;
}

function writeJson(file: string, content: unknown): void {
	writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
}

/** The folder where n8n keeps the community packages that a user installed. */
function communityFolder(userFolder: string): string {
	return join(userFolder, '.n8n', 'nodes');
}

/**
 * A user folder inside the checkout would find the checkout's development copy of `n8n-workflow` first, and errors of
 * that copy are strangers to n8n. A link in between leads to n8n's own modules, as on users' machines.
 */
function shieldFromCheckout(userFolder: string): void {
	const link = join(userFolder, 'node_modules');
	const target = join(n8nFolder, 'node_modules');
	try {
		if (readlinkSync(link) === target) return;
		rmSync(link);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
	}
	symlinkSync(target, link, 'junction');
}

/**
 * Puts a packed community package where n8n puts one that a user installs by name, in the steps of n8n's own
 * `CommunityPackagesService`: unpacked into `node_modules`, without its development and peer dependencies, and entered
 * in the folder's `package.json`. n8n itself can only be asked to fetch a package from the public registry.
 * @returns false when that very tarball was there already
 */
export async function installPackage(userFolder: string, packed: PackedPackage): Promise<boolean> {
	const folder = communityFolder(userFolder);
	const packageFolder = join(folder, 'node_modules', packed.name);
	const stampFile = join(folder, `${packed.name}.integrity`);
	mkdirSync(folder, { recursive: true });
	shieldFromCheckout(userFolder);
	if (
		existsSync(packageFolder) &&
		existsSync(stampFile) &&
		readFileSync(stampFile, 'utf8') === packed.integrity
	) {
		return false;
	}

	rmSync(stampFile, { force: true });
	rmSync(packageFolder, { recursive: true, force: true });
	mkdirSync(packageFolder, { recursive: true });
	await runCommand('tar', ['-xzf', packed.file, '-C', packageFolder, '--strip-components=1'], {
		cwd: dirname(packed.file),
	});
	const packageJsonFile = join(packageFolder, 'package.json');
	const packageJson = readJson<PackageJson>(packageJsonFile);
	delete packageJson.devDependencies;
	delete packageJson.peerDependencies;
	delete packageJson.optionalDependencies;
	if (Object.keys(packageJson.dependencies ?? {}).length > 0) {
		throw new Error(`${packed.name} has runtime dependencies: n8n does not verify such packages`);
	}
	writeJson(packageJsonFile, packageJson);

	const ledgerFile = join(folder, 'package.json');
	const ledger = existsSync(ledgerFile)
		? readJson<PackageJson>(ledgerFile)
		: { name: 'installed-nodes', private: true };
	writeJson(ledgerFile, {
		...ledger,
		dependencies: {
			...('dependencies' in ledger ? ledger.dependencies : {}),
			[packed.name]: packed.version,
		},
	});
	writeFileSync(stampFile, packed.integrity);
	return true;
}
