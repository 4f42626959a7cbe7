import { fillPath } from '../api/endpoints';
import type { FeedEndpoint } from '../api/endpoints';
import type { FeedContent, UpdateCardContent, UserIdType } from '../api/payloads';
import type { LookUp } from './lookUps';
import type { Resolved } from './resolved';

/** What one input item asks Feishu for. */
export interface RecipientRequest {
	userIdType: UserIdType;
	/** Each once. */
	userIds: string[];
	/** The kinds of those IDs that are of another kind. */
	otherIdTypes?: Record<string, UserIdType>;
	/** What names people otherwise than by their IDs, in the order given. */
	lookUps?: LookUp[];
	/** What the look-ups found, once they were made. */
	resolved?: Resolved;
	/** What the call says besides its recipients. */
	content: FeedContent;
	/** What the calls change, such as a card; a person's card is never changed by two calls at a time. */
	target: string;
	/** What the output names the target by. */
	names: { biz_id?: string; chat_id?: string };
	/** Takes the place of `:feed_card_id` in the endpoint's path. */
	feedCardId?: string;
	/** The content for recipients who are sent to the fallback endpoint (see Destination). */
	fallbackContent?: UpdateCardContent;
	/** True when the node made the business ID itself, so that nobody else can have made a card of it. */
	ownsBusinessId?: boolean;
	/** Recipients for whom an earlier try of the node may have been carried out, although nobody knows. */
	attemptLost?: ReadonlySet<string>;
	/** What the user should know although the item can be sent, each a sentence. */
	warnings?: string[];
}

/** One recipient of one input item. */
export interface Entry {
	/** The index of the input item. */
	item: number;
	userId: string;
	/** What the call changes for the recipient, as the request names it. */
	target: string;
	content: FeedContent;
	ownsBusinessId: boolean;
	/** True after a call of which nobody knows whether Feishu carried it out. */
	isAttemptLost: boolean;
}

/** The entries of one call. */
export interface Batch {
	/** Equal for entries that may share a call. */
	key: string;
	path: string;
	userIdType: UserIdType;
	entries: Entry[];
}

/** A request and the input item that it came from. */
export interface ItemRequest {
	item: number;
	request: RecipientRequest;
}

/** The kind of one of the IDs of a request, or of a card. */
export function idTypeOf(
	{ userIdType, otherIdTypes }: Pick<RecipientRequest, 'userIdType' | 'otherIdTypes'>,
	userId: string,
): UserIdType {
	if (otherIdTypes === undefined || !Object.hasOwn(otherIdTypes, userId)) return userIdType;
	return otherIdTypes[userId] ?? userIdType;
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
	const written = new Map<FeedContent, string>();
	const textOf = (content: FeedContent) => {
		let text = written.get(content);
		if (text === undefined) written.set(content, (text = JSON.stringify(content)));
		return text;
	};
	for (const { item, request } of requests) {
		const { content, ownsBusinessId = false, attemptLost } = request;
		const path = fillPath(endpoint.path, { feed_card_id: request.feedCardId ?? '' });
		const shared = endpoint.recipientsAs === 'user_ids' ? textOf(content) : '';
		const groupOf = (userIdType: UserIdType) => {
			const target = `${userIdType}\n${request.target}`;
			let seen = timesSeen.get(target);
			if (seen === undefined) timesSeen.set(target, (seen = new Map<string, number>()));
			return { seen, call: { key: [path, userIdType, shared].join('\n'), path, userIdType } };
		};
		const groups: Partial<Record<UserIdType, ReturnType<typeof groupOf>>> = {};
		for (const userId of request.userIds) {
			const userIdType = idTypeOf(request, userId);
			const { seen, call } = (groups[userIdType] ??= groupOf(userIdType));
			const index = seen.get(userId) ?? 0;
			seen.set(userId, index + 1);
			const wave = (waves[index] ??= { batches: [], open: new Map() });
			const entry = {
				item,
				userId,
				target: request.target,
				content,
				ownsBusinessId,
				isAttemptLost: attemptLost?.has(userId) ?? false,
			};
			add(wave, entry, call, endpoint.batchSize);
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
	entry: Entry,
	call: Omit<Batch, 'entries'>,
	batchSize: number,
): void {
	const batch = open.get(call.key);
	if (batch !== undefined && batch.entries.length < batchSize) {
		batch.entries.push(entry);
		return;
	}
	const next = { ...call, entries: [entry] };
	open.set(call.key, next);
	batches.push(next);
}

/** Joins what is left of several batches into full ones again. */
export function joinBatches(batches: Batch[], batchSize: number): Batch[] {
	const joined: Wave = { batches: [], open: new Map() };
	for (const { entries, ...call } of batches) {
		for (const entry of entries) add(joined, entry, call, batchSize);
	}
	return joined.batches;
}

/**
 * What all entries of a batch say, if they say the same: whatever Feishu refuses of it, it refuses for everybody.
 *
 * @returns equal for batches with equal content; nothing when the entries differ
 */
export function sharedContentOf({ key, entries }: Batch): string | undefined {
	const [first, ...others] = entries;
	if (first === undefined) return undefined;
	const content = JSON.stringify(first.content);
	const isShared = others.every(
		(other) => other.content === first.content || JSON.stringify(other.content) === content,
	);
	return isShared ? `${key}\n${content}` : undefined;
}

/** The body of the call for a batch. */
export function bodyOf(endpoint: FeedEndpoint, entries: Entry[]): object {
	return endpoint.recipientsAs === 'user_ids'
		? { ...entries[0]?.content, user_ids: entries.map(({ userId }) => userId) }
		: { feed_cards: entries.map(({ userId, content }) => ({ ...content, user_id: userId })) };
}
