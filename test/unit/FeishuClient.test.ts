import { NodeOperationError } from 'n8n-workflow';
import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	IExecuteFunctions,
	IHttpRequestOptions,
} from 'n8n-workflow';

import { FeishuClient } from '../../nodes/shared/api/FeishuClient';
import type { AcquireSlot, FeishuRequest } from '../../nodes/shared/api/FeishuClient';
import { STOPPED } from '../../nodes/shared/api/failures';
import { openClient } from '../../nodes/shared/api/openClient';
import * as secrets from '../../nodes/shared/api/secrets';
import {
	TokenError,
	currentAccessToken,
	noteTokenError,
	tokenOriginOf,
} from '../../nodes/shared/api/tenantCredential';
import type { TenantCredential } from '../../nodes/shared/api/tenantCredential';

const CREDENTIAL: TenantCredential = {
	region: 'feishu',
	baseUrl: '',
	appType: 'custom',
	appId: 'cli_a',
	appSecret: 'SecretOfTheApp',
	appTicket: 'TicketOfTheApp',
	tenantKey: 'tenant_1',
	encryptKey: '',
	verificationToken: '',
	accessToken: '',
	accessTokenOrigin: '',
};
const NODE = {
	name: 'Feishu Feed',
	credentials: { feishuTenantApi: { id: '7', name: 'Feishu of the company' } },
};
const REQUEST: FeishuRequest = {
	method: 'POST',
	path: '/open-apis/im/v2/app_feed_card',
	query: { user_id_type: 'open_id' },
	body: { user_ids: ['ou_a'] },
	scopes: ['im:app_feed_card:write'],
};
const NETWORK_ADVICE = 'check the network and the base URL in the credential, then try again';

/** What n8n stores after it has made this token for the credential. */
function storedWith(
	accessToken: string,
	change: ICredentialDataDecryptedObject = {},
): TenantCredential {
	const credential = { ...CREDENTIAL, ...change };
	return { ...credential, accessToken, accessTokenOrigin: tokenOriginOf(credential) };
}

/** One request, as n8n's HTTP client is asked to make it. */
interface SentCall {
	context: unknown;
	credentialType: string;
	options: IHttpRequestOptions;
	credentialsDecrypted: ICredentialsDecrypted;
	/** The one that Feishu gets to see. */
	token: string;
}

const succeeded = (data: object = {}) => ({
	statusCode: 200,
	headers: { 'x-tt-logid': 'log-1' },
	body: { code: 0, msg: 'ok', data },
});
const refused = (code: number, msg = 'no') => ({
	statusCode: 400,
	headers: {},
	body: { code, msg },
});
const TOKEN_REFUSED = refused(99991663);

/** Feishu, once the token `t-old` has ended. */
const onceEnded = ({ token }: SentCall) => (token === 't-old' ? TOKEN_REFUSED : succeeded());

interface N8n {
	/** What a node gets that reads the credential. */
	stored: TenantCredential;
	readonly calls: SentCall[];
	/** Of all calls. */
	tokens: () => string[];
	tokensMade: number;
	/** @param data the credential that n8n was given */
	makeToken: (data: object) => Promise<string>;
	readonly context: IExecuteFunctions;
}

/**
 * n8n around a node. It makes a token where the credential has none, writes it into what it was given, and answers as
 * the test says.
 */
