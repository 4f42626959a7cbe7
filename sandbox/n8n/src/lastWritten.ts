import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * When anything at or below `path` was last written, in milliseconds since 1970; 0 when there is nothing.
 * @param counts which files count, by their path; all by default
 */
export function lastWritten(path: string, counts: (file: string) => boolean = () => true): number {
	if (!existsSync(path)) return 0;
	const stats = statSync(path);
	if (!stats.isDirectory()) return counts(path) ? stats.mtimeMs : 0;
	const times = readdirSync(path).map((name) => lastWritten(join(path, name), counts));
	return Math.max(0, ...times);
}
