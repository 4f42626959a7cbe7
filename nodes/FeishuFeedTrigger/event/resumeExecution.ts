import type { IHttpRequestOptions, Logger } from 'n8n-workflow';

import { asObject, asText } from '../../shared/primitives/json';
import { processState } from '../../shared/primitives/processState';
import { waitUntil } from '../../shared/primitives/waitUntil';
import {
	findResumeValues,
	readResumeResponse,
	readResumeTarget,
	resumeRequestFor,
} from '../../shared/sendAndWait/resumeToken';
import type {
	PressedCard,
	ResumeResponse,
	ResumeTarget,
} from '../../shared/sendAndWait/resumeToken';
import { CLOSED } from '../../shared/sendAndWait/texts';
import type { Operator } from '../../shared/sendAndWait/waitingCard';
import type { FeishuEvent } from './feishuEvent';
import type { ToastResponse } from './toast';

/** How long to wait before n8n is asked again that is dealing with another response, or fails. */
const RETRY_PAUSE_MS = 200;

/** The presses that are being delivered: all triggers of an app get one at the same time, and it is delivered once. */
const pending = processState(() => new Map<string, Promise<ToastResponse>>());
/** What was told of the latest presses that were recorded, by event ID: a copy is told the same. */
const recorded = processState(() => new Map<string, ToastResponse>());
const MAX_RECORDED = 500;

/** What became of one delivery of a press. */
interface Attempt {
	response: ToastResponse;
	/** Whether the waiting execution took the response. Otherwise a copy of the event is delivered again. */
	isRecorded: boolean;
}

/** What resuming needs of n8n. */
export interface ResumeTools {
	/** Reads something with the App Secret; with the one in the credential now, where a former one gives nothing. */
	checkWithAppSecret: <Result>(
		check: (appSecret: string) => Result | undefined,
	) => Promise<Result | undefined>;
	/** Sends one HTTP request; gives the whole response with `returnFullResponse`. */
	send: (options: IHttpRequestOptions) => Promise<unknown>;
	/** Ends the card of one person, which waits for nothing any more. */
	endCard: (card: PressedCard, operator: Operator) => Promise<void>;
	logger: Logger;
}

/**
 * Resumes the execution that waits for this press (Send and Wait for Response). An event that carries the
 * address of an execution starts no workflow, whatever becomes of it: the address is not for its data.
 *
 * @param deadlineMs when Feishu must have the response, in milliseconds since 1970
 * @returns the response to Feishu; nothing for any other event
 */
export async function resumeExecution(
	event: FeishuEvent,
	deadlineMs: number,
	tools: ResumeTools,
): Promise<ToastResponse | undefined> {
	const values = findResumeValues(event.event);
	if (values === undefined) return undefined;
	const { event_id: eventId, operator = {} } = event;
	const earlier = eventId === undefined ? undefined : recorded.current.get(eventId);
	if (earlier !== undefined) return earlier;
	const presses = pending.current;
	const key = eventId ?? JSON.stringify([values, operator]);
	const attempt =
		presses.get(key) ??
		deliverPress(values, operator, deadlineMs, tools)
			.then(({ response, isRecorded }) => {
				if (isRecorded && eventId !== undefined) rememberRecorded(eventId, response);
				return response;
			})
			.finally(() => presses.delete(key));
	presses.set(key, attempt);
	return await attempt;
}

function rememberRecorded(eventId: string, response: ToastResponse): void {
	recorded.current.set(eventId, response);
	for (const oldest of recorded.current.keys()) {
		if (recorded.current.size <= MAX_RECORDED) break;
		recorded.current.delete(oldest);
	}
}

async function deliverPress(
	values: Record<string, unknown>,
	operator: Operator,
	deadlineMs: number,
	tools: ResumeTools,
): Promise<Attempt> {
	const { logger } = tools;
	let delivered: Delivered | undefined;
	try {
		delivered = await deliverWithSecret(values, operator, deadlineMs, tools);
	} catch (error) {
		logger.warn(
			`Feishu Feed Trigger could not resume a waiting execution, because it could not read its credential: ${(error as Error).message}`,
		);
		return { response: TOASTS.unconfirmed, isRecorded: false };
	}
	if (delivered === undefined) {
		logger.warn(
			'Feishu Feed Trigger refused a press on a card of Send and Wait for Response: the card was not made with the App Secret in the credential. If the secret was changed, send the card again.',
		);
		return { response: TOASTS.otherSecret, isRecorded: false };
	}
	const { target, answer } = delivered;
	if ((answer.kind === 'stopped' || answer.kind === 'deleted') && target.card !== undefined) {
		// The response to Feishu does not wait for it.
		void tools.endCard(target.card, operator);
	}
	return { response: toastFor(answer), isRecorded: answer.kind === 'recorded' };
}

/** What n8n made of a response. */
type Answer =
	| ({ kind: ResumeResponse['status'] } & Omit<ResumeResponse, 'status'>)
	/** The execution was stopped or failed; its execution is no longer there. */
	| { kind: 'stopped' | 'deleted' }
	/** It deals with another response; nobody knows whether the response came through. */
	| { kind: 'busy' | 'unconfirmed' }
	/** Something else than n8n answered, or n8n does not accept its own address. */
	| { kind: 'notTaken' };

/** What was resumed, and what it made of the response. */
interface Delivered {
	target: ResumeTarget;
	answer: Answer;
}

/**
 * Sends the response to the execution that waits for it.
 *
 * @returns nothing when the card was not made with the App Secret in the credential
 * @throws when the credential cannot be read
 */
