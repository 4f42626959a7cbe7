import type { INodeProperties } from 'n8n-workflow';

import { CARD_LIMITS, checkWholeCard } from '../../shared/validation/cardFields';
import { InvalidField, kindOf } from '../../shared/validation/InvalidField';
import type { AppFeedCard, Notify, StatusLabel } from '../../shared/api/payloads';
import { codePoints, oneOf, trueOrFalse } from '../../shared/validation/validators';
import { collection, entriesOf, isEmpty, withoutEmpty } from '../execution/ItemParameters';
import type { ItemParameters } from '../execution/ItemParameters';
import { buttonFieldName, buttonsField, readButtons } from './buttons';
import { newBusinessIdField } from './businessId';

export const titleField: INodeProperties = {
	displayName: 'Title',
	name: 'title',
	type: 'string',
	default: '',
	placeholder: 'e.g. Time to clock in',
	description: `The first line of the card, at most ${CARD_LIMITS.title} characters`,
};

export const previewField: INodeProperties = {
	displayName: 'Preview',
	name: 'preview',
	type: 'string',
	default: '',
	placeholder: 'e.g. Your shift starts at 9:00 ⏰',
	description: `The second line of the card, at most ${CARD_LIMITS.preview} characters. Emoji are fine.`,
};

export const linkField: INodeProperties = {
	displayName: 'Link',
	name: 'link',
	type: 'string',
	default: '',
	placeholder: 'e.g. https://example.com/attendance',
	description: `Where a press on the card leads: an https:// address or an applink (https://applink.feishu.cn/…), at most ${CARD_LIMITS.link} characters`,
};

export const avatarKeyField: INodeProperties = {
	displayName: 'Avatar Key',
	name: 'avatarKey',
	type: 'string',
	default: '',
	placeholder: 'e.g. v3_0041_007fc8b4-3d5c-4f5a',
	description:
		"The image_key of a picture that was uploaded to Feishu. The app's own picture is shown without it.",
};

export const statusLabelField: INodeProperties = {
	displayName: 'Status Label',
	name: 'statusLabel',
	type: 'fixedCollection',
	placeholder: 'Add Status Label',
	default: {},
	description: 'A colored label in place of the time',
	options: [
		{
			displayName: 'Label',
			name: 'label',
			values: [
				{
					displayName: 'Text',
					name: 'text',
					type: 'string',
					default: '',
					placeholder: 'e.g. Urgent',
					description: `What the label says, at most ${CARD_LIMITS.statusLabelText} characters`,
				},
				{
					displayName: 'Color',
					name: 'type',
					type: 'options',
					options: [
						{ name: 'Primary (Blue)', value: 'primary' },
						{ name: 'Secondary (Grey)', value: 'secondary' },
						{ name: 'Success (Green)', value: 'success' },
						{ name: 'Danger (Red)', value: 'danger' },
					],
					default: 'primary',
				},
			],
		},
	],
};

export const pinnedField: INodeProperties = {
	displayName: 'Pin to Top (即时提醒)',
	name: 'timeSensitive',
	type: 'boolean',
	default: false,
	description:
		"Whether the card stays on top of the recipients' message lists until it is updated to be unpinned, or deleted",
};

export const notificationField: INodeProperties = {
	displayName: 'Notification',
	name: 'notify',
	type: 'collection',
	placeholder: 'Add Setting',
	default: {},
	options: [
		{
			displayName: 'Silent',
			name: 'closeNotify',
			type: 'boolean',
			default: false,
			description: 'Whether the recipients get the card without a notification',
		},
		{
			displayName: 'Spoken Text',
			name: 'customSoundText',
			type: 'string',
			default: '',
			placeholder: 'e.g. You have a new complaint',
			description: `What the phone says aloud when the card arrives, at most ${CARD_LIMITS.customSoundText} characters`,
		},
	],
};

const CARD_FROM_FIELDS = { show: { cardSource: ['fields'] } };
const CARD_FROM_JSON = { show: { cardSource: ['json'] } };

/** The form for a whole card: field by field, or as the JSON that Feishu takes. */
export const cardFields: INodeProperties[] = [
	{
		displayName: 'Define Card',
		name: 'cardSource',
		type: 'options',
		options: [
			{ name: 'Using Fields Below', value: 'fields' },
			{ name: 'Using JSON', value: 'json' },
		],
		default: 'fields',
	},
	{ ...titleField, displayOptions: CARD_FROM_FIELDS },
	{ ...previewField, displayOptions: CARD_FROM_FIELDS },
	{ ...linkField, required: true, displayOptions: CARD_FROM_FIELDS },
	{ ...pinnedField, displayOptions: CARD_FROM_FIELDS },
	{ ...statusLabelField, displayOptions: CARD_FROM_FIELDS },
	{ ...buttonsField, displayOptions: CARD_FROM_FIELDS },
	{ ...notificationField, displayOptions: CARD_FROM_FIELDS },
	{ ...avatarKeyField, displayOptions: CARD_FROM_FIELDS },
	{
		displayName: 'Card (JSON)',
		name: 'cardJson',
		type: 'json',
		typeOptions: { rows: 10 },
		required: true,
		default: '{\n  "title": "",\n  "preview": "",\n  "link": { "link": "https://" }\n}',
		description:
			"The app_feed_card object as Feishu's reference describes it, with title, preview, link, status_label, buttons, time_sensitive, notify and avatar_key",
		displayOptions: CARD_FROM_JSON,
	},
	newBusinessIdField,
];

