import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { format, resolveConfig } from 'prettier';

import { FeishuTenantApi } from '../credentials/FeishuTenantApi.credentials';
// With their ending, since tsx would take the nodes' JSON files of the same names.
import { FeishuFeed } from '../nodes/FeishuFeed/FeishuFeed.node.js';
import { FeishuFeedTrigger } from '../nodes/FeishuFeedTrigger/FeishuFeedTrigger.node.js';
import { CHINESE_TEXTS } from './documentation/chineseTexts';
import { compatibilitySection } from './documentation/compatibility';
import { errorCodes } from './documentation/errorCodes';
import { readExamples, readTriggerExamples } from './documentation/examples';
import { allScopes, callLimits, cardLimits, scopes } from './documentation/limits';
import type { Language } from './documentation/limits';
import { jsonBlock } from './documentation/markdown';
import { fillSections } from './documentation/markedSections';
import type { Sections } from './documentation/markedSections';
import { parametersPage } from './documentation/parametersPage';
import { ChineseTranslation, ENGLISH } from './documentation/translation';
import type { Translation } from './documentation/translation';

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
	'README.md': { compatibility: () => compatibilitySection('en') },
	'README_zh-CN.md': { compatibility: () => compatibilitySection('zh-CN') },
	'docs/limits.md': limitSections('en'),
	'docs/limits.zh-CN.md': limitSections('zh-CN'),
	'docs/credential.md': scopeSections('en'),
	'docs/credential.zh-CN.md': scopeSections('zh-CN'),
	'docs/errors.md': { 'error-codes': () => errorCodes('en') },
	'docs/errors.zh-CN.md': { 'error-codes': () => errorCodes('zh-CN') },
};

const parameters = (translation: Translation): string =>
	parametersPage(
		{ description: new FeishuFeed().description, examples: readExamples() },
		{ description: new FeishuFeedTrigger().description, examples: readTriggerExamples() },
		new FeishuTenantApi(),
		translation,
	);

/** Every page that is made, wholly or in part, from the code, as it ought to be. */
async function makePages(chinese: Translation): Promise<Map<string, string>> {
	const pages = new Map([
		['docs/parameters.md', parameters(ENGLISH)],
		['docs/parameters.zh-CN.md', parameters(chinese)],
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
 * Writes what the documentation takes from the code: `docs/parameters.md` and its Chinese counterpart, and the marked
 * sections of other pages. With `--check` it writes nothing, names the pages that are stale, and exits with 1. So it
 * does when a text of the forms has no Chinese, or the table of them has one that nothing asks for.
 */
async function main(): Promise<void> {
	const chinese = new ChineseTranslation(CHINESE_TEXTS);
	const pages = await makePages(chinese);
	const faults = chinese.faults();
	if (faults.length > 0) {
		console.error(
			['scripts/documentation/chineseTexts.ts does not fit the forms:', ...faults].join('\n'),
		);
		process.exitCode = 1;
		// A page that is half in English is not written.
		pages.delete('docs/parameters.zh-CN.md');
	}
	const stale = [...pages].filter(([file, text]) => read(file) !== text);
	if (process.argv.includes('--check')) {
		for (const [file] of stale) {
			console.error(`${file} is not what the code says: run "npm run docs" and commit the result.`);
		}
		if (stale.length > 0) process.exitCode = 1;
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
