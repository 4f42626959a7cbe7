import { NodeOperationError } from 'n8n-workflow';
import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { eventIdOf, readCallback } from './callback';
import type { Callback } from './callback';
import { TENANT_CREDENTIAL } from '../../shared/api/tenantCredential';
import type { TenantCredential } from '../../shared/api/tenantCredential';
import { RECEIVED, readToast } from '../event/toast';
import { respondWithWorkflow } from './CallbackResponse';
import { isWanted, itemOf, readEvent } from '../event/feishuEvent';
import { readFilter } from '../event/filter';
import { keepTestEvent } from './testEvent';
import { recentEventsOf } from '../event/recentEventsOf';
import { resumeExecution } from '../event/resumeExecution';

/**
 * Takes a request to the callback URL. Only an event that is proven to be Feishu's,
 * that has not come before and that the workflow waits for starts it.
 */
export async function receiveCallback(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const response = this.getResponseObject();
	const credential = await this.getCredentials<TenantCredential>(TENANT_CREDENTIAL);
	const callback = checkRequest(this, credential);
	if (callback.kind === 'refused') {
		this.logger.warn(`Feishu Feed Trigger refused a callback: ${callback.reason}`);
		response.status(callback.status).json({ error: callback.reason });
		return { noWebhookResponse: true };
	}
	if (callback.kind === 'challenge') {
		response.status(200).json({ challenge: callback.challenge });
		return { noWebhookResponse: true };
	}

	const event = readEvent(callback.body, Date.now());
	const woken = await resumeExecution(this, event, credential);
	if (woken !== undefined) {
		response.status(200).json(woken);
		return { noWebhookResponse: true };
	}
	const id = eventIdOf(callback.body);
	const isNew = id === undefined || recentEventsOf(this).add(id);
	if (
		!isNew ||
		!isWanted(
			event,
			readFilter((name) => this.getNodeParameter(name)),
		)
	) {
		response.status(200).json({});
		return { noWebhookResponse: true };
	}

	const workflowData = [[{ json: itemOf(event) }]];
	if (this.getMode() === 'manual') keepTestEvent(this, workflowData);
	const answer = this.getNodeParameter('answer') as string;
	if (answer === 'lastNode') {
		respondWithWorkflow(response, readToast(this.getNodeParameter('fallbackToast')));
		return { workflowData };
	}
	response
		.status(200)
		.json(answer === 'toast' ? readToast(this.getNodeParameter('toast'), RECEIVED) : {});
	return { workflowData, noWebhookResponse: true };
}

function checkRequest(context: IWebhookFunctions, credential: TenantCredential): Callback {
	const { encryptKey = '', verificationToken = '', appId } = credential;
	if (!encryptKey && !verificationToken) {
		const message =
			'The credential has neither an Encrypt Key nor a Verification Token, so nobody can tell whether a callback is from Feishu: put in at least one';
		context.logger.error(new NodeOperationError(context.getNode(), message).message);
		return {
			kind: 'refused',
			status: 403,
			reason: 'the trigger has no key to check callbacks with',
		};
	}
	const request = context.getRequestObject();
	const rawBody: unknown = request.rawBody;
	return readCallback(
		Buffer.isBuffer(rawBody) ? rawBody : Buffer.alloc(0),
		request.headers,
		{ encryptKey, verificationToken, appId },
		Date.now(),
	);
}
