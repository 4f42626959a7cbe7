import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import type { Scenario } from '../../../feishu/src/client';
import { type Language, type Translate, useLanguage } from '../appearance/language';
import { Icon } from '../icons';

type Trigger = Scenario['triggers'][number];

/** What a press of an external system came to. */
type Outcome =
	| { kind: 'sending' }
	| { kind: 'taken'; status: number }
	| { kind: 'refused'; status: number; message: string }
	| { kind: 'unreachable'; url: string };

/** How to walk through a scenario: its steps, and its external systems as buttons. */
export function ScenarioPanel({ scenario }: { scenario: Scenario }): JSX.Element {
	const { language, t } = useLanguage();
	const { id, kind, title, about, steps, triggers, workflow } = scenario;
	// Nothing outside starts it: its first step is in n8n.
	const isBegunInN8n = triggers.length === 0;
	return (
		<aside class="scenario-panel" aria-label={title[language]} data-testid="scenario" data-id={id}>
			<details open>
				<summary>
					<span class="scenario-kind">{t(kind)}</span>
					<h2>{title[language]}</h2>
					<Icon name="chevron" />
				</summary>
				<div class="scenario-content">
					<p class="scenario-about">{about[language]}</p>
					<section>
						<h3>{t('steps')}</h3>
						{triggers.length > 0 && <p class="hint">{t('triggersHint')}</p>}
						<ol class="steps">
							{steps.map((step, place) => (
								<li key={place}>
									<div>
										<p>{step[language]}</p>
										{triggers
											.filter((trigger) => trigger.step === place)
											.map((trigger) => (
												<TriggerButton
													key={trigger.id}
													trigger={trigger}
													workflow={workflow[language].name}
												/>
											))}
										{isBegunInN8n && place === 0 && <WorkflowLink scenario={scenario} isPrimary />}
									</div>
								</li>
							))}
						</ol>
					</section>
					{!isBegunInN8n && <WorkflowLink scenario={scenario} />}
				</div>
			</details>
		</aside>
	);
}

function WorkflowLink({
	scenario: { workflow },
	isPrimary = false,
}: {
	scenario: Scenario;
	isPrimary?: boolean;
}): JSX.Element {
	const { language, t } = useLanguage();
	return (
		<a
			class={`button wide ${isPrimary ? 'primary' : ''}`}
			href={workflow[language].url}
			target="_blank"
			rel="noopener noreferrer"
			data-testid="open-workflow"
		>
			<Icon name="flow" />
			{t('openWorkflow')}
			<span class="visually-hidden"> {t('opensInNewTab')}</span>
		</a>
	);
}

function TriggerButton({ trigger, workflow }: { trigger: Trigger; workflow: string }): JSX.Element {
	const { language, t } = useLanguage();
	const [outcome, setOutcome] = useState<Outcome>();
	const isSending = outcome?.kind === 'sending';
	return (
		<div class="trigger">
			<button
				type="button"
				class="button primary wide"
				aria-busy={isSending}
				data-testid="trigger"
				data-trigger-id={trigger.id}
				onClick={async () => {
					if (isSending) return;
					setOutcome({ kind: 'sending' });
					setOutcome(await send(trigger, language));
				}}
			>
				<Icon name="play" size={14} />
				{trigger.label[language]}
			</button>
			<p
				role="status"
				class={`trigger-outcome ${outcome?.kind ?? ''}`}
				data-testid="trigger-outcome"
				data-outcome={outcome?.kind}
			>
				{outcome && outcomeText(outcome, workflow, t)}
			</p>
		</div>
	);
}

async function send(trigger: Trigger, language: Language): Promise<Outcome> {
	const [url, body] = [trigger.url[language], trigger.body[language]];
	try {
		const response = await fetch(url, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
		if (response.ok) return { kind: 'taken', status: response.status };
		return { kind: 'refused', status: response.status, message: messageIn(await response.text()) };
	} catch {
		return { kind: 'unreachable', url: new URL(url).origin };
	}
}

/** n8n says what is wrong in `message`. */
function messageIn(text: string): string {
	try {
		return String((JSON.parse(text) as { message?: unknown }).message ?? text);
	} catch {
		return text.slice(0, 200);
	}
}

function outcomeText(outcome: Outcome, workflow: string, t: Translate): string {
	switch (outcome.kind) {
		case 'sending':
			return t('triggerSending');
		case 'taken':
			return t('triggerTaken', { status: outcome.status });
		case 'unreachable':
			return t('triggerUnreachable', { url: outcome.url });
		case 'refused': {
			const { status, message } = outcome;
			const said = t('triggerRefused', { status, message });
			// n8n has no webhook of a workflow that is not active.
			return status === 404 ? `${said} ${t('triggerNotActive', { workflow })}` : said;
		}
	}
}
