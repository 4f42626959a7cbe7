import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import path from 'node:path';

import { LongConnectionServer } from '../helpers/unit/LongConnectionServer';

const root = path.resolve(__dirname, '../..');
/** The Node that n8n runs on; Node 20 has no WebSocket, and 22 no proxy for it. */
const node = path.join(root, 'sandbox/n8n/node_modules/node/bin/node');
/** A name that no DNS knows: only the proxy gets there. */
const HOST = 'feishu.invalid';

let feishu: LongConnectionServer;
let proxy: Server;
/** Where the proxy was asked to connect to. */
let connected: string[];
let sockets: Socket[];
let n8n: ChildProcess | undefined;

beforeEach(async () => {
	feishu = await LongConnectionServer.start();
	connected = [];
	sockets = [];
	proxy = createServer();
	proxy.on('connect', ({ url = '' }, client: Socket) => {
		connected.push(url);
		const upstream = connect(Number(new URL(feishu.address).port), 'localhost', () => {
			client.write('HTTP/1.1 200 Connection established\r\n\r\n');
			client.pipe(upstream).pipe(client);
		});
		for (const socket of [client, upstream]) socket.on('error', () => socket.destroy());
		sockets.push(client, upstream);
	});
	proxy.listen(0, '127.0.0.1');
	await once(proxy, 'listening');
});

afterEach(async () => {
	n8n?.kill();
	for (const socket of sockets) socket.destroy();
	proxy.close();
	await feishu.stop();
});

/** Listens in a process of its own. @returns the first that it says */
async function listenBehindProxy(environment: Record<string, string>): Promise<string> {
	const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
	const url = `ws://${HOST}:${new URL(feishu.address).port}/?device_id=d&service_id=7`;
	n8n = spawn(
		node,
		['--import', 'tsx', path.join(root, 'test/helpers/execution/listenInProcess.ts'), url],
		{
			cwd: root,
			env: {
				PATH: process.env.PATH,
				HTTP_PROXY: address,
				HTTPS_PROXY: address,
				NO_PROXY: '',
				...environment,
			},
			stdio: ['ignore', 'pipe', 'inherit'],
		},
	);
	const [said] = (await once(n8n.stdout!, 'data')) as [Buffer];
	return said.toString();
}

// Only where the sandbox's n8n is installed.
const describeWithN8n = existsSync(node) ? describe : describe.skip;

describeWithN8n('behind a proxy that is the only way out, the long connection', () => {
	it('opens and receives with NODE_USE_ENV_PROXY=1', async () => {
		expect(await listenBehindProxy({ NODE_USE_ENV_PROXY: '1' })).toBe('open');
		expect(connected).toEqual([`${HOST}:${new URL(feishu.address).port}`]);
		const { code, answer } = await feishu.ask({ header: { event_id: 'e' } });
		expect({ code, answer }).toEqual({
			code: 200,
			answer: { toast: { type: 'success', content: 'Got it' } },
		});
	}, 60_000);

	it('says without it what to set', async () => {
		expect(await listenBehindProxy({})).toContain(
			'run n8n on Node.js 24 or later with HTTPS_PROXY and NODE_USE_ENV_PROXY=1',
		);
		expect(connected).toEqual([]);
	}, 60_000);
});
