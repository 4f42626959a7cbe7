import { CARD_FIELDS, CARD_LIMITS } from '../validation/cardFields';
import type { AppFeedCard, FeedButton, UpdateCardContent, UserIdType } from '../api/payloads';

/** What somebody may choose: one button of a card that waits for a response. */
export interface Choice {
	/** What the output calls it. */
	value: string;
	/** What the button says. */
	text: string;
	buttonType: NonNullable<FeedButton['button_type']>;
}

/** Who pressed a button, as far as Feishu or the link says. */
export type Operator = Partial<Record<UserIdType, string>>;

/** A choice that somebody made. */
export interface GivenResponse {
	value: string;
	text: string;
	operator: Operator;
	/** ISO 8601. */
	time: string;
}

/** How the card of one input item waits, and for what. */
export interface WaitingPlan {
	choices: Choice[];
	isApproval: boolean;
	/** A press comes back as Feishu's callback, or the button opens a page of n8n. */
	channel: 'callback' | 'link';
	waitFor: 'first' | 'all';
	/** What becomes of the card when it waits no longer. */
	afterwards: 'delete' | 'update';
	/** The second line of a card that was updated; `{answer}` and `{person}` stand for what was chosen, by whom. */
	doneText: string;
	/** Milliseconds since 1970; absent when it waits without end. */
	deadline?: number;
}

/** The card of one input item, from its creation to its end. Kept by n8n while the execution waits. */
export interface WaitingCard extends WaitingPlan {
	userIdType: UserIdType;
	userIds: string[];
	/** Without its buttons. */
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

/** The recipient who is the operator, by the kind of ID that recipients were given as. */
export function recipientOf({ userIdType }: WaitingCard, operator: Operator): string | undefined {
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

/**
 * Takes a response. Only the first one of a person counts, and none once the card waits no longer.
 *
 * @param now milliseconds since 1970
 * @returns the card with the response; nothing when it does not count
 */
export function respond(
	card: WaitingCard,
	choice: Choice,
	operator: Operator,
	now: number,
): WaitingCard | undefined {
	const person = recipientOf(card, operator);
	const hasResponded = card.given.some((given) => recipientOf(card, given.operator) === person);
	if (hasResponded || isOver(card, now)) return undefined;
	const { value, text } = choice;
	const response = { value, text, operator, time: new Date(now).toISOString() };
	return { ...card, given: [...card.given, response] };
}

/** The recipients whose card has nothing to wait for, and shows it not yet. */
export function toClear(card: WaitingCard, now: number): string[] {
	const { reached = [], cleared } = card;
	const waiting = isOver(card, now) ? [] : unanswered(card);
	return reached.filter((userId) => !waiting.includes(userId) && !cleared.includes(userId));
}

const NO_ANSWER = '未答复 No answer';

/** What makes a card of a recipient show how it ended: unpinned, without buttons, with the answer as its label. */
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
						text: cut(response.text, CARD_LIMITS.statusLabelText),
						type: isFirstChoice ? 'success' : 'secondary',
					}
				: { text: NO_ANSWER, type: 'secondary' },
			...(response && {
				preview: cut(
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

function cut(text: string, characters: number): string {
	const all = Array.from(text);
	return all.length <= characters ? text : `${all.slice(0, characters - 1).join('')}…`;
}

/** The output of an item: what was chosen, by whom and when, and who was not reached or did not respond. */
export function responseOf(card: WaitingCard): Record<string, unknown> {
	const {
		given,
		isApproval,
		choices: [first],
		reached = [],
		failed = [],
	} = card;
	const isComplete = isDecided(card);
	const values = new Set(given.map(({ value }) => value));
	const isApproved =
		isComplete && values.size === 1 && first !== undefined && values.has(first.value);
	const last = given.at(-1);
	return {
		biz_id: card.card.biz_id,
		data: {
			...(isApproval && { approved: isApproved }),
			/** What everybody chose who responded, or nothing when they differ. */
			answer: values.size === 1 ? (given[0]?.value ?? null) : null,
			answered: isComplete,
			respondedAt: last?.time ?? null,
		},
		responses: given,
		unanswered: unanswered(card),
		succeeded: reached,
		failed,
	};
}
