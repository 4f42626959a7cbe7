import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { FeedButton } from '../api/payloads';
import { actionValueFields } from '../description/actionValueFields';
import { lengthHint } from '../description/lengthHint';
import { asObject } from '../primitives/json';
import { InvalidField, kindOf, shown } from './InvalidField';
import {
	collection,
	entriesOf,
	fromJsonText,
	isEmpty,
	optionsOf,
	textFromForm,
	withoutEmpty,
} from './formValues';
import type { EntriesShape } from './formValues';
import { httpsAddress, keysOf, list, object, oneOf, refined, text, textByName } from './validators';

/**
 * The limits of buttons, in entries and Unicode code points, and the URLs in UTF-8 bytes.
 * Feishu: im-v2/app_feed_card/create and im-v2/chat_button/update, request bodies.
 */
export const BUTTON_LIMITS = { buttons: 2, text: 30, url: 700 } as const;

/** What pressing a button does, as the form offers it. */
const ACTIONS: Record<FeedButton['action_type'], Omit<INodePropertyOptions, 'value'>> = {
	url_page: { name: 'Open a Link', description: 'Opens a web page or a page of a Feishu app' },
	webhook: {
		name: 'Send a Callback',
		description:
			'Sends the action values to your app, where a Feishu Feed Trigger starts a workflow with them',
	},
};
/** How a button looks, as the form offers it. */
const STYLES: Record<
	NonNullable<FeedButton['button_type']>,
	Omit<INodePropertyOptions, 'value'>
> = {
	default: { name: 'Default (Grey)' },
	primary: { name: 'Primary (Blue)' },
	success: { name: 'Success (Green)' },
};
/** What pressing a button does. */
export const BUTTON_ACTION_TYPES = keysOf(ACTIONS);
/** How a button looks. */
export const BUTTON_TYPES = keysOf(STYLES);

const ADDRESS = httpsAddress({ maximum: BUTTON_LIMITS.url });

/** Reads how a button looks. */
export const parseButtonType = oneOf(BUTTON_TYPES);

const BUTTON = refined(
	object(
		{
			action_type: oneOf(BUTTON_ACTION_TYPES),
			text: object(
				{ text: text({ minimum: 1, maximum: BUTTON_LIMITS.text }) },
				{ required: ['text'] },
			),
			multi_url: object({ url: ADDRESS, android_url: ADDRESS, ios_url: ADDRESS, pc_url: ADDRESS }),
			button_type: parseButtonType,
			action_map: textByName,
		},
		{ required: ['action_type', 'text'] },
	),
	problemOfButton,
);

/** Feishu takes what belongs to the other kind of button without a word, and does nothing with it. */
function problemOfButton({
	action_type: action,
	multi_url: addresses,
	action_map: values,
}: FeedButton): { at: string; problem: string } | undefined {
	if (action === 'url_page' && hasEntries(values)) {
		return {
			at: '.action_map',
			problem:
				'has no effect on a button that opens a link: remove it, or let the button be a webhook',
		};
	}
	if (action === 'webhook' && hasEntries(addresses)) {
		return {
			at: '.multi_url',
			problem:
				'has no effect on a button that sends a callback: remove it, or let the button be a url_page',
		};
	}
	return undefined;
}

const hasEntries = (value: object = {}): boolean => Object.keys(value).length > 0;

/** Reads the buttons of a card or a chat in Feishu's words, against every documented limit. */
export const parseButtons = object(
	{ buttons: list(BUTTON, { maximum: BUTTON_LIMITS.buttons }) },
	{ required: ['buttons'] },
);

export const buttonTextField: INodeProperties = {
	displayName: 'Text',
	name: 'text',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. Clock in',
	hint: lengthHint(BUTTON_LIMITS.text),
	description: `What the button says, at most ${BUTTON_LIMITS.text} characters`,
};

export const buttonStyleField: INodeProperties = {
	displayName: 'Style',
	name: 'buttonType',
	type: 'options',
	options: optionsOf(STYLES),
	default: 'default',
	description: 'The color of the button',
};

