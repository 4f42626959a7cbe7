import { sleep } from 'n8n-workflow';
import type { IRun, ITriggerFunctions, ITriggerResponse } from 'n8n-workflow';

import { eventIdOf } from '../webhook/callback';
import type { CallbackBody } from '../webhook/callback';
import { listen } from './LongConnection';
import { TENANT_CREDENTIAL, baseUrlOf } from '../../shared/api/tenantCredential';
import type { TenantCredential } from '../../shared/api/tenantCredential';
import { RECEIVED, readToastOfWorkflow, readToast } from '../event/toast';
import type { ToastResponse } from '../event/toast';
import { ANSWER_WITHIN } from '../webhook/CallbackResponse';
import { isWanted, itemOf, readEvent } from '../event/feishuEvent';
import { readFilter } from '../event/filter';
import { recentEventsOf } from '../event/recentEventsOf';
import { resumeExecution } from '../event/resumeExecution';

/** Receives events over the app's long connection, until the workflow is deactivated. */
export async function receiveOverLongConnection(
	context: ITriggerFunctions,
): Promise<ITriggerResponse> {
	const credential = await context.getCredentials<TenantCredential>(TENANT_CREDENTIAL);
	const app = {
		baseUrl: baseUrlOf(credential),
		appId: credential.appId,
		appSecret: credential.appSecret,
	};
	const tools = {
		send: async (options: Parameters<typeof context.helpers.httpRequest>[0]) =>
			(await context.helpers.httpRequest(options)) as unknown,
		logger: context.logger,
		// n8n then tries to activate the workflow again.
		onLost: (error: Error) => context.emitError(error),
	};
	let listening: Promise<() => Promise<void>> | undefined;
	const start = async (): Promise<void> => {
		listening = listen(app, async (body) => await receive(context, credential, body), tools);
		await listening;
	};
	const stop = async (): Promise<void> => {
		// The workflow may be deactivated while the connection is being opened, or after that failed.
		const end = await listening?.catch(() => undefined);
		await end?.();
	};
	if (context.getMode() !== 'manual') await start();
	return { manualTriggerFunction: start, closeFunction: stop };
}

async function receive(
	context: ITriggerFunctions,
	credential: TenantCredential,
	body: CallbackBody,
): Promise<ToastResponse | undefined> {
	const event = readEvent(body, Date.now());
	const woken = await resumeExecution(context, event, credential);
	if (woken !== undefined) return woken;
	if (
		!isWanted(
			event,
			readFilter((name) => context.getNodeParameter(name)),
		)
	)
		return undefined;
	const id = eventIdOf(body);
	if (id !== undefined && !recentEventsOf(context).add(id)) return undefined;

	const items = [[{ json: itemOf(event) }]];
	const answer = context.getNodeParameter('answer') as string;
	if (answer !== 'lastNode') {
		context.emit(items);
		return answer === 'toast' ? readToast(context.getNodeParameter('toast'), RECEIVED) : undefined;
	}
	const done = context.helpers.createDeferredPromise<IRun>();
	context.emit(items, undefined, done);
	const fallback = readToast(context.getNodeParameter('fallbackToast'));
	return await Promise.race([
		done.promise.then(
			(run) => answerOf(run, fallback),
			() => fallback,
		),
		sleep(ANSWER_WITHIN).then(() => fallback),
	]);
}

/** The answer in the first item that the last node gave. */
function answerOf({ data: { resultData } }: IRun, fallback: ToastResponse): ToastResponse {
	if (resultData.error) return fallback;
	const runs = resultData.runData[resultData.lastNodeExecuted ?? ''] ?? [];
	return readToastOfWorkflow(runs.at(-1)?.data?.main[0]?.[0]?.json);
}
