import type { JSX } from 'preact';

import type { App, StartPage } from '../../../feishu/src/client';
import { useLanguage } from '../appearance/language';
import { Icon } from '../icons';
import { CopyButton } from '../shell/CopyButton';

/** n8n's address and login; or how to have n8n, when the sandbox runs alone. */
export function N8nPanel({
	n8n,
	apps,
}: {
	n8n: StartPage['n8n'];
	apps: readonly App[];
}): JSX.Element {
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
	const app = apps.find(({ type }) => type === 'custom');
	return (
		<section class="n8n-panel" aria-labelledby="n8n" data-testid="n8n-missing">
			<h2 id="n8n">{t('n8nMissing')}</h2>
			<p class="hint">{t('n8nMissingHint')}</p>
			<p class="command">
				<code>npm start</code>
				<CopyButton what="npm start" text="npm start" />
			</p>
			{app && (
				<>
					<p class="hint">{t('ownN8n')}</p>
					<dl>
						<Copyable what="Base URL" text={location.origin} />
						<Copyable what="App ID" text={app.app_id} />
						<Copyable what="App Secret" text={app.app_secret} />
					</dl>
				</>
			)}
		</section>
	);
}

function Copyable({ what, text }: { what: string; text: string }): JSX.Element {
	return (
		<div class="copyable">
			<dt>{what}</dt>
			<dd>
				<code>{text}</code>
				<CopyButton what={what} text={text} />
			</dd>
		</div>
	);
}
