import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

import { PATIENCE } from './expect';

/** Debian's Chromium, without a window. */
export async function launchChromium(): Promise<Browser> {
	return await chromium.launch({
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
	});
}

/** The window of a large screen. */
const viewport = { width: 1600, height: 1000 };

/** An empty page in a window of its own: large, and in English, unless the options say otherwise. */
export async function newPage(
	browser: Browser,
	options: BrowserContextOptions = {},
): Promise<Page> {
	// axe opens a page of its own beside it, which needs a context that may have several.
	const context = await browser.newContext({ viewport, locale: 'en-US', ...options });
	context.setDefaultTimeout(PATIENCE);
	// The pages that buttons lead to are not ours: no test depends on them.
	await context.route('https://example.com/**', async (route) => {
		await route.fulfill({ contentType: 'text/html', body: '<title>A page outside</title>' });
	});
	return await context.newPage();
}
