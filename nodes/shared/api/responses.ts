import { asObject, asText, firstText } from '../primitives/json';
import type { FailureList, FeedEndpoint } from './endpoints';
import {
	ADVICE,
	ERROR_CODES,
	FAILED_CARD_REASONS,
	RATE_LIMITED,
	SCOPE_MISSING,
	missingScopeAdvice,
} from './errorCodes';
import type { FailedCardReason } from './errorCodes';
import type { Failure } from './failures';

/** What a call brought: the response's `data`, or why there is none. */
export type ApiResponse =
	| { data: Record<string, unknown>; logId?: string; failure?: undefined }
	| { failure: Failure };

/** An HTTP response as n8n hands it over; `body` is text when it was not JSON. */
export interface HttpResponse {
	statusCode: number;
	headers: Record<string, unknown>;
	body: unknown;
}

/** How Feishu's messages speak of the IDs in a call. */
const MENTIONS_IDS = /\b(?:user|open|union|member)[ _]?ids?\b|\binvalid ids?\b/i;

/**
 * Reads Feishu's response to a call. `code` decides, whatever the HTTP status.
 * Feishu: server-docs/api-call-guide/generic-error-code; feishu-openapi.md, part 3.
 */
export function readResponse(
	{ statusCode: httpStatus, headers, body }: HttpResponse,
	endpoint: { scopes: string[] },
): ApiResponse {
	const content = asObject(body) ?? {};
	const error = asObject(content.error) ?? {};
	const logId = firstText(error.log_id, headers['x-tt-logid']);
	const { code } = content;
	if (code === 0) return { data: asObject(content.data) ?? {}, logId };
	if (typeof code !== 'number') {
		return { failure: { ...withoutCode(httpStatus, headers), logId, httpStatus } };
	}
	const message = asText(content.msg);
	const details = { code, logId, httpStatus, reason: `Feishu answered "${message}"` };
	return {
		failure: { ...details, ...meaningOf(code, message, { httpStatus, headers, error, endpoint }) },
	};
}

/** What a failure is apart from its details. */
type Meaning = Failure extends infer Each
	? Each extends Failure
		? Omit<Each, 'reason' | 'code' | 'logId' | 'httpStatus'>
		: never
	: never;

function meaningOf(
	code: number,
	message: string,
	{
		httpStatus,
		headers,
		error,
		endpoint,
	}: {
		httpStatus: number;
		headers: Record<string, unknown>;
		error: Record<string, unknown>;
		endpoint: { scopes: string[] };
	},
): Meaning {
	const known = ERROR_CODES[code];
	if (known === undefined) {
		if (httpStatus === 429) return rateLimited(headers);
		if (httpStatus >= 500) return { kind: 'unavailable', advice: ADVICE.tryLater };
		// Whom it concerns is unknown, too.
		return aboutIdsOrRequest(message, ADVICE.checkFields);
	}
	const { concerns, advice, isRateLimit } = known;
	switch (concerns) {
		case 'recipients':
			return { kind: 'invalidIds', advice };
		case 'request':
			return aboutIdsOrRequest(message, advice);
		case 'chat':
		case 'department':
		case 'image':
			return { kind: 'refused', advice };
		case 'token':
			return { kind: 'token', advice };
		case 'app': {
			if (code !== SCOPE_MISSING) return { kind: 'appRefused', advice };
			const missing = missingScopes(error);
			const scopes = missing.length > 0 ? missing : endpoint.scopes;
			return { kind: 'appRefused', advice: missingScopeAdvice(scopes) };
		}
		case 'moment':
			return isRateLimit ? rateLimited(headers) : { kind: 'unavailable', advice };
	}
}

/** A refusal of what was asked for, which may as well be the fault of some of the IDs. */
function aboutIdsOrRequest(message: string, advice: string): Meaning {
	return MENTIONS_IDS.test(message)
		? { kind: 'invalidIds', advice }
		: { kind: 'refused', maybeRecipients: true, advice };
}

function rateLimited(headers: Record<string, unknown>): Meaning {
	return { kind: 'rateLimited', ...waitOf(headers), advice: ADVICE.slowDown };
}

