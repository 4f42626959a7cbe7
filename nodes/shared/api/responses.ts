import type { FailedCardReason, FailureList, FeedEndpoint } from './endpoints';
import { FAILED_CARD_REASONS, FEISHU_CODE } from './endpoints';
import { asObject, asText, firstText } from '../primitives/json';

/** What kind of thing went wrong with a whole call. */
export type FailureKind =
	/** Feishu refused what was asked: asking again changes nothing. */
	| 'refused'
	/** Feishu does not take the access token. */
	| 'token'
	/** No access token could be had; `retryable` tells whether a later attempt may do better. */
	| 'noToken'
	/** More calls than the rate limit allows. Nothing was done. */
	| 'rateLimited'
	/** Feishu, or something before it, answered with an HTTP 5xx. Whether it was done is unknown. */
	| 'unavailable'
	/** No answer, or none that can be understood. Whether it was done is unknown. */
	| 'unanswered'
	/** The user stopped the execution. Whether it was done is unknown. */
	| 'stopped';

/** Why a call, or one recipient of it, failed. Holds no secret. */
export interface Failure {
	kind: FailureKind;
	/** In words, without the name of the operation, as part of a sentence. */
	reason: string;
	/** Feishu's own code: a number for a call or a reminder, a digit or name for a card. */
	code?: number | string;
	/** Names the request to Feishu's support. */
	logId?: string;
	httpStatus?: number;
	/** What to do about it, as part of a sentence. */
	advice?: string;
	/** Seconds that Feishu asks to wait before the next call. */
	waitSeconds?: number;
	retryable?: boolean;
}

/** The user stopped the execution, or its time ran out. */
export const STOPPED: Failure = {
	kind: 'stopped',
	reason: 'the execution was stopped before Feishu answered',
};

/** What a call brought: the answer's `data`, or why there is none. */
export type ApiResponse =
	| { data: Record<string, unknown>; logId?: string; failure?: undefined }
	| { failure: Failure };

/** An HTTP response as n8n hands it over; `body` is text when it was no JSON. */
export interface HttpResponse {
	statusCode: number;
	headers: Record<string, unknown>;
	body: unknown;
}

const TOKEN_CODES: readonly number[] = [
	FEISHU_CODE.tokenMissing,
	FEISHU_CODE.tenantTokenInvalid,
	FEISHU_CODE.appTokenInvalid,
	FEISHU_CODE.accessTokenInvalid,
	FEISHU_CODE.tokenInvalid,
];

/**
 * Reads Feishu's answer to a call. `code` decides, whatever the HTTP status.
 * Feishu: server-docs/api-call-guide/generic-error-code.
 */
export function readResponse(response: HttpResponse, endpoint: { scopes: string[] }): ApiResponse {
	const { statusCode: httpStatus, headers, body } = response;
	const answer = asObject(body) ?? {};
	const error = asObject(answer.error) ?? {};
	const logId = firstText(error.log_id, headers['x-tt-logid']);
	if (answer.code === 0) return { data: asObject(answer.data) ?? {}, logId };
	if (typeof answer.code === 'number') {
		const { code } = answer;
		const common = { code, logId, httpStatus, reason: `Feishu answers "${asText(answer.msg)}"` };
		if (code === FEISHU_CODE.rateLimited || httpStatus === 429) {
			return {
				failure: { ...common, kind: 'rateLimited', ...waitOf(headers), advice: RATE_LIMIT_ADVICE },
			};
		}
		if (TOKEN_CODES.includes(code)) {
			return { failure: { ...common, kind: 'token', advice: 'check the app in the credential' } };
		}
		if (httpStatus >= 500)
			return { failure: { ...common, kind: 'unavailable', advice: TRY_LATER } };
		return {
			failure: { ...common, kind: 'refused', advice: adviceFor(code, error, endpoint.scopes) },
		};
	}
	if (httpStatus === 429) {
		const reason = 'Feishu answers that there are too many calls';
		return {
			failure: {
				kind: 'rateLimited',
				reason,
				logId,
				httpStatus,
				...waitOf(headers),
				advice: RATE_LIMIT_ADVICE,
			},
		};
	}
	if (httpStatus >= 500) {
		const reason = `Feishu answers with HTTP ${httpStatus}`;
		return { failure: { kind: 'unavailable', reason, logId, httpStatus, advice: TRY_LATER } };
	}
	if (httpStatus >= 300) {
		const reason = `the server answers with HTTP ${httpStatus}, and not as Feishu does`;
		const advice = 'check the region or Base URL in the credential';
		return { failure: { kind: 'refused', reason, logId, httpStatus, advice } };
	}
	const reason = 'the answer cannot be understood';
	return { failure: { kind: 'unanswered', reason, logId, httpStatus, advice: TRY_LATER } };
}

