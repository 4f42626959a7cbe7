import type { IDataObject } from 'n8n-workflow';

import { CARD, LINK, VALID, withRefusals, x } from '../helpers/execution/refusal';
import type { OperationName, Refusal } from '../helpers/execution/refusal';

const { sandbox, refuses } = withRefusals();

const linkButton = {
	action_type: 'url_page',
	text: { text: 'Open' },
	multi_url: { url: LINK },
	button_type: 'default',
};
const callbackButton = (action_map: IDataObject) => ({
	action_type: 'webhook',
	text: { text: 'Take' },
	button_type: 'default',
	action_map,
});
const withValues = (actionValues: unknown) => [
	{ text: 'Take', actionType: 'webhook', actionValues },
];

/** The content that the call for one recipient carries. */
async function contentOf(operation: OperationName, parameters: IDataObject, value: unknown) {
	const { error } = await sandbox.run(
		{ ...VALID[operation], ...parameters },
		{ items: [{ to: sandbox.people[0].open_id, card: CARD, x: value } as IDataObject] },
	);
	const [call] = await sandbox.calls();
	if (call === undefined) throw error ?? new Error('nothing was sent');
	const body = call.body as { app_feed_card?: IDataObject; feed_cards?: IDataObject[] };
	return body.feed_cards?.[0] ?? body.app_feed_card ?? call.body;
}

describe('a collection that one expression gives is read', () => {
	it.each<[string, OperationName, IDataObject, unknown, object]>([
		...[
			['the label itself', { text: 'New', type: 'danger' }],
			['as the form has it', { label: { text: 'New', type: 'danger' } }],
			['in a list', [{ text: 'New', type: 'danger' }]],
			['as in a card', { status_label: { text: 'New', type: 'danger' } }],
		].map(([name, value]): [string, OperationName, IDataObject, unknown, object] => [
			`status label: ${name as string}`,
			'create',
			{ statusLabel: x },
			value,
			{ status_label: { text: 'New', type: 'danger' } },
		]),
		[
			'status label without a color',
			'upsert',
			{ statusLabel: x },
			{ text: 7 },
			{ status_label: { text: '7', type: 'primary' } },
		],
		...[
			['a list of the form', [{ text: 'Open', url: LINK }]],
			['one of the form', { text: 'Open', url: LINK }],
			['as the form has them', { button: [{ text: 'Open', url: LINK, actionType: 'url_page' }] }],
			['one as the form has it', { button: { text: 'Open', url: LINK } }],
			["in Feishu's words", { buttons: [linkButton] }],
			["a list in Feishu's words", [linkButton]],
			["one in Feishu's words", linkButton],
		].flatMap(([name, value]): Array<[string, OperationName, IDataObject, unknown, object]> => {
			const sent = { buttons: { buttons: [linkButton] } };
			return [
				[`buttons: ${name as string}`, 'create', { buttons: x }, value, sent],
				[`chat buttons: ${name as string}`, 'chatButtons', { buttons: x }, value, sent],
				[
					`new buttons: ${name as string}`,
					'update',
					{ updateFields: { buttons: x } },
					value,
					{ app_feed_card: { biz_id: 'b', ...sent }, update_fields: ['11'] },
				],
			];
		}),
		...[
			['by name', { order: 42, express: true }],
			[
				'a list',
				[
					{ name: 'order', value: '42' },
					{ name: 'express', value: true },
				],
			],
			[
				'as the form has them',
				{
					value: [
						{ name: 'order', value: 42 },
						{ name: 'express', value: 'true' },
					],
				},
			],
		].map(([name, value]): [string, OperationName, IDataObject, unknown, object] => [
			`action values: ${name as string}`,
			'create',
			{ buttons: x },
			withValues(value),
			{ buttons: { buttons: [callbackButton({ order: '42', express: 'true' })] } },
		]),
		[
			'one action value',
			'create',
			{ buttons: x },
			withValues({ name: 'order', value: 42 }),
			{ buttons: { buttons: [callbackButton({ order: '42' })] } },
		],
		[
			'an action value with the name "value"',
			'create',
			{ buttons: x },
			withValues({ value: 42 }),
			{ buttons: { buttons: [callbackButton({ value: '42' })] } },
		],
		[
			'a button with action values and nothing else',
			'create',
			{ buttons: x },
			[{ text: 'Take', actionValues: { order: 42 } }],
			{ buttons: { buttons: [callbackButton({ order: '42' })] } },
		],
		...(['pcUrl', 'pc_url'] as const).map(
			(name): [string, OperationName, IDataObject, unknown, object] => [
				`platforms: ${name}`,
				'create',
				{ buttons: x },
				[{ text: 'Open', platformUrls: { [name]: LINK } }],
				{ buttons: { buttons: [{ ...linkButton, multi_url: { pc_url: LINK } }] } },
			],
		),
		['silent', 'create', { notify: x }, { closeNotify: true }, { notify: { close_notify: true } }],
		[
			"silent in Feishu's words",
			'create',
			{ notify: x },
			{ close_notify: true },
			{ notify: { close_notify: true } },
		],
		[
			'spoken',
			'create',
			{ notify: x },
			{ customSoundText: 7 },
			{ notify: { custom_sound_text: '7', with_custom_sound: true } },
		],
		[
			"spoken in Feishu's words",
			'create',
			{ notify: x },
			{ custom_sound_text: 'New', with_custom_sound: true },
			{ notify: { custom_sound_text: 'New', with_custom_sound: true } },
		],
		[
			'fields to update',
			'update',
			{ updateFields: x },
			{ title: 42, statusLabel: { text: 'New' }, buttons: [] },
			{
				app_feed_card: { title: '42', status_label: { text: 'New', type: 'primary' } },
				update_fields: ['1', '10', '11'],
			},
		],
		[
			'options',
			'update',
			{ options: x },
			{ moveToTop: true, callsPerSecond: 10_000 },
			{ update_fields: ['1', '102'] },
		],
	])('%s', async (_, operation, parameters, value, content) => {
		expect(await contentOf(operation, parameters, value)).toMatchObject(content);
	});
});

