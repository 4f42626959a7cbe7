import { UPDATE_CHAT_BUTTONS } from '../../../shared/api/endpoints';
import type { ChatButtonContent } from '../../../shared/api/payloads';
import { buttonsField, buttonsFromForm, parseButtons } from '../../../shared/validation/buttons';
import { cardFieldName } from '../../../shared/validation/cardFields';
import { chatField, readChatId } from '../../fields/chat';
import { readRecipients, recipientFields } from '../../fields/recipients';
import type { SendOperation } from '../../Operation';

/** Feishu: im-v2/chat_button/update */
export const updateButtons: SendOperation = {
	kind: 'send',
	option: {
		name: 'Update Buttons',
		value: 'updateButtons',
		action: 'Update chat buttons',
		description: "Set or remove the buttons that a chat shows in people's message lists",
	},
	fields: [
		chatField,
		...recipientFields,
		{
			...buttonsField,
			description: `${buttonsField.description}. They replace the buttons that the chat has now. Without any, all are removed.`,
		},
	],
	endpoint: UPDATE_CHAT_BUTTONS,
	read: (parameters) => {
		const chatId = readChatId(parameters);
		const buttons = parseButtons(buttonsFromForm(parameters('buttons')), 'buttons', cardFieldName);
		const content: ChatButtonContent = { chat_id: chatId, buttons };
		return {
			...readRecipients(parameters),
			content,
			target: chatId,
			names: { chat_id: chatId },
		};
	},
};
