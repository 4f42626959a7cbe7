import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { resetProcessState } from '../../nodes/shared/primitives/processState';
import { resumeValues } from '../../nodes/shared/sendAndWait/resumeToken';
import { LongConnectionServer } from '../helpers/unit/LongConnectionServer';
import {
	APP_SECRET,
	encryptAndSign,
	openLongConnection,
	receiveByLongConnection,
	receiveByWebhook,
	WebhookTrigger,
} from '../helpers/execution/TriggerInBothWays';
import type { Effects, Surroundings } from '../helpers/execution/TriggerInBothWays';
import { withWebSocket } from '../helpers/execution/webSocketOfNode';

const CREATED_MS = Date.UTC(2026, 10, 22);
const EVENTS = 500;
const EVENTS_OF_A_RUN = 25;

let feishu: LongConnectionServer;
withWebSocket();
beforeEach(async () => (feishu = await LongConnectionServer.start()));
afterEach(async () => {
	await feishu.stop();
	resetProcessState();
});

/** The same events by both ways, each beginning as n8n that has just started. */
async function receiveBothWays(
	bodies: string[],
	surroundings: Surroundings,
): Promise<{ webhook: Effects; longConnection: Effects }> {
	resetProcessState();
	const webhook = await receiveByWebhook(bodies, surroundings);
	resetProcessState();
	const longConnection = await receiveByLongConnection(bodies, surroundings, feishu);
	return { webhook, longConnection };
}

const press = (id: string | undefined, event: object = {}, header: object = {}): string =>
	JSON.stringify({
		schema: '2.0',
		header: {
			event_id: id,
			event_type: 'card.action.trigger',
			create_time: String(CREATED_MS),
			app_id: 'cli_a',
			...header,
		},
		event,
	});

const resumeUrl = (execution: number) =>
	`https://n8n.example.com/webhook-waiting/${execution}?signature=s${execution}`;

/** Small pools, so that values meet the filters and each other. */
const id = fc.integer({ min: 0, max: 60 }).map((number) => `event-${number}`);
const actionValues = fc.constantFrom<IDataObject>(
	{ action: 'clock_in' },
	{ action: 'clock_in', biz_id: 'shift-7' },
	{ action: 'leave', biz_id: 'shift-8' },
	{},
);
const operator = fc.constantFrom({ open_id: 'ou_a' }, { open_id: 'ou_b', user_id: 'b' });
const pressed = fc
	.tuple(id, actionValues, operator)
	.map(([eventId, value, person]) => press(eventId, { operator: person, action: { value } }));
const otherEvent = fc
	.tuple(id, fc.constantFrom('im.message.receive_v1', 'app_ticket'))
	.map(([eventId, event_type]) => press(eventId, { biz_id: 'shift-7' }, { event_type }));
const schemaOne = fc.tuple(id, actionValues).map(([uuid, action_map]) =>
	JSON.stringify({
		uuid,
		ts: '1795318905.2',
		event: { type: 'card.action.trigger', action_map },
	}),
);
const resuming = fc
	.tuple(fc.option(id, { nil: undefined }), fc.integer({ min: 0, max: 3 }), operator, fc.boolean())
	.map(([eventId, execution, person, isProven]) => {
		const card = { bizId: 'leave', afterwards: 'update' as const };
		const secret = isProven ? APP_SECRET : 'of another app';
		const value = resumeValues(resumeUrl(execution), card, secret);
		return press(eventId, { operator: person, action: { value } });
	});
/** An event in its header, and anything at all else. */
const oddShape = fc
	.tuple(id, fc.jsonValue(), fc.jsonValue())
	.map(([eventId, event, operators]) =>
		press(eventId, (event ?? {}) as object, { event_id: eventId, create_time: operators }),
	)
	.filter((body) => typeof (JSON.parse(body) as { header: IDataObject }).header === 'object');
const noEvent = fc.constantFrom('', 'no JSON', '[1]', 'null', '"text"', '{"a":');

const body = fc.oneof(
	{ weight: 5, arbitrary: pressed },
	{ weight: 3, arbitrary: otherEvent },
	{ weight: 1, arbitrary: schemaOne },
	{ weight: 3, arbitrary: resuming },
	{ weight: 2, arbitrary: oddShape },
	{ weight: 1, arbitrary: noEvent },
);
/** Copies, at once and later, beside those that the few IDs bring about. */
const bodies = fc
	.array(fc.tuple(body, fc.option(fc.nat(), { freq: 4, nil: undefined })), {
		minLength: EVENTS_OF_A_RUN,
		maxLength: EVENTS_OF_A_RUN,
	})
	.map((drawn) =>
		drawn.reduce<string[]>((all, [fresh, copy]) => {
			const other = copy === undefined ? undefined : all[copy % (all.length || 1)];
			return [...all, other ?? fresh];
		}, []),
	);

