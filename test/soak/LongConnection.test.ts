import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

import { refusal } from '../helpers/unit/LongConnectionServer';
import {
	event,
	hurry,
	join,
	server,
	toast,
	until,
	withLongConnectionServer,
} from '../helpers/unit/withLongConnectionServer';

withLongConnectionServer();

describe('the answer to an event', () => {
	it('is an error, within 3 seconds, when a listener has not said by then that it took the event', async () => {
		await join(async () => {
			await pause(3_500);
			return toast('too late');
		});
		const { code, answer, took } = await server.ask(event('e'));
		// Feishu then sends the event again.
		expect([code, answer]).toEqual([500, undefined]);
		expect(took).toBeGreaterThan(2_500);
		expect(took).toBeLessThan(3_000);
		// The server would not take a second answer.
		await pause(1_000);
	});
});

describe('pings', () => {
	it('go out at once and at every interval, with the service of the address', async () => {
		server.clientConfig.PingInterval = 1;
		await join();
		await pause(3_600);
		expect(server.pings.map(({ service }) => service)).toEqual([7, 7, 7, 7]);
		const gaps = server.pings.slice(1).map(({ at }, index) => at - server.pings[index]!.at);
		for (const gap of gaps) {
			expect(gap).toBeGreaterThan(900);
			expect(gap).toBeLessThan(1_500);
		}
	});

	it('follow the interval that a pong brings', async () => {
		server.pong = JSON.stringify({ PingInterval: 0.5 });
		await join();
		await pause(2_400);
		expect(server.pings.length).toBeGreaterThanOrEqual(4);
		server.pong = JSON.stringify({ PingInterval: 60 });
		await pause(1_000);
		const count = server.pings.length;
		await pause(1_500);
		expect(server.pings).toHaveLength(count);
	});

	it('never become a flood, whatever a pong brings', async () => {
		server.pong = '{"PingInterval": 0}';
		await join();
		await pause(1_200);
		expect(server.pings.length).toBeGreaterThanOrEqual(2);
		expect(server.pings.length).toBeLessThanOrEqual(4);
	});
});

describe('a connection that ends', () => {
	it('comes back when nothing is heard any more, though it seems open', async () => {
		hurry(4);
		server.clientConfig.PingInterval = 1;
		await join();
		server.isSilent = true;
		const start = Date.now();
		await until(() => server.endpointCalls.length === 2);
		// Two intervals, and then the wait before connecting again.
		expect(Date.now() - start).toBeGreaterThan(1_900);
		expect(Date.now() - start).toBeLessThan(6_900);
		server.isSilent = false;
		await until(() => server.sockets.length === 2);
		expect(server.messagesOf('warn')[0]).toContain('nothing was heard from Feishu any more');
		await server.ask(event('e'), { socket: server.sockets[1] });
	});

	it('stays when events are heard, though no pong is', async () => {
		hurry(4);
		server.clientConfig.PingInterval = 1;
		await join();
		server.isSilent = true;
		for (let sent = 0; sent < 16; sent++) {
			await pause(200);
			server.send(event(String(sent)));
		}
		expect(server.endpointCalls).toHaveLength(1);
	});

	it('waits as long as ReconnectInterval says between attempts, and for ever if that is meant', async () => {
		server.clientConfig.ReconnectInterval = 0.7;
		await join();
		const busy = { body: refusal(1, 'system busy') };
		server.endpointAnswers = [
			busy,
			{ body: refusal(1000040343, 'internal error') },
			busy,
			{ error: new Error('down') },
		];
		const start = performance.now();
		server.sockets[0]!.terminate();
		await until(() => server.openSockets.length === 1);
		expect(performance.now() - start).toBeGreaterThan(500 + 4 * 700);
		expect(server.endpointCalls).toHaveLength(6);
		const attempts = server.messagesOf('warn').slice(1);
		expect(attempts).toHaveLength(4);
		expect(attempts[0]).toBe(
			'The long connection to Feishu cannot be opened again yet. Feishu refused the long connection (code 1, "system busy"): Feishu is busy, try again later. The next attempt is in 0.7 seconds.',
		);
		expect(attempts[3]).toContain('localhost:1 cannot be reached');
	});
});

describe('a first connection', () => {
	it('is given up when nobody answers at the address', async () => {
		// Something that takes connections and never says a word.
		const sockets: Socket[] = [];
		const mute = createServer((socket) => void sockets.push(socket.resume())).listen(0);
		const URL = `ws://localhost:${(mute.address() as AddressInfo).port}/`;
		server.endpointAnswers = Array(3).fill({ body: { code: 0, data: { URL } } });
		hurry(20);
		try {
			await expect(join()).rejects.toThrow(/No WebSocket to localhost:\d+ can be opened/);
			expect(sockets.length).toBeGreaterThanOrEqual(3);
			await until(() => sockets.every(({ closed }) => closed));
		} finally {
			for (const socket of sockets) socket.destroy();
			mute.close();
		}
	});
});

describe('when the last listener leaves', () => {
	it('nothing is left of 100 activations: no socket, and no timer for longer than a second', async () => {
		// A process of its own ends only when nothing is left in it.
		const script = path.join(__dirname, 'hundredActivations.ts');
		const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script], {
			timeout: 60_000,
		});
		const { lingered, ...counts } = JSON.parse(stdout) as { lingered: number };
		expect(counts).toEqual({
			activations: 100,
			connections: 100,
			mostOpen: 1,
			received: 100,
			isClosed: true,
		});
		expect(lingered).toBeLessThan(1_000);
	}, 60_000);
});

describe('a first connection', () => {
	it.each<[string, object, RegExp]>([
		[
			'Feishu is busy',
			{ body: refusal(1, 'busy') },
			/code 1, "busy"\): Feishu is busy, try again later/,
		],
		[
			'Feishu has an error',
			{ body: refusal(1000040343, 'x') },
			/Feishu has an internal error, try again later/,
		],
		[
			'there are too many',
			{ body: refusal(1000040350, 'x') },
			/too many long connections, of which Feishu allows 50: stop other programs/,
		],
		['a code is new', { body: refusal(12345, 'x') }, /code 12345, "x"\): try again later/],
		[
			'Feishu cannot be reached',
			{ error: new Error('connect ECONNREFUSED') },
			/^localhost:1 cannot be reached: check the region or Base URL/,
		],
		[
			'the answer is a page',
			{ body: '<html></html>' },
			/^localhost:1 does not answer as Feishu does/,
		],
		['the answer is empty', { body: undefined }, /does not answer as Feishu does/],
		['there is no address', { body: { code: 0, data: {} } }, /does not answer as Feishu does/],
		[
			'the address is none',
			{ body: { code: 0, data: { URL: 'nowhere' } } },
			/does not answer as Feishu does/,
		],
		[
			'the address is of a page',
			{ body: { code: 0, data: { URL: 'http://localhost:1/' } } },
			/does not answer as Feishu does/,
		],
		[
			'nobody is at the address',
			{ body: { code: 0, data: { URL: 'ws://localhost:1/?ticket=t' } } },
			/^No WebSocket to localhost:1 can be opened: check that firewalls let it through/,
		],
	])('is tried three times, then refused, when %s', async (_, answer, message) => {
		hurry(10);
		server.endpointAnswers = Array(3).fill(answer);
		await expect(join()).rejects.toThrow(message);
		expect(server.endpointCalls).toHaveLength(3);
		// Nothing of the failed one is left.
		await join();
		expect(server.openSockets).toHaveLength(1);
	});
});
