import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { fill, removeUnfinished } from '../../sandbox/n8n/src/unfinished';

describe('a folder that is filled', () => {
	let parent: string;
	let folder: string;
	let file: string;

	beforeEach(() => {
		parent = mkdtempSync(join(tmpdir(), 'unfinished-'));
		folder = join(parent, 'node_modules');
		file = join(folder, 'package.json');
	});

	afterEach(() => rmSync(parent, { recursive: true, force: true }));

	it('stays when it was filled to the end, also when it is filled again', async () => {
		for (let time = 0; time < 2; time++) {
			removeUnfinished(folder);
			await fill(folder, async () => writeFileSync(file, '{}'));
			removeUnfinished(folder);
			expect(existsSync(file)).toBe(true);
		}
	});

	it('is removed when filling it was interrupted', async () => {
		await fill(folder, async () => writeFileSync(file, '{}'));
		const interrupted = fill(folder, async () => {
			throw new Error('Ctrl-C');
		});
		await expect(interrupted).rejects.toThrow('Ctrl-C');
		expect(existsSync(file)).toBe(true);
		removeUnfinished(folder);
		expect(existsSync(folder)).toBe(false);
	});

	it('is removed when whoever filled it was killed', async () => {
		void fill(folder, async () => {
			writeFileSync(file, '{}');
			await new Promise(() => {});
		});
		removeUnfinished(folder);
		expect(existsSync(folder)).toBe(false);
	});
});
