import type { INode } from 'n8n-workflow';

import { waitingWorkflow } from '../../nodes/shared/sendAndWait/waitingWorkflow';

const node = {
	name: 'Ask [the] managers',
	type: 'n8n-nodes-feishu-feed.feishuFeed',
	credentials: { feishuTenantApi: { id: '1', name: 'My app' } },
} as unknown as INode;
const url = 'https://n8n.example.com/workflow/7/executions/15';
const drawn = (
	execution = { url, workflowName: '请假审批' } as { url?: string; workflowName: string },
) => waitingWorkflow(node, {}, execution);
const noteIn = ({ nodes }: ReturnType<typeof waitingWorkflow>) =>
	String(nodes.find(({ type }) => type.endsWith('.stickyNote'))?.parameters.content);

describe('the workflow that waits, which n8n lists among the executions', () => {
	it('is drawn from left to right, with the note above', () => {
		const { nodes, connections } = drawn();
		const [note, ...steps] = nodes;
		const places = steps.map(({ position }) => position);
		expect(places.map(([x]) => x)).toEqual([0, 240, 480]);
		expect(new Set(places.map(([, y]) => y))).toEqual(new Set([0]));
		expect(note!.position[1] + Number(note!.parameters.height)).toBeLessThan(0);
		const order = steps.map(({ name }) => name);
		expect(connections[order[0]!]!.main[0]).toMatchObject([{ node: order[1] }]);
		expect(connections[order[1]!]!.main[1]).toMatchObject([{ node: order[2] }]);
	});

	it('says in Chinese and English which workflow it belongs to, and leads to its execution', () => {
		const note = noteIn(drawn());
		expect(
			note.match(/\[请假审批\]\(https:\/\/n8n\.example\.com\/workflow\/7\/executions\/15\)/g),
		).toHaveLength(2);
		expect(note).toContain('Ask \\[the\\] managers');
	});

	it('names the workflow where n8n does not say its own address', () => {
		const note = noteIn(drawn({ workflowName: '请假审批' }));
		expect(note).toContain('**请假审批**');
		expect(note).not.toContain('](');
	});
});
