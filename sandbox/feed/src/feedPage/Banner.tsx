import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { useLanguage } from '../appearance/language';
import { Icon } from '../icons';
import { dismissBanner, type Notification } from '../sandbox/feeds';
import { useStore } from '../store';
import { isMuted } from './speech';

/** Milliseconds that a banner stays, unless it is pointed at or has the focus. */
const SHOWN_FOR = 6000;

/** A notification as a phone shows it, with what it says aloud. */
export function Banner({
	notification,
	onShow,
}: {
	notification: Notification;
	onShow(): void;
}): JSX.Element {
	const { t } = useLanguage();
	const muted = useStore(isMuted, (value) => value);
	const [isHeld, setHeld] = useState(false);
	useEffect(() => {
		if (isHeld) return;
		const timer = setTimeout(() => dismissBanner(notification), SHOWN_FOR);
		return () => clearTimeout(timer);
	}, [notification, isHeld]);
	const { title, preview, spokenText } = notification;
	return (
		<section
			class="banner"
			aria-label={t('notification')}
			data-testid="banner"
			onPointerEnter={() => setHeld(true)}
			onPointerLeave={() => setHeld(false)}
			onFocusCapture={() => setHeld(true)}
			onBlurCapture={() => setHeld(false)}
		>
			<Icon name="bell" size={18} />
			<div class="banner-texts">
				<p class="banner-title">{title || t('untitled')}</p>
				{preview && <p class="banner-preview">{preview}</p>}
				{spokenText && (
					<p class="banner-spoken" data-testid="spoken">
						<Icon name={muted ? 'mute' : 'sound'} size={14} />
						{t(muted ? 'spokenMuted' : 'spoken', { text: spokenText })}
					</p>
				)}
			</div>
			<button
				type="button"
				class="text-button"
				onClick={() => {
					onShow();
					dismissBanner(notification);
				}}
			>
				{t('showEntry')}
			</button>
			<button
				type="button"
				class="icon-button small"
				aria-label={t('close')}
				onClick={() => dismissBanner(notification)}
			>
				<Icon name="close" size={14} />
			</button>
		</section>
	);
}
