import { randomInt, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { WebSocketServer } from 'ws';

import type { Clock } from '../clock';
import type { LongConnectionSettings } from '../settings';
import { ConnectionSocket, LongConnection, type LongConnectionView } from './connection';

/** Codes of the endpoint that gives a long connection's URL (Feishu reference: "Long connection"). */
export const ENDPOINT_CODES = {
	systemBusy: 1,
	forbidden: 403,
	authFailed: 514,
	internalError: 1000040343,
	tooManyConnections: 1000040350,
} as const;

/** Which connections to act on; what is absent matches all. */
export interface ConnectionFilter {
	app_id?: string;
	/** Its number. */
	connection?: number;
	isOpen?: boolean;
}

/** How to end connections. */
export interface Disconnection extends Omit<ConnectionFilter, 'isOpen'> {
	/** `close` with the WebSocket's closing handshake, or `terminate` without; `close` by default. */
	how?: 'close' | 'terminate';
	/** Close code, 1001 by default. */
	code?: number;
	reason?: string;
}

/** Counted since the start or the last reset. */
export interface LongConnectionCounters {
	/** Open now. */
	open: number;
	/** Opened in all. */
	opened: number;
	/** The most that were open at one time. */
	mostOpen: number;
	/** WebSockets that were refused: a used or unknown ticket, or too many connections. */
	refused: number;
}

const SOCKET_PATH = '/ws/v2';
const TICKET_LIFETIME = 60_000;
const MOST_FRAME_BYTES = 1024 * 1024;
const MOST_CLOSED_KEPT = 1000;

interface Ticket {
	app_id: string;
	device_id: string;
	service_id: number;
	/** Milliseconds since 1970. */
	goodUntil: number;
}

/** All long connections of all apps, and the tickets to open new ones. */
export class LongConnections {
	private readonly server = new WebSocketServer({
		noServer: true,
		WebSocket: ConnectionSocket,
		autoPong: false,
		maxPayload: MOST_FRAME_BYTES,
	});
	private readonly tickets = new Map<string, Ticket>();
	private open = new Set<LongConnection>();
	private closed: LongConnection[] = [];
	private counters = { opened: 0, mostOpen: 0, refused: 0 };

	constructor(
		private readonly clock: Clock,
		private readonly settings: () => LongConnectionSettings,
	) {}

	/** A URL to connect to, once and within a minute. `host`: name and port of the sandbox. */
	issueUrl(app_id: string, host: string): string {
		const now = this.clock.now();
		for (const [value, { goodUntil }] of this.tickets) {
			if (goodUntil <= now) this.tickets.delete(value);
		}
		const ticket: Ticket = {
			app_id,
			device_id: String(randomInt(1e12, 1e14)),
			service_id: randomInt(10_000_000, 100_000_000),
			goodUntil: now + TICKET_LIFETIME,
		};
		const value = randomUUID();
		this.tickets.set(value, ticket);
		// In Feishu's order: the official SDK takes the first parameter's name for the whole URL.
		const query = new URLSearchParams({
			fpid: '493',
			aid: '552564',
			device_id: ticket.device_id,
			access_key: randomUUID().replace(/-/g, ''),
			service_id: String(ticket.service_id),
			ticket: value,
		});
		return `ws://${host}${SOCKET_PATH}?${query}`;
	}

	/** Opens a connection for a WebSocket handshake, or refuses it as Feishu does, in headers. */
	accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
		// A caller that goes away must not take the sandbox with it.
		socket.on('error', () => socket.destroy());
		const { pathname, searchParams } = new URL(request.url ?? '/', 'ws://localhost');
		if (pathname !== SOCKET_PATH) return refuse(socket, '404 Not Found');
		const value = searchParams.get('ticket') ?? '';
		const ticket = this.tickets.get(value);
		this.tickets.delete(value);
		if (!ticket || ticket.goodUntil <= this.clock.now()) {
			this.counters.refused++;
			return refuse(socket, '403 Forbidden', {
				'handshake-status': String(ENDPOINT_CODES.authFailed),
				'handshake-msg': 'ticket invalid',
			});
		}
		if (!this.hasRoom(ticket.app_id)) {
			this.counters.refused++;
			return refuse(socket, '403 Forbidden', {
				'handshake-status': String(ENDPOINT_CODES.authFailed),
				'handshake-msg': 'too many connections',
				'handshake-autherrcode': String(ENDPOINT_CODES.tooManyConnections),
			});
		}
		this.server.handleUpgrade(request, socket, head, (webSocket) => this.add(ticket, webSocket));
	}

	/** Whether an app may open one more. */
	hasRoom(app_id: string): boolean {
		return this.openOf(app_id).length < this.settings().mostConnections;
	}

	/** One open connection of the app at random, as Feishu picks the receiver of each event. */
	pick(app_id: string): LongConnection | undefined {
		const open = this.openOf(app_id);
		return open[Math.floor(Math.random() * open.length)];
	}

	/** Those that match, in the order of opening; of the closed, the last 1,000. */
	read(filter: ConnectionFilter): LongConnectionView[] {
		return this.find(filter).map((connection) => connection.view);
	}

	get counts(): LongConnectionCounters {
		return { open: this.open.size, ...this.counters };
	}

	/** Ends open connections; returns how many. */
	disconnect({ how = 'close', code, reason, ...filter }: Disconnection): number {
		const found = this.find({ ...filter, isOpen: true });
		for (const connection of found) connection.disconnect(how, code, reason);
		return found.length;
	}

	/** Makes open connections half-open, or brings them back; returns how many. */
	stall(isStalled: boolean, filter: ConnectionFilter): number {
		const found = this.find({ ...filter, isOpen: true });
		for (const connection of found) connection.stall(isStalled);
		return found.length;
	}

	/** Forgets closed connections and counters; the open ones end, unless they are kept. */
	reset(keepConnections: boolean): void {
		if (!keepConnections) {
			this.disconnect({ how: 'terminate' });
			this.open = new Set();
			this.tickets.clear();
		}
		this.closed = [];
		this.counters = { opened: this.open.size, mostOpen: this.open.size, refused: 0 };
	}

	private add(ticket: Ticket, webSocket: ConnectionSocket): void {
		const { app_id, device_id, service_id } = ticket;
		const number = ++this.counters.opened;
		const connection = new LongConnection({ number, app_id, device_id, service_id }, webSocket, {
			now: () => this.clock.now(),
			settings: this.settings,
			closed: () => this.forget(connection),
		});
		this.open.add(connection);
		this.counters.mostOpen = Math.max(this.counters.mostOpen, this.open.size);
	}

	private forget(connection: LongConnection): void {
		// After a reset it is none of ours any more.
		if (!this.open.delete(connection)) return;
		this.closed.push(connection);
		if (this.closed.length > MOST_CLOSED_KEPT) this.closed.shift();
	}

	private openOf(app_id: string): LongConnection[] {
		return [...this.open].filter(
			(connection) => connection.view.app_id === app_id && connection.isReady,
		);
	}

	private find({ app_id, connection, isOpen }: ConnectionFilter): LongConnection[] {
		return [...this.closed, ...this.open]
			.filter(
				({ view }) =>
					(app_id === undefined || view.app_id === app_id) &&
					(connection === undefined || view.number === connection) &&
					(isOpen === undefined || view.isOpen === isOpen),
			)
			.sort((a, b) => a.view.number - b.view.number);
	}
}

function refuse(socket: Duplex, status: string, headers: Record<string, string> = {}): void {
	const lines = Object.entries({ Connection: 'close', 'Content-Length': '0', ...headers });
	const text = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
	socket.end(`HTTP/1.1 ${status}\r\n${text}\r\n`);
}
