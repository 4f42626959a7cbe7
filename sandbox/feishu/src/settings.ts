import type { TenantOperationName } from './operationNames';
import type { RateLimit } from './rateLimiter';

/** How the sandbox behaves; changed by start options and `PATCH /sandbox/settings`. */
export interface Settings {
	/** Milliseconds between receiving a call and answering it; the call itself is done at once. */
	latency: number;
	/** Seconds that a new token lives; Feishu's is 7200. */
	tokenLifetime: number;
	/** Seconds left below which asking again gives a new token; Feishu's is 1800. */
	tokenRenewalMargin: number;
	/** Answer errors of the token endpoints with HTTP 400 instead of 200. */
	tokenErrorsAs400: boolean;
	/** Reasons of failed cards as names (`"NO_PERMISSION"`) instead of digits (`"1"`). */
	reasonsAsNames: boolean;
	rateLimiting: {
		enabled: boolean;
		/** Whether calls that were refused count towards the limit. */
		countRefused: boolean;
		/** Limits other than the documented ones; an empty limit means none. */
		limits: Partial<Record<TenantOperationName, RateLimit>>;
		/** Operations that refuse with HTTP 400 instead of 429, as Feishu's older endpoints do. */
		answer400: TenantOperationName[];
	};
	recording: {
		/** Keep requests for `GET /sandbox/requests`. Counters are always kept. */
		requests: boolean;
		/** Keep the bodies of requests and answers with them. */
		bodies: boolean;
		/** Keep effects for `GET /sandbox/effects`. */
		effects: boolean;
		/** The most requests to keep; the oldest are forgotten first. */
		mostRequests: number;
	};
}

/** A change to the settings: what is absent stays as it is. */
export type SettingsChange = Partial<Omit<Settings, 'rateLimiting' | 'recording'>> & {
	rateLimiting?: Partial<Settings['rateLimiting']>;
	recording?: Partial<Settings['recording']>;
};

/** Feishu's own behaviour, without latency. */
export const DEFAULT_SETTINGS: Settings = {
	latency: 0,
	tokenLifetime: 7200,
	tokenRenewalMargin: 1800,
	tokenErrorsAs400: false,
	reasonsAsNames: false,
	rateLimiting: { enabled: true, countRefused: false, limits: {}, answer400: [] },
	recording: { requests: true, bodies: true, effects: true, mostRequests: 200_000 },
};

/** The settings with a change applied. */
export function changeSettings(settings: Settings, change: SettingsChange): Settings {
	const { rateLimiting, recording, ...rest } = change;
	const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
	return {
		...settings,
		...given,
		rateLimiting: { ...settings.rateLimiting, ...rateLimiting },
		recording: { ...settings.recording, ...recording },
	};
}
