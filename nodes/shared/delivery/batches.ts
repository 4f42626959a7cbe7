import type { FeedEndpoint } from '../api/endpoints';
import type { UserIdType } from '../api/payloads';

/** What one input item asks Feishu for. */
export interface RecipientRequest {
	userIdType: UserIdType;
	/** Each once. */
	userIds: string[];
	/** What the call says besides its recipients. */
	content: object;
	/** What the calls change, such as a card; a person's card is never changed by two calls at a time. */
	target: string;
	/** What the output names the target by. */
	names: { biz_id?: string; chat_id?: string };
	/** Takes the place of `:feed_card_id` in the endpoint's path. */
	feedCardId?: string;
	/** What the user should know although nothing failed: whole sentences. */
	warnings?: string[];
	/** The content for recipients who are asked for in another way instead (see Operation). */
	fallbackContent?: object;
}

/** One recipient of one input item. */
export interface Entry {
	/** The index of the input item. */
	item: number;
	userId: string;
	/** What the call changes for the recipient, as the request names it. */
	target: string;
	content: object;
}

/** The entries of one call. */
export interface Batch {
	path: string;
	userIdType: UserIdType;
	entries: Entry[];
}

/** A request and the input item that it came from. */
export interface ItemRequest {
	item: number;
	request: RecipientRequest;
}

/**
 * Joins the recipients of many items into full batches, in the order of the items.
 *
 * The batches come in waves: a later wave may begin only when the earlier one is over, which keeps
 * calls that change the same person's card apart and in order. Nearly always there is one wave.
 */
export function toBatches(endpoint: FeedEndpoint, requests: ItemRequest[]): Batch[][] {
	const waves: Wave[] = [];
	const timesSeen = new Map<string, Map<string, number>>();
	// Items that share a card share its content.
	const written = new Map<object, string>();
	const textOf = (content: object) => {
		let text = written.get(content);
		if (text === undefined) written.set(content, (text = JSON.stringify(content)));
		return text;
	};
	for (const { item, request } of requests) {
		const path = endpoint.path.replace(
			':feed_card_id',
			encodeURIComponent(request.feedCardId ?? ''),
		);
		const shared = endpoint.recipientsAs === 'user_ids' ? textOf(request.content) : '';
		const key = [path, request.userIdType, shared].join('\n');
		const target = `${request.userIdType}\n${request.target}`;
		let seen = timesSeen.get(target);
		if (seen === undefined) timesSeen.set(target, (seen = new Map<string, number>()));
		for (const userId of request.userIds) {
			const wave = seen.get(userId) ?? 0;
			seen.set(userId, wave + 1);
			waves[wave] ??= { batches: [], open: new Map() };
			const entry = { item, userId, target: request.target, content: request.content };
			add(waves[wave], key, entry, { path, userIdType: request.userIdType }, endpoint.batchSize);
		}
	}
	return waves.map(({ batches }) => batches);
}

interface Wave {
	batches: Batch[];
	/** The batch that still has room, by what its entries must have in common. */
	open: Map<string, Batch>;
}

function add(
	{ batches, open }: Wave,
	key: string,
	entry: Entry,
	call: Omit<Batch, 'entries'>,
	batchSize: number,
): void {
	const batch = open.get(key);
	if (batch !== undefined && batch.entries.length < batchSize) {
		batch.entries.push(entry);
		return;
	}
	const next = { ...call, entries: [entry] };
	open.set(key, next);
	batches.push(next);
}

/** The body of the call for a batch. */
export function bodyOf(endpoint: FeedEndpoint, entries: Entry[]): object {
	return endpoint.recipientsAs === 'user_ids'
		? { ...entries[0].content, user_ids: entries.map(({ userId }) => userId) }
		: { feed_cards: entries.map(({ userId, content }) => ({ ...content, user_id: userId })) };
}
