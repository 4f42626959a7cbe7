import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import type { IHttpRequestOptions, Logger } from 'n8n-workflow';
import { WebSocket as WsWebSocket, WebSocketServer } from 'ws';

import type { LongConnectionTools } from '../../../nodes/FeishuFeedTrigger/longConnection/LongConnection';
import {
	FRAME_METHOD,
	type Frame,
	decodeFrame,
	encodeFrame,
	headerOf,
} from '../../../nodes/FeishuFeedTrigger/longConnection/frames';

/** What the endpoint answers, in place of an address to connect to. */
type EndpointAnswer = { body: unknown } | { error: Error };

/** An answer to an event, as it came back. */
export interface EventAnswer {
	frame: Frame;
	/** 200, or an error's. */
	code: number;
	/** The JSON in the answer's data; nothing in that of an error. */
	answer: unknown;
	/** Milliseconds from sending the event to getting the answer. */
	took: number;
}

/** How an event is sent. */
interface SendOptions {
	type?: string;
	/** How many frames the payload is split into, and the order that they are sent in. */
	sum?: number;
	order?: number[];
	/** The connection that it is sent over; the latest open one by default. */
	socket?: WsWebSocket;
}

/** The server side of a long connection, with one app. */
export class LongConnectionServer {
	clientConfig: Record<string, unknown> = {
		ReconnectCount: -1,
		ReconnectInterval: 0.5,
		ReconnectNonce: 0,
		PingInterval: 60,
	};
	/** The payload of each pong. */
	pong = '';
	/** Hears nothing and says nothing any more, but keeps its connections. */
	isSilent = false;
	/** Taken one by one before addresses are given. */
	endpointAnswers: EndpointAnswer[] = [];
	/** The only secret that is taken, when set. */
	secret?: string;
	readonly endpointCalls: IHttpRequestOptions[] = [];
	/** All connections that there ever were, oldest first. */
	readonly sockets: WsWebSocket[] = [];
	readonly pings: Array<{ service: number; at: number }> = [];
	readonly log: Array<{ level: string; message: string }> = [];
	private readonly answers = new Map<string, (answer: EventAnswer) => void>();
	private messages = 0;

	private constructor(private readonly server: WebSocketServer) {
		server.on('connection', (socket) => {
			this.sockets.push(socket);
			socket.on('message', (bytes: Buffer) => this.receive(socket, decodeFrame(bytes)));
		});
	}

	static async start(): Promise<LongConnectionServer> {
		const server = new WebSocketServer({ port: 0 });
		await once(server, 'listening');
		return new LongConnectionServer(server);
	}

	async stop(): Promise<void> {
		for (const socket of this.sockets) socket.terminate();
		await this.stopListening();
	}

	/** Takes no new connections; waits until all there are have ended. */
	async stopListening(): Promise<void> {
		await new Promise((resolve) => this.server.close(resolve));
	}

	get address(): string {
		return `ws://localhost:${(this.server.address() as AddressInfo).port}/`;
	}

	get openSockets(): WsWebSocket[] {
		return this.sockets.filter(({ readyState }) => readyState === WsWebSocket.OPEN);
	}

	/** What `listen` gets from a node. On a Node without a WebSocket it gets one. */
	tools(change: Partial<LongConnectionTools> = {}): LongConnectionTools {
		const write = (level: string) => (message: string) => void this.log.push({ level, message });
		const logger = Object.fromEntries(
			['error', 'warn', 'info', 'debug'].map((level) => [level, write(level)]),
		) as Logger;
		const openSocket = (url: string) => new WsWebSocket(url) as unknown as WebSocket;
		return {
			send: async (options) => this.answerEndpoint(options),
			logger,
			...(typeof WebSocket === 'undefined' && { openSocket }),
			...change,
		};
	}

	messagesOf(level: string): string[] {
		return this.log.filter((entry) => entry.level === level).map(({ message }) => message);
	}

	/** Sends an event without waiting for its answer. */
	send(body: unknown, { type = 'event', sum = 1, order, socket }: SendOptions = {}): string {
		const messageId = `message-${++this.messages}`;
		const payload =
			typeof body === 'string' ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
		const size = Math.ceil(payload.length / sum);
		for (const seq of order ?? [...Array(sum).keys()]) {
			const headers = Object.entries({ type, message_id: messageId, sum, seq, trace_id: 'trace' });
			const frame: Frame = {
				SeqID: BigInt(seq),
				LogID: 2n ** 63n + 1n,
				service: 7,
				method: FRAME_METHOD.data,
				headers: headers.map(([key, value]) => ({ key, value: String(value) })),
				payload: payload.subarray(seq * size, (seq + 1) * size),
				LogIDNew: 'log',
			};
			(socket ?? this.openSockets.at(-1)!).send(encodeFrame(frame));
		}
		return messageId;
	}

	/** Sends an event and waits for its answer. */
	async ask(body: unknown, options: SendOptions = {}): Promise<EventAnswer> {
		const started = performance.now();
		const messageId = this.send(body, options);
		return await new Promise((resolve) => {
			this.answers.set(messageId, (answer) =>
				resolve({ ...answer, took: performance.now() - started }),
			);
		});
	}

	private answerEndpoint(options: IHttpRequestOptions): unknown {
		this.endpointCalls.push(options);
		const answer = this.endpointAnswers.shift();
		if (answer && 'error' in answer) throw answer.error;
		if (answer) return answer.body;
		const { AppSecret } = options.body as { AppSecret: string };
		if (this.secret !== undefined && AppSecret !== this.secret) return refusal(514, 'auth failed');
		const URL = `${this.address}?device_id=d&service_id=7&ticket=t`;
		return { code: 0, msg: '', data: { URL, ClientConfig: this.clientConfig } };
	}

	private receive(socket: WsWebSocket, frame: Frame | undefined): void {
		if (this.isSilent) return;
		if (frame === undefined) throw new Error('The connection sent what is no frame');
		if (frame.method === FRAME_METHOD.control) {
			this.pings.push({ service: frame.service, at: performance.now() });
			const headers = [{ key: 'type', value: 'pong' }];
			socket.send(encodeFrame({ ...frame, headers, payload: Buffer.from(this.pong) }));
			return;
		}
		const { code, data } = JSON.parse(Buffer.from(frame.payload!).toString()) as {
			code: number;
			data?: string;
		};
		if (code !== 200 && code !== 500) throw new Error(`The answer's code is ${code}`);
		const messageId = headerOf(frame, 'message_id')!;
		const settle = this.answers.get(messageId);
		if (!settle) throw new Error('There are two answers to one event');
		this.answers.delete(messageId);
		const answer: unknown = data && JSON.parse(Buffer.from(data, 'base64').toString());
		settle({ frame, code, answer, took: 0 });
	}
}

/** A refusal of Feishu's endpoint. */
export function refusal(code: number, msg: string): { code: number; msg: string } {
	return { code, msg };
}
