import { createServer, request } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the gateway answers by itself. */
export interface GatewayAnswer {
	status: number;
	headers?: Record<string, string>;
	body?: string;
}

/** A request that reached the gateway. */
export interface GatewayRequest {
	method: string;
	url: string;
	body: string;
}

/**
 * A gateway in front of n8n, as companies have: it passes requests on to n8n, unless it is told to answer
 * by itself. n8n reaches itself through it when its WEBHOOK_URL is the gateway's.
 */
export class Gateway {
	/** Where requests are passed on to, without a slash at the end; several take turns. */
	target: string | string[] = '';
	readonly requests: GatewayRequest[] = [];
	/** A path that it takes away before it passes a request on, such as `/n8n`. */
	subPath = '';
	/** Answers a request; nothing passes it on. */
	answer: (request: GatewayRequest) => GatewayAnswer | undefined = () => undefined;

	private constructor(private readonly server: Server) {}

	static async start(): Promise<Gateway> {
		const server = createServer();
		const gateway = new Gateway(server);
		server.on('request', (incoming, outgoing) => void gateway.handle(incoming, outgoing));
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		return gateway;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async close(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	private async handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
		const chunks: Buffer[] = [];
		for await (const chunk of incoming) chunks.push(chunk as Buffer);
		const body = Buffer.concat(chunks);
		const { method = 'GET', url = '/', headers } = incoming;
		const seen = { method, url, body: body.toString('utf8') };
		this.requests.push(seen);
		const answer = this.answer(seen);
		if (answer !== undefined) {
			outgoing.writeHead(answer.status, answer.headers).end(answer.body);
			return;
		}
		const path = url.startsWith(`${this.subPath}/`) ? url.slice(this.subPath.length) : url;
		const targets = [this.target].flat();
		const target = targets[this.requests.length % targets.length] ?? '';
		const onwards = request(`${target}${path}`, { method, headers }, (response) => {
			outgoing.writeHead(response.statusCode ?? 502, response.headers);
			response.pipe(outgoing);
		});
		onwards.on('error', () => outgoing.writeHead(502).end());
		onwards.end(body);
	}
}
