import type { CreateCardContent } from '../shared/payloads';
import type { ItemAsk } from '../shared/gather';

/**
 * Names each card that the user gave no business ID, so that it can be updated and deleted later,
 * and so that Feishu recognises it when a call has to be repeated. Items with equal cards share one,
 * unless a person would get the card twice: that is another card.
 */
export function nameCards(asks: ItemAsk[], makeId: () => string): void {
	const cards = new Map<string, Array<{ bizId: string; userIds: Set<string> }>>();
	for (const { ask } of asks) {
		const content = ask.content as CreateCardContent;
		if (content.app_feed_card?.biz_id !== undefined) continue;
		const key = `${ask.userIdType}\n${JSON.stringify(content)}`;
		let equal = cards.get(key);
		if (equal === undefined) cards.set(key, (equal = []));
		let card = equal.find(({ userIds }) => !ask.userIds.some((userId) => userIds.has(userId)));
		if (card === undefined) equal.push((card = { bizId: makeId(), userIds: new Set() }));
		for (const userId of ask.userIds) card.userIds.add(userId);
		nameCard(ask, card.bizId);
	}
}

function nameCard(ask: ItemAsk['ask'], bizId: string): void {
	const named = (content: object) => {
		const { app_feed_card: card, ...rest } = content as CreateCardContent;
		return { app_feed_card: { ...card, biz_id: bizId }, ...rest };
	};
	ask.content = named(ask.content);
	if (ask.insteadContent !== undefined) ask.insteadContent = named(ask.insteadContent);
	ask.names = { ...ask.names, biz_id: bizId };
	ask.target = bizId;
}
