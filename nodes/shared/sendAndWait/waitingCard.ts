import { CARD_FIELDS, CARD_LIMITS } from '../validation/cardFields';
import type { AppFeedCard, FeedButton, UpdateCardContent, UserIdType } from '../api/payloads';
import { recipientsListOf } from '../delivery/outcome';
import type { Named } from '../delivery/resolved';
import { shortened } from '../primitives/shortened';

/** What somebody may choose: one button of a card that waits for a response. */
export interface Choice {
	/** What the output calls it. */
	value: string;
	/** What the button says. */
	text: string;
	buttonType: NonNullable<FeedButton['button_type']>;
}

/** Who pressed a button, by the IDs that Feishu or the link gives. */
export type Operator = Partial<Record<UserIdType, string>>;

/** A choice that somebody made. */
export interface GivenResponse {
	value: string;
	text: string;
	operator: Operator;
	/** ISO 8601. */
	time: string;
}

/** A tool call of an AI agent that waits for a human's review. */
export interface ReviewedCall {
	/** What the agent wants to do, in full, as the page behind the card shows it. */
	text: string;
}

/** How the card of one input item waits, and for what. */
export interface WaitingPlan {
	choices: Choice[];
	isApproval: boolean;
	/** A press comes back as Feishu's callback, or the button opens a page of n8n. */
	channel: 'callback' | 'link';
	waitFor: 'first' | 'all';
	/** What happens to the card when it waits no longer. */
	afterwards: 'delete' | 'update';
	/** The second line of a card that was updated; `{answer}` and `{person}` are replaced by the choice and the person. */
	doneText: string;
	/** Milliseconds since 1970; absent when it waits without a limit. */
	deadline?: number;
}

/** The card of one input item, from its creation to its end. Kept by n8n while the execution waits. */
export interface WaitingCard extends WaitingPlan {
	userIdType: UserIdType;
	userIds: string[];
	/** The kinds of those IDs that are of another kind. */
	otherIdTypes?: Record<string, UserIdType>;
	/** The recipients, by ID, who were not, or not only, given as an ID. */
	named?: Array<[userId: string, named: Named]>;
	/** Present when the card asks whether a tool may run. */
	review?: ReviewedCall;
	/** Without its buttons; without a link when that is to show the reviewed call. */
	card: AppFeedCard & { biz_id: string };
	/** The recipients who have the card; absent until it was created. */
	reached?: string[];
	/** Those who have not, and why. */
	failed?: object[];
	/** Why the item failed, when nobody could be reached, or its fields were wrong. */
	error?: string;
	given: GivenResponse[];
	/** The recipients whose card was deleted or updated after it had waited. */
	cleared: string[];
}

/** The kinds of ID that the recipients have; of most cards one. */
function idTypesOf({ userIdType, otherIdTypes = {} }: WaitingCard): Set<UserIdType> {
	return new Set([userIdType, ...Object.values(otherIdTypes)]);
}

/**
 * The operator as a recipient: the ID by which they are one, else that of the type that the recipients have. Version
 * 0.1 also took operators without it, which executions that went to sleep with it may hold.
 */
export function recipientOf(card: WaitingCard, operator: Operator): string | undefined {
	const { userIdType, otherIdTypes, reached } = card;
	if (otherIdTypes !== undefined) {
		const ids = [...idTypesOf(card)].map((type) => operator[type]);
		const own = ids.find((id) => id !== undefined && reached?.includes(id));
		if (own !== undefined) return own;
	}
	return operator[userIdType] ?? operator.open_id ?? operator.union_id ?? operator.user_id;
}

/** True once the card waits for nobody any more. */
export function isOver(card: WaitingCard, now: number): boolean {
	const { reached, deadline, error } = card;
	if (error !== undefined) return true;
	if (reached === undefined) return false;
	return (deadline !== undefined && now >= deadline) || isDecided(card);
}

/** True when there is every response that the card waits for. */
function isDecided(card: WaitingCard): boolean {
	return card.waitFor === 'first' ? card.given.length > 0 : unanswered(card).length === 0;
}

/** The recipients who have the card and have not responded. */
export function unanswered(card: WaitingCard): string[] {
	const responded = new Set(card.given.map(({ operator }) => recipientOf(card, operator)));
	return (card.reached ?? []).filter((userId) => !responded.has(userId));
}

/** What became of a response. */
export type Responded =
	| { status: 'recorded'; card: WaitingCard }
	/** Its person has responded, or the card waits no longer. */
	| { status: 'closed' }
	/** Its person did not get the card. */
	| { status: 'notRecipient' }
	/** Feishu does not tell a kind of ID that recipients have, so nobody knows whether its person is one. */
	| { status: 'unidentified'; userIdType: UserIdType };

