import { randomUUID } from 'node:crypto';

import type { INode, INodeParameters } from 'n8n-workflow';

import { SEEDED_APPS } from '../../sandbox/feishu/src/apps';
import type { SavedCredential } from '../../sandbox/n8n/src';
import type { RealN8n } from '../../test/helpers/e2e/RealN8n';
import { node } from '../../test/helpers/e2e/workflows';

const { app_id, app_secret: appSecret } = SEEDED_APPS.custom;

/** The app whose buttons are pressed. */
export const APP_ID = app_id;
/** What its callbacks are encrypted with. */
export const ENCRYPT_KEY = 'the encrypt key of the benchmark';

/** Creates the app's credential, which also reads and checks its callbacks. */
export async function createPressedAppCredential(n8n: RealN8n): Promise<SavedCredential> {
	const { verification_token: verificationToken } = await n8n.feishu.callback(APP_ID);
	return await n8n.createCredential('Feishu', {
		appId: APP_ID,
		appSecret,
		encryptKey: ENCRYPT_KEY,
		verificationToken,
	});
}

/** n8n's own Webhook node, and the path of its address. */
export function webhookNode(name: string, more: INodeParameters): { path: string; node: INode } {
	const path = randomUUID();
	const parameters = { httpMethod: 'POST', path, options: {}, ...more };
	return {
		path,
		node: node(name, 'n8n-nodes-base.webhook', parameters, { typeVersion: 2.1, webhookId: path }),
	};
}
