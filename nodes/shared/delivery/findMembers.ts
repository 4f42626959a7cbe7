import type { IDataObject } from 'n8n-workflow';

import {
	LIST_CHAT_MEMBERS,
	LIST_DEPARTMENT_USERS,
	LIST_DEPARTMENT_CHILDREN,
} from '../api/endpoints';
import type { Failure } from '../api/failures';
import type { UserIdType } from '../api/payloads';
import { asObject, firstText } from '../primitives/json';
import type { CallWithRetries } from './callWithRetries';
import { collectPages } from './collectPages';
import { hasLeft } from './findAddresses';
import { firstAhead } from './firstAhead';
import { idNotTold } from './lookUps';
import type { Department, FoundMembers, FoundPerson, MemberList } from './lookUps';

/** The members of a chat or department; all of them, or none. */
export async function findMembers(
	call: CallWithRetries,
	userIdType: UserIdType,
	list: MemberList,
): Promise<FoundMembers> {
	const found =
		list.kind === 'chat'
			? await chatMembers(call, userIdType, list.id)
			: await departmentMembers(call, userIdType, list);
	if (found.failure || found.members.length > 0) return found;
	const whole = list.kind === 'chat' ? 'chat' : 'department';
	return { failure: { kind: 'refused', reason: `this ${whole} has no members` } };
}

/** Feishu: im-v1/chat-members/get. Bots are not in it. */
async function chatMembers(
	call: CallWithRetries,
	userIdType: UserIdType,
	chatId: string,
): Promise<FoundMembers> {
	const { items, failure } = await collectPages(call, LIST_CHAT_MEMBERS, Infinity, {
		query: { member_id_type: userIdType },
		pathParameters: { chat_id: chatId },
	});
	return failure ? callFailed(failure) : readMembers(items, 'member_id', userIdType);
}

/** Feishu: contact-v3/user/find_by_department, for the department and, if wanted, for each below it. */
async function departmentMembers(
	call: CallWithRetries,
	userIdType: UserIdType,
	{ id, idType, includeSubdepartments }: MemberList & { kind: 'department' },
): Promise<FoundMembers> {
	const departments: Department[] = [{ id, idType }];
	if (includeSubdepartments) {
		const below = await subdepartments(call, { id, idType });
		if (!Array.isArray(below)) return callFailed(below);
		departments.push(...below);
	}
	const parts = new Map<Department, FoundMembers>();
	await firstAhead(
		departments.map((department) => async () => {
			const { items, failure } = await collectPages(call, LIST_DEPARTMENT_USERS, Infinity, {
				query: {
					department_id: department.id,
					department_id_type: department.idType,
					user_id_type: userIdType,
				},
			});
			parts.set(
				department,
				failure ? callFailed(failure) : readMembers(items, userIdType, userIdType),
			);
		}),
	);
	const members: FoundPerson[] = [];
	for (const department of departments) {
		const part = parts.get(department);
		if (part?.failure) return part;
		members.push(...(part?.members ?? []));
	}
	return { members };
}

function callFailed(failure: Failure): FoundMembers {
	return { failure, isCallFailed: true };
}

/** All departments below one, at any depth. Feishu: contact-v3/department/children. */
async function subdepartments(
	call: CallWithRetries,
	{ id, idType }: Department,
): Promise<Department[] | Failure> {
	const { items, failure } = await collectPages(call, LIST_DEPARTMENT_CHILDREN, Infinity, {
		query: { department_id_type: idType, fetch_child: 'true' },
		pathParameters: { department_id: id },
	});
	if (failure) return failure;
	return items.flatMap((item): Department[] => {
		const openId = firstText(item.open_department_id);
		const isDeleted = asObject(item.status)?.is_deleted === true;
		return openId === undefined || isDeleted ? [] : [{ id: openId, idType: 'open_department_id' }];
	});
}

/** @param idField where an entry has the ID */
function readMembers(
	items: IDataObject[],
	idField: UserIdType | 'member_id',
	userIdType: UserIdType,
): FoundMembers {
	const members: FoundPerson[] = [];
	for (const item of items) {
		if (hasLeft(item.status)) continue;
		const userId = firstText(item[idField]);
		if (userId === undefined) return { failure: idNotTold(userIdType) };
		const name = firstText(item.name);
		members.push({ userId, ...(name !== undefined && { name }) });
	}
	return { members };
}
