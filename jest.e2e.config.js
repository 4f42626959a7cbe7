/** The tests in a real n8n: `npm run test:e2e`. They take minutes, and n8n is installed when it is missing. */
/** @type {import('jest').Config} */
module.exports = {
	testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
	testEnvironment: 'node',
	transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/test/helpers/e2e/tsconfig.json' }] },
	// Two n8n at a time, each with half a gigabyte: one waits while the other takes the processors.
	maxWorkers: 2,
	// Far more than any test needs: each waits for what is to come, and some machines are slow and busy.
	testTimeout: 600_000,
	globalSetup: '<rootDir>/test/helpers/e2e/prepare.ts',
};
