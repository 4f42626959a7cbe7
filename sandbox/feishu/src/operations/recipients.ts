import { type FeishuError, invalidParameter, scopeMissing } from '../answers';
import {
	type Company,
	isWellFormedUserId,
	type Person,
	USER_ID_TYPES,
	type UserIdType,
} from '../company/company';
import { gatewayError } from '../gateway';
import { compile, check } from '../validation';
import { type RecipientReason, recipientsOf, type TenantCall } from './operation';

/** Lets a custom app see and send `user_id`. */
export const USER_ID_SCOPE = 'contact:user.employee_id:readonly';

const userIdTypeQuery = compile<Record<string, UserIdType | undefined>>({
	type: 'object',
	additionalProperties: { type: 'string', enum: [...USER_ID_TYPES] },
});

/**
 * The call's `user_id_type`, or what the endpoint calls it; `open_id` by default.
 * @throws FeishuError `230001`, or what `error` makes, for another kind, and for `user_id` from a
 *   store app, which has none; `99991672` for `user_id` without its scope
 */
export function userIdTypeOf(
	call: TenantCall,
	parameter = 'user_id_type',
	error: (description: string) => FeishuError = invalidParameter,
): UserIdType {
	const given = call.query[parameter];
	const query = given === undefined ? {} : { [parameter]: given };
	const type = check(userIdTypeQuery, query, error)[parameter] ?? 'open_id';
	if (type === 'user_id') {
		if (call.app.type === 'store') {
			throw error(`${parameter} user_id does not exist for store apps.`);
		}
		if (!call.app.scopes.includes(USER_ID_SCOPE)) {
			throw scopeMissing(call.app.app_id, [USER_ID_SCOPE]);
		}
	}
	return type;
}

/**
 * Finds the people that a call names; `undefined` for an ID that nobody has.
 * @throws FeishuError `230001`, or what `error` makes, for the whole call when one ID has not the form
 *   of its kind. The message names the field but not the ID: Feishu's reference does not promise more.
 */
export function findRecipients(
	call: TenantCall,
	type: UserIdType,
	field: string,
	ids: readonly string[],
	error: (description: string) => FeishuError = invalidParameter,
): Array<Person | undefined> {
	for (const id of ids) {
		if (!isWellFormedUserId(type, id)) throw error(`${field} holds an invalid ${type}.`);
	}
	return ids.map((id) => {
		const person = call.company.findPerson(type, id);
		return type === 'open_id' && person?.is_foreign ? undefined : person;
	});
}

/** The codes for IDs that are nobody's in this tenant, or that this app or tenant may not use. */
const USER_ID_CODES: Record<UserIdType, { unknown: number; foreign: number }> = {
	open_id: { unknown: 99992351, foreign: 99992361 },
	union_id: { unknown: 99992363, foreign: 99992381 },
	user_id: { unknown: 99992360, foreign: 99992364 },
};

/**
 * What the gateway says of the user IDs in a call, before the endpoint looks at anything else. It
 * refuses the whole call for the first ID that it does not take, and names with it all others that
 * the same code concerns. Malformed IDs are left to the endpoint.
 * @throws FeishuError HTTP 400 and a code that concerns user IDs, if the settings say so
 */
export function judgeUserIds(call: TenantCall): void {
	const { refusesUserIds, namesIds } = call.sandbox.settings.gateway;
	const ids = refusesUserIds ? recipientsOf(call.body) : [];
	if (ids.length === 0) return;
	const type = userIdTypeOf(call);
	const codes = ids.map((id) =>
		typeof id === 'string' && isWellFormedUserId(type, id) ? codeOf(call, type, id) : undefined,
	);
	const code = codes.find((found) => found !== undefined);
	if (code === undefined) return;
	const userIds = [...new Set(ids.filter((_id, place) => codes[place] === code))];
	throw gatewayError(code, { userIds, namesIds });
}

function codeOf(call: TenantCall, type: UserIdType, id: string): number | undefined {
	const { app, company, sandbox } = call;
	const { unknown, foreign } = USER_ID_CODES[type];
	const person = company.findAnybody(type, id);
	if (person && type === 'open_id' && person.is_foreign) return foreign;
	if (person && !person.is_resigned) return undefined;
	const isElsewhere = (other: Company) =>
		other !== company &&
		other.findAnybody(type, id) !== undefined &&
		// An open ID of a tenant that has this app is this app's own, and nobody's in this tenant.
		!(type === 'open_id' && app.tenant_keys.includes(other.tenant_key));
	if ([...sandbox.companies.values()].some(isElsewhere)) return foreign;
	return sandbox.settings.gateway.unknownIdCode ?? unknown;
}

/** IDs that are nobody's, of each kind. */
const STRANGERS: Record<UserIdType, string> = {
	open_id: `ou_${'0'.repeat(32)}`,
	union_id: `on_${'0'.repeat(32)}`,
	user_id: '0'.repeat(8),
};

/** The `user_id` that the entry of a recipient has in an answer, as a fault wants it; may be absent. */
export function entryUserIdOf(
	user_id: string,
	person: Person | undefined,
	type: UserIdType,
	{ entryUserId }: RecipientReason,
): string | undefined {
	switch (entryUserId) {
		case 'given':
			return user_id;
		case 'absent':
			return undefined;
		case 'empty':
			return '';
		case 'stranger':
			return STRANGERS[type];
		default:
			return person?.[entryUserId];
	}
}
