import type { AppFeedCard } from '../shared/api/payloads';
import type { Choice } from '../shared/sendAndWait/waitingCard';

type Language = 'zh' | 'en';

const WORDS = {
	zh: {
		question: '确认你的选择',
		confirm: '确认',
		recorded: '已收到你的选择',
		closed: '这张卡片已经处理完毕',
		leave: '可以关闭此页面了。',
	},
	en: {
		question: 'Confirm your choice',
		confirm: 'Confirm',
		recorded: 'Your choice was recorded',
		closed: 'This has been dealt with already',
		leave: 'You can close this page.',
	},
};

/** The language of a page: Chinese for a browser that prefers it, English for all others. */
export function languageOf(headers: object): Language {
	const { 'accept-language': accepted } = headers as Record<string, unknown>;
	return String(accepted ?? '')
		.trimStart()
		.startsWith('zh')
		? 'zh'
		: 'en';
}

/**
 * The page that a button's link opens: it asks to confirm the choice, or says how that went.
 *
 * @param show `question` asks, with a button that responds
 */
export function responsePage(
	show: keyof (typeof WORDS)['en'] & ('question' | 'recorded' | 'closed'),
	{ title = '', preview = '' }: AppFeedCard,
	{ text }: Choice,
	language: Language,
): string {
	const words = WORDS[language];
	const action =
		show === 'question'
			? `<form method="post"><button>${words.confirm}</button></form><script>${SEND_AGAIN}</script>`
			: `<p>${words.leave}</p>`;
	const chosen = show === 'closed' ? '' : `<p class="choice">${escaped(text)}</p>`;
	return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>${escaped(title) || words[show]}</title><style>${STYLE}</style></head>
<body><main><h1>${words[show]}</h1><p><b>${escaped(title)}</b><br>${escaped(preview)}</p>${chosen}${action}</main></body></html>`;
}

/** n8n refuses a response while it deals with another person's: the page sends it again then. */
const SEND_AGAIN = `document.forms[0].onsubmit=async e=>{e.preventDefault();const f=e.target;f.lastChild.disabled=true;
for(let i=0;i<20;i++){try{const r=await fetch(location.href,{method:'POST'});if(r.ok){document.documentElement.innerHTML=await r.text();return}}catch{}
await new Promise(n=>setTimeout(n,500))}f.submit()}`;

const STYLE = `:root{color-scheme:light dark;font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei",sans-serif}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:light-dark(#f5f6f7,#1a1a1a);color:light-dark(#1f2329,#ebebeb)}
main{box-sizing:border-box;width:min(92vw,420px);padding:32px;border-radius:12px;background:light-dark(#fff,#292929);text-align:center;overflow-wrap:anywhere}
h1{font-size:20px;margin:0 0 16px;text-wrap:balance}p{margin:0 0 16px}.choice{font-size:18px;font-weight:600;color:light-dark(#245bdb,#75a4ff)}
button{font:inherit;width:100%;padding:10px;border:0;border-radius:8px;background:#245bdb;color:#fff;cursor:pointer}button:disabled{opacity:.6}`;

function escaped(text: string): string {
	return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
