import fc from 'fast-check';
import type { IHttpRequestOptions, ITriggerFunctions, IWebhookFunctions } from 'n8n-workflow';

import { eventTriggerOf } from '../../nodes/FeishuFeedTrigger/event/eventTrigger';
import { handleEvent } from '../../nodes/FeishuFeedTrigger/event/handleEvent';
import { receiveResponse } from '../../nodes/FeishuFeedWait/receiveResponse';
import { resetProcessState } from '../../nodes/shared/primitives/processState';
import { resumeValues } from '../../nodes/shared/sendAndWait/resumeToken';
import { isOver } from '../../nodes/shared/sendAndWait/waitingCard';
import type { WaitingCard } from '../../nodes/shared/sendAndWait/waitingCard';
import type { WaitingState } from '../../nodes/shared/sendAndWait/waitingState';

const HISTORIES = 1_000;

let nowMs = 0;
jest.mock('../../nodes/shared/primitives/waitUntil', () => ({
	...jest.requireActual<object>('../../nodes/shared/primitives/waitUntil'),
	waitUntil: async (timeMs: number) => void (nowMs = Math.max(nowMs, timeMs)),
}));
// Ends have a call to Feishu of their own, which other tests make.
jest.mock('../../nodes/FeishuFeedTrigger/event/endPressedCard', () => ({
	endPressedCard: async () => undefined,
}));

beforeEach(() => void jest.spyOn(Date, 'now').mockImplementation(() => nowMs));
afterEach(() => jest.restoreAllMocks());

const KINDS = ['open_id', 'union_id', 'user_id'] as const;
const CHOICES = ['approve', 'decline'] as const;
/** Two recipients, and one who got no card. */
const PEOPLE = [0, 1, 2].map((person) => ({
	open_id: `ou_${person}`,
	union_id: `on_${person}`,
	user_id: `user_${person}`,
}));

/** What a gateway does to a request: answers in place of n8n, or loses n8n's answer. */
type GatewayFault = { status: number; isDelivered: boolean };

type Step =
	| {
			kind: 'press';
			person: number;
			choice: 0 | 1;
			/** Feishu does not tell this kind of ID. */
			without?: (typeof KINDS)[number];
			/** What becomes of the first requests, in their order. */
			faults: GatewayFault[];
	  }
	/** A copy of an event that came before. */
	| { kind: 'copy'; of: number }
	| { kind: 'restart' }
	| { kind: 'newSecret' }
	| { kind: 'stop' };

const fault = fc.record({
	status: fc.constantFrom(200, 302, 401, 403, 404, 413, 429, 500, 502, 503, 504),
	isDelivered: fc.boolean(),
});
const press = fc.record({
	kind: fc.constant('press' as const),
	person: fc.nat({ max: 2 }),
	choice: fc.constantFrom(0 as const, 1 as const),
	without: fc.option(fc.constantFrom(...KINDS), { nil: undefined, freq: 6 }),
	faults: fc.oneof(
		{ weight: 3, arbitrary: fc.constant<GatewayFault[]>([]) },
		{ weight: 1, arbitrary: fc.array(fault, { minLength: 1, maxLength: 3 }) },
		{ weight: 1, arbitrary: fault.map((one) => Array.from({ length: 30 }, () => one)) },
	),
});
/** Steps that come one after the other; those of one group at the same time. */
const history = fc.record({
	userIdType: fc.constantFrom(...KINDS),
	waitFor: fc.constantFrom('first' as const, 'all' as const),
	groups: fc.array(
		fc.oneof(
			{ weight: 6, arbitrary: fc.array<Step>(press, { minLength: 1, maxLength: 3 }) },
			{
				weight: 2,
				arbitrary: fc.nat({ max: 9 }).map((of): Step[] => [{ kind: 'copy', of }]),
			},
			{ weight: 1, arbitrary: fc.constant<Step[]>([{ kind: 'restart' }]) },
			{ weight: 1, arbitrary: fc.constant<Step[]>([{ kind: 'newSecret' }]) },
			{ weight: 1, arbitrary: fc.constant<Step[]>([{ kind: 'stop' }]) },
		),
		{ minLength: 1, maxLength: 10 },
	),
});

