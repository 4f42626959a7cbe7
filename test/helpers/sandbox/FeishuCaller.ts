import { SEEDED_APPS } from '../../../sandbox/feishu/src';

/** An answer of the sandbox's Feishu, taken apart. */
export interface Answer {
	status: number;
	headers: Headers;
	text: string;
	code: number;
	msg: string;
	data: Record<string, never> & {
		biz_id?: string;
		failed_cards?: Array<{ biz_id: string; user_id: string; reason: string }>;
		failed_user_reasons?: Array<{
			error_code: number;
			error_message: string;
			user_id: string;
		}>;
	};
	error?: {
		log_id: string;
		permission_violations?: Array<{ type: string; subject: string }>;
	};
	[field: string]: unknown;
}

/** What a call may have besides method and path. */
export interface CallParts {
	/** Sent as JSON, unless it is text already. */
	body?: unknown;
	query?: string;
	/** `null` sends none. */
	token?: string | null;
	contentType?: string | null;
}

/** Calls the sandbox's Feishu over plain HTTP, so that tests can send what no SDK would. */
export class FeishuCaller {
	private token?: string;

	constructor(
		private readonly url: string,
		private readonly app: { app_id: string; app_secret: string } = SEEDED_APPS.custom,
	) {}

	/** The custom app's tenant access token, asked for once. */
	async tenantAccessToken(): Promise<string> {
		this.token ??= (await this.askForToken()).tenant_access_token as string;
		return this.token;
	}

	/** Asks for a tenant access token, whatever came before. */
	askForToken(credentials: object = this.app): Promise<Answer> {
		return this.call('POST', '/open-apis/auth/v3/tenant_access_token/internal', {
			body: credentials,
			token: null,
		});
	}

	/** Calls with the token, JSON and what else the parts say. */
	async call(method: string, path: string, parts: CallParts = {}): Promise<Answer> {
		const { body, query, contentType = 'application/json; charset=utf-8' } = parts;
		const token = parts.token === undefined ? await this.tenantAccessToken() : parts.token;
		const headers = new Headers();
		if (token !== null) headers.set('authorization', `Bearer ${token}`);
		if (contentType !== null) headers.set('content-type', contentType);
		const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
		const response = await fetch(`${this.url}${path}${query ? `?${query}` : ''}`, {
			method,
			headers,
			body: text as string | undefined,
		});
		const answer = await response.text();
		return {
			...tryParse(answer),
			status: response.status,
			headers: response.headers,
			text: answer,
		};
	}

	create(body: unknown, parts?: CallParts): Promise<Answer> {
		return this.call('POST', '/open-apis/im/v2/app_feed_card', { body, ...parts });
	}

	update(body: unknown, parts?: CallParts): Promise<Answer> {
		return this.call('PUT', '/open-apis/im/v2/app_feed_card/batch', { body, ...parts });
	}

	delete(body: unknown, parts?: CallParts): Promise<Answer> {
		return this.call('DELETE', '/open-apis/im/v2/app_feed_card/batch', { body, ...parts });
	}

	chatButtons(body: unknown, parts?: CallParts): Promise<Answer> {
		return this.call('PUT', '/open-apis/im/v2/chat_button', { body, ...parts });
	}

	groupReminder(feed_card_id: string, body: unknown, parts?: CallParts): Promise<Answer> {
		return this.call('PATCH', `/open-apis/im/v2/feed_cards/${feed_card_id}`, { body, ...parts });
	}

	botReminder(body: unknown, parts?: CallParts): Promise<Answer> {
		return this.call('PATCH', '/open-apis/im/v2/feed_cards/bot_time_sentive', {
			body,
			...parts,
		});
	}
}

function tryParse(text: string): Pick<Answer, 'code' | 'msg' | 'data'> {
	try {
		return JSON.parse(text);
	} catch {
		return { code: NaN, msg: '', data: {} as Answer['data'] };
	}
}
