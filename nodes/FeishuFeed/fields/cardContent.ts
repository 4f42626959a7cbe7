import type { INodeProperties } from 'n8n-workflow';

import type { AppFeedCard } from '../../shared/api/payloads';
import type { RecipientRequest } from '../../shared/delivery/batches';
import { asObject, jsonOf } from '../../shared/primitives/json';
import { isEmpty } from '../../shared/validation/formValues';
import {
	CARD_FIELDS,
	CARD_ROWS,
	REQUIRED_CARD_FIELDS,
	cardFieldName,
	parseWholeCard,
} from '../../shared/validation/cardFields';
import type { CardFieldName } from '../../shared/validation/cardFields';
import { InvalidField, kindOf } from '../../shared/validation/InvalidField';
import { codePoints, oneOf, parseField } from '../../shared/validation/validators';
import type { ItemParameters } from '../execution/ItemParameters';
import { avatarFields, readAvatar } from './avatar';
import type { WithAvatar } from './avatar';
import { newBusinessIdField } from './businessId';

/** What the form of a new card asks for, besides its business ID. */
const CONTENT = CARD_ROWS.filter(([name]) => name !== 'biz_id');

/** What Send and Wait for Response sets itself: the card is pinned, and its buttons are the possible responses. */
const SET_WHILE_WAITING: ReadonlySet<CardFieldName> = new Set(['time_sensitive', 'buttons']);
const CONTENT_TO_WAIT = CONTENT.filter(([name]) => !SET_WHILE_WAITING.has(name));

const formsOf = (rows: typeof CARD_ROWS): INodeProperties[] =>
	rows.flatMap(([name, { form }]) => {
		if (name === 'avatar_key') return avatarFields(form);
		const isRequired = REQUIRED_CARD_FIELDS.some((required) => required === name);
		return isRequired ? { ...form, required: true } : form;
	});

/** The form for the content of a card that waits for a response. */
export const fieldsToWait = formsOf(CONTENT_TO_WAIT);

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
	newBusinessIdField,
];

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
 * Reads a card that waits for a response: its buttons are another part of the form, and it is pinned.
 *
 * @throws {InvalidField} for the first field that Feishu would refuse
 */
export function readCardToWait(parameters: ItemParameters): ReadCard {
	return readFields(parameters, [['biz_id', CARD_FIELDS.biz_id], ...CONTENT_TO_WAIT]);
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

function readFields(parameters: ItemParameters, rows: typeof CARD_ROWS): ReadCard {
	const avatar = readAvatar(parameters);
	const card = rows
		// The form has no key beside a picture.
		.filter(([name]) => avatar === undefined || name !== 'avatar_key')
		.map(([name, { form, fromForm }]) => [name, fromForm(parameters(form.name) ?? '')]);
	return { card: parseWholeCard(Object.fromEntries(card), '', cardFieldName), avatar };
}

function parseCard(value: unknown): Record<string, unknown> {
	const card = typeof value === 'string' ? parseJson(value) : value;
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
