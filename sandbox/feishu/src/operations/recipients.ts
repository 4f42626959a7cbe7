import { type FeishuError, invalidParameter, scopeMissing } from '../answers';
import {
	isWellFormedUserId,
	type Person,
	USER_ID_TYPES,
	type UserIdType,
} from '../company/company';
import { compile, check } from '../validation';
import type { TenantCall } from './operation';

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
 * @throws FeishuError `230001` for the whole call when one ID has not the form of its kind. The
 *   message names the field but not the ID: Feishu's reference does not promise more.
 */
export function findRecipients(
	call: TenantCall,
	type: UserIdType,
	field: string,
	ids: readonly string[],
): Array<Person | undefined> {
	for (const id of ids) {
		if (!isWellFormedUserId(type, id)) throw invalidParameter(`${field} holds an invalid ${type}.`);
	}
	return ids.map((id) => call.company.findPerson(type, id));
}
