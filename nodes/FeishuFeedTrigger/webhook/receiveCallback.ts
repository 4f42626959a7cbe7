import { NodeOperationError } from 'n8n-workflow';
import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { checkWithAppKeys } from '../../shared/api/appKeys';
import type { AppKeys } from '../../shared/api/appKeys';
import { eventTriggerOf } from '../event/eventTrigger';
import { handleEvent } from '../event/handleEvent';
import { readCallback } from './callback';
import type { Callback } from './callback';
import { WebhookTransport } from './WebhookTransport';

/** Tells n8n that the response was sent already. */
const RESPONDED: IWebhookResponseData = { noWebhookResponse: true };
/** The one answer to whoever is not Feishu: what is wrong with a request is only in n8n's log. */
const REFUSAL = { status: 403, body: { error: 'This request is not accepted' } };

const NO_KEYS = {
	reason: 'the trigger has no key to check callbacks with',
	message:
		'The credential has neither an Encrypt Key nor a Verification Token, so nobody can tell whether a callback is from Feishu: enter at least one',
};

/** Receives a request to the callback URL. Only an event that is proven to be Feishu's is handled. */
export async function receiveCallback(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const response = this.getResponseObject();
	const { headers, rawBody } = this.getRequestObject();
	const callback = await checkWithAppKeys(
		this,
		(keys) => checkRequest(rawBody, headers, keys),
		({ kind }) => kind !== 'refused',
	);
	if (callback.kind === 'refused') {
		if (callback.reason === NO_KEYS.reason) {
			this.logger.error(new NodeOperationError(this.getNode(), NO_KEYS.message).message);
		}
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

function checkRequest(rawBody: unknown, headers: Record<string, unknown>, keys: AppKeys): Callback {
	if (!keys.encryptKey && !keys.verificationToken) {
		return { kind: 'refused', reason: NO_KEYS.reason };
	}
	const body = Buffer.isBuffer(rawBody) ? rawBody : Buffer.alloc(0);
	return readCallback(body, headers, keys, Date.now());
}
