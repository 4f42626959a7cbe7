import type { IDataObject, IExecuteFunctions, INode, INodeExecutionData } from 'n8n-workflow';

import { asText } from '../../shared/primitives/json';
import type { ReviewedCall } from '../../shared/sendAndWait/waitingCard';
import type { ItemParameters } from './ItemParameters';

/** Says whether n8n runs the node between an AI agent and a tool, to have a human review the call. */
export function isHumanReview({ type }: Pick<INode, 'type'>): boolean {
	return type.endsWith('HitlTool');
}

/**
 * Lets this tool call wait on its own. n8n switches the node off for the call that it resumes; other calls of the
 * same turn, which have yet to be reviewed, share the node, and n8n would pass over them.
 */
export function waitOnItsOwn(context: Pick<IExecuteFunctions, 'getExecuteData'>): void {
	const call = context.getExecuteData();
	call.node = { ...call.node };
}

/** Reads the tool call that is to be reviewed: n8n's field Message, and the input that the model gave, in full. */
export function readReviewedCall(
	context: Pick<IExecuteFunctions, 'getInputData'>,
	parameters: ItemParameters,
	item: number,
): ReviewedCall {
	const input = context.getInputData()[item]?.json.toolParameters;
	const inFull = JSON.stringify(input ?? {}, null, 2);
	const message = asText(parameters('message'));
	// Where n8n's own message puts the input into a text, nothing else comes out of it.
	const text = message.includes(OBJECT_IN_TEXT)
		? message.replaceAll(OBJECT_IN_TEXT, () => inFull)
		: `${message}\n\n${inFull}`;
	return { text: text.trim() };
}

const OBJECT_IN_TEXT = '[object Object]';

/**
 * What the agent is given when nobody could be asked. n8n tells the agent that the user rejected the call unless
 * there is feedback, which it reads here.
 */
export function unaskedItems(problem: string): INodeExecutionData[] {
	const json: IDataObject = {
		error: problem,
		data: { approved: false },
		chatInput: `Nobody could be asked, so the tool did not run: ${problem}`,
	};
	return [{ json, pairedItem: { item: 0 } }];
}
