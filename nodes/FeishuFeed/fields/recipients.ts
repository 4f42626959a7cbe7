import type { INodeProperties } from 'n8n-workflow';

import { inVersion1, shownWhen, sinceVersion1_1 } from '../../shared/description/shownWhen';
import type { UserIdType } from '../../shared/api/payloads';
import type { RecipientRequest } from '../../shared/delivery/batches';
import type { LookUp } from '../../shared/delivery/lookUps';
import { asObject } from '../../shared/primitives/json';
import { fromJsonText, isEmpty } from '../../shared/validation/formValues';
import { InvalidField, kindOf, shown } from '../../shared/validation/InvalidField';
import {
	USER_ID_TYPES,
	WRAPPERS,
	hasOwnLists,
	idOfNumber,
	kindOfId,
	problemOfId,
	recognisePeople,
	separated,
	visible,
} from '../../shared/validation/recognisePeople';
import type { IdKind, NamedRecipient } from '../../shared/validation/recognisePeople';
import { oneOf, parseField, trueOrFalse } from '../../shared/validation/validators';
import type { ItemParameters } from '../execution/ItemParameters';
import { readChatId, recipientChatField } from './chat';
import { readDepartment, recipientDepartmentField } from './department';
import { personFields, readPeople } from './person';

/** Who is to be reached, in the order given, each once. */
export type Recipients = Pick<
	RecipientRequest,
	'userIdType' | 'userIds' | 'otherIdTypes' | 'lookUps'
>;

/** The ways to say who is to be reached. */
const RECIPIENTS_BY = ['people', 'id', 'person', 'chat', 'department'] as const;
type RecipientsBy = (typeof RECIPIENTS_BY)[number];

const BY_FIELD: INodeProperties = {
	displayName: 'Recipients',
	name: 'recipientsBy',
	type: 'options',
	options: [
		{
			name: 'E-Mails, Mobile Numbers or IDs',
			value: 'people',
			description:
				'A list in which each entry is recognised for what it is. The ID of a chat or department stands for its members.',
		},
		{
			name: 'Members of a Chat',
			value: 'chat',
			description: 'Everybody in a group that your bot is a member of',
		},
		{
			name: 'Members of a Department',
			value: 'department',
			description: 'Everybody in a department and, if you want, in those below it',
		},
		{ name: 'People From List', value: 'person', description: 'Somebody whom you pick by name' },
		{
			name: 'User IDs',
			value: 'id',
			description: 'IDs of one kind',
		},
	],
	default: 'people',
	noDataExpression: true,
	description: 'How you say who is to be reached',
};

/** The fields of one way to say who is to be reached. */
function shownBy(by: RecipientsBy, fields: INodeProperties[]): INodeProperties[] {
	return fields.map((field) => shownWhen(field, { recipientsBy: [by] }));
}

/** What kind of ID names a person. */
export const userIdTypeField: INodeProperties = {
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
};

const userIdsField: INodeProperties = {
	displayName: 'User IDs',
	name: 'userIds',
	type: 'string',
	typeOptions: { rows: 2 },
	required: true,
	default: '',
	placeholder: 'e.g. ou_7d8a6e6df7621556ce0d21922b676706, ou_a18fe85d22e7633852d8104226e99eac',
	description:
		'The people whose message list this changes: IDs separated by commas or line breaks, or an expression that gives a list of IDs or of objects that have them. Any number is fine: the node sends them in batches.',
};

/** The form for a list of people by their addresses or IDs. */
export const peopleField: INodeProperties = {
	displayName: 'People',
	name: 'people',
	type: 'string',
	typeOptions: { rows: 2 },
	required: true,
	default: '',
	placeholder: 'e.g. zhang.wei@example.com, +86 138 0013 8000, ou_7d8a6e6df7621556ce0d21922b676706',
	description:
		'E-mail addresses, mobile numbers (outside mainland China with + and the country code) and IDs in any mix, separated by commas or line breaks, or an expression that gives a list of them or of objects that have them. Any number is fine: the node looks them up in batches.',
};

