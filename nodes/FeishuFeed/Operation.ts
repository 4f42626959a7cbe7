import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import type { ItemParameters } from './execution/ItemParameters';
import type { RecipientRequest } from '../shared/delivery/batches';
import type { Destination } from '../shared/delivery/sendToRecipients';

/** What an operation says of itself. Everything else is the same for all and stands in `execute.ts`. */
export interface Operation extends Destination {
	/** As it appears in the operation list. */
	option: { name: string; value: string; action: string; description: string };
	/** The form, without the options that all operations share. */
	fields: INodeProperties[];
	/** Options of this operation alone. */
	options?: INodeProperties[];
	/** Reads one item. Throws InvalidField for what Feishu would refuse. */
	read: (parameters: ItemParameters) => RecipientRequest;
	/** Does what the operation does, where that is more than one call for each recipient. */
	run?: (context: IExecuteFunctions, operation: Operation) => Promise<INodeExecutionData[]>;
}
