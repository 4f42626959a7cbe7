import { asObject, asText } from '../../shared/primitives/json';
import { notFeishu, postSecret, unreachable } from '../../shared/api/secretRequest';
import type { SendRequest } from '../../shared/api/secretRequest';
import { withoutSecrets } from '../../shared/api/secrets';

/** The app whose events are received. */
export interface LongConnectionApp {
	/** Without a slash at its end. */
	baseUrl: string;
	appId: string;
	appSecret: string;
}

/** How Feishu wants clients to connect; Feishu's own names, times in seconds. */
export interface ClientConfig {
	/** How many attempts to connect again; without end if negative. */
	ReconnectCount: number;
	/** Between two attempts. */
	ReconnectInterval: number;
	/** The longest wait before the first attempt: the wait is random, so that not all clients come back at once. */
	ReconnectNonce: number;
	PingInterval: number;
}

/** Where to connect to. */
export interface Endpoint {
	url: string;
	serviceId: number;
	/** As Feishu gave it. */
	clientConfig: unknown;
}

/** Why there is no long connection. */
export interface ConnectionFailure {
	/** A sentence that says what to do. Holds no secret. */
	message: string;
	/** True when the same attempt may succeed a little later. */
	retryable: boolean;
}

/** The result of an attempt to connect. */
export type Attempt<Value> =
	| { value: Value; failure?: undefined }
	| { value?: undefined; failure: ConnectionFailure };

/** Used until Feishu sends a configuration; the official SDK's values. */
export const DEFAULT_CLIENT_CONFIG: ClientConfig = {
	ReconnectCount: -1,
	ReconnectInterval: 120,
	ReconnectNonce: 30,
	PingInterval: 120,
};

/** Values beyond these are clamped, so that none makes the client busy, or silent for hours. */
const BOUNDS: Record<keyof ClientConfig, { minimum: number; maximum: number }> = {
	ReconnectCount: { minimum: -1, maximum: 1_000_000 },
	ReconnectInterval: { minimum: 0.5, maximum: 3_600 },
	ReconnectNonce: { minimum: 0, maximum: 3_600 },
	PingInterval: { minimum: 0.5, maximum: 3_600 },
};

/** Reads a new ClientConfig. What is absent, or not a number, stays as in `former`. */
export function readClientConfig(value: unknown, former: ClientConfig): ClientConfig {
	const given = asObject(value) ?? {};
	const config = { ...former };
	for (const name of Object.keys(BOUNDS) as Array<keyof ClientConfig>) {
		const number = given[name];
		if (typeof number !== 'number' || !Number.isFinite(number)) continue;
		const { minimum, maximum } = BOUNDS[name];
		config[name] = Math.min(maximum, Math.max(minimum, number));
	}
	return config;
}

const REQUEST_TIMEOUT_MS = 15_000;

/** Feishu's codes: what to do about each, and whether a later attempt may succeed. */
const CODES: Record<number, { advice: string; retryable: boolean }> = {
	1: { advice: 'Feishu is busy, try again later', retryable: true },
	403: {
		advice:
			"check that the app in the credential is a custom app (自建应用), is enabled, and has the long connection chosen in Feishu's developer console",
		retryable: false,
	},
	514: { advice: 'check App ID and App Secret in the credential', retryable: false },
	1000040343: { advice: 'Feishu has an internal error, try again later', retryable: true },
	1000040350: {
		advice:
			'the app has too many long connections, of which Feishu allows 50: stop other programs, or other n8n instances, that receive events of the same app',
		retryable: true,
	},
};

/**
 * Asks Feishu which address the app is to connect to. Feishu: long connection (长连接), POST /callback/ws/endpoint.
 *
 * @param send sends one HTTP request and gives the body of the response, whatever its status
 * @param signal ends the request when nobody waits for it any more
 */
export async function askForEndpoint(
	{ baseUrl, appId, appSecret }: LongConnectionApp,
	send: SendRequest,
	signal?: AbortSignal,
): Promise<Attempt<Endpoint>> {
	const { protocol } = new URL(baseUrl);
	const response = await postSecret(send, {
		baseURL: baseUrl,
		url: '/callback/ws/endpoint',
		headers: { locale: 'zh' },
		body: { AppID: appId, AppSecret: appSecret },
		timeout: REQUEST_TIMEOUT_MS,
		abortSignal: signal,
	});
	if (response === undefined) {
		return { failure: { message: unreachable(baseUrl), retryable: true } };
	}
	const { code, msg, data } = asObject(response.body) ?? {};
	if (typeof code === 'number' && code !== 0) {
		const { advice, retryable } = CODES[code] ?? { advice: 'try again later', retryable: true };
		// A server may repeat what it was sent.
		const reason = withoutSecrets(asText(msg), [appSecret]);
		const message = `Feishu refused the long connection (code ${code}, "${reason}"): ${advice}`;
		return { failure: { message, retryable } };
	}
	const { URL: url, ClientConfig: clientConfig } = asObject(data) ?? {};
	// Only with a base URL that is not encrypted, for a Feishu on this machine, may the socket be so, too.
	const protocols = protocol === 'https:' ? ['wss:'] : ['wss:', 'ws:'];
	if (
		code !== 0 ||
		typeof url !== 'string' ||
		!URL.canParse(url) ||
		!protocols.includes(new URL(url).protocol)
	) {
		return { failure: { message: notFeishu(baseUrl), retryable: true } };
	}
	const serviceId = Number(new URL(url).searchParams.get('service_id') ?? 0) | 0;
	return { value: { url, serviceId, clientConfig } };
}
