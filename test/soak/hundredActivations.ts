import { listen } from '../../nodes/FeishuFeedTrigger/longConnection/LongConnection';
import { LongConnectionServer } from '../helpers/unit/LongConnectionServer';

/**
 * Starts and ends to listen 100 times, with an event each time, and prints the counts at the end
 * of the process, which comes when no socket and no timer is left.
 */
async function run(): Promise<void> {
	const server = await LongConnectionServer.start();
	const app = { baseUrl: 'http://localhost:1', appId: 'cli_a', appSecret: 'secret' };
	const counts = { activations: 0, connections: 0, mostOpen: 0, received: 0 };
	for (; counts.activations < 100; counts.activations++) {
		const count = async () => {
			counts.received++;
			return undefined;
		};
		const leave = await listen(app, count, server.tools());
		await server.ask({ header: { event_id: 'the same each time' } });
		counts.mostOpen = Math.max(counts.mostOpen, server.openSockets.length);
		await leave();
	}
	counts.connections = server.sockets.length;
	const isClosed = server.openSockets.length === 0;
	await server.stopListening();
	const end = performance.now();
	process.on('exit', () => {
		const lingered = performance.now() - end;
		console.log(JSON.stringify({ ...counts, isClosed, lingered }));
	});
}

void run();