async function deliverWithSecret(
	values: Record<string, unknown>,
	operator: Operator,
	deadlineMs: number,
	tools: ResumeTools,
): Promise<Delivered | undefined> {
	const proven = await tools.checkWithAppSecret((appSecret) => {
		const target = readResumeTarget(values, appSecret);
		return target && { target, appSecret };
	});
	if (proven === undefined) return undefined;
	const { target, appSecret } = proven;
	const answer = await sendResponse(target, operator, appSecret, deadlineMs, tools);
	if (answer.kind !== 'notTaken') return { target, answer };
	// The waiting execution may have seen before this trigger that somebody changed the secret.
	const isChanged = await tools.checkWithAppSecret((now) => now !== appSecret || undefined);
	return isChanged ? undefined : { target, answer };
}

async function sendResponse(
	{ url }: ResumeTarget,
	operator: Operator,
	appSecret: string,
	deadlineMs: number,
	{ send, logger }: ResumeTools,
): Promise<Answer> {
	const body = resumeRequestFor(url, operator, appSecret);
	const { origin, pathname, search } = new URL(url);
	const log = (problem: string) =>
		logger.warn(
			`Feishu Feed Trigger could not resume a waiting execution: ${origin}${pathname} ${problem}. This address must lead to n8n unchanged and without a login; it begins with WEBHOOK_URL of n8n.`,
		);
	let statusCode: unknown;
	for (;;) {
		const remainingMs = deadlineMs - Date.now();
		if (remainingMs <= RETRY_PAUSE_MS) {
			if (statusCode !== undefined && statusCode !== 409) log(`answered with HTTP ${statusCode}`);
			return { kind: 'unconfirmed' };
		}
		try {
			const response = asObject(
				await send({
					method: 'POST',
					url,
					body,
					json: true,
					returnFullResponse: true,
					ignoreHttpStatusErrors: true,
					// The proof goes nowhere else.
					disableFollowRedirect: true,
					timeout: remainingMs,
				}),
			);
			statusCode = response?.statusCode;
			const answer = readAnswer(statusCode, response?.body);
			if (answer.kind === 'notTaken') log(`answered with HTTP ${String(statusCode)}`);
			if (answer.kind !== 'busy' && answer.kind !== 'unconfirmed') return answer;
		} catch (error) {
			log(`could not be reached: ${(error as Error).message.replaceAll(search || '?', '')}`);
			return { kind: 'unconfirmed' };
		}
		await waitUntil(Date.now() + RETRY_PAUSE_MS);
	}
}

/** n8n's page for an execution that is over. */
const FINISHED_PAGE = /<h1>No action required<\/h1>/i;

/**
 * Reads what answered a response. Only what says so is taken for an answer of n8n, since a proxy, a login page
 * or another service may answer in its place. The sentences are those of n8n's waiting webhooks.
 */
function readAnswer(statusCode: unknown, body: unknown): Answer {
	const status = Number(statusCode);
	if (status === 429 || status >= 500) return { kind: 'unconfirmed' };
	const { message } = asObject(body) ?? {};
	const sentence = asText(message);
	if (status === 200) {
		const { status: kind, ...details } = readResumeResponse(body);
		if (kind !== undefined) return { kind, ...details };
		if (FINISHED_PAGE.test(asText(body))) return { kind: 'closed' };
	}
	if (status === 404 && /^The execution ".*" does not exist/.test(sentence)) {
		return { kind: 'deleted' };
	}
	if (status === 409) {
		if (/has finished with error/.test(sentence)) return { kind: 'stopped' };
		if (/has finished already/.test(sentence)) return { kind: 'closed' };
		return { kind: 'busy' };
	}
	return { kind: 'notTaken' };
}

function toastFor(answer: Answer): ToastResponse {
	switch (answer.kind) {
		case 'recorded': {
			const { text = '' } = answer;
			return toast('success', `已收到：${text}`, `Recorded: ${text}`);
		}
		case 'unidentified': {
			const { userIdType = 'ID' } = answer;
			return toast(
				'warning',
				`提交失败：应用读不到你的 ${userIdType}，无法确认你是接收人，请联系管理员`,
				`Your choice could not be taken: the app cannot see your ${userIdType}. Please tell the app's administrator.`,
			);
		}
		case 'busy':
			return TOASTS.unconfirmed;
		default:
			return TOASTS[answer.kind];
	}
}

const TOASTS = {
	closed: toast('info', CLOSED.zh, CLOSED.en),
	stopped: toast('info', '这张卡片已不再需要答复', 'This is no longer needed'),
	deleted: toast(
		'info',
		'这张卡片已经处理完毕，或不再需要答复',
		'This has been dealt with, or is no longer needed',
	),
	notRecipient: toast(
		'warning',
		'你不在这张卡片的接收人之列，选择未被采纳',
		'Your choice does not count: you are not among the recipients of this card',
	),
	unconfirmed: toast(
		'warning',
		'暂时无法确认是否提交成功，请稍后再点一次',
		'Your choice is not confirmed yet: please press again in a moment',
	),
	notTaken: toast(
		'warning',
		'提交失败，请再点一次；如果仍然不行，请联系管理员',
		'Your choice could not be taken: please press again, or tell the administrator if that does not help',
	),
	otherSecret: toast(
		'warning',
		'应用密钥已更换，这张旧卡片无法再答复，请让发送人重新发送',
		"This card can no longer be answered, since the app's secret has changed: please ask for a new card",
	),
};

function toast(
	type: 'info' | 'success' | 'warning',
	chinese: string,
	english: string,
): ToastResponse {
	return { toast: { type, content: chinese, i18n: { zh_cn: chinese, en_us: english } } };
}
