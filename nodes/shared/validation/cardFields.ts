import type { AppFeedCard, FeedButtons, UpdateField } from '../api/payloads';
import { httpsAddress, list, object, oneOf, text, textByName, trueOrFalse } from './validators';

/**
 * The limits of an app feed card, in Unicode code points or entries.
 * Feishu: im-v2/app_feed_card/create, request body.
 */
export const CARD_LIMITS = {
	bizId: 200,
	title: 60,
	avatarKey: 100,
	preview: 120,
	statusLabelText: 20,
	buttons: 2,
	buttonText: 30,
	link: 700,
	customSoundText: 20,
} as const;

/** The fields of an update that makes a card equal to another one; what that lacks is cleared. */
export const ALL_OF_THE_CARD: readonly UpdateField[] = ['1', '2', '3', '10', '11', '12', '13'];

/** The colors of a status label. */
export const STATUS_LABEL_TYPES = ['primary', 'secondary', 'success', 'danger'] as const;
/** What pressing a button does. */
export const BUTTON_ACTION_TYPES = ['url_page', 'webhook'] as const;
/** How a button looks. */
export const BUTTON_TYPES = ['default', 'primary', 'success'] as const;

const BUTTON = object(
	{
		action_type: oneOf(BUTTON_ACTION_TYPES),
		text: object(
			{ text: text({ minimum: 1, maximum: CARD_LIMITS.buttonText }) },
			{ required: ['text'] },
		),
		multi_url: object({
			url: httpsAddress({ maximum: CARD_LIMITS.link }),
			android_url: httpsAddress({ maximum: CARD_LIMITS.link }),
			ios_url: httpsAddress({ maximum: CARD_LIMITS.link }),
			pc_url: httpsAddress({ maximum: CARD_LIMITS.link }),
		}),
		button_type: oneOf(BUTTON_TYPES),
		action_map: textByName,
	},
	{ required: ['action_type', 'text'] },
);

const BUTTONS = object(
	{ buttons: list(BUTTON, { maximum: CARD_LIMITS.buttons }) },
	{ required: ['buttons'] },
);

const CARD_FIELDS = {
	biz_id: text({ maximum: CARD_LIMITS.bizId }),
	title: text({ maximum: CARD_LIMITS.title }),
	avatar_key: text({ maximum: CARD_LIMITS.avatarKey }),
	preview: text({ maximum: CARD_LIMITS.preview }),
	status_label: object(
		{
			text: text({ minimum: 1, maximum: CARD_LIMITS.statusLabelText }),
			type: oneOf(STATUS_LABEL_TYPES),
		},
		{ required: ['text', 'type'] },
	),
	buttons: BUTTONS,
	link: object({ link: httpsAddress({ maximum: CARD_LIMITS.link }) }, { required: ['link'] }),
	time_sensitive: trueOrFalse,
	notify: object({
		close_notify: trueOrFalse,
		custom_sound_text: text({ maximum: CARD_LIMITS.customSoundText }),
		with_custom_sound: trueOrFalse,
	}),
};

const WHOLE_CARD = object(CARD_FIELDS, { required: ['link'] });
const PART_OF_CARD = object(CARD_FIELDS);

/**
 * Checks a card that is to be created, against every documented limit. Throws InvalidField.
 *
 * @param name what the user calls the value at a path such as `buttons.buttons[0].text.text`; '' is the card.
 */
export function checkWholeCard(
	card: unknown,
	name: (path: string) => string,
): asserts card is AppFeedCard {
	WHOLE_CARD(card, '', name);
}

/** Checks the fields of a card that an update names. Throws InvalidField. */
export function checkPartOfCard(card: AppFeedCard, name: (path: string) => string): void {
	PART_OF_CARD(card, '', name);
}

/** Checks the buttons of a chat, which follow the same rules as a card's. Throws InvalidField. */
export function checkButtons(buttons: FeedButtons, name: (path: string) => string): void {
	BUTTONS(buttons, 'buttons', name);
}
