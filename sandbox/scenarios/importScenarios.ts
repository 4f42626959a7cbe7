import { join } from 'node:path';

import { FeishuSandboxClient, SEEDED_APPS, TENANT_KEY, type StartPage } from '../feishu/src';
import { checkoutFolder, importWorkflows, type N8nSession, type OwnerAccount } from '../n8n/src';
import { guides } from './guides';

/** Where the sandbox runs. */
interface Place {
	/** Signed in to the running n8n. */
	session: N8nSession;
	/** Address of n8n, without a slash at the end. */
	n8nUrl: string;
	owner: Pick<OwnerAccount, 'email' | 'password'>;
	/** Address of the sandbox's Feishu. */
	feishuUrl: string;
	/** Remembers what was imported, for the next time. */
	recordFile: string;
}

/**
 * Imports everything in `workflows/` into n8n, switches on what has triggers, and has the start page lead there. A
 * workflow that the user deleted is left out.
 * @returns sentences for the user about workflows that were left as they are
 */
export async function importScenarios(place: Place): Promise<string[]> {
	const { session, n8nUrl, owner, feishuUrl, recordFile } = place;
	const { remarks, workflows } = await importWorkflows(session, {
		folder: join(checkoutFolder, 'workflows'),
		recordFile,
		credential: {
			name: 'Feishu sandbox',
			type: 'feishuTenantApi',
			data: {
				region: 'custom',
				baseUrl: feishuUrl,
				appType: 'custom',
				appId: SEEDED_APPS.custom.app_id,
				appSecret: SEEDED_APPS.custom.app_secret,
			},
		},
	});
	const feishu = new FeishuSandboxClient(feishuUrl);
	const staff = await feishu.people({ tenant_key: TENANT_KEY, fields: ['email'] });
	const scenarios = guides(staff.map(({ email }) => email)).flatMap(
		({ triggers, ...guide }): StartPage['scenarios'] => {
			const imported = workflows.find(({ file }) => file === `${guide.id}.json`);
			if (!imported) return [];
			const { id, name } = imported;
			return [
				{
					...guide,
					workflow: { name, url: `${n8nUrl}/workflow/${id}` },
					triggers: triggers.map(({ path, ...trigger }) => ({
						...trigger,
						url: `${n8nUrl}/webhook/${path}`,
					})),
				},
			];
		},
	);
	const { email, password } = owner;
	await feishu.changeStartPage({ n8n: { url: n8nUrl, email, password }, scenarios });
	return remarks;
}
