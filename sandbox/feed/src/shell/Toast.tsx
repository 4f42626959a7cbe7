import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { useLanguage } from '../appearance/language';
import { Icon, type IconName } from '../icons';
import { createStore, useStore } from '../store';

/** A short message over the page. */
export interface ToastMessage {
	type: 'info' | 'success' | 'warning' | 'error';
	text: string;
	/** For developers, below the text: why it went wrong. */
	hint?: string;
	action?: { text: string; press(): void };
	/** Where it is centred, in pixels from the left; by default in the middle of the page. */
	centre?: number;
}

const current = createStore<ToastMessage | undefined>(undefined);

/** Shows a toast, in place of the one before. */
export function showToast(toast: ToastMessage): void {
	current.set(toast);
}

/** Milliseconds that a toast stays; one with more to read stays longer. */
const SHORT = 4000;
const LONG = 15_000;
const ICONS: Record<ToastMessage['type'], IconName> = {
	info: 'info',
	success: 'check',
	warning: 'warning',
	error: 'warning',
};

/** The place of toasts; there at all times, so that screen readers notice what comes into it. */
export function Toast(): JSX.Element {
	const { t } = useLanguage();
	const toast = useStore(current, (value) => value);
	useEffect(() => {
		if (!toast) return;
		const timer = setTimeout(() => current.set(undefined), toast.hint ? LONG : SHORT);
		return () => clearTimeout(timer);
	}, [toast]);
	return (
		<div
			role="status"
			class="toast-place"
			data-testid="toast"
			style={{ '--centre': toast?.centre === undefined ? undefined : `${toast.centre}px` }}
		>
			{toast && (
				<div class={`toast toast-${toast.type}`} data-type={toast.type}>
					<Icon name={ICONS[toast.type]} size={18} />
					<div class="toast-texts">
						<p class="toast-text">{toast.text}</p>
						{toast.hint && (
							<p class="toast-hint" data-testid="toast-hint">
								<strong>{t('forDevelopers')}</strong> {toast.hint}
							</p>
						)}
						{toast.action && (
							<button
								type="button"
								class="text-button"
								onClick={() => {
									toast.action!.press();
									current.set(undefined);
								}}
							>
								{toast.action.text}
							</button>
						)}
					</div>
					<button
						type="button"
						class="icon-button small"
						aria-label={t('close')}
						onClick={() => current.set(undefined)}
					>
						<Icon name="close" size={14} />
					</button>
				</div>
			)}
		</div>
	);
}
