import type { IHttpRequestMethods } from 'n8n-workflow';

import { CARD_REASON } from './errorCodes';

/** At most `calls` calls in any `seconds` seconds, counted per API, app and tenant. */
export interface RateLimit {
	calls: number;
	seconds: number;
}

/** Where a response lists the recipients that were not reached. */
export type FailureList = 'failed_cards' | 'failed_user_reasons';

/** One endpoint of Feishu that takes recipients, with everything that is true of it. */
export interface FeedEndpoint {
	/** What the call does, as it reads in an error: "Feishu refused to …". */
	purpose: string;
	method: IHttpRequestMethods;
	/** `:feed_card_id` stands for a chat ID. */
	path: string;
	/**
	 * How the body names recipients: `user_ids` once beside the content,
	 * `feed_cards` with the content repeated for each recipient.
	 */
	recipientsAs: 'user_ids' | 'feed_cards';
	/** The most recipients of one call. */
	batchSize: number;
	rateLimits: RateLimit[];
	/** Any one of them suffices. */
	scopes: string[];
	failureList: FailureList;
	/**
	 * The reason that Feishu gives for a recipient for whom the same call was made before. After an attempt
	 * whose outcome is unknown, such a recipient may have been reached by it.
	 */
	repeatedReason?: string;
	/**
	 * Whether such a recipient then has what was asked for: always, or only where nobody else can have made the
	 * same call, which for a card means that the node made its business ID.
	 */
	repeatedMeansReached?: 'always' | 'ownBusinessId';
}

const TEN_A_SECOND: RateLimit[] = [{ calls: 10, seconds: 1 }];
const FIFTY_A_SECOND_AND_A_THOUSAND_A_MINUTE: RateLimit[] = [
	{ calls: 50, seconds: 1 },
	{ calls: 1000, seconds: 60 },
];
const WRITE_CARDS = ['im:app_feed_card:write'];
const WRITE_REMINDERS = ['im:datasync.feed_card.time_sensitive:write'];

/** Feishu: im-v2/app_feed_card/create */
export const CREATE_APP_FEED_CARD: FeedEndpoint = {
	purpose: 'create the card',
	repeatedReason: CARD_REASON.duplicate,
	repeatedMeansReached: 'ownBusinessId',
	method: 'POST',
	path: '/open-apis/im/v2/app_feed_card',
	recipientsAs: 'user_ids',
	batchSize: 20,
	rateLimits: TEN_A_SECOND,
	scopes: WRITE_CARDS,
	failureList: 'failed_cards',
};

/** Feishu: im-v2/app_feed_card-batch/update. Its page names no limit; its siblings' is taken. */
export const UPDATE_APP_FEED_CARDS: FeedEndpoint = {
	purpose: 'update the card',
	method: 'PUT',
	path: '/open-apis/im/v2/app_feed_card/batch',
	recipientsAs: 'feed_cards',
	batchSize: 20,
	rateLimits: TEN_A_SECOND,
	scopes: WRITE_CARDS,
	failureList: 'failed_cards',
};

/** Feishu: im-v2/app_feed_card-batch/delete */
export const DELETE_APP_FEED_CARDS: FeedEndpoint = {
	purpose: 'delete the card',
	repeatedReason: CARD_REASON.notCreated,
	repeatedMeansReached: 'always',
	method: 'DELETE',
	path: '/open-apis/im/v2/app_feed_card/batch',
	recipientsAs: 'feed_cards',
	batchSize: 20,
	rateLimits: TEN_A_SECOND,
	scopes: WRITE_CARDS,
	failureList: 'failed_cards',
};

/** Feishu: im-v2/chat_button/update */
export const UPDATE_CHAT_BUTTONS: FeedEndpoint = {
	purpose: 'update the buttons of the chat',
	method: 'PUT',
	path: '/open-apis/im/v2/chat_button',
	recipientsAs: 'user_ids',
	batchSize: 20,
	rateLimits: TEN_A_SECOND,
	scopes: WRITE_CARDS,
	failureList: 'failed_user_reasons',
};

/** Feishu: im-v2/feed_card/patch. Its page names no batch size; its sibling's is taken. */
export const SET_CHAT_TIME_SENSITIVE: FeedEndpoint = {
	purpose: 'set the instant reminder of the chat',
	method: 'PATCH',
	path: '/open-apis/im/v2/feed_cards/:feed_card_id',
	recipientsAs: 'user_ids',
	batchSize: 50,
	rateLimits: FIFTY_A_SECOND_AND_A_THOUSAND_A_MINUTE,
	scopes: WRITE_REMINDERS,
	failureList: 'failed_user_reasons',
};

