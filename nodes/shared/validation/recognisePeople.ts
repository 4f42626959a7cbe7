import type { UserIdType } from '../api/payloads';
import { asObject, asText } from '../primitives/json';
import { fromJsonText, idFromForm, isEmpty } from './formValues';
import { InvalidField, kindOf, shown } from './InvalidField';

/** The kinds of ID, in the order in which they are preferred. */
export const USER_ID_TYPES = ['open_id', 'union_id', 'user_id'] as const satisfies UserIdType[];

/** What names a person, or the people of a chat or department, recognised for what it is. */
export interface NamedRecipient {
	kind: UserIdType | 'email' | 'mobile' | 'chat' | 'department';
	/** As Feishu takes it. */
	value: string;
	/** As the user gave it. */
	given: string;
}

/** What people paste along with text and do not see: zero-width characters, direction marks, soft hyphens. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/g;
/** Separators as people type and paste them: ASCII and Chinese commas and semicolons, bars, tabs, line breaks. */
const SEPARATORS = /[,;|\t\n\r，；、｜]/;
/** The separators between addresses with names, which may have commas in them: "Wang, Li <wang.li@example.com>". */
const SEPARATORS_OF_NAMES = /[;|\t\n\r；｜]/;
/** Such an address: what stands before it has nothing that could be an entry of its own. */
const NAME_WITH_ADDRESS = /^[^<>@\d_]*<[^<>\s]+@[^<>\s]+>$/;
const QUOTED_NAME = /"[^"<>]*"\s*(?=<)/g;
/** An address with the name that a mail program writes before it. */
const NAMED_ADDRESS = /^[^<>]*<\s*([^<>\s]+@[^<>\s]+)\s*>$/;

/** A link to an address, without the subject and the like that may follow it. */
const MAILTO = /^mailto:([^?]*)/i;

/** Text without what nobody sees. */
export function visible(text: string): string {
	return text.replace(INVISIBLE, '').trim();
}

/** The entries of a text that separates them. */
export function separated(text: string): string[] {
	return text
		.split(SEPARATORS)
		.map((part) => part.trim())
		.filter((part) => part !== '');
}

/** What an ID shows itself to be. */
export type IdKind =
	| UserIdType
	| 'chat_id'
	| 'open_department_id'
	| 'app_id'
	| 'e-mail address'
	| 'mobile number';

const KIND_BY_PATTERN: ReadonlyArray<[RegExp, IdKind]> = [
	[/^ou_/, 'open_id'],
	[/^on_/, 'union_id'],
	[/^oc_/, 'chat_id'],
	[/^od-/, 'open_department_id'],
	[/^cli_/, 'app_id'],
	[/@/, 'e-mail address'],
	[/^\+\d+$/, 'mobile number'],
];

/** The kind that an ID shows by itself; nothing for a user_id, which looks like any word. */
export function kindOfId(id: string): IdKind | undefined {
	return KIND_BY_PATTERN.find(([pattern]) => pattern.test(id))?.[1];
}

const ID = /^[\w.@+-]+$/;
const EMPTY_VALUES: ReadonlySet<string> = new Set(['undefined', 'null', 'NaN', 'true', 'false']);

/**
 * Why a text cannot be an ID of any kind, as it reads after the name of the field; nothing if it can.
 *
 * @param wrongWord what it reads for a text that has characters which no ID has
 */
export function problemOfId(
	id: string,
	wrongWord = 'not a valid ID: separate IDs',
): string | undefined {
	if (id === '[object Object]') {
		return 'has "[object Object]": let the field hold the expression alone, without text around it';
	}
	if (EMPTY_VALUES.has(id)) {
		return `has the word ${id}, which an expression leaves where it finds nothing`;
	}
	if (!ID.test(id)) {
		return `has ${shown(id)}, which is ${wrongWord} by commas, without quotes or brackets`;
	}
	return undefined;
}

/**
 * A number as an ID. Sheets hand IDs of digits on as numbers.
 *
 * @throws {InvalidField} for a number that is not whole, or too large to be exact
 */