/** Nodes of version 1 have no chooser in their workflow: theirs are IDs. */
export const recipientFields: INodeProperties[] = [
	sinceVersion1_1(BY_FIELD),
	inVersion1({ ...BY_FIELD, default: 'id' }),
	...shownBy('people', [peopleField]),
	...shownBy('id', [userIdTypeField, userIdsField]),
	...shownBy('person', personFields),
	...shownBy('chat', [recipientChatField]),
	...shownBy('department', [
		recipientDepartmentField,
		{
			displayName: 'Include Subdepartments',
			name: 'includeSubdepartments',
			type: 'boolean',
			default: false,
			description: 'Whether to reach the members of all departments below it, too',
		},
	]),
];

/**
 * Reads who is to be reached. A person who is named twice is reached once. What cannot be an ID or an address is
 * refused here; whether it is somebody's, Feishu tells.
 *
 * @throws {InvalidField} when nobody is named, or something is not what it should be
 */
export function readRecipients(parameters: ItemParameters): Recipients {
	// What was saved before there was a choice gives IDs.
	const chosen = parameters(BY_FIELD.name) ?? 'id';
	const by = parseField(oneOf(RECIPIENTS_BY), chosen, BY_FIELD.displayName);
	switch (by) {
		case 'id':
			return readIds(parameters);
		case 'people':
			return toRecipients(recognisePeople(parameters('people'), peopleField.displayName));
		case 'person':
			return { userIdType: 'open_id', userIds: readPeople(parameters) };
		case 'chat': {
			const id = readChatId(parameters, recipientChatField);
			return lookingUp({ kind: 'chat', id, recipient: id, position: 0 });
		}
		case 'department': {
			const { id, idType } = readDepartment(parameters);
			const include = parameters('includeSubdepartments');
			const includeSubdepartments = parseField(trueOrFalse, include, 'Include Subdepartments');
			const list = { kind: 'department' as const, id, idType, includeSubdepartments };
			return lookingUp({ ...list, recipient: id, position: 0 });
		}
	}
}

/** Somebody who is looked up is named by this kind of ID where no ID is given with them. */
const USUAL_ID_TYPE: UserIdType = 'open_id';

function lookingUp(lookUp: LookUp): Recipients {
	return { userIdType: USUAL_ID_TYPE, userIds: [], lookUps: [lookUp] };
}

/** @throws {InvalidField} when there is nobody */
function toRecipients(people: NamedRecipient[]): Recipients {
	if (people.length === 0) {
		const { displayName } = peopleField;
		throw new InvalidField(displayName, 'is empty, but at least one recipient is required');
	}
	const idTypes = new Map<string, UserIdType>();
	const lookUps: LookUp[] = [];
	for (const { kind, value, given } of people) {
		const named = { recipient: given, position: idTypes.size };
		if (kind === 'chat') lookUps.push({ kind, id: value, ...named });
		else if (kind === 'department') {
			const list = { kind, id: value, idType: 'open_department_id' as const };
			lookUps.push({ ...list, includeSubdepartments: false, ...named });
		} else if (kind === 'email' || kind === 'mobile') lookUps.push({ kind, value, ...named });
		else idTypes.set(value, kind);
	}
	const [userIdType = USUAL_ID_TYPE] = idTypes.values();
	const others = [...idTypes].filter(([, idType]) => idType !== userIdType);
	return {
		userIdType,
		userIds: [...idTypes.keys()],
		...(others.length > 0 && { otherIdTypes: Object.fromEntries(others) }),
		...(lookUps.length > 0 && { lookUps }),
	};
}

/**
 * Reads IDs of one kind: as text that separates them, as a list, as JSON, or as objects that have one, such as the
 * operator of an event.
 *
 * @throws {InvalidField} when there is none, or one is not a valid ID of the kind
 */
function readIds(parameters: ItemParameters): Recipients {
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
	if (typeof value === 'number' && userIdType === 'user_id') return [ofNumber(value)];
	const fields = asObject(value);
	if (fields !== undefined) return [idOfObject(fields, userIdType)];
	throw new InvalidField(FIELD, `must be a list of IDs, but one is ${kindOf(value)}`);
}

