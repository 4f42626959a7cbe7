// @ts-check
import { tmpdir } from 'node:os';
import path from 'node:path';

import { PluginKind, declareValuePlugin } from '@stryker-mutator/api/plugin';

/**
 * Passes over texts for people, which are those with a space between two words. Whoever reads an empty one sees it, and
 * a test of each word would repeat the code. Words of Feishu's and of the form have no space: those are changed.
 */
const texts = {
	shouldIgnore({ node }) {
		const isText =
			(node.type === 'StringLiteral' && /\S \S/.test(node.value)) ||
			(node.type === 'TemplateLiteral' && node.quasis.some(({ value }) => /\w \w/.test(value.raw)));
		return isText ? 'A text for people' : undefined;
	},
};

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, 'texts', texts)];

/**
 * Changes the code in one place after the other, and runs the tests on each change: `npm run test:mutation`.
 *
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
	plugins: ['@stryker-mutator/jest-runner', import.meta.url],
	testRunner: 'jest',
	jest: {
		projectType: 'custom',
		configFile: 'jest.mutation.config.js',
		// The tests are chosen already; finding out which are related takes longer than running them.
		enableFindRelatedTests: false,
	},
	coverageAnalysis: 'perTest',
	// What runs while a file is loaded, such as tables and forms: no test alone could be made to see a change of it.
	ignoreStatic: true,
	ignorers: ['texts'],
	concurrency: 1,
	// On a busy machine, tests that take long are no endless loops.
	timeoutMS: 15_000,
	// Outside the checkout, so that no linter and no test finds the copy; one for each run, which removes it at its end.
	tempDirName: path.join(tmpdir(), `n8n-nodes-feishu-feed-mutation-${process.pid}`),
	cleanTempDir: 'always',
	ignorePatterns: ['coverage', 'dist', '.n8n-home'],
	reporters: ['clear-text', 'progress-append-only', 'json'],
	jsonReporter: { fileName: process.env.MUTATION_REPORT },
	clearTextReporter: { allowColor: false, allowEmojis: false, reportTests: false },
};
