/** An answer as it goes over the wire. */
export interface Answer {
	/** HTTP status. */
	status: number;
	headers?: Record<string, string>;
	/** `{code, msg, data?, error?}`, or flat for the token endpoints. */
	body: { code: number; msg: string; [field: string]: unknown };
}

/** `code` 0 with its data (Feishu reference: base response). */
export function success(data: object): Answer {
	return { status: 200, body: { code: 0, msg: 'success', data } };
}

/** A call that Feishu refuses, with the answer that says so. */
export class FeishuError extends Error {
	constructor(
		readonly status: number,
		readonly code: number,
		readonly msg: string,
		readonly details: {
			headers?: Record<string, string>;
			/** Goes into the body's `error`, besides the log ID. */
			error?: object;
		} = {},
	) {
		super(`${code} ${msg}`);
		this.name = 'FeishuError';
	}

	/** The answer, with the log ID in its `error`. */
	toAnswer(logId: string): Answer {
		return {
			status: this.status,
			headers: this.details.headers,
			body: {
				code: this.code,
				msg: this.msg,
				error: {
					log_id: logId,
					troubleshooter: `排查建议查看(Troubleshooting suggestions): https://open.feishu.cn/search?from=openapi&log_id=${logId}&code=${this.code}`,
					...this.details.error,
				},
			},
		};
	}
}

/** HTTP 400 `230001`: a parameter is invalid; the message says which. */
export function invalidParameter(description: string): FeishuError {
	return new FeishuError(
		400,
		230001,
		`Your request contains an invalid request parameter. ${description}`,
	);
}

/** HTTP 400 `230027`: the bot is not in the chat. */
export function botNotInChat(): FeishuError {
	return new FeishuError(400, 230027, 'Lack of necessary permissions. The bot is not in the chat.');
}

/** HTTP 400 `99991672`: a scope is missing; `error.permission_violations` names the scopes. */
export function scopeMissing(app_id: string, scopes: readonly string[]): FeishuError {
	const names = scopes.join(', ');
	return new FeishuError(
		400,
		99991672,
		`Access denied. One of the following scopes is required: [${names}].应用尚未开通所需的应用身份权限：[${names}]，点击链接申请并开通任一权限即可：https://open.feishu.cn/app/${app_id}/auth?q=${scopes.join(',')}&op_from=openapi&token_type=tenant`,
		{
			error: {
				permission_violations: scopes.map((subject) => ({
					type: 'action_scope_required',
					subject,
				})),
			},
		},
	);
}

/** HTTP 429, or 400 at older endpoints, `99991400`: over the limit (Feishu reference: frequency control). */
export function tooManyRequests(
	status: 429 | 400,
	limit: number,
	resetSeconds: number,
): FeishuError {
	return new FeishuError(status, 99991400, 'request trigger frequency limit', {
		headers: {
			'x-ogw-ratelimit-limit': String(limit),
			'x-ogw-ratelimit-reset': String(resetSeconds),
		},
	});
}

/** HTTP 400: no token, or one that is not good (Feishu reference: general error codes). */
export const TOKEN_ERRORS = {
	missing: () =>
		new FeishuError(
			400,
			99991661,
			'Missing access token for authorization. Please make a test attempt with the access token',
		),
	tenant: () =>
		new FeishuError(
			400,
			99991663,
			'Invalid access token for authorization. Please make a test attempt with the tenant_access_token',
		),
	app: () =>
		new FeishuError(
			400,
			99991664,
			'Invalid access token for authorization. Please make a test attempt with the app_access_token',
		),
	user: () =>
		new FeishuError(
			400,
			99991668,
			'Invalid access token for authorization. Please make a test attempt with a valid access token',
		),
	malformed: () =>
		new FeishuError(
			400,
			99991671,
			'Invalid access token for authorization. The token must start with "t-", "a-" or "u-"',
		),
} as const;
