import type { Button, StatusLabel } from '../feeds';
import { compile } from '../validation';

/** Feishu reference: "Create app feed card", `app_feed_card`. */
export interface AppFeedCardFields {
	biz_id?: string;
	title?: string;
	avatar_key?: string;
	preview?: string;
	status_label?: StatusLabel;
	buttons?: { buttons: Button[] };
	link?: { link: string };
	time_sensitive?: boolean;
	notify?: { close_notify?: boolean; custom_sound_text?: string; with_custom_sound?: boolean };
}

/** Feishu reference: "Update app feed card", `update_fields`. */
export const UPDATE_FIELDS = ['1', '2', '3', '10', '11', '12', '13', '101', '102', '103'] as const;
export type UpdateField = (typeof UPDATE_FIELDS)[number];

const text = (minLength: number, maxLength: number) => ({ type: 'string', minLength, maxLength });
const link = { type: 'string', maxLength: 700, format: 'https' };
/** Feishu's own CLI counts the card's link in bytes, the stricter way. */
const cardLink = { type: 'string', maxBytes: 700, format: 'https' };
const list = (items: object, minItems: number, maxItems: number) => ({
	type: 'array',
	minItems,
	maxItems,
	items,
});
const userIds = (most: number) => list({ type: 'string', minLength: 1 }, 1, most);

const buttons = {
	type: 'object',
	required: ['buttons'],
	properties: {
		buttons: list(
			{
				type: 'object',
				required: ['action_type', 'text'],
				properties: {
					action_type: { type: 'string', enum: ['url_page', 'webhook'] },
					text: { type: 'object', required: ['text'], properties: { text: text(1, 30) } },
					button_type: { type: 'string', enum: ['default', 'primary', 'success'] },
					multi_url: {
						type: 'object',
						properties: { url: link, android_url: link, ios_url: link, pc_url: link },
					},
					action_map: { type: 'object', additionalProperties: { type: 'string' } },
				},
			},
			0,
			2,
		),
	},
};

const appFeedCard = {
	type: 'object',
	properties: {
		biz_id: text(0, 200),
		title: text(0, 60),
		avatar_key: text(0, 100),
		preview: text(0, 120),
		status_label: {
			type: 'object',
			required: ['text', 'type'],
			properties: {
				text: text(1, 20),
				type: { type: 'string', enum: ['primary', 'secondary', 'success', 'danger'] },
			},
		},
		buttons,
		link: { type: 'object', required: ['link'], properties: { link: cardLink } },
		time_sensitive: { type: 'boolean' },
		notify: {
			type: 'object',
			properties: {
				close_notify: { type: 'boolean' },
				custom_sound_text: text(0, 20),
				with_custom_sound: { type: 'boolean' },
			},
		},
	},
};

/** Feishu reference: "Create app feed card". */
export const createBody = compile<{
	app_feed_card: AppFeedCardFields & { link: { link: string } };
	user_ids: string[];
}>({
	type: 'object',
	required: ['app_feed_card', 'user_ids'],
	properties: { app_feed_card: { ...appFeedCard, required: ['link'] }, user_ids: userIds(20) },
});

/** Feishu reference: "Update app feed card". */
export const updateBody = compile<{
	feed_cards: Array<{
		app_feed_card: AppFeedCardFields & { biz_id: string };
		user_id: string;
		update_fields: UpdateField[];
	}>;
}>({
	type: 'object',
	required: ['feed_cards'],
	properties: {
		feed_cards: list(
			{
				type: 'object',
				required: ['app_feed_card', 'user_id', 'update_fields'],
				properties: {
					app_feed_card: {
						...appFeedCard,
						required: ['biz_id'],
						properties: { ...appFeedCard.properties, biz_id: text(1, 200) },
					},
					user_id: text(1, 200),
					update_fields: list({ type: 'string', enum: [...UPDATE_FIELDS] }, 1, 20),
				},
			},
			1,
			20,
		),
	},
});

/** Feishu reference: "Delete app feed card". */
export const deleteBody = compile<{ feed_cards: Array<{ biz_id: string; user_id: string }> }>({
	type: 'object',
	required: ['feed_cards'],
	properties: {
		feed_cards: list(
			{
				type: 'object',
				required: ['biz_id', 'user_id'],
				properties: { biz_id: text(1, 200), user_id: text(1, 200) },
			},
			1,
			20,
		),
	},
});

/** Feishu reference: "Update the buttons of a chat in the feed". `bot_id` is in the SDK's types only. */
export const chatButtonBody = compile<{
	user_ids: string[];
	chat_id: string;
	buttons?: { buttons: Button[] };
}>({
	type: 'object',
	required: ['user_ids', 'chat_id'],
	properties: {
		user_ids: userIds(20),
		chat_id: { type: 'string', pattern: '^oc_[A-Za-z0-9]+$' },
		buttons,
		bot_id: { type: 'string' },
	},
});

/** Feishu reference: "Instant reminder" on a group and on the bot's own chat. */
export const timeSensitiveBody = compile<{ time_sensitive: boolean; user_ids: string[] }>({
	type: 'object',
	required: ['time_sensitive', 'user_ids'],
	properties: {
		time_sensitive: { type: 'boolean' },
		user_ids: userIds(50),
		bot_id: { type: 'string' },
	},
});

/** Feishu reference: "Instant reminder", path parameter of groups. */
export const feedCardPath = compile<{ feed_card_id: string }>({
	type: 'object',
	required: ['feed_card_id'],
	properties: { feed_card_id: { type: 'string', pattern: '^oc_[A-Za-z0-9]+$' } },
});