const LABEL = '{"text": "Urgent", "type": "danger"}';
const BUTTONS = 'give a list such as [{"text": "Open", "url": "https://example.com"}]';

refuses('a collection that an expression gives in a shape that nobody knows', [
	[
		'a label as text',
		'create',
		{ statusLabel: x },
		`Status Label must be an object, but is the text "New": give ${LABEL}`,
		{ x: 'New' },
	],
	[
		'a label in other words',
		'create',
		{ statusLabel: x },
		`Status Label has the unknown field "color": give ${LABEL}`,
		{ x: { text: 'New', color: 'red' } },
	],
	[
		'two labels',
		'create',
		{ statusLabel: x },
		'Status Label has 2 entries, but a card shows one label',
		{ x: [{ text: 'A' }, { text: 'B' }] },
	],
	[
		'buttons as text',
		'create',
		{ buttons: x },
		`Buttons must be an object, but is the text "Open": ${BUTTONS}`,
		{ x: 'Open' },
	],
	[
		'a list of texts',
		'chatButtons',
		{ buttons: x },
		`Buttons must be an object, but is the text "Open": ${BUTTONS}`,
		{ x: ['Open'] },
	],
	[
		'buttons in other words',
		'update',
		{ updateFields: { buttons: x } },
		`Buttons has the unknown field "label": ${BUTTONS}`,
		{ x: [{ label: 'Open', url: LINK }] },
	],
	[
		'a button of both shapes',
		'create',
		{ buttons: x },
		'Button 1 has the unknown field "url"; known are action_type',
		{ x: [{ text: { text: 'Open' }, url: LINK }] },
	],
	[
		'platforms in other words',
		'create',
		{ buttons: x },
		'Button 1 URLs by Platform has the unknown field "android": give an object such as',
		{ x: [{ text: 'Open', platformUrls: { android: LINK } }] },
	],
	[
		'action values as text',
		'create',
		{ buttons: x },
		'Button 1 Action Values must be an object, but is the text "a=1": give an object such as',
		{ x: withValues('a=1') },
	],
	[
		'a notification in other words',
		'create',
		{ notify: x },
		'Notification has the unknown field "silent": give {"closeNotify": true} or {"custom',
		{ x: { silent: true } },
	],
	[
		'a notification of true',
		'upsert',
		{ notify: x },
		'Notification must be an object, but is the boolean true: give {"closeNotify": true}',
		{ x: true },
	],
	[
		'new fields in other words',
		'update',
		{ updateFields: x },
		'Fields to Update has the unknown field "status"; known are avatarKey, buttons, link,',
		{ x: { status: 'New' } },
	],
	['new fields as a list', 'update', { updateFields: x }, 'Fields to Update must be', { x: ['a'] }],
	[
		'a new label of null',
		'update',
		{ updateFields: { statusLabel: x } },
		'Status Label must be an object, but is null',
		{ x: null },
	],
	[
		'new buttons that an expression does not find',
		'update',
		{ updateFields: { buttons: x } },
		'Buttons must be an object, but is null',
	],
	['options as text', 'create', { options: x }, 'Options must be an object', { x: 'all' }],
	['options as a list', 'delete', { options: x }, 'Options must be an object', { x: [1] }],
] as Refusal[]);
