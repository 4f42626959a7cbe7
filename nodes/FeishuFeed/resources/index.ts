import type { INodeProperties, INodePropertyCollection } from 'n8n-workflow';

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
	return [...fields, optionsField]
		.flatMap((field) => withWholeValue(field, false))
		.map((field) => ({
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
 *
 * Groups of fields that have the form's shape are left to n8n: it saves only what differs from a default, and shows the
 * default again only where it reads the parts. That is told by a path from the root: up to 2.34, n8n takes any other
 * path for a field that is missing, and reads no form that has it. Within a group there is no path from the root, and
 * so the value is always handed on.
 */
function withWholeValue(field: INodeProperties, isInGroup: boolean): INodeProperties[] {
	const { type, displayName, name, default: byDefault, displayOptions } = field;
	const whole: INodeProperties = {
		displayName,
		name,
		type: 'hidden',
		default: byDefault,
		displayOptions,
	};
	if (type === 'collection') return [field, whole];
	if (type !== 'fixedCollection') return [field];
	const groups = field.options as INodePropertyCollection[];
	const place = field.typeOptions?.multipleValues ? '[0]' : '';
	const hide = Object.fromEntries(
		groups.map((group) => [
			`/${name}.${group.name}${place}.${group.values[0]?.name}`,
			[{ _cnd: { exists: true as const } }],
		]),
	);
	const options = groups.map((group) => ({
		...group,
		values: group.values.flatMap((part) => withWholeValue(part, true)),
	}));
	if (isInGroup) return [{ ...field, options }, whole];
	return [
		{ ...field, options },
		{ ...whole, displayOptions: { ...displayOptions, hide: { ...displayOptions?.hide, ...hide } } },
	];
}
