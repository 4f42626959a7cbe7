import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import type { FeedEntry } from '../../../feishu/src/client';
import { useLanguage } from '../appearance/language';
import { showToast } from '../shell/Toast';
import { addressOf, press } from './pressing';

/** The buttons of a card or chat: links, or callbacks that show that they are under way. */
export function EntryButtons({
	open_id,
	entry,
	onUse,
}: {
	open_id: string;
	entry: FeedEntry;
	/** One was pressed. */
	onUse(): void;
}): JSX.Element | null {
	const { language, t } = useLanguage();
	const [pressing, setPressing] = useState<ReadonlySet<number>>(new Set());
	if (entry.buttons.length === 0) return null;

	const call = async (place: number, target: HTMLElement) => {
		if (pressing.has(place)) return;
		onUse();
		setPressing((before) => new Set(before).add(place));
		const { left, width } = (
			target.closest('[data-testid="feed"]') ?? target
		).getBoundingClientRect();
		await press({ open_id, entry, place, language, centre: left + width / 2 });
		setPressing((before) => new Set([...before].filter((other) => other !== place)));
	};

	return (
		<div class="entry-buttons">
			{entry.buttons.map((button, place) => {
				const { action_type, text, button_type = 'default' } = button;
				const style = `feed-button feed-button-${button_type}`;
				const address = action_type === 'url_page' ? addressOf(button) : undefined;
				const words = <span class="feed-button-text">{text.text}</span>;
				if (address !== undefined) {
					return (
						<a
							key={place}
							class={style}
							href={address}
							target="_blank"
							rel="noopener noreferrer"
							title={text.text}
							onClick={onUse}
						>
							{words}
							<span class="visually-hidden"> {t('opensInNewTab')}</span>
						</a>
					);
				}
				const isPressing = pressing.has(place);
				return (
					<button
						key={place}
						type="button"
						class={style}
						title={text.text}
						aria-busy={isPressing}
						onClick={(event) => {
							if (action_type === 'webhook') void call(place, event.currentTarget);
							else showToast({ type: 'warning', text: t('noAddress') });
						}}
					>
						{words}
						{isPressing && <span class="spinner" aria-hidden="true" />}
					</button>
				);
			})}
		</div>
	);
}
