import { join } from 'node:path';

import { FeishuSandboxClient, SEEDED_APPS, TENANT_KEY, type StartPage } from '../feishu/src';
import { checkoutFolder, importWorkflows, type N8nSession, type OwnerAccount } from '../n8n/src';
import type { PerLanguage } from '../feishu/src/client';
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
	/** What n8n's model node takes as the address of the scripted model. */
	modelUrl: string;
	/** Remembers what was imported, for the next time. */
	recordFile: string;
}

/**
 * Imports everything in `workflows/` into n8n, in Chinese and in English, switches on what has triggers, and has the start page lead there. A
 * workflow that the user deleted is left out.
 * @returns sentences for the user about workflows that were left as they are
 */
export async function importScenarios(place: Place): Promise<string[]> {
	const { session, n8nUrl, owner, feishuUrl, modelUrl, recordFile } = place;
	const { remarks, workflows } = await importWorkflows(session, {
		folder: join(checkoutFolder, 'workflows'),
		recordFile,
		credentials: [
			{
				name: 'Feishu sandbox',
				type: 'feishuTenantApi',
				addressField: 'baseUrl',
				data: {
					region: 'custom',
					baseUrl: feishuUrl,
					appType: 'custom',
					appId: SEEDED_APPS.custom.app_id,
					appSecret: SEEDED_APPS.custom.app_secret,
				},
			},
			{
				name: 'Scripted model',
				type: 'openAiApi',
				addressField: 'url',
				// It asks for no key, but n8n's model node does.
				data: { apiKey: 'none', url: modelUrl },
			},
		],
	});
	const feishu = new FeishuSandboxClient(feishuUrl);
	const staff = await feishu.people({ tenant_key: TENANT_KEY, fields: ['email'] });
	const scenarios = guides(staff.map(({ email }) => email)).flatMap(
		({ triggers, ...guide }): StartPage['scenarios'] => {
			const workflowIn = (ending: string) => {
				const imported = workflows.find(({ file }) => file === `${guide.id}${ending}.json`);
				return imported && { name: imported.name, url: `${n8nUrl}/workflow/${imported.id}` };
			};
			// Who has deleted one of the two goes on with the other.
			const [zh, en] = [workflowIn('.zh-CN'), workflowIn('')];
			const either = zh ?? en;
			if (!either) return [];
			const path = { zh: zh ? 'zh/' : '', en: en ? '' : 'zh/' };
			return [
				{
					...guide,
					workflow: { zh: zh ?? either, en: en ?? either },
					triggers: triggers.map(({ path: end, body, step = 0, ...trigger }) => ({
						...trigger,
						step,
						url: inBoth((language) => `${n8nUrl}/webhook/${path[language]}${end}`),
						body: inBoth((language) => inLanguage(body, language)),
					})),
				},
			];
		},
	);
	const { email, password } = owner;
	await feishu.changeStartPage({ n8n: { url: n8nUrl, email, password }, scenarios });
	return remarks;
}

function inBoth<T>(make: (language: keyof PerLanguage<T>) => T): PerLanguage<T> {
	return { zh: make('zh'), en: make('en') };
}

/** What a system outside posts, with the texts of one language. */
function inLanguage(
	body: Record<string, unknown>,
	language: keyof PerLanguage<unknown>,
): Record<string, unknown> {
	const isPerLanguage = (value: unknown): value is PerLanguage<unknown> =>
		typeof value === 'object' && value !== null && 'zh' in value && 'en' in value;
	return Object.fromEntries(
		Object.entries(body).map(([name, value]) => [
			name,
			isPerLanguage(value) ? value[language] : value,
		]),
	);
}
