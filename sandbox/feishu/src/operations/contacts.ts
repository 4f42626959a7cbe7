import { FeishuError, success } from '../answers';
import {
	type Department,
	DEPARTMENT_ID_TYPES,
	type DepartmentIdType,
	type Person,
	type UserIdType,
} from '../company/company';
import { isReadableBy } from '../contactRange';
import { check, compile } from '../validation';
import type { TenantCall, TenantOperation } from './operation';
import { pageOf, type Paging } from './paging';
import { userIdTypeOf, USER_ID_SCOPE } from './recipients';

/** Each of these shows every field that is shown here but `user_id`. */
const EVERYTHING_SCOPES = [
	'contact:contact:access_as_app',
	'contact:contact:readonly',
	'contact:contact:readonly_as_app',
];
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
const departmentQuery = compile<{ department_id: string }>({
	type: 'object',
	required: ['department_id'],
	properties: { department_id: { type: 'string' } },
});
const departmentIdTypeQuery = compile<{ department_id_type?: DepartmentIdType }>({
	type: 'object',
	properties: { department_id_type: { type: 'string', enum: [...DEPARTMENT_ID_TYPES] } },
});
const childrenQuery = compile<{ fetch_child?: 'true' | 'false' }>({
	type: 'object',
	properties: { fetch_child: { type: 'string', enum: ['true', 'false'] } },
});

/** Any one of these lets an app read the address book; fields may need more. */
const READ_SCOPES = [
	'contact:contact.base:readonly',
	'contact:department.organize:readonly',
	...EVERYTHING_SCOPES,
];

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
			const isShown =
				person && isReadableBy(call, person) && (include_resigned || !person.is_resigned);
			return isShown ? foundUser(call, type, person) : undefined;
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
	scopes: READ_SCOPES,
	limit: LIMIT,
	perform(call) {
		userIdTypeOf(call, 'user_id_type', badRequest);
		const { department_id } = check(departmentQuery, call.query, badRequest);
		const type = departmentIdTypeOf(call);
		const department = findDepartment(call, type, department_id);
		const members = call.company.membersOf(department);
		const page = pageOf(call, `department/${department.open_department_id}`, members, PAGING);
		return success({ ...page, items: page.items.map((person) => listedUser(call, type, person)) });
	},
};

/** Feishu reference: "Obtain a list of sub-departments". */
export const listSubdepartments: TenantOperation = {
	name: 'department.children',
	method: 'GET',
	path: '/open-apis/contact/v3/departments/:department_id/children',
	scopes: READ_SCOPES,
	limit: LIMIT,
	perform(call) {
		userIdTypeOf(call, 'user_id_type', badRequest);
		const { department_id } = call.params as { department_id: string };
		const type = departmentIdTypeOf(call);
		const withAll = check(childrenQuery, call.query, badRequest).fetch_child === 'true';
		const department = findDepartment(call, type, department_id);
		const below = call.company.departmentsBelow(department, withAll);
		const list = `children/${department.open_department_id}/${withAll}`;
		const page = pageOf(call, list, below, PAGING);
		const items = page.items.map((child) => listedDepartment(call, type, child));
		return success({ ...page, items });
	},
};

/** Feishu reference: "Obtain information of a single department". */
export const getDepartment: TenantOperation = {
	name: 'department.get',
	method: 'GET',
	path: '/open-apis/contact/v3/departments/:department_id',
	scopes: READ_SCOPES,
	limit: LIMIT,
	perform(call) {
		userIdTypeOf(call, 'user_id_type', badRequest);
		const { department_id } = call.params as { department_id: string };
		const type = departmentIdTypeOf(call);
		const department = findDepartment(call, type, department_id);
		return success({ department: listedDepartment(call, type, department) });
	},
};

function departmentIdTypeOf(call: TenantCall): DepartmentIdType {
	const { department_id_type } = check(departmentIdTypeQuery, call.query, badRequest);
	return department_id_type ?? 'open_department_id';
}

/**
 * The department that a call is about.
 * @throws FeishuError `40015` if there is none; HTTP 403 `40004` if the app may not read it, the root
 *   by an app that may not read everybody
 */
function findDepartment(call: TenantCall, type: DepartmentIdType, id: string): Department {
	const department = call.company.findDepartment(type, id);
	if (!department) throw new FeishuError(400, 40015, 'department not exist');
	if (!isReadableBy(call, department)) throw new FeishuError(403, 40004, 'no dept authority error');
	return department;
}

function badRequest(description: string): FeishuError {
	return new FeishuError(400, 40001, `param error. ${description}`);
}

/** Whether the app has a scope that shows a field. */
function shows(call: TenantCall, scope: string): boolean {
	return [scope, ...EVERYTHING_SCOPES].some((each) => call.app.scopes.includes(each));
}

/** Somebody unknown comes back without `user_id` and `status`. */
function foundUser(call: TenantCall, type: UserIdType, person: Person) {
	return {
		user_id: person[type],
		...(shows(call, 'contact:user.employee:readonly') && { status: statusOf(person) }),
	};
}

/** Only custom apps with the scope see `user_id`. */
function listedUser(call: TenantCall, type: DepartmentIdType, person: Person) {
	const seesUserId = call.app.type === 'custom' && call.app.scopes.includes(USER_ID_SCOPE);
	return {
		open_id: person.open_id,
		union_id: person.union_id,
		...(seesUserId && { user_id: person.user_id }),
		...(shows(call, 'contact:user.base:readonly') && { name: person.name }),
		...(shows(call, 'contact:user.department:readonly') && {
			department_ids: call.company.departmentsOf(person).map((department) => department[type]),
		}),
		...(shows(call, 'contact:user.employee:readonly') && { status: statusOf(person) }),
	};
}

function listedDepartment(call: TenantCall, type: DepartmentIdType, department: Department) {
	const { open_department_id, department_id, name, parent } = department;
	const above = call.company.findDepartment('open_department_id', parent ?? '');
	const members = [...call.company.membersWithin(department)];
	const within = [department, ...call.company.departmentsBelow(department, true)];
	const isMain = (person: Person) =>
		within.some((each) => each.open_department_id === person.open_department_id);
	return {
		open_department_id,
		...(shows(call, 'contact:department.base:readonly') && { department_id, name }),
		...(shows(call, 'contact:department.organize:readonly') && {
			...(above && { parent_department_id: above[type] }),
			member_count: members.length,
			primary_member_count: members.filter(isMain).length,
			status: { is_deleted: false },
		}),
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
