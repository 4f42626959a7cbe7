import type { TenantCredential } from './tenantCredential';

/** What of a credential nobody may see. */
const SECRET_FIELDS = [
	'appSecret',
	'appTicket',
	'encryptKey',
	'verificationToken',
	'accessToken',
] as const satisfies ReadonlyArray<keyof TenantCredential>;

/** Shorter texts than these occur by chance, and are no secrets. */
const SHORTEST_SECRET = 6;

/** Takes the credential's secrets out of a text that came from outside, before anybody sees it. */
export function withoutSecrets(text: string, credential: Partial<TenantCredential>): string {
	return SECRET_FIELDS.reduce((redacted, field) => {
		const secret = credential[field];
		return typeof secret === 'string' && secret.length >= SHORTEST_SECRET
			? redacted.replaceAll(secret, '***')
			: redacted;
	}, text);
}
