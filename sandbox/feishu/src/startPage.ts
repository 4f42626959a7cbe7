/** One in Chinese and one in English. */
export interface PerLanguage<T> {
	zh: T;
	en: T;
}

export type Texts = PerLanguage<string>;

/** An external system as a button: it POSTs `body` as JSON to a webhook of n8n's. */
export interface ScenarioTrigger {
	id: string;
	label: Texts;
	/** Which of the steps it belongs to, from 0. */
	step: number;
	url: Texts;
	body: PerLanguage<Record<string, unknown>>;
}

/** A workflow in n8n; `url` opens its canvas. */
export interface ScenarioWorkflow {
	name: string;
	url: string;
}

/** A workflow to walk through: what it is for, whose message lists to look at, what to press. */
export interface Scenario {
	id: string;
	/** `scenario`: a whole story; `template`: one operation, to begin with. */
	kind: 'scenario' | 'template';
	title: Texts;
	/** One or two sentences: how it was before, and how it is with this. */
	about: Texts;
	/** Whose cards are in the language. */
	workflow: PerLanguage<ScenarioWorkflow>;
	/** Open IDs of those whose message lists to look at, side by side. */
	people: string[];
	/** What to press first, then what, and so on. */
	steps: Texts[];
	triggers: ScenarioTrigger[];
}

/** What the start page leads to. */
export interface StartPage {
	/** n8n's address and login; `null` when the sandbox runs alone. */
	n8n: { url: string; email: string; password: string } | null;
	scenarios: Scenario[];
}

/** The start page of a sandbox that runs alone. */
export const EMPTY_START_PAGE: StartPage = { n8n: null, scenarios: [] };
