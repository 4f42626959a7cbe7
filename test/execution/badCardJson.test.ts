import type { IDataObject } from 'n8n-workflow';

import { CARD, LINK, VALID, sentButton, withRefusals, x } from '../helpers/execution/refusal';
import type { Refusal } from '../helpers/execution/refusal';

const { refuses } = withRefusals();

/** Cards of the JSON field, each with what is wrong with it. */
const withCards = (cards: Array<[name: string, card: unknown, problem: string]>) =>
	cards.map(
		([name, card, problem]): Refusal => [
			name,
			'json',
			{},
			`Card (JSON) ${problem}`,
			{ card } as IDataObject,
		],
	);
const withFields = (fields: Array<[name: string, fields: IDataObject, problem: string]>) =>
	withCards(fields.map(([name, change, problem]) => [name, { ...CARD, ...change }, problem]));
const withButton = (changes: Array<[name: string, change: IDataObject, problem: string]>) =>
	withFields(
		changes.map(([name, change, problem]) => [
			name,
			sentButton(change),
			`buttons.buttons[0]${problem}`,
		]),
	);

refuses(
	'what is no JSON',
	withCards([
		['JSON with a hole', '{"title": }', 'is not valid JSON (11 characters)'],
		['nothing', '', 'is not valid JSON (0 characters)'],
		['JSON cut off', '{"link": {"link": "https://a.com"', 'is not valid JSON (33 characters)'],
		['single quotes', "{'title': 'a'}", 'is not valid JSON (14 characters)'],
		['a word', 'card', 'is not valid JSON (4 characters)'],
	]),
);

refuses(
	'JSON that is no card',
	withCards([
		['null as text', 'null', 'must be a card object, but is null'],
		['a number as text', '42', 'must be a card object, but is the number 42'],
		['a text as text', '"card"', 'must be a card object, but is the text "card"'],
		['a list as text', '[{"title": "a"}]', 'must be a card object, but is a list'],
		['a number', 42, 'must be a card object, but is the number 42'],
		['null', null, 'must be a card object, but is null'],
		['what an expression does not find', undefined, 'must be a card object, but is missing'],
		['a list', [CARD], 'must be a card object, but is a list'],
		['true', true, 'must be a card object, but is the boolean true'],
		['a wrapped list', { app_feed_card: [] }, 'must be a card object, but is a list'],
		['a wrapped null', { app_feed_card: null }, 'must be a card object, but is null'],
		['a whole request', { app_feed_card: CARD, user_ids: [] }, 'has the unknown field "app_feed'],
		['an empty object', {}, 'link is missing, but required'],
		['no link in the link', { link: {} }, 'link.link is missing, but required'],
		['the link as text', { link: LINK }, 'link must be an object, but is the text "https://ex'],
		['an empty link', { link: { link: '' } }, 'link.link is empty'],
		['a link over http', { link: { link: 'http://a.com' } }, 'link.link must be an address'],
	]),
);

refuses(
	'cards with a wrong field',
	withFields([
		[
			'an unknown one',
			{ colour: 'red' },
			'has the unknown field "colour"; known are biz_id, title',
		],
		['one in the words of the form', { avatarKey: 'a' }, 'has the unknown field "avatarKey"'],
		['a title of null', { title: null }, 'title must be text, but is null'],
		['a title of a number', { title: 5 }, 'title must be text, but is the number 5'],
		['a preview of a list', { preview: ['a'] }, 'preview must be text, but is a list'],
		['an avatar of an object', { avatar_key: {} }, 'avatar_key must be text, but is an object'],
		['a business ID of a number', { biz_id: 5 }, 'biz_id must be text, but is the number 5'],
		[
			'a pin of text',
			{ time_sensitive: 'yes' },
			'time_sensitive must be true or false, but is the',
		],
		[
			'a pin of a number',
			{ time_sensitive: 1 },
			'time_sensitive must be true or false, but is the',
		],
		['a label without a colour', { status_label: { text: 'a' } }, 'status_label.type is missing'],
		['a label without text', { status_label: { type: 'danger' } }, 'status_label.text is missing'],
		[
			'a label with an empty text',
			{ status_label: { text: '', type: 'danger' } },
			'status_label.text has 0 characters, but at least 1 is required',
		],
		[
			'a label of another colour',
			{ status_label: { text: 'a', type: 'red' } },
			'status_label.type must be one of primary, secondary, success, danger, but is the text "red"',
		],
		[
			'a label that is text',
			{ status_label: 'a' },
			'status_label must be an object, but is the text',
		],
		[
			'a notification of true',
			{ notify: true },
			'notify must be an object, but is the boolean true',
		],
		[
			'a notification with text for a flag',
			{ notify: { close_notify: 'no' } },
			'notify.close_notify must be true or false, but is the text "no"',
		],
		[
			'a sound with a number for a flag',
			{ notify: { with_custom_sound: 1 } },
			'notify.with_custom_sound must be true or false, but is the number 1',
		],
		['an unknown sound', { notify: { sound: 'a' } }, 'notify has the unknown field "sound"'],
	]),
);

