import type { IExecuteFunctions } from 'n8n-workflow';

import type { FeishuClient } from '../api/FeishuClient';
import { openClient } from '../api/openClient';
import type { DeliveryOptions } from './DeliveryOptions';
import { RunState } from './RunState';

/** What all calls of one execution of the node share. */
export interface Run {
	client: FeishuClient;
	state: RunState;
}

/**
 * Opens what the calls of an execution share.
 *
 * @throws {NodeOperationError} when the credential cannot be used
 */
export async function openRun(
	context: IExecuteFunctions,
	{ longestWait }: DeliveryOptions,
): Promise<Run> {
	return { client: await openClient(context), state: new RunState(longestWait) };
}
