import { FeishuError, success } from '../answers';
import type { Person, UserIdType } from '../company/company';
import { check, compile } from '../validation';
import type { TenantCall, TenantOperation } from './operation';
import { pageOf, type Paging } from './paging';
import { userIdTypeOf, USER_ID_SCOPE } from './recipients';

const LIMIT = { perSecond: 50, perMinute: 1000 };
const PAGING: Paging = {
	usual: 10,
	most: 50,
	badSize: (description) => new FeishuError(400, 40011, `page size is invalid. ${description}`),
	badToken: (description) =>
		new FeishuError(400, 40012, `page token is invalid error. ${description}`),
};

const addresses = { type: 'array', maxItems: 50, items: { type: 'string' } };
const batchGetIdBody = compile<{
	emails?: string[];
	mobiles?: string[];
	include_resigned?: boolean;
}>({
	type: 'object',
	properties: { emails: addresses, mobiles: addresses, include_resigned: { type: 'boolean' } },
});
const departmentQuery = compile<{
	department_id: string;
	department_id_type?: 'department_id' | 'open_department_id';
}>({
	type: 'object',
	required: ['department_id'],
	properties: {
		department_id: { type: 'string' },
		department_id_type: { type: 'string', enum: ['department_id', 'open_department_id'] },
	},
});

/** Feishu reference: "Obtain user ID via email or mobile number". */
export const getUserIds: TenantOperation = {
	name: 'user.batchGetId',
	method: 'POST',
	path: '/open-apis/contact/v3/users/batch_get_id',
	scopes: ['contact:user.id:readonly'],
	limit: LIMIT,
	perform(call) {
		const type = userIdTypeOf(call, 'user_id_type', badRequest);
		const body = check(batchGetIdBody, call.body, badRequest);
		const { emails = [], mobiles = [], include_resigned = false } = body;
		const find = (field: 'email' | 'mobile', value: string) => {
			const person = call.company.findByAddress(field, value);
			const shown = person && (include_resigned || !person.is_resigned) ? person : undefined;
			return foundUser(type, shown);
		};
		return success({
			user_list: [
				...emails.map((email) => ({ ...find('email', email), email })),
				...mobiles.map((mobile) => ({ ...find('mobile', mobile), mobile })),
			],
		});
	},
};

/** Feishu reference: "Obtain the list of users directly under a department". */
export const findUsersByDepartment: TenantOperation = {
	name: 'user.findByDepartment',
	method: 'GET',
	path: '/open-apis/contact/v3/users/find_by_department',
	scopes: ['contact:contact.base:readonly'],
	limit: LIMIT,
	perform(call) {
		userIdTypeOf(call, 'user_id_type', badRequest);
		const query = check(departmentQuery, call.query, badRequest);
		const { department_id, department_id_type = 'open_department_id' } = query;
		const department = call.company.departments.find(
			(candidate) => candidate[department_id_type] === department_id,
		);
		if (!department) throw new FeishuError(400, 40015, 'department not exist');
		const members = call.company.people.filter(
			(person) => person.open_department_id === department.open_department_id,
		);
		const page = pageOf(call, `department/${department.open_department_id}`, members, PAGING);
		return success({ ...page, items: page.items.map((person) => listedUser(call, person)) });
	},
};

function badRequest(description: string): FeishuError {
	return new FeishuError(400, 40001, `param error. ${description}`);
}

/** Somebody unknown comes back without `user_id` and `status`. */
function foundUser(type: UserIdType, person: Person | undefined) {
	return person && { user_id: person[type], status: statusOf(person) };
}

/** Only custom apps with the scope see `user_id`. */
function listedUser(call: TenantCall, person: Person) {
	const seesUserId = call.app.type === 'custom' && call.app.scopes.includes(USER_ID_SCOPE);
	return {
		open_id: person.open_id,
		union_id: person.union_id,
		...(seesUserId && { user_id: person.user_id }),
		name: person.name,
		department_ids: [person.open_department_id],
		status: statusOf(person),
	};
}

function statusOf({ is_resigned }: Person) {
	return {
		is_activated: !is_resigned,
		is_exited: false,
		is_frozen: false,
		is_resigned,
		is_unjoin: false,
	};
}
