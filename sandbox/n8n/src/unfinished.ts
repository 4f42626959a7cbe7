import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Stands in a folder for as long as it is being filled. */
const mark = '.unfinished';

/**
 * Removes a folder whose {@link fill} was interrupted. npm takes a package for whole that has its `package.json`, and
 * would never unpack the files that are missing.
 */
export function removeUnfinished(folder: string): void {
	if (existsSync(join(folder, mark))) rmSync(folder, { recursive: true, force: true });
}

/** Does what fills a folder, which counts as unfinished until that has succeeded. */
export async function fill(folder: string, work: () => Promise<unknown>): Promise<void> {
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, mark), '');
	await work();
	rmSync(join(folder, mark), { force: true });
}
