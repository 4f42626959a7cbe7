import type { ITriggerFunctions, IWebhookFunctions } from 'n8n-workflow';

import { DELETE_APP_FEED_CARDS, UPDATE_APP_FEED_CARDS } from '../../shared/api/endpoints';
import { FeishuClient } from '../../shared/api/FeishuClient';
import type { PressedCard } from '../../shared/sendAndWait/resumeToken';
import { unpinnedCard } from '../../shared/sendAndWait/waitingCard';
import type { Operator } from '../../shared/sendAndWait/waitingCard';

/**
 * Ends the card of the person who pressed it, where the execution that would have ended it is gone: removes it,
 * or unpins it and takes its buttons away, as the card says. One call; when it fails, the next press tries again.
 */
export async function endPressedCard(
	context: ITriggerFunctions | IWebhookFunctions,
	{ bizId, afterwards }: PressedCard,
	operator: Operator,
): Promise<void> {
	const [idType, userId] = Object.entries(operator)[0] ?? [];
	if (idType === undefined || userId === undefined) return;
	const isDeleted = afterwards === 'delete';
	const { method, path, scopes } = isDeleted ? DELETE_APP_FEED_CARDS : UPDATE_APP_FEED_CARDS;
	const content = isDeleted ? { biz_id: bizId } : unpinnedCard(bizId);
	let problem: string | undefined;
	try {
		const client = await FeishuClient.open(context);
		const { failure } = await client.call({
			method,
			path,
			scopes,
			query: { user_id_type: idType },
			body: { feed_cards: [{ ...content, user_id: userId }] },
		});
		problem = failure?.reason;
	} catch (error) {
		problem = (error as Error).message;
	}
	if (problem !== undefined) {
		context.logger.warn(
			`Feishu Feed Trigger could not end a card that nobody waits for any more: ${problem}`,
		);
	}
}
