import type { CreateCardContent } from '../../../shared/api/payloads';
import type { Ask, ItemAsk } from '../../../shared/delivery/batches';

/** What an ask says of its card; asks for the same card share it. */
type Card = Pick<Ask, 'content' | 'insteadContent' | 'names' | 'target'>;

/**
 * Names each card that the user gave no business ID, so that it can be updated and deleted later,
 * and so that Feishu recognises it when a call has to be repeated. Items with equal cards share one,
 * unless a person would get the card twice: that is another card.
 */
export function nameCards(asks: ItemAsk[], makeId: () => string): void {
	const cards = new Map<string, Array<{ card: Card; userIds: Set<string> }>>();
	for (const { ask } of asks) {
		const { userIdType, content, insteadContent } = ask;
		if ((content as CreateCardContent).app_feed_card?.biz_id !== undefined) continue;
		const key = JSON.stringify([userIdType, content, insteadContent]);
		let equal = cards.get(key);
		if (equal === undefined) cards.set(key, (equal = []));
		let known = equal.find(({ userIds }) => !ask.userIds.some((userId) => userIds.has(userId)));
		if (known === undefined) {
			equal.push((known = { card: named(ask, makeId()), userIds: new Set() }));
		}
		for (const userId of ask.userIds) known.userIds.add(userId);
		Object.assign(ask, known.card);
	}
}

function named({ content, insteadContent, names }: Ask, bizId: string): Card {
	const withBizId = (unnamed: object) => {
		const { app_feed_card: card, ...rest } = unnamed as CreateCardContent;
		return { app_feed_card: { ...card, biz_id: bizId }, ...rest };
	};
	return {
		content: withBizId(content),
		...(insteadContent && { insteadContent: withBizId(insteadContent) }),
		names: { ...names, biz_id: bizId },
		target: bizId,
	};
}
