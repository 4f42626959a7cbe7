import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ICredentialDataDecryptedObject, INode, INodeExecutionData } from 'n8n-workflow';

import {
	FeishuSandboxClient,
	startFeishuSandbox,
	type FeishuSandbox,
} from '../../../sandbox/feishu/src';
import {
	installPackage,
	N8nSession,
	ownerAccountOf,
	packPackage,
	startN8n,
	type FinishedExecution,
	type PackedPackage,
	type RunningN8n,
	type SavedCredential,
	type SavedWorkflow,
	type WorkflowFile,
} from '../../../sandbox/n8n/src';
import { expect, PATIENCE } from './expect';
import { freePort } from './freePort';

/** What an execution came to, and what each node gave. */
export interface WorkflowRun extends FinishedExecution {
	/** The items of a node's last run, by output: 0 is the main one. Empty when it did not run. */
	itemsOf(nodeName: string, output?: number): Array<INodeExecutionData['json']>;
	/** The message of the error that ended the execution, or that a node ended with. */
	errorMessage(nodeName?: string): string | undefined;
}

/**
 * A real n8n with a user folder of its own, our package installed from its tarball, and a Feishu of its own. Start it
 * in `beforeAll`, close it in `afterAll`.
 */
export class RealN8n {
	private constructor(
		/** Steers the Feishu that the credential points to. */
		readonly feishu: FeishuSandboxClient,
		readonly feishuUrl: string,
		readonly packed: PackedPackage,
		/** n8n's user folder, removed by {@link close}. */
		readonly userFolder: string,
		private readonly sandbox: FeishuSandbox,
		private readonly port: number,
		private n8n: RunningN8n,
		private signedIn: N8nSession,
		private readonly environment: NodeJS.ProcessEnv,
	) {}

	/**
	 * Starts a Feishu and an n8n on free ports, with the package packed anew. Takes about 15 seconds.
	 * @param environment variables for n8n beside the usual ones
	 * @param company how many people and groups its Feishu has
	 */
	static async start(
		environment: NodeJS.ProcessEnv = {},
		company: { people?: number; groups?: number } = {},
	): Promise<RealN8n> {
		const userFolder = mkdtempSync(join(tmpdir(), 'feishu-feed-e2e-'));
		let sandbox: FeishuSandbox | undefined;
		let n8n: RunningN8n | undefined;
		try {
			const packed = await packPackage(userFolder);
			await installPackage(userFolder, packed);
			// How fast n8n answers is measured elsewhere: here nothing depends on the machine.
			const callbacks = { answerTimeout: PATIENCE / 1000, verificationTimeout: PATIENCE / 1000 };
			sandbox = await startFeishuSandbox({ callbacks, ...company });
			const port = await freePort();
			n8n = await RealN8n.startIn(userFolder, port, environment);
			const session = await N8nSession.signIn(n8n.url, ownerAccountOf(userFolder));
			return new RealN8n(
				new FeishuSandboxClient(sandbox.url),
				sandbox.url,
				packed,
				userFolder,
				sandbox,
				port,
				n8n,
				session,
				environment,
			);
		} catch (error) {
			await n8n?.stop();
			await sandbox?.close();
			rmSync(userFolder, { recursive: true, force: true });
			throw error;
		}
	}

	private static async startIn(
		userFolder: string,
		port: number,
		environment: NodeJS.ProcessEnv,
	): Promise<RunningN8n> {
		return await startN8n({
			port,
			userFolder,
			owner: ownerAccountOf(userFolder),
			logFile: join(userFolder, 'n8n.log'),
			// All that n8n can be made to say, since no secret may be in it.
			environment: { N8N_LOG_LEVEL: 'debug', ...environment },
		});
	}

	/** The owner, signed in. */
	get session(): N8nSession {
		return this.signedIn;
	}

	/** Address of n8n, without a slash at the end. */
	get url(): string {
		return this.n8n.url;
	}

	/**
	 * Stops n8n and starts it again on the same data.
	 * @param environment more variables for n8n, from now on
	 */
	async restart(environment: NodeJS.ProcessEnv = {}): Promise<void> {
		await this.n8n.stop();
		Object.assign(this.environment, environment);
		await this.startAgain();
	}

	/** Kills n8n, as when the machine runs out of memory, and starts it again on the same data. */
	async crash(): Promise<void> {
		await this.n8n.kill();
		await this.startAgain();
	}

	private async startAgain(): Promise<void> {
		this.n8n = await RealN8n.startIn(this.userFolder, this.port, this.environment);
		this.signedIn = await N8nSession.signIn(this.n8n.url, ownerAccountOf(this.userFolder));
	}

	/** Everything that n8n wrote down about itself, also before restarts: its output and its event logs. */
	readLogs(): string {
		const folder = join(this.userFolder, '.n8n');
		const eventLogs = readdirSync(folder).filter((name) => name.endsWith('.log'));
		return [
			this.n8n.readLog(),
			...eventLogs.map((name) => readFileSync(join(folder, name), 'utf8')),
		].join('\n');
	}

	/** Makes a credential for the sandbox's Feishu. */
	async createCredential(
		name: string,
		data: ICredentialDataDecryptedObject,
	): Promise<SavedCredential> {
		const created = await this.session.createCredential(name, 'feishuTenantApi', {
			region: 'custom',
			baseUrl: this.feishuUrl,
			appType: 'custom',
			...data,
		});
		return (await this.session.findCredential(created.id)) as SavedCredential;
	}

	/** Imports a workflow and presses "Execute workflow". @param within how long it may take, in seconds */
	async run(workflow: WorkflowFile, within?: number): Promise<WorkflowRun> {
		return await this.runSaved(await this.session.createWorkflow(workflow), within);
	}

	/** Presses "Execute workflow" on a workflow that n8n has. @param within how long it may take, in seconds */
	async runSaved(workflow: SavedWorkflow, within?: number): Promise<WorkflowRun> {
		const trigger = workflow.nodes.find(({ type }) => type.endsWith('Trigger')) as INode;
		const executionId = await this.session.runWorkflow(workflow.id, trigger.name);
		return asRun(await this.session.finishedExecution(executionId, within));
	}

	/** An execution as it stands. */
	async executed(executionId: string): Promise<WorkflowRun> {
		return asRun(await this.session.execution(executionId));
	}

	/** The execution that a trigger of an active workflow started last. */
	async lastRun(workflowId: string): Promise<WorkflowRun> {
		const [executionId] = await this.session.executionsOf(workflowId);
		if (executionId === undefined) throw new Error(`Workflow ${workflowId} was never executed`);
		return asRun(await this.session.finishedExecution(executionId));
	}

	/** Waits until Feishu has this many long connections open. */
	async seesConnections(count: number): Promise<void> {
		await expect.poll(async () => (await this.feishu.longConnections()).open).toBe(count);
	}

	/** Stops n8n and Feishu and removes all that they wrote. */
	async close(): Promise<void> {
		await this.n8n.stop();
		await this.sandbox.close();
		if (existsSync(this.userFolder)) rmSync(this.userFolder, { recursive: true, force: true });
	}
}

function asRun(execution: FinishedExecution): WorkflowRun {
	const { runData, error } = execution.data.resultData;
	return {
		...execution,
		itemsOf: (nodeName, output = 0) =>
			(runData[nodeName]?.at(-1)?.data?.main?.[output] ?? []).map(({ json }) => json),
		errorMessage: (nodeName) =>
			nodeName === undefined ? error?.message : runData[nodeName]?.at(-1)?.error?.message,
	};
}
