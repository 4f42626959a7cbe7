import type { JSX } from 'preact';

import { useLanguage } from '../appearance/language';
import { CopyButton } from '../shell/CopyButton';

/** JSON, indented; text that is none is shown as it is. */
export function Json({ label, value }: { label: string; value: unknown }): JSX.Element {
	const { t } = useLanguage();
	const text = typeof value === 'string' ? value : JSON.stringify(value, undefined, 2);
	return (
		<section class="json">
			<header>
				<h4>{label}</h4>
				{text && <CopyButton what={label} text={text} />}
			</header>
			{text ? (
				// Long lines scroll: the keyboard must reach them.
				<pre tabIndex={0} aria-label={label}>
					{text}
				</pre>
			) : (
				<p class="hint">{t('noBody')}</p>
			)}
		</section>
	);
}