const TRY_LATER = 'try again later';
const RATE_LIMIT_ADVICE = 'wait a little, or send from fewer workflows at once';

function waitOf(headers: Record<string, unknown>): { waitSeconds?: number } {
	const seconds = Number(headers['x-ogw-ratelimit-reset'] ?? headers['retry-after']);
	return Number.isFinite(seconds) && seconds >= 0 ? { waitSeconds: seconds } : {};
}

function adviceFor(code: number, error: Record<string, unknown>, scopes: string[]): string {
	if (code === FEISHU_CODE.scopeMissing) {
		const missing = missingScopes(error);
		const names = missing.length > 0 ? missing : scopes;
		return `open the scope ${names.join(' or ')} for the app in Feishu's developer console and publish a new version of it`;
	}
	if (code === FEISHU_CODE.botNotInChat) return 'add the bot of the app to the chat';
	return 'check the fields of the node';
}

function missingScopes(error: Record<string, unknown>): string[] {
	const violations = Array.isArray(error.permission_violations) ? error.permission_violations : [];
	return violations
		.map((violation: { subject?: unknown }) => violation?.subject)
		.filter((subject): subject is string => typeof subject === 'string' && subject !== '');
}

/**
 * Reads which recipients of a call that succeeded were not reached, and why.
 * The presence of an entry is the failure, whatever its code.
 *
 * @returns finds a recipient's failure, by the ID in the ID type of the call and by the card's
 *   business ID, since a call may hold several cards of one person; chats go by the recipient alone
 */
export function readFailedRecipients(
	data: Record<string, unknown>,
	endpoint: FeedEndpoint,
): (userId: string, target: string) => Failure | undefined {
	const listed: unknown = data[endpoint.failureList];
	const entries = Array.isArray(listed) ? (listed as Array<Record<string, unknown>>) : [];
	const failures = new Map<string, Failure>();
	for (const entry of entries) {
		const userId = asText(entry?.user_id);
		if (userId === '') continue;
		const bizId = firstText(entry.biz_id);
		const key = bizId === undefined ? userId : cardKey(userId, bizId);
		failures.set(key, READ_ENTRY[endpoint.failureList](entry));
	}
	if (failures.size === 0) return () => undefined;
	return (userId, target) => failures.get(cardKey(userId, target)) ?? failures.get(userId);
}

function cardKey(userId: string, bizId: string): string {
	return `${userId}\n${bizId}`;
}

const READ_ENTRY: Record<FailureList, (entry: Record<string, unknown>) => Failure> = {
	failed_cards: ({ reason }) => {
		const code = asText(reason ?? '0');
		const known = cardReason(code);
		return {
			kind: known === FAILED_CARD_REASONS['3'] ? 'rateLimited' : 'refused',
			code,
			reason: known?.words ?? `Feishu gives the reason ${code}`,
			advice: known?.advice,
		};
	},
	failed_user_reasons: ({ error_code: code, error_message: message }) => {
		const words = firstText(message) ?? 'Feishu gives no reason';
		const limited = code === FEISHU_CODE.rateLimited || /rate.?limit|frequency limit/i.test(words);
		return {
			kind: limited ? 'rateLimited' : 'refused',
			code: typeof code === 'number' || typeof code === 'string' ? code : 0,
			reason: words,
		};
	},
};

function cardReason(code: string): FailedCardReason | undefined {
	return (
		FAILED_CARD_REASONS[code] ??
		Object.values(FAILED_CARD_REASONS).find(({ pattern }) => pattern.test(code))
	);
}

/** True when a recipient's failure has this reason, be it told as a digit or as a name. */
export function isFailedCardReason(failure: Failure, reason: string): boolean {
	return (
		typeof failure.code === 'string' && cardReason(failure.code) === FAILED_CARD_REASONS[reason]
	);
}

/** One sentence of a failure: why, Feishu's code and log ID, and what to do next. */
export function sentenceOf({ kind, reason, code, logId, advice }: Failure): string {
	// Why there is no token is a sentence that names its code itself.
	const isNamed = code === undefined || kind === 'noToken';
	const reference = [
		isNamed ? '' : `code ${code}`,
		logId === undefined ? '' : `log ID ${logId}`,
	].filter((part) => part !== '');
	const brackets = reference.length > 0 ? ` (${reference.join(', ')})` : '';
	return `${reason}${brackets}${advice === undefined ? '' : `: ${advice}`}`;
}
