import type { IDataObject } from 'n8n-workflow';

import { CARDS, CARD_BATCHES, LINK } from '../helpers/execution/forms';
import { withSandbox } from '../helpers/execution/withSandbox';

/**
 * What models give as the input of a tool. n8n hands it on as the item of the node, whose parameters take their values
 * from it. Each value of a card is generated in the spellings that models have for it: a right one arrives at Feishu as
 * it is meant, and a wrong one is refused with the name of its field, before any call.
 */
const sandbox = withSandbox({ people: 20 });

/** Spellings of one meaning, by what is peculiar to them. */
type Spellings = Array<[how: string, value: unknown]>;

const fenced = (json: string): string => `\`\`\`json\n${json}\n\`\`\``;
const spellingsOfJson = (value: unknown): Spellings => [
	['as it is', value],
	['JSON in a text', JSON.stringify(value)],
	['JSON in a code block', fenced(JSON.stringify(value, null, 2))],
];
const spellingsOfWord = (value: boolean): Spellings => [
	['a boolean', value],
	['a word', String(value)],
	['a word of Python', value ? 'True' : 'False'],
	['a word with spaces', ` ${String(value)} `],
];

const emails = (): [string, string] => [sandbox.people[0]!.email, sandbox.people[1]!.email];
const LABEL = { text: 'Urgent', type: 'danger' };
const BUTTON = {
	text: 'Take it',
	actionType: 'webhook',
	actionValues: { order: '42', due: 'now' },
};
const LINK_BUTTON = { text: 'Open', url: LINK };
const FEISHU_BUTTON = {
	action_type: 'url_page',
	text: { text: 'Open' },
	multi_url: { url: LINK },
	button_type: 'default',
};
const SENT_BUTTON = {
	action_type: 'webhook',
	text: { text: 'Take it' },
	button_type: 'default',
	action_map: { order: '42', due: 'now' },
};

const FIELDS = ['people', 'title', 'preview', 'link', 'timeSensitive', 'statusLabel', 'buttons'];
const OPTIONS = ['bizId', 'notify'];
const fromInput = (names: string[]): IDataObject =>
	Object.fromEntries(names.map((name) => [name, `={{ $json.${name} }}`]));

/** A tool all of whose fields the model fills in. */
const CREATE: IDataObject = {
	resource: 'appFeedCard',
	operation: 'create',
	recipientsBy: 'people',
	...fromInput(FIELDS),
	options: fromInput(OPTIONS),
};
/** What it sends of an input with nothing in doubt. */
const plainInput = (): IDataObject => ({
	people: emails(),
	title: 'Stocktaking',
	link: LINK,
	bizId: 'card-1',
	timeSensitive: false,
});
const PLAIN_CARD = {
	biz_id: 'card-1',
	title: 'Stocktaking',
	link: { link: LINK },
	time_sensitive: false,
};

async function run(parameters: IDataObject, input: IDataObject) {
	const { error } = await sandbox.run(parameters, { items: [input], typeVersion: 1.1 });
	// The recipients are looked up before anything is sent.
	const calls = (await sandbox.calls()).filter(({ path }) => !path.includes('/contact/'));
	return { error, calls };
}

