import type { IDataObject } from 'n8n-workflow';
import { version } from 'n8n-workflow/package.json';

const [major = 0, minor = 0] = version.split('.').map(Number);

/** Whether n8n's engine is of a version or later: `npm run test:compatibility` runs the tests in older ones as well. */
export function isEngineAtLeast(leastMajor: number, leastMinor: number): boolean {
	return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

/** For tests of Send and Wait: n8n 1 does not hand its response on, and there the node refuses it. */
export const [describeSinceN8n2, itSinceN8n2] = isEngineAtLeast(2, 0)
	? [describe, it]
	: [describe.skip, it.skip];

/** The details of a failed item as the error output of n8n's engine, of the version that is tested, takes them. */
export function detailsAtErrorOutput(details: IDataObject): IDataObject {
	return isEngineAtLeast(2, 36) ? { details } : {};
}
