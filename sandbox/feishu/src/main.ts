import { parseArgs } from 'node:util';

import { type FeishuSandboxOptions, startFeishuSandbox } from './index';

const USAGE = `Usage: tsx sandbox/feishu/src/main.ts [options]

  --port <number>            TCP port (environment FEISHU_SANDBOX_PORT; 3000)
  --host <address>           address to listen on (environment FEISHU_SANDBOX_HOST; 127.0.0.1)
  --allow-host <name>        another name to be called by, such as host.docker.internal; may be repeated
  --people <number>          people in the company (300)
  --groups <number>          groups in the company (24)
  --latency <milliseconds>   time between receiving and answering a call (0)
  --token-lifetime <seconds> life of a token (7200)
  --no-rate-limits           never answer 99991400
  --no-bodies                do not keep the bodies of requests
  --help                     this text
`;

function readOptions(): FeishuSandboxOptions {
	const { values } = parseArgs({
		options: {
			port: { type: 'string', default: process.env.FEISHU_SANDBOX_PORT ?? '3000' },
			host: { type: 'string', default: process.env.FEISHU_SANDBOX_HOST ?? '127.0.0.1' },
			'allow-host': { type: 'string', multiple: true },
			people: { type: 'string' },
			groups: { type: 'string' },
			latency: { type: 'string' },
			'token-lifetime': { type: 'string' },
			'no-rate-limits': { type: 'boolean', default: false },
			'no-bodies': { type: 'boolean', default: false },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) {
		process.stdout.write(USAGE);
		process.exit(0);
	}
	return {
		host: values.host,
		allowedHosts: values['allow-host'],
		port: toNumber('port', values.port),
		people: toNumber('people', values.people),
		groups: toNumber('groups', values.groups),
		latency: toNumber('latency', values.latency),
		tokenLifetime: toNumber('token-lifetime', values['token-lifetime']),
		rateLimiting: { enabled: !values['no-rate-limits'] },
		recording: { bodies: !values['no-bodies'] },
	};
}

function toNumber(name: string, value: string): number;
function toNumber(name: string, value: string | undefined): number | undefined;
function toNumber(name: string, value: string | undefined): number | undefined {
	if (value === undefined) return undefined;
	if (!/^\d+$/.test(value)) throw new Error(`--${name} must be a whole number, got "${value}"`);
	return Number(value);
}

async function main(): Promise<void> {
	const sandbox = await startFeishuSandbox(readOptions());
	process.stdout.write(`Feishu sandbox ready at ${sandbox.url}\n`);
	const stop = () => void sandbox.close().then(() => process.exit(0));
	process.once('SIGINT', stop);
	process.once('SIGTERM', stop);
}

main().catch((error: Error) => {
	process.stderr.write(`${error.message}\n`);
	process.exit(1);
});
