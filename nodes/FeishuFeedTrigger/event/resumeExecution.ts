import type { IHttpRequestOptions, Logger } from 'n8n-workflow';

import { asObject } from '../../shared/primitives/json';
import { processState } from '../../shared/primitives/processState';
import { waitUntil } from '../../shared/primitives/waitUntil';
import {
	readResumeResponse,
	readResumeUrl,
	resumeRequestFor,
} from '../../shared/sendAndWait/resumeToken';
import { CLOSED } from '../../shared/sendAndWait/texts';
import type { FeishuEvent } from './feishuEvent';
import type { ToastResponse } from './toast';

/** How long to wait before n8n is asked again that is dealing with another response. */
const RETRY_PAUSE_MS = 200;

/** The latest attempts, by the event: all triggers of an app get it, and it is resumed once. */
const attempts = processState(() => new Map<string, Promise<ToastResponse>>());
const MAX_ATTEMPTS = 500;

/** What resuming needs of n8n. */
export interface ResumeTools {
	/** Sends one HTTP request; gives the whole response with `returnFullResponse`. */
	send: (options: IHttpRequestOptions) => Promise<unknown>;
	logger: Logger;
}

/**
 * Resumes the execution that waits for this press (Send and Wait for Response), if there is one.
 * Such a press starts no workflow.
 *
 * @param deadlineMs when Feishu must have the response, in milliseconds since 1970
 * @returns the response to Feishu; nothing for any other event
 */
export async function resumeExecution(
	event: FeishuEvent,
	appSecret: string,
	deadlineMs: number,
	tools: ResumeTools,
): Promise<ToastResponse | undefined> {
	const url = readResumeUrl(event.action, appSecret);
	if (url === undefined) return undefined;
	const key = event.event_id ?? `${url} ${JSON.stringify(event.operator)}`;
	const earlier = attempts.current.get(key);
	if (earlier !== undefined) return await earlier;
	const body = resumeRequestFor(url, event.operator ?? {}, appSecret);
	const attempt = sendResponse(url, body, deadlineMs, tools);
	attempts.current.set(key, attempt);
	for (const oldest of attempts.current.keys()) {
		if (attempts.current.size <= MAX_ATTEMPTS) break;
		attempts.current.delete(oldest);
	}
	return await attempt;
}

async function sendResponse(
	url: string,
	body: object,
	deadlineMs: number,
	{ send, logger }: ResumeTools,
): Promise<ToastResponse> {
	for (;;) {
		const remainingMs = deadlineMs - Date.now();
		if (remainingMs <= RETRY_PAUSE_MS) return UNAVAILABLE_TOAST;
		try {
			const response = asObject(
				await send({
					method: 'POST',
					url,
					body,
					json: true,
					returnFullResponse: true,
					ignoreHttpStatusErrors: true,
					timeout: remainingMs,
				}),
			);
			const { status, text = '' } = readResumeResponse(response?.body);
			if (status === 'recorded') return recordedToast(text);
			// n8n answers for an execution that is over with a page, for one that is deleted with 404.
			if (response?.statusCode !== 409) return CLOSED_TOAST;
		} catch (error) {
			logger.warn(
				`Feishu Feed Trigger cannot reach n8n at ${new URL(url).origin} to resume a waiting execution: ${(error as Error).message}`,
			);
			return UNAVAILABLE_TOAST;
		}
		await waitUntil(Date.now() + RETRY_PAUSE_MS);
	}
}

const recordedToast = (choice: string) =>
	toast('success', `已收到：${choice}`, `Recorded: ${choice}`);
const CLOSED_TOAST = toast('info', CLOSED.zh, CLOSED.en);
const UNAVAILABLE_TOAST = toast(
	'warning',
	'暂时无法提交，请稍后再试',
	'Your choice could not be submitted yet: please try again in a moment',
);

function toast(
	type: 'info' | 'success' | 'warning',
	chinese: string,
	english: string,
): ToastResponse {
	return { toast: { type, content: chinese, i18n: { zh_cn: chinese, en_us: english } } };
}
