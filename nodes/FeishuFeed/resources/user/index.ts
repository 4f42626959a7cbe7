import type { Resource } from '../Resource';
import { getIds } from './getIds';

/** People of the company. */
export const user: Resource = {
	option: { name: 'User', value: 'user', description: 'A person of your company' },
	operations: [getIds],
	first: 'getIds',
};