export function idOfNumber(value: number, field: string): string {
	if (!Number.isInteger(value) || value < 0) {
		throw new InvalidField(field, `has the number ${value}, which is not a valid ID`);
	}
	return String(idFromForm(value, field));
}

/** The object that an event, a response or a member list keeps the IDs of a person in. */
export const WRAPPERS = ['operator', 'operator_id', 'user_id'];

/** The output of this node names people in lists, of which the user is to give one. */
export function hasOwnLists(fields: Record<string, unknown>): boolean {
	return ['succeeded', 'failed', 'skipped'].some((name) => Array.isArray(fields[name]));
}

/** Characters: more than any e-mail address may have, and than any ID has. */
const MAX_EMAIL = 254;
const MAX_ID = 128;

/**
 * Recognises everybody whom a value names, each for what it is: IDs of the three kinds, e-mail addresses, mobile
 * numbers, chats, and departments; in text that separates them, in a list, as JSON, or as objects that have one of them.
 *
 * @param field what messages call the value
 * @returns in the order given; whoever is named twice stands there twice
 * @throws {InvalidField} for the first entry that is none of them, naming it
 */
export function recognisePeople(value: unknown, field: string): NamedRecipient[] {
	if (value === undefined || value === null) return [];
	if (Array.isArray(value)) return value.flatMap((entry) => recognisePeople(entry, field));
	if (typeof value === 'string') return inText(value, field);
	if (typeof value === 'number') return [recognise(idOfNumber(value, field), field)];
	const fields = asObject(value);
	if (fields !== undefined) return inObject(fields, field);
	throw new InvalidField(
		field,
		`must be a list of e-mails, mobile numbers or IDs, but one is ${kindOf(value)}`,
	);
}

function inText(value: string, field: string): NamedRecipient[] {
	const text = visible(value);
	const parsed = fromJsonText(text);
	if (parsed !== text) return recognisePeople(parsed, field);
	const lines = text.split(SEPARATORS_OF_NAMES).filter((line) => line.trim() !== '');
	const areNamed = lines.every((line) => NAME_WITH_ADDRESS.test(line.trim()));
	const parts = areNamed ? lines : separated(text.replace(QUOTED_NAME, ''));
	return parts.flatMap((part) => spaced(part.trim(), field));
}

/** Entries with spaces between, if each shows by itself what it is: elsewhere a space belongs to an entry. */
function spaced(part: string, field: string): NamedRecipient[] {
	const words = part.split(/\s+/);
	const areAllClear = words.every(
		(word) => /^(o[unc]_|od-|[^<>@]+@[^<>]+$)/.test(word) || mobileOf(word) !== undefined,
	);
	return (areAllClear ? words : [part]).map((entry) => recognise(entry, field));
}

/** The fields of an object that may name a person, the surest first. */
const NAMING_FIELDS = [
	'open_id',
	'union_id',
	'user_id',
	'email',
	'mobile',
	'recipient',
	'chat_id',
	'open_department_id',
] as const;

function inObject(fields: Record<string, unknown>, field: string): NamedRecipient[] {
	const named = NAMING_FIELDS.find((name) => !isEmpty(fields[name]) && !asObject(fields[name]));
	const inner = WRAPPERS.map((name) => asObject(fields[name])).find((one) => one !== undefined);
	if (named === undefined && inner !== undefined) return inObject(inner, field);
	const name = named ?? 'member_id';
	const value = fields[name];
	if (isEmpty(value)) {
		const advice = hasOwnLists(fields)
			? 'give one of its lists, such as {{ $json.failed }}'
			: 'give the e-mail, mobile number or ID itself, or an object such as {"email": "…"}';
		throw new InvalidField(
			field,
			`must be a list of e-mails, mobile numbers or IDs, but one is an object without any of them: ${advice}`,
		);
	}
	if (typeof value === 'number') {
		return [recogniseNamed(name, idOfNumber(value, field), field)];
	}
	if (typeof value !== 'string') {
		throw new InvalidField(field, `has an object whose ${name} is ${kindOf(value)}`);
	}
	return [recogniseNamed(name, visible(value), field)];
}