refuses('cards with wrong buttons', [
	...withFields([
		['a list', { buttons: [] }, 'buttons must be an object, but is a list'],
		['none in it', { buttons: {} }, 'buttons.buttons is missing, but required'],
		['no list', { buttons: { buttons: {} } }, 'buttons.buttons must be a list, but is an object'],
		['a text', { buttons: { buttons: ['OK'] } }, 'buttons.buttons[0] must be an object, but is'],
		[
			'three',
			{ buttons: { buttons: Array(3).fill({ action_type: 'webhook', text: { text: 'A' } }) } },
			'buttons.buttons has 3 entries, but at most 2 are allowed',
		],
		[
			'without an action',
			{ buttons: { buttons: [{ text: { text: 'a' } }] } },
			'buttons.buttons[0].action_type is missing, but required',
		],
		[
			'without text',
			{ buttons: { buttons: [{ action_type: 'webhook' }] } },
			'buttons.buttons[0].text is missing, but required',
		],
	]),
	...withButton([
		['with plain text', { text: 'a' }, '.text must be an object, but is the text "a"'],
		['with an empty text', { text: { text: '' } }, '.text.text has 0 characters, but at least 1'],
		['that does something else', { action_type: 'open' }, '.action_type must be one of url_page'],
		['of another style', { button_type: 'danger' }, '.button_type must be one of default, prim'],
		['with an unknown field', { url: LINK }, ' has the unknown field "url"; known are action_type'],
		[
			'with an unknown platform',
			{ multi_url: { web_url: LINK } },
			'.multi_url has the unknown field "web_url"; known are url, android_url, ios_url, pc_url',
		],
		[
			'over http',
			{ multi_url: { pc_url: 'http://a.com' } },
			'.multi_url.pc_url must be an address',
		],
		['with a value of a number', { action_map: { a: 1 } }, '.action_map "a" must be text, but is'],
		[
			'with values in a list',
			{ action_map: ['a'] },
			'.action_map must be an object, but is a list',
		],
	]),
]);

refuses('forms that do not fit their JSON', [
	[
		'another business ID',
		'json',
		{ bizId: 'other' },
		'Business ID differs from the biz_id in Card',
	],
	['a business ID that is no text', 'json', { bizId: x }, 'Business ID differs', { x: 5 }],
	[
		'the JSON that the form begins with',
		'create',
		{ cardSource: 'json', cardJson: '{\n  "title": "",\n  "link": { "link": "https://" }\n}' },
		'Card (JSON) link.link has no host after https://: "https://"',
	],
	[
		'a source that there is not',
		'create',
		{ cardSource: x, cardJson: VALID.json.cardJson },
		'Define Card must be one of fields, json, but is the text "xml"',
		{ x: 'xml' },
	],
]);

refuses('what Feishu takes and does not act on, in JSON', [
	...withFields([
		[
			'a spoken text without with_custom_sound',
			{ notify: { custom_sound_text: 'New' } },
			'notify.custom_sound_text is spoken only beside "with_custom_sound": true',
		],
		[
			'a spoken text with it switched off',
			{ notify: { custom_sound_text: 'New', with_custom_sound: false } },
			'notify.custom_sound_text is spoken only beside "with_custom_sound": true',
		],
		[
			'with_custom_sound without a text',
			{ notify: { with_custom_sound: true } },
			'notify.with_custom_sound has nothing to speak',
		],
		[
			'with_custom_sound with an empty text',
			{ notify: { with_custom_sound: true, custom_sound_text: '' } },
			'notify.with_custom_sound has nothing to speak',
		],
		[
			'a spoken text of a silent card',
			{ notify: { close_notify: true, custom_sound_text: 'New', with_custom_sound: true } },
			'notify.custom_sound_text has no effect on a card that arrives silently',
		],
		[
			'a sound of a silent card',
			{ notify: { close_notify: true, with_custom_sound: true } },
			'notify.with_custom_sound has no effect on a card that arrives silently',
		],
	]),
	...withButton([
		[
			'addresses of a callback',
			{ action_type: 'webhook', multi_url: { url: LINK } },
			'.multi_url has no effect on a button that sends a callback',
		],
		[
			'values of a link',
			{ action_type: 'url_page', multi_url: { url: LINK }, action_map: { a: '1' } },
			'.action_map has no effect on a button that opens a link',
		],
	]),
]);