/** One button, in the order in which people think of it. */
const buttonFields: INodeProperties[] = [
	buttonTextField,
	{
		displayName: 'When Pressed',
		name: 'actionType',
		type: 'options',
		options: optionsOf(ACTIONS),
		default: 'url_page',
		description:
			'What a press does: it opens a link on the device of the person, or it calls back, so that a workflow with a Feishu Feed Trigger starts',
	},
	{
		displayName: 'URL',
		name: 'url',
		type: 'string',
		default: '',
		placeholder: 'e.g. https://example.com/orders/42',
		hint: `An https:// address of at most ${BUTTON_LIMITS.url} bytes`,
		description: 'What the button opens. Must begin with https://.',
		displayOptions: { show: { actionType: ['url_page'] } },
	},
	{
		displayName: 'URLs by Platform',
		name: 'platformUrls',
		type: 'collection',
		placeholder: 'Add Platform',
		default: {},
		description: 'Addresses for particular devices, instead of the URL above',
		displayOptions: { show: { actionType: ['url_page'] } },
		options: [
			{
				displayName: 'Android URL',
				name: 'androidUrl',
				type: 'string',
				default: '',
				placeholder: 'e.g. https://example.com/android',
				description: 'What the button opens on Android. Must begin with https://.',
			},
			{
				displayName: 'Computer URL',
				name: 'pcUrl',
				type: 'string',
				default: '',
				placeholder: 'e.g. https://example.com/desktop',
				description: 'What the button opens on a computer. Must begin with https://.',
			},
			{
				displayName: 'iOS URL',
				name: 'iosUrl',
				type: 'string',
				default: '',
				placeholder: 'e.g. https://example.com/ios',
				description: 'What the button opens on an iPhone or iPad. Must begin with https://.',
			},
		],
	},
	{
		displayName: 'Action Values',
		name: 'actionValues',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Value' },
		placeholder: 'Add Value',
		default: {},
		description:
			'Values that the callback returns, so that the workflow knows which button was pressed, and what for',
		displayOptions: { show: { actionType: ['webhook'] } },
		options: [actionValueFields],
	},
	buttonStyleField,
];

/** The form for up to two buttons, the same on a card and on a chat. */
export const buttonsField: INodeProperties = {
	displayName: 'Buttons',
	name: 'buttons',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Button', sortable: true },
	placeholder: 'Add Button',
	default: {},
	description: `Up to ${BUTTON_LIMITS.buttons} buttons below the text, shown from left to right. Each opens a link or calls back.`,
	options: [
		{
			displayName: 'Button',
			name: 'button',
			values: buttonFields,
		},
	],
};

const BUTTONS_SHAPE: EntriesShape = {
	field: 'Buttons',
	groups: ['button', 'buttons'],
	known: [
		...['text', 'actionType', 'url', 'platformUrls', 'actionValues', 'buttonType'],
		...['action_type', 'multi_url', 'button_type', 'action_map'],
	],
	example: 'a list such as [{"text": "Open", "url": "https://example.com"}]',
};

/**
 * Brings the buttons of the form into Feishu's shape; no button gives an empty list.
 * An expression may give them in Feishu's shape already. `parseButtons` checks them afterwards.
 *
 * @throws {InvalidField} when a link button has no link, an action value has no name, or a part has an
 *   unknown field
 */
export function buttonsFromForm(value: unknown): { buttons: unknown[] } {
	return {
		buttons: entriesOf(value, BUTTONS_SHAPE).map((entry, index) =>
			buttonFromForm(entry, `Button ${index + 1}`),
		),
	};
}

function buttonFromForm(entry: Record<string, unknown>, field: string): unknown {
	const isInFeishusWords = BUTTON_KEYS.some((key) => key in entry) || asObject(entry.text);
	if (isInFeishusWords) return entry;
	// Models give null where they leave something out.
	const actionType = entry.actionType ?? kindOfButton(entry);
	const buttonType = entry.buttonType ?? 'default';
	// What the form did not offer for this kind of button may still be stored: it is not sent.
	const opensLink = actionType === 'url_page';
	return withoutEmpty({
		action_type: actionType,
		text: { text: textFromForm(entry.text) },
		multi_url: opensLink ? readAddresses(entry, field) : undefined,
		button_type: buttonType,
		action_map: opensLink ? undefined : readActionValues(entry.actionValues, field),
	});
}

