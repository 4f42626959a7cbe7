import type { App } from '../apps';
import type { Company, Department, Group, Person } from '../company/company';
import type { Sandbox } from '../sandbox';

/** The control API is asked for something that there is not; HTTP 404. */
class NotFound extends Error {
	readonly statusCode = 404;
}

/** The value; @throws NotFound if there is none. */
export function found<T>(value: T | undefined, kind: string, id: string): T {
	if (value === undefined) throw new NotFound(`There is no ${kind} ${id}`);
	return value;
}

/** The open IDs in a query, where they are separated by commas. */
export function openIdsIn(list: string): string[] {
	return list.split(',').filter((open_id) => open_id !== '');
}

/** The app; @throws NotFound if there is none. */
export function findApp(sandbox: Sandbox, app_id: string): App {
	return found(sandbox.apps.get(app_id), 'app', app_id);
}

/** The store app, which alone has a ticket; @throws NotFound if there is none. */
export function findStoreApp(sandbox: Sandbox, app_id: string): App {
	const app = sandbox.apps.get(app_id);
	return found(app?.type === 'store' ? app : undefined, 'store app', app_id);
}

/** The group with its company; @throws NotFound if there is none. */
export function findGroup(sandbox: Sandbox, chat_id: string): { group: Group; company: Company } {
	for (const company of sandbox.companies.values()) {
		const group = company.groups.get(chat_id);
		if (group) return { group, company };
	}
	throw new NotFound(`There is no group ${chat_id}`);
}

/** The department, by either ID; @throws NotFound if there is none. */
export function findDepartment(company: Company, id: string): Department {
	const department =
		company.findDepartment('open_department_id', id) ?? company.findDepartment('department_id', id);
	return found(department, 'department', id);
}

/** Somebody who works in the company, by any ID; @throws NotFound if there is nobody. */
export function findMember(sandbox: Sandbox, company: Company, id: string): Person {
	const somebody = sandbox.findPerson(id);
	return found(somebody?.company === company ? somebody.person : undefined, 'person', id);
}
