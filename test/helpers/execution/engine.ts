import type { IDataObject } from 'n8n-workflow';
import { version } from 'n8n-workflow/package.json';

const [major = 0, minor = 0] = version.split('.').map(Number);

/** The details of a failed item as the error output of n8n's engine, of the version that is tested, takes them. */
export function detailsAtErrorOutput(details: IDataObject): IDataObject {
	return major > 2 || (major === 2 && minor >= 36) ? { details } : {};
}
