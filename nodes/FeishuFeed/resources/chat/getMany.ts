import type { IDataObject } from 'n8n-workflow';

import { LIST_CHATS } from '../../../shared/api/endpoints';
import { collectPages } from '../../../shared/delivery/collectPages';
import { pagingFields, readPaging, simplifyField } from '../../fields/paging';
import { parseField, trueOrFalse } from '../../../shared/validation/validators';
import type { LookUpOperation } from '../../Operation';

/** Feishu: im-v1/chat/list */
export const getMany: LookUpOperation = {
	kind: 'lookUp',
	option: {
		name: 'Get Many',
		value: 'getMany',
		action: 'Get many chats',
		description: 'Get the groups that your bot is a member of',
	},
	purpose: 'get the chats',
	fields: [...pagingFields, simplifyField],
	endpoints: [LIST_CHATS],
	read: (parameters) => {
		const limit = readPaging(parameters);
		const simplify = parseField(trueOrFalse, parameters('simplify'), simplifyField.displayName);
		return async (call) => {
			const { items, failure } = await collectPages(call, LIST_CHATS, limit);
			if (failure) return { failure };
			return { found: simplify ? items.map(simplified) : items };
		};
	},
};

/** What names a chat, for the nodes that follow. */
function simplified({ chat_id, name, description, owner_id }: IDataObject): IDataObject {
	return { chat_id, name, description, owner_id };
}
