import { readFileSync } from 'node:fs';
import path from 'node:path';

import axios from 'axios';
import type { ICredentialDataDecryptedObject, IDataObject, IHttpRequestHelper } from 'n8n-workflow';

import { FeishuTenantApi } from '../../credentials/FeishuTenantApi.credentials';
import { FAILED_CARD_REASONS } from '../../nodes/shared/api/errorCodes';
import { SEEDED_APPS, TENANT_KEY } from '../../sandbox/feishu/src';
import type { FaultOptions } from '../../sandbox/feishu/src/client';
import { detailsAtErrorOutput } from '../helpers/execution/engine';
import { withSandbox } from '../helpers/execution/withSandbox';

const PERSON = 'ou_e3e6762bca24fa9c949699dbd6ab7a5f';
const OTHER_PERSON = 'ou_90b767f04fde17beeab734b2de586509';
const NOBODY = 'ou_00000000000000000000000000000000';

const read = (page: string) => readFileSync(path.resolve(__dirname, '../../docs', page), 'utf8');

/** The messages that a page shows; "…" stands for anything. */
function messagesOf(page: string): Array<{ message: string; pattern: RegExp }> {
	return [...read(page).matchAll(/^```text\n(.*)\n```$/gm)].map(([, message]) => {
		const escaped = message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/…/g, '[^]*');
		return { message, pattern: new RegExp(`^${escaped}$`) };
	});
}

/** Each message of a page is given by the product, and each that is given stands in the page. */
function expectSameMessages(page: string, given: string[]): void {
	const documented = messagesOf(page);
	const notGiven = documented.filter(({ pattern }) => !given.some((one) => pattern.test(one)));
	const notDocumented = given.filter((one) => !documented.some(({ pattern }) => pattern.test(one)));
	expect({ notGiven: notGiven.map(({ message }) => message), notDocumented }).toEqual({
		notGiven: [],
		notDocumented: [],
	});
}

