import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import type { App, Person, StartPage } from '../../../feishu/src/client';
import { useLanguage } from '../appearance/language';
import { sandbox } from '../sandbox/api';
import { listen } from '../sandbox/connection';
import { Announcer } from '../shell/Announcer';
import { ConnectionBar } from '../shell/ConnectionBar';
import { LanguageSwitch, ThemeSwitch } from '../shell/Switches';
import { AppPanel } from './AppPanel';
import { N8nPanel } from './N8nPanel';
import { ScenarioCard, TemplateCard } from './ScenarioCard';

interface Known {
	startPage: StartPage;
	app?: App;
	/** Somebody to send a first card to. */
	person?: Person;
}

/** The way in: what this is, n8n, and each scenario with what to press first. */
export function StartPageView(): JSX.Element {
	const { t } = useLanguage();
	const [known, setKnown] = useState<Known>();
	const title = t('startTitle');

	useEffect(() => {
		document.title = title;
	}, [title]);
	useEffect(() => {
		const read = async () => {
			const [startPage, apps, people] = await Promise.all([
				sandbox.startPage(),
				sandbox.apps(),
				sandbox.people({ limit: 1, offset: 1 }),
			]);
			const app = apps.find(({ type }) => type === 'custom');
			setKnown({ startPage, app, person: people[0] });
		};
		// When the sandbox goes away the bar says so, and all is read again when it is back.
		return listen([], () => void read().catch(() => undefined));
	}, []);

	const scenarios = known?.startPage.scenarios.filter(({ kind }) => kind === 'scenario') ?? [];
	const templates = known?.startPage.scenarios.filter(({ kind }) => kind === 'template') ?? [];
	return (
		<div class="page start-page">
			<header class="toolbar">
				<span class="brand">
					<img src="/favicon.svg" alt="" width="28" height="28" />
					<span class="brand-name">{t('product')}</span>
				</span>
				<div class="toolbar-tools">
					<ThemeSwitch />
					<LanguageSwitch />
				</div>
			</header>
			<ConnectionBar />
			<main class="start-main">
				<section class="start-hero">
					<div class="start-introduction">
						<h1>{title}</h1>
						<p>{t('startIntroduction')}</p>
						<a class="button primary large" href="/feed" data-testid="open-feed">
							{t('openFeed')}
						</a>
					</div>
					{known ? (
						<N8nPanel n8n={known.startPage.n8n} />
					) : (
						<div class="n8n-panel" aria-hidden="true" />
					)}
				</section>
				{scenarios.length > 0 && (
					<section aria-labelledby="scenarios">
						<h2 id="scenarios">{t('scenarios')}</h2>
						<p class="hint section-hint">{t('scenariosHint')}</p>
						<ul class="scenario-cards">
							{scenarios.map((scenario, place) => (
								<ScenarioCard key={scenario.id} scenario={scenario} number={place + 1} />
							))}
						</ul>
					</section>
				)}
				{templates.length > 0 && (
					<section aria-labelledby="templates">
						<h2 id="templates">{t('templates')}</h2>
						<p class="hint section-hint">{t('templatesHint')}</p>
						<ul class="template-cards">
							{templates.map((template) => (
								<TemplateCard key={template.id} template={template} />
							))}
						</ul>
					</section>
				)}
				{known?.app && known.person && <AppPanel app={known.app} person={known.person} />}
			</main>
			<Announcer />
		</div>
	);
}
