import type { INodeProperties } from 'n8n-workflow';

import { InvalidField, kindOf, shown } from '../../shared/validation/InvalidField';
import type { ItemParameters } from '../execution/ItemParameters';

export const chatField: INodeProperties = {
	displayName: 'Chat',
	name: 'chatId',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'A chat that the bot is a member of',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a chat...',
			typeOptions: { searchListMethod: 'searchChats', searchable: true },
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. oc_a0553eda9014c201e6969b478895c230',
			hint: 'The chat_id, which begins with oc_',
			validation: [
				{
					type: 'regex',
					properties: { regex: '^\\s*oc_\\S+\\s*$', errorMessage: 'A chat ID begins with oc_' },
				},
			],
		},
	],
};

/** The chat whose members are the recipients. */
export const recipientChatField: INodeProperties = { ...chatField, name: 'recipientChat' };

/**
 * Reads the ID of the chat.
 *
 * @throws {InvalidField} when it is empty or does not begin with oc_
 */
export function readChatId(parameters: ItemParameters, name = 'chatId'): string {
	const chatId = parameters(name);
	if (chatId === '' || chatId === undefined || chatId === null) {
		throw new InvalidField('Chat', 'is empty, but it must say which chat to change');
	}
	if (typeof chatId !== 'string') {
		throw new InvalidField('Chat', `must be a chat ID, but is ${kindOf(chatId)}`);
	}
	const trimmed = chatId.trim();
	if (!/^oc_[^\s/?#]+$/.test(trimmed)) {
		throw new InvalidField(
			'Chat',
			`must be a chat ID that begins with oc_, but is ${shown(chatId)}`,
		);
	}
	return trimmed;
}
