import { SEND_AND_WAIT_OPERATION } from 'n8n-workflow';
import type { IDataObject } from 'n8n-workflow';

import type { WaitingState } from '../../nodes/shared/sendAndWait/waitingState';
import { describeSinceN8n2 } from '../helpers/execution/engine';
import type { RunOptions } from '../helpers/execution/runNode';
import { withSandbox } from '../helpers/execution/withSandbox';

const sandbox = withSandbox();

/** Executes Send and Wait; gives what the workflow that waits begins with, if it began. */
async function startWaiting(people: string[], options: Partial<RunOptions> = {}) {
	let state: WaitingState | undefined;
	const result = await sandbox.run(
		{
			resource: 'appFeedCard',
			operation: SEND_AND_WAIT_OPERATION,
			recipientsBy: 'people',
			people: '={{ $json.to }}',
			title: 'Leave',
			link: 'https://example.com',
		},
		{
			items: people.map((to) => ({ to })),
			executeWorkflow: ([item]) => {
				state = item.json as unknown as WaitingState;
				return [{ json: {} }];
			},
			...options,
		},
	);
	return { state, result };
}

describeSinceN8n2('Send and Wait for Response', () => {
	it('looks everybody up before it waits; who is not found is among the failed', async () => {
		const [a, b, c] = sandbox.people;
		const { state, result } = await startWaiting([
			`${a.email},nobody@example.com,${b.union_id},${c.open_id}`,
		]);
		expect(result.error).toBeUndefined();
		const [card] = state!.cards;
		expect(card).toMatchObject({
			userIdType: 'union_id',
			userIds: [a.union_id, b.union_id, c.open_id],
			otherIdTypes: { [c.open_id]: 'open_id' },
			failed: [
				{ recipient: 'nobody@example.com', reason: expect.stringMatching(/^no Feishu account/) },
			],
		});
		expect(card.reached).toBeUndefined();
		// n8n keeps the state as JSON.
		const kept = JSON.parse(JSON.stringify(state)) as WaitingState;
		expect(new Map(kept.cards[0].named).get(a.union_id)).toEqual({
			recipients: [a.email],
			userId: a.union_id,
		});
		expect((await sandbox.calls()).map(({ path }) => path)).toEqual([
			'/open-apis/contact/v3/users/batch_get_id',
		]);
	});

	it('does not begin to wait for an item of which nobody is found', async () => {
		const { state, result } = await startWaiting(['nobody@example.com']);
		expect(state).toBeUndefined();
		expect(result.error?.message).toMatch(
			/^Could not create the card for nobody@example\.com: no Feishu account with this e-mail: /,
		);
	});

	it('lets the others wait if items may fail', async () => {
		const [a] = sandbox.people;
		const { state } = await startWaiting([a.email, 'nobody@example.com', 'a@'], {
			onError: 'continueRegularOutput',
		});
		expect(state!.cards.map(({ userIds, error, failed }) => [userIds, error, failed])).toEqual([
			[[a.open_id], undefined, []],
			[
				[],
				expect.stringMatching(/^Could not create the card for nobody@example\.com/),
				[{ recipient: 'nobody@example.com', reason: expect.any(String) }],
			],
			[[], expect.stringMatching(/not a valid e-mail address/), undefined],
		]);
	});

	it('keeps what it kept for plain IDs', async () => {
		const [a] = sandbox.people;
		const { state } = await startWaiting([a.open_id]);
		expect(state!.cards[0]).toMatchObject({ userIdType: 'open_id', userIds: [a.open_id] });
		for (const name of ['named', 'failed', 'otherIdTypes']) {
			expect((state!.cards[0] as unknown as IDataObject)[name]).toBeUndefined();
		}
	});
});
