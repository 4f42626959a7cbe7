import type { JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

import { useLanguage } from '../appearance/language';

/** Asks before everything is reset. */
export function ResetDialog({
	onConfirm,
	onClose,
}: {
	onConfirm(): void;
	onClose(): void;
}): JSX.Element {
	const { t } = useLanguage();
	const id = useId();
	const dialog = useRef<HTMLDialogElement>(null);
	useEffect(() => dialog.current?.showModal(), []);
	return (
		<dialog
			ref={dialog}
			class="dialog"
			aria-labelledby={`${id}-title`}
			aria-describedby={`${id}-text`}
			data-testid="reset-dialog"
			onClose={onClose}
		>
			<h2 id={`${id}-title`}>{t('resetQuestion')}</h2>
			<p id={`${id}-text`}>{t('resetExplanation')}</p>
			<div class="dialog-buttons">
				<button type="button" class="button" onClick={onClose}>
					{t('cancel')}
				</button>
				<button
					type="button"
					class="button primary danger"
					data-testid="reset-confirm"
					onClick={onConfirm}
				>
					{t('resetConfirm')}
				</button>
			</div>
		</dialog>
	);
}
