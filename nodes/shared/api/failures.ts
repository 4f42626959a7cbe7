/** What every failure tells. Holds no secret. */
interface FailureDetails {
	/** In words, without the name of the operation, as part of a sentence. */
	reason: string;
	/** Feishu's own code: a number for a call or a reminder, a digit or name for a card. */
	code?: number | string;
	/** Names the request to Feishu's support. */
	logId?: string;
	httpStatus?: number;
	/** What to do about it, as part of a sentence. */
	advice?: string;
	/** True when an earlier attempt for the recipient may have been carried out although its response was lost. */
	isAttemptLost?: boolean;
}

/** Why a call, or one recipient of it, failed: values that the code acts on; exceptions are for n8n's edge. */
export type Failure = FailureDetails &
	(
		| {
				/** Feishu refused what was asked for, or this recipient: asking again changes nothing. */
				kind: 'refused';
				/** True when the refusal may be the fault of some of the IDs in the call. */
				maybeRecipients?: boolean;
		  }
		| {
				/** Feishu refused the whole call for some of the IDs in it. */
				kind: 'invalidIds';
		  }
		| {
				/** Feishu refuses every call of the app until a person acts. */
				kind: 'appRefused';
		  }
		| {
				/** Feishu does not accept the access token. */
				kind: 'token';
		  }
		| {
				/** No access token could be had; `retryable` when a later attempt may do better. */
				kind: 'noToken';
				retryable?: boolean;
		  }
		| {
				/** More calls than the rate limit allows. Nothing was done. */
				kind: 'rateLimited';
				/** Seconds that Feishu asks to wait before the next call. */
				waitSeconds?: number;
		  }
		| {
				/**
				 * `unavailable`: Feishu, or something before it, answered with an error of its own. `unanswered`: no
				 * answer, or none that can be understood. Whether the call was carried out is unknown for both.
				 */
				kind: 'unavailable' | 'unanswered';
		  }
		| {
				/** Feishu reported a failure without saying whose, so this recipient may have been reached or not. */
				kind: 'uncertain';
		  }
		| {
				/** The user stopped the execution. Whether the call was carried out is unknown. */
				kind: 'stopped';
		  }
	);

/** The kinds of failure. */
export type FailureKind = Failure['kind'];

/** The user stopped the execution, or its time ran out. */
export const STOPPED: Failure = {
	kind: 'stopped',
	reason: 'the execution was stopped before Feishu answered',
};

/** True when nobody knows whether Feishu carried out a call that failed in this way. */
export function isOutcomeUnknown({ kind }: Failure): boolean {
	return kind === 'unavailable' || kind === 'unanswered';
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
