import { setTimeout as pause } from 'node:timers/promises';

import { listen } from '../../../nodes/FeishuFeedTrigger/longConnection/LongConnection';
import type {
	EventListener,
	LongConnectionApp,
	LongConnectionTools,
} from '../../../nodes/FeishuFeedTrigger/longConnection/LongConnection';
import { LongConnectionServer } from './LongConnectionServer';

export const APP: LongConnectionApp = {
	baseUrl: 'http://localhost:1',
	appId: 'cli_a',
	appSecret: 'the-app-secret',
};

/** The server of the test that runs. */
export let server: LongConnectionServer;
let leavers: Array<() => Promise<void>>;

/** Gives each test of the file a server of its own, and at its end stops what the test began. */
export function withLongConnectionServer(): void {
	beforeEach(async () => {
		server = await LongConnectionServer.start();
		leavers = [];
	});

	afterEach(async () => {
		await Promise.all(leavers.map(async (leave) => await leave()));
		await server.stop();
	});

	afterEach(() => jest.restoreAllMocks());
}

/** Listens until the end of the test, unless it leaves earlier. */
export async function join(
	listener: EventListener = async () => undefined,
	{
		app = {},
		tools = {},
	}: { app?: Partial<LongConnectionApp>; tools?: Partial<LongConnectionTools> } = {},
): Promise<() => Promise<void>> {
	const leave = await listen({ ...APP, ...app }, listener, server.tools(tools));
	leavers.push(leave);
	return leave;
}

/** An event as Feishu sends it. */
export const event = (id: string, content: object = {}) => ({
	schema: '2.0',
	header: { event_id: id, event_type: 'card.action.trigger' },
	event: content,
});

export const idOf = (body: Record<string, unknown>) =>
	(body.header as { event_id: string }).event_id;

export const toast = (content: string) => ({ toast: { type: 'success', content } });

/** Waits until something holds, at most for so many milliseconds. */
export async function until(holds: () => boolean, most = 10_000): Promise<void> {
	const start = performance.now();
	while (!holds()) {
		if (performance.now() - start > most) throw new Error(`After ${most} ms: not ${String(holds)}`);
		await pause(10);
	}
}

/** Lets the clock, but not the timers, run faster until the end of the test. */
export function hurry(times: number): void {
	const start = performance.now();
	const origin = Date.now();
	jest.spyOn(Date, 'now').mockImplementation(() => origin + (performance.now() - start) * times);
}
