import type * as lark from '@larksuiteoapi/node-sdk';
import * as fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { UserIdType } from '../../nodes/shared/api/payloads';
import { resetProcessState } from '../../nodes/shared/primitives/processState';
import type { StoredCredential } from '../helpers/execution/runNode';
import { withSandbox } from '../helpers/execution/withSandbox';
import type { WireCall } from '../helpers/execution/withSandbox';
import { officialClient } from '../helpers/officialClient';
import { RANDOM_SEED } from '../helpers/randomSeed';

/** Cases of each kind of look-up; each is at least one call. */
const CASES = 200;
const PEOPLE = 400;

jest.setTimeout(120_000);

const sandbox = withSandbox({ people: PEOPLE });
const sample = <T>(arbitrary: fc.Arbitrary<T>): T[] => fc.sample(arbitrary, CASES);

let client: lark.Client;
let credential: StoredCredential;
beforeEach(() => {
	client = officialClient(sandbox.url);
	credential = sandbox.credential();
});

const ID_TYPE = fc.constantFrom<UserIdType>('open_id', 'union_id', 'user_id');
const places = (maxLength: number, minLength = 0) =>
	fc.uniqueArray(fc.nat({ max: PEOPLE - 1 }), { minLength, maxLength });
const addressesOf = (of: { emails: number[]; mobiles: number[]; unknown: string[] }) => ({
	emails: [...of.emails.map((place) => sandbox.people[place].email), ...of.unknown],
	mobiles: of.mobiles.map((place) => sandbox.people[place].mobile.replace('+86', '')),
});
/** Any address but those with the one character that separates addresses, too. */
const EMAIL = fc.emailAddress().filter((email) => !email.includes('|'));
/** The addresses of a call; a list that is empty is left out. */
const ADDRESSES = fc
	.record({
		emails: places(46),
		mobiles: places(50),
		unknown: fc.uniqueArray(EMAIL, {
			maxLength: 4,
			selector: (email) => email.toLowerCase(),
		}),
	})
	.filter(({ emails, mobiles, unknown }) => emails.length + mobiles.length + unknown.length > 0);

const toDepartment = (value: string, includeSubdepartments: boolean): IDataObject => ({
	resource: 'botChat',
	operation: 'setTimeSensitive',
	recipientsBy: 'department',
	recipientDepartment: { __rl: true, mode: 'id', value },
	includeSubdepartments,
});

/** Has the SDK, then the node, make the look-ups of all cases; both must have sent the same. */
async function expectEqualCalls<Case>(
	cases: Case[],
	withSdk: (one: Case) => Promise<unknown>,
	withNode: (one: Case) => { parameters: IDataObject; item?: IDataObject },
	operations: string[],
): Promise<void> {
	const arrived = async (): Promise<WireCall[]> => {
		const requests = await sandbox.requests();
		const asked = requests.filter(({ operation }) => operations.includes(operation!));
		expect(asked.filter(({ code }) => code !== 0).map(({ rawResponse }) => rawResponse)).toEqual(
			[],
		);
		return asked.map(({ method, path, query, body }) => ({ method, path, query, body }));
	};
	for (const one of cases) await withSdk(one);
	const bySdk = await arrived();
	expect(bySdk.length).toBeGreaterThanOrEqual(CASES);
	await sandbox.feishu.reset({ keepTokens: true });
	for (const one of cases) {
		const { parameters, item = {} } = withNode(one);
		await sandbox.output(
			{ options: { callsAtOnce: 1 }, ...parameters },
			{ credential, items: [item] },
		);
	}
	const byNode = await arrived();
	bySdk.forEach((call, place) => expect(byNode[place]).toEqual(call));
	expect(byNode).toHaveLength(bySdk.length);
}

describe(`${CASES} look-ups of each kind, with FAST_CHECK_SEED=${RANDOM_SEED}`, () => {
	it('user.batchGetId', async () => {
		await expectEqualCalls(
			sample(fc.tuple(ADDRESSES, ID_TYPE)),
			async ([of, user_id_type]) => {
				const { emails, mobiles } = addressesOf(of);
				await client.contact.v3.user.batchGetId({
					params: { user_id_type },
					data: {
						...(emails.length > 0 && { emails }),
						...(mobiles.length > 0 && { mobiles }),
						include_resigned: true,
					},
				});
			},
			([of, userIdType]) => {
				const { emails, mobiles } = addressesOf(of);
				const to = [...mobiles, ...emails];
				return {
					parameters: {
						resource: 'user',
						operation: 'getIds',
						people: '={{ $json.to }}',
						userIdType,
					},
					item: { to },
				};
			},
			['user.batchGetId'],
		);
	});

	it('chatMembers.get', async () => {
		const chats = sandbox.groups.map(({ chat_id }) => chat_id);
		await expectEqualCalls(
			sample(fc.tuple(fc.constantFrom(...chats), ID_TYPE, fc.integer({ min: 1, max: 100 }))),
			async ([chat_id, member_id_type, page_size]) => {
				await client.im.v1.chatMembers.get({
					path: { chat_id },
					params: { member_id_type, page_size },
				});
			},
			([chat, userIdType, limit]) => ({
				parameters: {
					resource: 'chat',
					operation: 'getMembers',
					chatId: { __rl: true, mode: 'id', value: chat },
					userIdType,
					limit,
				},
			}),
			['chatMembers.get'],
		);
	});

	it('user.findByDepartment, page by page', async () => {
		const [{ departments }] = await sandbox.feishu.company();
		await expectEqualCalls(
			sample(fc.constantFrom(...departments)),
			async ({ open_department_id }) => {
				let page_token: string | undefined;
				do {
					const { data } = await client.contact.v3.user.findByDepartment({
						params: {
							department_id: open_department_id,
							department_id_type: 'open_department_id',
							user_id_type: 'open_id',
							page_size: 50,
							...(page_token && { page_token }),
						},
					});
					page_token = data?.has_more ? data.page_token : undefined;
				} while (page_token);
			},
			({ open_department_id: department }) => {
				// What was found a moment ago would not be asked for again.
				resetProcessState();
				return { parameters: toDepartment(department, false) };
			},
			['user.findByDepartment'],
		);
	});

	it('department.children, page by page', async () => {
		const [{ departments }] = await sandbox.feishu.company();
		await expectEqualCalls(
			sample(fc.constantFrom(...departments)),
			async ({ open_department_id: department_id }) => {
				await client.contact.v3.department.children({
					path: { department_id },
					params: {
						department_id_type: 'open_department_id',
						fetch_child: true,
						page_size: 50,
					},
				});
			},
			({ open_department_id: department }) => {
				resetProcessState();
				return { parameters: toDepartment(department, true) };
			},
			['department.children'],
		);
	});
});
