import { ExecutionLifecycleHooks, LoadOptionsContext, WorkflowExecute } from 'n8n-core';
import {
	ICredentialsHelper,
	NodeConnectionTypes,
	Workflow,
	createRunExecutionData,
	setSafeRegexEngine,
} from 'n8n-workflow';
import type {
	ICredentialDataDecryptedObject,
	IBinaryKeyData,
	IDataObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INode,
	INodeExecutionData,
	INodeListSearchResult,
	INodeParameters,
	INodeType,
	INodeTypes,
	IRun,
	ITaskData,
	IWorkflowBase,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';

import { FeishuTenantApi } from '../../../credentials/FeishuTenantApi.credentials';
import { FeishuFeed } from '../../../nodes/FeishuFeed/FeishuFeed.node';
import { tokenOriginOf } from '../../../nodes/shared/api/tenantCredential';

// n8n gives a form's pattern 250 ms by the clock, which a busy machine can use up with something else.
// n8n 2.0 knows neither that limit nor this function.
(setSafeRegexEngine as typeof setSafeRegexEngine | undefined)?.({
	exec: (pattern, input, flags) => new RegExp(pattern, flags).exec(input),
	test: (pattern, input, flags) => new RegExp(pattern, flags).test(input),
	replace: (pattern, input, flags, by) => input.replace(new RegExp(pattern, flags), by),
	matchAll: (pattern, input, flags = '') => [...input.matchAll(new RegExp(pattern, `${flags}g`))],
	split: (pattern, input, flags) => input.split(new RegExp(pattern, flags)),
});

/** A credential as n8n's database would hold it; a new token is stored in it. */
export interface StoredCredential {
	data: ICredentialDataDecryptedObject;
	/** How many times a token was made and stored. */
	renewals: number;
}

/** The credential of the sandbox's custom app, or with some fields changed. */
export function storedCredential(
	baseUrl: string,
	change: ICredentialDataDecryptedObject,
): StoredCredential {
	const data = {
		region: 'custom',
		baseUrl,
		appType: 'custom',
		appTicket: '',
		tenantKey: '',
		encryptKey: '',
		verificationToken: '',
		accessToken: '',
		...change,
	};
	// A stored token is one that was made with what the credential holds, unless a test says otherwise.
	return { data: { accessTokenOrigin: tokenOriginOf(data), ...data }, renewals: 0 };
}

/** Does for one credential what n8n's own credentials helper does with its database. */
class StoredCredentialsHelper extends ICredentialsHelper {
	private readonly type = new FeishuTenantApi();

	constructor(private readonly stored: StoredCredential) {
		super();
	}

	getParentTypes(): string[] {
		return [];
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		_typeName: string,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		return await this.type.authenticate(credentials, requestOptions);
	}

	async preAuthentication(
		helpers: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
		_typeName: string,
		_node: INode,
		credentialsExpired: boolean,
	): Promise<ICredentialDataDecryptedObject | undefined> {
		if (credentials.accessToken !== '' && !credentialsExpired) return undefined;
		const output = await this.type.preAuthentication.call(helpers, credentials);
		this.stored.data = { ...this.stored.data, ...output };
		this.stored.renewals += 1;
		return Object.assign(credentials, output);
	}

	async getDecrypted(): Promise<ICredentialDataDecryptedObject> {
		return { ...this.stored.data };
	}

	async runPreAuthentication(): Promise<undefined> {
		return undefined;
	}

	async getCredentials(): Promise<never> {
		throw new Error('not stored');
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	async updateCredentials(): Promise<void> {}

	async updateCredentialsOauthTokenData(): Promise<void> {}

	getCredentialsProperties(): FeishuTenantApi['properties'] {
		return this.type.properties;
	}
}

const itemsNode = (items: INodeExecutionData[]): INodeType => ({
	description: {
		displayName: 'Items',
		name: 'items',
		group: ['trigger'],
		version: 1,
		description: 'Gives the items of the test',
		defaults: {},
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		properties: [],
	},
	async execute() {
		return [items];
	},
});

/** Gives on what it gets. */
const PASSING_NODE: INodeType = {
	description: {
		...itemsNode([]).description,
		displayName: 'Pass',
		name: 'pass',
		inputs: [NodeConnectionTypes.Main],
	},
	async execute() {
		return [this.getInputData()];
	},
};

const connectionTo = (node: string) => ({ node, type: NodeConnectionTypes.Main, index: 0 });

/** Addresses that n8n gives to expressions, of no use here. */
const BASE_URLS = [
	'restApiUrl',
	'instanceBaseUrl',
	'formBaseUrl',
	'formWaitingBaseUrl',
	'formTestBaseUrl',
	'webhookBaseUrl',
	'webhookWaitingBaseUrl',
	'webhookTestBaseUrl',
];

/** What to run, and how. */
export interface RunOptions {
	parameters: IDataObject;
	credential: StoredCredential;
	/** The JSON of the input items; one empty item by default. */
	items?: IDataObject[];
	/** The files of each input item, by binary field. */
	files?: Array<IBinaryKeyData | undefined>;
	onError?: INode['onError'];
	/** Stops the execution, as the user does. */
	stopWhen?: Promise<void>;
	/** Another node to run in place of Feishu Feed, for comparison. */
	node?: INodeType;
	/** The version of that node. */
	typeVersion?: number;
	/** n8n's name of the node, where it runs as something else: as an agent's tool (`…Tool`), or a review step (`…HitlTool`). */
	type?: string;
	/** n8n's "Retry On Fail": how many tries; without a wait between them. */
	maxTries?: number;
	/** Runs the node a second time in the same execution, with the same items, as a loop does. */
	runsTwice?: boolean;
	/** Stands for a workflow that the node executes: takes its input, and gives its output. */
	executeWorkflow?: (input: INodeExecutionData[], workflow: IWorkflowBase) => INodeExecutionData[];
}

/** What the node gave. */
export interface RunResult {
	/** The items of each output, of the first run. */
	outputs: INodeExecutionData[][];
	error?: Error & { description?: string; context?: IDataObject };
	run: IRun;
}

/** What n8n gives to an execution besides the workflow. */
function additionalDataFor(
	credential: StoredCredential,
	executeWorkflow?: RunOptions['executeWorkflow'],
): IWorkflowExecuteAdditionalData {
	return {
		credentialsHelper: new StoredCredentialsHelper(credential),
		currentNodeExecutionIndex: 0,
		executionId: '1',
		variables: {},
		...(executeWorkflow && {
			executeWorkflow: async (
				{ code }: { code: IWorkflowBase },
				_additionalData: unknown,
				{ inputData = [] }: { inputData?: INodeExecutionData[] },
			) => ({ executionId: '2', data: [executeWorkflow(inputData, code)] }),
		}),
		...Object.fromEntries(BASE_URLS.map((name) => [name, 'http://localhost/'])),
		hooks: new ExecutionLifecycleHooks('manual', 'test', {
			id: 'test',
			name: 'test',
		} as ExecutionLifecycleHooks['workflowData']),
	} as unknown as IWorkflowExecuteAdditionalData;
}

/** Gives what a picker of the node would show in the editor. */
export async function searchList(
	method: keyof FeishuFeed['methods']['listSearch'],
	credential: StoredCredential,
	filter?: string,
	paginationToken?: string,
	/** What the form holds. */
	parameters: INodeParameters = {},
): Promise<INodeListSearchResult> {
	const feishuFeed = new FeishuFeed();
	const nodeTypes: INodeTypes = {
		getByName: () => feishuFeed,
		getByNameAndVersion: () => feishuFeed,
		getKnownTypes: () => ({}),
	};
	const node: INode = {
		id: '1',
		name: 'Feishu Feed',
		type: 'n8n-nodes-feishu-feed.feishuFeed',
		typeVersion: 1,
		position: [0, 0],
		parameters: { resource: 'chat' },
		credentials: { feishuTenantApi: { id: '1', name: 'Sandbox' } },
	};
	const workflow = new Workflow({
		id: 'test',
		active: false,
		nodeTypes,
		nodes: [node],
		connections: {},
	});
	const additionalData = { ...additionalDataFor(credential), currentNodeParameters: parameters };
	const context = new LoadOptionsContext(workflow, node, additionalData, '');
	return await feishuFeed.methods.listSearch[method].call(context, filter, paginationToken);
}

/** n8n up to 2.10 evaluates expressions without an isolate. */
type OlderExpression = Partial<Workflow['expression']>;

/** Starts at the node "Items". n8n 2.0 takes the workflow and the node one after the other, not as an object. */
function startRun(
	execute: WorkflowExecute,
	workflow: Workflow,
): ReturnType<WorkflowExecute['run']> {
	const startNode = workflow.getNode('Items') ?? undefined;
	if (execute.run.length === 1) return execute.run({ workflow, startNode });
	const run = execute.run as unknown as (...given: unknown[]) => ReturnType<WorkflowExecute['run']>;
	return run.call(execute, workflow, startNode);
}

/** Executes the node once in n8n's own workflow engine, in this process. */
export async function runNode(options: RunOptions): Promise<RunResult> {
	const { parameters, credential, items = [{}], files = [], onError, stopWhen } = options;
	const { type = 'n8n-nodes-feishu-feed.feishuFeed' } = options;
	const types: Record<string, INodeType> = {
		items: itemsNode(items.map((json, index) => ({ json, binary: files[index] }))),
		pass: PASSING_NODE,
		[type]: options.node ?? new FeishuFeed(),
	};
	const nodeTypes: INodeTypes = {
		getByName: (name) => types[name]!,
		getByNameAndVersion: (name) => types[name]!,
		getKnownTypes: () => ({}),
	};
	const workflow = new Workflow({
		id: 'test',
		active: false,
		nodeTypes,
		nodes: [
			{ id: '1', name: 'Items', type: 'items', typeVersion: 1, position: [0, 0], parameters: {} },
			{
				id: '2',
				name: 'Feishu Feed',
				type,
				typeVersion: options.typeVersion ?? 1,
				position: [200, 0],
				parameters: parameters as INodeParameters,
				credentials: { feishuTenantApi: { id: '1', name: 'Sandbox' } },
				onError,
				...(options.maxTries !== undefined && {
					retryOnFail: true,
					maxTries: options.maxTries,
					waitBetweenTries: 1,
				}),
			},
			{ id: '3', name: 'Pass', type: 'pass', typeVersion: 1, position: [0, 0], parameters: {} },
		],
		connections: {
			Items: {
				main: [[connectionTo('Feishu Feed'), ...(options.runsTwice ? [connectionTo('Pass')] : [])]],
			},
			Pass: { main: [[connectionTo('Feishu Feed')]] },
		},
		settings: { executionOrder: 'v1' },
	});
	await (workflow.expression as OlderExpression).acquireIsolate?.();
	try {
		const execute = new WorkflowExecute(
			additionalDataFor(credential, options.executeWorkflow),
			'manual',
			createRunExecutionData(),
		);
		const running = startRun(execute, workflow);
		void stopWhen?.then(() => running.cancel());
		const run = await running;
		const task: ITaskData | undefined = run.data.resultData.runData['Feishu Feed']?.[0];
		return {
			outputs: (task?.data?.main ?? []).map((output) => output ?? []),
			error: task?.error as RunResult['error'],
			run,
		};
	} finally {
		await (workflow.expression as OlderExpression).releaseIsolate?.();
	}
}
