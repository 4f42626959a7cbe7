import type { INodeProperties } from 'n8n-workflow';

import { inVersion1, shownWhen, sinceVersion1_1 } from '../../shared/description/shownWhen';
import type { AppFeedCard } from '../../shared/api/payloads';
import type { RecipientRequest } from '../../shared/delivery/batches';
import { asObject, asText, jsonOf } from '../../shared/primitives/json';
import { fromJsonText, isEmpty } from '../../shared/validation/formValues';
import { shortened } from '../../shared/primitives/shortened';
import {
	CARD_FIELDS,
	CARD_LIMITS,
	CARD_ROWS,
	REQUIRED_CARD_FIELDS,
	cardFieldName,
	parsePartOfCard,
	parseWholeCard,
} from '../../shared/validation/cardFields';
import type { CardFieldName } from '../../shared/validation/cardFields';
import { InvalidField, kindOf } from '../../shared/validation/InvalidField';
import { codePoints, oneOf, parseField } from '../../shared/validation/validators';
import type { ItemParameters } from '../execution/ItemParameters';
import { avatarFields, avatarOptions, readAvatar } from './avatar';
import type { WithAvatar } from './avatar';

/** What the form of a new card asks for, besides its business ID. */
const CONTENT = CARD_ROWS.filter(([name]) => name !== 'biz_id');

/** What Send and Wait for Response sets itself: the card is pinned, and its buttons are the possible responses. */
const SET_WHILE_WAITING: ReadonlySet<CardFieldName> = new Set(['time_sensitive', 'buttons']);
const CONTENT_TO_WAIT = CONTENT.filter(([name]) => !SET_WHILE_WAITING.has(name));

/** What few cards have: an avatar of their own, and a notification that is not the usual one. */
const SELDOM_USED: ReadonlySet<CardFieldName> = new Set(['notify', 'avatar_key']);

const formsOf = (rows: typeof CARD_ROWS): INodeProperties[] =>
	rows.flatMap(([name, { form }]) => {
		if (name === 'avatar_key') return avatarFields.map(inVersion1);
		if (SELDOM_USED.has(name)) return inVersion1(form);
		const isRequired = REQUIRED_CARD_FIELDS.some((required) => required === name);
		return isRequired ? { ...form, required: true } : form;
	});

const cutHint = (characters: number) => `Longer text is cut to ${characters} characters`;

/**
 * What the form of a human review step says in place of what it says on the canvas. n8n gives `$tool` for the first
 * call of a turn only; the editor shows it while it is not known yet.
 */
const REVIEW_FIELDS: Record<string, Partial<INodeProperties>> = {
	[CARD_FIELDS.title.form.name]: {
		default: '=请确认 Approve? {{ $tool?.name ?? $json.tool }}',
		hint: cutHint(CARD_LIMITS.title),
		description: `The first line of the card. It is cut to ${CARD_LIMITS.title} characters.`,
	},
	[CARD_FIELDS.preview.form.name]: {
		default: '={{ $tool?.parameters ?? $json.toolParameters }}',
		hint: cutHint(CARD_LIMITS.preview),
		description: `The second line of the card: the input of the tool, or a text of yours. It is cut to ${CARD_LIMITS.preview} characters.`,
	},
	[CARD_FIELDS.link.form.name]: {
		required: false,
		description:
			'What opens when somebody presses the card, an https:// address. Without it, the card opens a page of n8n with the message above and the whole input of the tool; for that, the address of n8n must begin with https://.',
	},
};

/** The form for the content of a card that waits for a response: on the canvas, and between an agent and a tool. */
export const fieldsToWait = formsOf(CONTENT_TO_WAIT).flatMap((form) => {
	const inReview = REVIEW_FIELDS[form.name];
	if (inReview === undefined) return [form];
	return [
		{ ...form, displayOptions: { show: { '@tool': [false] } } },
		{ ...form, ...inReview, displayOptions: { show: { '@tool': [true] } } },
	];
});

/** The form for a whole card: field by field, or as the JSON that Feishu takes. */
export const cardFields: INodeProperties[] = [
	{
		displayName: 'Define Card',
		name: 'cardSource',
		type: 'options',
		options: [
			{ name: 'Using Fields Below', value: 'fields' },
			{ name: 'Using JSON', value: 'json' },
		],
		default: 'fields',
		description: "How you say what is on the card: in fields, or as the object of Feishu's API",
	},
	...formsOf(CONTENT).map((form) => ({
		...form,
		displayOptions: { show: { cardSource: ['fields'], ...form.displayOptions?.show } },
	})),
	{
		displayName: 'Card (JSON)',
		name: 'cardJson',
		type: 'json',
		typeOptions: { rows: 10 },
		required: true,
		default: '{\n  "title": "",\n  "preview": "",\n  "link": { "link": "https://" }\n}',
		description: `The app_feed_card object as Feishu's reference describes it, with ${CONTENT.map(([name]) => name).join(', ')}`,
		displayOptions: { show: { cardSource: ['json'] } },
	},
];

/** What a card that waits may have besides, among the options. */
export const optionsToWait: INodeProperties[] = [CARD_FIELDS.notify.form, ...avatarOptions].map(
	sinceVersion1_1,
);

/** As `optionsToWait`, for a card that may be given as JSON, which has all of this itself. */
export const cardOptions: INodeProperties[] = optionsToWait.map((option) =>
	shownWhen(option, { '/cardSource': ['fields'] }),
);

