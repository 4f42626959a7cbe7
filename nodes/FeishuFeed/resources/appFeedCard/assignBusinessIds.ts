import type { ItemRequest, RecipientRequest } from '../../../shared/delivery/batches';

/** What a request says of its card; requests for the same card share it. */
type Card = Pick<
	RecipientRequest,
	'content' | 'fallbackContent' | 'names' | 'target' | 'ownsBusinessId'
>;

/**
 * Names each card that the user gave no business ID, so that it can be updated and deleted later,
 * and so that Feishu recognises it when a call has to be repeated. Items with equal cards share one,
 * unless a person would get the card twice: that is another card.
 *
 * @param makeId gives the ID of the card that an item is the first to have
 */
export function assignBusinessIds(requests: ItemRequest[], makeId: (item: number) => string): void {
	const cards = new Map<string, Array<{ card: Card; userIds: Set<string> }>>();
	for (const { item, request } of requests) {
		const { userIdType, content, fallbackContent } = request;
		if (!('app_feed_card' in content) || content.app_feed_card.biz_id !== undefined) continue;
		const key = JSON.stringify([userIdType, content, fallbackContent]);
		let equal = cards.get(key);
		if (equal === undefined) cards.set(key, (equal = []));
		let known = equal.find(({ userIds }) => !request.userIds.some((userId) => userIds.has(userId)));
		if (known === undefined) {
			equal.push((known = { card: named(request, makeId(item)), userIds: new Set() }));
		}
		for (const userId of request.userIds) known.userIds.add(userId);
		Object.assign(request, known.card);
	}
}

function named({ content, fallbackContent, names }: RecipientRequest, bizId: string): Card {
	return {
		content: withBusinessId(content, bizId),
		...(fallbackContent && { fallbackContent: withBusinessId(fallbackContent, bizId) }),
		names: { ...names, biz_id: bizId },
		target: bizId,
		ownsBusinessId: true,
	};
}

function withBusinessId<Content extends RecipientRequest['content']>(
	content: Content,
	bizId: string,
): Content {
	return 'app_feed_card' in content
		? { ...content, app_feed_card: { ...content.app_feed_card, biz_id: bizId } }
		: content;
}
