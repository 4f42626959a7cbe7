import type { INodeProperties } from 'n8n-workflow';

import { InvalidField, kindOf, shown } from '../../shared/validation/InvalidField';
import type { UserIdType } from '../../shared/api/payloads';
import { asObject, jsonOf } from '../../shared/primitives/json';
import { idFromForm, isEmpty } from '../../shared/validation/formValues';
import { oneOf, parseField } from '../../shared/validation/validators';
import type { ItemParameters } from '../execution/ItemParameters';

/** Who is to be reached, in the order given, each once. */
export interface Recipients {
	userIdType: UserIdType;
	userIds: string[];
}

const USER_ID_TYPES = ['open_id', 'union_id', 'user_id'] as const satisfies UserIdType[];

export const recipientFields: INodeProperties[] = [
	{
		displayName: 'User ID Type',
		name: 'userIdType',
		type: 'options',
		options: [
			{
				name: 'Open ID',
				value: 'open_id',
				description: 'Begins with ou_ and names a person within this app',
			},
			{
				name: 'Union ID',
				value: 'union_id',
				description: 'Begins with on_ and names a person within all apps of one developer',
			},
			{
				name: 'User ID',
				value: 'user_id',
				description:
					'Names a person within the company. Custom apps only, with the scope contact:user.employee_id:readonly.',
			},
		],
		default: 'open_id',
		description: 'The kind of ID that identifies the recipients',
	},
	{
		displayName: 'User IDs',
		name: 'userIds',
		type: 'string',
		typeOptions: { rows: 2 },
		required: true,
		default: '',
		placeholder: 'e.g. ou_7d8a6e6df7621556ce0d21922b676706, ou_a18fe85d22e7633852d8104226e99eac',
		description:
			'The people whose message list this changes: IDs separated by commas or line breaks, or an expression that gives a list of IDs or of objects that have them. Any number is fine: the node sends them in batches.',
	},
];

/**
 * Reads who is to be reached: IDs as text that separates them, as a list, as JSON, or as objects that have one, such
 * as the operator of an event. A person who is named twice is reached once.
 * What cannot be an ID of the chosen kind is refused here; whether an ID exists, Feishu tells.
 *
 * @throws {InvalidField} when there is none, or one is not a valid ID
 */
export function readRecipients(parameters: ItemParameters): Recipients {
	const userIdType = parseField(oneOf(USER_ID_TYPES), parameters('userIdType'), 'User ID Type');
	const userIds = new Set(idsIn(parameters('userIds'), userIdType));
	if (userIds.size === 0) {
		throw new InvalidField(FIELD, 'is empty, but at least one recipient is required');
	}
	return { userIdType, userIds: [...userIds] };
}

const FIELD = 'User IDs';

/** Every ID in a value, however it holds them. */
function idsIn(value: unknown, userIdType: UserIdType): string[] {
	if (value === undefined || value === null) return [];
	if (Array.isArray(value)) return value.flatMap((entry) => idsIn(entry, userIdType));
	if (typeof value === 'string') return idsInText(value, userIdType);
	if (typeof value === 'number' && userIdType === 'user_id') return [idOfNumber(value)];
	const fields = asObject(value);
	if (fields !== undefined) return [idOfObject(fields, userIdType)];
	throw new InvalidField(FIELD, `must be a list of IDs, but one is ${kindOf(value)}`);
}

/** What people paste along with text and do not see: zero-width characters, direction marks, soft hyphens. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/g;
/** Separators as people type and paste them: ASCII and Chinese commas and semicolons, bars, tabs, line breaks. */
const SEPARATORS = /[,;|\t\n\r，；、｜]/;

