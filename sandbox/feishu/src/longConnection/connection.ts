import { randomBytes, randomUUID } from 'node:crypto';

import Long from 'long';
import { WebSocket } from 'ws';

import { DeliveryFailure, type Received } from '../callbacks/deliveryFailure';
import { newLogId } from '../logId';
import type { LongConnectionSettings } from '../settings';
import { CONTROL, DATA, decodeFrame, encodeFrame, type Frame, headersOf } from './frames';

/** Who ended a connection. */
export type ClosedBy = 'client' | 'sandbox';

/** A long connection as the control API tells it. */
export interface LongConnectionView {
	/** Counts from 1, in the order of opening. */
	number: number;
	app_id: string;
	device_id: string;
	service_id: number;
	/** Milliseconds since 1970. */
	openedAt: number;
	isOpen: boolean;
	/** Half-open: it sends nothing any more and ignores what comes. */
	isStalled: boolean;
	closedAt?: number;
	closedBy?: ClosedBy;
	/** The WebSocket's close code; 1006 if it broke. */
	closeCode?: number;
	pings: number;
	lastPingAt?: number;
	pongs: number;
	/** Events that were sent over it, in one part or several. */
	sent: number;
	/** Of these, answered in time. */
	answered: number;
	/** Of these, not answered in time, or not before the connection ended. */
	unanswered: number;
	/** Answers that came too late, or to nothing that was asked. */
	lateAnswers: number;
	/** Frames that nobody can read: no binary, no protobuf, a wrong service ID, no type. */
	malformedFrames: number;
}

/** An event to send. */
export interface Dispatch {
	/** JSON. */
	text: string;
	type: 'event' | 'card';
	/** Seconds until the answer must be there. */
	timeout: number;
}

/** The WebSocket of a connection; while it is stalled, it does not even answer a close. */
export class ConnectionSocket extends WebSocket {
	isStalled = false;

	override close(code?: number, reason?: string | Buffer): void {
		if (!this.isStalled) super.close(code, reason);
	}
}

interface Pending {
	frames: readonly Frame[];
	resolve: (received: Received) => void;
	reject: (failure: DeliveryFailure) => void;
	timer: NodeJS.Timeout;
}

/** What a connection needs from around it. */
export interface Surroundings {
	/** Milliseconds since 1970. */
	now: () => number;
	settings: () => LongConnectionSettings;
	closed: () => void;
}

/** One long connection of an app (Feishu reference: "Receive events through a long connection"). */
export class LongConnection {
	readonly view: LongConnectionView;
	private readonly pending = new Map<string, Pending>();
	private nextSeqId = 1;

	constructor(
		identity: Pick<LongConnectionView, 'number' | 'app_id' | 'device_id' | 'service_id'>,
		private readonly socket: ConnectionSocket,
		private readonly surroundings: Surroundings,
	) {
		this.view = {
			...identity,
			openedAt: surroundings.now(),
			isOpen: true,
			isStalled: false,
			pings: 0,
			pongs: 0,
			sent: 0,
			answered: 0,
			unanswered: 0,
			lateAnswers: 0,
			malformedFrames: 0,
		};
		socket.on('message', (data, isBinary) => this.receive(data as Buffer, isBinary));
		socket.on('ping', (data) => this.view.isStalled || socket.pong(data));
		// What broke is told by the close that follows.
		socket.on('error', () => undefined);
		socket.on('close', (code) => this.end(code));
	}

	/**
	 * Sends an event, in parts if it is long.
	 * @returns what the client answered
	 * @throws DeliveryFailure when there is no answer in time or the answer is not one to this event
	 */
	deliver({ text, type, timeout }: Dispatch): Promise<Received> {
		const message_id = randomUUID();
		const trace_id = randomBytes(16).toString('hex');
		const frames = this.toFrames(Buffer.from(text), type, message_id, trace_id);
		this.view.sent++;
		const answered = new Promise<Received>((resolve, reject) => {
			const timer = setTimeout(() => {
				this.settle(message_id, 'unanswered');
				reject(new DeliveryFailure('timeout', `No answer within ${timeout} s`));
			}, timeout * 1000);
			this.pending.set(message_id, { frames, resolve, reject, timer });
		});
		for (const frame of frames) this.send(frame);
		return answered;
	}

	/** Whether events can be sent over it: neither side has begun to close it. */
	get isReady(): boolean {
		return this.socket.readyState === WebSocket.OPEN;
	}

	/** Ends the connection with a closing handshake, or as if the network had failed. */
	disconnect(how: 'close' | 'terminate', code = 1001, reason = ''): void {
		this.view.closedBy ??= 'sandbox';
		this.stall(false);
		if (how === 'close') this.socket.close(code, reason);
		else this.socket.terminate();
	}

	/** Makes the connection half-open, or brings it back. */
	stall(isStalled: boolean): void {
		this.view.isStalled = isStalled;
		this.socket.isStalled = isStalled;
	}

