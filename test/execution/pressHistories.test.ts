import fc from 'fast-check';
import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { receiveResponse } from '../../nodes/FeishuFeedWait/receiveResponse';
import { resetProcessState } from '../../nodes/shared/primitives/processState';
import { resumeValues } from '../../nodes/shared/sendAndWait/resumeToken';
import { isOver } from '../../nodes/shared/sendAndWait/waitingCard';
import type { WaitingCard } from '../../nodes/shared/sendAndWait/waitingCard';
import type { WaitingState } from '../../nodes/shared/sendAndWait/waitingState';
import {
	encryptAndSign,
	openLongConnection,
	signOldCallback,
	VERIFICATION_TOKEN,
	WebhookTrigger,
} from '../helpers/execution/TriggerInBothWays';
import type {
	CallbackRequest,
	HttpAnswer,
	Surroundings,
} from '../helpers/execution/TriggerInBothWays';
import { withWebSocket } from '../helpers/execution/webSocketOfNode';
import { LongConnectionServer } from '../helpers/unit/LongConnectionServer';

const HISTORIES = 1_000;

const realNow = Date.now;
/** How far the pauses between two attempts, which are not waited for, have moved the clock. */
let skippedMs = 0;
jest.mock('../../nodes/shared/primitives/waitUntil', () => {
	const actual = jest.requireActual<typeof import('../../nodes/shared/primitives/waitUntil')>(
		'../../nodes/shared/primitives/waitUntil',
	);
	return {
		...actual,
		waitUntil: async (timeMs: number, signal?: AbortSignal) => {
			const remainingMs = timeMs - Date.now();
			if (signal !== undefined || remainingMs > 200) return await actual.waitUntil(timeMs, signal);
			skippedMs += Math.max(0, remainingMs);
		},
	};
});
// Ends have a call to Feishu of their own, which other tests make.
jest.mock('../../nodes/FeishuFeedTrigger/event/endPressedCard', () => ({
	endPressedCard: async () => undefined,
}));

withWebSocket();
beforeEach(() => void jest.spyOn(Date, 'now').mockImplementation(() => realNow() + skippedMs));
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

/** How Feishu sends an event. */
interface Form {
	/** Without one, two presses cannot be told from a copy. */
	hasId: boolean;
	/** The old callback, which comes over the webhook only. */
	isOld: boolean;
	valuesAsJson: boolean;
	/** Two copies come at the same time. */
	isTwice: boolean;
	/** In how many frames it comes over the long connection. */
	frames: number;
}

/** A press on a card that waits. */
interface Press extends Form {
	kind: 'press';
	person: number;
	choice: 0 | 1;
	/** Feishu does not tell this kind of ID. */
	without?: (typeof KINDS)[number];
	/** What becomes of the first requests, in their order. */
	faults: GatewayFault[];
}

/** A press that starts the workflow, if the filter of the trigger wants it. */
interface Start extends Form {
	kind: 'start';
	isWanted: boolean;
	/** How often n8n fails to store the execution. */
	refusals: number;
}

type Step =
	| Press
	| Start
	/** A copy of an event that came before, signed anew or as it was; the gateway does this to it. */
	| { kind: 'copy'; of: number; isSignedAnew: boolean; faults: GatewayFault[] }
	| { kind: 'restart' }
	| { kind: 'newSecret' }
	| { kind: 'stop' };

