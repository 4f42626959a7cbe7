import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import fastify, { type FastifyInstance } from 'fastify';
import {
	type FeishuSandbox,
	FeishuSandboxClient,
	startFeishuSandbox,
	TENANT_KEY,
} from '../../sandbox/feishu/src';
import type { StartPage } from '../../sandbox/feishu/src/client';
import { registerPages } from '../../sandbox/feishu/src/server/pages';

/** Asks for a path as it is: `fetch` would tidy it up first. */
async function ask(server: FastifyInstance, url: string, method = 'GET') {
	const { port } = server.server.address() as AddressInfo;
	const asked = request({ port, path: url, method }).end();
	const [response] = (await once(asked, 'response')) as [IncomingMessage];
	const body = Buffer.concat(await response.toArray()).toString();
	return { statusCode: response.statusCode, headers: response.headers, body };
}

describe('the pages', () => {
	let folder: string;
	let server: FastifyInstance;

	beforeAll(async () => {
		folder = mkdtempSync(path.join(tmpdir(), 'feishu-pages-'));
		mkdirSync(path.join(folder, 'dist', 'assets'), { recursive: true });
		const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
		write('secret.txt', 'nobody’s business');
		write('dist/index.html', '<title>start</title>');
		write('dist/feed.html', '<title>feed</title>');
		write('dist/appearance.js', '// theme');
		write('dist/favicon.svg', '<svg/>');
		write('dist/private.json', '{}');
		write('dist/assets/feed-a1.js', 'let feed');
		write('dist/assets/feed-a1.css', 'body{}');
		write('dist/assets/.hidden', 'hidden');
		server = fastify();
		registerPages(server, path.join(folder, 'dist'));
		await server.listen();
	});
	afterAll(async () => {
		await server.close();
		rmSync(folder, { recursive: true });
	});

	it.each([
		['/', 'text/html; charset=utf-8', '<title>start</title>'],
		['/feed', 'text/html; charset=utf-8', '<title>feed</title>'],
		['/feed?people=ou_1&lang=zh', 'text/html; charset=utf-8', '<title>feed</title>'],
		['/appearance.js', 'text/javascript; charset=utf-8', '// theme'],
		['/favicon.svg', 'image/svg+xml', '<svg/>'],
	])('%s is asked for on every visit', async (url, type, text) => {
		const { statusCode, headers, body } = await ask(server, url);
		expect({ statusCode, body }).toEqual({ statusCode: 200, body: text });
		expect(headers).toMatchObject({
			'content-type': type,
			'cache-control': 'no-cache',
			'x-content-type-options': 'nosniff',
			'content-security-policy': expect.stringContaining("script-src 'self';"),
		});
	});

	it.each([
		['/assets/feed-a1.js', 'text/javascript; charset=utf-8'],
		['/assets/feed-a1.css', 'text/css; charset=utf-8'],
	])('%s is kept for ever', async (url, type) => {
		const { statusCode, headers } = await ask(server, url);
		expect(statusCode).toBe(200);
		expect(headers).toMatchObject({
			'content-type': type,
			'cache-control': 'public, max-age=31536000, immutable',
		});
	});

	it('answers HEAD', async () => {
		const { statusCode, body } = await ask(server, '/feed', 'HEAD');
		expect({ statusCode, body }).toEqual({ statusCode: 200, body: '' });
	});

	it.each([
		'/assets/missing.js',
		'/assets/.hidden',
		'/assets/..%2Findex.html',
		'/assets/..%2f..%2fsecret.txt',
		'/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
		'/assets/..%5c..%5csecret.txt',
		'/assets/../private.json',
		'/assets/%2Fetc%2Fpasswd',
		'/assets/feed-a1.js%00.css',
		'/assets/',
		'/private.json',
		'/../secret.txt',
	])('%s is not found', async (url) => {
		const { statusCode, body } = await ask(server, url);
		expect(statusCode).toBe(404);
		expect(body).not.toMatch(/business|\{\}|hidden|root:/);
	});

	it('say how to build them where they are not built', async () => {
		const unbuilt = fastify();
		registerPages(unbuilt, path.join(folder, 'nothing'));
		await unbuilt.listen();
		const page = await ask(unbuilt, '/feed');
		expect(page.statusCode).toBe(503);
		expect(page.headers['cache-control']).toBe('no-store');
		expect(page.body).toContain('npm run build:feed');
		expect(page.body).toContain('页面尚未构建');
		expect((await ask(unbuilt, '/favicon.svg')).statusCode).toBe(404);
		await unbuilt.close();
	});
});

