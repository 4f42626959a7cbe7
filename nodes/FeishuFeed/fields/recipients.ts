import type { INodeProperties } from 'n8n-workflow';

import { InvalidField, kindOf, shown } from '../../shared/validation/InvalidField';
import type { UserIdType } from '../../shared/api/payloads';
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
		description: 'The kind of ID that the recipients are given as',
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
			'The people whose message list this changes: IDs separated by commas or line breaks, or an expression that gives a list. Any number: they are sent in full batches.',
	},
];

/**
 * Reads who is to be reached. A person who is named twice is reached once.
 * IDs that are recognisably of another kind are refused here; whether an ID exists, Feishu tells.
 *
 * @throws {InvalidField} when there is none, or one is no ID
 */
export function readRecipients(parameters: ItemParameters): Recipients {
	const userIdType = parseField(oneOf(USER_ID_TYPES), parameters('userIdType'), 'User ID Type');
	const userIds = new Set(listOf(parameters('userIds')).map((id) => readId(id, userIdType)));
	if (userIds.size === 0) {
		throw new InvalidField('User IDs', 'is empty, but at least one recipient is required');
	}
	return { userIdType, userIds: [...userIds] };
}

/** Separators as people type and paste them: ASCII and Chinese commas and semicolons, line breaks. */
const SEPARATORS = /[,;\n\r，；、]/;

function listOf(value: unknown): unknown[] {
	if (value === undefined || value === null) return [];
	if (Array.isArray(value)) return value.flatMap(listOf);
	if (typeof value === 'string') {
		return value
			.split(SEPARATORS)
			.map((id) => id.trim())
			.filter((id) => id !== '');
	}
	return [value];
}

const KIND_BY_PREFIX: ReadonlyArray<
	[RegExp, UserIdType | 'chat_id' | 'app_id' | 'e-mail address']
> = [
	[/^ou_/, 'open_id'],
	[/^on_/, 'union_id'],
	[/^oc_/, 'chat_id'],
	[/^cli_/, 'app_id'],
	[/@/, 'e-mail address'],
];

/** What is left between the IDs of a list that is separated, quoted or wrapped in another way. */
const NOT_IN_AN_ID = /[\s"'`<>(){}[\]]/;

function readId(value: unknown, userIdType: UserIdType): string {
	// A user_id may be all digits, and sheets hand such IDs on as numbers.
	const id = typeof value === 'number' && userIdType === 'user_id' ? String(value) : value;
	if (typeof id !== 'string') {
		throw new InvalidField('User IDs', `must be a list of IDs, but one is ${kindOf(value)}`);
	}
	if (NOT_IN_AN_ID.test(id)) {
		throw new InvalidField('User IDs', `has ${shown(id)}, which is no ID: separate IDs by commas`);
	}
	const kind = KIND_BY_PREFIX.find(([prefix]) => prefix.test(id))?.[1];
	if (kind !== undefined && kind !== userIdType) {
		throw new InvalidField(
			'User IDs',
			`has ${shown(id)}, which is of the kind ${kind}, but User ID Type is ${userIdType}`,
		);
	}
	return id;
}
