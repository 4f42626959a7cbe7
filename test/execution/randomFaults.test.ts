import fc from 'fast-check';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import type { CardView, Effect, Fault, RecordedRequest } from '../../sandbox/feishu/src/client';
import { RANDOM_SEED } from '../helpers/randomSeed';
import { giveCard } from '../helpers/execution/feedOperations';
import type { Summary } from '../helpers/execution/feedOperations';
import {
	CONTENT,
	INTERNAL_ERRORS,
	OPERATIONS,
	PEOPLE,
	UNCERTAIN,
	isMalformed,
	isNobody,
	randomRun,
} from '../helpers/execution/randomRuns';
import type { RandomItem, RandomRun } from '../helpers/execution/randomRuns';
import type { RunResult } from '../helpers/execution/runNode';
import { withSandbox } from '../helpers/execution/withSandbox';

/**
 * The waits between tries take up to 15 s, which hundreds of runs cannot wait for. Here time passes
 * so many times as fast for all that the node waits for and reads from the clock. The order of what
 * happens stays as it is, and sockets know nothing of it.
 */
const mockSpeed = 200;

jest.mock('n8n-workflow', () => {
	const original = jest.requireActual<typeof import('n8n-workflow')>('n8n-workflow');
	return {
		...original,
		sleep: async (milliseconds: number) => await original.sleep(milliseconds / mockSpeed),
	};
});

jest.setTimeout(300_000);

/** How many runs. A seed repeats them, but what comes first when two things happen at once may differ. */
const RUNS = 500;
const LASTING_RUNS = 250;

const sandbox = withSandbox({ people: PEOPLE });
const { app_id } = SEEDED_APPS.custom;
let openIds: string[];
/** Who is in each of two groups. */
let members: Array<Set<string>>;

beforeAll(async () => {
	const begin = Date.now();
	const mark = performance.now();
	jest.spyOn(Date, 'now').mockImplementation(() => begin + (performance.now() - mark) * mockSpeed);
	openIds = sandbox.openIds(0, PEOPLE);
	members = await Promise.all(
		sandbox.groups
			.slice(0, 2)
			.map(async ({ chat_id }) => new Set((await sandbox.feishu.group(chat_id)).memberOpenIds)),
	);
});

afterAll(() => jest.restoreAllMocks());

/** Feishu's code for a recipient who was not reached. */
type Outcome = 'reached' | string | number;

/** What a run told and did. */
interface Observed {
	/** By item, what was told of each recipient. */
	told: Array<Map<string, Outcome>>;
	/** By item, the card's business ID, the group's chat ID, or the bot's chat. */
	targets: string[];
	requests: RecordedRequest[];
	effects: Effect[];
	cards: CardView[];
	faults: Fault[];
}

const BOT_CHAT = 'bot chat';
const isOfCard = ({ operation }: RandomRun) =>
	OPERATIONS[operation].endpoint.startsWith('appFeedCard');
const makesCards = ({ operation }: RandomRun) => operation === 'create' || operation === 'upsert';
const groupOf = ({ target }: RandomItem) => (target === 'two' ? 1 : 0);
const userIdsOf = ({ recipients }: RandomItem) =>
	recipients.map((recipient) => (typeof recipient === 'number' ? openIds[recipient] : recipient));

/** Create or Update refuses an expression that gives no business ID; it makes cards of its own for an empty field. */
const isUnnamed = ({ operation, items }: RandomRun) =>
	operation === 'upsert' && items.every(({ target }) => target === '');

function bizIdOf(run: RandomRun, { target }: RandomItem): string {
	const mayLackOne = run.operation === 'create' || isUnnamed(run);
	return target === '' && !mayLackOne ? 'one' : target;
}

async function carryOut(run: RandomRun): Promise<Observed> {
	const { feishu } = sandbox;
	await feishu.reset();
	if (isOfCard(run)) {
		for (const [bizId, places] of Object.entries(run.holders)) {
			if (places.length === 0) continue;
			await giveCard(
				sandbox.url,
				feishu,
				bizId,
				places.map((place) => openIds[place]),
			);
		}
	}
	await feishu.changeApp(app_id, { unavailablePeople: run.unavailable.map((at) => openIds[at]) });
	for (const fault of run.faults) await feishu.addFault(fault);
	const bizId = isUnnamed(run) ? '' : '={{ $json.bizId }}';
	const target = { bizId, chatId: '={{ $json.chatId }}' };
	const result = await sandbox.run(
		{
			...OPERATIONS[run.operation].parameters(target),
			...CONTENT[run.operation],
			userIds: '={{ $json.to }}',
			options: run.options,
		},
		{
			onError: 'continueRegularOutput',
			items: run.items.map((item) => ({
				to: userIdsOf(item),
				bizId: bizIdOf(run, item),
				chatId: sandbox.groups[groupOf(item)].chat_id,
				content: item.content,
			})),
		},
	);
	const [requests, effects, cards, faults] = await Promise.all([
		sandbox.requests(),
		feishu.effects(),
		feishu.cards(app_id),
		feishu.faults(),
	]);
	return { ...readResult(run, result), requests, effects, cards, faults };
}