const fault = fc.record({
	status: fc.constantFrom(200, 302, 401, 403, 404, 413, 429, 500, 502, 503, 504),
	isDelivered: fc.boolean(),
});
const faults = fc.oneof(
	{ weight: 3, arbitrary: fc.constant<GatewayFault[]>([]) },
	{ weight: 1, arbitrary: fc.array(fault, { minLength: 1, maxLength: 3 }) },
	{ weight: 1, arbitrary: fault.map((one) => Array.from({ length: 30 }, () => one)) },
);
const sometimes = fc.nat({ max: 5 }).map((number) => number === 5);
const form = {
	hasId: sometimes.map((isAbsent) => !isAbsent),
	isOld: sometimes,
	valuesAsJson: sometimes,
	isTwice: sometimes,
	frames: fc.integer({ min: 1, max: 3 }),
};
const press = fc.record<Press>({
	...form,
	kind: fc.constant('press'),
	person: fc.nat({ max: 2 }),
	choice: fc.constantFrom(0, 1),
	without: fc.option(fc.constantFrom(...KINDS), { nil: undefined, freq: 6 }),
	faults,
});
const start = fc.record<Start>({
	...form,
	// Nothing tells whether one that has none is a copy.
	hasId: fc.constant(true),
	isOld: fc.constant(false),
	kind: fc.constant('start'),
	isWanted: fc.nat({ max: 3 }).map((number) => number > 0),
	refusals: fc.constantFrom(0, 0, 0, 1, 2),
});
const copy = fc.record({
	kind: fc.constant('copy' as const),
	of: fc.nat({ max: 9 }),
	isSignedAnew: fc.boolean(),
	faults,
});
const alone = (kind: 'restart' | 'newSecret' | 'stop') => fc.constant<Step[]>([{ kind }]);
/** Steps that come one after the other; those of one group at the same time. */
const history = fc.record({
	userIdType: fc.constantFrom(...KINDS),
	waitFor: fc.constantFrom('first' as const, 'all' as const),
	groups: fc.array(
		fc.oneof(
			{
				weight: 6,
				arbitrary: fc.array<Step>(
					fc.oneof({ weight: 3, arbitrary: press }, { weight: 1, arbitrary: start }),
					{ minLength: 1, maxLength: 3 },
				),
			},
			{ weight: 3, arbitrary: copy.map((one): Step[] => [one]) },
			...(['restart', 'newSecret', 'stop'] as const).map((kind) => ({
				weight: 1,
				arbitrary: alone(kind),
			})),
		),
		{ minLength: 1, maxLength: 10 },
	),
});

/** An n8n with one execution that waits. What it answers is what the real one answers. */
class FakeN8n {
	appSecret = 'the first secret';
	status: 'waiting' | 'running' | 'success' | 'stopped' = 'waiting';
	readonly warnings: string[] = [];
	readonly url =
		'https://n8n.example.com/webhook-waiting/7/node?card=0&choice=CHOICE&signature=abcCHOICE';
	readonly values: Array<Record<string, string>>;
	/** What the gateway does to the next requests, by what is in them. */
	readonly faults = new Map<string, GatewayFault[]>();
	/** How often n8n still fails to store the execution of an event. */
	readonly refusals = new Map<string, number>();
	readonly surroundings: Surroundings;

	constructor(public state: WaitingState) {
		this.values = CHOICES.map((_, choice) =>
			resumeValues(
				this.url.replaceAll('CHOICE', String(choice)),
				{ bizId: 'leave', afterwards: 'delete' },
				this.appSecret,
			),
		);
		this.surroundings = {
			parameters: {
				events: 'buttonPressed',
				filters: { actionValues: { value: [{ name: 'action', value: 'clock_in' }] } },
				answer: 'toast',
				toast: { toast: { content: 'Started' } },
			},
			workflow: () => ({ json: {} }),
			resume: async (url, body) => await this.throughGateway(url, body),
			refuses: (item) => {
				const id = String(item.event_id);
				const left = this.refusals.get(id) ?? 0;
				this.refusals.set(id, left - 1);
				return left > 0;
			},
			staticData: {},
			credential: () => ({ appSecret: this.appSecret, verificationToken: VERIFICATION_TOKEN }),
			warn: (line) => void this.warnings.push(line),
		};
	}

	get card(): WaitingCard {
		return this.state.cards[0] as WaitingCard;
	}

	/** @returns by what the gateway tells the requests of a press apart */
	static faultsKey(url: string, operator: unknown): string {
		const entries = Object.entries(operator as object).sort();
		return JSON.stringify([new URL(url).searchParams.get('choice'), entries]);
	}

