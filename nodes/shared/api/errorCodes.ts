import { IMAGE_LIMITS, mostPixels } from '../validation/images';

/**
 * Whom a refused call concerns, which decides what becomes of its recipients and of the calls after it.
 * `recipients`: some of the IDs in the call; `chat`, `department`, `image`: the chat, the department, the picture;
 * `request`: what was asked for, which can be some of the IDs as well;
 * `token`: the access token, which can be renewed; `app`: every call, until a person acts;
 * `moment`: nobody, the same call may pass a little later.
 */
export type Concern =
	| 'recipients'
	| 'chat'
	| 'department'
	| 'image'
	| 'request'
	| 'token'
	| 'app'
	| 'moment';

/** What a code of Feishu means, and what to do about it, as part of a sentence. */
export interface ErrorCode {
	concerns: Concern;
	advice: string;
	/** True when the code only says that too many calls were made. */
	isRateLimit?: boolean;
}

const CONSOLE = "Feishu's developer console";
const CHECK_PERSON =
	'take people who left the company out of the list, and check that each ID is of the kind that User ID Type says';
const OTHER_APP =
	'an open_id is valid only in the app that it was read with: look the people up again with the app of this credential';
const OTHER_TENANT = 'take people of other companies out of the list, and check the credential';
const CHECK_CHAT = 'check the chat ID, and that the chat still exists';
const ADD_BOT = 'add the bot of the app to the chat, or check the chat ID';
const CHECK_FIELDS = 'check the fields of the node';
const RENEW = 'check the app in the credential';
const SLOW_DOWN = 'wait a little, or send from fewer workflows at once';
const TRY_LATER = 'try again later';

const recipients = (advice: string): ErrorCode => ({ concerns: 'recipients', advice });
const chat = (advice: string): ErrorCode => ({ concerns: 'chat', advice });
const department = (advice: string): ErrorCode => ({ concerns: 'department', advice });
const image = (advice: string): ErrorCode => ({ concerns: 'image', advice });
const request: ErrorCode = { concerns: 'request', advice: CHECK_FIELDS };
const token: ErrorCode = { concerns: 'token', advice: RENEW };
const app = (advice: string): ErrorCode => ({ concerns: 'app', advice });
const rateLimit: ErrorCode = { concerns: 'moment', advice: SLOW_DOWN, isRateLimit: true };
const internalError: ErrorCode = { concerns: 'moment', advice: TRY_LATER };

/** The code that says that a scope is missing; its answer names the scope. */
export const SCOPE_MISSING = 99991672;
/** The code that says that too many calls were made, also for one recipient of a call. */
export const RATE_LIMITED = 99991400;

const CODES = {
	99992351: recipients(CHECK_PERSON),
	99992352: recipients(CHECK_PERSON),
	99992353: recipients(CHECK_PERSON),
	99992354: recipients(CHECK_PERSON),
	99992359: recipients(CHECK_PERSON),
	99992360: recipients(CHECK_PERSON),
	99992361: recipients(OTHER_APP),
	99992363: recipients(OTHER_TENANT),
	99992364: recipients(OTHER_TENANT),
	99992381: recipients(OTHER_TENANT),

	99992355: chat(CHECK_CHAT),
	99992356: chat(CHECK_CHAT),
	230027: chat(ADD_BOT),
	232006: chat(CHECK_CHAT),
	232011: chat(ADD_BOT),

	40004: department(
		`extend the app's contacts scope (通讯录权限范围) in ${CONSOLE} and publish a new version of it`,
	),
	40015: department('check the department ID, and that the department still exists'),

	234006: image(`make the picture smaller: Feishu takes at most ${IMAGE_LIMITS.megabytes} MB`),
	234010: image('give a picture that is not empty'),
	234011: image('convert the picture to PNG or JPEG'),
	234039: image(
		`make the picture smaller: Feishu takes at most ${mostPixels('message')} pixels, for an avatar ${mostPixels('avatar')}, and of a GIF ${mostPixels('gif')}`,
	),

	230001: request,
	99992402: request,
	9499: request,
	10001: request,
	10003: request,
	1000002: request,

	99991661: token,
	99991663: token,
	99991664: token,
	99991665: token,
	99991668: token,
	99991671: token,
	99991677: token,

	99991401: app(
		`add the IP address of n8n to the app's IP allow-list in ${CONSOLE}, under Security Settings (安全设置)`,
	),
	99991403: app(
		'the calls of this month are used up: wait for next month, or have an administrator buy more',
	),
	99991662: app('the app is disabled: have an administrator enable it in the Feishu Admin Console'),
	99991673: app(
		'the app is not installed in this company: have an administrator install it, and check Tenant Key in the credential',
	),
	// What is missing stands in the answer; see `missingScopeAdvice`.
	[SCOPE_MISSING]: app(`open the missing scope in ${CONSOLE} and publish a new version of the app`),

	[RATE_LIMITED]: rateLimit,
	1000004: rateLimit,
	1000005: rateLimit,
	190005: rateLimit,
	232019: rateLimit,
	11232: rateLimit,
	11233: rateLimit,
	11247: rateLimit,

	1500: internalError,
	5000: internalError,
	1503: internalError,
	1642: internalError,
	1663: internalError,
	1668: internalError,
	2200: internalError,
	10101: internalError,
	10500: internalError,
	1000003: internalError,
	190003: internalError,
} satisfies Record<number, ErrorCode>;

/** A code that the table has. */
export type KnownErrorCode = keyof typeof CODES;

/**
 * The codes that any endpoint may answer with, and those of the feed's own pages.
 * Feishu: server-docs/api-call-guide/generic-error-code; feishu-openapi.md, parts 2 and 3.
 */
export const ERROR_CODES: Readonly<Record<number, ErrorCode>> = CODES;

/** What to do about a missing scope, with the scopes by name: any one of them suffices. */
export function missingScopeAdvice(scopes: string[]): string {
	return `open the scope ${scopes.join(' or ')} for the app in ${CONSOLE} and publish a new version of it`;
}

/** What to do when a call failed for a reason that may pass, as part of a sentence. */
export const ADVICE = {
	checkFields: CHECK_FIELDS,
	slowDown: SLOW_DOWN,
	tryLater: TRY_LATER,
} as const;

/** What Feishu means by the reason of a failed card, in words, and what to do about it. */
export interface FailedCardReason {
	pattern: RegExp;
	words: string;
	advice?: string;
}

/** The reasons of failed cards that the node acts on. Feishu: im-v2/app_feed_card/create, failed_cards. */
export const CARD_REASON = { notCreated: '2', rateLimited: '3', duplicate: '4' } as const;

/** What `reason` of a failed card means; the pattern finds it where Feishu gives a name for the digit. */
export const FAILED_CARD_REASONS: Readonly<Record<string, FailedCardReason>> = {
	'0': {
		pattern: /^UNKNOWN/i,
		words: 'Feishu gave no reason',
		advice: 'check the ID, and that this person may use the app',
	},
	'1': {
		pattern: /PERMISSION/i,
		words: 'the app may not send to this person',
		advice: 'add them to the availability of the app',
	},
	'2': { pattern: /NOT_?CREATE/i, words: 'this person has no card with this business ID' },
	'3': { pattern: /RATE|LIMIT/i, words: 'too much was sent to this person at once' },
	'4': { pattern: /DUPLICATE/i, words: 'this person already has a card with this business ID' },
};
