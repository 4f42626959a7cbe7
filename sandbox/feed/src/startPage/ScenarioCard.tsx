import type { JSX } from 'preact';

import type { Scenario } from '../../../feishu/src/client';
import { useLanguage } from '../appearance/language';
import { Icon } from '../icons';

function feedAddress({ id, people }: Scenario): string {
	const parameters = new URLSearchParams({ people: people.join(','), scenario: id });
	return `/feed?${parameters.toString().replaceAll('%2C', ',')}`;
}

/** A scenario: what it is for, what to press first, and the ways to it. */
export function ScenarioCard({
	scenario,
	number,
}: {
	scenario: Scenario;
	number: number;
}): JSX.Element {
	const { language, t } = useLanguage();
	const { id, title, about, steps } = scenario;
	const [first, ...later] = steps;
	return (
		<li class="scenario-card" data-testid="scenario-card" data-id={id}>
			<header>
				<span class="scenario-number" aria-hidden="true">
					{number}
				</span>
				<h3>{title[language]}</h3>
			</header>
			<p class="scenario-about">{about[language]}</p>
			{first && (
				<p class="first-step">
					<strong>{t('first')}</strong> {first[language]}
				</p>
			)}
			{later.length > 0 && (
				<details class="later-steps">
					<summary>
						{t('then')} <Icon name="chevron" size={14} />
					</summary>
					<ol start={2}>
						{later.map((step, place) => (
							<li key={place}>{step[language]}</li>
						))}
					</ol>
				</details>
			)}
			<Links scenario={scenario} isPrimary />
		</li>
	);
}

/** A small template: one operation. */
export function TemplateCard({ template }: { template: Scenario }): JSX.Element {
	const { language } = useLanguage();
	const { id, title, about } = template;
	return (
		<li class="template-card" data-testid="template-card" data-id={id}>
			<h3>{title[language]}</h3>
			<p>{about[language]}</p>
			<Links scenario={template} />
		</li>
	);
}

function Links({
	scenario,
	isPrimary = false,
}: {
	scenario: Scenario;
	isPrimary?: boolean;
}): JSX.Element {
	const { language, t } = useLanguage();
	const title = scenario.title[language];
	return (
		<div class="card-links">
			<a
				class={`button ${isPrimary ? 'primary' : ''}`}
				href={feedAddress(scenario)}
				data-testid="scenario-feed"
			>
				{t('watchFeed')}
				<span class="visually-hidden">: {title}</span>
			</a>
			<a
				class="button"
				href={scenario.workflow.url}
				target="_blank"
				rel="noopener noreferrer"
				data-testid="scenario-workflow"
			>
				<Icon name="flow" />
				{t('workflow')}
				<span class="visually-hidden">
					: {title} {t('opensInNewTab')}
				</span>
			</a>
		</div>
	);
}