/**
 * Reads a whole card and checks it against every documented limit.
 * Its `biz_id` is absent when the user gave none.
 *
 * @throws {InvalidField} for the first field that Feishu would refuse
 */
export function readWholeCard(parameters: ItemParameters): AppFeedCard {
	const bizId = parameters('bizId');
	const source = parameters('cardSource');
	oneOf(['fields', 'json'])(source, '', () => 'Define Card');
	const fromJson = source === 'json';
	const card = fromJson ? parseCard(parameters('cardJson')) : readCardFields(parameters);
	if (!isEmpty(bizId)) {
		if (!isEmpty(card.biz_id) && card.biz_id !== bizId) {
			throw new InvalidField('Business ID', 'differs from the biz_id in Card (JSON): give it once');
		}
		card.biz_id = bizId;
	}
	if (isEmpty(card.biz_id)) delete card.biz_id;
	checkWholeCard(card, fromJson ? jsonFieldName : cardFieldName);
	return card;
}

/**
 * Reads a card that waits for a response: its buttons are another part of the form, and it is pinned.
 *
 * @throws {InvalidField} for the first field that Feishu would refuse
 */
export function readCardToWait(parameters: ItemParameters): AppFeedCard {
	const card = withoutEmpty({ ...readCommonFields(parameters), biz_id: parameters('bizId') });
	checkWholeCard(card, cardFieldName);
	return card;
}

function readCardFields(parameters: ItemParameters): Record<string, unknown> {
	const buttons = readButtons(parameters('buttons'));
	return withoutEmpty({
		...readCommonFields(parameters),
		buttons: buttons.buttons.length > 0 ? buttons : undefined,
		time_sensitive: parameters('timeSensitive'),
	});
}

function readCommonFields(parameters: ItemParameters): Record<string, unknown> {
	return {
		title: parameters('title'),
		avatar_key: parameters('avatarKey'),
		preview: parameters('preview'),
		status_label: readStatusLabel(parameters('statusLabel')),
		link: { link: parameters('link') ?? '' },
		notify: readNotification(parameters('notify')),
	};
}

/**
 * Reads the status label of the form; absent when there is none.
 * The limits are checked with the rest of the card.
 */
export function readStatusLabel(value: unknown): StatusLabel | undefined {
	const [label] = entriesOf(value, 'label', 'Status Label');
	if (label === undefined) return undefined;
	return { text: label.text, type: label.type ?? 'primary' } as StatusLabel;
}

/**
 * Reads how the recipients are to be told; absent when the user changed nothing.
 *
 * @throws {InvalidField} when Silent is neither true nor false
 */
export function readNotification(value: unknown): Notify | undefined {
	const { closeNotify, customSoundText } = collection(value, 'Notification');
	if (closeNotify !== undefined) trueOrFalse(closeNotify, '', () => 'Silent');
	const notify = withoutEmpty({
		close_notify: closeNotify,
		custom_sound_text: customSoundText,
		with_custom_sound: isEmpty(customSoundText) ? undefined : true,
	});
	return Object.keys(notify).length > 0 ? (notify as Notify) : undefined;
}

function parseCard(value: unknown): Record<string, unknown> {
	let card = value;
	if (typeof value === 'string') {
		try {
			card = JSON.parse(value);
		} catch {
			card = undefined;
		}
		if (card === undefined) {
			throw new InvalidField(
				'Card (JSON)',
				`is not valid JSON (${codePoints(value)} characters): check quotes, commas and brackets`,
			);
		}
	}
	if (typeof card !== 'object' || card === null || Array.isArray(card)) {
		throw new InvalidField('Card (JSON)', `must be a card object, but is ${kindOf(card)}`);
	}
	// People copy the card from Feishu's reference together with its name.
	const { app_feed_card: wrapped, ...rest } = card as Record<string, unknown>;
	if (wrapped !== undefined && Object.keys(rest).length === 0) return parseCard(wrapped);
	return { ...card };
}

const NAME_BY_FIELD: Record<string, string> = {
	'': 'Card',
	biz_id: 'Business ID',
	title: 'Title',
	avatar_key: 'Avatar Key',
	preview: 'Preview',
	'status_label.text': 'Status Label Text',
	'status_label.type': 'Status Label Color',
	'link.link': 'Link',
	time_sensitive: 'Pin to Top',
	'notify.close_notify': 'Silent',
	'notify.custom_sound_text': 'Spoken Text',
};

/** What the form calls a value of a card: `status_label.text` is "Status Label Text". */
export function cardFieldName(path: string): string {
	return path.startsWith('buttons') ? buttonFieldName(path) : (NAME_BY_FIELD[path] ?? path);
}

function jsonFieldName(path: string): string {
	return path ? `Card (JSON) ${path}` : 'Card (JSON)';
}
