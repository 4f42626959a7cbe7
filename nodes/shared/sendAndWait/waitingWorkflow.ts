import { randomUUID } from 'crypto';
import type { INode, IWorkflowBase, IWorkflowSettings } from 'n8n-workflow';

const [START, WAIT, END] = ['From your workflow', 'Wait for the response', 'Back to your workflow'];

/** The execution on the user's canvas that waits. */
export interface WaitingExecution {
	/** Where the editor shows it; absent where n8n does not say. */
	url?: string;
	workflowName: string;
}

/**
 * The workflow that waits for the node: it creates the cards, sleeps until somebody responds or the time
 * is over, and ends the cards. n8n stores it while it sleeps, also across restarts, and passes its result
 * to the workflow that called it. n8n lists it among the executions, and draws it there.
 *
 * @param node the node on the user's canvas
 * @param settings what n8n keeps of it
 */
export function waitingWorkflow(
	{ name, type, credentials }: INode,
	settings: IWorkflowSettings,
	execution: WaitingExecution,
): IWorkflowBase {
	const place = (column: number) => ({
		id: randomUUID(),
		typeVersion: 1,
		position: [240 * column, 0] as [number, number],
		parameters: {},
	});
	const to = (node: string) => [{ node, type: 'main' as const, index: 0 }];
	return {
		name: `${name}: waiting for a response`,
		nodes: [
			{
				...place(0),
				name: 'Note',
				type: 'n8n-nodes-base.stickyNote',
				position: [-80, -240],
				parameters: { width: 760, height: 176, color: 5, content: noteOn(name, execution) },
			},
			{
				...place(0),
				name: START,
				type: 'n8n-nodes-base.executeWorkflowTrigger',
				typeVersion: 1.1,
				parameters: { inputSource: 'passthrough' },
			},
			// A human review step is the same node under a name of n8n's.
			{ ...place(1), name: WAIT, type: `${type.replace(/HitlTool$/, '')}Wait`, credentials },
			{ ...place(2), name: END, type: 'n8n-nodes-base.noOp' },
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

/** Tells whoever opens the execution what it is, and leads back. */
function noteOn(node: string, { url, workflowName }: WaitingExecution): string {
	const workflow = url === undefined ? plain(workflowName) : `[${plain(workflowName)}](${url})`;
	return [
		`## Waits for a response to “${plain(node)}”`,
		`This belongs to an execution of **${workflow}**: it creates the cards of that node, sleeps until somebody responds or the time is up, and hands over the result. If you stop or delete it, the workflow gets none.`,
		`这是 **${workflow}** 的一次执行的一部分：创建“${plain(node)}”的卡片，等到有人答复或超时，再把结果交回去。停止或删除它，工作流就收不到结果。`,
	].join('\n\n');
}

/** Text that is no Markdown, as Markdown. */
function plain(text: string): string {
	return text.replace(/[\\`*_[\]<>#]/g, '\\$&');
}
