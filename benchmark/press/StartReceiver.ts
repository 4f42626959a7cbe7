import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Clock } from '../../sandbox/feishu/src/clock';

/** Seconds after which a workflow that has not started will not start any more. */
const MOST_SECONDS = 60;

/** A server that each workflow calls first of all, with the ID of the press that started it. */
export class StartReceiver {
	/** How many workflows were started by a press that had started one before. */
	doubled = 0;
	private readonly clock = new Clock();
	/** By the ID of the press, in milliseconds since 1970. */
	private readonly starts = new Map<string, number>();
	private readonly waiting = new Map<string, (at: number) => void>();
	private readonly server = createServer(({ url = '' }, response) => {
		this.note(url.slice(1), this.clock.now());
		response.setHeader('content-type', 'application/json').end('{}');
	});

	/** Listens on a free port. @returns the address that the press's ID is to follow */
	async listen(): Promise<string> {
		this.server.listen(0, '127.0.0.1');
		await once(this.server, 'listening');
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
	}

	/**
	 * When the workflow that a press started called, in milliseconds since 1970, on the clock of the
	 * sandbox in this process; `Infinity` when it does not within a minute.
	 */
	async startOf(pressId: string): Promise<number> {
		const start = this.starts.get(pressId);
		if (start !== undefined) return start;
		return await new Promise<number>((resolve) => {
			const givingUp = setTimeout(() => resolve(Infinity), MOST_SECONDS * 1000);
			this.waiting.set(pressId, (at) => {
				clearTimeout(givingUp);
				resolve(at);
			});
		});
	}

	/** Stops listening. */
	async close(): Promise<void> {
		this.server.closeAllConnections();
		this.server.close();
		await once(this.server, 'close');
	}

	private note(pressId: string, at: number): void {
		if (this.starts.has(pressId)) this.doubled++;
		this.starts.set(pressId, at);
		this.waiting.get(pressId)?.(at);
		this.waiting.delete(pressId);
	}
}
