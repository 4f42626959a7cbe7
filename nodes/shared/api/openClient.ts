import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions, ILoadOptionsFunctions } from 'n8n-workflow';

import { FeishuClient } from './FeishuClient';

/**
 * Opens a client for the node's credential, in an execution or for a list in the editor.
 *
 * @throws {NodeOperationError} when the credential cannot be used
 */
export async function openClient(
	context: IExecuteFunctions | ILoadOptionsFunctions,
): Promise<FeishuClient> {
	try {
		return await FeishuClient.open(context);
	} catch (error) {
		throw new NodeOperationError(context.getNode(), error as Error);
	}
}
