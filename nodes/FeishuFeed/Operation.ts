import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { AddressEndpoint, ListEndpoint, UploadEndpoint } from '../shared/api/endpoints';
import type { CreateCardContent } from '../shared/api/payloads';
import type { Failure } from '../shared/api/failures';
import type { AddressLookUps } from '../shared/delivery/AddressLookUps';
import type { ItemRequest, RecipientRequest } from '../shared/delivery/batches';
import type { CallWithRetries } from '../shared/delivery/callWithRetries';
import type { Destination } from '../shared/delivery/sendToRecipients';
import type { WithAvatar } from './fields/avatar';
import type { ItemParameters } from './execution/ItemParameters';

/** What every operation says of itself. Everything else is the same for all and stands in `execution/`. */
interface OperationForm {
	/** As it appears in the operation list. */
	option: { name: string; value: string; action: string; description: string };
	/** The form, without the options that all operations of its kind share. */
	fields: INodeProperties[];
	/** Options of this operation alone. */
	options?: INodeProperties[];
}

/** An operation that sends something to recipients, in batches that reach over the input items. */
export interface SendOperation extends OperationForm, Destination {
	kind: 'send';
	/** A field of the output that is true when everybody was reached, such as "deleted". */
	done?: string;
	/** Reads one item. Throws InvalidField for what Feishu would refuse. */
	read: (parameters: ItemParameters) => RecipientRequest & WithAvatar;
	/**
	 * Completes what was read of all items together, before anything is sent.
	 *
	 * @param makeId gives an ID for an item, the same in each try of the node
	 */
	complete?: (requests: ItemRequest[], makeId: (item: number) => string) => void;
}

/** A request for new cards. */
export type CardRequest = RecipientRequest & WithAvatar & { content: CreateCardContent };

/** The operation that sends cards and lets the workflow sleep until somebody responds. */
export interface SendAndWaitOperation extends OperationForm {
	kind: 'sendAndWait';
	/** Reads the card of one item. Throws InvalidField for what Feishu would refuse. */
	read: (parameters: ItemParameters) => CardRequest;
}

/** What a look-up or an upload found, one output item each, or why it found nothing. */
export type LookUpResult = { found: IDataObject[]; failure?: undefined } | { failure: Failure };

/** Does what one item asks for. */
export type LookUp = (call: CallWithRetries) => Promise<LookUpResult>;

/** An operation that looks something up, or uploads something, for each input item on its own. */
export interface LookUpOperation extends OperationForm {
	kind: 'lookUp';
	/** What the operation does, as it reads in an error: "Could not …". */
	purpose: string;
	/** What it calls, for the documentation of scopes and limits. */
	endpoints: Array<ListEndpoint | AddressEndpoint | UploadEndpoint>;
	/**
	 * Reads one item. Throws InvalidField for what Feishu would refuse.
	 *
	 * @param lookUps collects addresses of all items, which are looked up together
	 * @returns does what the item asks for, with calls that are paced and retried like all others
	 */
	read: (parameters: ItemParameters, lookUps: AddressLookUps) => LookUp | Promise<LookUp>;
}

/** Anything that the node can do. */
export type Operation = SendOperation | SendAndWaitOperation | LookUpOperation;
