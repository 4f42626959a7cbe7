import { version } from 'n8n-workflow/package.json';

/**
 * Says whether this n8n is of a version or later, for the few things that n8n came to do later than our oldest n8n.
 * From 2.0 on, n8n-workflow has n8n's own major and minor version; n8n 1 has n8n-workflow 1.
 */
export function isN8nAtLeast(major: number, minor: number): boolean {
	const [currentMajor = 0, currentMinor = 0] = version.split('.').map(Number);
	return currentMajor > major || (currentMajor === major && currentMinor >= minor);
}