/** What an HTTP response says that is not one of Feishu's own. */
function withoutCode(httpStatus: number, headers: Record<string, unknown>): Failure {
	if (httpStatus === 429) {
		return { reason: 'Feishu answered that there were too many calls', ...rateLimited(headers) };
	}
	if (httpStatus >= 500) {
		const reason = `Feishu answered with HTTP ${httpStatus}`;
		return { kind: 'unavailable', reason, advice: ADVICE.tryLater };
	}
	if (httpStatus >= 300) {
		const reason = `the server answered with HTTP ${httpStatus}, but not as Feishu does`;
		return { kind: 'refused', reason, advice: 'check the region or Base URL in the credential' };
	}
	const reason = 'the response could not be read';
	return { kind: 'unanswered', reason, advice: ADVICE.tryLater };
}

function waitOf(headers: Record<string, unknown>): { waitSeconds?: number } {
	const seconds = Number(headers['x-ogw-ratelimit-reset'] ?? headers['retry-after']);
	return Number.isFinite(seconds) && seconds >= 0 ? { waitSeconds: seconds } : {};
}

function missingScopes(error: Record<string, unknown>): string[] {
	const violations = Array.isArray(error.permission_violations) ? error.permission_violations : [];
	return violations
		.map((violation: unknown) => asObject(violation)?.subject)
		.filter((subject): subject is string => typeof subject === 'string' && subject !== '');
}

/** One recipient of a call, as its failure entries name it. */
interface CallRecipient {
	/** In the ID type of the call. */
	userId: string;
	/** The business ID of a card, or the chat. */
	target: string;
}

/**
 * Reads which recipients of a call that succeeded were not reached, and why.
 * The presence of an entry is the failure, whatever its code. Where an entry matches nobody in the call,
 * nobody without an entry of their own is known to have been reached.
 *
 * @returns for each recipient its failure, or nothing when it was reached
 */
export function readFailedRecipients(
	data: Record<string, unknown>,
	endpoint: FeedEndpoint,
	recipients: CallRecipient[],
): Array<Failure | undefined> {
	const listed: unknown = data[endpoint.failureList];
	if (!Array.isArray(listed) || listed.length === 0) return recipients.map(() => undefined);
	const byRecipient = new Map<string, Failure>();
	const unmatched: Failure[] = [];
	const keys = new Set(recipients.flatMap(({ userId, target }) => [userId, keyOf(userId, target)]));
	for (const entry of listed as unknown[]) {
		const fields = asObject(entry) ?? {};
		const userId = asText(fields.user_id);
		const bizId = firstText(fields.biz_id);
		// A call may hold several cards of one person; chats go by the recipient alone.
		const key = bizId === undefined ? userId : keyOf(userId, bizId);
		const failure = READ_ENTRY[endpoint.failureList](fields);
		if (keys.has(key)) byRecipient.set(key, failure);
		else unmatched.push(failure);
	}
	const failures = recipients.map(
		({ userId, target }) => byRecipient.get(keyOf(userId, target)) ?? byRecipient.get(userId),
	);
	const [first] = unmatched;
	if (first === undefined) return failures;
	const open = failures.filter((failure) => failure === undefined).length;
	// As many entries as people that are left: each of these is one of them.
	const isKnown = unmatched.length >= open && unmatched.every(({ code }) => code === first.code);
	const remaining = isKnown ? first : uncertain(unmatched.length, first);
	return failures.map((failure) => failure ?? remaining);
}

function keyOf(userId: string, target: string): string {
	return `${userId}\n${target}`;
}

function uncertain(count: number, { reason, code }: Failure): Failure {
	const whom = count === 1 ? 'one recipient' : `${count} recipients`;
	return {
		kind: 'uncertain',
		code,
		reason: `Feishu reported a failure for ${whom} of this call without saying whose it is (${reason}), so this person may or may not have been reached`,
		advice: 'check in Feishu, or run the item again',
	};
}

const READ_ENTRY: Record<FailureList, (entry: Record<string, unknown>) => Failure> = {
	failed_cards: ({ reason }) => {
		const code = asText(reason ?? '0');
		const known = cardReason(code);
		return {
			kind: known === FAILED_CARD_REASONS['3'] ? 'rateLimited' : 'refused',
			code,
			reason: known?.words ?? `Feishu gave the reason ${code}`,
			advice: known?.advice,
		};
	},
	failed_user_reasons: ({ error_code: code, error_message: message }) => {
		const words = firstText(message) ?? 'Feishu gave no reason';
		const limited = code === RATE_LIMITED || /rate.?limit|frequency limit/i.test(words);
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
