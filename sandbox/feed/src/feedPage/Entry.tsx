import { Component, type JSX } from 'preact';

import type { FeedEntry } from '../../../feishu/src/client';
import type { Language, Translate } from '../appearance/language';
import { Icon } from '../icons';
import { EntryAvatar } from './Avatar';
import { EntryButtons } from './EntryButtons';
import { formatTime } from './formatTime';

export interface EntryProperties {
	entry: FeedEntry;
	entryKey: string;
	open_id: string;
	unread: number;
	language: Language;
	t: Translate;
	onRead(key: string): void;
}

/** One line of a message list. Rendered again only when something in it changed. */
export class Entry extends Component<EntryProperties> {
	override shouldComponentUpdate(next: EntryProperties): boolean {
		const { entry, unread, language } = this.props;
		return next.entry !== entry || next.unread !== unread || next.language !== language;
	}

	override render({
		entry,
		entryKey,
		open_id,
		unread,
		language,
		t,
		onRead,
	}: EntryProperties): JSX.Element {
		const { kind, biz_id, chat_id, preview, time_sensitive, link, buttons } = entry;
		const title = entry.title || t('untitled');
		const id = `${open_id}/${entryKey}`;
		const titleId = `${id}/title`;
		const previewId = `${id}/preview`;
		const markRead = () => onRead(entryKey);
		return (
			<li
				class={`entry ${time_sensitive ? 'pinned' : ''} ${buttons.length > 0 ? 'with-buttons' : ''}`}
				tabIndex={0}
				aria-labelledby={titleId}
				aria-describedby={previewId}
				data-testid="entry"
				data-key={entryKey}
				data-kind={kind}
				data-biz-id={biz_id}
				data-chat-id={chat_id}
				data-pinned={time_sensitive}
				onClick={markRead}
			>
				<span class="entry-avatar">
					<EntryAvatar entry={entry} />
					{unread > 0 && (
						<span class="badge" data-testid="unread">
							<span aria-hidden="true">{unread > 99 ? '99+' : unread}</span>
							<span class="visually-hidden">{t('unread', { count: unread })}</span>
						</span>
					)}
				</span>
				<div class="entry-first">
					<h3 class="entry-title" id={titleId} title={title}>
						{link ? (
							<a
								class="entry-link"
								href={link}
								target="_blank"
								rel="noopener noreferrer"
								// Enter on the entry opens it: one stop of the Tab key is enough.
								tabIndex={-1}
							>
								{title}
								<span class="visually-hidden"> {t('opensInNewTab')}</span>
							</a>
						) : (
							title
						)}
					</h3>
					{kind === 'botChat' && <span class="tag">{t('bot')}</span>}
					{time_sensitive && <PinMark isCard={kind === 'appFeedCard'} t={t} />}
					<LabelOrTime entry={entry} language={language} t={t} />
				</div>
				<p class="entry-preview" id={previewId} title={preview}>
					{preview}
				</p>
				<EntryButtons open_id={open_id} entry={entry} onUse={markRead} />
			</li>
		);
	}
}

function PinMark({ isCard, t }: { isCard: boolean; t: Translate }): JSX.Element {
	const name = t(isCard ? 'pinned' : 'instantReminder');
	return (
		<span class="pin-mark" role="img" aria-label={name} title={name} data-testid="pin">
			<Icon name={isCard ? 'pin' : 'bell'} size={14} />
		</span>
	);
}

/** A label takes the place of the time. */
function LabelOrTime({
	entry: { status_label, displayTime },
	language,
	t,
}: {
	entry: FeedEntry;
	language: Language;
	t: Translate;
}): JSX.Element {
	if (status_label) {
		const { type, text } = status_label;
		return (
			<span class={`label label-${type}`} title={text} data-testid="label" data-label-type={type}>
				{text}
			</span>
		);
	}
	const date = new Date(displayTime);
	return (
		<time class="entry-time" dateTime={date.toISOString()} data-testid="time">
			{formatTime(displayTime, Date.now(), language, t)}
		</time>
	);
}
