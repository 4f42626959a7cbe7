import { sleep } from 'n8n-workflow';

import { parseObject } from '../../shared/primitives/json';
import { readToastOfWorkflow } from '../event/toast';
import type { ToastResponse } from '../event/toast';

/** Feishu waits 3 seconds for an answer; this leaves time for it to travel. In milliseconds. */
export const ANSWER_WITHIN = 2_600;

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
 * Answers a callback with what the workflow gives, or with something else when it is slower than
 * Feishu waits or fails. n8n sends the workflow's answer on the same response, at some time: what
 * it sends is made an answer that Feishu understands, and whatever comes after an answer is dropped.
 */
export function respondWithWorkflow(response: unknown, fallback: ToastResponse): void {
	const http = response as HttpResponse;
	const [json, send] = [http.json.bind(http), http.send.bind(http)];
	let isAnswered = false;
	const answer = (body: ToastResponse): HttpResponse => {
		if (isAnswered) return http;
		isAnswered = true;
		http.status(200);
		// Express's json() calls send() in turn, with text.
		http.send = send;
		json(body);
		// n8n goes on as if nothing had been sent; on a sent response that would throw.
		http.send = http.setHeader = http.setHeaders = () => http;
		return http;
	};
	http.json = http.send = (body) => {
		const failed = http.statusCode >= 400;
		const given = typeof body === 'string' ? parseObject(body) : body;
		return answer(failed ? fallback : readToastOfWorkflow(given));
	};
	void sleep(ANSWER_WITHIN).then(() => answer(fallback));
}
