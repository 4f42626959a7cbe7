import { SET_CHAT_TIME_SENSITIVE } from '../../../shared/api/endpoints';
import type { TimeSensitiveContent } from '../../../shared/api/payloads';
import { chatField, readChatId } from '../../fields/chat';
import { readRecipients, recipientFields } from '../../fields/recipients';
import { instantReminderField, readTimeSensitive } from '../../fields/timeSensitive';
import type { SendOperation } from '../../Operation';

/** Feishu: im-v2/feed_card/patch */
export const setTimeSensitive: SendOperation = {
	kind: 'send',
	option: {
		name: 'Set Instant Reminder',
		value: 'setTimeSensitive',
		action: 'Set chat reminder',
		description: "Keep a group at the top of people's message lists, or let it move down again",
	},
	fields: [chatField, ...recipientFields, instantReminderField],
	endpoint: SET_CHAT_TIME_SENSITIVE,
	read: (parameters) => {
		const chatId = readChatId(parameters);
		const content: TimeSensitiveContent = { time_sensitive: readTimeSensitive(parameters) };
		return {
			...readRecipients(parameters),
			content,
			target: chatId,
			names: { chat_id: chatId },
			feedCardId: chatId,
		};
	},
};