describe('the messages that the documentation shows', () => {
	const sandbox = withSandbox();

	const app = ({
		app_id: appId,
		app_secret: appSecret,
	}: {
		app_id: string;
		app_secret: string;
	}) => ({
		appId,
		appSecret,
	});
	const card = (parameters: IDataObject): IDataObject => ({
		resource: 'appFeedCard',
		operation: 'create',
		userIds: PERSON,
		title: 'Delivery 42',
		link: 'https://example.com',
		bizId: 'delivery-42',
		options: { longestWait: 0 },
		...parameters,
	});
	const reminder = (chatId: string): IDataObject => ({
		resource: 'chat',
		operation: 'setTimeSensitive',
		chatId: { __rl: true, mode: 'id', value: chatId },
		userIds: PERSON,
		timeSensitive: true,
	});

	async function messageOf(
		parameters: IDataObject,
		{ credential = {}, fault }: { credential?: IDataObject; fault?: FaultOptions } = {},
	): Promise<string> {
		await sandbox.feishu.reset();
		if (fault) await sandbox.feishu.addFault(fault);
		const { error } = await sandbox.run(parameters, { credential: sandbox.credential(credential) });
		return String(error?.message);
	}

	it('are those of the node', async () => {
		const create = 'appFeedCard.create';
		const given = [
			await messageOf(reminder(sandbox.groups[0].chat_id), {
				credential: app(SEEDED_APPS.fewScopes),
			}),
			await messageOf(reminder('oc_00000000000000000000000000000000')),
			await messageOf(card({ userIds: 'nobody' })),
			await messageOf(card({}), { fault: { kind: 'tooManyRequests', operation: create } }),
			await messageOf(card({}), { credential: { appSecret: 'of another app' } }),
			await messageOf(card({}), { fault: { kind: 'dropped', operation: create } }),
			await messageOf(card({}), { fault: { kind: 'badGateway', operation: create } }),
			await messageOf(card({}), { fault: { kind: 'notJson', operation: create } }),
			await messageOf(
				card({ userIds: [PERSON, OTHER_PERSON], options: { whenSomeFail: 'fail' } }),
				{
					fault: { kind: 'recipientReason', recipient: PERSON, entryUserId: 'absent', reason: '1' },
				},
			),
			await messageOf(card({ title: 'T'.repeat(61) })),
			await messageOf(card({ link: 'http://example.com' })),
			await messageOf(card({ userIds: 'on_38c48c79efeb06759cde58265f74a011' })),
			await messageOf(card({ userIds: '={{ [] }}' })),
			await messageOf(
				card({ buttons: { button: Array(3).fill({ text: 'Open', url: 'https://example.com' }) } }),
			),
			await messageOf(card({ cardSource: 'json', cardJson: '{ "title": ' })),
		];
		for (const page of ['errors.md', 'errors.zh-CN.md']) expectSameMessages(page, given);
	});

	it('are those of the credential test', async () => {
		// What n8n's own test of a credential does first; its message is what the user sees.
		const helpers = {
			httpRequest: async ({
				url,
				baseURL,
				method,
				body,
			}: Parameters<IHttpRequestHelper['helpers']['httpRequest']>[0]) =>
				(await axios({ url, baseURL, method, data: body, validateStatus: null })).data as unknown,
		};
		const failureOf = async (change: IDataObject): Promise<string> =>
			await new FeishuTenantApi().preAuthentication
				.call(
					{ helpers } as IHttpRequestHelper,
					sandbox.credential(change).data as ICredentialDataDecryptedObject,
				)
				.then(
					() => 'none',
					(error: Error) => error.message,
				);
		const store = {
			appType: 'store',
			...app(SEEDED_APPS.store),
			appTicket: SEEDED_APPS.store.app_ticket,
			tenantKey: TENANT_KEY,
		};
		const given = [
			await failureOf({ appId: 'cli_0000000000000000' }),
			await failureOf({ appSecret: 'of another app' }),
			await failureOf({ ...store, appTicket: 'of the day before' }),
			await failureOf({ ...store, appTicket: '' }),
			await failureOf({ baseUrl: 'http://localhost:1' }),
			await failureOf({ baseUrl: 'http://example.com' }),
		];
		await sandbox.feishu.addFault({ kind: 'notJson', operation: 'tenantAccessToken.internal' });
		given.push(await failureOf({}));
		for (const page of ['credential.md', 'credential.zh-CN.md']) expectSameMessages(page, given);
		expect(await failureOf(store)).toBe('none');
	});

	it.each(['errors.md', 'errors.zh-CN.md'])('%s: has every reason that cards fail for', (page) => {
		const rows = [...read(page).matchAll(/^\| `"(\d)"` +\| (.*?) +\|/gm)];
		expect(Object.fromEntries(rows.map(([, digit, words]) => [digit, words]))).toEqual(
			Object.fromEntries(
				Object.entries(FAILED_CARD_REASONS).map(([digit, { words, advice }]) => [
					digit,
					advice ? `${words}: ${advice}` : words,
				]),
			),
		);
	});

	it.each(['errors.md', 'errors.zh-CN.md'])('%s: shows how a failed item goes on', async (page) => {
		const shown = [...read(page).matchAll(/<!-- executed: (\w+) -->\s+```json\n([^]*?)\n```/g)].map(
			([, onError, json]) => {
				const { details, ...told } = JSON.parse(json) as IDataObject;
				return [
					onError,
					{ ...told, ...(details !== undefined && detailsAtErrorOutput(details as IDataObject)) },
				];
			},
		);
		const given = [];
		for (const onError of ['continueRegularOutput', 'continueErrorOutput'] as const) {
			await sandbox.feishu.reset();
			const { outputs } = await sandbox.run(
				card({ userIds: [PERSON, NOBODY], options: { whenSomeFail: 'fail' } }),
				{ onError, items: [{ order: 42 }] },
			);
			const items = outputs[onError === 'continueErrorOutput' ? 1 : 0];
			given.push(...items.map(({ json }) => [onError, json]));
		}
		expect(given).toEqual(shown);
	});
});