const parameters = fc.record({
	events: fc.constantFrom('buttonPressed', 'any'),
	filters: fc.constantFrom<IDataObject>(
		{},
		{ actionValues: { value: [{ name: 'action', value: 'clock_in' }] } },
		{ bizIds: 'shift-7, shift-9' },
	),
	answer: fc.constantFrom('none', 'toast', 'lastNode'),
	toast: fc.constantFrom<IDataObject>({}, { toast: { content: 'Thanks', type: 'info' } }),
	fallbackToast: fc.constantFrom<IDataObject>({}, { toast: { content: 'Later', zhCn: '稍后' } }),
});

/** What the last node gives, different by event. */
function workflow(item: IDataObject): { json?: unknown; fails?: boolean } {
	const text = String(item.event_id ?? 'none');
	switch (text.length % 2 === 0 ? text.charCodeAt(text.length - 1) % 4 : 0) {
		case 0:
			return { json: { toast: `Done with ${text}` } };
		case 1:
			return { json: { toast: { type: 'warning', content: text, i18n: { zh_cn: '好' } } } };
		case 2:
			return { json: { other: 1 } };
		default:
			return { fails: true };
	}
}

/** n8n's answer, different by execution. */
function resume(url: string): { statusCode: number; body: unknown } {
	switch (Number(/webhook-waiting\/(\d)/.exec(url)?.[1]) % 3) {
		case 0:
			return { statusCode: 200, body: { status: 'recorded', text: 'Approve' } };
		case 1:
			return { statusCode: 200, body: { status: 'closed' } };
		default:
			return { statusCode: 404, body: { message: 'not found' } };
	}
}

/** An event without a valid time gets the time when it came, which differs. */
const withoutArrivalTimes = (effects: Effects): Effects => ({
	...effects,
	started: effects.started.map((item) =>
		Math.abs(Date.parse(String(item.time)) - Date.now()) < 60_000
			? { ...item, time: 'on arrival' }
			: item,
	),
});

