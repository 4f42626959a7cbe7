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

/** The forms that secrets may have in an answer: as they are, as they stand in JSON, and as they stand in an address. */
export function secretFormsOf(secrets: readonly unknown[]): string[] {
	const forms = secrets
		.filter((secret): secret is string => typeof secret === 'string')
		.filter((secret) => secret.length >= SHORTEST_SECRET)
		.flatMap((secret) => [
			secret,
			JSON.stringify(secret).slice(1, -1),
			String(new URLSearchParams({ s: secret })).slice('s='.length),
		]);
	return [...new Set(forms)];
}

/** Takes secrets out of what a server answered, before anybody sees it, in whichever form they stand there. */
export function withoutSecrets<Value>(value: Value, secrets: readonly unknown[]): Value {
	return redact(value, secretFormsOf(secrets));
}

/**
 * Takes these texts out of a text, or out of every text in an object or a list.
 *
 * @param forms of the secrets (see `secretFormsOf`)
 */
export function redact<Value>(value: Value, forms: readonly string[]): Value {
	return redactAny(value, forms) as Value;
}

function redactAny(value: unknown, forms: readonly string[]): unknown {
	if (typeof value === 'string') {
		return forms.reduce((text, form) => text.replaceAll(form, '***'), value);
	}
	if (Array.isArray(value)) return value.map((entry: unknown) => redactAny(entry, forms));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, entry]) => [name, redactAny(entry, forms)]),
	);
}
