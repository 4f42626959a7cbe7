import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import axios, { isAxiosError, type AxiosInstance, type Method } from 'axios';
import { parse } from 'flatted';
import type {
	ExecutionStatus,
	ICredentialDataDecryptedObject,
	INodeTypeDescription,
	IRunExecutionData,
	IWorkflowBase,
} from 'n8n-workflow';

import type { OwnerAccount } from './ownerAccount';

const pollEveryMilliseconds = 100;
const requestTimeoutMilliseconds = 60_000;

/** A workflow as it stands in a file that n8n exported. */
export type WorkflowFile = Pick<IWorkflowBase, 'name' | 'nodes' | 'connections'> &
	Partial<Pick<IWorkflowBase, 'settings' | 'pinData' | 'meta' | 'active'>>;

/** A workflow as n8n keeps it. */
export type SavedWorkflow = IWorkflowBase & { versionId: string };

/** A credential as n8n tells about it: secrets are blanked. */
export interface SavedCredential {
	id: string;
	name: string;
	type: string;
	data?: ICredentialDataDecryptedObject;
}

/** A finished, or waiting, execution with the data of each node. */
export interface FinishedExecution {
	id: string;
	status: ExecutionStatus;
	data: IRunExecutionData;
}

/** A community package as Settings → Community nodes lists it. */
export interface CommunityPackage {
	packageName: string;
	installedVersion: string;
	installedNodes: Array<{ name: string; type: string }>;
	failedLoading?: boolean;
}

interface PublicationStatus {
	status: 'in_progress' | 'published' | 'partial' | 'failed' | 'not_published';
	triggers: Array<{ errorMessage: string | null }>;
}

/** A refused call of n8n's API, in one line that says which call and why. */
export class N8nApiError extends Error {
	override name = 'N8nApiError';

	constructor(
		call: string,
		readonly status: number | undefined,
		reason: string,
	) {
		super(`n8n refused ${call}: ${status ?? 'no answer'} ${reason}`);
	}
}

/**
 * The owner, signed in to a running n8n: what the editor does, through the API that the editor uses.
 * All methods throw {@link N8nApiError} when n8n refuses.
 */
export class N8nSession {
	private constructor(
		private readonly http: AxiosInstance,
		private cookie: string,
	) {}

	/** Signs in. @param url address of the running n8n, without a slash at the end */
	static async signIn(url: string, owner: OwnerAccount): Promise<N8nSession> {
		const http = axios.create({
			baseURL: url,
			proxy: false,
			timeout: requestTimeoutMilliseconds,
			// n8n ties the cookie to this header, as a browser would send it.
			headers: { 'browser-id': randomUUID() },
		});
		const session = new N8nSession(http, '');
		await session.call('POST', '/rest/login', {
			emailOrLdapLoginId: owner.email,
			password: owner.password,
		});
		return session;
	}

	/** Everything that the node panel knows. */
	async nodeTypes(): Promise<INodeTypeDescription[]> {
		return await this.call('GET', '/types/nodes.json');
	}

	/** Everything that the credential panel knows. */
	async credentialTypes(): Promise<Array<{ name: string; displayName: string }>> {
		return await this.call('GET', '/types/credentials.json');
	}

	async communityPackages(): Promise<CommunityPackage[]> {
		return await this.call('GET', '/rest/community-packages');
	}

	async createCredential(
		name: string,
		type: string,
		data: ICredentialDataDecryptedObject,
	): Promise<SavedCredential> {
		return await this.call('POST', '/rest/credentials', { name, type, data });
	}

	/** Gives a credential with its data, or undefined when there is none with this ID. */
	async findCredential(id: string): Promise<SavedCredential | undefined> {
		return await this.find(`/rest/credentials/${id}?includeData=true`);
	}

	/** Replaces a credential's data; blanked secrets stay as they were. */
	async updateCredential(credential: SavedCredential): Promise<void> {
		const { id, ...changes } = credential;
		await this.call('PATCH', `/rest/credentials/${id}`, changes);
	}

	/** Presses the credential's test button. */
	async testCredential(
		credential: SavedCredential,
	): Promise<{ status: 'OK' | 'Error'; message: string }> {
		return await this.call('POST', '/rest/credentials/test', { credentials: credential });
	}

	/** Makes a key for n8n's public API, without an end. @param scopes what it may do, such as `credential:update` */
	async createApiKey(label: string, scopes: string[]): Promise<string> {
		const key = { label, scopes, expiresAt: null };
		return (await this.call<{ rawApiKey: string }>('POST', '/rest/api-keys', key)).rawApiKey;
	}

	async createWorkflow(workflow: WorkflowFile): Promise<SavedWorkflow> {
		return await this.call('POST', '/rest/workflows', { ...workflow, active: undefined });
	}

	/** All workflows, without their nodes. */
	async workflows(): Promise<Array<Pick<SavedWorkflow, 'id' | 'name' | 'active'>>> {
		return await this.call('GET', '/rest/workflows');
	}

	/** Gives a workflow, or undefined when there is none with this ID. */
	async findWorkflow(id: string): Promise<SavedWorkflow | undefined> {
		return await this.find(`/rest/workflows/${id}`);
	}

