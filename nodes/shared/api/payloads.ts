/**
 * What goes over the wire to the six feed operations, in Feishu's words.
 * `test/unit/payloadTypes.test.ts` holds these types against the official SDK's.
 */

/** How recipients are named in a call (query `user_id_type`). `user_id` does not exist for store apps. */
export type UserIdType = 'open_id' | 'union_id' | 'user_id';

/** Where a button leads, per platform. Each an HTTPS address. */
export interface MultiUrl {
	url?: string;
	android_url?: string;
	ios_url?: string;
	pc_url?: string;
}

/** A button of an app feed card or of a chat in the feed. */
export interface FeedButton {
	action_type: 'url_page' | 'webhook';
	text: { text: string };
	multi_url?: MultiUrl;
	button_type?: 'default' | 'primary' | 'success';
	/** Comes back with the callback of a `webhook` button. */
	action_map?: Record<string, string>;
}

/** The buttons of a card or chat, wrapped the way Feishu wants them. */
export interface FeedButtons {
	buttons: FeedButton[];
}

/** The colored label that a card shows in place of its time. */
export interface StatusLabel {
	text: string;
	type: 'primary' | 'secondary' | 'success' | 'danger';
}

/** How the recipient is told of a card. */
export interface Notify {
	close_notify?: boolean;
	/** Spoken on mobile. */
	custom_sound_text?: string;
	with_custom_sound?: boolean;
}

/** An app feed card (应用消息流卡片). Feishu: im/v2/app_feed_card. */
export interface AppFeedCard {
	biz_id?: string;
	title?: string;
	avatar_key?: string;
	preview?: string;
	status_label?: StatusLabel;
	buttons?: FeedButtons;
	link?: { link?: string };
	/** `true` keeps the card on top of the message list until it is set to `false`. */
	time_sensitive?: boolean;
	notify?: Notify;
}

/**
 * A field that an update takes from the card; named here but absent there, it is cleared.
 * `101` sets the display time to now, `102` the sort time, `103` notifies again.
 */
export type UpdateField = '1' | '2' | '3' | '10' | '11' | '12' | '13' | '101' | '102' | '103';

/** What each operation sends besides its recipients. */
export type CreateCardContent = { app_feed_card: AppFeedCard };
export type UpdateCardContent = { app_feed_card: AppFeedCard; update_fields: UpdateField[] };
export type DeleteCardContent = { biz_id: string };
export type ChatButtonContent = { chat_id: string; buttons: FeedButtons };
export type TimeSensitiveContent = { time_sensitive: boolean };

export type FeedContent =
	| CreateCardContent
	| UpdateCardContent
	| DeleteCardContent
	| ChatButtonContent
	| TimeSensitiveContent;

/** The bodies of endpoints that take their recipients as one list. */
export type WithUserIds<Content> = Content & { user_ids: string[] };
/** The bodies of endpoints that repeat the content for each recipient. */
export type WithFeedCards<Content> = { feed_cards: Array<Content & { user_id: string }> };