function idsInText(value: string, userIdType: UserIdType): string[] {
	const text = visible(value);
	const parsed = fromJsonText(text);
	if (parsed !== text) return idsIn(parsed, userIdType);
	return separated(text)
		.flatMap((part) => spaced(part, userIdType))
		.map((id) => checked(id, userIdType));
}

/** IDs with spaces between, if each shows by its beginning that it is one: elsewhere a space may be a slip. */
function spaced(part: string, userIdType: UserIdType): string[] {
	const words = part.split(/\s+/);
	return words.every((word) => kindOfId(word) === userIdType) ? words : [part];
}

/** A user_id may be all digits, and sheets hand such IDs on as numbers. */
function ofNumber(value: number): string {
	return checked(idOfNumber(value, FIELD), 'user_id');
}

function idOfObject(fields: Record<string, unknown>, userIdType: UserIdType): string {
	const { member_id: memberId, member_id_type: memberIdType, user_id: userId } = fields;
	const inner = WRAPPERS.map((name) => asObject(fields[name])).find((one) => one !== undefined);
	const own = fields[userIdType];
	if (inner !== undefined && (isEmpty(own) || asObject(own))) return idOfObject(inner, userIdType);
	// The node's own output and Feishu's lists name a person by user_id, whatever the kind of the ID.
	const named = typeof userId === 'string' && kindOfId(userId) === userIdType ? userId : undefined;
	const ofMember = memberIdType === userIdType ? memberId : undefined;
	const id = isEmpty(own) ? (named ?? ofMember) : own;
	if (typeof id === 'number' && userIdType === 'user_id') return ofNumber(id);
	if (typeof id === 'string' && id.trim() !== '') {
		return checked(visible(id), userIdType);
	}
	throw new InvalidField(FIELD, `must be a list of IDs, but one is ${lackOf(fields, userIdType)}`);
}

/** Says why there is no ID in an object, and what to give. */
function lackOf(fields: Record<string, unknown>, userIdType: UserIdType): string {
	const without = `an object without ${userIdType}`;
	const has = (name: string) => !isEmpty(fields[name]);
	if (hasOwnLists(fields)) {
		return `${without}: give one of its lists, such as {{ $json.failed }}`;
	}
	const other = [...USER_ID_TYPES, fields.member_id_type].find(
		(type) => type !== userIdType && (type === fields.member_id_type || has(String(type))),
	);
	if (typeof other === 'string') {
		return `${without}: choose ${other} as User ID Type, or give the ${userIdType}`;
	}
	if (['email', 'mobile', 'enterprise_email'].some(has)) {
		return `${without}: an e-mail address or mobile number is not an ID, so give the ${userIdType} of the person, or choose E-Mails, Mobile Numbers or IDs as Recipients`;
	}
	return `${without}: give the ID itself, or an object such as {"${userIdType}": "…"}`;
}

/** @throws {InvalidField} for what cannot be an ID, or is recognisably of another kind */
function checked(id: string, userIdType: UserIdType): string {
	const problem = problemOfId(id);
	if (problem !== undefined) throw new InvalidField(FIELD, problem);
	// Only a user_id can be all digits.
	const kind = kindOfId(id) ?? (/^\d+$/.test(id) ? 'user_id' : undefined);
	if (kind !== undefined && kind !== userIdType) {
		throw new InvalidField(
			FIELD,
			`has ${shown(id)}, which is ${article(kind)} ${kind}, but User ID Type is ${userIdType}${isAddress(kind) ? CHOOSE_PEOPLE : ''}`,
		);
	}
	return id;
}

/** What to do about an entry that is not an ID, though it names a person. */
const CHOOSE_PEOPLE = ': choose E-Mails, Mobile Numbers or IDs as Recipients';

function isAddress(kind: IdKind): boolean {
	return kind === 'e-mail address' || kind === 'mobile number';
}

function article(kind: IdKind): string {
	return /^(open|app|e-)/.test(kind) ? 'an' : 'a';
}
