import {
	buttonLabel,
	buttonsFromForm,
	parseButtons,
	readActionValue,
} from '../../nodes/shared/validation/buttons';

const LINK = { text: 'Open', url: 'https://example.com' };
const OPENS = {
	action_type: 'url_page',
	text: { text: 'Open' },
	multi_url: { url: 'https://example.com' },
	button_type: 'default',
};
const CALL = { text: 'Clock in', actionType: 'webhook' };
const CALLS = { action_type: 'webhook', text: { text: 'Clock in' }, button_type: 'default' };

const read = (...button: unknown[]) => buttonsFromForm({ button }).buttons;
const parse = (...buttons: unknown[]) => parseButtons({ buttons }, 'buttons', (path) => path);

describe('a button of the form, in Feishu’s words', () => {
	it.each<[string, unknown, unknown]>([
		['one that opens a link', { ...LINK, actionType: 'url_page' }, OPENS],
		['one that does not say what it does, with a link', LINK, OPENS],
		['one that says null', { ...LINK, actionType: null, buttonType: null }, OPENS],
		['one with a style', { ...LINK, buttonType: 'primary' }, { ...OPENS, button_type: 'primary' }],
		['a number as its text', { ...LINK, text: 42 }, { ...OPENS, text: { text: '42' } }],
		[
			'addresses by platform, in the form’s names and in Feishu’s',
			{
				text: 'Open',
				platformUrls: {
					androidUrl: 'https://example.com/a',
					iosUrl: 'https://example.com/i',
					pcUrl: 'https://example.com/p',
				},
			},
			{
				...OPENS,
				multi_url: {
					android_url: 'https://example.com/a',
					ios_url: 'https://example.com/i',
					pc_url: 'https://example.com/p',
				},
			},
		],
		[
			'addresses by platform in Feishu’s names',
			{ ...LINK, platformUrls: { pc_url: 'https://example.com/p', ios_url: '' } },
			{ ...OPENS, multi_url: { url: 'https://example.com', pc_url: 'https://example.com/p' } },
		],
		['one that calls back', CALL, CALLS],
		[
			'one that calls back, with what the form stored for a link',
			{ ...CALL, url: 'https://example.com', platformUrls: { pcUrl: 'https://example.com' } },
			CALLS,
		],
		[
			'one that opens a link, with what the form stored for a callback',
			{ ...LINK, actionType: 'url_page', actionValues: { value: [{ name: 'a', value: 'b' }] } },
			OPENS,
		],
		[
			'one that has values and does not say what it does',
			{ text: 'Clock in', actionValues: { order: 42 } },
			{ ...CALLS, action_map: { order: '42' } },
		],
		[
			'one that has values and a link, and does not say what it does',
			{ ...LINK, actionValues: { order: 42 } },
			OPENS,
		],
		[
			'one that has values and a link by platform, and does not say what it does',
			{
				text: 'Open',
				platformUrls: { pcUrl: 'https://example.com' },
				actionValues: { order: 42 },
			},
			{ ...OPENS, multi_url: { pc_url: 'https://example.com' } },
		],
	])('is read: %s', (_, button, expected) => {
		expect(read(button)).toEqual([expected]);
	});

	it.each([
		{ ...OPENS, text: { text: 'Open' } },
		{ text: { text: 'Open' } },
		{ action_type: 'webhook' },
		{ multi_url: {} },
		{ button_type: 'primary' },
		{ action_map: {} },
	])('stays as it is when it is in them already: %j', (button) => {
		expect(read(button)).toEqual([button]);
	});

	it('is none when the form has none', () => {
		expect(buttonsFromForm({})).toEqual({ buttons: [] });
		expect(buttonsFromForm(undefined)).toEqual({ buttons: [] });
	});

	it('is called by its place', () => {
		expect(() => read(LINK, { text: 'Open' })).toThrow(
			/^Button 2 URL is empty, but a button that opens a link needs one$/,
		);
		expect(() => read({ ...LINK, colour: 'red' })).toThrow(/^Buttons .*colour/);
	});
});

