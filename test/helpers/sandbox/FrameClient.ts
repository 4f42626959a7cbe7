import { once } from 'node:events';

import protobuf from 'protobufjs';
import { WebSocket } from 'ws';

/** A frame, with `uint64` as text; absent fields are absent. */
export interface ClientFrame {
	SeqID: string;
	LogID: string;
	service: number;
	method: number;
	headers: Array<{ key: string; value: string }>;
	payload?: Uint8Array;
	[field: string]: unknown;
}

/** As the official SDK's encoder has it, field by field; written apart from the sandbox's. */
const frameType = new protobuf.Type('Frame')
	.add(new protobuf.Field('SeqID', 1, 'uint64', 'required'))
	.add(new protobuf.Field('LogID', 2, 'uint64', 'required'))
	.add(new protobuf.Field('service', 3, 'int32', 'required'))
	.add(new protobuf.Field('method', 4, 'int32', 'required'))
	.add(new protobuf.Field('headers', 5, 'Header', 'repeated'))
	.add(new protobuf.Field('payloadEncoding', 6, 'string', 'optional'))
	.add(new protobuf.Field('payloadType', 7, 'string', 'optional'))
	.add(new protobuf.Field('payload', 8, 'bytes', 'optional'))
	.add(new protobuf.Field('LogIDNew', 9, 'string', 'optional'))
	.add(
		new protobuf.Type('Header')
			.add(new protobuf.Field('key', 1, 'string', 'required'))
			.add(new protobuf.Field('value', 2, 'string', 'required')),
	);
new protobuf.Root().add(frameType);

/** A client of the long connection that does, and can do wrong, each thing by itself. */
export class FrameClient {
	readonly socket: WebSocket;
	readonly frames: ClientFrame[] = [];
	readonly service: number;
	/** What to answer an event's last part with; by default `{"code": 200}` and `{}`. */
	answer: ((frame: ClientFrame) => ClientFrame | undefined) | undefined = (frame) =>
		answerTo(frame, { code: 200, data: Buffer.from('{}').toString('base64') });

	constructor(url: string, options: { autoPong?: boolean } = {}) {
		this.service = Number(new URL(url).searchParams.get('service_id'));
		this.socket = new WebSocket(url, options);
		this.socket.on('error', () => undefined);
		this.socket.on('message', (data) => this.receive(data as Buffer));
	}

	/** Resolves when it is open; rejects with the handshake's answer when it is refused. */
	async opened(): Promise<this> {
		await once(this.socket, 'open');
		return this;
	}

	/** The next frame that fits. */
	async next(fits: (frame: ClientFrame) => boolean = () => true): Promise<ClientFrame> {
		for (let place = this.frames.length; ; place++) {
			while (place >= this.frames.length) await once(this.socket, 'message');
			const frame = this.frames[place]!;
			if (fits(frame)) return frame;
		}
	}

	send(frame: Partial<ClientFrame>): void {
		const whole = { SeqID: 0, LogID: 0, service: this.service, method: 1, headers: [], ...frame };
		this.socket.send(frameType.encode(frameType.fromObject(whole)).finish());
	}

	ping(service = this.service): void {
		this.send({ method: 0, service, headers: [{ key: 'type', value: 'ping' }] });
	}

	private receive(data: Buffer): void {
		const options = { longs: String };
		const frame = frameType.toObject(frameType.decode(data), options) as ClientFrame;
		this.frames.push(frame);
		if (frame.method !== 1) return;
		const { message_id, sum } = headers(frame);
		const parts = this.frames.filter((other) => headers(other).message_id === message_id);
		if (parts.length < Number(sum)) return;
		const answer = this.answer?.(frame);
		if (answer) this.send(answer);
	}
}

/** A frame's headers by key. */
export function headers(frame: ClientFrame): Record<string, string> {
	return Object.fromEntries(frame.headers.map(({ key, value }) => [key, value]));
}

/** The frame as an answer: `biz_rt` added, and another payload. */
export function answerTo(frame: ClientFrame, payload: unknown): ClientFrame {
	const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
	return {
		...frame,
		headers: [...frame.headers, { key: 'biz_rt', value: '1' }],
		payload: Buffer.from(text),
	};
}
