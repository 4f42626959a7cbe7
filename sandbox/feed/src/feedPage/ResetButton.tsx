import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { useLanguage } from '../appearance/language';
import { Icon } from '../icons';
import { sandbox } from '../sandbox/api';
import { announce } from '../shell/Announcer';
import { showToast } from '../shell/Toast';
import { ResetDialog } from './ResetDialog';

/** Resets the sandbox, after asking. */
export function ResetButton(): JSX.Element {
	const { t } = useLanguage();
	const [isAsking, setAsking] = useState(false);
	const reset = async () => {
		try {
			// Workflows that listen go on listening.
			await sandbox.reset({ keepTokens: true, keepConnections: true, keepCallbacks: true });
			announce(t('resetDone'));
		} catch (error) {
			const message = (error as Error).message;
			showToast({ type: 'error', text: t('actionFailed', { message }) });
		}
	};
	return (
		<>
			<button
				type="button"
				class="icon-button"
				aria-label={t('reset')}
				title={t('reset')}
				data-testid="reset"
				onClick={() => setAsking(true)}
			>
				<Icon name="reset" size={18} />
			</button>
			{isAsking && (
				<ResetDialog
					onClose={() => setAsking(false)}
					onConfirm={() => {
						setAsking(false);
						void reset();
					}}
				/>
			)}
		</>
	);
}
