import { sleep } from 'n8n-workflow';
import type { ITriggerFunctions, IWebhookFunctions } from 'n8n-workflow';

import { readResumeUrl, resumeRequestFor } from '../../shared/sendAndWait/resumeToken';
import type { ResumeResponse } from '../../shared/sendAndWait/resumeToken';
import { processState } from '../../shared/primitives/processState';
import type { TenantCredential } from '../../shared/api/tenantCredential';
import type { ToastResponse } from './toast';
import { ANSWER_WITHIN } from '../webhook/CallbackResponse';
import type { FeishuEvent } from './feishuEvent';

/** How long to wait before n8n is asked again that is dealing with another response, in milliseconds. */
const PAUSE = 200;

/** What wakes are under way or were lately, by the event: all triggers of an app get it, one is enough. */
const wakes = processState(() => new Map<string, Promise<ToastResponse>>());
const MOST_WAKES = 500;

/**
 * Wakes the execution that waits for this press (Send and Wait for Response), if there is one.
 * Such a press starts no workflow.
 *
 * @returns what to answer, within the time that Feishu waits; nothing for any other event
 */
export async function resumeExecution(
	context: ITriggerFunctions | IWebhookFunctions,
	event: FeishuEvent,
	{ appSecret }: TenantCredential,
): Promise<ToastResponse | undefined> {
	const url = readResumeUrl(event.action, appSecret);
	if (url === undefined) return undefined;
	const key = event.event_id ?? `${url} ${JSON.stringify(event.operator)}`;
	const known = wakes.current.get(key);
	if (known !== undefined) return await known;
	const wake = respond(context, url, resumeRequestFor(url, event.operator ?? {}, appSecret));
	wakes.current.set(key, wake);
	for (const oldest of wakes.current.keys()) {
		if (wakes.current.size <= MOST_WAKES) break;
		wakes.current.delete(oldest);
	}
	return await wake;
}

async function respond(
	context: ITriggerFunctions | IWebhookFunctions,
	url: string,
	body: object,
): Promise<ToastResponse> {
	const end = Date.now() + ANSWER_WITHIN;
	for (let left = ANSWER_WITHIN; left > PAUSE; left = end - Date.now()) {
		try {
			const response = (await context.helpers.httpRequest({
				method: 'POST',
				url,
				body,
				json: true,
				returnFullResponse: true,
				ignoreHttpStatusErrors: true,
				timeout: left,
			})) as { statusCode: number; body: unknown };
			const { statusCode } = response;
			const { status, text } = (response.body ?? {}) as Partial<ResumeResponse>;
			if (status === 'recorded') return recorded(text ?? '');
			// n8n answers for an execution that is over with a page, for one that is deleted with 404.
			if (statusCode !== 409) return CLOSED;
		} catch (error) {
			context.logger.warn(
				`Feishu Feed Trigger cannot reach n8n at ${new URL(url).origin} to wake a waiting execution: ${(error as Error).message}`,
			);
			return UNKNOWN;
		}
		await sleep(PAUSE);
	}
	return UNKNOWN;
}

function recorded(text: string): ToastResponse {
	return toast('success', `已收到：${text}`, `Recorded: ${text}`);
}

const CLOSED = toast('info', '这张卡片已经处理完毕', 'This has been dealt with already');
const UNKNOWN = toast(
	'warning',
	'暂时无法提交，请稍后再试',
	'Your choice could not be taken yet: please try again in a moment',
);

function toast(
	type: 'info' | 'success' | 'warning',
	chinese: string,
	english: string,
): ToastResponse {
	return { toast: { type, content: chinese, i18n: { zh_cn: chinese, en_us: english } } };
}
