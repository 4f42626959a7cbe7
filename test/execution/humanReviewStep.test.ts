import { SEND_AND_WAIT_OPERATION } from 'n8n-workflow';
import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	IWorkflowBase,
} from 'n8n-workflow';

import { FeishuFeed } from '../../nodes/FeishuFeed/FeishuFeed.node';
import type { WaitingState } from '../../nodes/shared/sendAndWait/waitingState';
import { describeSinceN8n2, itSinceN8n2 } from '../helpers/execution/engine';
import type { RunOptions } from '../helpers/execution/runNode';
import { withSandbox } from '../helpers/execution/withSandbox';

/** Send and Wait, also as the review step that n8n makes of it, up to where the workflow that waits begins. */
const sandbox = withSandbox();

const REVIEW_STEP = 'n8n-nodes-feishu-feed.feishuFeedHitlTool';

/** The node, with the field that n8n adds to a review step. */
class ReviewStep extends FeishuFeed {
	constructor() {
		super();
		const message = {
			displayName: 'Message',
			name: 'message',
			type: 'string',
			default: '',
		} as const;
		this.description.properties = [...this.description.properties, message];
	}
}

/** The same in an n8n whose address begins with https://. */
class ReachableStep extends ReviewStep {
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		this.getSignedResumeUrl = () => 'https://n8n.example.com/webhook-waiting/1/2?signature=3';
		return await FeishuFeed.prototype.execute.call(this);
	}
}

/** Runs it; gives what the workflow that waits begins with, if it begins. */
async function start(parameters: IDataObject, options: Partial<RunOptions> = {}) {
	let state: WaitingState | undefined;
	let workflow: IWorkflowBase | undefined;
	const { outputs, error } = await sandbox.run(
		{
			resource: 'appFeedCard',
			operation: SEND_AND_WAIT_OPERATION,
			userIds: sandbox.openIds(0, 1).join(),
			...parameters,
		},
		{
			node: new ReachableStep(),
			executeWorkflow: ([item], code) => {
				[state, workflow] = [item.json as unknown as WaitingState, code];
				return [{ json: { data: { approved: true } } }];
			},
			...options,
		},
	);
	return { state, workflow, error, output: outputs[0]?.map(({ json }) => json) };
}

/** A tool call as n8n hands it to the step. */
const call = { toolParameters: { order: '42', note: 'two\nlines' }, tool: 'refund' };
const CARD = { title: 'Leave', link: 'https://example.com' };
/** The engine of these tests wants the field filled in, as n8n does not for a tool. */
const NO_LINK = { link: '={{ "" }}' };

describeSinceN8n2('a review step', () => {
	it('shows the call on a page behind the card, and on the card what fits of it', async () => {
		const { state, output, error } = await start(
			{
				...NO_LINK,
				title: '={{ $json.toolParameters }}',
				preview: `  May I\n\n  do this? ${'x'.repeat(200)}`,
				message: 'Run refund\n\nInput:\n[object Object]',
			},
			{ type: REVIEW_STEP, items: [call] },
		);
		expect(error).toBeUndefined();
		expect(output).toEqual([{ data: { approved: true } }]);
		const [{ card, review }] = state!.cards;
		expect(card.title).toBe('order: 42 · note: two lines');
		expect(card.preview).toBe(`May I do this? ${'x'.repeat(104)}…`);
		expect(card.link).toBeUndefined();
		expect(review?.text).toBe(
			`Run refund\n\nInput:\n${JSON.stringify(call.toolParameters, null, 2)}`,
		);
	});

	it('keeps a link of the user’s', async () => {
		const { state } = await start(CARD, { type: REVIEW_STEP, items: [call] });
		expect(state!.cards[0].card.link).toEqual({ link: CARD.link });
	});

	it('tells the agent when nobody could be asked, unless the node is to stop the workflow', async () => {
		const unknown = { ...CARD, recipientsBy: 'people', people: 'nobody@example.com' };
		const asked = { type: REVIEW_STEP, items: [call] };
		const { state, output, error } = await start(unknown, asked);
		expect(error).toBeUndefined();
		expect(state).toBeUndefined();
		const problem =
			/^Could not create the card for nobody@example\.com: no Feishu account with this e-mail/;
		expect(output).toEqual([
			{
				error: expect.stringMatching(problem),
				data: { approved: false },
				chatInput: expect.stringMatching(/^Nobody could be asked, so the tool did not run: Could/),
			},
		]);
		const stopped = await start(unknown, { ...asked, onError: 'stopWorkflow' });
		expect(stopped.error?.message).toMatch(problem);
	});

	it('needs an address of n8n that Feishu opens, where the card has no link of its own', async () => {
		const unreachable: Partial<RunOptions> = {
			type: REVIEW_STEP,
			items: [call],
			node: new ReviewStep(),
			onError: 'stopWorkflow',
		};
		const { state, error } = await start({ ...NO_LINK, title: 'Refund' }, unreachable);
		expect(state).toBeUndefined();
		expect(error?.message).toMatch(/^Link is empty, so the card would open a page of n8n, but /);
		expect((await start(CARD, unreachable)).state?.cards).toHaveLength(1);
	});
});