/** What the node told, be it an item for each input item or for each recipient. */
function readResult(run: RandomRun, { outputs, error }: RunResult) {
	if (error) throw error;
	const told = run.items.map(() => new Map<string, Outcome>());
	const targets = run.items.map((item) =>
		isOfCard(run)
			? ''
			: run.operation === 'bot reminder'
				? BOT_CHAT
				: sandbox.groups[groupOf(item)].chat_id,
	);
	const tell = (item: number, userId: string, outcome: Outcome) => {
		if (told[item].has(userId)) throw new Error(`${userId} is told of twice`);
		told[item].set(userId, outcome);
	};
	for (const { json, pairedItem } of outputs[0]) {
		const { item } = pairedItem as { item: number };
		if (isOfCard(run)) targets[item] = json.biz_id as string;
		if ('user_id' in json) {
			const outcome = json.status === 'succeeded' ? 'reached' : ((json.code ?? 'none') as Outcome);
			tell(item, json.user_id as string, outcome);
		} else {
			const { succeeded, failed } = json as unknown as Summary;
			for (const userId of succeeded) tell(item, userId, 'reached');
			for (const { user_id, code } of failed) tell(item, user_id, code ?? 'none');
		}
	}
	return { told, targets };
}

const keyOf = (target: string, userId: string) => `${target} ${userId}`;

/** What a call was to change: for each recipient the card or the chat. */
function changesOf({ operation, path, body }: RecordedRequest): string[] {
	const { app_feed_card, chat_id, user_ids, feed_cards } = body as {
		app_feed_card: { biz_id: string };
		chat_id: string;
		user_ids: string[];
		feed_cards: Array<{ user_id: string; biz_id: string; app_feed_card?: { biz_id: string } }>;
	};
	if (feed_cards) {
		return feed_cards.map((card) => keyOf(card.app_feed_card?.biz_id ?? card.biz_id, card.user_id));
	}
	const target = {
		'appFeedCard.create': app_feed_card?.biz_id,
		'chatButton.update': chat_id,
		'feedCard.patch': path.split('/').at(-1),
		'feedCard.botTimeSentive': BOT_CHAT,
	}[operation as string] as string;
	return user_ids.map((userId) => keyOf(target, userId));
}

/** The card or chat of the person that an effect changed. */
function changedBy({ effect, biz_id, chat_id, open_id }: Effect): string {
	return keyOf(biz_id ?? (effect === 'botReminderSet' ? BOT_CHAT : chat_id!), open_id);
}

/** True when nobody who made this call can know whom it reached. */
function isUncertain(request: RecordedRequest): boolean {
	const { fault, code, responseBody, body } = request;
	const kinds: readonly string[] = UNCERTAIN;
	if (fault && kinds.includes(fault)) return true;
	if (fault === 'gatewayCode') return INTERNAL_ERRORS.includes(code!);
	const { failed_cards = [], failed_user_reasons = [] } =
		(responseBody as { data?: Record<string, Array<{ user_id?: string }>> } | undefined)?.data ??
		{};
	const text = JSON.stringify(body);
	return [...failed_cards, ...failed_user_reasons].some(
		({ user_id }) => !user_id || !text.includes(`"${user_id}"`),
	);
}

/** Cards or chats of people that an attempt concerned of which nobody knows whether it worked. */
const uncertainKeys = ({ requests }: Observed) =>
	new Set(requests.filter(isUncertain).flatMap(changesOf));

/** Who has which card. */
const heldKeys = ({ cards }: Observed) =>
	new Set(cards.flatMap(({ biz_id, holders }) => holders.map((one) => keyOf(biz_id, one.open_id))));

