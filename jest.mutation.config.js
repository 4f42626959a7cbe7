/** The tests that Stryker runs for each change of the code, by the names in `MUTATION_TESTS`: `npm run test:mutation`. */
const base = require('./jest.config.js');

/** @type {import('jest').Config} */
module.exports = {
	...base,
	testMatch: (process.env.MUTATION_TESTS ?? '')
		.split(',')
		.map((name) => `<rootDir>/test/unit/${name}.test.ts`),
};
