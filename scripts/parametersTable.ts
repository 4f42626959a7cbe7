import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { format, resolveConfig } from 'prettier';

import { FeishuTenantApi } from '../credentials/FeishuTenantApi.credentials';
// With their ending, since tsx would take the nodes' JSON files of the same names.
import { FeishuFeed } from '../nodes/FeishuFeed/FeishuFeed.node.js';
import { FeishuFeedTrigger } from '../nodes/FeishuFeedTrigger/FeishuFeedTrigger.node.js';
import { errorCodes } from './documentation/errorCodes';
import { readExamples, readTriggerExamples } from './documentation/examples';
import { allScopes, callLimits, cardLimits, scopes } from './documentation/limits';
import type { Language } from './documentation/limits';
import { jsonBlock } from './documentation/markdown';
import { fillSections } from './documentation/markedSections';
import type { Sections } from './documentation/markedSections';
import { parametersPage } from './documentation/parametersPage';

const ROOT = path.resolve(__dirname, '..');

const limitSections = (language: Language): Sections => ({
	'card-limits': () => cardLimits(language),
	'call-limits': () => callLimits(language),
});

const scopeSections = (language: Language): Sections => ({
	scopes: () => scopes(language),
	'scopes-json': () => jsonBlock({ scopes: { tenant: allScopes(), user: [] } }),
});

/** The pages that have sections taken from the code. */
const SECTIONS: Record<string, Sections> = {
	'docs/limits.md': limitSections('en'),
	'docs/limits.zh-CN.md': limitSections('zh-CN'),
	'docs/credential.md': scopeSections('en'),
	'docs/credential.zh-CN.md': scopeSections('zh-CN'),
	'docs/errors.md': { 'error-codes': () => errorCodes('en') },
	'docs/errors.zh-CN.md': { 'error-codes': () => errorCodes('zh-CN') },
};

/** Every page that is made, wholly or in part, from the code, as it ought to be. */
async function makePages(): Promise<Map<string, string>> {
	const pages = new Map([
		[
			'docs/parameters.md',
			parametersPage(
				{ description: new FeishuFeed().description, examples: readExamples() },
				{ description: new FeishuFeedTrigger().description, examples: readTriggerExamples() },
				new FeishuTenantApi(),
			),
		],
	]);
	for (const [file, sections] of Object.entries(SECTIONS)) {
		try {
			pages.set(file, fillSections(read(file) ?? '', sections));
		} catch (error) {
			throw new Error(`${file}: ${(error as Error).message}`);
		}
	}
	for (const [file, text] of pages) {
		const filepath = path.join(ROOT, file);
		pages.set(file, await format(text, { ...(await resolveConfig(filepath)), filepath }));
	}
	return pages;
}

function read(file: string): string | undefined {
	try {
		return readFileSync(path.join(ROOT, file), 'utf8');
	} catch {
		return undefined;
	}
}

/**
 * Writes what the documentation takes from the code: `docs/parameters.md`, and the marked sections of
 * other pages. With `--check` it writes nothing, names the pages that are stale, and exits with 1.
 */
async function main(): Promise<void> {
	const pages = await makePages();
	const stale = [...pages].filter(([file, text]) => read(file) !== text);
	if (process.argv.includes('--check')) {
		for (const [file] of stale) {
			console.error(`${file} is not what the code says: run "npm run docs" and commit the result.`);
		}
		process.exitCode = stale.length > 0 ? 1 : 0;
		return;
	}
	for (const [file, text] of stale) writeFileSync(path.join(ROOT, file), text);
	const written = stale.map(([file]) => file).join(', ');
	console.log(stale.length > 0 ? `Written: ${written}.` : 'All pages were up to date.');
}

main().catch((error: Error) => {
	console.error(error.message);
	process.exitCode = 1;
});
