import type {
	ICredentialTestFunctions,
	ICredentialsDecrypted,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import type { SendRequest } from './secretRequest';
import { fetchTenantAccessToken } from './tenantCredential';
import type { TenantCredential } from './tenantCredential';

/**
 * Tests the credential as it stands in the form, whatever token is stored with it: asks Feishu for a new one.
 * n8n's declarative test would be content with any HTTP 200, which Feishu also answers to a wrong secret, and
 * would use the stored token.
 */
async function feishuTenantApiTest(
	this: ICredentialTestFunctions,
	{ data = {} }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const credential = data as TenantCredential;
	const send = senderOf(this.helpers);
	try {
		await fetchTenantAccessToken(credential, send);
		return { status: 'OK', message: 'Connection successful' };
	} catch (error) {
		return { status: 'Error', message: (error as Error).message };
	}
}

/** A credential's test is given n8n's older request function alone, which has other names for the same things. */
function senderOf({ request }: ICredentialTestFunctions['helpers']): SendRequest {
	return async ({ baseURL = '', url, ...options }) =>
		await request({ ...options, uri: `${baseURL}${url}`, simple: false, followRedirect: false });
}

/** The credential's test, as each node that uses the credential offers it to n8n. */
export const credentialTest = { feishuTenantApiTest };
