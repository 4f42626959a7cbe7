/** When n8n prepares the isolates that it evaluates expressions in. */
export interface Isolates {
	title: string;
	/** n8n's variables for it, beside its defaults. */
	environment?: NodeJS.ProcessEnv;
}

export const ISOLATES_TITLES = { always: 'always (default)', onDemand: 'on demand' };

/** n8n's default first, then what its variable changes. */
export const ISOLATES: Isolates[] = [
	{ title: ISOLATES_TITLES.always },
	{
		title: ISOLATES_TITLES.onDemand,
		environment: { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' },
	},
];
