import * as fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type {
	AppFeedCard,
	FeedButton,
	FeedButtons,
	MultiUrl,
	Notify,
	UpdateCardContent,
	UpdateField,
} from '../../../nodes/shared/api/payloads';

/** Characters that get lost or counted wrongly: wide, rare and combined ones, quotes, expressions. */
const CHARACTERS = [...'aZ0 长中文😀🎓𠮷é\u0301\u200d"\'\\`<>&=${}/%\n\t'];

/** Text of `minimum` to `maximum` code points, often right at a limit. */
const text = (minimum: number, maximum: number): fc.Arbitrary<string> =>
	fc
		.oneof(
			fc.constantFrom(minimum, maximum - 1, maximum),
			fc.integer({ min: minimum, max: maximum }),
		)
		.chain((length) =>
			fc.string({
				unit: fc.constantFrom(...CHARACTERS),
				minLength: length,
				maxLength: length,
			}),
		);

/** Addresses of up to 700 bytes. */
const address: fc.Arbitrary<string> = fc
	.tuple(
		fc.constantFrom(
			'https://example.com/',
			'https://applink.feishu.cn/client/',
			'https://例子.中国/',
		),
		fc.oneof(fc.constantFrom(1, 679), fc.integer({ min: 1, max: 600 })),
		fc.constantFrom('a', '路', '😀', '%20', '?', '&=', '#'),
	)
	.map(([start, length, character]) => {
		const room = Math.floor((700 - Buffer.byteLength(start)) / Buffer.byteLength(character));
		return start + character.repeat(Math.min(length, room));
	});

/** Any of the fields, but at least so many. */
const someOf = <Fields extends object>(
	fields: { [Field in keyof Fields]-?: fc.Arbitrary<NonNullable<Fields[Field]>> },
	minimum = 0,
): fc.Arbitrary<Fields> =>
	fc
		.record(fields, { requiredKeys: [] })
		.filter((some) => Object.keys(some).length >= minimum) as fc.Arbitrary<Fields>;

const ADDRESSES = { url: address, android_url: address, ios_url: address, pc_url: address };
const STYLE = fc.constantFrom('default' as const, 'primary' as const, 'success' as const);
const LABEL = fc.record({
	text: text(1, 20),
	type: fc.constantFrom(
		'primary' as const,
		'secondary' as const,
		'success' as const,
		'danger' as const,
	),
});
const CALLBACK_VALUES = fc.dictionary(text(1, 20), text(0, 40), { minKeys: 1, maxKeys: 4 });

const linkButton: fc.Arbitrary<FeedButton> = fc.record({
	action_type: fc.constant('url_page' as const),
	text: fc.record({ text: text(1, 30) }),
	button_type: STYLE,
	multi_url: someOf<MultiUrl>(ADDRESSES, 1),
});
const callbackButton: fc.Arbitrary<FeedButton> = fc.record(
	{
		action_type: fc.constant('webhook' as const),
		text: fc.record({ text: text(1, 30) }),
		button_type: STYLE,
		action_map: CALLBACK_VALUES,
	},
	{ requiredKeys: ['action_type', 'text', 'button_type'] },
);
/** Whatever Feishu takes and acts on, also what the form does not offer. */
const anyButton: fc.Arbitrary<FeedButton> = fc.oneof(
	fc.record(
		{
			action_type: fc.constant('url_page' as const),
			text: fc.record({ text: text(1, 30) }),
			button_type: STYLE,
			multi_url: someOf<MultiUrl>(ADDRESSES),
			action_map: fc.constant({}),
		},
		{ requiredKeys: ['action_type', 'text'] },
	),
	fc.record(
		{
			action_type: fc.constant('webhook' as const),
			text: fc.record({ text: text(1, 30) }),
			button_type: STYLE,
			multi_url: fc.constant({}),
			action_map: fc.dictionary(text(0, 20), text(0, 40), { maxKeys: 4 }),
		},
		{ requiredKeys: ['action_type', 'text'] },
	),
);

const buttonsOf = (button: fc.Arbitrary<FeedButton>, minimum: number): fc.Arbitrary<FeedButtons> =>
	fc.record({ buttons: fc.array(button, { minLength: minimum, maxLength: 2 }) });
const formButton = fc.oneof(linkButton, callbackButton);

/** Buttons that the form can ask for, none among them. */
export const formButtons: fc.Arbitrary<FeedButtons> = buttonsOf(formButton, 0);

const spoken = fc.record({
	custom_sound_text: text(1, 20),
	with_custom_sound: fc.constant(true),
});
const formNotify: fc.Arbitrary<Notify> = fc.oneof(
	fc.record({ close_notify: fc.boolean() }),
	spoken,
	spoken.map((notify): Notify => ({ close_notify: false, ...notify })),
);

const bizId = fc.tuple(fc.uuid(), text(0, 100)).map(([id, more]) => id + more);

/** Cards that the form can ask for. */
export const formCards: fc.Arbitrary<AppFeedCard> = fc.record(
	{
		biz_id: bizId,
		title: text(1, 60),
		avatar_key: text(1, 100),
		preview: text(1, 120),
		status_label: LABEL,
		buttons: buttonsOf(formButton, 1),
		link: fc.record({ link: address }),
		time_sensitive: fc.boolean(),
		notify: formNotify,
	},
	{ requiredKeys: ['biz_id', 'link', 'time_sensitive'] },
);

