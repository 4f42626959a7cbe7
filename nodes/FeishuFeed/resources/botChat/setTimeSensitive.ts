import { SET_BOT_TIME_SENSITIVE } from '../../../shared/api/endpoints';
import type { TimeSensitiveContent } from '../../../shared/api/payloads';
import { readRecipients, recipientFields } from '../../fields/recipients';
import { instantReminderField, readTimeSensitive } from '../../fields/timeSensitive';
import type { SendOperation } from '../../Operation';

/** Feishu: im-v2/feed_card/bot_time_sentive */
export const setTimeSensitive: SendOperation = {
	kind: 'send',
	option: {
		name: 'Set Instant Reminder',
		value: 'setTimeSensitive',
		action: 'Set bot chat reminder',
		description:
			"Keep the chat with the app's bot at the top of people's message lists, or let it move down again",
	},
	fields: [...recipientFields, instantReminderField],
	endpoint: SET_BOT_TIME_SENSITIVE,
	read: (parameters) => {
		const content: TimeSensitiveContent = { time_sensitive: readTimeSensitive(parameters) };
		return {
			...readRecipients(parameters),
			content,
			target: 'bot chat',
			names: {},
		};
	},
};
