import { setMaxListeners } from 'node:events';
import type { AddressInfo } from 'node:net';

import fastify from 'fastify';

import { Sandbox } from './sandbox';
import { registerControlRoutes } from './server/controlRoutes';
import { registerFeishuRoutes } from './server/feishuRoutes';
import { OwnNames } from './server/ownNames';
import { registerPages } from './server/pages';
import { changeSettings, DEFAULT_SETTINGS, type SettingsChange } from './settings';
import type { StartPage } from './startPage';

export { FeishuSandboxClient } from './client';
export type { Scenario, ScenarioTrigger, StartPage, Texts } from './startPage';
export { SCOPES, SECOND_TENANT_KEY, SEEDED_APPS, TENANT_KEY } from './apps';

/** How to start the sandbox: where it listens, how large its company is, and its settings. */
export interface FeishuSandboxOptions extends SettingsChange {
	/** Address to listen on, `127.0.0.1` by default. */
	host?: string;
	/** TCP port; 0, the default, takes any that is free. */
	port?: number;
	/** People in the company, 300 by default. */
	people?: number;
	/** Groups in the company, 24 by default; the last two have no bot in them. */
	groups?: number;
	/** What the start page leads to; by default it says how to start n8n as well. */
	startPage?: StartPage;
}

/** A sandbox that runs. */
export interface FeishuSandbox {
	/** Base URL of its Feishu, without a slash at the end; the control API is under `/sandbox`. */
	url: string;
	port: number;
	/** Ends all connections, also those that wait for an answer, and frees the port. */
	close(): Promise<void>;
}

const MOST_BODY_BYTES = 16 * 1024 * 1024;

/**
 * Starts a Feishu on localhost (Feishu reference: server API).
 * @throws when the port is taken
 */
export async function startFeishuSandbox(
	options: FeishuSandboxOptions = {},
): Promise<FeishuSandbox> {
	const {
		host = '127.0.0.1',
		port = 0,
		people = 300,
		groups = 24,
		startPage,
		...settings
	} = options;
	const sandbox = new Sandbox(
		{ people, groups },
		changeSettings(DEFAULT_SETTINGS, settings),
		startPage,
	);
	const stopping = new AbortController();
	// Every call that waits for its latency listens.
	setMaxListeners(0, stopping.signal);
	const server = fastify({
		bodyLimit: MOST_BODY_BYTES,
		exposeHeadRoutes: false,
		forceCloseConnections: true,
		// The control API says which field it does not know, instead of dropping it.
		ajv: { customOptions: { removeAdditional: false, allowUnionTypes: true } },
	});
	const ownNames = new OwnNames(host, () => sandbox.settings.allowedHosts);
	server.addHook('onRequest', ownNames.check);
	registerFeishuRoutes(server, sandbox, stopping.signal);
	registerPages(server);
	await server.register(registerControlRoutes(sandbox), { prefix: '/sandbox' });
	server.server.on('upgrade', (request, socket, head) => {
		if (!ownNames.admitsUpgrade(request, socket)) return;
		sandbox.longConnections.accept(request, socket, head);
	});
	await server.listen({ host, port });
	const address = server.server.address() as AddressInfo;
	return {
		url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
		port: address.port,
		close: async () => {
			stopping.abort();
			sandbox.stop();
			await server.close();
		},
	};
}
