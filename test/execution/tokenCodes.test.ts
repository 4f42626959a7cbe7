import axios from 'axios';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import { FEED_OPERATIONS } from '../helpers/execution/feedOperations';
import type { Summary } from '../helpers/execution/feedOperations';
import type { StoredCredential } from '../helpers/execution/runNode';
import { withSandbox } from '../helpers/execution/withSandbox';

const PEOPLE = 940;
const sandbox = withSandbox({ people: PEOPLE });
const { create } = FEED_OPERATIONS;

/** Of feishu-openapi.md, part 3: the token, which can be renewed. */
const TOKEN_CODES = [99991661, 99991663, 99991664, 99991665, 99991668, 99991671, 99991677];

async function storedToken(): Promise<StoredCredential> {
	const url = `${sandbox.url}/open-apis/auth/v3/tenant_access_token/internal`;
	const { data } = await axios.post<{ tenant_access_token: string }>(url, SEEDED_APPS.custom);
	await sandbox.feishu.clearRequests();
	return sandbox.credential({ accessToken: data.tenant_access_token });
}

async function run(userIds: string[], credential: StoredCredential, callsAtOnce = 4) {
	const [json] = await sandbox.output(
		{
			...create.parameters({ bizId: 'b', chatId: '' }),
			userIds: userIds.join(),
			options: { callsAtOnce },
		},
		{ credential },
	);
	return json as unknown as Summary;
}

const refusedCalls = async (code: number) =>
	(await sandbox.requests()).filter((call) => call.code === code).length;

describe.each(TOKEN_CODES)('a token that is refused with %i', (code) => {
	it.each([1, 3])('at call %i is renewed, and nobody is lost', async (nth) => {
		const credential = await storedToken();
		await sandbox.feishu.addFault({ kind: 'tokenExpired', operation: create.endpoint, nth, code });
		const userIds = sandbox.openIds(0, 200);
		expect(await run(userIds, credential)).toMatchObject({ succeeded: userIds, failed: [] });
		expect(credential.renewals).toBe(1);
		const effects = await sandbox.feishu.effects({ effect: 'cardCreated' });
		expect(effects).toHaveLength(userIds.length);
	});

	it('twice fails those of the call, not those of the calls after it', async () => {
		const userIds = sandbox.openIds(0, PEOPLE);
		const call = userIds.slice(100, 120);
		await sandbox.feishu.addFault({
			kind: 'gatewayCode',
			operation: create.endpoint,
			recipient: call[5],
			code,
		});
		const told = await run(userIds, await storedToken());
		expect(told.failed.map(({ user_id, code: found }) => [user_id, found])).toEqual(
			call.map((userId) => [userId, code]),
		);
		expect(told.succeeded).toHaveLength(PEOPLE - call.length);
		expect(await refusedCalls(code)).toBe(2);
	});

	it('for ever ends the run after few calls', async () => {
		await sandbox.feishu.addFault({ kind: 'gatewayCode', operation: create.endpoint, code });
		const { outputs } = await sandbox.run(
			{
				...create.parameters({ bizId: 'b', chatId: '' }),
				userIds: sandbox.openIds(0, PEOPLE).join(),
				options: { callsAtOnce: 2 },
			},
			{ onError: 'continueRegularOutput' },
		);
		expect((outputs[0][0].json as unknown as Summary).failed).toHaveLength(PEOPLE);
		expect(await refusedCalls(code)).toBeLessThanOrEqual(2 * (3 + 1));
	});
});

it('costs one refused call when the token had ended before the run', async () => {
	const credential = await storedToken();
	await sandbox.feishu.expireTokens();
	const userIds = sandbox.openIds(0, PEOPLE);
	expect((await run(userIds, credential, 20)).succeeded).toEqual(userIds);
	expect(await refusedCalls(99991663)).toBe(1);
	expect(credential.renewals).toBe(1);
});
