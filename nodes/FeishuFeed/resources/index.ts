import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { deliveryOptionFields } from '../fields/deliveryOptions';
import { resultOptionFields } from '../fields/resultOptions';
import type { Operation } from '../Operation';
import { create } from './appFeedCard/create';
import { deleteCard } from './appFeedCard/delete';
import { sendAndWait } from './appFeedCard/sendAndWait';
import { update } from './appFeedCard/update';
import { upsert } from './appFeedCard/upsert';
import { setTimeSensitive as setBotTimeSensitive } from './botChat/setTimeSensitive';
import { setTimeSensitive as setChatTimeSensitive } from './chat/setTimeSensitive';
import { updateButtons } from './chat/updateButtons';

interface Resource {
	option: INodePropertyOptions;
	operations: Operation[];
	/** The value of the operation that a new node begins with. */
	first: string;
}

/** Everything that the node can do. */
export const resources: Resource[] = [
	{
		option: {
			name: 'App Feed Card',
			value: 'appFeedCard',
			description: 'A card of your app in the message list (应用消息流卡片)',
		},
		operations: [create, upsert, deleteCard, sendAndWait, update],
		first: 'create',
	},
	{
		option: {
			name: 'Bot Chat',
			value: 'botChat',
			description: "The chat of each recipient with your app's bot",
		},
		operations: [setBotTimeSensitive],
		first: 'setTimeSensitive',
	},
	{
		option: { name: 'Chat', value: 'chat', description: 'A group that your bot is a member of' },
		operations: [setChatTimeSensitive, updateButtons],
		first: 'setTimeSensitive',
	},
];

/** The operation that the user chose. */
export function findOperation(resource: string, operation: string): Operation | undefined {
	return resources
		.find(({ option }) => option.value === resource)
		?.operations.find(({ option }) => option.value === operation);
}

/** The node's whole form: for each resource its operations, and for each operation its fields. */
export const properties: INodeProperties[] = [
	{
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: resources.map(({ option }) => option),
		default: 'appFeedCard',
	},
	...resources.flatMap(({ option, operations, first }): INodeProperties[] => [
		{
			displayName: 'Operation',
			name: 'operation',
			type: 'options',
			noDataExpression: true,
			displayOptions: { show: { resource: [option.value] } },
			options: operations.map((operation) => operation.option),
			default: first,
		},
		...operations.flatMap((operation) => formOf(option.value as string, operation)),
	]),
];

function formOf(resource: string, operation: Operation): INodeProperties[] {
	const { option, fields, options = [], run } = operation;
	const ofThisOperation = { resource: [resource], operation: [option.value] };
	const choices = [
		// What an operation gives that is done in a way of its own, it says itself.
		...(run ? [] : resultOptionFields),
		...deliveryOptionFields,
		...options,
	].sort((one, another) => one.displayName.localeCompare(another.displayName));
	const optionsField: INodeProperties = {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: choices,
	};
	return [...fields, optionsField].flatMap(withWholeValue).map((field) => ({
		...field,
		displayOptions: {
			...field.displayOptions,
			show: { ...ofThisOperation, ...field.displayOptions?.show },
		},
	}));
}

/**
 * n8n empties a collection that one expression gives, or that has another shape than the form: it reads the
 * form's own parts and drops the rest, without a word. A hidden field of the same name hands the value on whole,
 * so that it is read or refused (`formValues.ts`).
 */
function withWholeValue(field: INodeProperties): INodeProperties[] {
	const { type, displayName, name, default: byDefault, displayOptions } = field;
	if (type !== 'collection' && type !== 'fixedCollection') return [field];
	return [field, { displayName, name, type: 'hidden', default: byDefault, displayOptions }];
}
