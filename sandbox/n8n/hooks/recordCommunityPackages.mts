/**
 * Runs inside n8n, as one of its external hooks: enters the community packages that stand in n8n's folder in its
 * database, through the very service that does so after a user installed one. Settings → Community nodes then lists
 * them, and n8n notices when one is missing.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';

interface PackageLoader {
	/** Absent for the loaders of n8n's own modules. */
	directory?: string;
	packageJson: { name: string; version: string };
	loadedNodes: Array<{ name: string; version: number }>;
}

interface InstalledPackage {
	installedVersion: string;
	installedNodes: Array<{ type: string; latestVersion: number }>;
}

interface CommunityPackagesService {
	findInstalledPackage(name: string): Promise<InstalledPackage | null>;
	persistInstalledPackage(loader: PackageLoader): Promise<InstalledPackage>;
	replaceInstalledPackage(
		previous: InstalledPackage,
		loader: PackageLoader,
	): Promise<InstalledPackage>;
}

interface LoadNodesAndCredentials {
	loaders: Record<string, PackageLoader>;
}

const requireFromN8n = createRequire(process.argv[1] ?? '');

/** What is recorded and what was loaded, in a form that can be compared. */
function describe(version: string, nodes: string[]): string {
	return [version, ...nodes.sort()].join(' ');
}

async function recordCommunityPackages(): Promise<void> {
	const { Container } = requireFromN8n('@n8n/di');
	const { InstanceSettings } = requireFromN8n('n8n-core');
	const { CommunityPackagesService } = requireFromN8n(
		'../dist/modules/community-packages/community-packages.service.js',
	);
	const { LoadNodesAndCredentials } = requireFromN8n('../dist/load-nodes-and-credentials.js');

	const service: CommunityPackagesService = Container.get(CommunityPackagesService);
	const { loaders }: LoadNodesAndCredentials = Container.get(LoadNodesAndCredentials);
	const folder: string = join(Container.get(InstanceSettings).nodesDownloadDir, 'node_modules');
	for (const loader of Object.values(loaders)) {
		if (!loader.directory?.startsWith(folder)) continue;
		const { name, version } = loader.packageJson;
		const previous = await service.findInstalledPackage(name);
		if (!previous) {
			await service.persistInstalledPackage(loader);
			continue;
		}
		const recorded = describe(
			previous.installedVersion,
			previous.installedNodes.map((node) => `${node.type}@${node.latestVersion}`),
		);
		const loaded = describe(
			version,
			loader.loadedNodes.map((node) => `${name}.${node.name}@${node.version}`),
		);
		if (recorded !== loaded) await service.replaceInstalledPackage(previous, loader);
	}
}

export const n8n = { ready: [recordCommunityPackages] };
