import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

import WebSocket from 'ws';

import {
	type FeishuSandbox,
	FeishuSandboxClient,
	SEEDED_APPS,
	startFeishuSandbox,
} from '../../sandbox/feishu/src';
import { FeishuCaller } from '../helpers/sandbox/FeishuCaller';

const { custom, store } = SEEDED_APPS;
const owner = { url: 'http://localhost:5678', email: 'owner@example.com', password: 'Secret-7' };

let sandbox: FeishuSandbox;
let control: FeishuSandboxClient;

beforeAll(async () => {
	sandbox = await startFeishuSandbox({ people: 3, startPage: { n8n: owner, scenarios: [] } });
	control = new FeishuSandboxClient(sandbox.url);
});
afterAll(() => sandbox.close());
beforeEach(() => control.reset());

interface Told {
	status: number;
	text: string;
}

/** Asks under the names that the headers give; of a stream, reads what comes first. */
async function ask(
	route: Route,
	headers: Record<string, string>,
	port = sandbox.port,
): Promise<Told> {
	const [method, path, body] = route;
	const asked = request({
		host: '127.0.0.1',
		port,
		method,
		path,
		headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
	}).end(body);
	const [response] = (await once(asked, 'response')) as [IncomingMessage];
	response.setEncoding('utf8');
	let text = '';
	for await (const chunk of response) {
		text += chunk;
		if (response.headers['content-type']?.startsWith('text/event-stream')) break;
	}
	asked.destroy();
	return { status: response.statusCode!, text };
}

type Route = [method: string, path: string, body?: string];

/** One route of each kind: what it is, how to ask for it, and what it says to its own. */
const ROUTES: Array<[name: string, route: Route, status: number]> = [
	['the start page', ['GET', '/'], 0],
	['the feed page', ['GET', '/feed'], 0],
	['a file of the pages', ['GET', '/appearance.js'], 0],
	['an asset', ['GET', '/assets/none.js'], 404],
	['a page without its body', ['HEAD', '/feed'], 0],
	['the login of n8n', ['GET', '/sandbox/start_page'], 200],
	['the App Secrets', ['GET', '/sandbox/apps'], 200],
	['the settings', ['GET', '/sandbox/settings'], 200],
	['recorded requests', ['GET', '/sandbox/requests'], 200],
	['what changes', ['GET', '/sandbox/live'], 200],
	['an image', ['GET', '/sandbox/images/none'], 404],
	['a new ticket, without a body', ['POST', `/sandbox/apps/${store.app_id}/app_ticket`], 200],
	['removal of faults, without a body', ['DELETE', '/sandbox/faults'], 200],
	['a reset', ['POST', '/sandbox/reset', '{}'], 200],
	['a new secret', ['POST', `/sandbox/apps/${custom.app_id}/app_secret`, '{}'], 200],
	['a change of settings', ['PATCH', '/sandbox/settings', '{"allowedHosts":["evil.test"]}'], 200],
	['a path that the control API has not', ['GET', '/sandbox/none'], 404],
	[
		'a token of Feishu’s',
		['POST', '/open-apis/auth/v3/tenant_access_token/internal', JSON.stringify(custom)],
		200,
	],
	[
		'a long connection',
		[
			'POST',
			'/callback/ws/endpoint',
			JSON.stringify({ AppID: custom.app_id, AppSecret: custom.app_secret }),
		],
		200,
	],
	['an operation of Feishu’s', ['GET', '/open-apis/im/v1/chats'], 400],
	['a path that Feishu has not', ['GET', '/open-apis/none'], 404],
	['a preflight', ['OPTIONS', '/sandbox/apps'], 404],
];
const FOREIGN_HOSTS = [
	'evil.test',
	'evil.test:3000',
	'localhost.evil.test',
	'localhost.',
	'127.0.0.1.evil.test',
	'localhost@evil.test',
	'192.168.0.7',
	'[::2]',
	'[::1',
];
const FOREIGN_ORIGINS = [
	'http://evil.test',
	'https://evil.test:8443',
	'http://localhost.evil.test',
	'http://localhost@evil.test',
	'null',
	'',
	'file://localhost',
	'localhost',
];

