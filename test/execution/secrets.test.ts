import { keptLog } from '../helpers/execution/keptLog';

import { stringify } from 'flatted';
import type { IDataObject } from 'n8n-workflow';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import type { FaultOptions } from '../../sandbox/feishu/src/client';
import type { RunResult, StoredCredential } from '../helpers/execution/runNode';
import { app, storeApp } from '../helpers/execution/seededCredentials';
import { withSandbox } from '../helpers/execution/withSandbox';

const sandbox = withSandbox({ people: 20 });

const create = (change: IDataObject = {}): IDataObject => ({
	resource: 'appFeedCard',
	operation: 'create',
	bizId: 'b',
	link: 'https://example.com',
	userIds: sandbox.people[0].open_id,
	options: { longestWait: 0 },
	...change,
});

/** In the form of a token, but nobody's. */
const REFUSED_TOKEN = 't-g0000000000000000000000000000000000000000';

const SECRETS = {
	appSecret: SEEDED_APPS.custom.app_secret,
	encryptKey: 'EncryptKeyThatNobodyMaySee',
	verificationToken: 'VerificationTokenThatNobodyMaySee',
};
const STORE_SECRETS = {
	...SECRETS,
	appSecret: SEEDED_APPS.store.app_secret,
	appTicket: SEEDED_APPS.store.app_ticket,
};

/** Every text that can be reached from a value, also what JSON leaves out. */
function textsIn(value: unknown, seen = new Set<unknown>()): string[] {
	if (typeof value === 'string') return [value];
	if (typeof value !== 'object' || value === null || seen.has(value)) return [];
	seen.add(value);
	if (value instanceof Map || value instanceof Set) return textsIn([...value], seen);
	return Reflect.ownKeys(value).flatMap((key) => [
		String(key),
		...textsIn((value as Record<PropertyKey, unknown>)[key], seen),
	]);
}

beforeEach(() => {
	keptLog.length = 0;
});

/** None of the credential's secrets, and no token that was ever given, is in what others can read. */
async function expectNoSecret(credential: StoredCredential, result: RunResult): Promise<void> {
	const requests = await sandbox.feishu.requests();
	const tokens = requests.flatMap(({ responseBody, headers }) => {
		const { tenant_access_token, app_access_token } = (responseBody ?? {}) as IDataObject;
		return [tenant_access_token, app_access_token, headers?.authorization?.slice(7)];
	});
	const { appSecret, appTicket, encryptKey, verificationToken, accessToken } = credential.data;
	const secrets = [
		appSecret,
		appTicket,
		encryptKey,
		verificationToken,
		accessToken,
		...tokens,
	].filter((secret): secret is string => typeof secret === 'string' && secret.length >= 8);
	expect(secrets.length).toBeGreaterThanOrEqual(3);

	const readable = [stringify(result.run), ...textsIn(result), ...keptLog].join('\n');
	expect(secrets.filter((secret) => readable.includes(secret))).toEqual([]);
}

it('would be found where JSON does not look', () => {
	const error = new Error('outer', {
		cause: new Error('inner', { cause: { hidden: 'needle' } }),
	});
	Object.defineProperty(error, 'request', { value: new Map([['key', ['needle too']]]) });
	expect(textsIn({ error })).toEqual(expect.arrayContaining(['needle', 'needle too', 'inner']));
});

it('would be found in the log', async () => {
	await sandbox.run(create({ link: 'nowhere' }));
	expect(keptLog.join('\n')).toContain('Link must be an address');
});

type Trouble = [
	name: string,
	credential: IDataObject,
	parameters: IDataObject,
	fault?: FaultOptions,
];
const operation = 'appFeedCard.create';
const internal = 'tenantAccessToken.internal';
const TROUBLES: Trouble[] = [
	['success', SECRETS, {}],
	['a refused field', SECRETS, { link: 'http://example.com' }],
	['a recipient who is not reached', SECRETS, { userIds: 'ou_nobody' }],
	['a call that is refused as a whole', SECRETS, { userIds: 'nobody' }],
	[
		'a missing scope',
		{ ...SECRETS, ...app(SEEDED_APPS.fewScopes) },
		{ userIdType: 'user_id', userIds: 'a' },
	],
	['a wrong secret', { ...SECRETS, appSecret: 'S3cretOfAnotherApp' }, {}],
	['a wrong App ID', { ...SECRETS, appId: 'cli_0' }, {}],
	['an unreachable host', { ...SECRETS, baseUrl: 'http://localhost:1' }, {}],
	[
		'an unreachable host and a token',
		{ ...SECRETS, baseUrl: 'http://localhost:1', accessToken: REFUSED_TOKEN },
		{},
	],
	['a base URL that is not allowed', { ...SECRETS, baseUrl: 'http://example.com' }, {}],
	['a token that is refused each time', SECRETS, {}, { kind: 'tokenExpired', operation }],
	['a rate limit', SECRETS, {}, { kind: 'tooManyRequests', operation }],
	['a server error', SECRETS, {}, { kind: 'serverError', operation }],
	['a bad gateway', SECRETS, {}, { kind: 'badGateway', operation }],
	['a dropped call', SECRETS, {}, { kind: 'dropped', operation }],
	['an answer cut off', SECRETS, {}, { kind: 'cutOff', operation }],
	['an answer of HTML', SECRETS, {}, { kind: 'notJson', operation }],
	['a dropped request for a token', SECRETS, {}, { kind: 'dropped', operation: internal }],
	['a token cut off', SECRETS, {}, { kind: 'cutOff', operation: internal }],
	['a token answer of HTML', SECRETS, {}, { kind: 'notJson', operation: internal }],
	['a token server error', SECRETS, {}, { kind: 'serverError', operation: internal }],
	['a store app', storeApp(STORE_SECRETS), {}],
	['a stale ticket', storeApp({ ...STORE_SECRETS, appTicket: 'T1cketOfYesterday' }), {}],
	['a wrong tenant', storeApp({ ...STORE_SECRETS, tenantKey: 'nobody' }), {}],
	[
		'a dropped app token',
		storeApp(STORE_SECRETS),
		{},
		{ kind: 'dropped', operation: 'appAccessToken.create' },
	],
	[
		'a dropped tenant token',
		storeApp(STORE_SECRETS),
		{},
		{ kind: 'cutOff', operation: 'tenantAccessToken.create' },
	],
];

describe.each(['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const)(
	'%s',
	(onError) => {
		it.each(TROUBLES)('are nowhere to be read: %s', async (...[, change, parameters, fault]) => {
			if (fault) await sandbox.feishu.addFault(fault);
			const credential = sandbox.credential(change);
			const result = await sandbox.run(create(parameters), { credential, onError });
			await expectNoSecret(credential, result);
		});
	},
);
