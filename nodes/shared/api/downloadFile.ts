import type { IExecuteFunctions } from 'n8n-workflow';

/** What a download brought, or why it brought nothing, as part of a sentence that names the host. */
export type Download = { bytes: Buffer; problem?: undefined } | { problem: string };

/** How long a download may take in all, in milliseconds. */
const DOWNLOAD_TIMEOUT_MS = 30_000;
const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MEGABYTE = 1024 * 1024;

/** What is used of Node's Readable. */
type ResponseStream = AsyncIterable<Buffer> & { destroy: () => void };

interface StreamedResponse {
	statusCode: number;
	headers: Record<string, unknown>;
	body: ResponseStream;
}

/**
 * Gets a file from an address that is not Feishu's, through n8n's own HTTP client, without the credential. Every
 * address that it is redirected to must begin with https://, too.
 *
 * @param maxBytes the most bytes of the file; not one more is kept
 */
export async function downloadFile(
	context: Pick<IExecuteFunctions, 'helpers' | 'getExecutionCancelSignal'>,
	address: string,
	maxBytes: number,
): Promise<Download> {
	const timeout = AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS);
	const cancel = context.getExecutionCancelSignal();
	const signal = cancel === undefined ? timeout : AbortSignal.any([timeout, cancel]);
	let url = new URL(address);
	try {
		for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
			const response = (await context.helpers.httpRequest({
				method: 'GET',
				url: url.href,
				headers: { Accept: 'image/*' },
				encoding: 'stream',
				returnFullResponse: true,
				ignoreHttpStatusErrors: true,
				disableFollowRedirect: true,
				abortSignal: signal,
			})) as StreamedResponse;
			const { statusCode, headers, body } = response;
			const { location } = headers;
			if (REDIRECTS.has(statusCode) && typeof location === 'string') {
				body.destroy();
				const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
				if (next?.protocol !== 'https:') {
					return {
						problem: `${url.host} redirects to an address that does not begin with https://`,
					};
				}
				url = next;
				continue;
			}
			if (statusCode < 200 || statusCode > 299) {
				body.destroy();
				return { problem: `${url.host} answered with HTTP ${statusCode}` };
			}
			const bytes = await readUpTo(body, maxBytes);
			return bytes === undefined
				? { problem: `${url.host} sends more than ${maxBytes / MEGABYTE} MB` }
				: { bytes };
		}
		return { problem: `${url.host} redirects more than ${MAX_REDIRECTS} times` };
	} catch (error) {
		if (cancel?.aborted) return { problem: 'the execution was stopped' };
		if (timeout.aborted) return { problem: `${url.host} did not answer in time` };
		return { problem: `${url.host} ${problemOf(error as Error)}` };
	}
}

/** n8n puts a sentence of its own in place of one that has such a code in it. */
const NETWORK_PROBLEMS: Record<string, string> = {
	ECONNREFUSED: 'refused the connection',
	ECONNRESET: 'broke off the connection',
	ENOTFOUND: 'could not be found',
	EAI_AGAIN: 'could not be found',
	ETIMEDOUT: 'did not answer in time',
};

function problemOf(error: Error): string {
	const { code, message } = (error.cause ?? error) as Error & { code?: string };
	// Why n8n itself did not ask, such as for an address that it is set up to block.
	if (code === undefined) return `could not be reached: ${message}`;
	if (code.includes('CERT')) return `has a certificate that is not trusted (${code})`;
	return NETWORK_PROBLEMS[code] ?? 'could not be reached';
}

/** Reads a stream to its end; nothing when it has more bytes than are wanted. */
async function readUpTo(body: ResponseStream, maxBytes: number): Promise<Buffer | undefined> {
	const chunks: Buffer[] = [];
	let length = 0;
	// Leaving the loop destroys the stream.
	for await (const chunk of body) {
		chunks.push(chunk);
		length += chunk.length;
		if (length > maxBytes) return undefined;
	}
	return Buffer.concat(chunks);
}
