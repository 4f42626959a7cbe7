import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { sentenceOf } from '../../shared/api/failures';
import { AddressLookUps } from '../../shared/delivery/AddressLookUps';
import { openCalls } from '../../shared/delivery/openCalls';
import { openRun } from '../../shared/delivery/openRun';
import { failedJson } from '../../shared/delivery/outcome';
import { readDeliveryOptions } from '../fields/deliveryOptions';
import type { LookUpOperation } from '../Operation';
import { readItems } from './readItems';

/**
 * The way through an operation that looks something up, or uploads something: read and check every item, then do
 * what it asks for, one item after the other, at the pace of the endpoints.
 *
 * @throws {NodeOperationError} for the first item that Feishu would refuse, before any call
 * @throws {NodeApiError} for the first item that failed; neither if items may fail
 */
export async function lookUp(
	context: IExecuteFunctions,
	{ read, purpose }: LookUpOperation,
): Promise<INodeExecutionData[]> {
	const lookUps = new AddressLookUps();
	const items = await readItems(context, async (parameters) => ({
		run: await read(parameters, lookUps),
		delivery: readDeliveryOptions(parameters),
	}));
	const node = context.getNode();
	const toErrorOutput = node.onError === 'continueErrorOutput';
	const failed = ({ message }: Error, item: number): INodeExecutionData => ({
		json: failedJson(message, toErrorOutput),
		pairedItem: { item },
	});
	const first = items.find((item) => !(item instanceof NodeOperationError));
	if (first === undefined || first instanceof NodeOperationError) {
		return items.map((item, index) => failed(item as NodeOperationError, index));
	}
	const { delivery } = first;
	const calls = openCalls(await openRun(context, delivery), context, delivery);
	const outputs: INodeExecutionData[] = [];
	try {
		for (const [index, item] of items.entries()) {
			if (item instanceof NodeOperationError) {
				outputs.push(failed(item, index));
				continue;
			}
			const result = await item.run(calls.call);
			if (result.failure === undefined) {
				outputs.push(...result.found.map((json) => ({ json, pairedItem: { item: index } })));
				continue;
			}
			const { code, logId, httpStatus } = result.failure;
			const message = `Could not ${purpose}: ${sentenceOf(result.failure)}`;
			const error = new NodeApiError(
				node,
				{ message, code: code ?? null, log_id: logId ?? null },
				{ message, httpCode: httpStatus?.toString(), itemIndex: index },
			);
			if (!context.continueOnFail()) throw error;
			outputs.push(failed(error, index));
		}
	} finally {
		calls.release();
	}
	return outputs;
}
