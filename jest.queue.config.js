/** The tests of n8n's queue mode, with several processes, PostgreSQL and Redis: `npm run test:queue`. */
/** @type {import('jest').Config} */
module.exports = {
	...require('./jest.e2e.config.js'),
	testMatch: ['<rootDir>/test/queue/**/*.test.ts'],
};