/** Recognises a text that stands under a name, which says what it is where the text itself does not. */
function recogniseNamed(name: string, text: string, field: string): NamedRecipient {
	if (name === 'user_id' && kindOfId(text) === undefined) {
		return { kind: 'user_id', value: checkedId(text, field), given: text };
	}
	const person = recognise(text, field);
	if (name === 'mobile' && person.kind !== 'mobile') throw notAMobile(text, field);
	if (name === 'email' && person.kind !== 'email') {
		throw new InvalidField(field, `has ${shown(text)}, which is not a valid e-mail address`);
	}
	return person;
}

function notAMobile(text: string, field: string): InvalidField {
	return new InvalidField(
		field,
		`has ${shown(text)}, which is not a valid mobile number: outside mainland China it begins with + and the country code`,
	);
}

/** Recognises one entry for what it is. */
function recognise(given: string, field: string): NamedRecipient {
	if (given.includes('@')) {
		const address = NAMED_ADDRESS.exec(given)?.[1] ?? given;
		const email = MAILTO.exec(address)?.[1] ?? address;
		return { kind: 'email', value: checkedEmail(email, given, field), given };
	}
	const mobile = mobileOf(given);
	if (mobile !== undefined) return { kind: 'mobile', value: mobile, given };
	if (/^\+[\d\s().-]*$/.test(given)) throw notAMobile(given, field);
	const id = checkedId(given, field);
	switch (kindOfId(id)) {
		case 'open_id':
			return { kind: 'open_id', value: id, given };
		case 'union_id':
			return { kind: 'union_id', value: id, given };
		case 'chat_id':
			return { kind: 'chat', value: id, given };
		case 'open_department_id':
			return { kind: 'department', value: id, given };
		case 'app_id':
			throw new InvalidField(field, `has ${shown(id)}, which is the ID of an app, not of a person`);
		default:
			return { kind: 'user_id', value: id, given };
	}
}

const EMAIL = /^[^\s@<>()[\]",:;\\]+@[^\s@<>()[\]",:;\\.]+(\.[^\s@<>()[\]",:;\\.]+)+$/u;

function checkedEmail(email: string, given: string, field: string): string {
	const { length } = Array.from(email);
	if (length > MAX_EMAIL) {
		throw new InvalidField(
			field,
			`has an e-mail address of ${length} characters, but at most ${MAX_EMAIL} are possible: ${shown(given)}`,
		);
	}
	if (!EMAIL.test(email)) {
		throw new InvalidField(field, `has ${shown(given)}, which is not a valid e-mail address`);
	}
	return email;
}

function checkedId(id: string, field: string): string {
	const problem = problemOfId(id, WRONG_WORD);
	if (problem !== undefined) throw new InvalidField(field, problem);
	if (id.length > MAX_ID) {
		throw new InvalidField(
			field,
			`has an ID of ${id.length} characters, but at most ${MAX_ID} are possible: ${shown(id)}`,
		);
	}
	return id;
}

const WRONG_WORD = 'neither an e-mail, nor a mobile number, nor an ID: separate entries';

/** What people write into a phone number besides its digits. */
const BETWEEN_DIGITS = /[\s().\-\u2010-\u2015（）]/g;

/**
 * A mobile number as Feishu takes it: 11 digits for mainland China, `+` and the country code for others.
 *
 * @returns nothing for what is not a mobile number, such as a user_id of digits
 */
export function mobileOf(given: unknown): string | undefined {
	// NFKC makes ASCII of full-width digits, plus signs and brackets.
	const text = asText(given).normalize('NFKC').trim();
	if (!/^[+(]*\d[\d\s().\-\u2010-\u2015]*$/.test(text)) return undefined;
	const digits = text.replace(BETWEEN_DIGITS, '').replace(/^00/, '+');
	const chinese = /^(?:\+?86)?(1\d{10})$/.exec(digits)?.[1];
	return chinese ?? (/^\+[1-9]\d{5,14}$/.test(digits) ? digits : undefined);
}
