import type { INodeExecutionData, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { parseObject } from '../../shared/primitives/json';
import type { FeishuEvent } from '../event/feishuEvent';
import type { EventTransport, WorkflowResult } from '../event/handleEvent';
import type { ToastResponse } from '../event/toast';
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

/**
 * The way of one event over HTTP. n8n starts the workflow with what the webhook returns, and sends the
 * last node's result on the HTTP response: here that is caught, so that the pipeline makes a response
 * of it that Feishu understands.
 */
export class WebhookTransport implements EventTransport {
	/** Gives what the webhook is to return, once the workflow is to start. */
	readonly started: Promise<IWebhookResponseData>;
	private readonly http: HttpResponse;
	private settleStarted: (data: IWebhookResponseData) => void = () => {};
	/** Undoes `catchResult`. */
	private restore: () => void = () => {};

	constructor(private readonly context: IWebhookFunctions) {
		this.http = context.getResponseObject() as HttpResponse;
		this.started = new Promise((resolve) => (this.settleStarted = resolve));
	}

	start(event: FeishuEvent): void {
		this.settleStarted({ workflowData: this.itemsOf(event), noWebhookResponse: true });
	}

	async startAndWait(event: FeishuEvent): Promise<WorkflowResult> {
		const result = this.catchResult();
		this.settleStarted({ workflowData: this.itemsOf(event) });
		return await result;
	}

	/** Responds to Feishu. What n8n sends later is dropped. */
	respond(toast: ToastResponse): void {
		const { http } = this;
		this.restore();
		http.status(200).json(toast);
		// n8n goes on as if nothing had been sent; on a sent response that would throw.
		http.json = http.send = http.setHeader = http.setHeaders = () => http;
	}

	private async catchResult(): Promise<WorkflowResult> {
		const { http } = this;
		const { json, send } = http;
		this.restore = () => Object.assign(http, { json, send });
		return await new Promise((resolve) => {
			http.json = http.send = (body) => {
				const given = typeof body === 'string' ? parseObject(body) : body;
				const failed = http.statusCode >= 400;
				resolve(failed ? { status: 'failed' } : { status: 'finished', json: given });
				return http;
			};
		});
	}

	private itemsOf(event: FeishuEvent): INodeExecutionData[][] {
		const items = [[{ json: { ...event } }]];
		if (this.context.getMode() === 'manual') storeTestEvent(this.context, items);
		return items;
	}
}
