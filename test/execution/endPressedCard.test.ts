import { NodeConnectionTypes } from 'n8n-workflow';
import type { INodeType, ITriggerFunctions } from 'n8n-workflow';

import { endPressedCard } from '../../nodes/FeishuFeedTrigger/event/endPressedCard';
import type { PressedCard } from '../../nodes/shared/sendAndWait/resumeToken';
import type { Operator } from '../../nodes/shared/sendAndWait/waitingCard';
import { withSandbox } from '../helpers/execution/withSandbox';

/** The card of whoever presses a button of an execution that is gone. */
const sandbox = withSandbox();

/** Creates a card for two people, pinned and with a button, and ends that of one; gives the warnings. */
async function end(
	afterwards: PressedCard['afterwards'],
	operatorOf: (open_id: string) => Operator,
) {
	const [a, b] = sandbox.openIds(0, 2);
	await sandbox.output({
		resource: 'appFeedCard',
		operation: 'create',
		bizId: 'leave',
		title: 'Leave',
		link: 'https://example.com',
		timeSensitive: true,
		buttons: { button: [{ text: 'Yes', actionType: 'webhook' }] },
		userIds: `${a},${b}`,
	});
	await sandbox.feishu.clearRequests();
	const warnings: string[] = [];
	const ending: INodeType = {
		description: {
			displayName: 'End',
			name: 'end',
			group: ['transform'],
			version: 1,
			description: 'Ends a card',
			defaults: {},
			inputs: [NodeConnectionTypes.Main],
			outputs: [NodeConnectionTypes.Main],
			credentials: [{ name: 'feishuTenantApi' }],
			properties: [],
		},
		async execute() {
			this.logger.warn = (line) => void warnings.push(line);
			// What it needs of n8n is there in every node.
			const context = this as unknown as ITriggerFunctions;
			await endPressedCard(context, { bizId: 'leave', afterwards }, operatorOf(a));
			return [[]];
		},
	};
	const { error } = await sandbox.run({}, { node: ending });
	if (error) throw error;
	return { warnings, a: await card(a), b: await card(b) };
}

const card = async (open_id: string) => await sandbox.cardOf({ open_id }, 'leave');
const byOpenId = (open_id: string) => ({ open_id });

it('is deleted, and nobody else’s', async () => {
	const { warnings, a, b } = await end('delete', byOpenId);
	expect(a).toBeUndefined();
	expect(b).toMatchObject({ time_sensitive: true });
	expect(b?.buttons).toHaveLength(1);
	expect(warnings).toEqual([]);
});

it('is unpinned and loses its buttons, and keeps what else it shows', async () => {
	const { warnings, a, b } = await end('update', byOpenId);
	expect(a).toMatchObject({ title: 'Leave', time_sensitive: false });
	expect(a?.buttons ?? []).toEqual([]);
	expect(b?.buttons).toHaveLength(1);
	expect(warnings).toEqual([]);
});

it('is found by another kind of ID, where Feishu tells that first', async () => {
	const { a } = await end('delete', (open_id) => ({
		union_id: sandbox.people.find((person) => person.open_id === open_id)?.union_id,
	}));
	expect(a).toBeUndefined();
	expect((await sandbox.calls()).map(({ query }) => query)).toEqual([{ user_id_type: 'union_id' }]);
});

it('stays where Feishu does not say whose it is, without a call', async () => {
	const { a, warnings } = await end('delete', () => ({}));
	expect(a?.buttons).toHaveLength(1);
	expect(await sandbox.calls()).toEqual([]);
	expect(warnings).toEqual([]);
});

it('stays where Feishu refuses, which is said in the log', async () => {
	await sandbox.feishu.addFault({
		kind: 'gatewayCode',
		operation: 'appFeedCardBatch.delete',
		code: 99991672,
	});
	const { a, warnings } = await end('delete', byOpenId);
	expect(a?.buttons).toHaveLength(1);
	expect(warnings).toEqual([
		expect.stringMatching(
			/^Feishu Feed Trigger could not end a card that nobody waits for any more: Feishu answered /,
		),
	]);
});