/** An n8n with one execution that waits. What it answers is what the real one answers. */
class FakeN8n {
	appSecret = 'the first secret';
	status: 'waiting' | 'running' | 'success' | 'stopped' = 'waiting';
	readonly started: unknown[] = [];
	readonly warnings: string[] = [];
	readonly url =
		'https://n8n.example.com/webhook-waiting/7/node?card=0&choice=CHOICE&signature=abcCHOICE';
	readonly values: Array<Record<string, string>>;

	constructor(public state: WaitingState) {
		this.values = CHOICES.map((_, choice) =>
			resumeValues(
				this.url.replaceAll('CHOICE', String(choice)),
				{ bizId: 'leave', afterwards: 'delete' },
				this.appSecret,
			),
		);
	}

	get card(): WaitingCard {
		return this.state.cards[0] as WaitingCard;
	}

	/** What the trigger is given. */
	trigger(faults: GatewayFault[]) {
		return eventTriggerOf({
			getNodeParameter: (name: string) => ({ events: 'any', answer: 'none' })[name],
			getCredentials: async () => ({ appSecret: this.appSecret }),
			getWorkflow: () => ({ id: '1' }),
			getNode: () => ({ id: '2' }),
			getMode: () => 'trigger',
			getWorkflowStaticData: () => ({}),
			logger: { warn: (line: string) => void this.warnings.push(line) },
			helpers: {
				httpRequest: async (options: IHttpRequestOptions) => {
					const met = faults.shift();
					const answer = met?.isDelivered === false ? undefined : await this.resume(options);
					return met === undefined ? answer : { statusCode: met.status, body: '<h1>Gateway</h1>' };
				},
			},
		} as unknown as ITriggerFunctions);
	}

	private async resume({ url, body }: IHttpRequestOptions) {
		const said = (statusCode: number, message: string) => ({ statusCode, body: { message } });
		// Two that come at once both read the state before either has changed it.
		const { state, status } = this;
		await Promise.resolve();
		if (status === 'running') return said(409, 'The execution "7" is running already.');
		if (status === 'stopped') return said(409, 'The execution "7" has finished with error.');
		if (status === 'success') return { statusCode: 200, body: '<h1>No action required</h1>' };
		const { pathname, search, searchParams } = new URL(url);
		let statusCode = 200;
		let sent: unknown;
		const response = {
			setHeader: () => response,
			status: (code: number) => ((statusCode = code), response),
			json: (json: unknown) => ((sent = json), response),
		};
		const { webhookResponse, workflowData } = await receiveResponse({
			getNodeParameter: () => structuredClone(state),
			getQueryData: () => Object.fromEntries(searchParams),
			getHeaderData: () => ({}),
			getBodyData: () => body,
			getCredentials: async () => ({ appSecret: this.appSecret }),
			getExecutionId: () => '7',
			getRequestObject: () => ({ method: 'POST', url: pathname + search }),
			getResponseObject: () => response,
		} as unknown as IWebhookFunctions);
		if (workflowData === undefined) return { statusCode, body: sent };
		this.state = workflowData[0]?.[0]?.json as unknown as WaitingState;
		this.status = isOver(this.card, nowMs) ? 'success' : 'waiting';
		return { statusCode: 200, body: webhookResponse };
	}
}

function waitingFor({ userIdType, waitFor }: Pick<WaitingCard, 'userIdType' | 'waitFor'>) {
	const reached = PEOPLE.slice(0, 2).map((person) => person[userIdType]);
	const card: WaitingCard = {
		choices: CHOICES.map((value) => ({ value, text: value, buttonType: 'default' })),
		isApproval: true,
		channel: 'callback',
		waitFor,
		afterwards: 'delete',
		doneText: '',
		userIdType,
		userIds: reached,
		card: { biz_id: 'leave' },
		reached,
		failed: [],
		given: [],
		cleared: [],
	};
	return new FakeN8n({ version: 2, cards: [card], isSent: true } as unknown as WaitingState);
}

