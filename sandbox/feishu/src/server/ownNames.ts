import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';

/** The names of this machine, by which everybody on it may call. */
const LOCAL_NAMES = ['localhost', '127.0.0.1', '[::1]'];
/** Addresses to listen on that are no name to call by. */
const ANY_ADDRESS = ['0.0.0.0', '::'];

/**
 * Keeps pages of other sites out. A page can have its own name point to this machine (DNS rebinding) and
 * then read what the sandbox answers, secrets and passwords among it; its requests still carry that
 * name in `Host` and `Origin`.
 */
export class OwnNames {
	private readonly names: readonly string[];

	/** `listensOn`: the address that the server listens on; `allowedHosts`: further names, as they are now. */
	constructor(
		listensOn: string,
		private readonly allowedHosts: () => readonly string[],
	) {
		const own = listensOn.includes(':') ? `[${listensOn}]` : listensOn.toLowerCase();
		this.names = ANY_ADDRESS.includes(listensOn) ? LOCAL_NAMES : [...LOCAL_NAMES, own];
	}

	/** Refuses a request under a foreign name, whatever it asks for: HTTP 403, and nothing is done. */
	readonly check: onRequestHookHandler = (
		request: FastifyRequest,
		reply: FastifyReply,
		done: () => void,
	) => {
		const error = this.refusalOf(request.headers);
		if (error) reply.code(403).send({ error });
		else done();
	};

	/** The same for a WebSocket's handshake; whether it may go on. */
	admitsUpgrade(request: IncomingMessage, socket: Duplex): boolean {
		if (!this.refusalOf(request.headers)) return true;
		socket.on('error', () => socket.destroy());
		socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
		return false;
	}

	private refusalOf({ host = '', origin }: IncomingHttpHeaders): string | undefined {
		if (!this.isOwn(host)) return refusal('Host', host);
		if (origin === undefined) return undefined;
		// "null", the origin of files and of pages in a sandboxed frame, has no name either.
		const [, authority = ''] = /^https?:\/\/(.*)$/.exec(origin) ?? [];
		return this.isOwn(authority) ? undefined : refusal('Origin', origin);
	}

	/** `authority`: a name or an address, with or without a port. */
	private isOwn(authority: string): boolean {
		const name = authority.replace(/:\d+$/, '').toLowerCase();
		const isWanted = (own: string) => own.toLowerCase() === name;
		return this.names.some(isWanted) || this.allowedHosts().some(isWanted);
	}
}

function refusal(header: string, value: string): string {
	return `The ${header} "${value}" is not this sandbox's. If it is yours, add its name to the setting allowedHosts.`;
}
