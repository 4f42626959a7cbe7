import { buildPackage, installN8n, isBuildStale, withProgress } from '../../sandbox/n8n/src';

/** What must stand ready before the first test: an n8n, and the package as it would be published. */
export default async function prepare(): Promise<void> {
	await installN8n();
	if (isBuildStale()) {
		await withProgress('Building the package', undefined, async () => await buildPackage());
	}
}
