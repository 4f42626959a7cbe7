/** What may go wrong with one call and not with the next, for `addFault` of the sandbox; each with its name. */
export const PASSING_FAULTS = [
	['HTTP 500', { kind: 'serverError' }],
	['HTTP 502', { kind: 'badGateway' }],
	['a rate limit', { kind: 'tooManyRequests' }],
	['no response', { kind: 'dropped' }],
	['a response that is cut off', { kind: 'cutOff' }],
	['a response that is not JSON', { kind: 'notJson' }],
	['a token that ended', { kind: 'tokenExpired' }],
] as const;
