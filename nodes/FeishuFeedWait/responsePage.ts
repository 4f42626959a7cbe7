import { createHash } from 'crypto';

import type { AppFeedCard } from '../shared/api/payloads';
import { CLOSED } from '../shared/sendAndWait/texts';
import type { Choice, ReviewedCall } from '../shared/sendAndWait/waitingCard';

/** The languages that the page speaks. */
export type PageLanguage = 'zh' | 'en';
/**
 * What the page shows: it asks to confirm the choice, says that the choice counts, or came too late, or shows the
 * tool call that is to be reviewed.
 */
export type PageState = 'question' | 'recorded' | 'closed' | 'review';

const TEXTS = {
	zh: {
		question: '确认你的选择',
		confirm: '确认',
		recorded: '已收到你的选择',
		closed: CLOSED.zh,
		review: 'AI 助手请求执行',
		leave: '可以关闭此页面了。',
		choose: '请回到飞书，用卡片上的按钮选择。',
	},
	en: {
		question: 'Confirm your choice',
		confirm: 'Confirm',
		recorded: 'Your choice was recorded',
		closed: CLOSED.en,
		review: 'An AI agent asks to do this',
		leave: 'You can close this page.',
		choose: 'Choose with the buttons of the card in Feishu.',
	},
};

/** How often the page sends a response that n8n does not take yet, and the pause between two attempts. */
const MAX_ATTEMPTS = 20;
const RETRY_PAUSE_MS = 500;

/** The language of a page: Chinese for a browser that prefers it, English for all others. */
export function languageOf(headers: object): PageLanguage {
	const { 'accept-language': accepted } = headers as Record<string, unknown>;
	return String(accepted ?? '')
		.trimStart()
		.startsWith('zh')
		? 'zh'
		: 'en';
}

/**
 * The page that a button's link opens, or the card's own. In the state `question` it has a button that responds.
 *
 * @param chosen what the button says; nothing when the page shows no choice
 * @param review the tool call that is reviewed, if one is
 */
export function responsePage(
	state: PageState,
	{ title = '', preview = '' }: AppFeedCard,
	chosen: Pick<Choice, 'text'> | undefined,
	language: PageLanguage,
	review?: ReviewedCall,
): string {
	const texts = TEXTS[language];
	const choice =
		chosen === undefined || state === 'closed'
			? ''
			: `<p class="choice">${escaped(chosen.text)}</p>`;
	const next =
		state === 'question'
			? `<form method="post"><button>${texts.confirm}</button></form>
			<script>${SCRIPT}</script>`
			: `<p>${state === 'review' ? texts.choose : texts.leave}</p>`;
	const content = review
		? `<p><b>${escaped(title)}</b></p>
			<pre>${escaped(review.text)}</pre>`
		: `<p><b>${escaped(title)}</b><br>${escaped(preview)}</p>`;
	return `<!doctype html>
<html lang="${language}">
	<head>
		<meta charset="utf-8">
		<meta name="viewport" content="width=device-width, initial-scale=1">
		<meta name="robots" content="noindex">
		<title>${escaped(title) || texts[state]}</title>
		<style>${STYLE}</style>
	</head>
	<body>
		<main>
			<h1>${texts[state]}</h1>
			${content}
			${choice}
			${next}
		</main>
	</body>
</html>
`;
}

/**
 * Runs in the browser; a test lints and executes it. n8n refuses a response while it deals with another
 * person's: the page then sends it again, and in the end lets the browser submit it, which shows why not.
 */
const SCRIPT = `
const form = document.forms[0];

async function sendResponse() {
	try {
		const response = await fetch(location.href, { method: 'POST' });
		return response.ok ? await response.text() : undefined;
	} catch {
		// The network is down: another attempt may succeed.
		return undefined;
	}
}

form.onsubmit = async (event) => {
	event.preventDefault();
	form.querySelector('button').disabled = true;
	for (let attempt = 0; attempt < ${MAX_ATTEMPTS}; attempt++) {
		const page = await sendResponse();
		if (page !== undefined) {
			document.documentElement.innerHTML = page;
			return;
		}
		await new Promise((resolve) => setTimeout(resolve, ${RETRY_PAUSE_MS}));
	}
	form.submit();
};
`;

const STYLE = `
:root {
	--page: light-dark(#f5f6f7, #1a1a1a);
	--panel: light-dark(#fff, #292929);
	--text: light-dark(#1f2329, #ebebeb);
	--choice: light-dark(#245bdb, #75a4ff);
	--button: #245bdb;
	--button-text: #fff;
	color-scheme: light dark;
	font: 16px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif;
}
body {
	margin: 0;
	min-height: 100vh;
	display: grid;
	place-items: center;
	background: var(--page);
	color: var(--text);
}
main {
	box-sizing: border-box;
	width: min(92vw, 420px);
	padding: 32px;
	border-radius: 12px;
	background: var(--panel);
	text-align: center;
	overflow-wrap: anywhere;
}
h1 {
	font-size: 20px;
	margin: 0 0 16px;
	text-wrap: balance;
}
p {
	margin: 0 0 16px;
}
pre {
	margin: 0 0 16px;
	padding: 12px;
	border-radius: 8px;
	background: var(--page);
	text-align: left;
	white-space: pre-wrap;
	font: 14px/1.5 ui-monospace, Menlo, Consolas, monospace;
}
.choice {
	font-size: 18px;
	font-weight: 600;
	color: var(--choice);
}
button {
	font: inherit;
	width: 100%;
	padding: 10px;
	border: 0;
	border-radius: 8px;
	background: var(--button);
	color: var(--button-text);
	cursor: pointer;
}
button:disabled {
	opacity: 0.6;
}
`;

/** Nothing runs on the page, loads or frames it but what stands in it here. */
const POLICY = [
	"default-src 'none'",
	`script-src '${hashOf(SCRIPT)}'`,
	`style-src '${hashOf(STYLE)}'`,
	"connect-src 'self'",
	"form-action 'self'",
	"base-uri 'none'",
	"frame-ancestors 'none'",
].join('; ');

/** What of Express's response is used here. */
interface HeaderWriter {
	setHeader: (name: string, value: number | string | readonly string[]) => unknown;
}

/**
 * Sets the headers that every answer of a link's address has: no other page frames it, nobody stores it, and its
 * address, which is all that it takes to respond, goes nowhere as a referrer.
 */
export function protectResponse(response: HeaderWriter): void {
	const setHeader = response.setHeader.bind(response);
	setHeader('Content-Security-Policy', POLICY);
	setHeader('X-Frame-Options', 'DENY');
	setHeader('Referrer-Policy', 'no-referrer');
	setHeader('Cache-Control', 'no-store');
	setHeader('X-Content-Type-Options', 'nosniff');
	// n8n sends some answers with a policy of its own, which would take the place of this one: browsers keep to both.
	response.setHeader = (name, value) =>
		setHeader(
			name,
			name.toLowerCase() === 'content-security-policy' ? `${String(value)}, ${POLICY}` : value,
		);
}

/** Names a text of the page in its Content-Security-Policy. */
function hashOf(text: string): string {
	return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function escaped(text: string): string {
	return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
