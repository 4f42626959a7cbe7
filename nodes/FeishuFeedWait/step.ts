import { NodeOperationError, WAIT_INDEFINITELY } from 'n8n-workflow';
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { openRun } from '../shared/delivery/openRun';
import { sendToRecipients } from '../shared/delivery/sendToRecipients';
import type { Destination } from '../shared/delivery/sendToRecipients';
import { CARD_REASON } from '../shared/api/errorCodes';
import { failedJson, failureSentence, failuresOf, summaryOf } from '../shared/delivery/outcome';
import type { ItemResult } from '../shared/delivery/outcome';
import {
	CREATE_APP_FEED_CARD,
	DELETE_APP_FEED_CARDS,
	UPDATE_APP_FEED_CARDS,
} from '../shared/api/endpoints';
import { ALL_UPDATE_FIELDS, parseWholeCard } from '../shared/validation/cardFields';
import type { ItemRequest } from '../shared/delivery/batches';
import type { AppFeedCard, FeedButton, FeedContent } from '../shared/api/payloads';
import { resumeValues } from '../shared/sendAndWait/resumeToken';
import { TENANT_CREDENTIAL } from '../shared/api/tenantCredential';
import type { TenantCredential } from '../shared/api/tenantCredential';
import { endedCard, isOver, responseOf, toClear } from '../shared/sendAndWait/waitingCard';
import type { WaitingCard } from '../shared/sendAndWait/waitingCard';
import { readWaitingState } from '../shared/sendAndWait/waitingState';
import type { WaitingState } from '../shared/sendAndWait/waitingState';

type Part = ItemRequest & { card: WaitingCard };

/**
 * Takes the next step: create the cards, clear those that wait no longer, sleep, or output the results.
 * One of them in a pass, since n8n stores what a node outputs, not what it did.
 *
 * @returns first the state that goes on waiting, second the results: one item for each input item
 * @throws {NodeOperationError} when an item reached nobody, unless items may fail
 */
export async function step(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const state = readWaitingState(context.getInputData()[0]?.json);
	if (!state.isSent) return again(await createCards(context, state));
	const now = Date.now();
	if (state.cards.some((card) => toClear(card, now).length > 0)) {
		return again({ ...state, cards: await clearCards(context, state, now) });
	}
	if (state.cards.every((card) => isOver(card, now))) {
		return [
			[],
			state.cards.map((card, item) => ({ json: jsonOf(card, state), pairedItem: { item } })),
		];
	}
	const deadlines = state.cards
		.filter((card) => !isOver(card, now))
		.map(({ deadline }) => deadline ?? Infinity);
	const next = Math.min(...deadlines);
	await context.putExecutionToWait(Number.isFinite(next) ? new Date(next) : WAIT_INDEFINITELY);
	return again(state);
}

function again(state: WaitingState): INodeExecutionData[][] {
	return [[{ json: { ...state }, pairedItem: { item: 0 } }], []];
}

function jsonOf(card: WaitingCard, { onFailure }: WaitingState): IDataObject {
	const { error, reached, failed } = card;
	if (error === undefined) return responseOf(card) as IDataObject;
	const summary =
		reached === undefined && failed === undefined
			? undefined
			: { biz_id: card.card.biz_id, succeeded: reached ?? [], failed };
	return failedJson(error, onFailure === 'tellErrorOutput', summary as IDataObject);
}