/** The words that only Feishu has for a button. */
const BUTTON_KEYS = ['action_type', 'multi_url', 'button_type', 'action_map'];

/** What a button does that an expression gave without saying so. */
function kindOfButton({ url, platformUrls, actionValues }: Record<string, unknown>): string {
	const sendsCallback = !isEmpty(actionValues) && isEmpty(url) && isEmpty(platformUrls);
	return sendsCallback ? 'webhook' : 'url_page';
}

const PLATFORMS: Record<string, string> = {
	androidUrl: 'android_url',
	iosUrl: 'ios_url',
	pcUrl: 'pc_url',
};

function readAddresses(entry: Record<string, unknown>, field: string): Record<string, unknown> {
	const byPlatform = collection(entry.platformUrls, `${field} URLs by Platform`, {
		known: [...Object.keys(PLATFORMS), ...Object.values(PLATFORMS)],
		example: 'an object such as {"androidUrl": "https://example.com"}',
	});
	const addresses = withoutEmpty({
		url: entry.url,
		...Object.fromEntries(
			Object.entries(byPlatform).map(([name, address]) => [PLATFORMS[name] ?? name, address]),
		),
	});
	if (Object.keys(addresses).length === 0) {
		throw new InvalidField(`${field} URL`, 'is empty, but a button that opens a link needs one');
	}
	return addresses;
}

function readActionValues(value: unknown, field: string): Record<string, string> | undefined {
	const actionMap = new Map<string, string>();
	for (const { name: given, value: carried } of actionValueEntries(value, field)) {
		const name = textFromForm(given);
		if (typeof name !== 'string' || name === '') {
			throw new InvalidField(`${field} Action Values`, 'has a value without a name');
		}
		if (actionMap.has(name)) {
			throw new InvalidField(`${field} Action Values`, `has the name ${shown(name)} twice`);
		}
		actionMap.set(name, readActionValue(carried, `${field} Action Value ${shown(name)}`));
	}
	return actionMap.size === 0 ? undefined : Object.fromEntries(actionMap);
}

/** Action values as the form lists them, or as an expression gives them: by name, as in `{"order": "42"}`. */
function actionValueEntries(given: unknown, field: string): Array<Record<string, unknown>> {
	const value = fromJsonText(given);
	const byName = asObject(value) ?? {};
	const isList = 'value' in byName && typeof byName.value === 'object';
	const isEntry = 'name' in byName && 'value' in byName && Object.keys(byName).length === 2;
	if (Object.keys(byName).length > 0 && !isList && !isEntry) {
		return Object.entries(byName).map(([name, carried]) => ({ name, value: carried }));
	}
	return entriesOf(value, {
		field: `${field} Action Values`,
		groups: ['value'],
		known: ['name', 'value'],
		example: 'an object such as {"order": "42"}',
	});
}

/** Feishu takes text only; order numbers and flags from other nodes are sent as theirs. */
export function readActionValue(value: unknown, field: string): string {
	if (value === undefined || value === null) return '';
	if (['string', 'number', 'boolean'].includes(typeof value)) return String(value);
	throw new InvalidField(field, `must be text, but is ${kindOf(value)}`);
}

const LABELS: Record<string, string> = {
	'text.text': 'Text',
	action_type: 'When Pressed',
	button_type: 'Style',
	'multi_url.url': 'URL',
	'multi_url.android_url': 'Android URL',
	'multi_url.ios_url': 'iOS URL',
	'multi_url.pc_url': 'Computer URL',
};

/** What the form calls a value within `buttons`: `.buttons[0].text.text` is "Button 1 Text". */
export function buttonLabel(path: string): string {
	const [, index, field = ''] = /^\.buttons\[(\d+)\]\.?(.*)$/.exec(path) ?? [];
	if (index === undefined) return 'Buttons';
	return `Button ${Number(index) + 1} ${LABELS[field] ?? field}`.trim();
}
