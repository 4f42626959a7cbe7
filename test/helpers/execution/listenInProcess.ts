/**
 * Listens as n8n does, in a process of its own, to show how Node's own WebSocket connects.
 * Arguments: the address that Feishu's endpoint gives. Writes "open", or why there is no connection.
 */
import { listen } from '../../../nodes/FeishuFeedTrigger/longConnection/LongConnection';

const [, , url] = process.argv;
const ignore = () => {};

void listen(
	{ baseUrl: 'http://localhost:1', appId: 'cli_a', appSecret: 's' },
	async () => ({ toast: { type: 'success', content: 'Got it' } }),
	{
		send: async () => ({ code: 0, msg: '', data: { URL: url, ClientConfig: {} } }),
		logger: { error: ignore, warn: ignore, info: ignore, debug: ignore } as never,
	},
).then(
	() => process.stdout.write('open'),
	(error: Error) => {
		process.stdout.write(error.message);
		process.exitCode = 1;
	},
);