itSinceN8n2('cannot be a tool, which does not wait', async () => {
	const { state, error } = await start(CARD, { type: 'n8n-nodes-feishu-feed.feishuFeedTool' });
	expect(state).toBeUndefined();
	expect(error?.message).toMatch(/^Send and Wait for Response cannot be a tool of an AI agent/);
});

describeSinceN8n2('a choice on a page of n8n', () => {
	it('needs an address that begins with https://', async () => {
		const { state, error } = await start({ ...CARD, channel: 'link' }, { node: new FeishuFeed() });
		expect(state).toBeUndefined();
		expect(error?.message).toMatch(
			/^Response Comes Back cannot be a page of n8n, since Feishu opens/,
		);
	});

	it('has n8n keep the execution that waits, for those who come late', async () => {
		const { workflow } = await start({ ...CARD, channel: 'link' });
		expect(workflow?.settings).toMatchObject({ saveDataSuccessExecution: 'all' });
		const pressed = await start(CARD);
		expect(pressed.workflow?.settings?.saveDataSuccessExecution).toBeUndefined();
	});
});

describeSinceN8n2('items that may fail', () => {
	const titles = { items: [{ title: 'x'.repeat(61) }, { title: 'Leave' }] };
	const parameters = { ...CARD, title: '={{ $json.title }}' };

	it.each([
		['continueRegularOutput', 'tell'],
		['continueErrorOutput', 'tellErrorOutput'],
	] as const)('have their place among those that wait: %s', async (onError, onFailure) => {
		const { state } = await start(parameters, { ...titles, onError });
		expect(state).toMatchObject({
			onFailure,
			cards: [
				{ userIds: [], error: expect.stringMatching(/^Title has 61 characters/) },
				{ userIds: sandbox.openIds(0, 1) },
			],
		});
	});

	it('give their errors when none is left to wait for', async () => {
		const items = titles.items.slice(0, 1);
		const onError = 'continueRegularOutput';
		const { state, output } = await start(parameters, { items, onError });
		expect(state).toBeUndefined();
		expect(output).toEqual([{ error: expect.stringMatching(/^Title has 61 characters/) }]);
	});
});

itSinceN8n2('fails with what the workflow that waits failed with', async () => {
	const { error } = await start(CARD, {
		executeWorkflow: () => {
			throw new Error('The workflow was stopped');
		},
	});
	expect(error?.message).toBe('The workflow was stopped');
});

describe('an agent’s tool', () => {
	it('is given long lists in short', async () => {
		const userIds = sandbox.openIds(0, 21);
		const create = {
			resource: 'appFeedCard',
			operation: 'create',
			...CARD,
			userIds: userIds.join(),
		};
		const { outputs } = await sandbox.run(create, { type: 'n8n-nodes-feishu-feed.feishuFeedTool' });
		expect(outputs[0][0].json).toMatchObject({
			succeeded: userIds.slice(0, 20),
			succeeded_count: 21,
		});
	});
});
