import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { FeedButton } from '../api/payloads';
import { actionValueFields } from '../description/actionValueFields';
import { InvalidField, kindOf, shown } from './InvalidField';
import { collection, entriesOf, optionsOf, withoutEmpty } from './formValues';
import { httpsAddress, keysOf, list, object, oneOf, text, textByName } from './validators';

/**
 * The limits of buttons, in entries and Unicode code points.
 * Feishu: im-v2/app_feed_card/create and im-v2/chat_button/update, request bodies.
 */
export const BUTTON_LIMITS = { buttons: 2, text: 30, url: 700 } as const;

/** What pressing a button does, as the form offers it. */
const ACTIONS: Record<FeedButton['action_type'], Omit<INodePropertyOptions, 'value'>> = {
	url_page: { name: 'Open a Link', description: 'Opens a web page or a page of a Feishu app' },
	webhook: {
		name: 'Send a Callback',
		description:
			'Sends the action values to your app: Feishu Feed Trigger starts a workflow with them',
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

const BUTTON = object(
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
);

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
	description: `What the button says, at most ${BUTTON_LIMITS.text} characters`,
};

export const buttonStyleField: INodeProperties = {
	displayName: 'Style',
	name: 'buttonType',
	type: 'options',
	options: optionsOf(STYLES),
	default: 'default',
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
	},
	{
		displayName: 'URL',
		name: 'url',
		type: 'string',
		default: '',
		placeholder: 'e.g. https://example.com/orders/42',
		description: 'Where the button leads. Must begin with https://.',
		displayOptions: { show: { actionType: ['url_page'] } },
	},
	{
		displayName: 'URLs by Platform',
		name: 'platformUrls',
		type: 'collection',
		placeholder: 'Add Platform',
		default: {},
		description: 'Other addresses for some devices, in place of the URL above',
		displayOptions: { show: { actionType: ['url_page'] } },
		options: [
			{
				displayName: 'Android URL',
				name: 'androidUrl',
				type: 'string',
				default: '',
				placeholder: 'e.g. https://example.com/android',
			},
			{
				displayName: 'Computer URL',
				name: 'pcUrl',
				type: 'string',
				default: '',
				placeholder: 'e.g. https://example.com/desktop',
			},
			{
				displayName: 'iOS URL',
				name: 'iosUrl',
				type: 'string',
				default: '',
				placeholder: 'e.g. https://example.com/ios',
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
			'What the callback brings back, so that the workflow knows what was pressed and for what',
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
	description: `Up to ${BUTTON_LIMITS.buttons} buttons, shown from left to right`,
	options: [
		{
			displayName: 'Button',
			name: 'button',
			values: buttonFields,
		},
	],
};

/**
 * Brings the buttons of the form into Feishu's shape; no button gives an empty list.
 * `parseButtons` checks them afterwards.
 *
 * @throws {InvalidField} when a link button has no link, or an action value has no name
 */
export function buttonsFromForm(value: unknown): { buttons: unknown[] } {
	return {
		buttons: entriesOf(value, 'button', 'Buttons').map((entry, index) =>
			buttonFromForm(entry, `Button ${index + 1}`),
		),
	};
}

function buttonFromForm(entry: Record<string, unknown>, field: string): unknown {
	// What the form did not offer for this kind of button may still be stored: it is not sent.
	const opensLink = (entry.actionType ?? 'url_page') === 'url_page';
	return withoutEmpty({
		action_type: entry.actionType ?? 'url_page',
		text: { text: entry.text },
		multi_url: opensLink ? readAddresses(entry, field) : undefined,
		button_type: entry.buttonType ?? 'default',
		action_map: opensLink ? undefined : readActionValues(entry.actionValues, field),
	});
}

function readAddresses(entry: Record<string, unknown>, field: string): Record<string, unknown> {
	const byPlatform = collection(entry.platformUrls, `${field} URLs by Platform`);
	const addresses = withoutEmpty({
		url: entry.url,
		android_url: byPlatform.androidUrl,
		ios_url: byPlatform.iosUrl,
		pc_url: byPlatform.pcUrl,
	});
	if (Object.keys(addresses).length === 0) {
		throw new InvalidField(`${field} URL`, 'is empty, but a button that opens a link needs one');
	}
	return addresses;
}

function readActionValues(value: unknown, field: string): Record<string, string> | undefined {
	const actionMap = new Map<string, string>();
	for (const { name, value: given } of entriesOf(value, 'value', `${field} Action Values`)) {
		if (typeof name !== 'string' || name === '') {
			throw new InvalidField(`${field} Action Values`, 'has a value without a name');
		}
		if (actionMap.has(name)) {
			throw new InvalidField(`${field} Action Values`, `has the name ${shown(name)} twice`);
		}
		actionMap.set(name, readActionValue(given, `${field} Action Value ${shown(name)}`));
	}
	return actionMap.size === 0 ? undefined : Object.fromEntries(actionMap);
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