function n8nAround(
	stored: TenantCredential,
	answer: (call: SentCall) => unknown = () => succeeded(),
	surroundings: object = {},
): N8n {
	const calls: SentCall[] = [];
	const n8n: N8n = {
		stored,
		calls,
		tokens: () => calls.map(({ token }) => token),
		tokensMade: 0,
		makeToken: async () => `t-made-${++n8n.tokensMade}`,
		// Of all that n8n offers, what the client uses.
		context: {
			getNode: () => NODE,
			getCredentials: async () => n8n.stored,
			helpers: {
				async httpRequestWithAuthentication(
					this: unknown,
					credentialType: string,
					options: IHttpRequestOptions,
					{ credentialsDecrypted }: { credentialsDecrypted: ICredentialsDecrypted },
				) {
					const data = credentialsDecrypted.data as TenantCredential;
					if (data.accessToken === '') {
						data.accessToken = await n8n.makeToken(data);
						data.accessTokenOrigin = tokenOriginOf(data);
					}
					const token = currentAccessToken(data);
					const call = { context: this, credentialType, options, credentialsDecrypted, token };
					calls.push(call);
					return await answer(call);
				},
			},
			...surroundings,
		} as unknown as IExecuteFunctions,
	};
	return n8n;
}

/** Breaks off the connection when the next token is made, and not again. */
function breakOffOnce(n8n: N8n): void {
	const { makeToken } = n8n;
	n8n.makeToken = async () => {
		n8n.makeToken = makeToken;
		throw new Error('The connection broke off');
	};
}

/** Turns for calls, and for each that was asked for whether it is urgent. */
function turns(grant: AcquireSlot = async () => true) {
	const urgencies: boolean[] = [];
	const acquire: AcquireSlot = async (isUrgent) => {
		urgencies.push(isUrgent);
		// A call that asks without end would never come back.
		if (urgencies.length > 20) throw new Error('Too many turns');
		return await grant(isUrgent);
	};
	return { urgencies, acquire };
}

/** Holds back what waits for it. */
function gate() {
	let open = (): void => {};
	const opened = new Promise<void>((resolve) => (open = resolve));
	return { opened, open: () => open() };
}

/** Lets everything happen that no gate holds back. */
const settle = async () => await new Promise((resolve) => setImmediate(resolve));

/** Makes calls at once, each with turns of its own. */
async function callAtOnce(client: FeishuClient, count: number) {
	const ofCalls = Array.from({ length: count }, () => turns());
	const answers = await Promise.all(
		ofCalls.map(async ({ acquire }) => await client.call(REQUEST, acquire)),
	);
	return { answers, urgencies: ofCalls.map(({ urgencies }) => urgencies) };
}

afterEach(() => jest.restoreAllMocks());

describe('a call', () => {
	it("goes through n8n's HTTP client, with the credential of this run", async () => {
		const n8n = n8nAround(storedWith('t-old'));
		await (await FeishuClient.open(n8n.context)).call(REQUEST);
		expect(n8n.calls).toHaveLength(1);
		const [{ context, credentialType, options, credentialsDecrypted, token }] = n8n.calls;
		expect(context).toBe(n8n.context);
		expect(credentialType).toBe('feishuTenantApi');
		expect(options).toEqual({
			method: 'POST',
			url: '/open-apis/im/v2/app_feed_card',
			qs: { user_id_type: 'open_id' },
			body: { user_ids: ['ou_a'] },
			headers: { 'Content-Type': 'application/json; charset=utf-8' },
			timeout: 20_000,
			json: true,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
		});
		expect(credentialsDecrypted).toEqual({
			id: '7',
			name: 'Feishu of the company',
			type: 'feishuTenantApi',
			data: storedWith('t-old'),
		});
		expect(token).toBe('t-old');
	});

	it.each<[string, object]>([
		['has no credentials', {}],
		['has other credentials only', { credentials: { httpBasicAuth: { id: '1', name: 'Other' } } }],
		['has a credential without an ID', { credentials: { feishuTenantApi: { id: null } } }],
	])('names no credential when n8n says of the node that it %s', async (_, node) => {
		const n8n = n8nAround(storedWith('t-old'), undefined, { getNode: () => node });
		await (await FeishuClient.open(n8n.context)).call(REQUEST);
		expect(n8n.calls[0]!.credentialsDecrypted).toMatchObject({ id: '', name: '' });
	});

	it('brings the data of the answer with the log ID', async () => {
		const n8n = n8nAround(storedWith('t-old'), () => succeeded({ image_key: 'img_1' }));
		expect(await (await FeishuClient.open(n8n.context)).call(REQUEST)).toEqual({
			data: { image_key: 'img_1' },
			logId: 'log-1',
		});
	});

	it('that lacks a scope is told which scopes it would need', async () => {
		const n8n = n8nAround(storedWith('t-old'), () => refused(99991672));
		const { failure } = await (await FeishuClient.open(n8n.context)).call(REQUEST);
		expect(failure?.advice).toContain('open the scope im:app_feed_card:write for the app');
	});

	it('takes one turn, which is not urgent', async () => {
		const n8n = n8nAround(storedWith('t-old'));
		const { urgencies, acquire } = turns();
		await (await FeishuClient.open(n8n.context)).call(REQUEST, acquire);
		expect(urgencies).toEqual([false]);
	});

	it('is not made when it gets no turn', async () => {
		const n8n = n8nAround(storedWith('t-old'));
		const client = await FeishuClient.open(n8n.context);
		expect(await client.call(REQUEST, async () => false)).toEqual({ failure: STOPPED });
		expect(n8n.calls).toEqual([]);
	});

	it('leaves the credential that n8n has read as it is', async () => {
		const n8n = n8nAround({ ...CREDENTIAL });
		await (await FeishuClient.open(n8n.context)).call(REQUEST);
		expect(n8n.tokens()).toEqual(['t-made-1']);
		expect(n8n.stored).toEqual(CREDENTIAL);
	});
});

