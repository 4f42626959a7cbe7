import type { IHttpRequestOptions, IRun, ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';

import { TENANT_CREDENTIAL, baseUrlOf } from '../../shared/api/tenantCredential';
import type { TenantCredential } from '../../shared/api/tenantCredential';
import { eventTriggerOf } from '../event/eventTrigger';
import { handleEvent } from '../event/handleEvent';
import type { EventTransport, WorkflowResult } from '../event/handleEvent';
import type { FeishuEvent } from '../event/feishuEvent';
import { raceUntil } from '../../shared/primitives/waitUntil';
import { listen } from './LongConnection';
import type { LongConnectionApp } from './LongConnection';

/** How long n8n has to refuse an event before the press is answered. */
const REFUSAL_WINDOW_MS = 300;

const RESULT_UNKNOWN =
	'Feishu Feed Trigger cannot answer a press with what the last node gives: in queue mode, n8n does not tell a long connection what its workers gave. The person sees "Toast if the Workflow Is Slower". Receive events over the webhook instead, or answer with a toast.';

/** Receives events over the app's long connection, until the workflow is deactivated. */
export async function receiveOverLongConnection(
	context: ITriggerFunctions,
): Promise<ITriggerResponse> {
	const credential = await context.getCredentials<TenantCredential>(TENANT_CREDENTIAL);
	const app = appOf(credential);
	const tools = {
		send: async (options: IHttpRequestOptions) =>
			(await context.helpers.httpRequest(options)) as unknown,
		readApp: async () => appOf(await context.getCredentials<TenantCredential>(TENANT_CREDENTIAL)),
		logger: context.logger,
		// n8n then tries to activate the workflow again.
		onLost: (error: Error) => context.emitError(error),
	};
	const trigger = eventTriggerOf(context);
	const transport = longConnectionTransport(context);
	let listening: Promise<() => Promise<void>> | undefined;
	const start = async (): Promise<void> => {
		listening = listen(app, async (body) => await handleEvent(body, trigger, transport), tools);
		await listening;
	};
	const stop = async (): Promise<void> => {
		// The workflow may be deactivated while the connection is being opened, or after that failed.
		const leave = await listening?.catch(() => undefined);
		await leave?.();
	};
	if (context.getMode() !== 'manual') await start();
	return { manualTriggerFunction: start, closeFunction: stop };
}

function appOf(credential: TenantCredential): LongConnectionApp {
	const { appId, appSecret } = credential;
	return { baseUrl: baseUrlOf(credential), appId, appSecret };
}

function longConnectionTransport(context: ITriggerFunctions): EventTransport {
	const run = async (event: FeishuEvent): Promise<IRun> => {
		const done = context.helpers.createDeferredPromise<IRun>();
		context.emit([[{ json: { ...event } }]], undefined, done);
		return await done.promise;
	};
	return {
		start: async (event, deadlineMs) => {
			// n8n says only when the execution has ended, or that it could not be stored. While the workflow is
			// tested in the editor, it says nothing, and closes the connection.
			const windowMs = context.getMode() === 'manual' ? 0 : REFUSAL_WINDOW_MS;
			await raceUntil(Math.min(deadlineMs, Date.now() + windowMs), run(event));
		},
		startAndWait: async (event) => {
			const result = resultOf(await run(event));
			if (result.status === 'unknown') context.logger.warn(RESULT_UNKNOWN);
			return result;
		},
	};
}

function resultOf({ data: { resultData } }: IRun): WorkflowResult {
	const { error, lastNodeExecuted, runData } = resultData;
	if (error) return { status: 'failed' };
	if (lastNodeExecuted === undefined) return { status: 'finished', json: undefined };
	// The workflow ran in another process, a worker, of which n8n tells the trigger no more than the last node's name.
	if (runData[lastNodeExecuted] === undefined) return { status: 'unknown' };
	return {
		status: 'finished',
		json: runData[lastNodeExecuted].at(-1)?.data?.main?.[0]?.[0]?.json,
	};
}
