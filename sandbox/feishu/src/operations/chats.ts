import { botNotInChat, invalidParameter, success } from '../answers';
import { botChatId, type Group, type Person, type UserIdType } from '../company/company';
import { hasBotChat } from '../feeds';
import { check } from '../validation';
import type { TenantCall, TenantOperation } from './operation';
import { entryUserIdOf, findRecipients, userIdTypeOf } from './recipients';
import { chatButtonBody, feedCardPath, timeSensitiveBody } from './schemas';

const REMINDER_SCOPES = ['im:datasync.feed_card.time_sensitive:write'];
const REMINDER_LIMIT = { perSecond: 50, perMinute: 1000 };

/** Feishu reference: "Update the buttons of a chat in the feed". */
export const updateChatButtons: TenantOperation = {
	name: 'chatButton.update',
	method: 'PUT',
	path: '/open-apis/im/v2/chat_button',
	scopes: ['im:app_feed_card:write'],
	limit: { perSecond: 10 },
	perform(call) {
		const type = userIdTypeOf(call);
		const { chat_id, user_ids, buttons } = check(chatButtonBody, call.body);
		const people = findRecipients(call, type, 'user_ids', user_ids);
		const isInChat = membershipOf(call, chat_id, people);
		const set = buttons?.buttons ?? [];
		return forEachInChat(call, type, user_ids, people, isInChat, (person) => {
			call.sandbox.feeds.setChatButtons(person, chat_id, call.app.app_id, set);
			call.sandbox.noteEffect(call, 'chatButtonsSet', person, { chat_id, buttons: set.length });
		});
	},
};

/** Feishu reference: "Instant reminder" (groups only). */
export const setChatTimeSensitive: TenantOperation = {
	name: 'feedCard.patch',
	method: 'PATCH',
	path: '/open-apis/im/v2/feed_cards/:feed_card_id',
	scopes: REMINDER_SCOPES,
	limit: REMINDER_LIMIT,
	perform(call) {
		const type = userIdTypeOf(call);
		const { feed_card_id: chat_id } = check(feedCardPath, call.params);
		const { time_sensitive, user_ids } = check(timeSensitiveBody, call.body);
		const people = findRecipients(call, type, 'user_ids', user_ids);
		if (isBotChatOfSomebody(call, chat_id, people)) {
			throw invalidParameter('feed_card_id must be the chat_id of a group.');
		}
		const group = groupWithBot(call, chat_id);
		return forEachInChat(
			call,
			type,
			user_ids,
			people,
			(person) => group.members.has(person),
			(person) => {
				call.sandbox.feeds.setChatTimeSensitive(person, chat_id, time_sensitive);
				call.sandbox.noteEffect(call, 'chatReminderSet', person, { chat_id, time_sensitive });
			},
		);
	},
};

/** Feishu reference: "Instant reminder in the bot's single chat". */
export const setBotTimeSensitive: TenantOperation = {
	name: 'feedCard.botTimeSentive',
	method: 'PATCH',
	path: '/open-apis/im/v2/feed_cards/bot_time_sentive',
	scopes: REMINDER_SCOPES,
	limit: REMINDER_LIMIT,
	perform(call) {
		const type = userIdTypeOf(call);
		const { time_sensitive, user_ids } = check(timeSensitiveBody, call.body);
		const people = findRecipients(call, type, 'user_ids', user_ids);
		const isInChat = (person: Person) => hasBotChat(call.app, person, call.company);
		return forEachInChat(call, type, user_ids, people, isInChat, (person) => {
			const chat_id = botChatId(call.app.app_id, person);
			call.sandbox.feeds.setChatTimeSensitive(person, chat_id, time_sensitive);
			call.sandbox.noteEffect(call, 'botReminderSet', person, { chat_id, time_sensitive });
		});
	},
};

/** Acts on each person in the chat; the others are told in `failed_user_reasons`. */
function forEachInChat(
	call: TenantCall,
	type: UserIdType,
	user_ids: readonly string[],
	people: ReadonlyArray<Person | undefined>,
	isInChat: (person: Person) => boolean,
	act: (person: Person) => void,
) {
	const failed_user_reasons: Array<{
		error_code: number;
		error_message: string;
		/** Absent only by a fault. */
		user_id: string | undefined;
	}> = [];
	people.forEach((person, index) => {
		const user_id = user_ids[index];
		const forced = call.failing.get(user_id);
		if (forced) {
			const { error_code, error_message } = forced;
			const shown = entryUserIdOf(user_id, person, type, forced);
			failed_user_reasons.push({ error_code, error_message, user_id: shown });
		} else if (person && isInChat(person)) act(person);
		else {
			failed_user_reasons.push({
				error_code: 0,
				error_message: 'The user is not in the chat',
				user_id,
			});
		}
	});
	return success({ failed_user_reasons });
}

function groupWithBot(call: TenantCall, chat_id: string): Group {
	const group = call.company.groups.get(chat_id);
	if (!group?.bots.has(call.app.app_id)) throw botNotInChat();
	return group;
}

/** Who is in the chat: a group with the bot in it, or the bot's single chat with one recipient. */
function membershipOf(
	call: TenantCall,
	chat_id: string,
	people: ReadonlyArray<Person | undefined>,
): (person: Person) => boolean {
	if (isBotChatOfSomebody(call, chat_id, people)) {
		return (person) => botChatId(call.app.app_id, person) === chat_id;
	}
	const group = groupWithBot(call, chat_id);
	return (person) => group.members.has(person);
}

function isBotChatOfSomebody(
	call: TenantCall,
	chat_id: string,
	people: ReadonlyArray<Person | undefined>,
): boolean {
	if (call.company.groups.has(chat_id)) return false;
	return people.some(
		(person) =>
			person !== undefined &&
			hasBotChat(call.app, person, call.company) &&
			botChatId(call.app.app_id, person) === chat_id,
	);
}
