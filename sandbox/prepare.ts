import { buildFeedPage, isFeedPageStale } from './feedPage';
import {
	buildPackage,
	describeInstallation,
	installN8n,
	isBuildStale,
	together,
	type Progress,
} from './n8n/src';

/**
 * Has everything ready that `npm start` and the end-to-end tests need, all at the same time: the pinned n8n, the built
 * package and the feed page. What is ready takes no time.
 * @param signal ends it; the next one makes anew what was not finished
 */
export async function prepare(progress: Progress, signal?: AbortSignal): Promise<void> {
	const installation = describeInstallation();
	if (installation) {
		progress.say(`Installing ${installation}. Meanwhile, this package and its pages are built.`);
	}
	await together(
		[
			async (ending) => await installN8n(progress, ending),
			async (ending) => {
				if (!isBuildStale()) return;
				const build = async () => await buildPackage(ending);
				await progress.task('Building the package', build, ending);
			},
			async (ending) => {
				if (!isFeedPageStale()) return;
				const build = async () => await buildFeedPage(ending);
				await progress.task('Building the pages', build, ending);
			},
		],
		signal,
	);
}
