import type { Effect, FeedEntry, Person } from '../../../feishu/src/client';
import { createStore } from '../store';
import { sandbox } from './api';
import { entryKey } from './entryKey';

/** A person's message list as the page knows it. */
export interface LiveFeed {
	person: Person;
	/** From top to bottom. An entry that did not change is the same object as before. */
	entries: readonly FeedEntry[];
}

/** A notification that a phone shows. */
export interface Notification {
	/** The effect's number. */
	number: number;
	open_id: string;
	key: string;
	title: string;
	preview: string;
	spokenText?: string;
}

export interface FeedsState {
	/** By open ID; those who are not in it are still being read. */
	feeds: ReadonlyMap<string, LiveFeed>;
	/** IDs that are nobody's. */
	unknown: ReadonlySet<string>;
	/** Notifications that were not looked at, by open ID and entry. */
	unread: ReadonlyMap<string, number>;
	/** The newest notification of each open ID, until it is put away. */
	banners: ReadonlyMap<string, Notification>;
}

export const feeds = createStore<FeedsState>({
	feeds: new Map(),
	unknown: new Set(),
	unread: new Map(),
	banners: new Map(),
});

/** What `unread` counts by. */
export function unreadKey(open_id: string, key: string): string {
	return `${open_id}|${key}`;
}

let stale = new Set<string>();
let ringing: Effect[] = [];
let reading: Promise<void> | undefined;

/** Reads these people's message lists; what changes meanwhile is read after that, in one go. */
export function readFeeds(people: Iterable<string>, notifications: readonly Effect[] = []): void {
	for (const open_id of people) stale.add(open_id);
	ringing.push(...notifications);
	reading ??= readStale().finally(() => (reading = undefined));
}

/** Called with every notification, once its card is known. */
export const notificationListeners = new Set<(notifications: readonly Notification[]) => void>();

/** Marks an entry as looked at. */
export function markRead(open_id: string, key: string): void {
	const state = feeds.get();
	const unread = unreadKey(open_id, key);
	if (!state.unread.has(unread)) return;
	const remaining = new Map(state.unread);
	remaining.delete(unread);
	feeds.set({ ...state, unread: remaining });
}

/** Puts the banner of a person away, if it is still this one. */
export function dismissBanner({ open_id, number }: Notification): void {
	const state = feeds.get();
	if (state.banners.get(open_id)?.number !== number) return;
	const banners = new Map(state.banners);
	banners.delete(open_id);
	feeds.set({ ...state, banners });
}

async function readStale(): Promise<void> {
	while (stale.size > 0 || ringing.length > 0) {
		const people = [...stale];
		const effects = ringing;
		stale = new Set();
		ringing = [];
		if (people.length > 0) {
			try {
				takeOver(await sandbox.feeds(people));
			} catch {
				// The sandbox went away: all is read again when it is back.
				return;
			}
		}
		if (effects.length > 0) ring(effects);
	}
}

function takeOver(answer: Awaited<ReturnType<typeof sandbox.feeds>>): void {
	const state = feeds.get();
	const next = new Map(state.feeds);
	const unread = new Map(state.unread);
	for (const { person, entries } of answer.feeds) {
		const before = next.get(person.open_id);
		next.set(person.open_id, { person, entries: keepUnchanged(before?.entries ?? [], entries) });
		forgetGone(unread, person.open_id, entries);
	}
	feeds.set({
		...state,
		feeds: next,
		unread,
		unknown: new Set([...state.unknown, ...answer.unknown]),
	});
}

function keepUnchanged(before: readonly FeedEntry[], now: readonly FeedEntry[]): FeedEntry[] {
	const known = new Map(before.map((entry) => [entryKey(entry), entry]));
	return now.map((entry) => {
		const old = known.get(entryKey(entry));
		return old && textOf(old) === textOf(entry) ? old : entry;
	});
}

const entryTexts = new WeakMap<FeedEntry, string>();

/** The entry as text; made once, since a list of a thousand is compared on each change. */
function textOf(entry: FeedEntry): string {
	let text = entryTexts.get(entry);
	if (text === undefined) entryTexts.set(entry, (text = JSON.stringify(entry)));
	return text;
}

function forgetGone(
	unread: Map<string, number>,
	open_id: string,
	entries: readonly FeedEntry[],
): void {
	if (unread.size === 0) return;
	const present = new Set(entries.map((entry) => unreadKey(open_id, entryKey(entry))));
	for (const key of unread.keys()) {
		if (key.startsWith(`${open_id}|`) && !present.has(key)) unread.delete(key);
	}
}

function ring(effects: readonly Effect[]): void {
	const state = feeds.get();
	const unread = new Map(state.unread);
	const banners = new Map(state.banners);
	const notifications: Notification[] = [];
	for (const { number, open_id, app_id, biz_id, spokenText } of effects) {
		const key = entryKey({ app_id, biz_id });
		const entry = state.feeds
			.get(open_id)
			?.entries.find((candidate) => entryKey(candidate) === key);
		// It may be gone again already.
		if (!entry) continue;
		const { title, preview } = entry;
		const notification = { number, open_id, key, title, preview, spokenText };
		notifications.push(notification);
		banners.set(open_id, notification);
		const counted = unreadKey(open_id, key);
		unread.set(counted, (unread.get(counted) ?? 0) + 1);
	}
	feeds.set({ ...state, unread, banners });
	for (const listener of notificationListeners) listener(notifications);
}
