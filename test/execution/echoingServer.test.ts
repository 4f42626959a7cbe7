import { keptLog } from '../helpers/execution/keptLog';

import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import axios from 'axios';
import { stringify } from 'flatted';
import type {
	ICredentialDataDecryptedObject,
	ICredentialTestFunctions,
	IDataObject,
	IHttpRequestOptions,
} from 'n8n-workflow';

import { FeishuTenantApi } from '../../credentials/FeishuTenantApi.credentials';
import { askForEndpoint } from '../../nodes/FeishuFeedTrigger/longConnection/endpoint';
import { credentialTest } from '../../nodes/shared/api/testCredential';
import { SEEDED_APPS } from '../../sandbox/feishu/src';
import { storeApp } from '../helpers/execution/seededCredentials';
import { withSandbox } from '../helpers/execution/withSandbox';

const sandbox = withSandbox({ people: 5 });
const { app_secret: appSecret } = SEEDED_APPS.custom;

/** The tokens that the server hands out. */
const APP_TOKEN = 'a-TokenOfTheAppThatNobodyMaySee';
const TENANT_TOKEN = 't-TokenOfTheTenantThatNobodyMaySee';

/** What the server does with a call; the request as text is what it repeats. */
type Behaviour = (
	path: string,
	echo: string,
) => { status?: number; headers?: object; body: object };

const issuesTokens: Behaviour = (path, echo) =>
	path.endsWith('/app_access_token')
		? { body: { code: 0, msg: 'ok', app_access_token: APP_TOKEN } }
		: path.includes('/auth/')
			? { body: { code: 0, msg: 'ok', tenant_access_token: TENANT_TOKEN } }
			: { body: { code: 99999, msg: echo } };

let behaviour: Behaviour = issuesTokens;
let server: Server;
let url: string;

beforeAll(async () => {
	server = createServer((request: IncomingMessage, response: ServerResponse) => {
		let body = '';
		request.on('data', (chunk: Buffer) => (body += chunk.toString()));
		request.on('end', () => {
			const { url: path = '', headers } = request;
			const echo = `${path} ${JSON.stringify(headers)} ${body}`;
			const { status = 200, headers: more = {}, body: answer } = behaviour(path, echo);
			response.writeHead(status, { 'content-type': 'application/json', ...more });
			response.end(JSON.stringify(answer));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());
beforeEach(() => {
	keptLog.length = 0;
	behaviour = issuesTokens;
});

const send = async ({ url: path, baseURL, method, body }: IHttpRequestOptions) =>
	(await axios({ url: path, baseURL, method, data: body, validateStatus: null })) as {
		data: unknown;
	};

/** None of the secrets can be read in what came of it. */
function expectRedacted(readable: string): void {
	expect(readable).toContain('***');
	for (const secret of [
		appSecret,
		SEEDED_APPS.store.app_secret,
		SEEDED_APPS.store.app_ticket,
		APP_TOKEN,
		TENANT_TOKEN,
	]) {
		expect(readable).not.toContain(secret);
	}
}

/** A server that repeats the request where `place` puts it. */
const repeatsIn: Array<[string, (echo: string) => ReturnType<Behaviour>]> = [
	['the message of an unknown code', (msg) => ({ body: { code: 99999, msg } })],
	['the message of a refused token', (msg) => ({ status: 400, body: { code: 99991663, msg } })],
	['the message of a server error', (msg) => ({ status: 500, body: { code: 5000, msg } })],
	[
		'the log ID',
		(log_id) => ({ status: 400, body: { code: 230001, msg: 'no', error: { log_id } } }),
	],
	[
		'the log ID of the headers',
		(echo) => ({
			headers: { 'x-tt-logid': encodeURI(echo) },
			body: { code: 99999, msg: 'no' },
		}),
	],
	[
		'the names of missing scopes',
		(subject) => ({
			status: 400,
			body: { code: 99991672, msg: 'no', error: { permission_violations: [{ subject }] } },
		}),
	],
	[
		'the reason of a failed card',
		(reason) => ({
			body: { code: 0, msg: 'ok', data: { failed_cards: [{ user_id: 'nobody', reason }] } },
		}),
	],
];

describe('a server that repeats what it was sent gets no secret into', () => {
	it.each(repeatsIn)('the error of a run, by %s', async (_place, answer) => {
		behaviour = (path, echo) => (path.includes('/auth/') ? issuesTokens(path, echo) : answer(echo));
		for (const change of [{}, storeApp()]) {
			const result = await sandbox.run(
				{
					resource: 'appFeedCard',
					operation: 'create',
					bizId: 'b',
					link: 'https://example.com',
					userIds: sandbox.people[0]!.open_id,
					options: { longestWait: 0 },
				},
				{ credential: sandbox.credential({ ...change, baseUrl: url }) },
			);
			expectRedacted(
				[result.error?.message, result.error?.description, stringify(result.run)].join('\n'),
			);
			expect(keptLog.join('\n')).not.toContain(TENANT_TOKEN);
		}
	});

	it('the error of a reminder in a chat, by the reason for one person', async () => {
		behaviour = (path, echo) =>
			path.includes('/auth/')
				? issuesTokens(path, echo)
				: {
						body: {
							code: 0,
							data: { failed_user_reasons: [{ user_id: 'x', error_code: 1, error_message: echo }] },
						},
					};
		const result = await sandbox.run(
			{
				resource: 'botChat',
				operation: 'setTimeSensitive',
				userIds: sandbox.people[0]!.open_id,
				timeSensitive: true,
			},
			{ credential: sandbox.credential({ baseUrl: url }) },
		);
		expectRedacted(stringify(result.run) + String(result.error?.message));
	});

	const credentials: Array<[string, IDataObject, Behaviour]> = [
		['a custom app', {}, (_path, msg) => ({ body: { code: 10014, msg } })],
		['a store app', storeApp(), (_path, msg) => ({ body: { code: 10012, msg } })],
		[
			"a store app's second step",
			storeApp(),
			(path, msg) =>
				path.endsWith('/app_access_token')
					? issuesTokens(path, msg)
					: { body: { code: 99991664, msg } },
		],
	];

	it.each(credentials)("the credential's test: %s", async (_app, change, answer) => {
		behaviour = answer;
		const { data } = sandbox.credential({ ...change, baseUrl: url });
		const request = async ({ uri, method, body }: { uri: string } & IHttpRequestOptions) =>
			(await send({ url: uri, method, body })).data;
		const result = await credentialTest.feishuTenantApiTest.call(
			{ helpers: { request } } as unknown as ICredentialTestFunctions,
			{ id: '1', name: 'Feishu', type: 'feishuTenantApi', data },
		);
		expect(result.status).toBe('Error');
		expectRedacted(result.message);
	});

	it.each(credentials)('what n8n is told of a token: %s', async (_app, change, answer) => {
		behaviour = answer;
		const { data } = sandbox.credential({ ...change, baseUrl: url });
		const httpRequest = async (options: IHttpRequestOptions) => (await send(options)).data;
		const error = await new FeishuTenantApi().preAuthentication
			.call({ helpers: { httpRequest } } as never, data as ICredentialDataDecryptedObject)
			.catch((reason: Error) => reason);
		expectRedacted((error as Error).message);
	});

	it('the error of a long connection that cannot be opened', async () => {
		behaviour = (_path, msg) => ({ body: { code: 514, msg } });
		const { failure } = await askForEndpoint(
			{ baseUrl: url, appId: 'cli_a', appSecret },
			async (options) => (await send(options)).data,
		);
		expectRedacted(failure!.message);
	});
});
