import { FRAME_METHOD, decodeFrame, encodeFrame } from './frames';
import type { Frame } from './frames';
import { raceUntil, waitUntil } from '../../shared/primitives/waitUntil';

/** How long opening may take. */
const OPENING_TIMEOUT_MS = 15_000;
/** How long the other side may take to confirm the end. */
const CLOSING_TIMEOUT_MS = 1_000;
/** After so many ping intervals without a message, the other side is gone: it answers each ping. */
const MAX_SILENT_INTERVALS = 2;

/**
 * One WebSocket to Feishu, which carries frames. It pings, and ends by itself when nothing is
 * received any more. Feishu: long connection (长连接).
 */
export class FrameSocket {
	/** Gives the reason when the connection is over, be it opened before or not. */
	readonly ended: Promise<string>;
	private state: 'opening' | 'open' | 'ended' = 'opening';
	private lastReceivedMs = Date.now();
	/** Wakes `keepAlive` early: its times have changed, or the connection is over. */
	private recheck = new AbortController();
	private settleEnded!: (reason: string) => void;
	/** Resolves when the other side, too, has closed. */
	private readonly closed: Promise<void>;

	/**
	 * @param serviceId what the address says of the service; goes into each ping
	 * @param pingIntervalMs between two pings
	 * @param receive gets each frame; nothing for a message that is not one
	 */
	constructor(
		private readonly socket: WebSocket,
		private readonly serviceId: number,
		private pingIntervalMs: number,
		receive: (frame: Frame | undefined) => void,
	) {
		this.ended = new Promise((resolve) => (this.settleEnded = resolve));
		socket.binaryType = 'arraybuffer';
		socket.addEventListener('message', ({ data }: { data: unknown }) => {
			if (this.state === 'ended') return;
			this.lastReceivedMs = Date.now();
			// Feishu sends binary messages only: a text is not a frame.
			receive(data instanceof ArrayBuffer ? decodeFrame(new Uint8Array(data)) : undefined);
		});
		// An error is always followed by a close, and says nothing more.
		socket.addEventListener('error', () => {});
		this.closed = new Promise((resolve) => {
			socket.addEventListener('close', () => {
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
				this.lastReceivedMs = Date.now();
				void this.keepAlive();
				resolve();
			});
		});
		await raceUntil(Date.now() + OPENING_TIMEOUT_MS, Promise.race([opened, this.ended]));
		if (this.state === 'opening') this.end('it took too long to open');
		return this.isOpen();
	}

	/** Changes the milliseconds between two pings. */
	changePingInterval(pingIntervalMs: number): void {
		this.pingIntervalMs = pingIntervalMs;
		this.recheck.abort();
	}

	/** Sends a frame; does nothing when the connection is not open. */
	send(frame: Frame): void {
		if (this.isOpen()) this.socket.send(encodeFrame(frame));
	}

	/** Ends the connection. What was sent before still goes out. */
	end(reason: string): void {
		if (this.state === 'ended') return;
		this.state = 'ended';
		this.settleEnded(reason);
		this.recheck.abort();
		// A WebSocket cannot be torn down. With a peer that is gone it stays half closed until the operating
		// system ends it; nothing that comes over it is read any more.
		this.socket.close();
	}

	/** Waits, at most a second, until the other side has closed as well. */
	async untilClosed(): Promise<void> {
		await raceUntil(Date.now() + CLOSING_TIMEOUT_MS, this.closed);
	}

	private isOpen(): boolean {
		return this.state === 'open';
	}

	private async keepAlive(): Promise<void> {
		for (let lastPingMs = 0; this.isOpen(); ) {
			const now = Date.now();
			const silenceLimitMs = this.lastReceivedMs + MAX_SILENT_INTERVALS * this.pingIntervalMs;
			if (now >= silenceLimitMs) {
				this.end('nothing was heard from Feishu any more');
				return;
			}
			if (now - lastPingMs >= this.pingIntervalMs) {
				lastPingMs = now;
				this.send(pingFrame(this.serviceId));
			}
			this.recheck = new AbortController();
			const nextPingMs = lastPingMs + this.pingIntervalMs;
			await waitUntil(Math.min(nextPingMs, silenceLimitMs), this.recheck.signal);
		}
	}
}

function pingFrame(service: number): Frame {
	const headers = [{ key: 'type', value: 'ping' }];
	return { SeqID: 0n, LogID: 0n, service, method: FRAME_METHOD.control, headers };
}
