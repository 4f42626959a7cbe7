import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { AppFeedCard, Notify, StatusLabel, UpdateField } from '../api/payloads';
import { lengthHint } from '../description/lengthHint';
import { asObject } from '../primitives/json';
import { BUTTON_LIMITS, buttonLabel, buttonsField, buttonsFromForm, parseButtons } from './buttons';
import { collection, entriesOf, idFromForm, isEmpty, optionsOf, textFromForm } from './formValues';
import type { CollectionShape, EntriesShape } from './formValues';
import { InvalidField, shown } from './InvalidField';
import { httpsAddress, keysOf, object, oneOf, refined, text, trueOrFalse } from './validators';
import type { FieldName, Parser } from './validators';

/**
 * The limits of an app feed card, in Unicode code points or entries, and the link in UTF-8 bytes.
 * Feishu: im-v2/app_feed_card/create, request body.
 */
export const CARD_LIMITS = {
	bizId: 200,
	title: 60,
	avatarKey: 100,
	preview: 120,
	statusLabelText: 20,
	buttons: BUTTON_LIMITS.buttons,
	buttonText: BUTTON_LIMITS.text,
	link: 700,
	customSoundText: 20,
} as const;

/** The colors of a status label, as the form offers them. */
const STATUS_LABEL_COLORS: Record<StatusLabel['type'], Omit<INodePropertyOptions, 'value'>> = {
	primary: { name: 'Primary (Blue)' },
	secondary: { name: 'Secondary (Grey)' },
	success: { name: 'Success (Green)' },
	danger: { name: 'Danger (Red)' },
};
/** The colors of a status label. */
export const STATUS_LABEL_TYPES = keysOf(STATUS_LABEL_COLORS);

/** How an update changes a field. */
export interface CardFieldUpdate {
	/** Its code in `update_fields`. */
	code: UpdateField;
	/** True when an update that leaves the field empty clears it. */
	clearable: boolean;
	/** Says whether a value in Feishu's shape, which a new card could not have, clears the field too. */
	isCleared?: (given: unknown) => boolean;
}

/** A field of a card: everything that the node knows of it. */
export interface CardField<Value> {
	/** Its entry in the form, whose name is that of the parameter. */
	form: INodeProperties;
	/** What messages call it (path ''), or a value within it, such as `.text`. */
	label: (path: string) => string;
	/** How an update changes it; `null` when no update changes it by itself. */
	update: CardFieldUpdate | null;
	/**
	 * Brings what the form gives into Feishu's shape, without checking it. Gives nothing for an empty field, and
	 * `null`, which `parse` refuses, for `null`.
	 */
	fromForm: (value: unknown) => unknown;
	/** Checks a value in Feishu's shape against every documented limit. */
	parse: Parser<Value>;
}

/**
 * The fields of a card, in the order of the form: one row each. Create, Update, Create or Update, Send and Wait
 * and the messages all take them from here; a field of `AppFeedCard` without a row does not compile.
 */
