import type { IDataObject } from 'n8n-workflow';

import {
	CARD,
	VALID,
	button,
	expectFaultless,
	label,
	platform,
	sentButton,
	strings,
	withRefusals,
	x,
} from '../helpers/execution/refusal';
import type { OperationName } from '../helpers/execution/refusal';

const { sandbox, run, expectRefused, expectSent } = withRefusals();

/** A limit of Feishu's reference, in code points. */
interface Limit {
	/** The name on the form. */
	field: string;
	/** The path in a card's JSON. */
	path: string;
	maximum: number;
	/** What stands before the characters that are counted up to the limit. */
	prefix?: string;
	/** The parameters of a form with this value in the field. */
	form: (value: string) => IDataObject;
	/** The part of a card that holds the field. */
	json: (value: string) => IDataObject;
	/** The forms that have the field, if not those of a card. */
	forms?: OperationName[];
}

const CARD_FORMS: OperationName[] = ['create', 'upsert', 'update'];
const BUTTON_FORMS: OperationName[] = [...CARD_FORMS, 'chatButtons'];
const prefix = 'https://example.com/';

const LIMITS: Limit[] = [
	{
		field: 'Title',
		path: 'title',
		maximum: 60,
		form: (title) => ({ title }),
		json: (title) => ({ title }),
	},
	{
		field: 'Preview',
		path: 'preview',
		maximum: 120,
		form: (preview) => ({ preview }),
		json: (preview) => ({ preview }),
	},
	{
		field: 'Avatar Key',
		path: 'avatar_key',
		maximum: 100,
		form: (avatarKey) => ({ avatarKey }),
		json: (avatar_key) => ({ avatar_key }),
	},
	{
		field: 'Link',
		path: 'link.link',
		maximum: 700,
		prefix,
		form: (link) => ({ link }),
		json: (link) => ({ link: { link } }),
	},
	{
		field: 'Status Label Text',
		path: 'status_label.text',
		maximum: 20,
		form: (text) => label({ text }),
		json: (text) => ({ status_label: { text, type: 'danger' } }),
	},
	{
		field: 'Button 1 Text',
		path: 'buttons.buttons[0].text.text',
		maximum: 30,
		forms: BUTTON_FORMS,
		form: (text) => button({ text }),
		json: (text) => sentButton({ text: { text } }),
	},
	{
		field: 'Button 1 URL',
		path: 'buttons.buttons[0].multi_url.url',
		maximum: 700,
		prefix,
		forms: BUTTON_FORMS,
		form: (url) => button({ url }),
		json: (url) => sentButton({ action_type: 'url_page', multi_url: { url } }),
	},
	{
		field: 'Button 1 Android URL',
		path: 'buttons.buttons[0].multi_url.android_url',
		maximum: 700,
		prefix,
		forms: BUTTON_FORMS,
		form: (value) => platform('androidUrl', value),
		json: (android_url) => sentButton({ action_type: 'url_page', multi_url: { android_url } }),
	},
	{
		field: 'Button 1 iOS URL',
		path: 'buttons.buttons[0].multi_url.ios_url',
		maximum: 700,
		prefix,
		forms: BUTTON_FORMS,
		form: (value) => platform('iosUrl', value),
		json: (ios_url) => sentButton({ action_type: 'url_page', multi_url: { ios_url } }),
	},
	{
		field: 'Button 1 Computer URL',
		path: 'buttons.buttons[0].multi_url.pc_url',
		maximum: 700,
		prefix,
		forms: BUTTON_FORMS,
		form: (value) => platform('pcUrl', value),
		json: (pc_url) => sentButton({ action_type: 'url_page', multi_url: { pc_url } }),
	},
	{
		field: 'Spoken Text',
		path: 'notify.custom_sound_text',
		maximum: 20,
		forms: ['create', 'upsert'],
		form: (customSoundText) => ({ notify: { customSoundText } }),
		json: (custom_sound_text) => ({ notify: { custom_sound_text, with_custom_sound: true } }),
	},
	{
		field: 'Business ID',
		path: 'biz_id',
		maximum: 200,
		forms: ['create', 'upsert'],
		form: (bizId) => ({ bizId }),
		json: (biz_id) => ({ biz_id }),
	},
];

