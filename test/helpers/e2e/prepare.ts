import { Progress } from '../../../sandbox/n8n/src';
import { prepare } from '../../../sandbox/prepare';

/** What must stand ready before the first test: an n8n, the package as it would be published, and the page. */
export default async function prepareForTests(): Promise<void> {
	await prepare(new Progress());
}
