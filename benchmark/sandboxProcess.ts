import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { SEEDED_APPS } from '../sandbox/feishu/src/apps';
import { FeishuSandboxClient } from '../sandbox/feishu/src/client';
import { benchmarkFolder } from './paths';

const ENTRY = join(benchmarkFolder, '../sandbox/feishu/src/main.ts');
const CREATE = 'appFeedCard.create';
const LOOK_UP = 'user.batchGetId';

/** How a sandbox is to behave. */
export interface SandboxOptions {
	people: number;
	/** Milliseconds. */
	latency: number;
	/** Whether calls over Feishu's documented limits are refused. */
	limited: boolean;
	/** Whether the time of each call is kept. */
	recordCalls: boolean;
}

/** What the sandbox counted since it was emptied. */
export interface Count {
	/** Calls that create cards. */
	calls: number;
	/** Calls that look recipients up. */
	lookUps: number;
	/** Those of them that were over the limit. */
	refused: number;
	/** Cards that were created. */
	cards: number;
}

const running = new Set<ChildProcess>();
// What is measured may end in an error; no sandbox must stay behind.
process.once('exit', () => running.forEach((child) => child.kill()));

/** A sandbox in a process of its own, so that its CPU time is nobody else's. */
export class SandboxProcess {
	private constructor(
		readonly url: string,
		private readonly control: FeishuSandboxClient,
		private readonly child: ChildProcess,
		private readonly recordCalls: boolean,
	) {}

	/** @throws {Error} with what the sandbox says when it does not start */
	static async start({
		people,
		latency,
		limited,
		recordCalls,
	}: SandboxOptions): Promise<SandboxProcess> {
		const settings = [`--people=${people}`, `--latency=${latency}`, '--port=0', '--no-bodies'];
		if (!limited) settings.push('--no-rate-limits');
		const child = spawn(process.execPath, ['--import', 'tsx', ENTRY, ...settings], {
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		running.add(child);
		child.once('exit', () => running.delete(child));
		const lines = createInterface({ input: child.stdout });
		const [line = ''] = (await Promise.race([
			once(lines, 'line'),
			once(child, 'exit').then(() => ['']),
		])) as string[];
		const url = /http:\S+/.exec(line)?.[0];
		if (url === undefined) throw new Error(`The sandbox did not start: ${line}`);
		const sandbox = new SandboxProcess(url, new FeishuSandboxClient(url), child, recordCalls);
		await sandbox.empty();
		return sandbox;
	}

	/** Forgets cards, counters and rate limits; tokens stay good, and people who they are. */
	async empty(): Promise<void> {
		await this.control.reset({ keepTokens: true });
		const recording = { requests: this.recordCalls, effects: false };
		await this.control.changeSettings({ recording });
	}

	async count(): Promise<Count> {
		const { operations, effects } = await this.control.counters();
		const { calls = 0, refused = 0 } = operations[CREATE] ?? {};
		const { calls: lookUps = 0 } = operations[LOOK_UP] ?? {};
		return { calls, lookUps, refused, cards: effects.cardCreated };
	}

	/** When the calls that were not refused came in, in milliseconds since 1970. */
	async acceptedCalls(): Promise<number[]> {
		const requests = await this.control.requests({ operation: CREATE, handled: true });
		return requests.map(({ receivedAt }) => receivedAt);
	}

	/** How many cards each person with any holds now. */
	async cardsByPerson(): Promise<Map<string, number>> {
		const held = new Map<string, number>();
		for (const { holders } of await this.control.cards(SEEDED_APPS.custom.app_id)) {
			for (const { open_id } of holders) held.set(open_id, (held.get(open_id) ?? 0) + 1);
		}
		return held;
	}

	async stop(): Promise<void> {
		if (this.child.exitCode !== null) return;
		const exit = once(this.child, 'exit');
		this.child.kill();
		await exit;
	}
}
