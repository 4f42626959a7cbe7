import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The heading under which changes wait for a version. */
const UNRELEASED = '## Unreleased';

/**
 * The changelog with what was unreleased under the heading of a version.
 *
 * @param version such as 0.2.0
 * @param date of the release, as YYYY-MM-DD
 * @throws {Error} when there is nothing to release, or the version has been released
 */
export function released(changelog: string, version: string, date: string): string {
	const start = changelog.indexOf(`${UNRELEASED}\n`);
	const [, changes = ''] = /^## Unreleased\n([^]*?)(?=^## |(?![^]))/m.exec(changelog) ?? [];
	if (start === -1 || changes.trim() === '') {
		throw new Error(`CHANGELOG.md has nothing under "${UNRELEASED}": write what changed for users`);
	}
	if (new RegExp(`^## ${version.replaceAll('.', '\\.')}\\b`, 'm').test(changelog)) {
		throw new Error(`CHANGELOG.md has version ${version} already`);
	}
	return changelog.replace(`${UNRELEASED}\n`, `${UNRELEASED}\n\n## ${version} (${date})\n`);
}

/** Run by release-it between setting the version and committing it, with the version as its argument. */
if (require.main === module) {
	const file = path.join(__dirname, '..', 'CHANGELOG.md');
	const [version = ''] = process.argv.slice(2);
	const today = new Date().toISOString().slice(0, 10);
	writeFileSync(file, released(readFileSync(file, 'utf8'), version, today));
}
