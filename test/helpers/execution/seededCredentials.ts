import type { IDataObject } from 'n8n-workflow';

import { SEEDED_APPS, TENANT_KEY } from '../../../sandbox/feishu/src';

/** The credential's fields for a seeded app. */
export const app = (seeded: { app_id: string; app_secret: string }): IDataObject => ({
	appId: seeded.app_id,
	appSecret: seeded.app_secret,
});

/** The credential's fields for the seeded store app, or with some changed. */
export const storeApp = (change: IDataObject = {}): IDataObject => ({
	...app(SEEDED_APPS.store),
	appType: 'store',
	appTicket: SEEDED_APPS.store.app_ticket,
	tenantKey: TENANT_KEY,
	...change,
});
