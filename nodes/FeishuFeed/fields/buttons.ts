import type { INodeProperties } from 'n8n-workflow';

import { actionValueFields } from '../../shared/description/actionValueFields';
import { CARD_LIMITS } from '../../shared/validation/cardFields';
import { InvalidField, kindOf, shown } from '../../shared/validation/InvalidField';
import type { FeedButton, FeedButtons } from '../../shared/api/payloads';
import { collection, entriesOf, withoutEmpty } from '../execution/ItemParameters';

export const buttonTextField: INodeProperties = {
	displayName: 'Text',
	name: 'text',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. Clock in',
	description: `What the button says, at most ${CARD_LIMITS.buttonText} characters`,
};

export const buttonStyleField: INodeProperties = {
	displayName: 'Style',
	name: 'buttonType',
	type: 'options',
	options: [
		{ name: 'Default (Grey)', value: 'default' },
		{ name: 'Primary (Blue)', value: 'primary' },
		{ name: 'Success (Green)', value: 'success' },
	],
	default: 'default',
};

/** One button, in the order in which people think of it. */
const buttonFields: INodeProperties[] = [
	buttonTextField,
	{
		displayName: 'When Pressed',
		name: 'actionType',
		type: 'options',
		options: [
			{
				name: 'Open a Link',
				value: 'url_page',
				description: 'Opens a web page or a page of a Feishu app',
			},
			{
				name: 'Send a Callback',
				value: 'webhook',
				description:
					'Sends the action values to your app: Feishu Feed Trigger starts a workflow with them',
			},
		],
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
	description: `Up to ${CARD_LIMITS.buttons} buttons, shown from left to right`,
	options: [
		{
			displayName: 'Button',
			name: 'button',
			values: buttonFields,
		},
	],
};

/**
 * Reads the buttons of the form; no button gives an empty list.
 * The limits are checked afterwards, with the rest of the card.
 *
 * @throws {InvalidField} when a link button has no link, or an action value has no name
 */
export function readButtons(value: unknown): FeedButtons {
	return {
		buttons: entriesOf(value, 'button', 'Buttons').map((entry, index) =>
			readButton(entry, `Button ${index + 1}`),
		),
	};
}

function readButton(entry: Record<string, unknown>, field: string): FeedButton {
	// What the form did not offer for this kind of button may still be stored: it is not sent.
	const opensLink = (entry.actionType ?? 'url_page') === 'url_page';
	const multiUrl = opensLink ? readAddresses(entry, field) : undefined;
	const actionMap = opensLink ? undefined : readActionValues(entry.actionValues, field);
	return withoutEmpty({
		action_type: entry.actionType ?? 'url_page',
		text: { text: entry.text },
		multi_url: multiUrl,
		button_type: entry.buttonType ?? 'default',
		action_map: actionMap,
	}) as unknown as FeedButton;
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

const NAME_BY_FIELD: Record<string, string> = {
	'text.text': 'Text',
	action_type: 'When Pressed',
	button_type: 'Style',
	'multi_url.url': 'URL',
	'multi_url.android_url': 'Android URL',
	'multi_url.ios_url': 'iOS URL',
	'multi_url.pc_url': 'Computer URL',
};

/** What the form calls a value of a button: `buttons.buttons[0].text.text` is "Button 1 Text". */
export function buttonFieldName(path: string): string {
	const [, index, field] = /^buttons\.buttons\[(\d+)\]\.?(.*)$/.exec(path) ?? [];
	if (index === undefined) return 'Buttons';
	return `Button ${Number(index) + 1} ${NAME_BY_FIELD[field] ?? field}`.trim();
}
