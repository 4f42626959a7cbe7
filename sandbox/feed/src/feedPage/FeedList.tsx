import { Component, type JSX } from 'preact';

import type { FeedEntry } from '../../../feishu/src/client';
import type { Language, Translate } from '../appearance/language';
import { entryKey } from '../sandbox/entryKey';
import { markRead, unreadKey } from '../sandbox/feeds';
import { Entry } from './Entry';

interface FeedListProperties {
	open_id: string;
	entries: readonly FeedEntry[];
	unread: ReadonlyMap<string, number>;
	label: string;
	language: Language;
	t: Translate;
}

/** How the list was before it changed. */
interface Before {
	scrollTop: number;
	/** Pixels from the top of the list, by entry. */
	tops: ReadonlyMap<string, number>;
	/** What in the list has the focus, and in which entry, from 0. */
	focused?: { element: HTMLElement; place: number };
	/** The entry that stays where it is on the screen; none when the list is scrolled to its top. */
	anchor?: string;
}

const MOVING = { duration: 320, easing: 'cubic-bezier(0.2, 0, 0, 1)' };
const HIGHLIGHTING = { duration: 800, easing: 'ease-out' };

/**
 * A message list. Entries glide to their new places; whoever has scrolled down, or has the focus on
 * an entry, stays with what they look at.
 */
export class FeedList extends Component<FeedListProperties> {
	private list: HTMLElement | null = null;
	private readonly read = (key: string) => markRead(this.props.open_id, key);

	override shouldComponentUpdate(next: FeedListProperties): boolean {
		const { entries, unread, language } = this.props;
		return next.entries !== entries || next.unread !== unread || next.language !== language;
	}

	// By now the properties are the new ones, and the document is still the old one.
	override getSnapshotBeforeUpdate(previous: FeedListProperties): Before | null {
		const { list } = this;
		// Where nothing moves, measuring a long list would take longer than changing it.
		if (!list || isLaidOutAlike(previous.entries, this.props.entries)) return null;
		const element = document.activeElement;
		const isInside = element instanceof HTMLElement && element !== list && list.contains(element);
		return {
			scrollTop: list.scrollTop,
			tops: this.readTops(),
			focused: isInside
				? { element, place: this.elements().findIndex((entry) => entry.contains(element)) }
				: undefined,
			anchor: this.findAnchor(list, new Set(previous.entries)),
		};
	}

	override componentDidUpdate(
		previous: FeedListProperties,
		_state: unknown,
		before: Before | null,
	): void {
		const { list } = this;
		if (!list || previous.entries === this.props.entries) return;
		const moves = !matchMedia('(prefers-reduced-motion: reduce)').matches;
		if (before) {
			const tops = this.readTops();
			if (before.anchor !== undefined) {
				list.scrollTop += tops.get(before.anchor)! - before.tops.get(before.anchor)!;
			}
			if (before.focused) this.keepFocus(before.focused);
			if (moves) this.glide(list, before, tops);
		}
		if (moves) this.highlight(list, new Set(previous.entries));
	}

	override render({
		open_id,
		entries,
		unread,
		label,
		language,
		t,
	}: FeedListProperties): JSX.Element {
		return (
			<ul
				ref={(element) => void (this.list = element)}
				class="feed-list"
				role="list"
				aria-label={label}
				onKeyDown={this.moveFocus}
			>
				{entries.map((entry) => {
					const key = entryKey(entry);
					return (
						<Entry
							key={key}
							entry={entry}
							entryKey={key}
							open_id={open_id}
							unread={unread.get(unreadKey(open_id, key)) ?? 0}
							language={language}
							t={t}
							onRead={this.read}
						/>
					);
				})}
			</ul>
		);
	}

	private readTops(): Map<string, number> {
		const tops = new Map<string, number>();
		for (const element of this.elements()) tops.set(element.dataset.key!, element.offsetTop);
		return tops;
	}

	private elements(): HTMLElement[] {
		return [...(this.list?.children ?? [])] as HTMLElement[];
	}

	/** The first entry on the screen that the update leaves as it is: others may have moved away. */
	private findAnchor(list: HTMLElement, previous: ReadonlySet<FeedEntry>): string | undefined {
		if (list.scrollTop <= 0) return undefined;
		const unchanged = new Set(
			this.props.entries.filter((entry) => previous.has(entry)).map((entry) => entryKey(entry)),
		);
		return this.elements().find(
			({ offsetTop, offsetHeight, dataset }) =>
				offsetTop + offsetHeight > list.scrollTop && unchanged.has(dataset.key!),
		)?.dataset.key;
	}

	/** An element that moves in the document loses the focus; one that goes leaves it to the next. */
	private keepFocus({ element, place }: NonNullable<Before['focused']>): void {
		if (document.activeElement === element) return;
		const elements = this.elements();
		const heir = elements[Math.min(place, elements.length - 1)] as HTMLElement | undefined;
		(element.isConnected ? element : heir)?.focus({ preventScroll: true });
	}

	/** Has entries glide from where they were on the screen to where they are now. */
	private glide(list: HTMLElement, before: Before, tops: ReadonlyMap<string, number>): void {
		const { scrollTop, clientHeight } = list;
		const isNear = (place: number) => place > -clientHeight && place < 2 * clientHeight;
		for (const element of this.elements()) {
			const key = element.dataset.key!;
			const now = tops.get(key)! - scrollTop;
			const topBefore = before.tops.get(key);
			const then = topBefore === undefined ? undefined : topBefore - before.scrollTop;
			if (!isNear(now) && (then === undefined || !isNear(then))) continue;
			if (then === undefined) {
				element.animate([{ opacity: 0, transform: 'translateY(-12px)' }, {}], MOVING);
			} else if (then !== now) {
				element.animate([{ transform: `translateY(${then - now}px)` }, {}], MOVING);
			}
		}
	}

	/** Has new and changed entries light up for a moment. */
	private highlight(list: HTMLElement, previous: ReadonlySet<FeedEntry>): void {
		const colour = getComputedStyle(list).getPropertyValue('--highlight');
		const elements = this.elements();
		this.props.entries.forEach((entry, index) => {
			if (previous.has(entry)) return;
			elements[index].animate([{ backgroundColor: colour }, {}], HIGHLIGHTING);
		});
	}

	private readonly moveFocus = (event: KeyboardEvent): void => {
		const target = event.target as HTMLElement;
		const entry = target.closest<HTMLElement>('.entry');
		if (!entry || event.altKey || event.ctrlKey || event.metaKey) return;
		const elements = this.elements();
		const place = elements.indexOf(entry);
		const wanted: Partial<Record<string, number>> = {
			ArrowDown: place + 1,
			ArrowUp: place - 1,
			PageDown: place + 8,
			PageUp: place - 8,
			Home: 0,
			End: elements.length - 1,
		};
		const next = wanted[event.key];
		if (next !== undefined) {
			event.preventDefault();
			elements[Math.min(Math.max(next, 0), elements.length - 1)].focus();
		} else if (event.key === 'Enter' && target === entry) {
			entry.querySelector<HTMLElement>('.entry-link')?.click();
		}
	};
}

/** Whether every entry stays where it is, and as high as it is. */
function isLaidOutAlike(before: readonly FeedEntry[], now: readonly FeedEntry[]): boolean {
	return (
		before.length === now.length &&
		now.every((entry, index) => {
			const other = before[index];
			return (
				entry === other ||
				(entryKey(entry) === entryKey(other) &&
					entry.buttons.length > 0 === other.buttons.length > 0)
			);
		})
	);
}
