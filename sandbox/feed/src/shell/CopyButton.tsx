import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { useLanguage } from '../appearance/language';
import { Icon } from '../icons';
import { announce } from './Announcer';

/** Milliseconds for which it says that it has copied. */
const CONFIRMED_FOR = 1500;

/** Copies a text. */
export function CopyButton({ what, text }: { what: string; text: string }): JSX.Element | null {
	const { t } = useLanguage();
	const [isCopied, setCopied] = useState(false);
	useEffect(() => {
		if (!isCopied) return;
		const timer = setTimeout(() => setCopied(false), CONFIRMED_FOR);
		return () => clearTimeout(timer);
	}, [isCopied]);
	// Browsers let pages copy only over HTTPS and on this machine.
	if (!window.isSecureContext) return null;
	const label = isCopied ? t('copied') : t('copy', { what });
	return (
		<button
			type="button"
			class="icon-button small"
			aria-label={label}
			title={label}
			data-testid="copy"
			onClick={async () => {
				await navigator.clipboard.writeText(text);
				setCopied(true);
				announce(t('copied'));
			}}
		>
			<Icon name={isCopied ? 'check' : 'copy'} size={14} />
		</button>
	);
}
