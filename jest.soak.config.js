/** The tests that wait, or repeat something many times: `npm run test:soak`. */
/** @type {import('jest').Config} */
module.exports = {
	...require('./jest.config.js'),
	testMatch: ['<rootDir>/test/soak/**/*.test.ts'],
};