/** What holds of every run, whatever goes wrong in it. */
function expectInvariants(run: RandomRun, observed: Observed): void {
	const { told, targets, requests, effects } = observed;
	run.items.forEach((item, place) => {
		expect([...told[place].keys()].sort()).toEqual(userIdsOf(item).sort());
	});

	const created = effects.filter(({ effect }) => effect === 'cardCreated').map(changedBy);
	expect(new Set(created).size).toBe(created.length);

	const reached = new Set<string>();
	const concerned = new Set<string>();
	told.forEach((outcomes, item) => {
		for (const [userId, outcome] of outcomes) {
			const key = keyOf(targets[item], userId);
			concerned.add(key);
			if (outcome === 'reached') reached.add(key);
		}
	});
	const changed = new Set(effects.map(changedBy));
	const uncertain = uncertainKeys(observed);
	const held = heldKeys(observed);
	const untrue = [...concerned].filter((key) => {
		if (!reached.has(key)) return changed.has(key) && !uncertain.has(key);
		if (changed.has(key)) return false;
		// The first attempt was lost, and what it was to do had been done before the run.
		return !uncertain.has(key) || held.has(key) !== (run.operation === 'create');
	});
	expect(untrue).toEqual([]);
	expect([...changed].filter((key) => !concerned.has(key))).toEqual([]);

	// Whoever the last item tells of as reached has what it asked for.
	const asked = new Map<string, string | undefined>();
	run.items.forEach((item, place) => {
		for (const [userId, outcome] of told[place]) {
			const key = keyOf(targets[place], userId);
			if (outcome !== 'reached') asked.delete(key);
			else asked.set(key, run.operation === 'delete' ? undefined : shownBy(run, item));
		}
	});
	const shown = stateOf(run, observed);
	expect([...asked].filter(([key, content]) => shown.get(key) !== content)).toEqual([]);

	// Calls for the same card or chat of a person come one after the other.
	const overlapping: string[] = [];
	const lastCalls = new Map<string, RecordedRequest>();
	for (const request of requests) {
		for (const key of changesOf(request)) {
			const before = lastCalls.get(key);
			if (before && request.receivedAt < before.answeredAt!) overlapping.push(key);
			lastCalls.set(key, request);
		}
	}
	expect(overlapping).toEqual([]);
}

/** What would happen if the items were carried out one by one, and nothing went wrong. */
function carryOutInMind(run: RandomRun, targets: string[]) {
	/** What each card or chat of a person shows in the end. */
	const state = new Map<string, string>();
	const outcomes = run.items.map(() => new Map<string, Outcome>());
	const unavailable = new Set(run.unavailable.map((at) => openIds[at]));
	const refused = new Set(run.refused.places.map((at) => openIds[at]));
	if (isOfCard(run)) {
		for (const [bizId, places] of Object.entries(run.holders)) {
			for (const place of places) state.set(keyOf(bizId, openIds[place]), '');
		}
	}
	const codeOf = (item: RandomItem, userId: string, key: string): Outcome => {
		if (isMalformed(userId)) return 230001;
		if (refused.has(userId)) return run.refused.code;
		if (isOfCard(run)) {
			if (isNobody(userId)) return '0';
			if (unavailable.has(userId)) return '1';
			if (run.operation === 'create' && state.has(key)) return '4';
			if (!makesCards(run) && !state.has(key)) return '2';
		} else if (isNobody(userId)) return 0;
		else if (run.operation === 'bot reminder') {
			if (unavailable.has(userId)) return 0;
		} else if (!members[groupOf(item)].has(userId)) return 0;
		return 'reached';
	};
	run.items.forEach((item, place) => {
		for (const userId of userIdsOf(item)) {
			const key = keyOf(targets[place], userId);
			const outcome = codeOf(item, userId, key);
			outcomes[place].set(userId, outcome);
			if (outcome !== 'reached') continue;
			if (run.operation === 'delete') state.delete(key);
			else state.set(key, shownBy(run, item));
		}
	});
	return { outcomes, state };
}

/** What a card or chat shows by which the contents are told apart. */
function shownBy({ operation }: RandomRun, { content }: RandomItem): string {
	if (operation === 'updateButtons') return `button ${content}`;
	if (operation.endsWith('reminder')) return String(content > 0);
	return `title ${content}`;
}

