/**
 * The execution tests in another version of n8n's engine, which is installed in `N8N_CORE_FOLDER`:
 * `npm run test:compatibility`.
 */
const base = require('./jest.config.js');

const modules = `${process.env.N8N_CORE_FOLDER}/node_modules`;

/** @type {import('jest').Config} */
module.exports = {
	...base,
	testMatch: ['<rootDir>/test/execution/**/*.test.ts'],
	// Tests Node.js, without n8n's engine.
	testPathIgnorePatterns: ['longConnectionProxy'],
	moduleNameMapper: {
		'^n8n-(core|workflow)$': `${modules}/n8n-$1`,
		'^n8n-workflow/(.*)$': `${modules}/n8n-workflow/$1`,
	},
};