describe('a form', () => {
	const UPLOAD: FeishuRequest = {
		method: 'POST',
		path: '/open-apis/im/v1/images',
		scopes: ['im:resource'],
		form: {
			image_type: 'avatar',
			image: { name: 'image.png', mediaType: 'image/png', bytes: Buffer.from('a picture') },
		},
	};

	it('is sent as multipart, and has two minutes', async () => {
		const n8n = n8nAround(storedWith('t-old'));
		await (await FeishuClient.open(n8n.context)).call(UPLOAD);
		const { body, ...options } = n8n.calls[0]!.options;
		expect(options).toEqual({
			method: 'POST',
			url: '/open-apis/im/v1/images',
			timeout: 120_000,
			json: true,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
		});
		const form = body as FormData;
		expect([...form.keys()]).toEqual(['image_type', 'image']);
		expect(form.get('image_type')).toBe('avatar');
		const file = form.get('image') as File;
		expect([file.name, file.type, await file.text()]).toEqual([
			'image.png',
			'image/png',
			'a picture',
		]);
	});

	it('is made anew for the repetition with a new token', async () => {
		const n8n = n8nAround(storedWith('t-old'), onceEnded);
		await (await FeishuClient.open(n8n.context)).call(UPLOAD);
		const [first, second] = n8n.calls.map(({ options }) => options.body as FormData);
		expect(second).not.toBe(first);
		expect(second!.get('image_type')).toBe('avatar');
	});
});

describe('opening a client', () => {
	const INSECURE = { ...CREDENTIAL, region: 'custom', baseUrl: 'http://example.com' } as const;

	it('refuses a base URL that is not allowed', async () => {
		const opening = FeishuClient.open(n8nAround(INSECURE).context);
		await expect(opening).rejects.toThrow(TokenError);
	});

	it('for a node says in its error which node has such a credential', async () => {
		const error: unknown = await openClient(n8nAround(INSECURE).context).catch(
			(reason: unknown) => reason,
		);
		expect(error).toBeInstanceOf(NodeOperationError);
		expect(error).toMatchObject({
			node: NODE,
			message:
				'Base URL in the credential must begin with https:// (http:// is for localhost only)',
		});
	});

	it('for a node gives a client that makes calls', async () => {
		const n8n = n8nAround(storedWith('t-old'), () => succeeded({ a: 1 }));
		expect(await (await openClient(n8n.context)).call(REQUEST)).toMatchObject({ data: { a: 1 } });
	});
});

