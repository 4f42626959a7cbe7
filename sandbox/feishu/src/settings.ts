import type { NamedIds } from './gateway';
import type { TenantOperationName } from './operationNames';
import type { RateLimit } from './rateLimiter';

/** What a long connection's client is told about pings and reconnecting, in seconds; fractions are fine. */
export interface ClientConfig {
	/** -1: for ever. */
	ReconnectCount: number;
	ReconnectInterval: number;
	ReconnectNonce: number;
	PingInterval: number;
}

/** How callbacks and events go out (Feishu reference: "Event subscription"). */
export interface CallbackSettings {
	/** Seconds that a receiver has to answer a callback or an event. */
	answerTimeout: number;
	/** Seconds that a URL has to answer the verification. */
	verificationTimeout: number;
	/** What the delays before the copies of an event are multiplied with; 0.001 for impatient tests. */
	retryTimeFactor: number;
	/** Whether the URL verification is signed like everything else when there is an Encrypt Key. */
	signedVerification: boolean;
	/** In which unit the header `X-Lark-Request-Timestamp` is. */
	timestampUnit: TimestampUnit;
	/** Where a pressed button's `action_map` is: Feishu's reference does not print it. */
	actionValues: ActionValuesPlace;
	/** Whether it is an object, or a text that holds one as JSON: the reference says "object/string". */
	actionValuesForm: ActionValuesForm;
	/** Where the business ID of the card is, if anywhere: Feishu's reference does not print it. */
	bizId: BizIdPlace;
	/** `event.host` of a pressed button; empty: left out. */
	host: string;
	/** `event.delivery_type` of a pressed button; empty: left out. */
	delivery_type: string;
}

/** The places that `actionValues` can name. */
export const ACTION_VALUES_PLACES = [
	'action.value',
	'action.action_map',
	'event.action_map',
] as const;
export type ActionValuesPlace = (typeof ACTION_VALUES_PLACES)[number];

/** The forms that `actionValuesForm` can name. */
export const ACTION_VALUES_FORMS = ['object', 'json'] as const;
export type ActionValuesForm = (typeof ACTION_VALUES_FORMS)[number];

/** The units that `timestampUnit` can name. */
export const TIMESTAMP_UNITS = ['seconds', 'milliseconds'] as const;
export type TimestampUnit = (typeof TIMESTAMP_UNITS)[number];

/** The places that `bizId` can name. */
export const BIZ_ID_PLACES = ['none', 'event.biz_id', 'action.biz_id', 'context.biz_id'] as const;
export type BizIdPlace = (typeof BIZ_ID_PLACES)[number];

/** How long connections work (Feishu reference: "Receive events through a long connection"). */
export interface LongConnectionSettings {
	clientConfig: ClientConfig;
	/** Whether a pong carries the client configuration, so that changes reach open connections. */
	configInPong: boolean;
	/** The most that one app may have open. */
	mostConnections: number;
	/** Bytes of payload above which an event is sent in parts. */
	mostPayloadBytes: number;
	/** In which order the parts go out. */
	partOrder: 'ascending' | 'descending' | 'random';
	/** The header `type` of callbacks; that of events is always `event`. */
	callbackType: 'event' | 'card';
}

/** What the gateway in front of all APIs does (Feishu reference: "General error codes"). */
export interface GatewaySettings {
	/**
	 * Refuse a whole call for one user ID of nobody, of somebody who has left, of another app or of
	 * another tenant. Otherwise such an ID fails alone.
	 */
	refusesUserIds: boolean;
	/** Which of these IDs the message names; some codes never name any. */
	namesIds: NamedIds;
	/** The code for an ID of nobody; `null`: the one of its kind. */
	unknownIdCode: number | null;
	/**
	 * Whether refusals of the app (disabled, not installed, address, quota) reach the token endpoints
	 * as well.
	 */
	coversTokens: boolean;
}

/**
 * How chat search version 2 answers: as it should, as a path that this Feishu does not have (HTTP 404),
 * or as one that does not take the token of an app (99991668).
 */
export const CHAT_SEARCH_V2 = ['available', 'unsupported', 'forbidden'] as const;
export type ChatSearchV2 = (typeof CHAT_SEARCH_V2)[number];

/** How the sandbox behaves; changed by start options and `PATCH /sandbox/settings`. */
export interface Settings {
	/**
	 * Names, without a port, by which the sandbox may be called (`Host`) and of pages that may call it
	 * (`Origin`), besides this machine's own and the address that it listens on.
	 */
	allowedHosts: string[];
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
	chatSearchV2: ChatSearchV2;
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
	gateway: GatewaySettings;
	callbacks: CallbackSettings;
	longConnection: LongConnectionSettings;
}

/** A change to the settings: what is absent stays as it is. */
export type SettingsChange = Partial<
	Omit<Settings, 'rateLimiting' | 'recording' | 'gateway' | 'callbacks' | 'longConnection'>
> & {
	rateLimiting?: Partial<Settings['rateLimiting']>;
	recording?: Partial<Settings['recording']>;
	gateway?: Partial<GatewaySettings>;
	callbacks?: Partial<CallbackSettings>;
	longConnection?: Partial<Omit<LongConnectionSettings, 'clientConfig'>> & {
		clientConfig?: Partial<ClientConfig>;
	};
};

/** Feishu's own behaviour, without latency. */
export const DEFAULT_SETTINGS: Settings = {
	allowedHosts: [],
	latency: 0,
	tokenLifetime: 7200,
	tokenRenewalMargin: 1800,
	tokenErrorsAs400: false,
	reasonsAsNames: false,
	chatSearchV2: 'available',
	rateLimiting: { enabled: true, countRefused: false, limits: {}, answer400: [] },
	recording: { requests: true, bodies: true, effects: true, mostRequests: 200_000 },
	gateway: { refusesUserIds: false, namesIds: 'all', unknownIdCode: null, coversTokens: false },
	callbacks: {
		answerTimeout: 3,
		verificationTimeout: 1,
		retryTimeFactor: 1,
		signedVerification: true,
		timestampUnit: 'seconds',
		actionValues: 'action.value',
		actionValuesForm: 'object',
		bizId: 'none',
		host: 'im_message',
		delivery_type: '',
	},
	longConnection: {
		clientConfig: {
			ReconnectCount: -1,
			ReconnectInterval: 120,
			ReconnectNonce: 30,
			PingInterval: 120,
		},
		configInPong: true,
		mostConnections: 50,
		mostPayloadBytes: 65_536,
		partOrder: 'ascending',
		callbackType: 'event',
	},
};

/** The settings with a change applied. */
export function changeSettings(settings: Settings, change: SettingsChange): Settings {
	const { rateLimiting, recording, gateway, callbacks, longConnection, ...rest } = change;
	const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
	return {
		...settings,
		...given,
		rateLimiting: { ...settings.rateLimiting, ...rateLimiting },
		recording: { ...settings.recording, ...recording },
		gateway: { ...settings.gateway, ...gateway },
		callbacks: { ...settings.callbacks, ...callbacks },
		longConnection: {
			...settings.longConnection,
			...longConnection,
			clientConfig: {
				...settings.longConnection.clientConfig,
				...longConnection?.clientConfig,
			},
		},
	};
}
