/** @type {import('jest').Config} */
module.exports = {
	preset: 'ts-jest',
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/{unit,execution,sandbox}/**/*.test.ts'],
	modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/sandbox/n8n', '<rootDir>/.n8n-home'],
	setupFiles: ['<rootDir>/test/helpers/randomSeed.ts'],
	testTimeout: 30_000,
};
