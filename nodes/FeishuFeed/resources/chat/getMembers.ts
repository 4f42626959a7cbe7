import type { IDataObject } from 'n8n-workflow';

import { LIST_CHAT_MEMBERS } from '../../../shared/api/endpoints';
import { collectPages } from '../../../shared/delivery/collectPages';
import { USER_ID_TYPES } from '../../../shared/validation/recognisePeople';
import { oneOf, parseField, trueOrFalse } from '../../../shared/validation/validators';
import { chatField, readChatId } from '../../fields/chat';
import { pagingFields, readPaging, simplifyField } from '../../fields/paging';
import { userIdTypeField } from '../../fields/recipients';
import type { LookUpOperation } from '../../Operation';

/** Feishu: im-v1/chat-members/get */
export const getMembers: LookUpOperation = {
	kind: 'lookUp',
	option: {
		name: 'Get Members',
		value: 'getMembers',
		action: 'Get chat members',
		description: 'Get the people who are in a group. Bots are left out.',
	},
	purpose: 'get the members of the chat',
	fields: [
		chatField,
		...pagingFields,
		{ ...userIdTypeField, description: 'The kind of ID to get' },
		simplifyField,
	],
	endpoints: [LIST_CHAT_MEMBERS],
	read: (parameters) => {
		const chatId = readChatId(parameters);
		const limit = readPaging(parameters);
		const { name, displayName } = userIdTypeField;
		const userIdType = parseField(oneOf(USER_ID_TYPES), parameters(name), displayName);
		const simplify = parseField(trueOrFalse, parameters('simplify'), simplifyField.displayName);
		return async (call) => {
			const { items, failure } = await collectPages(call, LIST_CHAT_MEMBERS, limit, {
				query: { member_id_type: userIdType },
				pathParameters: { chat_id: chatId },
			});
			if (failure) return { failure };
			return { found: simplify ? items.map(simplified) : items };
		};
	},
};

/** What names a person, for the nodes that follow. */
function simplified({ member_id, name }: IDataObject): IDataObject {
	return { user_id: member_id, name };
}
