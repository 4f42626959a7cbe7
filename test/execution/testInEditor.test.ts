import { resetProcessState } from '../../nodes/shared/primitives/processState';
import { LongConnectionServer } from '../helpers/unit/LongConnectionServer';
import {
	emitTestEvent,
	encryptAndSign,
	openLongConnection,
	WebhookTrigger,
} from '../helpers/execution/TriggerInBothWays';
import type { Surroundings } from '../helpers/execution/TriggerInBothWays';
import { withWebSocket } from '../helpers/execution/webSocketOfNode';

withWebSocket();
beforeEach(resetProcessState);

/** A workflow that the user tests in the editor. */
const surroundings: Surroundings = {
	parameters: { events: 'any', answer: 'toast', toast: { toast: { content: 'Started' } } },
	workflow: () => ({ json: {} }),
	resume: () => ({ statusCode: 404 }),
	isTest: true,
};

const press = (id: string) =>
	JSON.stringify({
		schema: '2.0',
		header: {
			event_id: id,
			event_type: 'card.action.trigger',
			create_time: String(Date.now()),
			app_id: 'cli_a',
		},
		event: { operator: { open_id: 'ou_a' }, action: { value: { action: 'clock_in' } } },
	});

describe('an event that comes over the webhook while the workflow is tested', () => {
	it('is emitted when n8n executes the trigger, once', async () => {
		await new WebhookTrigger(surroundings).receive(encryptAndSign(press('event-1')));
		expect(await emitTestEvent(surroundings)).toMatchObject([[{ json: { event_id: 'event-1' } }]]);
		await expect(emitTestEvent(surroundings)).rejects.toThrow(
			'Another process of n8n received the event: activate the workflow to test it',
		);
	});

	it('is not kept where the workflow is active', async () => {
		const active = { ...surroundings, isTest: false };
		await new WebhookTrigger(active).receive(encryptAndSign(press('event-1')));
		expect(await emitTestEvent(active)).toEqual([]);
		await expect(emitTestEvent(surroundings)).rejects.toThrow('Another process of n8n');
	});
});

describe('a long connection of a workflow that is tested', () => {
	it('is opened when the user starts the test, and answers without waiting for n8n', async () => {
		const feishu = await LongConnectionServer.start();
		try {
			const { effects, startTest, close } = await openLongConnection(surroundings, feishu);
			expect(feishu.sockets).toHaveLength(0);
			await startTest();
			const { code, answer } = await feishu.ask(press('event-1'));
			expect([code, answer]).toMatchObject([200, { toast: { content: 'Started' } }]);
			expect(effects.started).toMatchObject([{ event_id: 'event-1' }]);
			await close();
		} finally {
			await feishu.stop();
		}
	});
});
