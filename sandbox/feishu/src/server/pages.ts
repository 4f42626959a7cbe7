import { readFile } from 'node:fs/promises';
import path from 'node:path';

import type { FastifyInstance, FastifyReply } from 'fastify';

/** Where `npm run build:feed` puts the pages. */
const PAGES_FOLDER = path.resolve(__dirname, '../../../feed/dist');

/** What is served besides the assets: nothing else in the folder can be asked for. */
const FILES: Record<string, string> = {
	'/': 'index.html',
	'/feed': 'feed.html',
	'/appearance.js': 'appearance.js',
	'/favicon.svg': 'favicon.svg',
};

const MEDIA_TYPES: Record<string, string> = {
	'.html': 'text/html; charset=utf-8',
	'.js': 'text/javascript; charset=utf-8',
	'.css': 'text/css; charset=utf-8',
	'.svg': 'image/svg+xml',
	'.map': 'application/json; charset=utf-8',
};

const SECURITY_HEADERS = {
	'x-content-type-options': 'nosniff',
	'referrer-policy': 'no-referrer',
	// The page talks to n8n's webhooks as well, wherever n8n is.
	'content-security-policy':
		"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src http: https:; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
};

const PAGE_NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>The page is not built yet</title>
<body style="max-width: 36rem; margin: 15vh auto; padding: 0 1.5rem; font: 16px/1.6 system-ui, sans-serif">
<h1 style="font-size: 1.5rem">The page is not built yet</h1>
<p>The sandbox's Feishu runs. To build its pages, run this in the folder of the repository, then reload:</p>
<pre style="padding: 1rem; border-radius: 8px; background: #8881">npm run build:feed</pre>
<h2 lang="zh" style="font-size: 1.25rem">页面尚未构建</h2>
<p lang="zh">沙箱飞书正在运行。请在仓库目录中运行上面的命令，然后刷新本页。</p>
</body>
</html>
`;

/** Serves the start page and the feed page, as Vite has built them. */
export function registerPages(server: FastifyInstance, folder = PAGES_FOLDER): void {
	const options = { exposeHeadRoute: true };
	for (const [url, file] of Object.entries(FILES)) {
		server.get(url, options, async (_request, reply) => {
			const bytes = await read(path.join(folder, file));
			if (bytes) return sendFile(reply, file, bytes, 'no-cache');
			const isPage = file.endsWith('.html');
			const text = isPage ? PAGE_NOT_BUILT : 'Not found';
			return sendFile(reply.code(isPage ? 503 : 404), 'x.html', Buffer.from(text), 'no-store', {
				// Its styles are in its elements.
				'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
			});
		});
	}
	server.get<{ Params: { file: string } }>('/assets/:file', options, async ({ params }, reply) => {
		// A name and nothing else: no folder, no hidden file.
		const isName = /^[\w-][\w.-]*$/.test(params.file);
		const bytes = isName ? await read(path.join(folder, 'assets', params.file)) : undefined;
		if (!bytes) return reply.code(404).type('text/plain; charset=utf-8').send('Not found');
		// Vite names assets after their content.
		return sendFile(reply, params.file, bytes, 'public, max-age=31536000, immutable');
	});
}

function sendFile(
	reply: FastifyReply,
	file: string,
	bytes: Buffer,
	cacheControl: string,
	headers: Record<string, string> = {},
): FastifyReply {
	return reply
		.headers({ ...SECURITY_HEADERS, 'cache-control': cacheControl, ...headers })
		.type(MEDIA_TYPES[path.extname(file)] ?? 'application/octet-stream')
		.send(bytes);
}

/** The file's bytes; `undefined` if there is no such file. */
async function read(file: string): Promise<Buffer | undefined> {
	try {
		return await readFile(file);
	} catch (error) {
		if (['ENOENT', 'EISDIR', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) {
			return undefined;
		}
		throw error;
	}
}
