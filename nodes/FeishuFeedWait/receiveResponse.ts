import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { checkWithAppKeys } from '../shared/api/appKeys';
import { idTypeOf } from '../shared/delivery/batches';
import { readResumeRequest } from '../shared/sendAndWait/resumeToken';
import type { ResumeResponse } from '../shared/sendAndWait/resumeToken';
import { isOver, respond } from '../shared/sendAndWait/waitingCard';
import type { Operator, WaitingCard } from '../shared/sendAndWait/waitingCard';
import { repeatResponse } from './repeatResponse';
import { acquireResponseLock } from './responseLock';
import { languageOf, protectResponse, responsePage } from './responsePage';
import type { PageState } from './responsePage';
import { isTooEarly, thisProcess } from './settle';
import { readWaitingState } from '../shared/sendAndWait/waitingState';

/**
 * Receives a response to a card, from a trigger that received the press or from the page that a link opens.
 * Opening the link only shows the page, since chat apps open links by themselves: its button responds.
 */
export async function receiveResponse(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	protectResponse(context.getResponseObject());
	const state = readWaitingState(context.getNodeParameter('state'));
	const query = context.getQueryData() as Record<string, string>;
	const cardIndex = Number(query.card);
	const card = state.cards[cardIndex];
	if (card?.review && query.choice === undefined) return showReviewedCall(context, card);
	const choice = card?.choices[Number(query.choice)];
	if (card === undefined || choice === undefined) return refuse(context, 404);
	const isLink = card.channel === 'link';
	const operator = isLink
		? { [idTypeOf(card, query.recipient ?? '')]: query.recipient }
		: await operatorOfPress(context);
	if (operator === undefined) return refuse(context, 403);

	const responded = respond(card, choice, operator, Date.now());
	const { status } = responded;
	const page = (show: PageState) =>
		responsePage(show, card.card, choice, languageOf(context.getHeaderData()), card.review);
	const isQuestion = context.getRequestObject().method === 'GET';
	if (isQuestion || responded.status !== 'recorded') {
		const response = context.getResponseObject();
		if (isLink) {
			// A link names a recipient whom the card reached: it is too late at worst.
			const shown = status === 'recorded' ? 'question' : 'closed';
			response.status(200).type('html').send(page(shown));
		} else {
			const body: ResumeResponse = responded.status === 'recorded' ? { status } : responded;
			response.status(isQuestion ? 405 : 200).json(body);
		}
		return { noWebhookResponse: true };
	}
	if (isTooEarly(state, Date.now())) return refuse(context, 409);
	const responses = state.cards.reduce((sum, { given }) => sum + given.length, 0);
	if (!acquireResponseLock(`${context.getExecutionId()} ${responses}`, Date.now()))
		return refuse(context, 409);
	const cards = state.cards.map((other, index) => (index === cardIndex ? responded.card : other));
	const isLast = cards.every((each) => isOver(each, Date.now()));
	if (!isLast) void repeatResponse(context, state.address);
	return {
		webhookResponse: isLink ? page('recorded') : { status, text: choice.text },
		workflowData: [[{ json: { ...state, cards, receivedBy: thisProcess() } }], []],
	};
}

/** Shows the tool call that is reviewed, to whoever opens the card. */
function showReviewedCall(context: IWebhookFunctions, card: WaitingCard): IWebhookResponseData {
	if (context.getRequestObject().method !== 'GET') return refuse(context, 404);
	const state = isOver(card, Date.now()) ? 'closed' : 'review';
	const language = languageOf(context.getHeaderData());
	const page = responsePage(state, card.card, undefined, language, card.review);
	context.getResponseObject().status(200).type('html').send(page);
	return { noWebhookResponse: true };
}

/** Who pressed the button; nothing when the request does not prove that a trigger of the app received the press. */
async function operatorOfPress(context: IWebhookFunctions): Promise<Operator | undefined> {
	const { url } = context.getRequestObject();
	return await checkWithAppKeys(context, ({ appSecret }) =>
		readResumeRequest(context.getBodyData(), url, appSecret),
	);
}

const REFUSALS = {
	403: 'Nothing proves that the response comes from Feishu',
	404: 'There is no such card',
	409: 'Another response is on its way: try again in a moment',
};

function refuse(context: IWebhookFunctions, status: keyof typeof REFUSALS): IWebhookResponseData {
	context.getResponseObject().status(status).json({ error: REFUSALS[status] });
	return { noWebhookResponse: true };
}