describe(`${HISTORIES} random histories of presses, copies, restarts, new secrets, faults and stops`, () => {
	it('count each press of a recipient once, nobody else’s ever, and tell the truth', async () => {
		const told = new Map<string, number>();
		await fc.assert(
			fc.asyncProperty(history, async ({ userIdType, waitFor, groups }) => {
				resetProcessState();
				nowMs += 60_000;
				const n8n = waitingFor({ userIdType, waitFor });
				const events: Array<{ press: Step & { kind: 'press' }; text?: string }> = [];
				let isSecretNew = false;

				const send = async (index: number): Promise<string> => {
					const { press: pressed } = events[index] as (typeof events)[number];
					const operator: Record<string, string> = { ...PEOPLE[pressed.person] };
					if (pressed.without !== undefined) delete operator[pressed.without];
					const response = await handleEvent(
						{
							header: { event_id: `event-${index}`, event_type: 'card.action.trigger' },
							event: { operator, action: { value: n8n.values[pressed.choice] } },
						},
						n8n.trigger([...pressed.faults]),
						{
							start: async (event) => {
								n8n.started.push(event);
							},
							startAndWait: async () => ({ status: 'failed' }),
						},
					);
					return response.toast?.i18n?.en_us ?? 'nothing';
				};

				for (const steps of groups) {
					const before = structuredClone(n8n.card.given);
					const isStopped = n8n.status === 'stopped';
					const presses = steps.filter((step) => step.kind === 'press');
					for (const step of steps) {
						if (step.kind === 'restart') resetProcessState();
						if (step.kind === 'stop' && n8n.status === 'waiting') n8n.status = 'stopped';
						if (step.kind === 'newSecret') {
							n8n.appSecret = 'another secret';
							isSecretNew = true;
						}
						if (step.kind === 'copy' && events.length > 0) {
							const index = step.of % events.length;
							const { press: pressed, text: first } = events[index] as (typeof events)[number];
							const text = await send(index);
							// Somebody who was told of a choice that counts is never told that it does not.
							if (first?.startsWith('Recorded')) {
								const person = PEOPLE[pressed.person]?.[userIdType];
								expect(n8n.card.given.map(({ operator }) => operator[userIdType])).toContain(
									person,
								);
							}
							expect(text).not.toBe('nothing');
						}
					}
					const first = events.length;
					for (const step of presses) events.push({ press: step });
					const texts = await Promise.all(presses.map(async (_, at) => await send(first + at)));
					presses.forEach(({ person, choice, without, faults }, at) => {
						const text = texts[at] as string;
						(events[first + at] as (typeof events)[number]).text = text;
						const name = text.replace(/^Recorded: .*|your \w+_id/, '…');
						told.set(name, (told.get(name) ?? 0) + 1);
						const id = PEOPLE[person]?.[userIdType];
						const own = n8n.card.given.filter(({ operator }) => operator[userIdType] === id);
						const isNew = !before.some(({ operator }) => operator[userIdType] === id);
						const isRecipient = person < 2;
						const isKnown = without !== userIdType;
						if (text.startsWith('Recorded')) {
							expect(isRecipient && isKnown && isNew).toBe(true);
							expect(own.map(({ value }) => value)).toEqual([CHOICES[choice]]);
						} else if (text.startsWith('This can') || text.startsWith('This card')) {
							expect(isSecretNew).toBe(true);
						} else if (text.includes('dealt with already')) {
							expect(isOver(n8n.card, nowMs) || own.length > 0).toBe(true);
						} else if (text.includes('no longer needed')) {
							expect(isStopped).toBe(true);
						} else if (text.includes('not among')) {
							expect(isRecipient).toBe(false);
						} else if (text.includes('cannot see your')) {
							expect(isKnown).toBe(false);
						} else {
							// Told to press again: something was in the way, or another response was on its way.
							expect(text).toContain('press again');
							expect(faults.length > 0 || presses.length > 1).toBe(true);
						}
						// Nothing in the way: a press that can count does.
						const couldCount =
							isRecipient && isKnown && isNew && !isSecretNew && !isStopped && faults.length === 0;
						if (couldCount && presses.length === 1 && before.length === 0) {
							expect(text).toBe(`Recorded: ${CHOICES[choice]}`);
						}
					});
					expect(n8n.card.given.slice(0, before.length)).toEqual(before);
				}
				const people = n8n.card.given.map(({ operator }) => operator[userIdType]);
				expect(new Set(people).size).toBe(people.length);
				expect(n8n.card.reached).toEqual(expect.arrayContaining(people));
				if (waitFor === 'first') expect(people.length).toBeLessThanOrEqual(1);
				expect(n8n.started).toEqual([]);
				for (const line of n8n.warnings) expect(line).not.toMatch(/signature|secret's/);
			}),
			{ numRuns: HISTORIES },
		);
		// All of it happened.
		expect([...told.keys()].sort()).toHaveLength(8);
	}, 120_000);
});
