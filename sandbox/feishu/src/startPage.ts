/** Chinese and English. */
export interface Texts {
	zh: string;
	en: string;
}

/** An external system as a button: it POSTs `body` as JSON to a webhook of n8n's. */
export interface ScenarioTrigger {
	id: string;
	label: Texts;
	url: string;
	body: Record<string, unknown>;
}

/** A workflow to walk through: what it is for, whose message lists to look at, what to press. */
export interface Scenario {
	id: string;
	/** `scenario`: a whole story; `template`: one operation, to begin with. */
	kind: 'scenario' | 'template';
	title: Texts;
	/** One or two sentences: how it was before, and how it is with this. */
	about: Texts;
	/** `url` opens its canvas in n8n. */
	workflow: { name: string; url: string };
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