describe('action values', () => {
	const valuesOf = (actionValues: unknown) => {
		const [button] = read({ ...CALL, actionValues });
		return (button as { action_map?: Record<string, string> }).action_map;
	};

	it.each<[string, unknown, Record<string, string> | undefined]>([
		['as the form lists them', { value: [{ name: 'a', value: '1' }] }, { a: '1' }],
		['as the form gives one', { value: { name: 'a', value: '1' } }, { a: '1' }],
		[
			'as a list',
			[
				{ name: 'a', value: 1 },
				{ name: 'b', value: true },
			],
			{ a: '1', b: 'true' },
		],
		['as one entry', { name: 'a', value: '1' }, { a: '1' }],
		['by name', { order: 42, paid: false, note: null }, { order: '42', paid: 'false', note: '' }],
		['by name, one of which is "value"', { value: '7' }, { value: '7' }],
		[
			'by name, of which "name" and "value" are two',
			{ name: 'a', value: '1', more: '2' },
			{ name: 'a', value: '1', more: '2' },
		],
		['as JSON', '{"order": "42"}', { order: '42' }],
		['without a value', [{ name: 'a' }], { a: '' }],
		['with a number as its name', [{ name: 7, value: 'b' }], { 7: 'b' }],
		['none', {}, undefined],
	])('are read %s', (_, given, expected) => {
		expect(valuesOf(given)).toEqual(expected);
	});

	it.each<[unknown, RegExp]>([
		[[{ value: '1' }], /^Button 1 Action Values has a value without a name$/],
		[[{ name: '', value: '1' }], /^Button 1 Action Values has a value without a name$/],
		[[{ name: ['a'], value: '1' }], /^Button 1 Action Values has a value without a name$/],
		[
			[
				{ name: 'a', value: '1' },
				{ name: 'a', value: '2' },
			],
			/^Button 1 Action Values has the name "a" twice$/,
		],
		[{ order: ['42'] }, /^Button 1 Action Value "order" must be text, but is a list$/],
		['order', /^Button 1 Action Values .*an object such as \{"order": "42"\}/],
	])('are refused: %j', (given, message) => {
		expect(() => valuesOf(given)).toThrow(message);
	});

	it('are read one by one in a tool’s words, too', () => {
		expect(readActionValue('text', 'Value')).toBe('text');
		expect(() => readActionValue({}, 'Value')).toThrow('Value must be text, but is an object');
	});
});

describe('Feishu’s limits', () => {
	it('are kept by what is returned as it was', () => {
		const buttons = [OPENS, { ...CALLS, action_map: { order: '42' }, button_type: 'success' }];
		expect(parse(...buttons)).toEqual({ buttons });
	});

	it.each<[string, unknown[], RegExp]>([
		['three buttons', [OPENS, OPENS, OPENS], /2/],
		['a text of 31 characters', [{ ...OPENS, text: { text: '字'.repeat(31) } }], /at most 30/],
		['an empty text', [{ ...OPENS, text: { text: '' } }], /at least 1/],
		['no text', [{ ...OPENS, text: {} }], /text/],
		['no action', [{ text: { text: 'Open' } }], /action_type/],
		['another action', [{ ...OPENS, action_type: 'copy' }], /url_page.*webhook/],
		['another style', [{ ...OPENS, button_type: 'red' }], /default.*primary.*success/],
		[
			'an http address',
			[{ ...OPENS, multi_url: { url: 'http://example.com' } }],
			/multi_url\.url.*https/,
		],
		[
			'an address of 701 bytes',
			[{ ...OPENS, multi_url: { pc_url: `https://example.com/${'x'.repeat(681)}` } }],
			/700/,
		],
		[
			'values that a link does not send',
			[{ ...OPENS, action_map: { order: '42' } }],
			/buttons\[0\]\.action_map.*opens a link.*webhook/,
		],
		[
			'a link that a callback does not open',
			[CALLS, { ...CALLS, multi_url: { url: 'https://example.com' } }],
			/buttons\[1\]\.multi_url.*sends a callback.*url_page/,
		],
	])('refuse %s', (_, buttons, message) => {
		expect(() => parse(...buttons)).toThrow(message);
	});

	it('refuse what is no list', () => {
		expect(() => parseButtons({}, 'buttons', (path) => path)).toThrow(/^buttons.*buttons/);
	});

	it('allow empty parts of the other kind of button, a text of 30 characters and an address of 700 bytes', () => {
		const buttons = [
			{ ...OPENS, action_map: {}, text: { text: '字'.repeat(30) } },
			{ ...CALLS, multi_url: {} },
		];
		expect(parse(...buttons)).toEqual({ buttons });
		const url = `https://example.com/${'x'.repeat(680)}`;
		expect(parse({ ...OPENS, multi_url: { url } }).buttons).toHaveLength(1);
	});
});

it.each([
	['.buttons', 'Buttons'],
	['.buttons[0].text.text', 'Button 1 Text'],
	['.buttons[1].action_type', 'Button 2 When Pressed'],
	['.buttons[0].button_type', 'Button 1 Style'],
	['.buttons[0].multi_url.url', 'Button 1 URL'],
	['.buttons[0].multi_url.android_url', 'Button 1 Android URL'],
	['.buttons[0].multi_url.ios_url', 'Button 1 iOS URL'],
	['.buttons[0].multi_url.pc_url', 'Button 1 Computer URL'],
	['.buttons[11].action_map', 'Button 12 action_map'],
	['.buttons[0]', 'Button 1'],
	['x.buttons[0].text.text', 'Buttons'],
])('%s is called "%s"', (path, label) => {
	expect(buttonLabel(path)).toBe(label);
});