describe('the scope of rate limits', () => {
	it.each<[string, ICredentialDataDecryptedObject, string]>([
		['the app of a company', {}, 'https://open.feishu.cn cli_a '],
		['the app at Lark', { region: 'lark' }, 'https://open.larksuite.com cli_a '],
		['the tenant of a store app', { appType: 'store' }, 'https://open.feishu.cn cli_a tenant_1'],
	])('is %s', async (_, change, scope) => {
		const client = await FeishuClient.open(n8nAround({ ...CREDENTIAL, ...change }).context);
		expect(client.rateLimitScope).toBe(scope);
	});
});

describe('an answer that repeats what was sent', () => {
	const SECRETS = 'SecretOfTheApp TicketOfTheApp';

	it('is redacted in what it brings', async () => {
		const n8n = n8nAround(storedWith('t-of-before'), ({ token }) =>
			succeeded({ echo: [`${SECRETS} ${token}`] }),
		);
		expect(await (await FeishuClient.open(n8n.context)).call(REQUEST)).toMatchObject({
			data: { echo: ['*** *** ***'] },
		});
	});

	it('is redacted in why it was refused', async () => {
		const n8n = n8nAround(storedWith('t-of-before'), ({ token }) =>
			refused(230001, `${SECRETS} ${token}`),
		);
		const { failure } = await (await FeishuClient.open(n8n.context)).call(REQUEST);
		expect(failure?.reason).toBe('Feishu answered "*** *** ***"');
	});

	it('is redacted of a new token, too', async () => {
		const n8n = n8nAround(storedWith('t-old'), (call) =>
			call.token === 't-old' ? TOKEN_REFUSED : succeeded({ echo: call.token }),
		);
		const client = await FeishuClient.open(n8n.context);
		const whenRenewed = await client.call(REQUEST);
		const whenUsed = await client.call(REQUEST);
		expect(whenRenewed).toMatchObject({ data: { echo: '***' } });
		expect(whenUsed).toEqual(whenRenewed);
		expect(n8n.tokens()).toEqual(['t-old', 't-made-1', 't-made-1']);
	});

	it('is searched for secrets whose forms are made once for each token', async () => {
		const secretFormsOf = jest.spyOn(secrets, 'secretFormsOf');
		const n8n = n8nAround(storedWith('t-of-before'), ({ token }) =>
			token === 't-of-before' && n8n.calls.length > 3 ? TOKEN_REFUSED : succeeded(),
		);
		const client = await FeishuClient.open(n8n.context);
		await callAtOnce(client, 3);
		expect(secretFormsOf).toHaveBeenCalledTimes(1);
		await callAtOnce(client, 3);
		expect(new Set(n8n.tokens())).toEqual(new Set(['t-of-before', 't-made-1']));
		expect(secretFormsOf).toHaveBeenCalledTimes(2);
	});
});