	private async throughGateway(url: string, body: unknown): Promise<HttpAnswer> {
		const { operator } = body as IDataObject;
		const met = this.faults.get(FakeN8n.faultsKey(url, operator))?.shift();
		const answer = met?.isDelivered === false ? undefined : await this.resume(url, body);
		return met === undefined
			? (answer as HttpAnswer)
			: { statusCode: met.status, body: '<h1>Gateway</h1>' };
	}

	private async resume(url: string, body: unknown): Promise<HttpAnswer> {
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
			// Not the trigger's: another process may receive the response, and know other keys for a while.
			getNode: () => ({ credentials: { feishuTenantApi: { id: 'of-another-process' } } }),
			getExecutionId: () => '7',
			getRequestObject: () => ({ method: 'POST', url: pathname + search }),
			getResponseObject: () => response,
		} as unknown as IWebhookFunctions);
		if (workflowData === undefined) return { statusCode, body: sent };
		this.state = workflowData[0]?.[0]?.json as unknown as WaitingState;
		this.status = isOver(this.card, Date.now()) ? 'success' : 'waiting';
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

/** An event as Feishu has it. */
interface SentEvent {
	step: Press | Start;
	id: string;
	body: object;
	isOld: boolean;
	/** The request of the first copy over the webhook. */
	request?: CallbackRequest;
	/** What each copy was told. */
	told: string[];
}

/** A trigger that receives events one way. */
interface OpenTrigger {
	/** Sends an event. @returns the toast's English text, `nothing`, or `error` */
	send: (event: SentEvent, isSignedAnew: boolean) => Promise<string>;
	started: () => IDataObject[];
	close: () => Promise<void>;
}

const WAYS = {
	webhook: {
		hasOldCallback: true,
		open: async (surroundings: Surroundings): Promise<OpenTrigger> => {
			const trigger = new WebhookTrigger(surroundings);
			return {
				send: async (event, isSignedAnew) => {
					const body = JSON.stringify(event.body);
					const sign = event.isOld ? signOldCallback : encryptAndSign;
					const first = (event.request ??= sign(body));
					const { status, json } = await trigger.receive(isSignedAnew ? sign(body) : first);
					expect([200, 500, 503]).toContain(status);
					return status === 200 ? textOf(json) : 'error';
				},
				started: () => trigger.effects.started,
				close: async () => undefined,
			};
		},
	},
	'long connection': {
		hasOldCallback: false,
		open: async (
			surroundings: Surroundings,
			feishu: LongConnectionServer,
		): Promise<OpenTrigger> => {
			const { effects, close } = await openLongConnection(surroundings, feishu);
			return {
				send: async ({ body, step: { frames } }) => {
					const { code, answer } = await feishu.ask(body, { sum: frames });
					return code === 200 ? textOf(answer) : 'error';
				},
				started: () => effects.started,
				close,
			};
		},
	},
};

function textOf(response: unknown): string {
	const { toast } = response as { toast?: { content: string; i18n?: { en_us: string } } };
	return toast?.i18n?.en_us ?? toast?.content ?? 'nothing';
}

/** The event of a press, in the form that it is to have. */
function eventOf(step: Press | Start, index: number, n8n: FakeN8n, isOld: boolean): SentEvent {
	const operator: Record<string, string> = { ...PEOPLE[step.kind === 'press' ? step.person : 0] };
	if (step.kind === 'press' && step.without !== undefined) delete operator[step.without];
	const values =
		step.kind === 'press'
			? n8n.values[step.choice]
			: { action: step.isWanted ? 'clock_in' : 'clock_out' };
	const value = step.valuesAsJson ? JSON.stringify(values) : values;
	const id = `event-${index}`;
	const header = {
		...(step.hasId && { event_id: id }),
		event_type: 'card.action.trigger',
		token: VERIFICATION_TOKEN,
		app_id: 'cli_a',
	};
	const body = isOld
		? { ...operator, tenant_key: 'tenant', token: 'c-card', action: { value, tag: 'button' } }
		: { schema: '2.0', header, event: { operator, action: { value, tag: 'button' } } };
	return { step, id, body, isOld, told: [] };
}

