import type { IHttpRequestOptions } from 'n8n-workflow';

/** Sends one HTTP request and gives the body of its answer, whatever its status. */
export type SendRequest = (options: IHttpRequestOptions) => Promise<unknown>;

/**
 * Posts what holds the secret of the app, which goes nowhere else: neither after a redirect nor into an error.
 *
 * @returns the body of the answer, whatever its status; nothing when there was no answer
 */
export async function postSecret(
	send: SendRequest,
	{ headers, ...options }: IHttpRequestOptions,
): Promise<{ body: unknown } | undefined> {
	try {
		const body = await send({
			method: 'POST',
			headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
			json: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			...options,
		});
		return { body };
	} catch {
		return undefined;
	}
}

/** Says that a host gives no answer. */
export function unreachable(baseURL: string): string {
	return `${new URL(baseURL).host} cannot be reached: check the region or Base URL in the credential and the network`;
}

/** Says that a host answers, but as another server would. */
export function notFeishu(baseURL: string): string {
	return `${new URL(baseURL).host} does not answer as Feishu does: check the region or Base URL in the credential`;
}
