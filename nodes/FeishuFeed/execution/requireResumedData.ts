import { NodeOperationError } from 'n8n-workflow';
import type { INode } from 'n8n-workflow';

import { isN8nAtLeast } from '../../shared/primitives/n8nVersion';

/**
 * Refuses to wait on n8n 1, which goes on with the input of the execution that waited instead of its result, so that
 * an approval would read as no answer.
 *
 * @throws {NodeOperationError} on n8n 1
 */
export function requireResumedData(node: INode): void {
	if (isN8nAtLeast(2, 0)) return;
	throw new NodeOperationError(
		node,
		'Send and Wait for Response needs n8n 2 or later, so no card was sent: n8n 1 would go on without the response. Update n8n, or create a card with buttons and start another workflow with a Feishu Feed Trigger',
	);
}
