import { delimiter, dirname, join } from 'node:path';

import { n8nFolder, nodeOfN8n } from './checkout';
import type { OwnerAccount } from './ownerAccount';

/** Where one n8n keeps its data and listens. */
export interface N8nPlace {
	/** n8n makes its `.n8n` folder in here. */
	userFolder: string;
	/** Port of the editor, its API and its webhooks, on 127.0.0.1. */
	port: number;
	/** Port on which n8n's task runners reach it, on 127.0.0.1. */
	brokerPort: number;
}

/** Variables of the caller that would change which n8n this is. */
const notInherited =
	/^(N8N_|DB_|EXECUTIONS_|QUEUE_|WEBHOOK_URL$|EXTERNAL_|NODE_ENV$|NODE_OPTIONS$|npm_)/i;

const hookFiles = ['recordCommunityPackages.mts', 'stopWithParent.mts'].map((name) =>
	join(n8nFolder, 'hooks', name),
);

/**
 * The environment of the local n8n: an owner account that nobody had to fill in a form for, community nodes on, and
 * everything off that would talk to the outside.
 */
export function n8nEnvironment(place: N8nPlace, owner: OwnerAccount): NodeJS.ProcessEnv {
	const inherited = Object.entries(process.env).filter(([name]) => !notInherited.test(name));
	const noProxy = [process.env.NO_PROXY ?? process.env.no_proxy, 'localhost', '127.0.0.1']
		.filter(Boolean)
		.join(',');
	return {
		...Object.fromEntries(inherited),
		PATH: [dirname(nodeOfN8n), process.env.PATH].join(delimiter),
		NO_PROXY: noProxy,
		no_proxy: noProxy,

		N8N_USER_FOLDER: place.userFolder,
		N8N_HOST: 'localhost',
		N8N_PORT: String(place.port),
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_RUNNERS_BROKER_PORT: String(place.brokerPort),
		// The editor is served over plain HTTP, on localhost only.
		N8N_SECURE_COOKIE: 'false',
		N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '10',
		// n8n's own default is New York.
		GENERIC_TIMEZONE:
			process.env.GENERIC_TIMEZONE ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
		EXTERNAL_HOOK_FILES: hookFiles.join(delimiter),
		EXTERNAL_HOOK_FILES_SEPARATOR: delimiter,

		N8N_INSTANCE_OWNER_MANAGED_BY_ENV: 'true',
		N8N_INSTANCE_OWNER_EMAIL: owner.email,
		N8N_INSTANCE_OWNER_FIRST_NAME: owner.firstName,
		N8N_INSTANCE_OWNER_LAST_NAME: owner.lastName,
		N8N_INSTANCE_OWNER_PASSWORD_HASH: owner.passwordHash,

		N8N_COMMUNITY_PACKAGES_ENABLED: 'true',
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		N8N_REINSTALL_MISSING_PACKAGES: 'false',

		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
		N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
		// The one fetches a list of tool servers when n8n starts; the other would open before the workflows.
		N8N_DISABLED_MODULES: 'mcp-registry,instance-ai',
		// Settings → Community nodes asks npm for newer versions.
		npm_config_offline: 'true',
	};
}