/** What every card or chat of a person that this run concerns shows in the end. */
function stateOf(run: RandomRun, { cards, effects, requests }: Observed): Map<string, string> {
	if (isOfCard(run)) {
		return new Map(
			cards.flatMap(({ biz_id, holders }) =>
				holders.map(({ open_id, title }) => [keyOf(biz_id, open_id), title] as const),
			),
		);
	}
	const bodies = new Map(requests.map(({ number, body }) => [number, body]));
	return new Map(
		effects.map((effect) => {
			const { time_sensitive, buttons } = bodies.get(effect.request) as {
				time_sensitive?: boolean;
				buttons?: { buttons: Array<{ text: { text: string } }> };
			};
			return [changedBy(effect), buttons?.buttons[0].text.text ?? String(time_sensitive)];
		}),
	);
}

/** When all faults pass in time, it is as if there had been none. */
function expectNothingLost(run: RandomRun, observed: Observed): void {
	const { outcomes, state } = carryOutInMind(run, observed.targets);
	const uncertain = uncertainKeys(observed);
	observed.told.forEach((told, item) => {
		for (const [userId, outcome] of outcomes[item]) {
			const actual = told.get(userId);
			if (actual === outcome) continue;
			// Feishu tells the same after a lost attempt of ours as if it had been done by another.
			const repeated = { create: '4', delete: '2' }[run.operation as string];
			expect([userId, actual, outcome]).toEqual([userId, 'reached', repeated]);
			const key = keyOf(observed.targets[item], userId);
			expect([key, uncertain.has(key)]).toEqual([key, true]);
			// Whoever made the card, an equal update has made it what this run asked for.
			if (run.operation === 'create') state.set(key, shownBy(run, run.items[item]));
		}
	});
	const sorted = (map: Map<string, string>) =>
		[...map].sort(([one], [other]) => (one < other ? -1 : 1));
	expect(sorted(stateOf(run, observed))).toEqual(sorted(state));
}

/** Counts what happened in all runs, to show that the runs try what they are meant to. */
class Tally {
	private readonly counts = new Map<string, number>();

	count(what: string, times = 1): void {
		this.counts.set(what, this.of(what) + times);
	}

	of(what: string): number {
		return this.counts.get(what) ?? 0;
	}

	countRun(run: RandomRun, { told, requests, faults }: Observed): void {
		this.count('runs');
		this.count(run.operation);
		this.count('calls', requests.length);
		for (const outcomes of told) {
			for (const outcome of outcomes.values()) {
				this.count(outcome === 'reached' ? 'reached' : 'not reached');
			}
		}
		for (const { kind, done } of faults) this.count(kind, done);
	}

	toString(): string {
		return [...this.counts].map(([what, times]) => `${what} ${times}`).join(', ');
	}
}

const FAULT_KINDS = [
	...UNCERTAIN,
	'tooManyRequests',
	'tooManyRequestsAs400',
	'tokenExpired',
	'recipientReason',
	'gatewayCode',
];

function expectVariety(tally: Tally, runs: number): void {
	console.info(`FAST_CHECK_SEED=${RANDOM_SEED}: ${tally}`);
	expect(tally.of('runs')).toBeGreaterThanOrEqual(runs);
	for (const kind of [...FAULT_KINDS, ...Object.keys(OPERATIONS)]) {
		expect([kind, tally.of(kind)]).toEqual([kind, expect.any(Number)]);
		expect(tally.of(kind)).toBeGreaterThan(5);
	}
	expect(tally.of('reached')).toBeGreaterThan(tally.of('not reached') / 10);
}

describe(`random runs (FAST_CHECK_SEED=${RANDOM_SEED})`, () => {
	it(`lose nobody and reach nobody twice when all faults pass, ${RUNS} times`, async () => {
		const tally = new Tally();
		await fc.assert(
			fc.asyncProperty(randomRun(openIds, { lasting: false }), async (run) => {
				const observed = await carryOut(run);
				tally.countRun(run, observed);
				expectInvariants(run, observed);
				expectNothingLost(run, observed);
			}),
			{ numRuns: RUNS },
		);
		expectVariety(tally, RUNS);
	});

	it(`tell what is known of everybody when faults last, ${LASTING_RUNS} times`, async () => {
		const tally = new Tally();
		await fc.assert(
			fc.asyncProperty(randomRun(openIds, { lasting: true }), async (run) => {
				const observed = await carryOut(run);
				tally.countRun(run, observed);
				expectInvariants(run, observed);
			}),
			{ numRuns: LASTING_RUNS },
		);
		expectVariety(tally, LASTING_RUNS);
	});
});