describe('a call that gets no answer', () => {
	const failing = async (error: Error, surroundings?: object) => {
		const n8n = n8nAround(
			storedWith('t-old'),
			() => {
				throw error;
			},
			surroundings,
		);
		return await (await FeishuClient.open(n8n.context)).call(REQUEST);
	};
	const withCode = (code: string, message = 'The connection failed') =>
		Object.assign(new Error(message), { code });

	it.each<[string, Error, string]>([
		['the code ECONNREFUSED', withCode('ECONNREFUSED'), 'Feishu refused the connection'],
		['the code ENOTFOUND', withCode('ENOTFOUND'), "Feishu's address could not be found"],
		['the code EAI_AGAIN', withCode('EAI_AGAIN'), "Feishu's address could not be found"],
		['the code ECONNABORTED', withCode('ECONNABORTED'), 'Feishu did not answer in time'],
		['the code ETIMEDOUT', withCode('ETIMEDOUT'), 'Feishu did not answer in time'],
		[
			'the code of its cause',
			new Error('No answer', { cause: withCode('ECONNREFUSED') }),
			'Feishu refused the connection',
		],
		[
			'the code of its cause before its own',
			Object.assign(new Error('No', { cause: withCode('ETIMEDOUT') }), { code: 'ECONNREFUSED' }),
			'Feishu did not answer in time',
		],
		[
			'a code among the texts of before',
			Object.assign(new Error('No'), { messages: ['failed', 'connect ECONNREFUSED 1.2.3.4:443'] }),
			'Feishu refused the connection',
		],
		[
			'a code before those texts',
			Object.assign(withCode('ENOTFOUND'), { messages: ['connect ECONNREFUSED 1.2.3.4:443'] }),
			"Feishu's address could not be found",
		],
		[
			'no code in any one text',
			Object.assign(new Error('No'), { messages: ['ECONN', 'REFUSED'] }),
			'the connection to Feishu broke off',
		],
		['another code', withCode('EPIPE'), 'the connection to Feishu broke off'],
		['nothing', new Error('No answer'), 'the connection to Feishu broke off'],
	])('is told why, from an error that has %s', async (_, error, reason) => {
		expect(await failing(error)).toEqual({
			failure: { kind: 'unanswered', reason, advice: NETWORK_ADVICE },
		});
	});

	it('was stopped when the execution was', async () => {
		const surroundings = { getExecutionCancelSignal: () => AbortSignal.abort() };
		expect(await failing(withCode('ECONNABORTED'), surroundings)).toEqual({ failure: STOPPED });
	});

	it.each<[string, AbortSignal | undefined]>([
		['goes on', new AbortController().signal],
		['cannot be stopped', undefined],
	])('was not stopped when the execution %s', async (_, signal) => {
		const surroundings = { getExecutionCancelSignal: () => signal };
		const { failure } = await failing(withCode('ECONNABORTED'), surroundings);
		expect(failure?.kind).toBe('unanswered');
	});
});

describe('a token', () => {
	it('is made with an urgent turn when there is none, and used from then on', async () => {
		const n8n = n8nAround({ ...CREDENTIAL });
		const client = await FeishuClient.open(n8n.context);
		const { urgencies, acquire } = turns();
		await client.call(REQUEST, acquire);
		await client.call(REQUEST, acquire);
		expect(n8n.tokens()).toEqual(['t-made-1', 't-made-1']);
		expect(urgencies).toEqual([true, false]);
	});

	it('that was made with what the credential no longer holds is not used', async () => {
		const edited = { ...storedWith('t-old'), appSecret: 'Another secret' };
		const n8n = n8nAround(edited);
		await (await FeishuClient.open(n8n.context)).call(REQUEST);
		expect(n8n.tokens()).toEqual(['t-made-1']);
	});

	it('that is made by one of many calls is waited for by all others', async () => {
		const { opened, open } = gate();
		const n8n = n8nAround({ ...CREDENTIAL }, async () => {
			await opened;
			return succeeded();
		});
		const client = await FeishuClient.open(n8n.context);
		const calling = callAtOnce(client, 4);
		await settle();
		expect(n8n.calls).toHaveLength(1);
		open();
		const { answers, urgencies } = await calling;
		expect(answers).toEqual(Array(4).fill({ data: {}, logId: 'log-1' }));
		expect(urgencies).toEqual([[true], [false], [false], [false]]);
		expect(n8n.tokens()).toEqual(Array(4).fill('t-made-1'));
	});

	it('that cannot be made is why all waiting calls fail, but not the next', async () => {
		const n8n = n8nAround({ ...CREDENTIAL });
		const { makeToken } = n8n;
		let attempts = 0;
		n8n.makeToken = async (data) => {
			attempts++;
			noteTokenError(data, new TokenError('Feishu issued no access token', 10014, true));
			throw new Error('The request failed');
		};
		const client = await FeishuClient.open(n8n.context);
		const { answers, urgencies } = await callAtOnce(client, 3);
		const failure = {
			kind: 'noToken',
			reason: 'Feishu issued no access token',
			code: 10014,
			retryable: true,
		};
		expect(answers).toEqual([{ failure }, { failure }, { failure }]);
		expect(urgencies).toEqual([[true], [], []]);
		expect(attempts).toBe(1);
		n8n.makeToken = makeToken;
		expect((await client.call(REQUEST)).failure).toBeUndefined();
	});

	it('that nobody answered for is asked for again by one waiting call', async () => {
		const n8n = n8nAround({ ...CREDENTIAL });
		breakOffOnce(n8n);
		const { answers, urgencies } = await callAtOnce(await FeishuClient.open(n8n.context), 3);
		expect(answers.map(({ failure }) => failure?.kind)).toEqual([
			'unanswered',
			undefined,
			undefined,
		]);
		expect(urgencies).toEqual([[true], [true], [false]]);
		expect(n8n.tokens()).toEqual(['t-made-1', 't-made-1']);
	});

	it('is good for the waiting calls when Feishu refuses what the first one asked for', async () => {
		const n8n = n8nAround({ ...CREDENTIAL }, () =>
			n8n.calls.length === 1 ? refused(230001) : succeeded(),
		);
		const { answers } = await callAtOnce(await FeishuClient.open(n8n.context), 2);
		expect(answers.map(({ failure }) => failure?.kind)).toEqual(['refused', undefined]);
		expect(n8n.tokens()).toEqual(['t-made-1', 't-made-1']);
	});
});

