import { createCipheriv, createHash, randomUUID } from 'node:crypto';

import type {
	IDataObject,
	IExecuteResponsePromiseData,
	IHttpRequestOptions,
	INode,
	INodeExecutionData,
	INodeTypes,
	IRun,
	ITriggerFunctions,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';

import { FeishuFeedTrigger } from '../../../nodes/FeishuFeedTrigger/FeishuFeedTrigger.node';
import { LongConnectionServer } from '../unit/LongConnectionServer';

export const APP_SECRET = 'the secret of the app';
/** Not in the credential unless a test puts it there. */
export const VERIFICATION_TOKEN = 'the verification token';
const CREDENTIAL = {
	region: 'custom',
	baseUrl: 'http://localhost:1',
	appType: 'custom',
	appId: 'cli_a',
	appSecret: APP_SECRET,
	encryptKey: 'the encrypt key',
};

const NODE = { id: '2', name: 'Feishu Feed Trigger' } as INode;

/** What the last node gives for an event, if the workflow does not fail. A long connection is not told what a worker gave. */
export type WorkflowRun = {
	json?: unknown;
	fails?: boolean;
	takesMs?: number;
	ranInWorker?: boolean;
};

/** All that a sequence of events brought about. */
export interface Effects {
	/** The items that workflows were started with, in order. */
	started: IDataObject[];
	/** What Feishu got back for each event; nothing for what was not taken as an event. */
	responses: unknown[];
	/** The requests that resumed executions. */
	resumed: Array<{ url: string; body: unknown }>;
	/** The IDs of the events that n8n stores. */
	stored: string[];
}

/** What the trigger is used with, and what its surroundings do. */
export interface Surroundings {
	/** All parameters but the connection. */
	parameters: IDataObject;
	/** The workflow that an event starts. */
	workflow: (item: IDataObject) => WorkflowRun;
	/** What n8n answers to a request that resumes an execution. */
	resume: (url: string, body: unknown) => HttpAnswer | Promise<HttpAnswer>;
	/** Whether n8n fails to store the execution of an event. */
	refuses?: (item: IDataObject) => boolean;
	/** What n8n has stored with the workflow from before, and keeps. */
	staticData?: IDataObject;
	/** What the credential holds now, beside what it holds in all tests. */
	credential?: () => IDataObject;
	/** Gets the warnings in n8n's log. */
	warn?: (line: string) => void;
	/** Whether the user tests the workflow in the editor. */
	isTest?: boolean;
}

/** What n8n answers to a request. */
export interface HttpAnswer {
	statusCode: number;
	body?: unknown;
}

/** A request to the callback URL. */
export interface CallbackRequest {
	rawBody: Buffer;
	headers: Record<string, string>;
}

const clone = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

function createDeferredPromise<Value>() {
	let resolve: (value: Value) => void = () => {};
	let reject: (error: Error) => void = () => {};
	const promise = new Promise<Value>((settle, fail) => {
		resolve = settle;
		reject = fail;
	});
	return { promise, resolve, reject };
}

/** What n8n gives to a trigger of either kind. */
function surround(
	{
		parameters,
		resume,
		refuses,
		staticData = {},
		credential,
		warn = () => {},
		isTest = false,
	}: Surroundings,
	feishu?: LongConnectionServer,
) {
	const effects: Effects = { started: [], responses: [], resumed: [], stored: [] };
	const errors: string[] = [];
	const httpRequest = async (options: IHttpRequestOptions): Promise<unknown> => {
		if (options.url === '/callback/ws/endpoint') return await feishu!.tools().send(options);
		effects.resumed.push(clone({ url: options.url, body: options.body }));
		return await resume(options.url, options.body);
	};
	const context = {
		getCredentials: async () => ({ ...CREDENTIAL, ...credential?.() }),
		getNodeParameter: (name: string) => parameters[name],
		getWorkflow: () => ({ id: '1', name: 'Presses', active: true }),
		getNode: () => NODE,
		getMode: () => (isTest ? 'manual' : 'trigger'),
		getWorkflowStaticData: () => staticData,
		logger: {
			error: (message: string) => void errors.push(message),
			warn,
			info: () => {},
			debug: () => {},
		},
		helpers: { httpRequest, createDeferredPromise },
	};
	const finish = (): Effects => {
		if (errors.length > 0 && !refuses) throw new Error(errors.join('\n'));
		return { ...effects, stored: Object.keys(staticData.recentEvents ?? {}) };
	};
	return { effects, context, finish, staticData };
}

/** A trigger whose webhook n8n calls. */
export class WebhookTrigger {
	private readonly node = new FeishuFeedTrigger();
	private readonly surrounded: ReturnType<typeof surround>;

	constructor(private readonly surroundings: Surroundings) {
		this.surrounded = surround(surroundings);
	}

	get effects(): Effects {
		return this.surrounded.effects;
	}

	/** Handles one request, as n8n does. */
	async receive({ rawBody, headers }: CallbackRequest): Promise<{ status: number; json: unknown }> {
		const { surroundings } = this;
		const { effects, context, staticData } = this.surrounded;
		const response = new HttpResponse();
		const request = new StaticDataOfRequest(staticData);
		const { workflowData, noWebhookResponse } = await this.node.webhook
			.call({
				...context,
				getWorkflowStaticData: () => request.ofNode,
				getRequestObject: () => ({ rawBody, headers }),
				getResponseObject: () => response,
			} as unknown as IWebhookFunctions)
			.catch((): IWebhookResponseData => {
				// As n8n 2.40 responds to what a webhook throws.
				const message = 'Workflow Webhook Error: Workflow could not be started!';
				response.status(500).json({ code: 0, message });
				return { noWebhookResponse: true };
			});
		if (workflowData) {
			const [[{ json }]] = workflowData as INodeExecutionData[][];
			request.beginExecution();
			JSON.stringify(workflowData);
			if (surroundings.refuses?.(json)) {
				// As n8n 2.40 responds, whatever the response mode.
				const message = 'There was a problem executing the workflow';
				response.status(500).json({ code: 0, message });
			} else {
				effects.started.push(clone(json));
				request.save();
				if (!noWebhookResponse) void respondAsN8n(json, surroundings, response);
			}
		}
		return await response.sent;
	}

	finish(): Effects {
		return this.surrounded.finish();
	}
}

/** A workflow's static data, as n8n 2.40 handles them for a request: it loads them, and saves them if they changed. */
class StaticDataOfRequest {
	readonly ofNode: IDataObject;
	private readonly loaded: IDataObject;
	private readonly workflow: Workflow;

	constructor(private readonly saved: IDataObject) {
		const key = `node:${NODE.name}`;
		const isEmpty = Object.keys(saved).length === 0;
		this.loaded = isEmpty ? {} : { [key]: clone(saved) };
		this.workflow = this.workflowOf(isEmpty ? {} : this.loaded);
		this.ofNode = this.workflow.getStaticData('node', NODE);
	}

	/** n8n makes another workflow of what it loaded, before it stores the execution. */
	beginExecution(): void {
		this.workflowOf(this.loaded);
	}

	/** When the execution is stored. What the node takes out again later is not in there either, as after the next event. */
	save(): void {
		if (this.workflow.staticData.__dataChanged === true) {
			Object.assign(this.saved, { ...this.ofNode });
		}
	}

	private workflowOf(staticData: IDataObject): Workflow {
		const nodeTypes = { getByNameAndVersion: () => undefined } as unknown as INodeTypes;
		return new Workflow({ nodes: [], connections: {}, active: true, nodeTypes, staticData });
	}
}

/** What n8n executes of a test in the editor when the webhook has returned: the node as one that emits its events. */
export async function emitTestEvent(surroundings: Surroundings): Promise<INodeExecutionData[][]> {
	let emitted: INodeExecutionData[][] = [];
	const { manualTriggerFunction } = await new FeishuFeedTrigger().trigger.call({
		...surround(surroundings).context,
		emit: (items: INodeExecutionData[][]) => void (emitted = items),
	} as unknown as ITriggerFunctions);
	await manualTriggerFunction?.();
	return emitted;
}

/** The trigger's webhook, with the events as Feishu posts them: encrypted and signed. */
export async function receiveByWebhook(
	bodies: string[],
	surroundings: Surroundings,
): Promise<Effects> {
	const trigger = new WebhookTrigger(surroundings);
	for (const body of bodies) {
		const { status, json } = await trigger.receive(encryptAndSign(body));
		trigger.effects.responses.push(status === 200 ? json : status >= 500 ? status : undefined);
	}
	return trigger.finish();
}

/** n8n responds when the execution is stored, or with the last node's first item, or with the error. */
async function respondAsN8n(
	item: IDataObject,
	{ workflow, parameters }: Surroundings,
	response: HttpResponse,
): Promise<void> {
	const run = workflow(item);
	if (parameters.answer !== 'lastNode') {
		response.status(200).json({ message: 'Workflow was started' });
		return;
	}
	await new Promise((resolve) => setTimeout(resolve, run.takesMs ?? 0));
	if (run.fails) response.status(500).json({ message: 'Error in workflow' });
	else response.status(200).json(run.json);
}

/** What of Express's response n8n and the node use. Like that, it refuses a second response. */
class HttpResponse {
	statusCode = 200;
	readonly sent: Promise<{ status: number; json: unknown }>;
	private settle!: (sent: { status: number; json: unknown }) => void;
	private isSent = false;

	constructor() {
		this.sent = new Promise((resolve) => (this.settle = resolve));
	}

	status(code: number): this {
		this.statusCode = code;
		return this;
	}

	json(body: unknown): this {
		return this.send(JSON.stringify(body));
	}

	send(text: string): this {
		if (this.isSent) throw new Error('Cannot set headers after they are sent to the client');
		this.isSent = true;
		this.settle({ status: this.statusCode, json: JSON.parse(text) });
		return this;
	}
}

/** As Feishu's encryption and signature guide says. */
export function encryptAndSign(body: string): CallbackRequest {
	const { encryptKey } = CREDENTIAL;
	const key = createHash('sha256').update(encryptKey).digest();
	const iv = Buffer.alloc(16, 7);
	const cipher = createCipheriv('aes-256-cbc', key, iv);
	const bytes = Buffer.concat([iv, cipher.update(body, 'utf8'), cipher.final()]);
	return sign('sha256', encryptKey, JSON.stringify({ encrypt: bytes.toString('base64') }));
}

/** The old callback of a button: not encrypted, and signed in a way of its own. */
export function signOldCallback(body: string): CallbackRequest {
	return sign('sha1', VERIFICATION_TOKEN, body);
}

function sign(hash: string, key: string, body: string): CallbackRequest {
	const [timestamp, nonce] = [String(Math.floor(Date.now() / 1_000)), randomUUID()];
	const rawBody = Buffer.from(body);
	const signature = createHash(hash)
		.update(timestamp + nonce + key)
		.update(rawBody)
		.digest('hex');
	return {
		rawBody,
		headers: {
			'x-lark-request-timestamp': timestamp,
			'x-lark-request-nonce': nonce,
			'x-lark-signature': signature,
		},
	};
}

/**
 * Activates a trigger with the long connection.
 *
 * @returns what it brings about, what deactivates it, and what starts it where the workflow is tested in the editor
 */
export async function openLongConnection(
	surroundings: Surroundings,
	feishu: LongConnectionServer,
): Promise<{
	effects: Effects;
	finish: () => Effects;
	close: () => Promise<void>;
	startTest: () => Promise<void>;
}> {
	const { effects, context, finish } = surround(surroundings, feishu);
	const { closeFunction, manualTriggerFunction } = await new FeishuFeedTrigger().trigger.call({
		...context,
		getNodeParameter: (name: string) =>
			name === 'connection' ? 'longConnection' : context.getNodeParameter(name),
		emit: (
			[[{ json }]]: INodeExecutionData[][],
			_: IExecuteResponsePromiseData | undefined,
			done?: { resolve: (run: IRun) => void; reject: (error: Error) => void },
		) => {
			if (surroundings.refuses?.(json)) {
				void Promise.resolve().then(() => done?.reject(new Error('The database is locked')));
				return;
			}
			effects.started.push(clone(json));
			void endAsN8n(surroundings.workflow(json), done);
		},
		emitError: (error: Error) => {
			throw error;
		},
	} as unknown as ITriggerFunctions);
	return {
		effects,
		finish,
		close: async () => await closeFunction?.(),
		startTest: async () => await manualTriggerFunction?.(),
	};
}

/** The trigger's long connection, with the events as Feishu sends them over a socket. */
export async function receiveByLongConnection(
	bodies: string[],
	surroundings: Surroundings,
	feishu: LongConnectionServer,
): Promise<Effects> {
	const { effects, finish, close } = await openLongConnection(surroundings, feishu);
	try {
		for (const body of bodies) {
			if (isObject(body)) {
				const { code, answer } = await feishu.ask(body);
				effects.responses.push(code === 200 ? answer : code);
			} else {
				feishu.send(body);
				effects.responses.push(undefined);
			}
		}
	} finally {
		await close();
	}
	return finish();
}

async function endAsN8n(run: WorkflowRun, done?: { resolve: (run: IRun) => void }): Promise<void> {
	await new Promise((resolve) => setTimeout(resolve, run.takesMs ?? 0));
	const main = [[{ json: run.json }]];
	const runData = run.ranInWorker ? {} : { Last: [{ data: { main } }] };
	const error = run.fails ? new Error('Error in workflow') : undefined;
	done?.resolve({
		data: { resultData: { runData, lastNodeExecuted: 'Last', error } },
	} as unknown as IRun);
}

function isObject(text: string): boolean {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null && !Array.isArray(value);
	} catch {
		return false;
	}
}
