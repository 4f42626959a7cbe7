import type { JSX } from 'preact';

import type { StartPage } from '../../../feishu/src/client';
import { useLanguage } from '../appearance/language';
import { Icon } from '../icons';
import { CopyButton } from '../shell/CopyButton';
import { Copyable } from './Copyable';

/** n8n's address and login; or how to have n8n, when the sandbox runs alone. */
export function N8nPanel({ n8n }: { n8n: StartPage['n8n'] }): JSX.Element {
	const { t } = useLanguage();
	if (n8n) {
		return (
			<section class="n8n-panel" aria-labelledby="n8n" data-testid="n8n">
				<h2 id="n8n">{t('n8nTitle')}</h2>
				<p class="hint">{t('n8nLogin')}</p>
				<dl>
					<Copyable what={t('email')} text={n8n.email} />
					<Copyable what={t('password')} text={n8n.password} />
				</dl>
				<a class="button" href={n8n.url} target="_blank" rel="noopener noreferrer">
					<Icon name="open" />
					{t('n8nOpen')}
					<span class="visually-hidden"> {t('opensInNewTab')}</span>
				</a>
			</section>
		);
	}
	return (
		<section class="n8n-panel" aria-labelledby="n8n" data-testid="n8n-missing">
			<h2 id="n8n">{t('n8nMissing')}</h2>
			<p class="hint">{t('n8nMissingHint')}</p>
			<p class="command">
				<code>npm start</code>
				<CopyButton what="npm start" text="npm start" />
			</p>
		</section>
	);
}
