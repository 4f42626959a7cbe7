import { buildFeedPage, isFeedPageStale } from '../../../sandbox/feedPage';
import { buildPackage, installN8n, isBuildStale, withProgress } from '../../../sandbox/n8n/src';

/** What must stand ready before the first test: an n8n, the package as it would be published, and the page. */
export default async function prepare(): Promise<void> {
	await installN8n();
	if (isBuildStale()) {
		await withProgress('Building the package', undefined, async () => await buildPackage());
	}
	if (isFeedPageStale()) {
		await withProgress('Building the page', undefined, async () => await buildFeedPage());
	}
}
