import type { IExecuteFunctions } from 'n8n-workflow';

import type { ItemRequest } from '../../shared/delivery/batches';

/** Shows on the node what its user should know of items that can be sent all the same, each sentence once. */
export function showWarnings(
	context: Pick<IExecuteFunctions, 'addExecutionHints' | 'logger'>,
	requests: ItemRequest[],
): void {
	const itemsByWarning = new Map<string, number[]>();
	for (const { item, request } of requests) {
		for (const warning of request.warnings ?? []) {
			itemsByWarning.set(warning, [...(itemsByWarning.get(warning) ?? []), item]);
		}
	}
	for (const [warning, items] of itemsByWarning) {
		const [first] = items;
		const place = items.length === 1 ? `item ${first}` : `${items.length} items`;
		const message = `${warning} (${place})`;
		context.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
		context.logger.warn(`Feishu Feed: ${message}`);
	}
}
