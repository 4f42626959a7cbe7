import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

/** Shorter texts than these occur by chance, and are no secrets. In characters. */
const SHORTEST_SECRET = 6;

/** The secrets of a credential that calls send to Feishu, and that a server could therefore repeat. */
export function sentSecretsOf({
	appSecret,
	appTicket,
	accessToken,
}: ICredentialDataDecryptedObject): unknown[] {
	return [appSecret, appTicket, accessToken];
}

/**
 * Takes secrets out of what a server answered, before anybody sees it: out of a text, or out of every text in an
 * object or a list. A secret is found as it is, as it stands in JSON, and as it stands in an address.
 */
export function withoutSecrets<Value>(value: Value, secrets: readonly unknown[]): Value {
	const forms = secrets
		.filter((secret): secret is string => typeof secret === 'string')
		.filter((secret) => secret.length >= SHORTEST_SECRET)
		.flatMap((secret) => [
			secret,
			JSON.stringify(secret).slice(1, -1),
			String(new URLSearchParams({ s: secret })).slice('s='.length),
		]);
	return redact(value, [...new Set(forms)]) as Value;
}

function redact(value: unknown, forms: readonly string[]): unknown {
	if (typeof value === 'string') {
		return forms.reduce((text, form) => text.replaceAll(form, '***'), value);
	}
	if (Array.isArray(value)) return value.map((entry: unknown) => redact(entry, forms));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, entry]) => [name, redact(entry, forms)]),
	);
}