	async updateWorkflow(id: string, workflow: WorkflowFile): Promise<SavedWorkflow> {
		return await this.call('PATCH', `/rest/workflows/${id}`, { ...workflow, active: undefined });
	}

	/** Archives a workflow and deletes it for good. */
	async deleteWorkflow(id: string): Promise<void> {
		await this.call('POST', `/rest/workflows/${id}/archive`, {});
		await this.call('DELETE', `/rest/workflows/${id}`);
	}

	/**
	 * Publishes a workflow's saved version, and waits until its triggers and webhooks are on.
	 * @throws Error with n8n's reason when a trigger could not be started
	 */
	async activateWorkflow({ id, versionId }: SavedWorkflow): Promise<void> {
		await this.call('POST', `/rest/workflows/${id}/activate`, { versionId });
		for (;;) {
			const { status, triggers } = await this.call<PublicationStatus>(
				'GET',
				`/rest/workflows/${id}/publication-status`,
			);
			if (status === 'published') return;
			if (status !== 'in_progress') {
				const reasons = triggers.map(({ errorMessage }) => errorMessage).filter(Boolean);
				throw new Error(`n8n did not publish workflow ${id} (${status}): ${reasons.join('; ')}`);
			}
			await sleep(pollEveryMilliseconds);
		}
	}

	/** Takes a workflow's triggers and webhooks off, and waits until they are. */
	async deactivateWorkflow(id: string): Promise<void> {
		await this.call('POST', `/rest/workflows/${id}/deactivate`, {});
		for (;;) {
			const path = `/rest/workflows/${id}/publication-status`;
			const { status } = await this.call<PublicationStatus>('GET', path);
			if (status !== 'in_progress' && status !== 'published') return;
			await sleep(pollEveryMilliseconds);
		}
	}

	/**
	 * Presses "Execute workflow".
	 * @param triggerName the trigger node to start from
	 * @returns the ID of the execution, which runs on
	 */
	async runWorkflow(id: string, triggerName: string): Promise<string> {
		const { executionId } = await this.call<{ executionId: string }>(
			'POST',
			`/rest/workflows/${id}/run`,
			{ triggerToStartFrom: { name: triggerName } },
		);
		return executionId;
	}

	/** The IDs of a workflow's executions, newest first. */
	async executionsOf(workflowId: string): Promise<string[]> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		const { results } = await this.call<{ results: Array<{ id: string }> }>(
			'GET',
			`/rest/executions?filter=${filter}&limit=100`,
		);
		return results.map(({ id }) => id);
	}

	/** Gives an execution as it stands. */
	async execution(executionId: string): Promise<FinishedExecution> {
		const { id, status, data } = await this.call<{
			id: string;
			status: ExecutionStatus;
			data: string;
		}>('GET', `/rest/executions/${executionId}`);
		return { id, status, data: parse(data) as IRunExecutionData };
	}

	/** Stops an execution that runs or waits, as the button in the list of executions does. */
	async stopExecution(executionId: string): Promise<void> {
		await this.call('POST', `/rest/executions/${executionId}/stop`, {});
	}

	/** Deletes an execution and its data. */
	async deleteExecution(executionId: string): Promise<void> {
		await this.call('POST', '/rest/executions/delete', { ids: [executionId] });
	}

	/**
	 * Waits until an execution has ended, or sleeps.
	 * @param within how long to wait, in seconds
	 */
	async finishedExecution(executionId: string, within = 60): Promise<FinishedExecution> {
		const giveUpAt = Date.now() + within * 1000;
		for (;;) {
			const execution = await this.execution(executionId);
			if (execution.status !== 'new' && execution.status !== 'running') return execution;
			if (Date.now() > giveUpAt) {
				throw new Error(`Execution ${executionId} is still ${execution.status} after ${within} s`);
			}
			await sleep(pollEveryMilliseconds);
		}
	}

	private async find<T>(path: string): Promise<T | undefined> {
		try {
			return await this.call('GET', path);
		} catch (error) {
			if (error instanceof N8nApiError && [403, 404].includes(error.status ?? 0)) return undefined;
			throw error;
		}
	}

	private async call<T>(method: Method, path: string, data?: unknown): Promise<T> {
		try {
			const response = await this.http.request<{ data: T } | T>({
				method,
				url: path,
				data,
				headers: { cookie: this.cookie },
			});
			const cookies = response.headers['set-cookie'] ?? [];
			// n8n renews the cookie now and then.
			const renewed = cookies.find((cookie) => cookie.startsWith('n8n-auth='));
			if (renewed) this.cookie = renewed.split(';')[0] ?? '';
			// Only the API wraps its answers; the lists of types are plain files.
			return path.startsWith('/rest/') ? (response.data as { data: T }).data : (response.data as T);
		} catch (error) {
			if (!isAxiosError<{ message?: string }>(error)) throw error;
			const reason = error.response?.data?.message ?? error.message;
			throw new N8nApiError(`${method} ${path}`, error.response?.status, reason);
		}
	}
}
