import { randomBytes } from 'node:crypto';

import { type CallbackConfiguration, newCallbackConfiguration } from './callbacks/configuration';

/** Every scope that an operation of the sandbox, or a field of its answer, asks for. */
export const SCOPES = [
	'im:app_feed_card:write',
	'im:datasync.feed_card.time_sensitive:write',
	'contact:user.employee_id:readonly',
	'contact:user.id:readonly',
	'contact:contact.base:readonly',
	'contact:department.organize:readonly',
	'contact:department.base:readonly',
	'contact:user.base:readonly',
	'contact:user.department:readonly',
	'contact:user.employee:readonly',
	'contact:contact:access_as_app',
	'contact:contact:readonly',
	'contact:contact:readonly_as_app',
	'im:chat',
	'im:chat:read',
	'im:chat:readonly',
	'im:chat.group_info:readonly',
	'im:chat.members:read',
	'im:resource',
	'im:resource:upload',
] as const;

/** The tenant of the seeded company that the custom apps belong to. */
export const TENANT_KEY = '2ed263bf32cf1651';
/** A second, small tenant that has installed the store app. */
export const SECOND_TENANT_KEY = '736588c9260f175d';

/** An app as the developer console holds it. */
export interface App {
	app_id: string;
	app_secret: string;
	name: string;
	/** `custom` (自建应用) belongs to one tenant, `store` (商店应用) is installed in several. */
	type: 'custom' | 'store';
	scopes: string[];
	/** Tenants that have it; a custom app has one. */
	tenant_keys: string[];
	/** Store apps: the ticket that Feishu accepts now. */
	app_ticket?: string;
	/** Names of the departments that may use the app (可用范围); absent: everybody. */
	availableDepartments?: string[];
	/**
	 * Names of the departments that it may read in the address book, with what is below them
	 * (通讯录权限范围); absent: everything.
	 */
	readableDepartments?: string[];
	/** Open IDs of people who may not use the app, whatever their department. */
	unavailablePeople: string[];
	/** Open IDs of people who have no chat with the app's bot. */
	peopleWithoutBotChat: string[];
	/** Seeded to try a rule of Feishu's with: its bot's chat is listed only where the app has done something. */
	isForTrials?: true;
	/** Switched off: the gateway refuses its calls. */
	isDisabled: boolean;
	/** Tenants that have taken it out again: the gateway refuses calls in them. */
	uninstalledFrom: string[];
	/** Addresses that its calls may come from (IP 白名单); absent: any. */
	allowedIps?: string[];
	callback: CallbackConfiguration;
}

/** The App IDs and secrets of the seeded apps, for tests and for people who try the sandbox. */
export const SEEDED_APPS = {
	/** Custom app with every scope. */
	custom: { app_id: 'cli_a5f1c0de00000001', app_secret: 'Hk2pWq7ZsT4vXn9RbL1mCd6FyJ3gUe81' },
	/** Custom app with `im:app_feed_card:write` and no other scope. */
	fewScopes: { app_id: 'cli_a5f1c0de00000002', app_secret: 'Pd8sKx3NvB6yQa1WcZ5tRm7HjL2fGe92' },
	/** Store app, installed in both tenants. */
	store: {
		app_id: 'cli_a5f1c0de00000003',
		app_secret: 'Tv5nYb2McX9zLk4QwE7rUp1SgH6dJa83',
		app_ticket: '5f1c0dea9d7b4c3e8a6f2b1d0c9e8f7a',
	},
	/** Custom app with every scope that only one department may use. */
	pilot: { app_id: 'cli_a5f1c0de00000004', app_secret: 'Wz6jRf1GhT8kNd3VbM5xQs9CyP4eLu74' },
} as const;

/** The department that may use the pilot app. */
export const PILOT_DEPARTMENT = '门店运营部';

/** What keeps an app from its work: nothing, at the start. */
const UNRESTRICTED: Pick<
	App,
	'unavailablePeople' | 'peopleWithoutBotChat' | 'isDisabled' | 'uninstalledFrom'
> = { unavailablePeople: [], peopleWithoutBotChat: [], isDisabled: false, uninstalledFrom: [] };

/** The apps as they are at the start. */
export function seedApps(): Map<string, App> {
	const apps: Array<
		Omit<App, keyof typeof UNRESTRICTED | 'readableDepartments' | 'allowedIps' | 'callback'>
	> = [
		{
			...SEEDED_APPS.custom,
			name: '消息流助手',
			type: 'custom',
			scopes: [...SCOPES],
			tenant_keys: [TENANT_KEY],
		},
		{
			...SEEDED_APPS.fewScopes,
			name: '权限不全的应用',
			isForTrials: true,
			type: 'custom',
			scopes: ['im:app_feed_card:write'],
			tenant_keys: [TENANT_KEY],
		},
		{
			...SEEDED_APPS.store,
			name: '商店应用',
			isForTrials: true,
			type: 'store',
			scopes: [...SCOPES],
			tenant_keys: [TENANT_KEY, SECOND_TENANT_KEY],
		},
		{
			...SEEDED_APPS.pilot,
			name: '门店试点应用',
			isForTrials: true,
			type: 'custom',
			scopes: [...SCOPES],
			tenant_keys: [TENANT_KEY],
			availableDepartments: [PILOT_DEPARTMENT],
		},
	];
	return new Map(
		apps.map((app) => [
			app.app_id,
			{
				...app,
				...structuredClone(UNRESTRICTED),
				callback: newCallbackConfiguration(app.app_id),
			},
		]),
	);
}

/** A new secret, as the developer console gives one on "reset". */
export function newAppSecret(): string {
	return randomBytes(24).toString('base64url');
}

/** A new app ticket, as Feishu pushes one every hour. */
export function newAppTicket(): string {
	return randomBytes(16).toString('hex');
}
