import type { IExecuteFunctions } from 'n8n-workflow';

import { unreachedSentence } from '../../shared/delivery/outcome';
import type { ItemResult } from '../../shared/delivery/outcome';

/** Shows on the node what its user should know of items that can be sent all the same, each sentence once. */
export function showWarnings(
	context: Pick<IExecuteFunctions, 'addExecutionHints' | 'logger'>,
	items: Array<{ item: number; warnings?: string[] }>,
): void {
	const itemsByWarning = new Map<string, number[]>();
	for (const { item, warnings = [] } of items) {
		for (const warning of warnings) {
			itemsByWarning.set(warning, [...(itemsByWarning.get(warning) ?? []), item]);
		}
	}
	for (const [warning, places] of itemsByWarning) {
		const [first] = places;
		const place = places.length === 1 ? `item ${first}` : `${places.length} items`;
		const message = `${warning} (${place})`;
		context.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
		context.logger.warn(`Feishu Feed: ${message}`);
	}
}

/** Shows on the node that some recipients were not reached while the execution goes on. */
export function showUnreached(
	context: Pick<IExecuteFunctions, 'addExecutionHints'>,
	results: Iterable<ItemResult>,
): void {
	const message = unreachedSentence([...results]);
	if (message === undefined) return;
	context.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
}