describe('what the pages read', () => {
	const scenario: StartPage['scenarios'][number] = {
		id: 'attendance',
		kind: 'scenario',
		title: { zh: '考勤', en: 'Attendance' },
		about: { zh: '以前与现在', en: 'Before and after' },
		workflow: {
			zh: { name: '考勤', url: 'http://localhost:5678/workflow/1' },
			en: { name: 'Attendance', url: 'http://localhost:5678/workflow/2' },
		},
		people: ['ou_1'],
		steps: [{ zh: '按下', en: 'Press' }],
		triggers: [
			{
				id: 'time',
				label: { zh: '到点', en: 'Time' },
				step: 0,
				url: { zh: 'http://localhost:5678/webhook/zh/x', en: 'http://localhost:5678/webhook/x' },
				body: { zh: { name: '赵敏' }, en: { name: 'Zhao Min' } },
			},
		],
	};
	const startPage: StartPage = {
		n8n: { url: 'http://localhost:5678', email: 'owner@example.com', password: 'secret' },
		scenarios: [scenario],
	};

	let sandbox: FeishuSandbox;
	let control: FeishuSandboxClient;

	beforeAll(async () => {
		sandbox = await startFeishuSandbox({ people: 20, startPage });
		control = new FeishuSandboxClient(sandbox.url);
	});
	afterAll(() => sandbox.close());

	it('is no call to Feishu', async () => {
		await control.clearRequests();
		for (const path of ['/', '/feed', '/favicon.svg', '/assets/x.js']) {
			await fetch(`${sandbox.url}${path}`);
		}
		expect(await control.requests()).toEqual([]);
		expect((await control.counters()).operations).toEqual({});
	});

	it('is the start page that the sandbox was started with, also after a reset', async () => {
		expect(await control.startPage()).toEqual(startPage);
		await control.reset();
		expect(await control.startPage()).toEqual(startPage);
	});

	it('is the start page that was put there last', async () => {
		const changed: StartPage = { n8n: null, scenarios: [{ ...scenario, kind: 'template' }] };
		expect(await control.changeStartPage(changed)).toEqual(changed);
		expect(await control.startPage()).toEqual(changed);
	});

	it('is an empty start page when the sandbox runs alone', async () => {
		const alone = await startFeishuSandbox({ people: 1 });
		const page = await new FeishuSandboxClient(alone.url).startPage();
		expect(page).toEqual({ n8n: null, scenarios: [] });
		await alone.close();
	});

	it.each([
		['n8n missing', { scenarios: [] }],
		['n8n without a password', { n8n: { url: 'http://x', email: 'a@b' }, scenarios: [] }],
		[
			'an address that is none',
			{
				n8n: null,
				scenarios: [
					{
						...scenario,
						workflow: { ...scenario.workflow, zh: { name: 'x', url: 'javascript:alert(1)' } },
					},
				],
			},
		],
		[
			'a trigger that goes nowhere',
			{
				n8n: null,
				scenarios: [
					{ ...scenario, triggers: [{ ...scenario.triggers[0], url: { zh: 'x', en: 'x' } }] },
				],
			},
		],
		['one language only', { n8n: null, scenarios: [{ ...scenario, title: { zh: '考勤' } }] }],
		['an unknown kind', { n8n: null, scenarios: [{ ...scenario, kind: 'story' }] }],
		['an unknown field', { n8n: null, scenarios: [], more: 1 }],
	])('is no start page with %s', async (_what, page) => {
		const before = await control.startPage();
		await expect(control.changeStartPage(page as StartPage)).rejects.toThrow(/start_page: body/);
		expect(await control.startPage()).toEqual(before);
	});

	it('is the message lists of several people at once, in their order', async () => {
		const people = await control.people({ tenant_key: TENANT_KEY, limit: 3 });
		const [first, second, third] = people;
		const { feeds, unknown } = await control.feeds([
			third.open_id,
			'ou_nobody',
			first.user_id,
			second.union_id,
		]);
		expect(feeds.map(({ person }) => person)).toEqual([third, first, second]);
		expect(unknown).toEqual(['ou_nobody']);
		expect(feeds[1].entries).toEqual(await control.feed(first.open_id));
	});

	it('is nothing for nobody', async () => {
		expect(await control.feeds([])).toEqual({ feeds: [], unknown: [] });
		const response = await fetch(`${sandbox.url}/sandbox/feeds`);
		expect(response.status).toBe(400);
	});
});
