import { once } from 'node:events';
import {
	createServer,
	type IncomingHttpHeaders,
	type Server,
	type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that a receiver got. */
export interface ReceivedCallback {
	path: string;
	headers: IncomingHttpHeaders;
	rawBody: string;
}

/** What to answer; nothing for ever when it is `undefined`. */
export interface ReceiverAnswer {
	status?: number;
	body?: unknown;
	headers?: Record<string, string>;
	/** Milliseconds. */
	delay?: number;
}

/** An app's server: keeps what it gets and answers as it is told to. */
export class CallbackReceiver {
	readonly received: ReceivedCallback[] = [];
	/** `body` is sent as it is if it is text, else as JSON. */
	answer: (callback: ReceivedCallback) => ReceiverAnswer | undefined | Promise<ReceiverAnswer> =
		() => ({ body: {} });
	private readonly server: Server;

	constructor() {
		this.server = createServer((request, response) => {
			const chunks: Buffer[] = [];
			request.on('data', (chunk) => chunks.push(chunk));
			request.on('end', async () => {
				const rawBody = Buffer.concat(chunks).toString();
				const callback = { path: request.url ?? '', headers: request.headers, rawBody };
				this.received.push(callback);
				send(response, await this.answer(callback));
			});
		});
	}

	/** Listens on any free port; returns its URL. */
	async start(): Promise<string> {
		this.server.listen(0, '127.0.0.1');
		await once(this.server, 'listening');
		return this.url;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/callback`;
	}

	/** The bodies that came, parsed. */
	get bodies(): Array<Record<string, unknown>> {
		return this.received.map(({ rawBody }) => JSON.parse(rawBody));
	}

	close(): void {
		this.server.close();
		this.server.closeAllConnections();
	}
}

function send(response: ServerResponse, answer: ReceiverAnswer | undefined): void {
	if (!answer) return;
	const { status = 200, body = '', headers = {}, delay = 0 } = answer;
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	setTimeout(() => response.writeHead(status, headers).end(text), delay);
}