/** A card that was read. Its avatar may be a picture that is still to be uploaded. */
export interface ReadCard extends WithAvatar {
	card: AppFeedCard;
}

/**
 * Reads a whole card and checks it against every documented limit.
 * Its `biz_id` is absent when the user gave none.
 *
 * @throws {InvalidField} for the first field that Feishu would refuse
 */
export function readWholeCard(parameters: ItemParameters): ReadCard {
	const source = parseField(oneOf(['fields', 'json']), parameters('cardSource'), 'Define Card');
	if (source === 'fields') return readFields(parameters, CARD_ROWS);
	const { biz_id: bizIdInJson, ...card } = parseCard(parameters('cardJson'));
	const bizId = CARD_FIELDS.biz_id.fromForm(parameters('bizId') ?? '');
	if (!isEmpty(bizId) && !isEmpty(bizIdInJson) && bizIdInJson !== bizId) {
		throw new InvalidField('Business ID', 'differs from the biz_id in Card (JSON): give it once');
	}
	const given = isEmpty(bizId) ? bizIdInJson : bizId;
	const whole = isEmpty(given) ? card : { ...card, biz_id: given };
	return { card: parseWholeCard(whole, '', jsonFieldName) };
}

/**
 * Reads a card that waits for a response: its buttons are another part of the form, and it is pinned. One that asks
 * about a tool call may lack a link, and its texts are shortened to what fits: a model chose their length.
 *
 * @throws {InvalidField} for the first field that Feishu would refuse
 */
export function readCardToWait(parameters: ItemParameters): ReadCard {
	const rows: typeof CARD_ROWS = [['biz_id', CARD_FIELDS.biz_id], ...CONTENT_TO_WAIT];
	if (!parameters.isHumanReview) return readFields(parameters, rows);
	const fitting = rows.map(([name, row]): (typeof rows)[number] => [
		name,
		name === 'title' || name === 'preview'
			? {
					...row,
					fromForm: (value) => row.fromForm(shortened(onOneLine(value), CARD_LIMITS[name])),
				}
			: row,
	]);
	const withLink = isEmpty(parameters(CARD_FIELDS.link.form.name))
		? fitting.filter(([name]) => name !== 'link')
		: fitting;
	return readFields(parameters, withLink, parsePartOfCard);
}

/** The input of a tool as people read it: `order: 42 · amount: 88`. Text keeps its words. */
function onOneLine(value: unknown): string {
	const fields = asObject(fromJsonText(value));
	const text = fields
		? Object.entries(fields)
				.map(([name, field]) => `${name}: ${asText(field)}`)
				.join(' · ')
		: asText(value);
	return text.replace(/\s+/g, ' ').trim();
}

/**
 * Says whether an expression was to name a new card, in the form or in its JSON, and gave nothing: a slip, such as
 * in the name of a field.
 *
 * @param card as it was read
 */
export function lacksBusinessId(
	parameters: ItemParameters,
	card: Pick<AppFeedCard, 'biz_id'>,
): boolean {
	if (card.biz_id !== undefined) return false;
	if (parameters.isExpression?.('bizId')) return true;
	// Not every operation's form has the JSON, and n8n throws for a field that the form lacks.
	const isFromExpression =
		parameters.isExpression?.('cardJson') && parameters('cardSource') === 'json';
	return isFromExpression === true && 'biz_id' in parseCard(parameters('cardJson'));
}

/** What to warn of when a new card lacks the business ID that its expression was to give. */
export function businessIdWarnings(
	parameters: ItemParameters,
	card: Pick<AppFeedCard, 'biz_id'>,
): Pick<RecipientRequest, 'warnings'> {
	if (!lacksBusinessId(parameters, card)) return {};
	return {
		warnings: [
			'The expression in Business ID gave nothing, so the card got a new ID, which the output gives: a later run cannot find the card by an ID of yours',
		],
	};
}

function readFields(
	parameters: ItemParameters,
	rows: typeof CARD_ROWS,
	parse = parseWholeCard,
): ReadCard {
	const avatar = readAvatar(parameters);
	const card = rows
		// The form has no key beside a picture.
		.filter(([name]) => avatar === undefined || name !== 'avatar_key')
		.map(([name, { form, fromForm }]) => [name, fromForm(parameters(form.name) ?? '')]);
	return { card: parse(Object.fromEntries(card), '', cardFieldName), avatar };
}

function parseCard(value: unknown): Record<string, unknown> {
	const given = fromJsonText(value);
	const card = typeof given === 'string' ? parseJson(given) : given;
	const fields = asObject(card);
	if (fields === undefined) {
		throw new InvalidField('Card (JSON)', `must be a card object, but is ${kindOf(card)}`);
	}
	// People copy the card from Feishu's reference together with its name.
	const { app_feed_card: wrapped, ...rest } = fields;
	if (wrapped !== undefined && Object.keys(rest).length === 0) return parseCard(wrapped);
	return fields;
}

function parseJson(text: string): unknown {
	const value = jsonOf(text);
	if (value === undefined) {
		throw new InvalidField(
			'Card (JSON)',
			`is not valid JSON (${codePoints(text)} characters): check quotes, commas and brackets`,
		);
	}
	return value;
}

function jsonFieldName(path: string): string {
	return path ? `Card (JSON) ${path}` : 'Card (JSON)';
}
