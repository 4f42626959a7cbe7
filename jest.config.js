/** @type {import('jest').Config} */
module.exports = {
	preset: 'ts-jest',
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/{unit,execution,sandbox}/**/*.test.ts'],
	modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/sandbox/n8n', '<rootDir>/.n8n-home'],
	setupFiles: ['<rootDir>/test/helpers/randomSeed.ts'],
	// Most tests wait for the pace of Feishu's limits: two of them share two processors well.
	maxWorkers: 2,
	testTimeout: 30_000,
};
