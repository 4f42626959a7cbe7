import type { INodePropertyOptions } from 'n8n-workflow';

import type { Operation } from '../Operation';

/** A kind of thing that the node works on, with what can be done to it. */
export interface Resource {
	option: INodePropertyOptions;
	/** In the order of the form's list. */
	operations: Operation[];
	/** The value of the operation that a new node begins with. */
	first: string;
}
