import { readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');

interface Lock {
	packages: Record<string, { version?: string; resolved?: string; link?: boolean }>;
}

describe.each(['package-lock.json', 'sandbox/n8n/package-lock.json'])('%s', (file) => {
	const { packages } = JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')) as Lock;
	const installed = Object.entries(packages).filter(
		([location, { link }]) => location.includes('node_modules/') && !link,
	);

	it('says where each package is, so that npm need not look up every one of them', () => {
		const unresolved = installed.filter(
			([, { resolved }]) => resolved?.startsWith('https://registry.npmjs.org/') !== true,
		);
		expect(installed.length).toBeGreaterThan(1000);
		expect(unresolved.map(([location]) => location)).toEqual([]);
	});
});
