import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import type { Scenario } from '../../../feishu/src/client';
import { useLanguage, type Translate } from '../appearance/language';
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
					{triggers.length > 0 && (
						<section>
							<h3>{t('triggers')}</h3>
							<p class="hint">{t('triggersHint')}</p>
							{triggers.map((trigger) => (
								<TriggerButton key={trigger.id} trigger={trigger} workflow={workflow.name} />
							))}
						</section>
					)}
					<section>
						<h3>{t('steps')}</h3>
						<ol class="steps">
							{steps.map((step, place) => (
								<li key={place}>{step[language]}</li>
							))}
						</ol>
					</section>
					<a class="button" href={workflow.url} target="_blank" rel="noopener noreferrer">
						<Icon name="flow" />
						{t('openWorkflow')}
						<span class="visually-hidden"> {t('opensInNewTab')}</span>
					</a>
				</div>
			</details>
		</aside>
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
					setOutcome(await send(trigger));
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

async function send({ url, body }: Trigger): Promise<Outcome> {
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
