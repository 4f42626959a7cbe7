import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { LIST_DEPARTMENT_CHILDREN } from '../../shared/api/endpoints';
import { openClient } from '../../shared/api/openClient';
import { firstText } from '../../shared/primitives/json';
import { listPage, matches, pageOrError } from './listPage';
import type { Row } from './listPage';

/**
 * The departments of the company, a page at a time, all or those whose name fits the filter.
 * Feishu: contact-v3/department/children, from the root. Its own search takes user tokens only, so the filter is ours.
 *
 * @throws {NodeOperationError} when Feishu refuses, naming the scope to open if that is why
 */
export async function searchDepartments(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const listed = await listPage(
		await openClient(this),
		{
			endpoint: LIST_DEPARTMENT_CHILDREN,
			pathParameters: { department_id: ROOT },
			query: { fetch_child: 'true' },
			rowsOf: (departments) => rowsOf(departments, filter),
		},
		paginationToken,
	);
	return pageOrError(this, 'the departments', listed);
}

/** The department that all others are below. */
const ROOT = '0';

/** Departments with the names of those above them, as far as the same page has them. */
function rowsOf(departments: Array<Record<string, unknown>>, filter?: string): Row[] {
	const byId = new Map(departments.map((one) => [one.open_department_id, one]));
	const pathOf = (department: Record<string, unknown>, depth = 0): string => {
		const name = firstText(department.name) ?? '';
		const parent = byId.get(department.parent_department_id);
		return parent && depth < DEEPEST ? `${pathOf(parent, depth + 1)} / ${name}` : name;
	};
	return departments.flatMap((department) => {
		const value = firstText(department.open_department_id);
		if (value === undefined || !matches(filter, department.name)) return [];
		return [{ name: pathOf(department) || value, value }];
	});
}

/** More levels than Feishu lets a company have. */
const DEEPEST = 50;
