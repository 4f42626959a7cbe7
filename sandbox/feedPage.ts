import { join } from 'node:path';

import { checkoutFolder, lastWritten, runCommand } from './n8n/src';

const folder = join(checkoutFolder, 'sandbox', 'feed');
const sources = ['src', 'public', 'index.html', 'feed.html', 'vite.config.mts', 'package.json'];

/** Tells whether the built feed page is missing or older than what it is made from. */
export function isFeedPageStale(): boolean {
	const written = Math.max(...sources.map((name) => lastWritten(join(folder, name))));
	// Only what the bundler wrote counts: copied files keep the time of their source.
	return lastWritten(join(folder, 'dist'), (file) => file.endsWith('.html')) < written;
}

/** Builds the feed page. @param signal ends the build */
export async function buildFeedPage(signal?: AbortSignal): Promise<void> {
	await runCommand('npm', ['run', 'build:feed'], { cwd: checkoutFolder, signal });
}
