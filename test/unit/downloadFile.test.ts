import { Readable } from 'node:stream';

import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';

import { downloadFile } from '../../nodes/shared/api/downloadFile';

const ADDRESS = 'https://example.com/logo.png';
const MEGABYTE = 1024 * 1024;

/** A server's answer, whose body is streamed in these chunks. */
function page(chunks: Array<string | Buffer> = ['a picture'], statusCode = 200, headers = {}) {
	return { statusCode, headers, body: Readable.from(chunks.map((chunk) => Buffer.from(chunk))) };
}
const redirect = (location: string, statusCode = 302) => page(['moved'], statusCode, { location });

/**
 * Downloads from a web that has this at these addresses.
 *
 * @param cancel ends the execution
 */
function download(
	web: Record<string, (options: IHttpRequestOptions) => unknown>,
	{ maxBytes = 100, cancel }: { maxBytes?: number; cancel?: AbortSignal } = {},
) {
	const asked: IHttpRequestOptions[] = [];
	// Of all that n8n offers, what a download uses.
	const context = {
		getExecutionCancelSignal: () => cancel,
		helpers: {
			httpRequest: async (options: IHttpRequestOptions) => {
				asked.push(options);
				// A download that asks without end would never come back.
				if (asked.length > 20) throw new Error('Asked too often');
				return await web[options.url]!(options);
			},
		},
	} as unknown as IExecuteFunctions;
	const result = downloadFile(context, ADDRESS, maxBytes);
	return {
		asked,
		result,
		urls: () => asked.map(({ url }) => url),
		isEnded: () => (asked.at(-1)?.abortSignal as AbortSignal).aborted,
	};
}

/** What comes of a download whose only answer is this. */
const resultOf = async (answer: () => unknown, maxBytes?: number) =>
	await download({ [ADDRESS]: answer }, { maxBytes }).result;

const failing = (error: Error) => async () => await Promise.reject<never>(error);
const withCode = (code: string) => Object.assign(new Error('The request failed'), { code });

/** An answer that does not come before the request is ended. */
const never = async ({ abortSignal }: IHttpRequestOptions) =>
	await new Promise<never>((_, reject) => {
		(abortSignal as AbortSignal).addEventListener('abort', () => reject(new Error('canceled')));
	});

/** Ends when a test says that the time is over. */
let time: AbortController;
let timeLimit: jest.SpyInstance;

beforeEach(() => {
	time = new AbortController();
	timeLimit = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(time.signal);
});
afterEach(() => jest.restoreAllMocks());

describe('a download', () => {
	it("asks through n8n's HTTP client, and has 30 seconds", async () => {
		const { asked, result } = download({ [ADDRESS]: () => page() });
		await result;
		const [{ abortSignal, ...options }] = asked;
		expect(asked).toHaveLength(1);
		expect(options).toEqual({
			method: 'GET',
			url: ADDRESS,
			headers: { Accept: 'image/*' },
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
		});
		expect(abortSignal).toBe(time.signal);
		expect(timeLimit.mock.calls).toEqual([[30_000]]);
	});

	it('brings all bytes in their order', async () => {
		expect(await resultOf(() => page(['a pic', 't', 'ure']))).toEqual({
			bytes: Buffer.from('a picture'),
		});
	});

	it('of an empty file brings no bytes', async () => {
		expect(await resultOf(() => page([]))).toEqual({ bytes: Buffer.alloc(0) });
	});

	it.each([200, 204, 299])('takes what is answered with HTTP %i', async (status) => {
		expect(await resultOf(() => page(['a'], status))).toEqual({ bytes: Buffer.from('a') });
	});

	it('takes what is answered with HTTP 200, whatever location comes with it', async () => {
		const answer = () => page(['a'], 200, { location: 'https://example.com/else' });
		expect(await resultOf(answer)).toEqual({ bytes: Buffer.from('a') });
	});

	it.each([199, 300, 304, 404, 500])('does not take HTTP %i, nor its body', async (status) => {
		const answer = page(['not found'], status, { location: ADDRESS });
		expect(await resultOf(() => answer)).toEqual({
			problem: `example.com answered with HTTP ${status}`,
		});
		expect(answer.body.destroyed).toBe(true);
		expect(answer.body.readableDidRead).toBe(false);
	});
});

describe('the most bytes', () => {
	it('may be had', async () => {
		expect(await resultOf(() => page(['1234', '5678']), 8)).toEqual({
			bytes: Buffer.from('12345678'),
		});
	});

	it('and one more are not, and end the connection', async () => {
		const answer = page([Buffer.alloc(MEGABYTE), Buffer.alloc(MEGABYTE), 'x', 'more', 'and more']);
		expect(await resultOf(() => answer, 2 * MEGABYTE)).toEqual({
			problem: 'example.com sends more than 2 MB',
		});
		expect(answer.body.destroyed).toBe(true);
		expect(answer.body.readableEnded).toBe(false);
	});
});

