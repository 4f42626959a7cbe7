import type { FunctionsBase, ICredentialDataDecryptedObject, INode } from 'n8n-workflow';

import { ExpiringCache } from '../primitives/ExpiringCache';
import { processState } from '../primitives/processState';
import { TENANT_CREDENTIAL } from './tenantCredential';
import type { TenantCredential } from './tenantCredential';

/** What of the credential proves that a request comes from Feishu, or from a trigger of the same app. */
export type AppKeys = Pick<
	TenantCredential,
	'appId' | 'appSecret' | 'encryptKey' | 'verificationToken'
>;

/** What reading the credential needs of n8n. */
type CredentialReader = Pick<FunctionsBase, 'getNode'> & {
	getCredentials: <Data extends ICredentialDataDecryptedObject>(type: string) => Promise<Data>;
};

/** How long keys that somebody has removed from the credential may still be accepted. */
const KEEP_MS = 60_000;
const MAX_KEPT = 100;

/** By the credential's ID; what is being read is there as well, so that presses at once read it once. */
const kept = processState(() => new ExpiringCache<Promise<AppKeys>>(KEEP_MS, MAX_KEPT));

/**
 * Checks something with the keys in the credential. They are kept for a minute, since n8n prepares an isolate for each
 * reading of a credential outside an execution, which takes part of Feishu's 3 seconds from many presses at once. What is
 * not accepted is checked again with the credential as it is now: a new key holds from the next request on.
 * feishu-openapi.md, section 5.
 *
 * @param isAccepted by default, whatever is not undefined
 * @throws whatever n8n says when the credential cannot be read
 */
export async function checkWithAppKeys<Result>(
	context: CredentialReader,
	check: (keys: AppKeys) => Result,
	isAccepted = (result: Result): boolean => result !== undefined,
): Promise<Result> {
	const id = credentialIdOf(context.getNode());
	const earlier = id === undefined ? undefined : kept.current.get(id);
	if (earlier !== undefined) {
		const result = check(await earlier);
		if (isAccepted(result)) return result;
	}
	return check(await readAppKeys(context, id));
}

async function readAppKeys(context: CredentialReader, id: string | undefined): Promise<AppKeys> {
	const reading = context
		.getCredentials<TenantCredential>(TENANT_CREDENTIAL)
		.then(({ appId, appSecret, encryptKey = '', verificationToken = '' }) => ({
			appId,
			appSecret,
			encryptKey,
			verificationToken,
		}));
	if (id !== undefined) {
		const { current } = kept;
		current.set(id, reading);
		reading.catch(() => current.forget(id));
	}
	return await reading;
}

function credentialIdOf({ credentials }: INode): string | undefined {
	return credentials?.[TENANT_CREDENTIAL]?.id ?? undefined;
}
