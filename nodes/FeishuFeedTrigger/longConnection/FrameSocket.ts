import { sleep } from 'n8n-workflow';

import { FRAME_METHOD, decodeFrame, encodeFrame } from './frames';
import type { Frame } from './frames';
import { pollUntil } from '../../shared/primitives/waitUntil';

/** How long opening may take, in milliseconds. */
const OPENING_TIMEOUT = 15_000;
/** How long the other side may take to confirm the end, in milliseconds. */
const CLOSING_TIMEOUT = 1_000;
/** How often it is checked whether a ping is due, in milliseconds. */
const TICK = 250;
/** What is added to two ping intervals before silence means that the other side is gone, in milliseconds. */
const SILENCE_GRACE = 5_000;

/**
 * One WebSocket to Feishu, which carries frames. It pings, and ends by itself when nothing is
 * heard any more. Feishu: long connection (长连接).
 */
export class FrameSocket {
	/** Gives the reason when the connection is over, be it opened before or not. */
	readonly ended: Promise<string>;
	private state: 'opening' | 'open' | 'ended' = 'opening';
	private lastHeard = Date.now();
	private settleEnded!: (reason: string) => void;
	/** Resolves when the other side, too, has closed. */
	private readonly closed: Promise<void>;
	private isClosed = false;

	/**
	 * @param serviceId what the address says of the service; goes into each ping
	 * @param pingInterval milliseconds between two pings; may change at any time
	 * @param receive gets each frame; nothing for what is none
	 */
	constructor(
		private readonly socket: WebSocket,
		private readonly serviceId: number,
		private readonly pingInterval: () => number,
		receive: (frame: Frame | undefined) => void,
	) {
		this.ended = new Promise((resolve) => (this.settleEnded = resolve));
		socket.binaryType = 'arraybuffer';
		socket.addEventListener('message', ({ data }: { data: unknown }) => {
			if (this.state === 'ended') return;
			this.lastHeard = Date.now();
			// Feishu sends binary messages only; a text is no frame.
			receive(data instanceof ArrayBuffer ? decodeFrame(new Uint8Array(data)) : undefined);
		});
		// An error is always followed by a close, and tells nothing more.
		socket.addEventListener('error', () => {});
		this.closed = new Promise((resolve) => {
			socket.addEventListener('close', () => {
				this.isClosed = true;
				this.end('it was closed');
				resolve();
			});
		});
	}

	/** Waits until the connection is open; false if it cannot be opened. */
	async open(): Promise<boolean> {
		const opened = new Promise<void>((resolve) => {
			this.socket.addEventListener('open', () => {
				if (this.state !== 'opening') return;
				this.state = 'open';
				this.lastHeard = Date.now();
				void this.keepAlive();
				resolve();
			});
		});
		const isDecided = () => this.state !== 'opening';
		await Promise.race([opened, this.ended, pollUntil(Date.now() + OPENING_TIMEOUT, isDecided)]);
		if (!isDecided()) this.end('it took too long to open');
		return this.state === 'open';
	}

	/** Sends a frame; does nothing when the connection is not open. */
	send(frame: Frame): void {
		if (this.state === 'open') this.socket.send(encodeFrame(frame));
	}

	/** Ends the connection. What was sent before still goes out. */
	end(reason: string): void {
		if (this.state === 'ended') return;
		this.state = 'ended';
		this.settleEnded(reason);
		// A WebSocket cannot be torn down: with a peer that is gone, the operating system does so in time.
		this.socket.close();
	}

	/** Waits, at most a second, until the other side has closed as well. */
	async untilClosed(): Promise<void> {
		const isOver = () => this.isClosed;
		await Promise.race([this.closed, pollUntil(Date.now() + CLOSING_TIMEOUT, isOver)]);
	}

	private async keepAlive(): Promise<void> {
		for (let lastPing = 0; this.state === 'open'; await sleep(TICK)) {
			const now = Date.now();
			const interval = this.pingInterval();
			if (now - this.lastHeard > 2 * interval + SILENCE_GRACE) {
				this.end('nothing was heard from Feishu any more');
			} else if (now - lastPing >= interval) {
				lastPing = now;
				this.send(pingFrame(this.serviceId));
			}
		}
	}
}

function pingFrame(service: number): Frame {
	const headers = [{ key: 'type', value: 'ping' }];
	return { SeqID: 0n, LogID: 0n, service, method: FRAME_METHOD.control, headers };
}
