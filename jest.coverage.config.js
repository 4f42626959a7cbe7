/**
 * The unit and execution tests, and how much of the nodes' code they run: `npm run test:coverage`.
 * Babel's provider counts each side of `a ?? b` and of a default as a branch, which V8's does not.
 */
/** @type {import('jest').Config} */
module.exports = {
	...require('./jest.config.js'),
	testMatch: ['<rootDir>/test/{unit,execution}/**/*.test.ts'],
	collectCoverage: true,
	coverageProvider: 'babel',
	collectCoverageFrom: ['<rootDir>/{nodes,credentials}/**/*.ts'],
	// Of the files, those that are not run in full; `coverage/coverage-final.json` says where.
	coverageReporters: ['json', ['text', { skipFull: true, maxCols: 140 }], 'text-summary'],
	coverageThreshold: { global: { lines: 95, branches: 95 } },
};
