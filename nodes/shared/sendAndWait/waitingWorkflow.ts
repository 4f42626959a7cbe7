import { randomUUID } from 'crypto';
import type { INode, IWorkflowBase, IWorkflowSettings } from 'n8n-workflow';

const [START, WAIT, END] = ['Start', 'Wait', 'End'];

/**
 * The workflow that waits for the node: it creates the cards, sleeps until somebody responds or the time
 * is over, and ends the cards. n8n stores it while it sleeps, also across restarts, and passes its result
 * to the workflow that called it.
 *
 * @param node the node on the user's canvas
 * @param settings what n8n keeps of it
 */
export function waitingWorkflow(
	{ name, type, credentials }: INode,
	settings: IWorkflowSettings,
): IWorkflowBase {
	const place = { typeVersion: 1, position: [0, 0] as [number, number], parameters: {} };
	const to = (node: string) => [{ node, type: 'main' as const, index: 0 }];
	return {
		name: `${name}: waiting for a response`,
		nodes: [
			{
				...place,
				id: randomUUID(),
				name: START,
				type: 'n8n-nodes-base.executeWorkflowTrigger',
				typeVersion: 1.1,
				parameters: { inputSource: 'passthrough' },
			},
			{
				...place,
				id: randomUUID(),
				name: WAIT,
				// A human review step is the same node under a name of n8n's.
				type: `${type.replace(/HitlTool$/, '')}Wait`,
				credentials,
			},
			{ ...place, id: randomUUID(), name: END, type: 'n8n-nodes-base.noOp' },
		],
		connections: {
			[START]: { main: [to(WAIT)] },
			// Each pass does one thing, whose result n8n stores before the next one.
			[WAIT]: { main: [to(WAIT), to(END)] },
		},
		// Not all of the user's settings: the others are for the workflow on the canvas, such as what to do about an error.
		settings: { ...settings, executionOrder: 'v1' },
		// n8n's type demands what only a saved workflow has, such as when it was created.
	} as unknown as IWorkflowBase;
}
