import { translate } from '../appearance/language';
import { entryKey } from '../sandbox/entryKey';
import { feeds, type LiveFeed } from '../sandbox/feeds';
import { announce } from '../shell/Announcer';

/** Has screen readers say which entries have just been pinned. */
export function announceNewlyPinned(): void {
	let before = feeds.get().feeds;
	feeds.subscribe(() => {
		const now = feeds.get().feeds;
		if (now === before) return;
		const texts = [...now].flatMap(([open_id, feed]) => {
			const known = before.get(open_id);
			// Those that were there when the list was opened are no news.
			return known && known !== feed ? newlyPinned(known, feed) : [];
		});
		before = now;
		if (texts.length > 0) announce(texts.join(' '));
	});
}

function newlyPinned(before: LiveFeed, now: LiveFeed): string[] {
	const pinned = new Set(before.entries.filter(isPinned).map((entry) => entryKey(entry)));
	return now.entries
		.filter((entry) => isPinned(entry) && !pinned.has(entryKey(entry)))
		.map(({ title, preview }) => translate('newPinned', { name: now.person.name, title, preview }));
}

function isPinned({ time_sensitive }: LiveFeed['entries'][number]): boolean {
	return time_sensitive;
}