export const CARD_FIELDS = {
	biz_id: {
		form: {
			displayName: 'Business ID',
			name: 'bizId',
			type: 'string',
			default: '',
			placeholder: 'e.g. order-42',
			hint: lengthHint(CARD_LIMITS.bizId),
			description: `Your own name for the card, at most ${CARD_LIMITS.bizId} characters, to update or delete it by later. If you leave it empty, the node makes an ID and gives it in its output. After a stop or a crash there is no output, and the card cannot be found again.`,
		},
		label: labels('Business ID'),
		// It names the card.
		update: null,
		fromForm: (value) => absentIfEmpty(idFromForm(value, 'Business ID')),
		parse: text({ maximum: CARD_LIMITS.bizId }),
	},
	title: {
		form: {
			displayName: 'Title',
			name: 'title',
			type: 'string',
			default: '',
			placeholder: 'e.g. Time to clock in',
			hint: lengthHint(CARD_LIMITS.title),
			description: `The first line of the card, at most ${CARD_LIMITS.title} characters`,
		},
		label: labels('Title'),
		update: { code: '1', clearable: true },
		fromForm: (value) => absentIfEmpty(textFromForm(value)),
		parse: text({ maximum: CARD_LIMITS.title }),
	},
	preview: {
		form: {
			displayName: 'Preview',
			name: 'preview',
			type: 'string',
			default: '',
			placeholder: 'e.g. Your shift starts at 9:00 ⏰',
			hint: lengthHint(CARD_LIMITS.preview),
			description: `The second line of the card, at most ${CARD_LIMITS.preview} characters. Emoji are fine.`,
		},
		label: labels('Preview'),
		update: { code: '3', clearable: true },
		fromForm: (value) => absentIfEmpty(textFromForm(value)),
		parse: text({ maximum: CARD_LIMITS.preview }),
	},
	link: {
		form: {
			displayName: 'Link',
			name: 'link',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://example.com/attendance',
			hint: `An https:// address of at most ${CARD_LIMITS.link} bytes`,
			description: `What opens when somebody presses the card: an https:// address, or an applink of your app (https://applink.feishu.cn/…), at most ${CARD_LIMITS.link} bytes in UTF-8`,
		},
		label: labels('Link', { '.link': 'Link' }),
		update: { code: '12', clearable: false },
		fromForm: (value) => ({ link: value }),
		parse: object({ link: httpsAddress({ maximum: CARD_LIMITS.link }) }, { required: ['link'] }),
	},
	time_sensitive: {
		form: {
			displayName: 'Pin to Top (即时提醒)',
			name: 'timeSensitive',
			type: 'boolean',
			default: false,
			description:
				"Whether the card stays at the top of the recipients' message lists until an update unpins it, or until it is deleted",
		},
		label: labels('Pin to Top'),
		update: { code: '13', clearable: false },
		fromForm: absentIfEmpty,
		parse: trueOrFalse,
	},
	status_label: {
		form: {
			displayName: 'Status Label',
			name: 'statusLabel',
			type: 'fixedCollection',
			placeholder: 'Add Status Label',
			default: {},
			description: 'A colored label that the card shows instead of its time',
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
							hint: lengthHint(CARD_LIMITS.statusLabelText),
							description: `What the label says, at most ${CARD_LIMITS.statusLabelText} characters`,
						},
						{
							displayName: 'Color',
							name: 'type',
							type: 'options',
							options: optionsOf(STATUS_LABEL_COLORS),
							default: 'primary',
							description: 'The color of the label',
						},
					],
				},
			],
		},
		label: labels('Status Label', { '.text': 'Status Label Text', '.type': 'Status Label Color' }),
		update: {
			code: '10',
			clearable: true,
			isCleared: (given) => asObject(given)?.text === '',
		},
		fromForm: (value) => (value === null ? null : statusLabelFromForm(value)),
		parse: object(
			{
				text: text({ minimum: 1, maximum: CARD_LIMITS.statusLabelText }),
				type: oneOf(STATUS_LABEL_TYPES),
			},
			{ required: ['text', 'type'] },
		),
	},
	buttons: {
		form: buttonsField,
		label: buttonLabel,
		update: { code: '11', clearable: true },
		fromForm: (value) => {
			if (value === null) return null;
			const buttons = buttonsFromForm(value);
			return buttons.buttons.length > 0 ? buttons : undefined;
		},
		parse: parseButtons,
	},
	notify: {
		form: {
			displayName: 'Notification',
			name: 'notify',
			type: 'collection',
			placeholder: 'Add Setting',
			default: {},
			description:
				'How the recipients are told of the card: as usual, silently, or by a spoken text',
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
					hint: lengthHint(CARD_LIMITS.customSoundText),
					description: `What the phone says aloud when the card arrives, at most ${CARD_LIMITS.customSoundText} characters`,
				},
			],
		},
		label: labels('Notification', {
			'.close_notify': 'Silent',
			'.custom_sound_text': 'Spoken Text',
		}),
		// It goes along with an update that notifies again (see fields/attention.ts).
		update: null,
		fromForm: notificationFromForm,
		parse: refined(
			object({
				close_notify: trueOrFalse,
				custom_sound_text: text({ maximum: CARD_LIMITS.customSoundText }),
				with_custom_sound: trueOrFalse,
			}),
			problemOfNotification,
		),
	},
	avatar_key: {
		form: {
			displayName: 'Avatar Key',
			name: 'avatarKey',
			type: 'string',
			default: '',
			placeholder: 'e.g. v3_0041_007fc8b4-3d5c-4f5a',
			description:
				'The image_key of a picture that was uploaded to Feishu. Without it, the card shows the picture of the app.',
		},
		label: labels('Avatar Key'),
		update: { code: '2', clearable: true },
		fromForm: (value) => absentIfEmpty(textFromForm(value)),
		parse: text({ maximum: CARD_LIMITS.avatarKey }),
	},
} satisfies { [Name in keyof AppFeedCard]-?: CardField<NonNullable<AppFeedCard[Name]>> };

/** Feishu's name of a field of a card. */
export type CardFieldName = keyof typeof CARD_FIELDS;

/** The fields that a new card cannot do without. */
export const REQUIRED_CARD_FIELDS = ['link'] as const satisfies CardFieldName[];

/** The rows, each with Feishu's name of its field. */
export const CARD_ROWS: ReadonlyArray<[CardFieldName, CardField<unknown>]> = keysOf(
	CARD_FIELDS,
).map((name) => [name, CARD_FIELDS[name]]);

/** The codes of all fields that an update can change: they make an existing card equal to the one it is given. */
export const ALL_UPDATE_FIELDS: readonly UpdateField[] = CARD_ROWS.flatMap(([, { update }]) =>
	update ? [update.code] : [],
).sort((one, another) => Number(one) - Number(another));

