import type { JSX } from 'preact';

import { useLanguage } from '../appearance/language';
import { connectionState } from '../sandbox/connection';
import { useStore } from '../store';

/** Says that the sandbox went away, for as long as it is. */
export function ConnectionBar(): JSX.Element {
	const { t } = useLanguage();
	const isLost = useStore(connectionState, (state) => state === 'lost');
	return (
		<div role="alert" class="connection-bar-place">
			{isLost && (
				<p class="connection-bar" data-testid="connection-lost">
					<span class="spinner" aria-hidden="true" />
					{t('reconnecting')}
				</p>
			)}
		</div>
	);
}