describe.each(ROUTES)('%s', (_name, route, status) => {
	it.each(['localhost', '127.0.0.1', '[::1]', 'LOCALHOST', 'localhost:1'])(
		'is for those who call %s',
		async (name) => {
			const alone = await ask(route, { host: name });
			const fromPage = await ask(route, { host: name, origin: `http://${name}` });
			// The pages may not be built.
			const expected = status || expect.any(Number);
			expect([alone.status, fromPage.status]).toEqual([expected, expected]);
			expect(alone.status).not.toBe(403);
		},
	);

	it('is for pages on any port of this machine', async () => {
		const { status } = await ask(route, { host: 'localhost', origin: 'https://127.0.0.1:5678' });
		expect(status).not.toBe(403);
	});

	it.each(FOREIGN_HOSTS)('is not for those who call "%s"', async (host) => {
		await expectRefusal(route, { host }, 'Host');
		await expectRefusal(route, { host, origin: `http://${host}` }, 'Host');
	});

	it.each(FOREIGN_ORIGINS)('is not for a page of "%s"', async (origin) => {
		await expectRefusal(route, { host: 'localhost', origin }, 'Origin');
	});
});

/** HTTP 403, with nothing told, nothing done and nothing recorded. */
async function expectRefusal(route: Route, headers: Record<string, string>, header: string) {
	const before = await control.apps();
	const { status, text } = await ask(route, headers);
	expect(status).toBe(403);
	if (route[0] !== 'HEAD') {
		expect(JSON.parse(text)).toEqual({ error: expect.stringContaining(`The ${header} "`) });
	}
	expect(await control.requests()).toEqual([]);
	expect(await control.apps()).toEqual(before);
	expect((await control.settings()).allowedHosts).toEqual([]);
}

it('a WebSocket is refused by a foreign name too', async () => {
	const body = { AppID: custom.app_id, AppSecret: custom.app_secret };
	const feishu = new FeishuCaller(sandbox.url);
	const connect = async (headers: Record<string, string>) => {
		const answer = await feishu.call('POST', '/callback/ws/endpoint', { body, token: null });
		const socket = new WebSocket((answer.data as { URL?: string }).URL!, { headers });
		return new Promise((resolve) => {
			socket.once('open', () => {
				socket.terminate();
				resolve('open');
			});
			socket.once('error', (error) => resolve(error.message));
		});
	};
	expect(await connect({ host: 'evil.test' })).toContain('403');
	expect(await connect({ origin: 'http://evil.test' })).toContain('403');
	expect(await connect({})).toBe('open');
	expect(await connect({ host: 'localhost:1', origin: 'http://localhost' })).toBe('open');
});

it('a setting allows more names, for both headers, until a reset', async () => {
	await control.changeSettings({ allowedHosts: ['Sandbox.test', '[::2]'] });
	const route: Route = ['GET', '/sandbox/health'];
	const status = async (headers: Record<string, string>) => (await ask(route, headers)).status;
	expect(await status({ host: 'sandbox.test:3000', origin: 'https://sandbox.test' })).toBe(200);
	expect(await status({ host: '[::2]:80' })).toBe(200);
	expect(await status({ host: 'sub.sandbox.test' })).toBe(403);
	expect(await status({ host: 'localhost', origin: 'http://evil.test' })).toBe(403);
	await control.reset();
	expect(await status({ host: 'sandbox.test' })).toBe(403);
});

it.each(['sandbox.test:80', 'http://sandbox.test', ''])(
	'a name is refused as a setting when it is "%s"',
	async (name) => {
		const change = control.changeSettings({ allowedHosts: [name] });
		await expect(change).rejects.toThrow('allowedHosts');
	},
);

it('the address that it listens on is its own, unless it is every address', async () => {
	const route: Route = ['GET', '/sandbox/health'];
	const everywhere = await startFeishuSandbox({ people: 3, host: '0.0.0.0' });
	const other = await startFeishuSandbox({
		people: 3,
		host: '127.0.0.2',
		allowedHosts: ['sandbox.test'],
	}).catch(() => undefined);
	try {
		expect((await ask(route, { host: '0.0.0.0' }, everywhere.port)).status).toBe(403);
		expect((await ask(route, { host: 'localhost' }, everywhere.port)).status).toBe(200);
		// Not every system has more addresses than one for itself.
		if (!other) return;
		await expect(new FeishuSandboxClient(other.url).settings()).resolves.toMatchObject({
			allowedHosts: ['sandbox.test'],
		});
	} finally {
		await everywhere.close();
		await other?.close();
	}
});
