import type { App } from './apps';
import { type Company, type Department, type Person } from './company/company';

/**
 * Whether an app may read somebody or a department in the address book (通讯录权限范围): a department
 * that was opened for it, and everything below. The root only when everything is open.
 */
export function isReadableBy(
	{ app, company }: { app: App; company: Company },
	who: Person | Department,
): boolean {
	if (!app.readableDepartments) return true;
	const opened = company.departments
		.filter(({ name }) => app.readableDepartments!.includes(name))
		.flatMap((department) => [department, ...company.departmentsBelow(department, true)]);
	if ('department_id' in who) return opened.includes(who);
	return opened.some((department) => company.isIn(department, who));
}
