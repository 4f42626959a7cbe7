import { NodeOperationError } from 'n8n-workflow';
import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { TENANT_CREDENTIAL } from '../../shared/api/tenantCredential';
import type { TenantCredential } from '../../shared/api/tenantCredential';
import { eventTriggerOf } from '../event/eventTrigger';
import { handleEvent } from '../event/handleEvent';
import { readCallback } from './callback';
import type { Callback } from './callback';
import { WebhookTransport } from './WebhookTransport';

/** Tells n8n that the response was sent already. */
const RESPONDED: IWebhookResponseData = { noWebhookResponse: true };
/** The one answer to whoever is not Feishu: what is wrong with a request is only in n8n's log. */
const REFUSAL = { status: 403, body: { error: 'This request is not accepted' } };

/** Receives a request to the callback URL. Only an event that is proven to be Feishu's is handled. */
export async function receiveCallback(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const response = this.getResponseObject();
	const credential = await this.getCredentials<TenantCredential>(TENANT_CREDENTIAL);
	const callback = checkRequest(this, credential);
	if (callback.kind === 'refused') {
		this.logger.warn(`Feishu Feed Trigger refused a callback: ${callback.reason}`);
		response.status(REFUSAL.status).json(REFUSAL.body);
		return RESPONDED;
	}
	if (callback.kind === 'challenge') {
		response.status(200).json({ challenge: callback.challenge });
		return RESPONDED;
	}
	const transport = new WebhookTransport(this);
	const responded = handleEvent(callback.body, eventTriggerOf(this), transport).then(
		(toast) => {
			transport.respond(200, toast);
			return RESPONDED;
		},
		(error: Error) => {
			// n8n shows such an error as a failed execution, and responds itself.
			if (!transport.isStarted) throw error;
			this.logger.error(
				`Feishu Feed Trigger could not hand over an event, and Feishu was told so: ${error.message}`,
			);
			transport.respond(503, {});
			return RESPONDED;
		},
	);
	// n8n runs the workflow, whose result the response may wait for, only when this has returned.
	return await Promise.race([transport.started, responded]);
}

function checkRequest(context: IWebhookFunctions, credential: TenantCredential): Callback {
	const { encryptKey = '', verificationToken = '', appId } = credential;
	if (!encryptKey && !verificationToken) {
		const message =
			'The credential has neither an Encrypt Key nor a Verification Token, so nobody can tell whether a callback is from Feishu: enter at least one';
		context.logger.error(new NodeOperationError(context.getNode(), message).message);
		return { kind: 'refused', reason: 'the trigger has no key to check callbacks with' };
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