describe('the webhook and the long connection', () => {
	it(`start, respond, resume and remember the same, for ${EVENTS} random events`, async () => {
		const counts = { started: 0, resumed: 0, toasts: 0, unwanted: 0 };
		await fc.assert(
			fc.asyncProperty(bodies, parameters, async (events, chosen) => {
				const both = await receiveBothWays(events, { parameters: chosen, workflow, resume });
				const { webhook, longConnection } = both;
				expect(withoutArrivalTimes(longConnection)).toEqual(withoutArrivalTimes(webhook));
				counts.started += webhook.started.length;
				counts.resumed += webhook.resumed.length;
				counts.toasts += webhook.responses.filter(
					(response) => (response as IDataObject)?.toast !== undefined,
				).length;
				counts.unwanted += events.length - webhook.started.length;
			}),
			{ numRuns: EVENTS / EVENTS_OF_A_RUN },
		);
		// Nothing is alike because nothing happened.
		for (const count of Object.values(counts)) expect(count).toBeGreaterThan(0);
	}, 60_000);

	it('remember wanted events only, so that others do not push them out', async () => {
		const wanted = press('wanted', { action: { value: { action: 'clock_in' } } });
		const others = Array.from({ length: 600 }, (_, index) =>
			press(`other-${index}`, {}, { event_type: 'im.message.receive_v1' }),
		);
		const { webhook, longConnection } = await receiveBothWays([wanted, ...others, wanted], {
			parameters: { events: 'buttonPressed', filters: {}, answer: 'none' },
			workflow,
			resume,
		});
		for (const { started, stored } of [webhook, longConnection]) {
			expect(started.map(({ event_id }) => event_id)).toEqual(['wanted']);
			expect(stored).toEqual(['wanted']);
		}
	});

	it.each(['none', 'toast', 'lastNode'])(
		'respond with an error when n8n does not take an event, and start it with its copy (%s)',
		async (answer) => {
			const refuse = (isRefused: () => boolean) => ({
				parameters: { events: 'any', filters: {}, answer },
				workflow: () => ({ json: {} }),
				resume,
				refuses: isRefused,
			});
			// n8n fails twice: the first event and its first copy.
			const failingTwice = () => {
				let left = 2;
				return () => left-- > 0;
			};
			const bodies = [press('lost'), press('lost'), press('lost'), press('lost'), press('next')];
			resetProcessState();
			const webhook = await receiveByWebhook(bodies, refuse(failingTwice()));
			resetProcessState();
			const longConnection = await receiveByLongConnection(bodies, refuse(failingTwice()), feishu);
			expect(webhook.responses.slice(0, 2)).toEqual([503, 503]);
			expect(longConnection.responses.slice(0, 2)).toEqual([500, 500]);
			for (const { started, responses, stored } of [webhook, longConnection]) {
				expect(responses.slice(2).every((response) => typeof response === 'object')).toBe(true);
				expect(started.map(({ event_id }) => event_id)).toEqual(['lost', 'next']);
				expect(stored).toEqual(['lost', 'next']);
			}
		},
	);

	it('do not take an event for a copy that another process of n8n could not hand over', async () => {
		const staticData: IDataObject = {};
		const surroundings = (refuses: () => boolean): Surroundings => ({
			parameters: { events: 'any', filters: {}, answer: 'none' },
			workflow: () => ({}),
			resume,
			refuses,
			staticData,
		});
		await receiveByWebhook(
			[press('first')],
			surroundings(() => false),
		);
		await receiveByWebhook(
			[press('second')],
			surroundings(() => true),
		);
		resetProcessState();
		const { started } = await receiveByWebhook(
			[press('first'), press('second')],
			surroundings(() => false),
		);
		expect(started.map(({ event_id }) => event_id)).toEqual(['second']);
	});

	it('recognise copies of what another process of n8n has taken meanwhile', async () => {
		const staticData: IDataObject = {};
		const surroundings: Surroundings = {
			parameters: { events: 'any', filters: {}, answer: 'none' },
			workflow: () => ({}),
			resume,
			staticData,
		};
		await receiveByWebhook([press('mine')], surroundings);
		// Another process stores what it knows, which is not all.
		staticData.recentEvents = { theirs: Math.floor(Date.now() / 1_000) };
		const { started, stored } = await receiveByWebhook(
			['theirs', 'mine', 'new'].map((eventId) => press(eventId)),
			surroundings,
		);
		expect(started.map(({ event_id }) => event_id)).toEqual(['new']);
		expect(stored.sort()).toEqual(['mine', 'new', 'theirs']);
	});

	it('store all of what comes at the same time, so that a restart forgets none', async () => {
		const ids = Array.from({ length: 50 }, (_, index) => `burst-${index}`);
		const surroundings = (staticData: IDataObject): Surroundings => ({
			parameters: { events: 'any', filters: {}, answer: 'none' },
			workflow: () => ({ takesMs: 20 }),
			resume,
			// One that n8n refuses is not among them, whatever others store meanwhile.
			refuses: ({ event_id }) => event_id === 'burst-7',
			staticData,
		});
		const byWebhook: IDataObject = {};
		const webhook = new WebhookTrigger(surroundings(byWebhook));
		await Promise.all(ids.map(async (id) => await webhook.receive(encryptAndSign(press(id)))));
		resetProcessState();
		const byLongConnection: IDataObject = {};
		const { close } = await openLongConnection(surroundings(byLongConnection), feishu);
		await Promise.all(ids.map(async (id) => await feishu.ask(press(id))));
		await close();
		for (const { recentEvents } of [byWebhook, byLongConnection]) {
			expect(Object.keys(recentEvents as IDataObject).sort()).toEqual(
				ids.filter((id) => id !== 'burst-7').sort(),
			);
		}
	});

	it('know what version 0.1.0 has stored', async () => {
		const { started, stored } = await receiveByWebhook([press('old'), press('new')], {
			parameters: { events: 'any', filters: {}, answer: 'none' },
			workflow: () => ({}),
			resume,
			staticData: { recentEvents: ['older', 'old'] },
		});
		expect(started.map(({ event_id }) => event_id)).toEqual(['new']);
		expect(stored).toEqual(['older', 'old', 'new']);
	});

	it('respond with the fallback toast when the workflow is slower than Feishu waits', async () => {
		const surroundings: Surroundings = {
			parameters: {
				events: 'any',
				filters: {},
				answer: 'lastNode',
				fallbackToast: { toast: { content: 'Later' } },
			},
			workflow: () => ({ json: { toast: 'too late' }, takesMs: 3_500 }),
			resume,
		};
		const { webhook, longConnection } = await receiveBothWays([press('slow')], surroundings);
		expect(webhook.responses).toEqual([{ toast: { type: 'success', content: 'Later' } }]);
		expect(longConnection.responses).toEqual(webhook.responses);
		// What comes later is dropped: the response of either way refuses a second one.
		await new Promise((resolve) => setTimeout(resolve, 1_500));
	});

	it('respond with the fallback toast when n8n does not tell a long connection what a worker gave', async () => {
		const { longConnection } = await receiveBothWays([press('worker')], {
			parameters: {
				events: 'any',
				filters: {},
				answer: 'lastNode',
				fallbackToast: { toast: { content: 'Later' } },
			},
			workflow: () => ({ json: { toast: 'not told' }, ranInWorker: true }),
			resume,
		});
		expect(longConnection.responses).toEqual([{ toast: { type: 'success', content: 'Later' } }]);
	});
});