/**
 * Takes a response. Only recipients may respond; only the first response of each counts, and none once the card
 * waits no longer.
 *
 * @param now milliseconds since 1970
 */
export function respond(
	card: WaitingCard,
	choice: Choice,
	operator: Operator,
	now: number,
): Responded {
	if (isOver(card, now)) return { status: 'closed' };
	const types = [...idTypesOf(card)];
	const person = types
		.map((type) => operator[type])
		.find((id) => id !== undefined && card.reached?.includes(id));
	if (person === undefined) {
		const untold = types.find((type) => operator[type] === undefined);
		return untold === undefined
			? { status: 'notRecipient' }
			: { status: 'unidentified', userIdType: untold };
	}
	if (!unanswered(card).includes(person)) return { status: 'closed' };
	const { value, text } = choice;
	const response = { value, text, operator, time: new Date(now).toISOString() };
	return { status: 'recorded', card: { ...card, given: [...card.given, response] } };
}

/** The recipients whose card waits for nothing any more, but does not show that yet. */
export function toClear(card: WaitingCard, now: number): string[] {
	const { reached = [], cleared } = card;
	const waiting = isOver(card, now) ? [] : unanswered(card);
	return reached.filter((userId) => !waiting.includes(userId) && !cleared.includes(userId));
}

/** The update that ends a card without saying how: unpinned and without buttons; what it shows besides stays. */
export function unpinnedCard(bizId: string): UpdateCardContent {
	return {
		app_feed_card: { biz_id: bizId, time_sensitive: false },
		update_fields: ['11', '13'],
	};
}

const NO_ANSWER = '未答复 No answer';

/** The update that makes a recipient's card show how it ended: unpinned, without buttons, the choice as its label. */
export function endedCard(card: WaitingCard, userId: string): UpdateCardContent {
	const { given, doneText, choices } = card;
	const own = given.find(({ operator }) => recipientOf(card, operator) === userId);
	const response = own ?? given[0];
	const isFirstChoice = response?.value === choices[0]?.value;
	return {
		app_feed_card: {
			biz_id: card.card.biz_id,
			time_sensitive: false,
			status_label: response
				? {
						text: shortened(response.text, CARD_LIMITS.statusLabelText),
						type: isFirstChoice ? 'success' : 'secondary',
					}
				: { text: NO_ANSWER, type: 'secondary' },
			...(response && {
				preview: shortened(
					doneText
						.replaceAll('{answer}', response.text)
						.replaceAll('{person}', recipientOf(card, response.operator) ?? ''),
					CARD_LIMITS.preview,
				),
			}),
		},
		update_fields: [
			...(response ? [CARD_FIELDS.preview.update.code] : []),
			CARD_FIELDS.status_label.update.code,
			CARD_FIELDS.buttons.update.code,
			CARD_FIELDS.time_sensitive.update.code,
		],
	};
}

/** The output of an item: who chose what, and when; who did not respond, and who was not reached. */
export function responseOf(card: WaitingCard): Record<string, unknown> {
	const {
		given,
		isApproval,
		choices: [first],
		reached = [],
		failed = [],
		named,
		review,
	} = card;
	const isComplete = isDecided(card);
	const values = new Set(given.map(({ value }) => value));
	// Nothing when they differ.
	const [commonValue = null] = values.size === 1 ? values : [];
	const isApproved = isComplete && commonValue !== null && commonValue === first?.value;
	return {
		biz_id: card.card.biz_id,
		data: {
			...(isApproval && { approved: isApproved }),
			answer: commonValue,
			answered: isComplete,
			respondedAt: given.at(-1)?.time ?? null,
		},
		responses: given,
		unanswered: unanswered(card),
		succeeded: reached,
		failed,
		...(named && { recipients: recipientsListOf(new Map(named)) }),
		...(review && !isApproved && { chatInput: refusalOf(card) }),
	};
}

/** Why a reviewed tool does not run, for the agent: n8n reads it as `chatInput`. */
function refusalOf(card: WaitingCard): string {
	const { given, named = [] } = card;
	const names = new Map(named);
	const chosen = given.map((response) => {
		const recipient = recipientOf(card, response.operator) ?? '';
		return `${names.get(recipient)?.recipients[0] ?? recipient} chose ${response.text}`;
	});
	const because = isDecided(card)
		? 'Declined'
		: `No answer: the time limit passed${chosen.length > 0 ? ' before everybody had chosen' : ' and nobody chose'}`;
	return `${[because, ...chosen].join('; ')}. The tool did not run.`;
}
