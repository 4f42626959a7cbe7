import { spawnSync } from 'node:child_process';

/**
 * Runs n8n's own linter with its default configuration, which is for nodes and credentials.
 * The flag has the tests, the sandbox and the scripts linted by the configuration in their folder,
 * since n8n's rules against Node's modules are not meant for them.
 */
const { status } = spawnSync('n8n-node', ['lint'], {
	stdio: 'inherit',
	shell: process.platform === 'win32',
	env: { ...process.env, ESLINT_FLAGS: 'unstable_config_lookup_from_file' },
});
process.exit(status ?? 1);