/** One way in which a text can reach the node. */
interface Way {
	name: string;
	limit: Pick<Limit, 'maximum' | 'prefix'>;
	/** What a message calls the field. */
	told: string;
	operation: OperationName;
	/** Parameters that take the text from the item. */
	parameters: IDataObject;
	item: (text: string) => IDataObject;
}

const inForm = (
	operation: OperationName,
	field: string,
	limit: Way['limit'],
	parameters: IDataObject,
): Way => ({
	name: `${field} of ${operation}`,
	limit,
	told: field,
	operation,
	parameters,
	item: (text) => ({ x: text }),
});

const WAYS: Way[] = LIMITS.flatMap((limit): Way[] => {
	const { field, path, forms = CARD_FORMS, form, json } = limit;
	return [
		...forms.map((operation) =>
			inForm(operation, field, limit, operation === 'update' ? { updateFields: form(x) } : form(x)),
		),
		{
			name: `${path} in JSON`,
			limit,
			told: `Card (JSON) ${path}`,
			operation: 'json',
			parameters: {},
			item: (text) => ({ card: { ...CARD, ...json(text) } }),
		},
	];
});
WAYS.push(
	inForm('update', 'Business ID', { maximum: 200 }, { bizId: x }),
	inForm('delete', 'Business ID', { maximum: 200 }, { bizId: x }),
	inForm(
		'update',
		'Spoken Text',
		{ maximum: 20 },
		{ options: { notifyAgain: true, notify: { customSoundText: x } } },
	),
);

/** Each is one code point; in UTF-16 they are one, one, two and two units, in UTF-8 one, three, four and four bytes. */
const CHARACTERS = ['a', '长', '😀', '𠮷'];

/** Text of so many characters, or an address of so many bytes, filled up with the letter b. */
function textOf({ prefix: before = '' }: Way['limit'], length: number, character: string): string {
	if (before === '') return character.repeat(length);
	const room = length - before.length;
	const bytes = Buffer.byteLength(character);
	return before + character.repeat(Math.floor(room / bytes)) + 'b'.repeat(room % bytes);
}

/** Runs the operation with an item for each text, each for another person. */
async function runTexts({ operation, parameters, item }: Way, texts: string[]) {
	return await sandbox.run(
		{ ...VALID[operation], ...parameters },
		{
			items: texts.map((text, place) => ({
				to: sandbox.people[place].open_id,
				...item(text),
			})),
			onError: 'continueRegularOutput',
		},
	);
}

it.each(WAYS)('$name: is sent below and at the limit', async (way) => {
	const { maximum } = way.limit;
	const texts = [
		textOf(way.limit, maximum - 1, 'a'),
		...CHARACTERS.map((character) => textOf(way.limit, maximum, character)),
	];
	await runTexts(way, texts);
	const requests = await sandbox.requests();
	for (const { code } of requests) expectFaultless(code);
	const sent = requests.flatMap(({ body }) => strings(body));
	expect(texts.filter((text) => !sent.includes(text))).toEqual([]);
});

it.each(WAYS)('$name: is refused above the limit', async (way) => {
	const { maximum } = way.limit;
	const texts = CHARACTERS.map((character) => textOf(way.limit, maximum + 1, character));
	const { outputs } = await runTexts(way, texts);
	const messages = texts.map((text) => {
		const counted =
			Array.from(text).length > maximum
				? `${Array.from(text).length} characters`
				: `${Buffer.byteLength(text)} bytes in UTF-8`;
		return `${way.told} has ${counted}, but at most ${maximum} are allowed: "`;
	});
	expect(
		outputs[0].map(({ json }, place) => (json.error as string).slice(0, messages[place].length)),
	).toEqual(messages);
	expect(messages[0]).toContain(`has ${maximum + 1} characters`);
	expect(await sandbox.feishu.requests()).toEqual([]);
});

it('counts code points, not what looks like one character', async () => {
	const family = '👨‍👩‍👧';
	expect(Array.from(family)).toHaveLength(5);
	await expectSent('create', { title: family.repeat(12) }, family.repeat(12));
	await sandbox.feishu.reset();
	await expectRefused('', 'create', { title: `${family.repeat(12)}!` }, 'Title has 61 characters');
});

it('shows only the beginning of what is too long, and cuts no character in two', async () => {
	const { error } = await run('create', { title: '😀'.repeat(5000) });
	expect(error?.message).toBe(
		`Title has 5000 characters, but at most 60 are allowed: "${'😀'.repeat(60)}…"`,
	);
});
