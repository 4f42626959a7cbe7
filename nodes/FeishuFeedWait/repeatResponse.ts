import type { IHttpRequestOptions, IWebhookFunctions } from 'n8n-workflow';

import { asObject } from '../shared/primitives/json';
import { waitUntil } from '../shared/primitives/waitUntil';

/** When a response is repeated, in milliseconds after it was recorded. */
const REPEAT_AFTER_MS = [3_000, 15_000];
/** How often n8n is asked that deals with another response, and the pause in between. */
const MAX_ATTEMPTS = 20;
const RETRY_PAUSE_MS = 500;
const TIMEOUT_MS = 10_000;

/**
 * Sends a response that was recorded once more, while the execution goes on waiting for others. It changes nothing
 * where the execution has it. With several webhook processes, n8n may have read the state for another response before
 * this one was recorded, and store it after the execution sleeps again: this one would be lost without the repetition.
 *
 * @param address where responses go, without the query; nothing is repeated without it
 */
export async function repeatResponse(
	context: IWebhookFunctions,
	address: string | undefined,
): Promise<void> {
	if (address === undefined) return;
	const { url } = context.getRequestObject();
	const body = asObject(context.getBodyData()) as IHttpRequestOptions['body'];
	const request: IHttpRequestOptions = {
		method: 'POST',
		url: `${address}${new URL(url, address).search}`,
		body,
		json: true,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		// The proof goes nowhere else.
		disableFollowRedirect: true,
		timeout: TIMEOUT_MS,
	};
	const startMs = Date.now();
	for (const afterMs of REPEAT_AFTER_MS) {
		await waitUntil(startMs + afterMs);
		for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
			if (await isAnswered(context, request)) break;
			await waitUntil(Date.now() + RETRY_PAUSE_MS);
		}
	}
}

async function isAnswered(
	{ helpers, logger }: IWebhookFunctions,
	request: IHttpRequestOptions,
): Promise<boolean> {
	try {
		const { statusCode } = asObject(await helpers.httpRequest(request)) ?? {};
		return statusCode !== 409 && Number(statusCode) < 500;
	} catch {
		// The error holds the address, and with it the right to respond.
		logger.debug('Feishu Feed: n8n could not be reached at its own address to repeat a response');
		return true;
	}
}
