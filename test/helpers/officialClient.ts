import * as lark from '@larksuiteoapi/node-sdk';

import { SEEDED_APPS } from '../../sandbox/feishu/src';

const noLog = (): void => {};

/** A client of the official SDK for the sandbox's custom app, which writes no log. */
export function officialClient(url: string): lark.Client {
	const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.custom;
	// The SDK's own cache would give back a token of another sandbox.
	const values = new Map<unknown, unknown>();
	const cache = {
		get: async (key: unknown) => values.get(key),
		set: async (key: unknown, value: unknown) => values.set(key, value).size > 0,
	};
	const logger = { error: noLog, warn: noLog, info: noLog, debug: noLog, trace: noLog };
	return new lark.Client({ appId, appSecret, domain: url, logger, cache });
}