describe.each(Object.keys(WAYS) as Array<keyof typeof WAYS>)(
	`${HISTORIES} random histories of presses, copies, restarts, new secrets, faults and stops over the %s`,
	(name) => {
		const way = WAYS[name];
		let feishu: LongConnectionServer;
		beforeAll(async () => {
			feishu = await LongConnectionServer.start();
			feishu.clientConfig = { ...feishu.clientConfig, PingInterval: 100_000 };
		});
		afterAll(async () => await feishu.stop());

		it('count each press of a recipient once, nobody else’s ever, and tell the truth', async () => {
			const told = new Map<string, number>();
			await fc.assert(
				fc.asyncProperty(history, async ({ userIdType, waitFor, groups }) => {
					resetProcessState();
					const n8n = waitingFor({ userIdType, waitFor });
					const events: SentEvent[] = [];
					const started: IDataObject[] = [];
					let isSecretNew = false;
					let trigger = await way.open(n8n.surroundings, feishu);
					const close = async () => {
						await trigger.close();
						started.push(...trigger.started());
					};
					const send = async (event: SentEvent, isSignedAnew: boolean, met: GatewayFault[]) => {
						const { step } = event;
						if (step.kind === 'press') {
							// As the trigger passes it on: the old callback has the IDs beside the action.
							const operator: Record<string, string> = { ...PEOPLE[step.person] };
							if (step.without !== undefined) delete operator[step.without];
							const url = n8n.values[step.choice]?.n8n_resume_url as string;
							n8n.faults.set(FakeN8n.faultsKey(url, operator), [...met]);
						}
						return await trigger.send(event, isSignedAnew);
					};

					/** Checks what was told of a press on the card that waits. */
					const checkPress = (
						{ person, choice, without }: Press,
						text: string,
						{
							before,
							wasOver,
							wasStopped,
							met,
							isAlone,
							earlier,
						}: {
							before: WaitingCard['given'];
							wasOver: boolean;
							wasStopped: boolean;
							met: GatewayFault[];
							isAlone: boolean;
							/** What copies of the event were told. */
							earlier: string[];
						},
					) => {
						const topic = text.replace(/^Recorded: .*|your \w+_id/, '…');
						told.set(topic, (told.get(topic) ?? 0) + 1);
						const id = PEOPLE[person]?.[userIdType];
						const own = n8n.card.given.filter(({ operator }) => operator[userIdType] === id);
						const isNew = !before.some(({ operator }) => operator[userIdType] === id);
						const isRecipient = person < 2;
						const isKnown = without !== userIdType;
						if (text.startsWith('Recorded')) {
							expect(isRecipient && isKnown).toBe(true);
							expect(own.map(({ value }) => value)).toEqual([CHOICES[choice]]);
							expect(text).toBe(`Recorded: ${CHOICES[choice]}`);
							// Only a copy may be told again.
							expect(isNew || earlier.includes(text)).toBe(true);
						} else if (text.startsWith('This can') || text.startsWith('This card')) {
							expect(isSecretNew).toBe(true);
						} else if (text.includes('dealt with already')) {
							expect(isOver(n8n.card, Date.now()) || own.length > 0).toBe(true);
						} else if (text.includes('no longer needed')) {
							expect(wasStopped).toBe(true);
						} else if (text.includes('not among')) {
							expect(isRecipient).toBe(false);
						} else if (text.includes('cannot see your')) {
							expect(isKnown).toBe(false);
						} else {
							// Told to press again: something was in the way, or another response was on its way.
							expect(text).toContain('press again');
							expect(met.length > 0 || !isAlone).toBe(true);
						}
						// Nothing in the way: a press that can count does, and so does a copy of one that did not.
						const canCount =
							isRecipient && isKnown && isNew && !isSecretNew && !wasStopped && !wasOver;
						if (canCount && isAlone && met.length === 0) {
							expect(text).toBe(`Recorded: ${CHOICES[choice]}`);
						}
					};

					try {
						for (const steps of groups) {
							for (const step of steps) {
								if (step.kind === 'restart') {
									await close();
									resetProcessState();
									trigger = await way.open(n8n.surroundings, feishu);
								}
								if (step.kind === 'stop' && n8n.status === 'waiting') n8n.status = 'stopped';
								if (step.kind === 'newSecret') {
									n8n.appSecret = 'another secret';
									isSecretNew = true;
								}
							}
							const before = structuredClone(n8n.card.given);
							const wasOver = isOver(n8n.card, Date.now());
							const wasStopped = n8n.status === 'stopped';
							n8n.faults.clear();
							// A database that fails does so for all that come at the same moment: docs/trigger.md says what is lost if not.
							const refusals = Math.max(
								...steps.map((step) => (step.kind === 'start' ? step.refusals : 0)),
							);
							const sent = steps.flatMap((step) => {
								if (step.kind === 'copy') {
									const event = events[step.of % Math.max(1, events.length)];
									return event === undefined ? [] : [{ event, ...step, isTwice: false }];
								}
								if (step.kind !== 'press' && step.kind !== 'start') return [];
								const isOld = step.isOld && way.hasOldCallback;
								const event = eventOf(step, events.length, n8n, isOld);
								events.push(event);
								if (step.kind === 'start') n8n.refusals.set(event.id, refusals);
								const met = step.kind === 'press' ? step.faults : [];
								return [{ event, isSignedAnew: false, faults: met, isTwice: step.isTwice }];
							});
							const copies = sent.flatMap((one) => (one.isTwice ? [one, one] : [one]));
							const texts = await Promise.all(
								copies.map(
									async ({ event, isSignedAnew, faults: met }) =>
										await send(event, isSignedAnew, met),
								),
							);
							copies.forEach(({ event, faults: met }, at) => {
								const text = texts[at] as string;
								const isAlone =
									copies.filter((other) => other.event.step.kind === 'press').length < 2;
								if (event.step.kind === 'press') {
									const earlier = [
										...event.told,
										...texts.filter((_, other) => other !== at && copies[other]?.event === event),
									];
									checkPress(event.step, text, {
										before,
										wasOver,
										wasStopped,
										met,
										isAlone,
										earlier,
									});
								}
							});
							copies.forEach(({ event }, at) => event.told.push(texts[at] as string));
							expect(n8n.card.given.slice(0, before.length)).toEqual(before);
						}
					} finally {
						await close();
					}
					const people = n8n.card.given.map(({ operator }) => operator[userIdType]);
					expect(new Set(people).size).toBe(people.length);
					expect(n8n.card.reached).toEqual(expect.arrayContaining(people));
					if (waitFor === 'first') expect(people.length).toBeLessThanOrEqual(1);
					// Workflows are started once for each wanted press that n8n took, and for nothing else.
					const wanted = events.filter(({ step }) => step.kind === 'start' && step.isWanted);
					const taken = wanted.filter((event) => event.told.some((text) => text !== 'error'));
					expect(started.map((item) => item.event_id).sort()).toEqual(
						taken.map(({ id }) => id).sort(),
					);
					for (const { step, told: texts } of events) {
						if (step.kind !== 'start') continue;
						for (const text of texts) {
							const topic = `start: ${text}`;
							told.set(topic, (told.get(topic) ?? 0) + 1);
						}
						if (!step.isWanted) expect(new Set(texts)).toEqual(new Set(['nothing']));
						else expect(texts.filter((text) => text === 'Started').length).toBeLessThanOrEqual(1);
						if (step.isWanted && texts.some((text) => text !== 'error')) {
							expect(texts.find((text) => text !== 'error')).toBeDefined();
							expect(texts).toContain('Started');
						}
					}
					for (const line of n8n.warnings) expect(line).not.toMatch(/signature|secret's/);
				}),
				{ numRuns: HISTORIES },
			);
			// All of it happened.
			expect([...told.keys()].sort()).toHaveLength(11);
		}, 300_000);
	},
);