/** Each field, how models spell a value, and what Feishu gets. */
const TAKEN: Array<[field: string, meaning: string, Spellings | (() => Spellings), sent: object]> =
	[
		[
			'people',
			'two people',
			() => {
				const [one, other] = emails();
				const listed = [{ email: one }, { email: other }];
				return [
					...spellingsOfJson([one, other]),
					...spellingsOfJson(listed),
					['separated by commas', `${one}, ${other}`],
					['separated by Chinese commas', `${one}、${other}`],
					['on lines', `${one}\n${other}`],
					['twice each', [one, other, one, other]],
				];
			},
			{},
		],
		['timeSensitive', 'true', spellingsOfWord(true), { time_sensitive: true }],
		['timeSensitive', 'false', spellingsOfWord(false), { time_sensitive: false }],
		['timeSensitive', 'nothing', [['null', null]], { time_sensitive: undefined }],
		[
			'title',
			'a number',
			[
				['a number', 42],
				['a text', '42'],
			],
			{ title: '42' },
		],
		[
			'title',
			'nothing',
			[
				['null', null],
				['an empty text', ''],
			],
			{ title: undefined },
		],
		[
			'bizId',
			'a number',
			[
				['a number', 42],
				['a text', '42'],
			],
			{ biz_id: '42' },
		],
		[
			'statusLabel',
			'a label',
			[
				...spellingsOfJson(LABEL),
				...spellingsOfJson([LABEL]),
				...spellingsOfJson({ label: LABEL }),
			],
			{ status_label: LABEL },
		],
		[
			'statusLabel',
			'a label without a color',
			[
				['null', { text: 'Urgent', type: null }],
				['nothing', { text: 'Urgent' }],
			],
			{ status_label: { text: 'Urgent', type: 'primary' } },
		],
		[
			'statusLabel',
			'nothing',
			[
				['null', null],
				['an empty text', ''],
				['{}', {}],
			],
			{},
		],
		[
			'buttons',
			'a button that calls back',
			[
				...spellingsOfJson([BUTTON]),
				...spellingsOfJson(BUTTON),
				...spellingsOfJson({ buttons: [BUTTON] }),
				['each as JSON in a text', [JSON.stringify(BUTTON)]],
				[
					'its values as JSON in a text',
					[{ ...BUTTON, actionValues: JSON.stringify(BUTTON.actionValues) }],
				],
				[
					'its values in a list',
					[
						{
							...BUTTON,
							actionValues: [
								{ name: 'order', value: 42 },
								{ name: 'due', value: 'now' },
							],
						},
					],
				],
				[
					'with nulls for what it lacks',
					[{ ...BUTTON, url: null, platformUrls: null, buttonType: null }],
				],
			],
			{ buttons: { buttons: [SENT_BUTTON] } },
		],
		[
			'buttons',
			'a button that opens a link',
			[
				...spellingsOfJson([LINK_BUTTON]),
				...spellingsOfJson([FEISHU_BUTTON]),
				[
					'with nulls for what it lacks',
					[{ ...LINK_BUTTON, actionType: null, actionValues: null }],
				],
			],
			{ buttons: { buttons: [FEISHU_BUTTON] } },
		],
		[
			'buttons',
			'nothing',
			[
				['null', null],
				['[]', []],
				['[] in a text', '[]'],
			],
			{},
		],
		[
			'notify',
			'silent',
			[
				...spellingsOfJson({ closeNotify: true }),
				['a word', { closeNotify: 'true' }],
				['JSON with a word', '{"close_notify": "true"}'],
			],
			{ notify: { close_notify: true } },
		],
	];

/** Each field, what models get wrong, and the beginning of the sentence that they are told. */
const REFUSED: Array<[field: string, wrong: string, value: unknown, sentence: string]> = [
	['people', 'null', null, 'People is empty'],
	['people', 'an empty list', [], 'People is empty'],
	['people', 'a name', 'Zhang Wei', 'People has "Zhang Wei", which is neither an e-mail'],
	['people', 'a boolean', true, 'People must be a list of e-mails'],
	['people', 'the word null', 'null', 'People has the word null'],
	['people', 'an object of lists', { to: ['a@example.com'] }, 'People must be a list of e-mails'],
	['people', 'half a list in a text', '["a@example.com"', 'People has '],
	['title', 'a list', ['a'], 'Title must be text, but is a list'],
	['title', 'an object', { text: 'a' }, 'Title must be text, but is an object'],
	['title', 'too long', '长'.repeat(61), 'Title has 61 characters, but at most 60 are allowed'],
	['preview', 'too long', 'x'.repeat(121), 'Preview has 121 characters, but at most 120'],
	['link', 'null', null, 'Link is empty'],
	['link', 'without a scheme', 'example.com', 'Link must be an address that begins with https://'],
	['link', 'an object', { link: LINK }, 'Link must be text, but is an object'],
	['bizId', 'an object', { id: 1 }, 'Business ID must be text, but is an object'],
	['timeSensitive', 'another word', 'yes', 'Pin to Top must be true or false'],
	['timeSensitive', 'a number', 1, 'Pin to Top must be true or false'],
	['statusLabel', 'a text', 'Urgent', 'Status Label must be an object'],
	['statusLabel', 'half of its JSON', '{"text": "Urg', 'Status Label must be an object'],
	['statusLabel', 'another color', { ...LABEL, type: 'red' }, 'Status Label Color must be one of'],
	[
		'statusLabel',
		'an extra field',
		{ ...LABEL, icon: '!' },
		'Status Label has the unknown field "icon"',
	],
	['statusLabel', 'no text', { text: null }, 'Status Label Text must be text, but is null'],
	['buttons', 'three', [LINK_BUTTON, LINK_BUTTON, LINK_BUTTON], 'Buttons has 3 entries'],
	['buttons', 'texts', ['Open', 'Close'], 'Buttons must be an object'],
	[
		'buttons',
		'an extra field',
		[{ ...BUTTON, color: 'blue' }],
		'Buttons has the unknown field "color"',
	],
	['buttons', 'a link without an address', [{ text: 'Open', url: null }], 'Button 1 URL is empty'],
	[
		'buttons',
		'an object as a value',
		[{ ...BUTTON, actionValues: { order: { id: 42 } } }],
		'Button 1 Action Value "order" must be text',
	],
	[
		'buttons',
		'another action',
		[{ ...BUTTON, actionType: 'callback' }],
		'Button 1 When Pressed must be one of url_page, webhook',
	],
	['notify', 'a boolean', false, 'Notification must be an object'],
	['notify', 'another word', { closeNotify: 'silent' }, 'Silent must be true or false'],
	['notify', 'an extra field', { sound: 'ding' }, 'Notification has the unknown field "sound"'],
];