/** Cards that Feishu takes, and that only JSON can ask for. */
export const jsonCards: fc.Arbitrary<AppFeedCard> = fc.record(
	{
		biz_id: bizId,
		title: text(0, 60),
		avatar_key: text(0, 100),
		preview: text(0, 120),
		status_label: LABEL,
		buttons: buttonsOf(anyButton, 0),
		link: fc.record({ link: address }),
		time_sensitive: fc.boolean(),
		notify: fc.oneof(
			formNotify,
			fc.constantFrom<Notify>(
				{},
				{ custom_sound_text: '' },
				{ close_notify: true, custom_sound_text: '', with_custom_sound: false },
				{ close_notify: false, with_custom_sound: false },
			),
		),
	},
	{ requiredKeys: ['biz_id', 'link'] },
);

const FIELD_BY_CODE = {
	1: 'title',
	2: 'avatar_key',
	3: 'preview',
	10: 'status_label',
	11: 'buttons',
	12: 'link',
	13: 'time_sensitive',
} as const;
/** Fields that an update may name without giving them, which clears them. */
const CLEARABLE: readonly string[] = ['1', '2', '3', '10', '11'];

/** Updates: of some fields, some of them cleared, and of how the card draws attention. */
export const updates: fc.Arbitrary<UpdateCardContent> = fc
	.record({
		card: fc.record({
			biz_id: bizId,
			title: text(1, 60),
			avatar_key: text(1, 100),
			preview: text(1, 120),
			status_label: LABEL,
			buttons: buttonsOf(formButton, 1),
			link: fc.record({ link: address }),
			time_sensitive: fc.boolean(),
		}),
		changed: fc.subarray(Object.keys(FIELD_BY_CODE)),
		cleared: fc.subarray([...CLEARABLE]),
		attention: fc.subarray(['101', '102', '103']),
		notify: fc.option(formNotify, { nil: undefined }),
	})
	.filter(({ changed, attention }) => changed.length + attention.length > 0)
	// What is spoken, or silent, belongs to an update that notifies, or does not.
	.filter(({ attention, notify }) =>
		attention.includes('103') ? !notify?.close_notify : !notify?.custom_sound_text,
	)
	.map(({ card, changed, cleared, attention, notify }) => {
		const given = changed
			.filter((code) => !cleared.includes(code))
			.map((code) => FIELD_BY_CODE[Number(code) as keyof typeof FIELD_BY_CODE]);
		return {
			app_feed_card: {
				biz_id: card.biz_id,
				...Object.fromEntries(given.map((field) => [field, card[field]])),
				...(notify && { notify }),
			},
			update_fields: [...changed, ...attention] as UpdateField[],
		};
	});

/** Buttons as the form has them. */
export function formOfButtons({ buttons }: FeedButtons): IDataObject {
	const button = buttons.map(({ action_type, text: label, button_type, multi_url, action_map }) => {
		const { url = '', android_url, ios_url, pc_url } = multi_url ?? {};
		const byPlatform = { androidUrl: android_url, iosUrl: ios_url, pcUrl: pc_url };
		return {
			text: label.text,
			actionType: action_type,
			buttonType: button_type,
			url,
			platformUrls: Object.fromEntries(
				Object.entries(byPlatform).filter(([, value]) => value !== undefined),
			),
			actionValues: {
				value: Object.entries(action_map ?? {}).map(([name, value]) => ({ name, value })),
			},
		};
	});
	return { button };
}

function formOfNotify({ close_notify, custom_sound_text }: Notify): IDataObject {
	return {
		...(close_notify !== undefined && { closeNotify: close_notify }),
		...(custom_sound_text !== undefined && { customSoundText: custom_sound_text }),
	};
}

/** A card as the form of the Create operation has it. */
export function formOfCard(card: AppFeedCard): IDataObject {
	return {
		bizId: card.biz_id,
		title: card.title ?? '',
		avatarKey: card.avatar_key ?? '',
		preview: card.preview ?? '',
		link: card.link?.link,
		timeSensitive: card.time_sensitive,
		statusLabel: card.status_label ? { label: { ...card.status_label } } : {},
		buttons: card.buttons ? formOfButtons(card.buttons) : {},
		notify: card.notify ? formOfNotify(card.notify) : {},
	};
}

/** An update as the form of the Update operation has it. */
export function formOfUpdate({
	app_feed_card: card,
	update_fields,
}: UpdateCardContent): IDataObject {
	const { bizId: id, notify, ...fields } = formOfCard(card);
	const names: Record<string, UpdateField> = {
		title: '1',
		avatarKey: '2',
		preview: '3',
		statusLabel: '10',
		buttons: '11',
		link: '12',
		timeSensitive: '13',
	};
	return {
		bizId: id,
		updateFields: Object.fromEntries(
			Object.entries(fields).filter(([name]) => update_fields.includes(names[name]!)),
		),
		options: {
			displayTimeNow: update_fields.includes('101'),
			moveToTop: update_fields.includes('102'),
			notifyAgain: update_fields.includes('103'),
			notify,
		},
	};
}

/**
 * Moves all texts of a form into an item, and has the form take them from there. So nothing in them
 * is read as an expression, as it is for users whose texts come from other nodes.
 */
export function byExpressions(form: IDataObject): { parameters: IDataObject; item: IDataObject } {
	const texts: string[] = [];
	const replace = (value: unknown): unknown => {
		if (typeof value === 'string') return `={{ $json.texts[${texts.push(value) - 1}] }}`;
		if (Array.isArray(value)) return value.map(replace);
		if (typeof value !== 'object' || value === null) return value;
		return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, replace(part)]));
	};
	return { parameters: replace(form) as IDataObject, item: { texts } };
}