describe('a token that Feishu refuses', () => {
	it('is renewed once for many calls, and each is repeated with the new one', async () => {
		const n8n = n8nAround(storedWith('t-old'), onceEnded);
		const { answers, urgencies } = await callAtOnce(await FeishuClient.open(n8n.context), 5);
		expect(answers).toEqual(Array(5).fill({ data: {}, logId: 'log-1' }));
		expect(n8n.tokens()).toEqual([...Array(5).fill('t-old'), ...Array(5).fill('t-made-1')]);
		expect(n8n.tokensMade).toBe(1);
		expect(urgencies).toEqual([[false, true], ...Array(4).fill([false, false])]);
	});

	it('is renewed with what this run holds of the credential', async () => {
		const n8n = n8nAround(storedWith('t-old'), onceEnded);
		const client = await FeishuClient.open(n8n.context);
		await client.call(REQUEST);
		await client.call(REQUEST);
		expect(n8n.tokens()).toEqual(['t-old', 't-made-1', 't-made-1']);
		for (const { credentialsDecrypted } of n8n.calls.slice(1)) {
			expect(credentialsDecrypted.data).toEqual(storedWith('t-made-1'));
		}
	});

	it('each time fails the call after one repetition', async () => {
		const n8n = n8nAround(storedWith('t-old'), () => TOKEN_REFUSED);
		const { failure } = await (await FeishuClient.open(n8n.context)).call(REQUEST);
		expect(failure).toMatchObject({ kind: 'token', code: 99991663 });
		expect(n8n.tokens()).toEqual(['t-old', 't-made-1']);
	});

	it('just after it was made is renewed once more', async () => {
		const n8n = n8nAround({ ...CREDENTIAL }, ({ token }) =>
			token === 't-made-1' ? TOKEN_REFUSED : succeeded(),
		);
		const { urgencies, acquire } = turns();
		const client = await FeishuClient.open(n8n.context);
		expect((await client.call(REQUEST, acquire)).failure).toBeUndefined();
		expect(n8n.tokens()).toEqual(['t-made-1', 't-made-2']);
		expect(urgencies).toEqual([true, true]);
	});

	it('is not renewed when n8n cannot read the credential any more, which the calls tell', async () => {
		const n8n = n8nAround(storedWith('t-old'), onceEnded);
		const client = await FeishuClient.open(n8n.context);
		const readStored = async () => await Promise.reject<never>(new Error('It is gone'));
		Object.assign(n8n.context, { getCredentials: readStored });
		const failure = {
			kind: 'noToken',
			retryable: true,
			reason: 'n8n could not read the credential any more (It is gone)',
			advice: 'choose a credential in the node, then run it again',
		};
		expect(await client.call(REQUEST)).toEqual({ failure });
		// A rejection that nobody handles would end n8n.
		await settle();
		const { answers } = await callAtOnce(client, 2);
		expect(answers).toEqual([{ failure }, { failure }]);
	});

	it('is replaced by a newer one that is stored', async () => {
		const n8n = n8nAround(storedWith('t-old'), onceEnded);
		const client = await FeishuClient.open(n8n.context);
		n8n.stored = storedWith('t-of-another-run');
		await client.call(REQUEST);
		await client.call(REQUEST);
		expect(n8n.tokens()).toEqual(['t-old', 't-of-another-run', 't-of-another-run']);
		expect(n8n.tokensMade).toBe(0);
	});

	it('is not replaced by one that is stored with an edited credential', async () => {
		const n8n = n8nAround(storedWith('t-old'), onceEnded);
		const client = await FeishuClient.open(n8n.context);
		n8n.stored = storedWith('t-of-another-app', { appSecret: 'Another secret' });
		await client.call(REQUEST);
		expect(n8n.tokens()).toEqual(['t-old', 't-made-1']);
		expect(n8n.calls[1]!.credentialsDecrypted.data).toEqual(storedWith('t-made-1'));
	});

	it('is not renewed by a call that gets no turn, but by the next one that waits', async () => {
		const n8n = n8nAround(storedWith('t-old'), onceEnded);
		const client = await FeishuClient.open(n8n.context);
		const unlucky = turns(async (isUrgent) => !isUrgent);
		const next = turns();
		expect(
			await Promise.all([
				client.call(REQUEST, unlucky.acquire),
				client.call(REQUEST, next.acquire),
			]),
		).toEqual([{ failure: STOPPED }, { data: {}, logId: 'log-1' }]);
		expect([unlucky.urgencies, next.urgencies]).toEqual([
			[false, true],
			[false, true],
		]);
		expect(n8n.tokens()).toEqual(['t-old', 't-old', 't-made-1']);
	});

	it('is renewed by the next one that waits when the first got no answer', async () => {
		const n8n = n8nAround(storedWith('t-old'), onceEnded);
		breakOffOnce(n8n);
		const { answers, urgencies } = await callAtOnce(await FeishuClient.open(n8n.context), 3);
		expect(answers.map(({ failure }) => failure?.kind)).toEqual([
			'unanswered',
			undefined,
			undefined,
		]);
		expect(urgencies).toEqual([
			[false, true],
			[false, true],
			[false, false],
		]);
		expect(n8n.tokensMade).toBe(1);
	});

	it('has a call whose turn comes during the renewal wait for it, and take another turn', async () => {
		const turn = gate();
		const renewal = gate();
		const n8n = n8nAround(storedWith('t-old'), async (call) => {
			if (call.token !== 't-old') await renewal.opened;
			return onceEnded(call);
		});
		const client = await FeishuClient.open(n8n.context);
		const late = turns(async () => {
			await turn.opened;
			return true;
		});
		const waiting = client.call(REQUEST, late.acquire);
		const renewing = client.call(REQUEST);
		await settle();
		turn.open();
		await settle();
		expect(n8n.tokens()).toEqual(['t-old', 't-made-1']);
		expect(late.urgencies).toEqual([false]);
		renewal.open();
		expect((await renewing).failure).toBeUndefined();
		expect((await waiting).failure).toBeUndefined();
		expect(n8n.tokens()).toEqual(['t-old', 't-made-1', 't-made-1']);
		expect(late.urgencies).toEqual([false, false]);
	});
});
