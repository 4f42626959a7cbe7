import type { FastifyInstance } from 'fastify';

import type { Sandbox } from '../sandbox';
import { liveQuery } from './controlSchemas';
import { openIdsIn } from './lookups';

/** Milliseconds between signs of life, so that nothing on the way takes the stream for dead. */
const HEARTBEAT_INTERVAL = 15_000;
/** Milliseconds after which a browser that lost the stream asks again. */
const RETRY_AFTER = 500;
/** Bytes that a listener may leave unread; one that is further behind is cut off, and begins anew. */
const MOST_UNREAD_BYTES = 8 * 1024 * 1024;

/** `GET /live`: what changes, as server-sent events. */
export function registerLiveRoutes(server: FastifyInstance, sandbox: Sandbox): void {
	server.get<{ Querystring: { people?: string } }>(
		'/live',
		{ schema: { querystring: liveQuery } },
		({ query }, reply) => {
			reply.hijack();
			const stream = reply.raw;
			stream.writeHead(200, {
				'content-type': 'text/event-stream; charset=utf-8',
				'cache-control': 'no-store',
				'x-accel-buffering': 'no',
			});
			const write = (text: string) => {
				if (stream.writableLength > MOST_UNREAD_BYTES) stream.destroy();
				else stream.write(text);
			};
			write(`retry: ${RETRY_AFTER}\n\n`);
			const stopListening = sandbox.live.listen({
				people: query.people === undefined ? undefined : new Set(openIdsIn(query.people)),
				send: ({ name, data }) => write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`),
				end: () => stream.end(),
			});
			const heartbeat = setInterval(() => write(': heartbeat\n\n'), HEARTBEAT_INTERVAL);
			stream.once('close', () => {
				clearInterval(heartbeat);
				stopListening();
			});
		},
	);
}