/** Reads a card in Feishu's words that is to be created, against every documented limit. */
export const parseWholeCard: Parser<AppFeedCard> = object(CARD_FIELDS, {
	required: REQUIRED_CARD_FIELDS,
});

/** Reads the fields of a card that an update names. */
export const parsePartOfCard: Parser<AppFeedCard> = object(CARD_FIELDS);

/** What the form calls a value of a card: `status_label.text` is "Status Label Text". */
export function cardFieldName(path: string): string {
	if (path === '') return 'Card';
	const name = keysOf(CARD_FIELDS).find(
		(one) => path === one || (/^[.[]/.test(path.slice(one.length)) && path.startsWith(one)),
	);
	return name === undefined ? path : CARD_FIELDS[name].label(path.slice(name.length));
}

/** The addresses of applinks, which open a page of a Feishu or Lark app. */
const APPLINK_HOSTS: ReadonlySet<string> = new Set(['applink.feishu.cn', 'applink.larksuite.com']);

/**
 * Checks that an applink of a card leads to the calling app: Feishu refuses the link of another app's page.
 *
 * @param appId the App ID of the credential
 * @param name what the user calls the value at a path of the card
 * @throws {InvalidField} when the link leads to another app
 */
export function checkApplink(
	card: AppFeedCard,
	appId: string,
	name: FieldName = cardFieldName,
): void {
	const linked = applinkAppId(card);
	if (linked === undefined || linked === appId) return;
	throw new InvalidField(
		name('link.link'),
		`opens the app ${shown(linked)}, but Feishu takes only an applink of the app that sends the card, ${shown(appId)}`,
	);
}

/** The app whose page a card's link opens; nothing when the link is not an applink, or names no app. */
export function applinkAppId({ link }: AppFeedCard): string | undefined {
	if (link?.link === undefined || !URL.canParse(link.link)) return undefined;
	const { hostname, searchParams } = new URL(link.link);
	return APPLINK_HOSTS.has(hostname) ? (searchParams.get('appId') ?? undefined) : undefined;
}

/** Feishu takes these without a word, and does not do what they ask for. */
function problemOfNotification({
	close_notify: isSilent,
	custom_sound_text: spoken = '',
	with_custom_sound: isSpoken,
}: Notify): { at: string; problem: string } | undefined {
	if (isSilent && (spoken !== '' || isSpoken)) {
		return {
			at: spoken === '' ? '.with_custom_sound' : '.custom_sound_text',
			problem: 'has no effect on a card that arrives silently: remove it, or switch Silent off',
		};
	}
	if (spoken !== '' && !isSpoken) {
		return {
			at: '.custom_sound_text',
			problem: 'is spoken only beside "with_custom_sound": true: add that, or remove the text',
		};
	}
	if (isSpoken && spoken === '') {
		return {
			at: '.with_custom_sound',
			problem: 'has nothing to speak: add a custom_sound_text, or remove it',
		};
	}
	return undefined;
}

function labels(field: string, within: Record<string, string> = {}): (path: string) => string {
	return (path) => (path === '' ? field : (within[path] ?? `${field} ${path.slice(1)}`));
}

function absentIfEmpty(value: unknown): unknown {
	return value === '' ? undefined : value;
}

const STATUS_LABEL_SHAPE: EntriesShape = {
	field: 'Status Label',
	groups: ['label', 'status_label'],
	known: ['text', 'type'],
	example: '{"text": "Urgent", "type": "danger"}',
};

function statusLabelFromForm(value: unknown): unknown {
	const [label, ...others] = entriesOf(value, STATUS_LABEL_SHAPE);
	if (others.length > 0) {
		throw new InvalidField(
			'Status Label',
			`has ${others.length + 1} entries, but a card shows one label`,
		);
	}
	// n8n saves only what differs from the form's defaults.
	return (
		label && {
			...label,
			type: label.type ?? 'primary',
			text: textFromForm('text' in label ? label.text : ''),
		}
	);
}

const NOTIFICATION_SHAPE: Omit<CollectionShape, 'field'> = {
	known: [
		'closeNotify',
		'customSoundText',
		'close_notify',
		'custom_sound_text',
		'with_custom_sound',
	],
	example: '{"closeNotify": true} or {"customSoundText": "New order"}',
};

function notificationFromForm(value: unknown): unknown {
	const given = collection(value, 'Notification', NOTIFICATION_SHAPE);
	const { closeNotify, customSoundText, ...inFeishusWords } = given;
	const spoken = textFromForm(customSoundText);
	const notify = {
		...inFeishusWords,
		...(closeNotify !== undefined && { close_notify: closeNotify }),
		...(!isEmpty(spoken) && { custom_sound_text: spoken, with_custom_sound: true }),
	};
	return Object.keys(notify).length > 0 ? notify : undefined;
}