function idsInText(value: string, userIdType: UserIdType): string[] {
	const text = value.replace(INVISIBLE, '').trim();
	if (/^[[{]/.test(text)) {
		const parsed = jsonOf(text);
		if (parsed !== undefined) return idsIn(parsed, userIdType);
	}
	return text
		.split(SEPARATORS)
		.flatMap((part) => spaced(part.trim(), userIdType))
		.filter((id) => id !== '')
		.map((id) => checked(id, userIdType));
}

/** IDs with spaces between, if each shows by its beginning that it is one: elsewhere a space may be a slip. */
function spaced(part: string, userIdType: UserIdType): string[] {
	const words = part.split(/\s+/);
	return words.every((word) => kindOfId(word) === userIdType) ? words : [part];
}

/** A user_id may be all digits, and sheets hand such IDs on as numbers. */
function idOfNumber(value: number): string {
	if (!Number.isInteger(value) || value < 0) {
		throw new InvalidField(FIELD, `has the number ${value}, which is not a valid ID`);
	}
	return checked(String(idFromForm(value, FIELD)), 'user_id');
}

/** The object that an event, a response or a member list keeps the IDs of a person in. */
const WRAPPERS = ['operator', 'operator_id', 'user_id'];

function idOfObject(fields: Record<string, unknown>, userIdType: UserIdType): string {
	const { member_id: memberId, member_id_type: memberIdType, user_id: userId } = fields;
	const inner = WRAPPERS.map((name) => asObject(fields[name])).find((one) => one !== undefined);
	const own = fields[userIdType];
	if (inner !== undefined && (isEmpty(own) || asObject(own))) return idOfObject(inner, userIdType);
	// The node's own output and Feishu's lists name a person by user_id, whatever the kind of the ID.
	const named = typeof userId === 'string' && kindOfId(userId) === userIdType ? userId : undefined;
	const ofMember = memberIdType === userIdType ? memberId : undefined;
	const id = isEmpty(own) ? (named ?? ofMember) : own;
	if (typeof id === 'number' && userIdType === 'user_id') return idOfNumber(id);
	if (typeof id === 'string' && id.trim() !== '') {
		return checked(id.replace(INVISIBLE, '').trim(), userIdType);
	}
	throw new InvalidField(FIELD, `must be a list of IDs, but one is ${lackOf(fields, userIdType)}`);
}

/** Says why there is no ID in an object, and what to give. */
function lackOf(fields: Record<string, unknown>, userIdType: UserIdType): string {
	const without = `an object without ${userIdType}`;
	const has = (name: string) => !isEmpty(fields[name]);
	if (['succeeded', 'failed', 'skipped'].some((name) => Array.isArray(fields[name]))) {
		return `${without}: give one of its lists, such as {{ $json.failed }}`;
	}
	const other = [...USER_ID_TYPES, fields.member_id_type].find(
		(type) => type !== userIdType && (type === fields.member_id_type || has(String(type))),
	);
	if (typeof other === 'string') {
		return `${without}: choose ${other} as User ID Type, or give the ${userIdType}`;
	}
	if (['email', 'mobile', 'enterprise_email'].some(has)) {
		return `${without}: an e-mail address or mobile number is not an ID, so give the ${userIdType} of the person`;
	}
	return `${without}: give the ID itself, or an object such as {"${userIdType}": "…"}`;
}

type IdKind = UserIdType | 'chat_id' | 'app_id' | 'e-mail address' | 'mobile number';

const KIND_BY_PATTERN: ReadonlyArray<[RegExp, IdKind]> = [
	[/^ou_/, 'open_id'],
	[/^on_/, 'union_id'],
	[/^oc_/, 'chat_id'],
	[/^cli_/, 'app_id'],
	[/@/, 'e-mail address'],
	[/^\+\d+$/, 'mobile number'],
];

/** The kind that an ID shows by itself; nothing for a user_id, which looks like any word. */
function kindOfId(id: string): IdKind | undefined {
	return KIND_BY_PATTERN.find(([pattern]) => pattern.test(id))?.[1];
}

const ID = /^[\w.@+-]+$/;
const EMPTY_VALUES: ReadonlySet<string> = new Set(['undefined', 'null', 'NaN', 'true', 'false']);

/** @throws {InvalidField} for what cannot be an ID, or is recognisably of another kind */
function checked(id: string, userIdType: UserIdType): string {
	if (id === '[object Object]') {
		throw new InvalidField(
			FIELD,
			'has "[object Object]": let the field hold the expression alone, without text around it',
		);
	}
	if (EMPTY_VALUES.has(id)) {
		throw new InvalidField(
			FIELD,
			`has the word ${id}, which an expression leaves where it finds nothing`,
		);
	}
	if (!ID.test(id)) {
		throw new InvalidField(
			FIELD,
			`has ${shown(id)}, which is not a valid ID: separate IDs by commas, without quotes or brackets`,
		);
	}
	// Only a user_id can be all digits.
	const kind = kindOfId(id) ?? (/^\d+$/.test(id) ? 'user_id' : undefined);
	if (kind !== undefined && kind !== userIdType) {
		throw new InvalidField(
			FIELD,
			`has ${shown(id)}, which is ${article(kind)} ${kind}, but User ID Type is ${userIdType}`,
		);
	}
	return id;
}

function article(kind: IdKind): string {
	return /^(open|app|e-)/.test(kind) ? 'an' : 'a';
}
