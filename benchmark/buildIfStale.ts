import { buildPackage, isBuildStale } from '../sandbox/n8n/src';
import type { Report } from './section';

/** Builds the package for a part that installs it, if its sources have changed since the last build. */
export async function buildIfStale(report: Report): Promise<void> {
	if (!isBuildStale()) return;
	report('Building the package');
	await buildPackage();
}
