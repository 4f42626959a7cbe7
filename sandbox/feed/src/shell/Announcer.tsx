import type { JSX } from 'preact';

import { createStore, useStore } from '../store';

const announcement = createStore({ text: '' });

/** Has screen readers say something. */
export function announce(text: string): void {
	announcement.set({ text });
}

/** What `announce` was told last, for screen readers only. */
export function Announcer(): JSX.Element {
	const current = useStore(announcement, (value) => value);
	return (
		<div class="visually-hidden" aria-live="polite" data-testid="announcer">
			{current.text}
		</div>
	);
}
