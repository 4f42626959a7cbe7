import { SEND_AND_WAIT_OPERATION } from 'n8n-workflow';

import { withSandbox } from '../helpers/execution/withSandbox';

jest.mock('n8n-workflow/package.json', () => ({ version: '1.120.31' }));

const sandbox = withSandbox();

it('does not wait on n8n 1, and sends nothing there', async () => {
	const waits = jest.fn(() => [{ json: {} }]);
	const { error } = await sandbox.run(
		{
			resource: 'appFeedCard',
			operation: SEND_AND_WAIT_OPERATION,
			userIds: sandbox.openIds(0, 1).join(','),
			title: 'Leave',
			link: 'https://example.com',
		},
		{ executeWorkflow: waits },
	);
	expect(error?.message).toMatch(
		/^Send and Wait for Response needs n8n 2 or later, so no card was sent/,
	);
	expect(waits).not.toHaveBeenCalled();
	expect(await sandbox.calls()).toEqual([]);
});
