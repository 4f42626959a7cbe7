import type { Failure } from '../../nodes/shared/api/failures';
import type { UserIdType } from '../../nodes/shared/api/payloads';
import type { ApiResponse } from '../../nodes/shared/api/responses';
import type { PacedRequest } from '../../nodes/shared/delivery/callWithRetries';
import { findMembers } from '../../nodes/shared/delivery/findMembers';
import type { MemberList } from '../../nodes/shared/delivery/lookUps';

const CHAT: MemberList = { kind: 'chat', id: 'oc_1' };
const DEPARTMENT: MemberList = {
	kind: 'department',
	id: 'd1',
	idType: 'department_id',
	includeSubdepartments: false,
};
const WITH_SUBDEPARTMENTS: MemberList = { ...DEPARTMENT, includeSubdepartments: true };
const FAILURE: Failure = { kind: 'unanswered', reason: 'no answer' };

const listing = (...items: object[]): ApiResponse => ({ data: { items } });

/** Finds members in a Feishu that answers by a rule. */
async function find(
	list: MemberList,
	answer: (request: PacedRequest) => ApiResponse,
	userIdType: UserIdType = 'open_id',
) {
	const calls: PacedRequest[] = [];
	const found = await findMembers(
		async (request) => {
			calls.push(request);
			return answer(request);
		},
		userIdType,
		list,
	);
	return { calls, found };
}

/** A company with these departments below the first, and people in each. */
const company =
	(subdepartments: object[], people: Record<string, object[]>) =>
	({ path, query }: PacedRequest): ApiResponse =>
		path.endsWith('/children')
			? listing(...subdepartments)
			: listing(...(people[String(query?.department_id)] ?? []));

describe('the members of a chat', () => {
	it('are asked for by the kind of ID, and come with their names', async () => {
		const { calls, found } = await find(
			CHAT,
			() => listing({ member_id: 'on_1', name: 'Wang' }, { member_id: 'on_2', name: '' }),
			'union_id',
		);
		expect(calls).toEqual([
			expect.objectContaining({
				method: 'GET',
				path: '/open-apis/im/v1/chats/:chat_id/members',
				pathParameters: { chat_id: 'oc_1' },
				query: { member_id_type: 'union_id', page_size: 100 },
			}),
		]);
		expect(found).toEqual({ members: [{ userId: 'on_1', name: 'Wang' }, { userId: 'on_2' }] });
	});

	it('are not known when the call fails', async () => {
		const { found } = await find(CHAT, () => ({ failure: FAILURE }));
		expect(found).toEqual({ failure: FAILURE, isCallFailed: true });
	});

	it('are not known in full when Feishu does not tell one of the IDs', async () => {
		const { found } = await find(CHAT, () => listing({ member_id: 'ou_1' }, { open_id: 'ou_2' }));
		expect(found).toEqual({
			failure: expect.objectContaining({
				reason: 'Feishu does not tell the open_id of this person',
			}),
		});
	});

	it('are nobody', async () => {
		const { found } = await find(CHAT, () => listing());
		expect(found).toEqual({ failure: { kind: 'refused', reason: 'this chat has no members' } });
	});
});

describe('the members of a department', () => {
	it('are asked for by the kinds of both IDs', async () => {
		const { calls, found } = await find(
			DEPARTMENT,
			company([{ open_department_id: 'od-2' }], { d1: [{ user_id: 'u1', name: 'Li' }] }),
			'user_id',
		);
		expect(calls).toEqual([
			expect.objectContaining({
				path: '/open-apis/contact/v3/users/find_by_department',
				query: {
					department_id: 'd1',
					department_id_type: 'department_id',
					user_id_type: 'user_id',
					page_size: 50,
				},
			}),
		]);
		expect(found).toEqual({ members: [{ userId: 'u1', name: 'Li' }] });
	});

	it('are those of all departments below it as well, in their order', async () => {
		const { calls, found } = await find(
			WITH_SUBDEPARTMENTS,
			company(
				[
					{ open_department_id: 'od-2', status: { is_deleted: false } },
					{ open_department_id: 'od-3', status: { is_deleted: true } },
					{ name: 'without an ID' },
					{ open_department_id: 'od-4' },
				],
				{
					d1: [{ open_id: 'ou_1' }],
					'od-2': [{ open_id: 'ou_2' }],
					'od-3': [{ open_id: 'ou_3' }],
					'od-4': [{ open_id: 'ou_4' }],
				},
			),
		);
		expect(found).toEqual({
			members: [{ userId: 'ou_1' }, { userId: 'ou_2' }, { userId: 'ou_4' }],
		});
		expect(calls[0]).toMatchObject({
			path: '/open-apis/contact/v3/departments/:department_id/children',
			pathParameters: { department_id: 'd1' },
			query: { department_id_type: 'department_id', fetch_child: 'true' },
		});
		expect(calls.slice(1).map(({ query }) => query)).toMatchObject([
			{ department_id: 'd1', department_id_type: 'department_id' },
			{ department_id: 'od-2', department_id_type: 'open_department_id' },
			{ department_id: 'od-4', department_id_type: 'open_department_id' },
		]);
	});

	it.each(['is_resigned', 'is_exited'])('are nobody who has left: %s', async (field) => {
		const people = [{ open_id: 'ou_1', status: { [field]: true } }, { open_id: 'ou_2' }];
		const { found } = await find(DEPARTMENT, company([], { d1: people }));
		expect(found).toEqual({ members: [{ userId: 'ou_2' }] });
	});

	it('are not known when the departments below it are not', async () => {
		const { calls, found } = await find(WITH_SUBDEPARTMENTS, () => ({ failure: FAILURE }));
		expect(calls).toHaveLength(1);
		expect(found).toEqual({ failure: FAILURE, isCallFailed: true });
	});

	it('are not known when those of one department below it are not', async () => {
		const { found } = await find(WITH_SUBDEPARTMENTS, (request) =>
			request.query?.department_id === 'od-2'
				? { failure: FAILURE }
				: company([{ open_department_id: 'od-2' }], { d1: [{ open_id: 'ou_1' }] })(request),
		);
		expect(found).toEqual({ failure: FAILURE, isCallFailed: true });
	});

	it('are nobody', async () => {
		const { found } = await find(WITH_SUBDEPARTMENTS, company([], {}));
		expect(found).toEqual({
			failure: { kind: 'refused', reason: 'this department has no members' },
		});
	});
});
