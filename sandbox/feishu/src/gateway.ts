import { FeishuError, scopeMissing, TOKEN_ERRORS, tooManyRequests } from './answers';

/** How a message of the gateway names user IDs. */
type Naming = 'sentence' | 'list' | 'nobody';

/** Whom a code of the gateway concerns, and how it is answered. */
interface GatewayCode {
	concerns: 'userIds' | 'chat' | 'request' | 'token' | 'app' | 'moment';
	/** HTTP status. */
	status: number;
	/** Of codes that concern user IDs: what it says when it names nobody. */
	msg: string;
	/** Of codes that concern user IDs: how they are named. */
	naming?: Naming;
}

const userIds = (msg: string, naming: Naming): GatewayCode => ({
	concerns: 'userIds',
	status: 400,
	msg,
	naming,
});
const all = (
	codes: readonly number[],
	concerns: GatewayCode['concerns'],
	status: number,
	msg: string,
): Array<readonly [number, GatewayCode]> =>
	codes.map((code) => [code, { concerns, status, msg }] as const);

/**
 * The codes of the gateway in front of all APIs (Feishu reference: "General error codes"). The
 * reference names an HTTP status only for some: internal errors are HTTP 500, the rest HTTP 400.
 */
export const GATEWAY_CODES: ReadonlyMap<number, GatewayCode> = new Map([
	[99992351, userIds('these open ids not existed', 'sentence')],
	[99992352, userIds('Invalid ids', 'list')],
	[99992353, userIds('Invalid ids', 'list')],
	[99992354, userIds('Invalid ids', 'list')],
	[99992359, userIds('Invalid ids', 'list')],
	[99992360, userIds('Invalid ids', 'list')],
	[99992361, userIds('open_id cross app', 'nobody')],
	[99992363, userIds('Invalid ids', 'list')],
	[99992364, userIds('Invalid ids', 'list')],
	[99992381, userIds('union_id cross tenant', 'nobody')],
	...all([99992355, 99992356], 'chat', 400, 'chat_id is invalid or does not exist'),
	...all([99992402], 'request', 400, 'field validation failed'),
	...all([9499, 10001, 10003, 1000002], 'request', 400, 'invalid param'),
	...all([99991661], 'token', 400, TOKEN_ERRORS.missing().msg),
	...all([99991663], 'token', 400, TOKEN_ERRORS.tenant().msg),
	...all([99991664], 'token', 400, TOKEN_ERRORS.app().msg),
	...all([99991665, 99991668], 'token', 400, TOKEN_ERRORS.user().msg),
	...all([99991671], 'token', 400, TOKEN_ERRORS.malformed().msg),
	...all([99991677], 'token', 400, 'Authentication token expired'),
	...all([99991401], 'app', 400, 'ip 203.0.113.7 is denied by app setting'),
	...all([99991662], 'app', 400, 'app is disabled'),
	...all([99991672], 'app', 400, 'Access denied.'),
	...all([99991673], 'app', 400, 'app is not installed in this tenant'),
	...all([99991403], 'app', 429, "This month's API call quota has been exceeded"),
	...all([99991400], 'moment', 429, 'request trigger frequency limit'),
	...all(
		[1000004, 1000005, 190005, 232019, 11232, 11233, 11247],
		'moment',
		400,
		'request trigger frequency limit',
	),
	...all(
		[1500, 5000, 1503, 1642, 1663, 1668, 2200, 10101, 10500, 1000003, 190003],
		'moment',
		500,
		'Internal Error',
	),
]);

/** The codes that concern some of the user IDs in a call, and refuse the whole call. */
export const USER_ID_CODES = [...GATEWAY_CODES].flatMap(([code, { concerns }]) =>
	concerns === 'userIds' ? [code] : [],
);

/** Which of the user IDs that a code concerns its message names; some codes never name any. */
export const NAMED_IDS = ['all', 'first', 'none'] as const;
export type NamedIds = (typeof NAMED_IDS)[number];

/** What else an error of the gateway depends on. */
interface GatewayErrorParts {
	app_id?: string;
	/** Those of the call that the code concerns, as they are in the call. */
	userIds?: readonly string[];
	namesIds?: NamedIds;
	/** Of the operation; 99991672 names them. */
	scopes?: readonly string[];
	/** The caller's address; 99991401 names it. */
	ip?: string;
	/** 99991400: calls a second. */
	limit?: number;
	/** 99991400: whole seconds to wait. */
	retryAfter?: number;
	/** Instead of the code's own HTTP status and message. */
	status?: number;
	msg?: string;
}

/**
 * What the gateway answers with one of its codes.
 * @throws RangeError if it has no such code
 */
export function gatewayError(code: number, parts: GatewayErrorParts = {}): FeishuError {
	const known = GATEWAY_CODES.get(code);
	if (!known) throw new RangeError(`The gateway has no code ${code}`);
	const { app_id = '', userIds = [], namesIds = 'all', scopes = [], ip } = parts;
	const { limit = 10, retryAfter = 1, status = known.status } = parts;
	let { msg } = known;
	let details: FeishuError['details'] = {};
	if (known.naming) msg = nameIds(known, userIds, namesIds);
	else if (code === 99991401 && ip) msg = `ip ${ip} is denied by app setting`;
	else if (code === 99991672) ({ msg, details } = scopeMissing(app_id, scopes));
	else if (code === 99991400) ({ details } = tooManyRequests(429, limit, retryAfter));
	return new FeishuError(status, code, parts.msg ?? msg, details);
}

function nameIds({ msg, naming }: GatewayCode, ids: readonly string[], names: NamedIds): string {
	const named = names === 'all' ? ids : names === 'first' ? ids.slice(0, 1) : [];
	if (naming === 'nobody' || named.length === 0) return msg;
	return naming === 'sentence' ? `${msg}: ${named.join(', ')}` : `${msg}: [${named.join(' ')}]`;
}