async function createCards(context: IExecuteFunctions, state: WaitingState): Promise<WaitingState> {
	const { appSecret } = await context.getCredentials<TenantCredential>(TENANT_CREDENTIAL);
	const open = state.cards.filter(({ error }) => error === undefined);
	const parts = open.flatMap((card) =>
		card.channel === 'callback'
			? [{ card, userIds: card.userIds, asRecipient: {} }]
			: // A link tells who opened it, so each recipient gets buttons of their own.
				card.userIds.map((recipient) => ({
					card,
					userIds: [recipient],
					asRecipient: { recipient },
				})),
	);
	const requests = parts.map(({ card, userIds, asRecipient }, item): Part => {
		const pressed = { bizId: card.card.biz_id, afterwards: card.afterwards };
		const buttons = card.choices.map(({ text, buttonType }, choice): FeedButton => {
			const url = context.getSignedResumeUrl({
				card: String(state.cards.indexOf(card)),
				choice: String(choice),
				...asRecipient,
			});
			const common = { text: { text }, button_type: buttonType };
			return card.channel === 'link'
				? { ...common, action_type: 'url_page', multi_url: { url } }
				: { ...common, action_type: 'webhook', action_map: resumeValues(url, pressed, appSecret) };
		});
		const content: AppFeedCard = {
			// A card without a link shows the call that it asks about.
			link: { link: context.getSignedResumeUrl({ card: String(state.cards.indexOf(card)) }) },
			...card.card,
			time_sensitive: true,
			buttons: { buttons },
		};
		parseWholeCard(content, '', () => 'The address of n8n (WEBHOOK_URL), for a link,');
		const { item: index, request } = requestOf(item, card, userIds, { app_feed_card: content });
		const fallbackContent = { app_feed_card: content, update_fields: [...ALL_UPDATE_FIELDS] };
		return { card, item: index, request: { ...request, fallbackContent } };
	});
	const outcomes = await callAndJoin(
		context,
		state,
		{
			endpoint: CREATE_APP_FEED_CARD,
			// An equal update makes a card of which it is unknown whether this attempt made it the one that waits.
			fallback: {
				reason: CARD_REASON.duplicate,
				endpoint: UPDATE_APP_FEED_CARDS,
				when: 'attemptLost',
			},
		},
		requests,
	);
	const cards = state.cards.map((card) => {
		const result = outcomes.get(card);
		if (result === undefined) return card;
		const { succeeded, failed } = summaryOf(result) as { succeeded: string[]; failed: object[] };
		const error =
			succeeded.length === 0 ? failureSentence(CREATE_APP_FEED_CARD.purpose, result) : undefined;
		// Those who were not found are told of from the beginning.
		const notReached = [...(card.failed ?? []), ...failed];
		return {
			...card,
			reached: succeeded,
			failed: notReached,
			...(error !== undefined && { error }),
		};
	});
	const failure = cards.find(({ error }) => error !== undefined)?.error;
	if (failure !== undefined && state.onFailure === 'stop') {
		// Nobody is to wait for an execution that fails.
		const ended = cards.map((card) => ({ ...card, error: failure, afterwards: 'delete' as const }));
		await clearCards(context, { ...state, cards: ended }, Date.now());
		throw new NodeOperationError(context.getNode(), failure);
	}
	return { ...state, cards, isSent: true };
}

/** Deletes the cards that wait no longer, or makes them show how it ended. */
async function clearCards(
	context: IExecuteFunctions,
	state: WaitingState,
	now: number,
): Promise<WaitingCard[]> {
	const ending = (afterwards: WaitingCard['afterwards']) =>
		state.cards.filter((card) => card.afterwards === afterwards);
	let item = 0;
	const toDelete = ending('delete').map((card): Part => {
		const content = { biz_id: card.card.biz_id };
		return { card, ...requestOf(item++, card, toClear(card, now), content) };
	});
	const toUpdate = ending('update').flatMap((card) =>
		toClear(card, now).map((userId): Part => {
			const content = endedCard(card, userId);
			return { card, ...requestOf(item++, card, [userId], content) };
		}),
	);
	const outcomes = new Map([
		...(await callAndJoin(context, state, { endpoint: DELETE_APP_FEED_CARDS }, toDelete)),
		...(await callAndJoin(context, state, { endpoint: UPDATE_APP_FEED_CARDS }, toUpdate)),
	]);
	return state.cards.map((card) => {
		const result = outcomes.get(card);
		if (result === undefined) return card;
		const failures = failuresOf(result);
		if (failures.length > 0) {
			// The response counts all the same, and nobody can respond to the card any more.
			context.logger.warn(
				`Feishu Feed: ${failureSentence('end a card that was responded to', result)}`,
			);
		}
		return { ...card, cleared: [...card.cleared, ...result.outcomes.keys()] };
	});
}

function requestOf(
	item: number,
	card: WaitingCard,
	userIds: string[],
	content: FeedContent,
): ItemRequest {
	const {
		userIdType,
		otherIdTypes,
		card: { biz_id: bizId },
	} = card;
	return {
		item,
		request: {
			userIdType,
			userIds,
			...(otherIdTypes && { otherIdTypes }),
			content,
			target: bizId,
			names: { biz_id: bizId },
		},
	};
}

/** Calls Feishu for parts of cards; gives what became of each card as a whole. */
async function callAndJoin(
	context: IExecuteFunctions,
	{ delivery }: WaitingState,
	destination: Destination,
	parts: Part[],
): Promise<Map<WaitingCard, ItemResult>> {
	const joined = new Map<WaitingCard, ItemResult>();
	const asked = parts.filter(({ request }) => request.userIds.length > 0);
	if (asked.length === 0) return joined;
	const run = await openRun(context, delivery);
	const results = await sendToRecipients(context, destination, asked, delivery, run);
	for (const { item, card } of asked) {
		const { names, outcomes } = results.get(item) as ItemResult;
		const before = joined.get(card)?.outcomes ?? [];
		joined.set(card, {
			names,
			outcomes: new Map([...before, ...outcomes]),
			...(card.named && { named: new Map(card.named) }),
		});
	}
	return joined;
}
