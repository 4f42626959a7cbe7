import type { INodeProperties } from 'n8n-workflow';

import { deliveryOptionFields } from '../fields/deliveryOptions';
import { resultOptionFields } from '../fields/resultOptions';
import type { Operation } from '../Operation';
import { appFeedCard } from './appFeedCard';
import { botChat } from './botChat';
import { chat } from './chat';
import { image } from './image';
import type { Resource } from './Resource';
import { user } from './user';

/** Everything that the node can do. */
export const resources: Resource[] = [appFeedCard, botChat, chat, image, user];

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

/** What each operation does, by the values of the resource and the operation. */
const actions = Object.fromEntries(
	resources.flatMap(({ option: { value: resource }, operations }) =>
		operations.map(({ option: { value, action } }) => [`${resource} ${value}`, action]),
	),
);

/** What the node does, as the canvas shows it below its name: an expression that n8n evaluates for each node. */
export const subtitle = `={{ (${JSON.stringify(actions)})[$parameter.resource + " " + $parameter.operation] }}`;

function formOf(resource: string, operation: Operation): INodeProperties[] {
	const { kind, option, fields, options = [] } = operation;
	const ofThisOperation = { resource: [resource], operation: [option.value] };
	const choices = [
		// Only what is sent has recipients of whom some may fail.
		...(kind === 'send' ? resultOptionFields : []),
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
