import type { JSX } from 'preact';

import type { Scenario } from '../../../feishu/src/client';
import { useLanguage } from '../appearance/language';
import { Icon } from '../icons';

/** The page of a scenario, which begins with lists that nothing is left in. */
function feedAddress({ id, people }: Scenario): string {
	const parameters = new URLSearchParams({ people: people.join(','), scenario: id, clear: '1' });
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
			<div class="card-links">
				<FeedLink scenario={scenario} text={t('tryScenario')} isPrimary />
				<WorkflowLink scenario={scenario} />
			</div>
		</li>
	);
}

/** A small template: one operation. */
export function TemplateCard({ template }: { template: Scenario }): JSX.Element {
	const { language, t } = useLanguage();
	const { id, title, about } = template;
	return (
		<li class="template-card" data-testid="template-card" data-id={id}>
			<h3>{title[language]}</h3>
			<p>{about[language]}</p>
			<div class="card-links">
				<WorkflowLink scenario={template} isPrimary />
				<FeedLink scenario={template} text={t('watchLists')} />
			</div>
		</li>
	);
}

function FeedLink({
	scenario,
	text,
	isPrimary = false,
}: {
	scenario: Scenario;
	text: string;
	isPrimary?: boolean;
}): JSX.Element {
	const { language } = useLanguage();
	return (
		<a
			class={`button ${isPrimary ? 'primary' : ''}`}
			href={feedAddress(scenario)}
			data-testid="scenario-feed"
		>
			{text}
			<span class="visually-hidden">: {scenario.title[language]}</span>
		</a>
	);
}

function WorkflowLink({
	scenario: { title, workflow },
	isPrimary = false,
}: {
	scenario: Scenario;
	isPrimary?: boolean;
}): JSX.Element {
	const { language, t } = useLanguage();
	return (
		<a
			class={`button ${isPrimary ? 'primary' : ''}`}
			href={workflow[language].url}
			target="_blank"
			rel="noopener noreferrer"
			data-testid="scenario-workflow"
		>
			<Icon name="flow" />
			{t('workflow')}
			<span class="visually-hidden">
				: {title[language]} {t('opensInNewTab')}
			</span>
		</a>
	);
}
