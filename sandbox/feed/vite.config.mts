import path from 'node:path';

import { defineConfig } from 'vite';

/** Two pages, which the sandbox's Feishu serves from `dist/`. */
export default defineConfig({
	build: {
		target: 'es2022',
		modulePreload: { polyfill: false },
		rollupOptions: {
			input: ['index.html', 'feed.html'].map((page) => path.join(import.meta.dirname, page)),
		},
	},
});
