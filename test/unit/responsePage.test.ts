import js from '@eslint/js';
import { Linter } from 'eslint';
import { runInNewContext } from 'node:vm';

import { languageOf, responsePage } from '../../nodes/FeishuFeedWait/responsePage';
import type { PageState } from '../../nodes/FeishuFeedWait/responsePage';

const ADDRESS = 'https://n8n.example.com/webhook-waiting/7/node?card=0&choice=1&signature=abc';
const card = { title: '请假申请', preview: 'Wang Wei, three days' };
const choice = { value: 'approve', text: '同意 Approve', buttonType: 'primary' as const };

const page = (state: PageState, change: { title?: string; text?: string } = {}) =>
	responsePage(state, { ...card, ...change }, { ...choice, ...change }, 'en');
const scriptOf = (html: string) => /<script>([^]*)<\/script>/.exec(html)?.[1] ?? '';

type FetchResult = { ok: boolean; html?: string } | Error;

/** A browser that shows the page, and whose button is pressed. */
async function pressConfirm(results: FetchResult[]) {
	const seen = {
		requests: [] as unknown[],
		pauses: 0,
		submits: 0,
		isPrevented: false,
		shown: '',
		button: { disabled: false },
	};
	const form = {
		onsubmit: undefined as ((event: object) => Promise<void>) | undefined,
		querySelector: (selector: string) => (selector === 'button' ? seen.button : null),
		submit: () => void seen.submits++,
	};
	runInNewContext(scriptOf(page('question')), {
		document: {
			forms: [form],
			documentElement: {
				set innerHTML(html: string) {
					seen.shown = html;
				},
			},
		},
		location: { href: ADDRESS },
		fetch: async (...request: unknown[]) => {
			const result = results[Math.min(seen.requests.length, results.length - 1)];
			seen.requests.push(request);
			if (result instanceof Error) throw result;
			return { ok: result.ok, text: async () => result.html };
		},
		setTimeout: (resolve: () => void) => {
			seen.pauses++;
			resolve();
		},
	});
	await form.onsubmit?.({ preventDefault: () => void (seen.isPrevented = true) });
	return seen;
}

describe('the script of the page', () => {
	it('is what a linter takes for good JavaScript of a browser', () => {
		const globals = ['document', 'location', 'fetch', 'setTimeout'];
		const messages = new Linter().verify(scriptOf(page('question')), [
			js.configs.recommended,
			{
				languageOptions: {
					sourceType: 'script',
					globals: Object.fromEntries(globals.map((name) => [name, 'readonly'])),
				},
			},
		]);
		expect(messages).toEqual([]);
		expect(scriptOf(page('question'))).toContain('onsubmit');
	});

	it('sends the response, and shows the page that comes back', async () => {
		const seen = await pressConfirm([{ ok: true, html: page('recorded') }]);
		expect(seen.requests).toEqual([[ADDRESS, { method: 'POST' }]]);
		expect(seen).toMatchObject({
			isPrevented: true,
			button: { disabled: true },
			shown: page('recorded'),
			pauses: 0,
			submits: 0,
		});
	});

	it('sends it again while n8n deals with another response, or cannot be reached', async () => {
		const results = [{ ok: false }, new Error('network down'), { ok: true, html: 'done' }];
		const seen = await pressConfirm(results);
		expect(seen.requests).toHaveLength(3);
		expect(seen).toMatchObject({ shown: 'done', pauses: 2, submits: 0 });
	});

	it('leaves it to the browser in the end', async () => {
		const seen = await pressConfirm([{ ok: false }]);
		expect(seen.requests).toHaveLength(20);
		expect(seen).toMatchObject({ shown: '', submits: 1 });
	});
});

describe('the page', () => {
	it('asks only while there is something to choose', () => {
		expect(page('question')).toMatch(/<form method="post"><button>Confirm<\/button>/);
		for (const state of ['recorded', 'closed'] as const) {
			expect(page(state)).not.toMatch(/<form|<script/);
		}
		expect(page('closed')).not.toContain(choice.text);
	});

	it('shows the reviewed call in full, as text, and leaves the choice to the card', () => {
		const text = 'Refund <b>order</b> 42\nnow';
		const html = responsePage('review', card, undefined, 'zh', { text });
		expect(html).toContain('AI 助手请求执行');
		expect(html).toContain('<pre>Refund &#60;b&#62;order&#60;/b&#62; 42\nnow</pre>');
		expect(html).toContain('请回到飞书');
		expect(html).not.toMatch(/<form|<script|Wang Wei/);
		expect(responsePage('question', card, choice, 'en', { text })).toMatch(/<pre>Refund[^]*<form/);
	});

	it('shows texts as texts', () => {
		const html = page('question', { title: '</title><script>alert(1)</script>', text: `"&'<b>` });
		expect(html.match(/<script>/g)).toHaveLength(1);
		expect(html).toContain('&#34;&#38;&#39;&#60;b&#62;');
	});

	it.each([
		['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
		['en-US,en;q=0.9,zh;q=0.1', 'en'],
		[undefined, 'en'],
	])('speaks, for %p, %s', (accepted, language) => {
		expect(languageOf({ 'accept-language': accepted })).toBe(language);
	});
});
