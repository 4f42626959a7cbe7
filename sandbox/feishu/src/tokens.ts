import { randomBytes } from 'node:crypto';

/** Whose a token is and until when it is good. */
export interface Token {
	value: string;
	app_id: string;
	/** Absent for an app access token. */
	tenant_key?: string;
	/** Milliseconds since 1970. */
	expiresAt: number;
}

/**
 * Tenant and app access tokens (Feishu reference: "Get tenant_access_token"): while more than the
 * renewal margin (30 minutes) is left, asking again gives the same token; with less left it gives a
 * new one, and both stay valid until each expires.
 */
export class TokenStore {
	private readonly tokens = new Map<string, Token>();
	private readonly newest = new Map<string, Token>();

	/**
	 * The token of an app in a tenant, or the app's own when `tenant_key` is absent.
	 * `lifetime` and `margin` are seconds.
	 */
	issue(
		app_id: string,
		tenant_key: string | undefined,
		now: number,
		lifetime: number,
		margin: number,
	): Token {
		const key = `${app_id}/${tenant_key ?? ''}`;
		const current = this.newest.get(key);
		if (current && current.expiresAt - now > margin * 1000) return current;
		this.forgetExpired(now);
		const token: Token = {
			value: `${tenant_key === undefined ? 'a' : 't'}-g${randomBytes(20).toString('hex')}`,
			app_id,
			tenant_key,
			expiresAt: now + lifetime * 1000,
		};
		this.tokens.set(token.value, token);
		this.newest.set(key, token);
		return token;
	}

	/** The token with this value, unless there is none or it has expired. */
	find(value: string, now: number): Token | undefined {
		const token = this.tokens.get(value);
		return token && token.expiresAt > now ? token : undefined;
	}

	/** Ends all tokens of an app, or of all apps, at once; returns how many. */
	expire(app_id?: string): number {
		let count = 0;
		for (const [value, token] of this.tokens) {
			if (app_id !== undefined && token.app_id !== app_id) continue;
			this.tokens.delete(value);
			count++;
		}
		for (const [key, token] of this.newest) {
			if (!this.tokens.has(token.value)) this.newest.delete(key);
		}
		return count;
	}

	private forgetExpired(now: number): void {
		for (const [value, token] of this.tokens) {
			if (token.expiresAt <= now) this.tokens.delete(value);
		}
	}
}
