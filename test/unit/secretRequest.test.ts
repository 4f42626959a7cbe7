import type { IHttpRequestOptions } from 'n8n-workflow';

import { notFeishu, postSecret, unreachable } from '../../nodes/shared/api/secretRequest';

const REQUEST: IHttpRequestOptions = {
	baseURL: 'https://open.feishu.cn',
	url: '/open-apis/auth',
	body: { app_secret: 'SecretOfTheApp' },
	timeout: 30_000,
};

describe('a request that holds the secret', () => {
	it('is posted as JSON, and goes nowhere else', async () => {
		const send = jest.fn(async () => ({ code: 0 }));
		await postSecret(send, REQUEST);
		expect(send.mock.calls).toEqual([
			[
				{
					method: 'POST',
					headers: { 'Content-Type': 'application/json; charset=utf-8' },
					json: true,
					ignoreHttpStatusErrors: true,
					disableFollowRedirect: true,
					baseURL: 'https://open.feishu.cn',
					url: '/open-apis/auth',
					body: { app_secret: 'SecretOfTheApp' },
					timeout: 30_000,
				},
			],
		]);
	});

	it('may have headers of its own', async () => {
		const send = jest.fn(async () => ({ code: 0 }));
		await postSecret(send, { ...REQUEST, headers: { locale: 'zh' } });
		expect(send).toHaveBeenCalledWith(
			expect.objectContaining({
				headers: { 'Content-Type': 'application/json; charset=utf-8', locale: 'zh' },
			}),
		);
	});

	it.each([{ code: 10014, msg: 'no' }, 'a page', undefined])(
		'brings the body of the answer, be it %j',
		async (body) => {
			expect(await postSecret(async () => body, REQUEST)).toStrictEqual({ body });
		},
	);

	it('brings nothing when there is no answer, and no error that could hold the secret', async () => {
		const send = async () => await Promise.reject<never>(new Error('SecretOfTheApp'));
		expect(await postSecret(send, REQUEST)).toBeUndefined();
	});
});

describe('what is said of a host', () => {
	it('names it when it cannot be reached', () => {
		expect(unreachable('https://feishu.example.com:8443/api')).toBe(
			'feishu.example.com:8443 cannot be reached: check the region or Base URL in the credential and the network',
		);
	});

	it('names it when it is another server than Feishu', () => {
		expect(notFeishu('https://feishu.example.com:8443/api')).toBe(
			'feishu.example.com:8443 does not answer as Feishu does: check the region or Base URL in the credential',
		);
	});
});
