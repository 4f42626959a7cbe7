import { UPDATE_CHAT_BUTTONS } from '../../../shared/api/endpoints';
import { checkButtons } from '../../../shared/validation/cardFields';
import type { ChatButtonContent } from '../../../shared/api/payloads';
import { buttonFieldName, buttonsField, readButtons } from '../../fields/buttons';
import { chatField, readChatId } from '../../fields/chat';
import { readRecipients, recipientFields } from '../../fields/recipients';
import type { SendOperation } from '../../Operation';

/** Feishu: im-v2/chat_button/update */
export const updateButtons: SendOperation = {
	kind: 'send',
	option: {
		name: 'Update Buttons',
		value: 'updateButtons',
		action: 'Update the buttons of a chat',
		description: 'Set or remove the buttons that a chat shows in the message list of some people',
	},
	fields: [
		chatField,
		...recipientFields,
		{
			...buttonsField,
			description: `${buttonsField.description}. They replace the buttons that are there; none removes all.`,
		},
	],
	endpoint: UPDATE_CHAT_BUTTONS,
	read: (parameters) => {
		const chatId = readChatId(parameters);
		const buttons = readButtons(parameters('buttons'));
		checkButtons(buttons, buttonFieldName);
		const content: ChatButtonContent = { chat_id: chatId, buttons };
		return {
			...readRecipients(parameters),
			content,
			target: chatId,
			names: { chat_id: chatId },
		};
	},
};
