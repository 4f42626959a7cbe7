import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
	installPackage,
	ownerAccountOf,
	startN8n,
	type N8nCommand,
	type RunningN8n,
} from '../../../sandbox/n8n/src';
import { freePort } from '../e2e/freePort';
import { Gateway } from '../e2e/Gateway';
import { RealN8n } from '../e2e/RealN8n';
import { POSTGRES_USER, startPostgres, startRedis, type Service } from './services';

/** How many processes run beside the main one. */
const WEBHOOK_PROCESSES = 2;
const WORKERS = 3;

/** Who a worker is, and its process, which changes when it is started again. */
export interface Worker {
	name: string;
	process: RunningN8n;
}

/**
 * One n8n in queue mode, as people run it on several machines: a main process, processes for webhooks behind a load
 * balancer, and workers, with PostgreSQL and Redis. Each process has a user folder of its own, with our package in it.
 */
export class QueueN8n {
	private constructor(
		/** The main process, and what a test does with an n8n. */
		readonly main: RealN8n,
		/** The processes that answer webhooks. */
		readonly webhooks: RunningN8n[],
		readonly workers: Worker[],
		/** Leads requests to the webhook processes in turn: n8n's `WEBHOOK_URL`. */
		readonly loadBalancer: Gateway,
		private readonly startProcess: (command: N8nCommand, name: string) => Promise<RunningN8n>,
		private readonly closeAll: () => Promise<void>,
	) {}

	/**
	 * Starts everything; takes about a minute.
	 * @param company how many people and groups its Feishu has
	 */
	static async start(company: { people?: number; groups?: number }): Promise<QueueN8n> {
		const folder = mkdtempSync(join(tmpdir(), 'feishu-feed-queue-'));
		const closing: Array<() => Promise<unknown>> = [
			async () => rmSync(folder, { recursive: true, force: true }),
		];
		/** What was started last ends first. */
		const closeAll = async () => {
			for (const close of closing.splice(0).reverse()) await close();
		};
		try {
			const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
			closing.push(postgres.stop, redis.stop);
			const loadBalancer = await Gateway.start();
			closing.push(async () => await loadBalancer.close());
			const environment = environmentOf(postgres, redis, loadBalancer.url);
			const main = await RealN8n.start(environment, company);
			closing.push(async () => await main.close());
			const startProcess = async (command: N8nCommand, name: string) => {
				const userFolder = join(folder, name);
				const owner = ownerAccountOf(userFolder);
				await installPackage(userFolder, main.packed);
				const process = await startN8n({
					command,
					owner,
					userFolder,
					environment,
					port: await freePort(),
					logFile: join(userFolder, 'n8n.log'),
				});
				closing.push(process.stop);
				return process;
			};
			const startAll = async (command: N8nCommand, count: number) =>
				await Promise.all(
					Array.from({ length: count }, async (_, index) => {
						const name = `${command}-${index + 1}`;
						return { name, process: await startProcess(command, name) };
					}),
				);
			const [webhooks, workers] = await Promise.all([
				startAll('webhook', WEBHOOK_PROCESSES),
				startAll('worker', WORKERS),
			]);
			loadBalancer.target = webhooks.map(({ process }) => process.url);
			return new QueueN8n(
				main,
				webhooks.map(({ process }) => process),
				workers,
				loadBalancer,
				startProcess,
				closeAll,
			);
		} catch (error) {
			await closeAll();
			throw error;
		}
	}

	/** Kills a worker at once, as a machine that fails does, and waits until it is gone. */
	async kill({ process: worker }: Worker): Promise<void> {
		process.kill(worker.processId, 'SIGKILL');
		await worker.ended;
	}

	/** Starts a worker again that has ended. */
	async startAgain(worker: Worker): Promise<void> {
		await worker.process.stop();
		worker.process = await this.startProcess('worker', worker.name);
	}

	/** The worker that took an execution last; nothing when none has yet. */
	workerOf(executionId: string): Worker | undefined {
		return this.workers.find(({ process }) =>
			process.readLog().includes(`Worker started execution ${executionId} (`),
		);
	}

	/** Everything that n8n's processes wrote down. */
	readLogs(): string {
		const others = [...this.webhooks, ...this.workers.map(({ process }) => process)];
		return [this.main.readLogs(), ...others.map((process) => process.readLog())].join('\n');
	}

	async close(): Promise<void> {
		await this.closeAll();
	}
}

function environmentOf(postgres: Service, redis: Service, webhookUrl: string): NodeJS.ProcessEnv {
	return {
		EXECUTIONS_MODE: 'queue',
		// "Execute workflow" in the editor, too.
		OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
		QUEUE_BULL_REDIS_HOST: '127.0.0.1',
		QUEUE_BULL_REDIS_PORT: String(redis.port),
		// The least that n8n recommends: a worker that is done early finds executions that no other has taken.
		N8N_CONCURRENCY_PRODUCTION_LIMIT: '5',
		// A worker that was killed is missed after some 20 seconds; n8n's own settings make it 90.
		QUEUE_WORKER_LOCK_DURATION: '15000',
		QUEUE_WORKER_LOCK_RENEW_TIME: '3000',
		QUEUE_WORKER_STALLED_INTERVAL: '5000',
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_HOST: '127.0.0.1',
		DB_POSTGRESDB_PORT: String(postgres.port),
		DB_POSTGRESDB_USER: POSTGRES_USER,
		DB_POSTGRESDB_DATABASE: POSTGRES_USER,
		// All processes read the same credentials, and sign the addresses of waiting executions alike.
		N8N_ENCRYPTION_KEY: randomBytes(24).toString('hex'),
		WEBHOOK_URL: webhookUrl,
		N8N_DISABLE_PRODUCTION_MAIN_PROCESS: 'true',
		N8N_LOG_LEVEL: 'info',
	};
}
