import type { Person } from '../../../feishu/src/client';
import { createStore, useStore } from '../store';
import { sandbox } from './api';

/** Somebody with the name of their department. */
export interface Colleague extends Pick<Person, 'open_id' | 'name' | 'email'> {
	department: string;
}

/** Everybody in the sandbox, empty until they are known. */
export const colleagues = createStore<readonly Colleague[]>([]);

const MOST_PEOPLE = 20_000;
const namesById = new Map<string, string>();

/** Reads who there is. */
export async function loadColleagues(): Promise<void> {
	const [people, tenants] = await Promise.all([
		sandbox.people({ limit: MOST_PEOPLE }),
		sandbox.company(),
	]);
	const departments = new Map(
		tenants.flatMap((tenant) =>
			tenant.departments.map((department) => [
				`${tenant.tenant_key}/${department.open_department_id}`,
				department.name,
			]),
		),
	);
	for (const { open_id, union_id, user_id, name } of people) {
		for (const id of [open_id, union_id, user_id]) namesById.set(id, name);
	}
	colleagues.set(
		people.map(({ open_id, name, email, tenant_key, open_department_id }) => ({
			open_id,
			name,
			email,
			department: departments.get(`${tenant_key}/${open_department_id}`) ?? '',
		})),
	);
}

/** The name of whoever has this ID, of any of the three kinds, once it is known. */
export function useName(id: string): string | undefined {
	return useStore(colleagues, () => namesById.get(id));
}

/** Those whose name or e-mail address, which spells the name in Latin letters, holds all words. */
export function searchColleagues(query: string, most: number): Colleague[] {
	const words = query.toLowerCase().split(/\s+/).filter(Boolean);
	const found: Colleague[] = [];
	for (const colleague of colleagues.get()) {
		const text = `${colleague.name} ${colleague.email} ${colleague.department}`.toLowerCase();
		if (words.every((word) => text.includes(word))) found.push(colleague);
		if (found.length === most) break;
	}
	return found;
}
