import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';

/** A parameter of a form, at any depth. */
export interface FormRow {
	/** Where its value stands in a workflow's JSON; `[]` is each entry of a list. */
	path: string;
	/** What the form calls it, with the names of what it stands in. */
	nameOnScreen: string;
	type: string;
	required: boolean;
	/** `undefined` where there is none, as for the parts of a chat picker's value. */
	default: unknown;
	choices: Array<{ value: string; name: string; description?: string; conditions: string[] }>;
	/** Of a number; empty for others. */
	range: string;
	description: string;
	/** When the form shows it, as Markdown. */
	conditions: string[];
}

/** A form laid out as rows, and what it says between its fields. */
export interface Form {
	rows: FormRow[];
	notices: Notice[];
}

/** What a form says between its fields. */
export interface Notice {
	text: string;
	/** When the form shows it, as Markdown. */
	conditions: string[];
}

/** What an operation is shown by: these are not conditions of its fields. */
const OPERATION_PARAMETERS = ['resource', 'operation', '@version', '@tool'];

/** The fields that the form shows for an operation on the canvas, whatever else the user chooses in it. */
export function fieldsOf(
	properties: INodeProperties[],
	{ resource, operation }: { resource: string; operation: string },
): INodeProperties[] {
	return properties.filter(
		({ type, displayOptions }) =>
			type !== 'hidden' &&
			isOfNewestVersion(displayOptions) &&
			displayOptions?.show?.['@tool']?.[0] !== true &&
			displayOptions?.show?.resource?.includes(resource) &&
			displayOptions.show.operation?.includes(operation),
	);
}

/** What only an earlier version of the node shows names that version; the newest is a condition for all later ones. */
function isOfNewestVersion(displayOptions: INodeProperties['displayOptions']): boolean {
	const versions = displayOptions?.show?.['@version'];
	return versions === undefined || versions.some((version) => typeof version === 'object');
}

/** Lays out a form as a new node has it, with the fields inside its fields. */
export function layOut(properties: INodeProperties[]): Form {
	const form: Form = { rows: [], notices: [] };
	const fields = properties.filter(({ displayOptions }) => isOfNewestVersion(displayOptions));
	for (const field of fields) addField(form, field, fields, '', []);
	return form;
}

function addField(
	form: Form,
	field: INodeProperties,
	siblings: INodeProperties[],
	parentPath: string,
	parentNames: string[],
): void {
	if (field.type === 'notice') {
		form.notices.push({
			text: withoutTags(field.displayName),
			conditions: conditionsOf(field, siblings),
		});
		return;
	}
	const path = `${parentPath}${field.name}`;
	const names = [...parentNames, field.displayName];
	form.rows.push({
		path,
		nameOnScreen: names.join(' › '),
		type: field.type,
		required: field.required === true,
		default: field.default,
		choices: choicesOf(field, siblings),
		range: rangeOf(field),
		description: field.description ?? '',
		conditions: conditionsOf(field, siblings),
	});
	const list = field.typeOptions?.multipleValues === true ? '[]' : '';
	if (field.type === 'collection') {
		const inner = field.options as INodeProperties[];
		for (const entry of inner) addField(form, entry, inner, `${path}${list}.`, names);
	}
	if (field.type === 'fixedCollection') {
		for (const { name, values } of field.options as INodePropertyCollection[]) {
			for (const entry of values.filter(({ type }) => type !== 'hidden')) {
				addField(form, entry, values, `${path}.${name}${list}.`, names);
			}
		}
	}
	if (field.type === 'resourceLocator') addLocator(form, field, path, names);
}

/** A notice may hold HTML, such as a link. */
function withoutTags(html: string): string {
	return html.replace(/<[^>]+>/g, '');
}

/** How n8n stores what was picked from a list or typed in. */
function addLocator(form: Form, field: INodeProperties, path: string, names: string[]): void {
	const common = {
		required: field.required === true,
		default: undefined,
		range: '',
		conditions: [],
	};
	const modes = field.modes ?? [];
	form.rows.push(
		{
			...common,
			path: `${path}.__rl`,
			nameOnScreen: '',
			type: 'boolean',
			choices: [],
			description: 'Always true: tells n8n that this is a picked value',
		},
		{
			...common,
			path: `${path}.mode`,
			nameOnScreen: names.join(' › '),
			type: 'options',
			choices: modes.map(({ name, displayName }) => ({
				value: name,
				name: displayName,
				conditions: [],
			})),
			description: 'How it was picked',
		},
		{
			...common,
			path: `${path}.value`,
			nameOnScreen: names.join(' › '),
			type: 'string',
			choices: [],
			description: modes.flatMap(({ hint }) => hint ?? []).join('. '),
		},
	);
}

function choicesOf(
	{ type, options = [] }: INodeProperties,
	siblings: INodeProperties[],
): FormRow['choices'] {
	if (type !== 'options' && type !== 'multiOptions') return [];
	return (options as INodePropertyOptions[]).map((option) => ({
		value: String(option.value),
		name: option.name,
		description: option.description,
		conditions: conditionsOf(option, siblings),
	}));
}

function rangeOf({ typeOptions }: INodeProperties): string {
	const { minValue, maxValue } = typeOptions ?? {};
	return minValue === undefined || maxValue === undefined ? '' : `${minValue} to ${maxValue}`;
}

function conditionsOf(
	{ displayOptions }: Pick<INodeProperties, 'displayOptions'>,
	siblings: INodeProperties[],
): string[] {
	const say = (conditions: object | undefined, verb: string) =>
		Object.entries(conditions ?? {})
			.filter(([name]) => !OPERATION_PARAMETERS.includes(name))
			.map(([path, values]) => {
				// A slash at the start stands for the top of the form.
				const name = path.replace(/^\//, '');
				const named = siblings.find((sibling) => sibling.name === name)?.displayName ?? name;
				const shown = (values as unknown[]).map((value) => `\`${String(value)}\``).join(' or ');
				return `${verb} when "${named}" (\`${name}\`) is ${shown}`;
			});
	const { show, hide } = displayOptions ?? {};
	return [...say(show, 'Shown'), ...say(hide, 'Hidden')];
}

/** The paths of all values in a parameter's JSON, in the notation of `FormRow.path`. */
export function pathsIn(value: unknown, path = ''): string[] {
	if (Array.isArray(value)) return value.flatMap((entry) => pathsIn(entry, `${path}[]`));
	if (typeof value !== 'object' || value === null) return [path];
	return Object.entries(value).flatMap(([name, entry]) =>
		pathsIn(entry, path === '' ? name : `${path}.${name}`),
	);
}
