import { UnexpectedError } from 'n8n-workflow';
import type {
	IDataObject,
	INodeExecutionData,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { asObject, asText, parseObject } from '../../shared/primitives/json';
import type { FeishuEvent } from '../event/feishuEvent';
import type { EventTransport, WorkflowResult } from '../event/handleEvent';
import type { ToastResponse } from '../event/toast';
import { raceUntil } from '../../shared/primitives/waitUntil';
import { storeTestEvent } from './testEvent';

/** What of Express's response is used here. */
interface HttpResponse {
	statusCode: number;
	status: (code: number) => HttpResponse;
	json: (body: unknown) => HttpResponse;
	send: (body: unknown) => HttpResponse;
	setHeader: (name: string, value: unknown) => HttpResponse;
	setHeaders: (headers: unknown) => HttpResponse;
}

/** What n8n sends on the HTTP response. */
interface SentByN8n {
	status: number;
	json: unknown;
}

/** What n8n says of a workflow that failed; of one that it could not start, it says something else. */
const WORKFLOW_FAILED = 'Error in workflow';

/**
 * The way of one event over HTTP. n8n starts the workflow with what the webhook returns, and sends on
 * the HTTP response that the execution is stored, or the last node's result: here that is caught, so
 * that the pipeline makes a response of it that Feishu understands.
 */
export class WebhookTransport implements EventTransport {
	/** Gives what the webhook is to return, once the workflow is to start. */
	readonly started: Promise<IWebhookResponseData>;
	/** Whether n8n has got what it is to start the workflow with. */
	isStarted = false;
	private readonly http: HttpResponse;
	private settleStarted: (data: IWebhookResponseData) => void = () => {};
	/** Undoes `catchResult`. */
	private restore: () => void = () => {};

	constructor(private readonly context: IWebhookFunctions) {
		this.http = context.getResponseObject() as HttpResponse;
		this.started = new Promise((resolve) => (this.settleStarted = resolve));
	}

	/** n8n sends its response when the execution is in its database. */
	async start(event: FeishuEvent, deadlineMs: number): Promise<void> {
		const sent = await raceUntil(deadlineMs, this.startAndCatch(event));
		if (sent !== undefined && sent.status >= 400) throw notTaken(sent);
	}

	async startAndWait(event: FeishuEvent): Promise<WorkflowResult> {
		const sent = await this.startAndCatch(event);
		if (sent.status < 400) return { status: 'finished', json: sent.json };
		if (asObject(sent.json)?.message === WORKFLOW_FAILED) return { status: 'failed' };
		throw notTaken(sent);
	}

	/**
	 * Responds to Feishu. What n8n sends later is dropped.
	 *
	 * @param status of HTTP; Feishu sends an event again after any but 200
	 */
	respond(status: 200 | 503, body: ToastResponse): void {
		const { http } = this;
		this.restore();
		http.status(status).json(body);
		// n8n goes on as if nothing had been sent; on a sent response that would throw.
		http.json = http.send = http.setHeader = http.setHeaders = () => http;
	}

	private async startAndCatch(event: FeishuEvent): Promise<SentByN8n> {
		const { http } = this;
		const { json, send } = http;
		this.restore = () => Object.assign(http, { json, send });
		const sent = new Promise<SentByN8n>((resolve) => {
			http.json = http.send = (body) => {
				const given = typeof body === 'string' ? parseObject(body) : body;
				resolve({ status: http.statusCode, json: given });
				return http;
			};
		});
		this.isStarted = true;
		this.settleStarted({ workflowData: this.itemsOf(event) });
		return await sent;
	}

	private itemsOf(event: FeishuEvent): INodeExecutionData[][] {
		const json = { ...event };
		// n8n calls it when it stores the execution, and saves the static data only after that.
		Object.defineProperty(json, 'toJSON', {
			value: () => {
				markAsChanged(this.context.getWorkflowStaticData('node'));
				return json;
			},
			configurable: true,
		});
		const items = [[{ json }]];
		if (this.context.getMode() === 'manual') storeTestEvent(this.context, items);
		return items;
	}
}

/**
 * Before n8n 2.40 stores an execution, it forgets that the webhook has changed the static data, unless there
 * were none: of the events that are remembered there, it would save the first only.
 */
function markAsChanged(staticData: IDataObject): void {
	// n8n notices the assignment, not the value.
	Object.assign(staticData, { ...staticData });
}

function notTaken({ status, json }: SentByN8n): Error {
	const message = asText(asObject(json)?.message);
	return new UnexpectedError(`n8n did not start the workflow (status ${status}, "${message}")`);
}
