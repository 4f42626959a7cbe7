/**
 * All that n8n logs, instead of showing it. Import this before anything else: n8n looks for the
 * console and for the level of its log when it is loaded.
 */
export const keptLog: string[] = [];

process.env.N8N_LOG_LEVEL = 'debug';
// Otherwise n8n 2.0 writes the messages without what belongs to them.
process.env.N8N_LOG_FORMAT = 'json';

const write = (...texts: unknown[]): boolean => keptLog.push(texts.map(String).join(' ')) > 0;
const methods = ['log', 'debug', 'info', 'warn', 'error'];
Object.assign(console, Object.fromEntries(methods.map((method) => [method, write])), {
	_stdout: { write },
	_stderr: { write },
});