	private receive(data: Buffer, isBinary: boolean): void {
		if (this.view.isStalled) return;
		const frame = isBinary ? decodeFrame(data) : undefined;
		if (!frame || frame.service !== this.view.service_id) this.view.malformedFrames++;
		else if (frame.method === CONTROL && headersOf(frame).type === 'ping') this.answerPing();
		else if (frame.method === DATA) this.takeAnswer(frame);
		else this.view.malformedFrames++;
	}

	private answerPing(): void {
		this.view.pings++;
		this.view.lastPingAt = this.surroundings.now();
		const { configInPong, clientConfig } = this.surroundings.settings();
		this.send({
			SeqID: 0,
			LogID: newLogIdNumber(),
			service: this.view.service_id,
			method: CONTROL,
			headers: [{ key: 'type', value: 'pong' }],
			payload: configInPong ? Buffer.from(JSON.stringify(clientConfig)) : undefined,
		});
		this.view.pongs++;
	}

	private takeAnswer(frame: Frame): void {
		const headers = headersOf(frame);
		const message_id = headers.message_id ?? '';
		const pending = this.pending.get(message_id);
		if (!pending) {
			this.view.lateAnswers++;
			return;
		}
		try {
			const received = readAnswer(frame, pending);
			this.settle(message_id, 'answered');
			pending.resolve(received);
		} catch (error) {
			this.settle(message_id, 'unanswered');
			pending.reject(error as DeliveryFailure);
		}
	}

	private settle(message_id: string, as: 'answered' | 'unanswered'): void {
		clearTimeout(this.pending.get(message_id)?.timer);
		this.pending.delete(message_id);
		this.view[as]++;
	}

	private toFrames(payload: Buffer, type: string, message_id: string, trace_id: string): Frame[] {
		const { mostPayloadBytes, partOrder } = this.surroundings.settings();
		const sum = Math.max(1, Math.ceil(payload.length / mostPayloadBytes));
		const frames = Array.from(
			{ length: sum },
			(_, seq): Frame => ({
				SeqID: this.nextSeqId++,
				LogID: newLogIdNumber(),
				service: this.view.service_id,
				method: DATA,
				headers: Object.entries({ type, message_id, sum, seq, trace_id }).map(([key, value]) => ({
					key,
					value: String(value),
				})),
				payload: payload.subarray(seq * mostPayloadBytes, (seq + 1) * mostPayloadBytes),
				LogIDNew: newLogId(this.surroundings.now()),
			}),
		);
		if (partOrder === 'descending') frames.reverse();
		if (partOrder === 'random') shuffle(frames);
		return frames;
	}

	private send(frame: Frame): void {
		if (!this.view.isStalled) this.socket.send(encodeFrame(frame));
	}

	private end(code: number): void {
		this.view.isOpen = false;
		this.view.closedAt = this.surroundings.now();
		this.view.closedBy ??= 'client';
		this.view.closeCode = code;
		for (const [message_id, { reject }] of this.pending) {
			this.settle(message_id, 'unanswered');
			reject(new DeliveryFailure('disconnected', 'The connection ended before the answer'));
		}
		this.surroundings.closed();
	}
}

/**
 * The code and the data of an answer frame, which must be one of the event's own with `biz_rt`. Its
 * LogID does not count: the official SDK rounds those that are longer than 53 bits.
 */
function readAnswer(frame: Frame, { frames }: Pending): Received {
	const text = Buffer.from(frame.payload ?? []).toString();
	const wrong = (message: string) =>
		new DeliveryFailure('invalidAnswer', message, { status: 0, text });
	const own = frames.find(({ SeqID }) => String(SeqID) === String(frame.SeqID));
	if (!own) throw wrong('The SeqID is that of no frame of the event');
	const headers = headersOf(frame);
	for (const { key, value } of own.headers) {
		if (headers[key] !== value) throw wrong(`The header ${key} is not the event's`);
	}
	if (!/^-?\d+$/.test(headers.biz_rt ?? '')) throw wrong('The header biz_rt is no number');
	let answer: { code?: unknown; data?: unknown } | null;
	try {
		answer = JSON.parse(text);
	} catch {
		throw wrong('The payload is no JSON');
	}
	const { code, data = '' } = answer ?? {};
	if (typeof code !== 'number') throw wrong('The payload has no code');
	if (typeof data !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(data)) {
		throw wrong('data is no base64');
	}
	return { status: code, text: Buffer.from(data, 'base64').toString() };
}

/** Uses all 64 bits, so that who reads it as a JavaScript number is found out. */
function newLogIdNumber(): Long {
	return Long.fromBytesLE([...randomBytes(8)], true);
}

function shuffle<T>(values: T[]): void {
	for (let place = values.length - 1; place > 0; place--) {
		const other = Math.floor(Math.random() * (place + 1));
		[values[place], values[other]] = [values[other], values[place]];
	}
}
