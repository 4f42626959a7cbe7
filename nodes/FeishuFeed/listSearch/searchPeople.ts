import { NodeOperationError } from 'n8n-workflow';
import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { LIST_CHAT_MEMBERS, LIST_DEPARTMENT_USERS } from '../../shared/api/endpoints';
import { openClient } from '../../shared/api/openClient';
import { asObject, firstText } from '../../shared/primitives/json';
import { isEmpty } from '../../shared/validation/formValues';
import { chatIdOf } from '../fields/chat';
import { departmentOf } from '../fields/department';
import { personChatField, personDepartmentField } from '../fields/person';
import { listPage, matches, pageOrError } from './listPage';
import type { ListRequest, Row } from './listPage';

/**
 * The people of the chat or department that the form names, a page at a time, all or those whose name fits the
 * filter. Feishu: im-v1/chat-members/get, contact-v3/user/find_by_department. Neither can search, so the filter is ours.
 *
 * @throws {NodeOperationError} when the form names neither, or when Feishu refuses, naming the scope to open if that is why
 */
export async function searchPeople(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const ofDepartment = this.getCurrentNodeParameter('personFrom') === 'department';
	const request = ofDepartment ? peopleOfDepartment(this, filter) : peopleOfChat(this, filter);
	const what = `the members of the ${ofDepartment ? 'department' : 'chat'}`;
	return pageOrError(this, what, await listPage(await openClient(this), request, paginationToken));
}

function peopleOfChat(context: ILoadOptionsFunctions, filter?: string): ListRequest {
	return {
		endpoint: LIST_CHAT_MEMBERS,
		pathParameters: { chat_id: readLocator(context, personChatField, chatIdOf) },
		query: { member_id_type: 'open_id' },
		rowsOf: (members) => members.flatMap(({ member_id: id, name }) => rowOf(id, { name }, filter)),
	};
}

function peopleOfDepartment(context: ILoadOptionsFunctions, filter?: string): ListRequest {
	const { id, idType } = readLocator(context, personDepartmentField, departmentOf);
	return {
		endpoint: LIST_DEPARTMENT_USERS,
		query: { department_id: id, department_id_type: idType, user_id_type: 'open_id' },
		rowsOf: (users) =>
			users.flatMap(({ open_id: openId, name, en_name }) =>
				rowOf(openId, { name, en_name }, filter),
			),
	};
}

function rowOf(id: unknown, names: { name: unknown; en_name?: unknown }, filter?: string): Row[] {
	const value = firstText(id);
	if (value === undefined || !matches(filter, names.name, names.en_name)) return [];
	return [{ name: firstText(names.name, names.en_name) ?? value, value }];
}

/** What a locator of the form holds now, in the editor. */
function readLocator<Read>(
	context: ILoadOptionsFunctions,
	{ name, displayName }: { name: string; displayName: string },
	read: (value: unknown, field: string) => Read,
): Read {
	const locator = context.getCurrentNodeParameter(name);
	const value = asObject(locator)?.value;
	if (isEmpty(value)) {
		throw new NodeOperationError(context.getNode(), `Choose a value in "${displayName}" first`);
	}
	try {
		return read(value, displayName);
	} catch (error) {
		throw new NodeOperationError(context.getNode(), error as Error);
	}
}