describe('a redirect', () => {
	it.each([301, 302, 303, 307, 308])('with HTTP %i is followed', async (status) => {
		const moved = redirect('https://cdn.example.net/a.png', status);
		const { urls, result } = download({
			[ADDRESS]: () => moved,
			'https://cdn.example.net/a.png': () => page(),
		});
		expect(await result).toEqual({ bytes: Buffer.from('a picture') });
		expect(urls()).toEqual([ADDRESS, 'https://cdn.example.net/a.png']);
		expect(moved.body.destroyed).toBe(true);
		expect(moved.body.readableDidRead).toBe(false);
	});

	it('to a path stays at the host that it came from', async () => {
		const { asked, urls, result } = download({
			[ADDRESS]: () => redirect('https://cdn.example.net/a/b.png'),
			'https://cdn.example.net/a/b.png': () => redirect('c.png'),
			'https://cdn.example.net/a/c.png': () => redirect('/d.png'),
			'https://cdn.example.net/d.png': () => page(),
		});
		expect(await result).toEqual({ bytes: Buffer.from('a picture') });
		expect(urls().slice(2)).toEqual([
			'https://cdn.example.net/a/c.png',
			'https://cdn.example.net/d.png',
		]);
		const [first, ...others] = asked.map((options) => ({ ...options, url: '' }));
		expect(others).toEqual([first, first, first]);
	});

	it.each<[string, object]>([
		['without a location', {}],
		['with a location that is no text', { location: ['https://example.com/else'] }],
	])('%s leads nowhere', async (_, headers) => {
		expect(await resultOf(() => page(['moved'], 302, headers))).toEqual({
			problem: 'example.com answered with HTTP 302',
		});
	});

	it.each([
		'http://example.com/logo.png',
		'ftp://example.com/logo.png',
		'data:image/png;base64,AAAA',
		'https://',
	])('to %s is not followed', async (location) => {
		const moved = redirect(location);
		expect(await resultOf(() => moved)).toEqual({
			problem: 'example.com redirects to an address that does not begin with https://',
		});
		expect(moved.body.destroyed).toBe(true);
	});

	it('is followed five times', async () => {
		let left = 5;
		const { asked, result } = download({
			[ADDRESS]: () => (left-- > 0 ? redirect(ADDRESS) : page()),
		});
		expect(await result).toEqual({ bytes: Buffer.from('a picture') });
		expect(asked).toHaveLength(6);
	});

	it('is not followed a sixth time', async () => {
		const { asked, result } = download({ [ADDRESS]: () => redirect(ADDRESS) });
		expect(await result).toEqual({ problem: 'example.com redirects more than 5 times' });
		expect(asked).toHaveLength(6);
	});

	it('makes the host that it leads to the one that problems name', async () => {
		const { result } = download({
			[ADDRESS]: () => redirect('https://cdn.example.net:8443/gone.png'),
			'https://cdn.example.net:8443/gone.png': () => page(['gone'], 410),
		});
		expect(await result).toEqual({ problem: 'cdn.example.net:8443 answered with HTTP 410' });
	});
});

describe('a download that takes too long', () => {
	it.each<[string, AbortSignal | undefined]>([
		['cannot be stopped', undefined],
		['could be stopped', new AbortController().signal],
	])('ends when its time is over, where the execution %s', async (_, cancel) => {
		const { result, isEnded } = download({ [ADDRESS]: never }, { cancel });
		expect(isEnded()).toBe(false);
		time.abort();
		expect(isEnded()).toBe(true);
		expect(await result).toEqual({ problem: 'example.com did not answer in time' });
	});

	it('ends with the execution', async () => {
		const cancel = new AbortController();
		const { result, isEnded } = download({ [ADDRESS]: never }, { cancel: cancel.signal });
		expect(isEnded()).toBe(false);
		cancel.abort();
		expect(isEnded()).toBe(true);
		expect(await result).toEqual({ problem: 'the execution was stopped' });
	});
});

describe('a download that fails', () => {
	it.each<[string, string]>([
		['ECONNREFUSED', 'refused the connection'],
		['ECONNRESET', 'broke off the connection'],
		['ENOTFOUND', 'could not be found'],
		['EAI_AGAIN', 'could not be found'],
		['ETIMEDOUT', 'did not answer in time'],
		[
			'DEPTH_ZERO_SELF_SIGNED_CERT',
			'has a certificate that is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)',
		],
		['CERT_HAS_EXPIRED', 'has a certificate that is not trusted (CERT_HAS_EXPIRED)'],
		['EPROTO', 'could not be reached'],
	])('with %s says so', async (code, words) => {
		const problem = `example.com ${words}`;
		expect(await resultOf(failing(withCode(code)))).toEqual({ problem });
		const caused = new Error('n8n says it in its own words', { cause: withCode(code) });
		expect(await resultOf(failing(caused))).toEqual({ problem });
	});

	it('says what n8n itself has against the address', async () => {
		const reason = 'The address is blocked';
		const problem = `example.com could not be reached: ${reason}`;
		expect(await resultOf(failing(new Error(reason)))).toEqual({ problem });
		const caused = Object.assign(withCode('EPROTO'), { cause: new Error(reason) });
		expect(await resultOf(failing(caused))).toEqual({ problem });
	});

	it('in the middle of the file brings none of it', async () => {
		const broken = function* () {
			yield Buffer.from('half a pic');
			throw withCode('ECONNRESET');
		};
		const answer = { ...page(), body: Readable.from(broken()) };
		expect(await resultOf(() => answer)).toEqual({
			problem: 'example.com broke off the connection',
		});
	});
});
