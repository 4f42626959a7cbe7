import { NodeOperationError } from 'n8n-workflow';
import type { IExecuteFunctions } from 'n8n-workflow';

import type { ItemParameters } from './ItemParameters';
import { parameterReader } from './parameterReader';

/**
 * Reads and checks every item. One that Feishu would refuse gives its error, if items may fail.
 *
 * @throws {NodeOperationError} for the first item that Feishu would refuse, unless items may fail
 */
export async function readItems<Read>(
	context: IExecuteFunctions,
	read: (parameters: ItemParameters, item: number) => Read | Promise<Read>,
): Promise<Array<Read | NodeOperationError>> {
	const parametersOf = parameterReader(context);
	const items: Array<Read | NodeOperationError> = [];
	for (const item of context.getInputData().keys()) {
		try {
			items.push(await read(parametersOf(item), item));
		} catch (error) {
			const problem = new NodeOperationError(context.getNode(), error as Error, {
				itemIndex: item,
			});
			if (!context.continueOnFail()) throw problem;
			items.push(problem);
		}
	}
	return items;
}
