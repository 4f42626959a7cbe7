import type { FastifyInstance } from 'fastify';

import { type ButtonPress, pressButton } from '../callbacks/buttonPress';
import type { NewEvent } from '../callbacks/callbacks';
import type { CallbackChange } from '../callbacks/configuration';
import type { EventFilter } from '../callbacks/eventLog';
import type { ConnectionFilter, Disconnection } from '../longConnection/longConnections';
import type { Sandbox } from '../sandbox';
import * as schema from './callbackSchemas';
import { findApp, found } from './lookups';

/** An event to send to an app, other than a button's callback. */
export type EventToSend = Omit<NewEvent, 'kind' | 'pressed'> & {
	app_id: string;
	/** `event`, the default, or `callback`, which is not sent again when it fails. */
	kind?: NewEvent['kind'];
};

/** Which connections to make half-open; `stalled: false` brings them back. */
export interface Stall extends Omit<ConnectionFilter, 'isOpen'> {
	stalled?: boolean;
}

/** The control API's part about callbacks, events and long connections. */
export function registerCallbackRoutes(server: FastifyInstance, sandbox: Sandbox): void {
	registerConfiguration(server, sandbox);
	registerEvents(server, sandbox);
	registerLongConnections(server, sandbox);
}

function registerConfiguration(server: FastifyInstance, sandbox: Sandbox): void {
	server.get<{ Params: { app_id: string } }>(
		'/apps/:app_id/callback',
		({ params }) => findApp(sandbox, params.app_id).callback,
	);
	server.patch<{ Params: { app_id: string }; Body: CallbackChange }>(
		'/apps/:app_id/callback',
		{ schema: { body: schema.callbackChange } },
		async ({ params, body: { url, verify = true, ...change } }) => {
			const app = findApp(sandbox, params.app_id);
			Object.assign(app.callback, change);
			if (url === undefined) return { callback: app.callback };
			const verification = url && verify ? await sandbox.callbacks.verifyUrl(app, url) : undefined;
			if (verification?.ok !== false) app.callback.url = url;
			return { callback: app.callback, verification };
		},
	);
	server.post<{ Params: { app_id: string }; Body: { url?: string } }>(
		'/apps/:app_id/callback/verify',
		{ schema: { body: schema.callbackVerification } },
		({ params, body }) => {
			const app = findApp(sandbox, params.app_id);
			const url = found(body.url ?? (app.callback.url || undefined), 'callback URL of', app.app_id);
			return sandbox.callbacks.verifyUrl(app, url);
		},
	);
}

function registerEvents(server: FastifyInstance, sandbox: Sandbox): void {
	server.post<{ Body: ButtonPress }>('/press', { schema: { body: schema.press } }, ({ body }) =>
		pressButton(sandbox, body),
	);
	server.post<{ Body: EventToSend }>(
		'/events',
		{ schema: { body: schema.event } },
		({ body: { app_id, kind = 'event', ...event } }) =>
			sandbox.callbacks.send(findApp(sandbox, app_id), { kind, ...event }),
	);
	server.post<{ Params: { event_id: string } }>('/events/:event_id/copy', ({ params }) => {
		const event = found(sandbox.callbacks.log.find(params.event_id), 'event', params.event_id);
		return sandbox.callbacks.sendAgain(findApp(sandbox, event.app_id), event);
	});
	server.get<{ Querystring: EventFilter }>(
		'/events',
		{ schema: { querystring: schema.eventFilter } },
		({ query }) => ({ events: sandbox.callbacks.log.read(query) }),
	);
}

function registerLongConnections(server: FastifyInstance, sandbox: Sandbox): void {
	const { longConnections } = sandbox;
	server.get<{ Querystring: ConnectionFilter }>(
		'/long_connections',
		{ schema: { querystring: schema.connectionFilter } },
		({ query }) => ({ ...longConnections.counts, connections: longConnections.read(query) }),
	);
	server.post<{ Body: Disconnection }>(
		'/long_connections/disconnect',
		{ schema: { body: schema.disconnection } },
		({ body }) => ({ disconnected: longConnections.disconnect(body) }),
	);
	server.post<{ Body: Stall }>(
		'/long_connections/stall',
		{ schema: { body: schema.stall } },
		({ body: { stalled = true, ...filter } }) => ({
			concerned: longConnections.stall(stalled, filter),
		}),
	);
}
