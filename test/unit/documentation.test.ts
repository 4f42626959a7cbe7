import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { resources } from '../../nodes/FeishuFeed/resources';
import { scripts } from '../../package.json';
import { anchor } from '../../scripts/documentation/markdown';

const ROOT = path.resolve(__dirname, '../..');
const PAGES = [
	...readdirSync(ROOT).filter((file) => file.endsWith('.md')),
	...readdirSync(path.join(ROOT, 'docs'))
		.filter((file) => file.endsWith('.md'))
		.map((file) => `docs/${file}`),
	'sandbox/README.md',
];
const TRANSLATED = PAGES.filter((page) => /[._]zh-CN\.md$/.test(page));

const read = (page: string) => readFileSync(path.join(ROOT, page), 'utf8');
const withoutCode = (page: string) => read(page).replace(/^ *```[^]*?^ *```$/gm, '');
const headings = (page: string) =>
	[...withoutCode(page).matchAll(/^(#+) (.*)$/gm)].map(([, level, text]) => ({ level, text }));

describe('the documentation', () => {
	it.each(PAGES)('%s: its links lead somewhere', (page) => {
		const links = [...withoutCode(page).matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link);
		const broken = links.filter((link) => {
			if (/^https:\/\//.test(link)) return false;
			const [file, fragment] = link.split('#');
			const target = file === '' ? page : path.join(path.dirname(page), file);
			if (!existsSync(path.join(ROOT, target))) return true;
			return (
				fragment !== undefined &&
				!headings(target).some(({ text }) => anchor(text) === `#${decodeURI(fragment)}`)
			);
		});
		expect(broken).toEqual([]);
	});

	it.each(PAGES)('%s: the npm scripts that it names exist', (page) => {
		const named = [...read(page).matchAll(/npm (?:run ([\w:]+)|(test|start)\b)/g)].map(
			([, run, own]) => run ?? own,
		);
		expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
	});

	it.each(TRANSLATED)('%s: has the sections of its original, and each links the other', (page) => {
		const original = page.replace(/[._]zh-CN/, '');
		const levels = (of: string) => headings(of).map(({ level }) => level);
		expect(levels(page)).toEqual(levels(original));
		expect(read(original).split('\n')[0]).toContain(`(${path.basename(page)})`);
		expect(read(page).split('\n')[0]).toContain(`(${path.basename(original)})`);
	});

	it.each(['README.md', 'README_zh-CN.md'])('%s: names every operation', (page) => {
		const table = read(page)
			.split('\n')
			.filter((line) => line.startsWith('|'));
		const missing = resources.flatMap(({ option, operations }) =>
			operations
				.map((operation) => operation.option.name)
				.filter(
					(name) =>
						!table.some((line) => {
							const [, resource, operation] = line.split('|').map((cell) => cell.trim());
							return (
								resource.replace(/（.*/, '') === option.name &&
								operation?.replace(/（.*/, '') === name
							);
						}),
				),
		);
		expect(missing).toEqual([]);
	});
});
