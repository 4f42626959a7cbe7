import { SEEDED_APPS } from '../../sandbox/feishu/src/apps';

const { app_id, app_secret } = SEEDED_APPS.custom;

/** The sandbox's app with every scope. */
export const APP = { appId: app_id, appSecret: app_secret };

/** Asks for a token as a user does who has no node for it (Feishu reference: tenant_access_token). */
export async function fetchToken(baseUrl: string): Promise<string> {
	const response = await fetch(`${baseUrl}/open-apis/auth/v3/tenant_access_token/internal`, {
		method: 'POST',
		headers: { 'content-type': 'application/json; charset=utf-8' },
		body: JSON.stringify({ app_id, app_secret }),
	});
	const { tenant_access_token } = (await response.json()) as { tenant_access_token: string };
	return tenant_access_token;
}