/** Feishu: im-v2/feed_card/bot_time_sentive (Feishu's own spelling). */
export const SET_BOT_TIME_SENSITIVE: FeedEndpoint = {
	purpose: "set the instant reminder of the bot's chat",
	method: 'PATCH',
	path: '/open-apis/im/v2/feed_cards/bot_time_sentive',
	recipientsAs: 'user_ids',
	batchSize: 50,
	rateLimits: FIFTY_A_SECOND_AND_A_THOUSAND_A_MINUTE,
	scopes: WRITE_REMINDERS,
	failureList: 'failed_user_reasons',
};

/** A path with what stands for each `:name` in it. */
export function fillPath(path: string, parameters: Record<string, string>): string {
	return path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ''));
}

/** One endpoint of Feishu that gives a list, page by page. */
export interface ListEndpoint {
	/** GET unless it says otherwise. */
	method?: IHttpRequestMethods;
	/** `:chat_id` and `:department_id` stand for IDs; see `fillPath`. */
	path: string;
	/** The most entries of one page. */
	pageSize: number;
	rateLimits: RateLimit[];
	/** Any one of them suffices. */
	scopes: string[];
	/** Without it Feishu leaves the names out of what it lists. */
	nameScope?: string;
}

/** Feishu: im-v1/chat/list */
export const LIST_CHATS: ListEndpoint = {
	path: '/open-apis/im/v1/chats',
	pageSize: 100,
	rateLimits: FIFTY_A_SECOND_AND_A_THOUSAND_A_MINUTE,
	scopes: ['im:chat:readonly'],
};

/** One endpoint of Feishu that takes a file. */
export interface UploadEndpoint {
	method: IHttpRequestMethods;
	path: string;
	rateLimits: RateLimit[];
	/** Any one of them suffices; the narrowest comes first. */
	scopes: string[];
}

/** Feishu: im-v1/image/create */
export const UPLOAD_IMAGE: UploadEndpoint = {
	method: 'POST',
	path: '/open-apis/im/v1/images',
	rateLimits: FIFTY_A_SECOND_AND_A_THOUSAND_A_MINUTE,
	scopes: ['im:resource:upload', 'im:resource'],
};

/** Feishu: im-v1/chat/search */
export const SEARCH_CHATS: ListEndpoint = {
	...LIST_CHATS,
	path: '/open-apis/im/v1/chats/search',
};

/**
 * Feishu: im-v2/chat/search, which the official SDK recommends in place of im-v1/chat/search. What to search for
 * stands in the body.
 */
export const SEARCH_CHATS_V2: ListEndpoint = {
	...LIST_CHATS,
	method: 'POST',
	path: '/open-apis/im/v2/chats/search',
	scopes: ['im:chat:read'],
};

/** Feishu: im-v1/chat-members/get. Bots are not in it, so a page may be shorter than asked for. */
export const LIST_CHAT_MEMBERS: ListEndpoint = {
	...LIST_CHATS,
	path: '/open-apis/im/v1/chats/:chat_id/members',
};

/** Feishu: contact-v3/user/find_by_department. The direct members of a department. */
export const LIST_DEPARTMENT_USERS: ListEndpoint = {
	path: '/open-apis/contact/v3/users/find_by_department',
	pageSize: 50,
	rateLimits: FIFTY_A_SECOND_AND_A_THOUSAND_A_MINUTE,
	scopes: ['contact:contact.base:readonly'],
	nameScope: 'contact:user.base:readonly',
};

/** Feishu: contact-v3/department/children. With `fetch_child` it gives the whole tree below a department. */
export const LIST_DEPARTMENT_CHILDREN: ListEndpoint = {
	...LIST_DEPARTMENT_USERS,
	path: '/open-apis/contact/v3/departments/:department_id/children',
	nameScope: 'contact:department.base:readonly',
};

/** An endpoint of Feishu that says whose addresses are. */
export interface AddressEndpoint {
	method: IHttpRequestMethods;
	path: string;
	/** The most e-mails of one call, and the most mobile numbers. */
	batchSize: number;
	rateLimits: RateLimit[];
	/** Any one of them suffices. */
	scopes: string[];
}

/** Feishu: contact-v3/user/batch_get_id */
export const GET_USER_IDS: AddressEndpoint = {
	method: 'POST',
	path: '/open-apis/contact/v3/users/batch_get_id',
	batchSize: 50,
	rateLimits: FIFTY_A_SECOND_AND_A_THOUSAND_A_MINUTE,
	scopes: ['contact:user.id:readonly'],
};