const taken = TAKEN.flatMap(([field, meaning, spellings, sent]) => {
	// Who there is, is known later.
	const count = Array.isArray(spellings) ? spellings.length : 10;
	return Array.from({ length: count }, (_, index) => {
		const how = Array.isArray(spellings) ? spellings[index]![0] : `spelling ${index + 1}`;
		const valueOf = () => (Array.isArray(spellings) ? spellings : spellings())[index]![1];
		return [`${field}, ${meaning}: ${how}`, field, valueOf, sent] as const;
	});
});

describe('a value of a card is taken in each of its spellings', () => {
	it('are more than 40', () => expect(taken.length + REFUSED.length).toBeGreaterThan(40));

	it.each(taken)('%s', async (_, field, valueOf, sent) => {
		const { error, calls } = await run(CREATE, {
			...plainInput(),
			[field]: valueOf(),
		} as IDataObject);
		expect(error).toBeUndefined();
		expect(calls).toMatchObject([{ method: 'POST', path: CARDS }]);
		expect(calls[0]?.body).toEqual({
			app_feed_card: JSON.parse(JSON.stringify({ ...PLAIN_CARD, ...sent })),
			user_ids: sandbox.openIds(0, 2),
		});
	});
});

describe('a wrong value is refused with the name of its field, before any call', () => {
	it.each(REFUSED)('%s, %s', async (field, _, value, sentence) => {
		const { error, calls } = await run(CREATE, { ...plainInput(), [field]: value } as IDataObject);
		expect([error?.message.slice(0, sentence.length), calls]).toEqual([sentence, []]);
		expect(error?.message).not.toContain('\n');
	});
});

describe('other tools take the same spellings', () => {
	it('ignores fields that no parameter asks for', async () => {
		const { error, calls } = await run(CREATE, { ...plainInput(), urgency: 'high', tool: 'x' });
		expect(error).toBeUndefined();
		expect(calls[0]?.body).toMatchObject({ app_feed_card: PLAIN_CARD });
	});

	it.each(spellingsOfJson({ title: 'New', timeSensitive: 'true' }))(
		'update, with its fields %s',
		async (_, fields) => {
			const { error, calls } = await run(
				{
					resource: 'appFeedCard',
					operation: 'update',
					people: '={{ $json.people }}',
					bizId: '={{ $json.bizId }}',
					updateFields: '={{ $json.fields }}',
				},
				{ people: JSON.stringify(emails()), bizId: 7, fields } as IDataObject,
			);
			expect(error?.message).toContain('Could not update the card');
			expect(calls).toMatchObject([{ method: 'PUT', path: CARD_BATCHES }]);
			expect((calls[0]?.body as { feed_cards: unknown[] }).feed_cards).toEqual(
				sandbox.openIds(0, 2).map((user_id) => ({
					user_id,
					app_feed_card: { biz_id: '7', title: 'New', time_sensitive: true },
					update_fields: ['1', '13'],
				})),
			);
		},
	);

	it.each(spellingsOfJson({ title: 'Whole', link: { link: LINK }, time_sensitive: 'true' }))(
		'a whole card %s',
		async (_, cardJson) => {
			const { error, calls } = await run(
				{ ...CREATE, cardSource: 'json', cardJson: '={{ $json.cardJson }}' },
				{ people: emails(), bizId: 'whole', cardJson } as IDataObject,
			);
			expect(error).toBeUndefined();
			expect(calls[0]?.body).toMatchObject({
				app_feed_card: { biz_id: 'whole', title: 'Whole', time_sensitive: true },
			});
		},
	);

	it.each(spellingsOfWord(false))(
		'an instant reminder that is off: %s',
		async (_, timeSensitive) => {
			const { error, calls } = await run(
				{
					resource: 'botChat',
					operation: 'setTimeSensitive',
					people: '={{ $json.people }}',
					timeSensitive: '={{ $json.timeSensitive }}',
				},
				{ people: emails(), timeSensitive } as IDataObject,
			);
			expect(error).toBeUndefined();
			expect(calls[0]?.body).toMatchObject({ time_sensitive: false });
		},
	);

	it.each([
		[false, 2, 2],
		['false', '2', 2],
		['False', 1, 1],
	])('a list with returnAll %p and limit %p', async (returnAll, limit, count) => {
		const found = await sandbox.output(
			{
				resource: 'chat',
				operation: 'getMany',
				returnAll: '={{ $json.returnAll }}',
				limit: '={{ $json.limit }}',
				simplify: '={{ $json.simplify }}',
			},
			{ items: [{ returnAll, limit, simplify: 'true' }], typeVersion: 1.1 },
		);
		expect(found).toHaveLength(count);
		expect(Object.keys(found[0]!)).toEqual(['chat_id', 'name', 'description', 'owner_id']);
	});
});
