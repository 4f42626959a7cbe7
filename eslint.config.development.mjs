import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** For what is never published: tests, sandbox, scripts. n8n's rules are for nodes and credentials. */
export default tseslint.config(
	{ ignores: ['**/node_modules', '**/dist'] },
	js.configs.recommended,
	tseslint.configs.recommended,
);
