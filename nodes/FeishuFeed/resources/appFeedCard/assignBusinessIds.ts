import type { CreateCardContent } from '../../../shared/api/payloads';
import type { RecipientRequest, ItemRequest } from '../../../shared/delivery/batches';

/** What an request says of its card; requests for the same card share it. */
type Card = Pick<RecipientRequest, 'content' | 'fallbackContent' | 'names' | 'target'>;

/**
 * Names each card that the user gave no business ID, so that it can be updated and deleted later,
 * and so that Feishu recognises it when a call has to be repeated. Items with equal cards share one,
 * unless a person would get the card twice: that is another card.
 */
export function assignBusinessIds(requests: ItemRequest[], makeId: () => string): void {
	const cards = new Map<string, Array<{ card: Card; userIds: Set<string> }>>();
	for (const { request } of requests) {
		const { userIdType, content, fallbackContent } = request;
		if ((content as CreateCardContent).app_feed_card?.biz_id !== undefined) continue;
		const key = JSON.stringify([userIdType, content, fallbackContent]);
		let equal = cards.get(key);
		if (equal === undefined) cards.set(key, (equal = []));
		let known = equal.find(({ userIds }) => !request.userIds.some((userId) => userIds.has(userId)));
		if (known === undefined) {
			equal.push((known = { card: named(request, makeId()), userIds: new Set() }));
		}
		for (const userId of request.userIds) known.userIds.add(userId);
		Object.assign(request, known.card);
	}
}

function named({ content, fallbackContent, names }: RecipientRequest, bizId: string): Card {
	const withBizId = (unnamed: object) => {
		const { app_feed_card: card, ...rest } = unnamed as CreateCardContent;
		return { app_feed_card: { ...card, biz_id: bizId }, ...rest };
	};
	return {
		content: withBizId(content),
		...(fallbackContent && { fallbackContent: withBizId(fallbackContent) }),
		names: { ...names, biz_id: bizId },
		target: bizId,
	};
}
