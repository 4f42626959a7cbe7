import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';

import { useLanguage } from '../appearance/language';
import { Icon } from '../icons';
import { dismissBanner, feeds, markRead } from '../sandbox/feeds';
import { colleagues, useName } from '../sandbox/people';
import { useStore } from '../store';
import { PersonAvatar } from './Avatar';
import { Banner } from './Banner';
import { FeedList } from './FeedList';
import { PersonPicker } from './PersonPicker';

/** One person's message list with their name above it. */
export function FeedColumn({
	open_id,
	shown,
	onChange,
	onRemove,
}: {
	open_id: string;
	/** All open IDs whose lists are shown. */
	shown: readonly string[];
	/** Somebody else was chosen in their place. */
	onChange(open_id: string): void;
	/** Absent for the only one. */
	onRemove?(): void;
}): JSX.Element {
	const { language, t } = useLanguage();
	const column = useRef<HTMLElement>(null);
	const feed = useStore(feeds, (state) => state.feeds.get(open_id));
	const isUnknown = useStore(feeds, (state) => state.unknown.has(open_id));
	const unread = useStore(feeds, (state) => state.unread);
	const banner = useStore(feeds, (state) => state.banners.get(open_id));
	const department = useStore(
		colleagues,
		(all) => all.find((colleague) => colleague.open_id === open_id)?.department,
	);
	const known = useName(open_id);
	const name = feed?.person.name ?? known ?? (isUnknown ? t('unknownPerson') : '…');
	const label = t('feedOf', { name });
	const total = [...unread]
		.filter(([key]) => key.startsWith(`${open_id}|`))
		.reduce((sum, [, count]) => sum + count, 0);

	const show = (key: string) => {
		const entry = [...(column.current?.querySelectorAll<HTMLElement>('.entry') ?? [])].find(
			(element) => element.dataset.key === key,
		);
		entry?.scrollIntoView({ block: 'nearest' });
		entry?.focus({ preventScroll: true });
		markRead(open_id, key);
	};

	return (
		<section
			ref={column}
			class="feed-column"
			aria-label={label}
			data-testid="feed"
			data-open-id={open_id}
		>
			<header class="feed-header">
				<PersonPicker
					class="person-button"
					label={t('choosePerson', { name })}
					testId="choose-person"
					shown={shown}
					onPick={onChange}
				>
					<PersonAvatar name={isUnknown ? '?' : feed ? name : ' '} small />
					<span class="person-names">
						<span class="person-name">{name}</span>
						{department && <span class="person-department">{department}</span>}
					</span>
					<Icon name="chevron" size={14} />
				</PersonPicker>
				{total > 0 && (
					<span class="badge" data-testid="unread-total">
						<span aria-hidden="true">{total > 99 ? '99+' : total}</span>
						<span class="visually-hidden">{t('unread', { count: total })}</span>
					</span>
				)}
				{onRemove && (
					<button
						type="button"
						class="icon-button"
						aria-label={t('removePerson', { name })}
						title={t('removePerson', { name })}
						data-testid="remove-person"
						onClick={onRemove}
					>
						<Icon name="close" />
					</button>
				)}
			</header>
			<div class="feed-body">
				{banner && (
					<Banner
						key={banner.number}
						notification={banner}
						onShow={() => {
							show(banner.key);
							dismissBanner(banner);
						}}
					/>
				)}
				{isUnknown ? (
					<EmptyState title={t('unknownPerson')} hint={t('unknownPersonHint', { id: open_id })} />
				) : !feed ? (
					<Skeleton label={t('loading')} />
				) : feed.entries.length === 0 ? (
					<EmptyState title={t('noEntries')} hint={t('noEntriesHint')} />
				) : (
					<FeedList
						open_id={open_id}
						entries={feed.entries}
						unread={unread}
						label={label}
						language={language}
						t={t}
					/>
				)}
			</div>
		</section>
	);
}

function EmptyState({ title, hint }: { title: string; hint: string }): JSX.Element {
	return (
		<div class="empty-state">
			<h3>{title}</h3>
			<p>{hint}</p>
		</div>
	);
}

const SKELETON_LINES = [0, 1, 2, 3, 4, 5];

function Skeleton({ label }: { label: string }): JSX.Element {
	return (
		<div class="skeleton" role="status" aria-label={label}>
			{SKELETON_LINES.map((line) => (
				<div key={line} class="skeleton-line">
					<span />
					<span />
					<span />
				</div>
			))}
		</div>
	);
}
