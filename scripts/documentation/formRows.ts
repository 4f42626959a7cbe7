import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';

/** A parameter of a form, at any depth. */
export interface FormRow {
	/** Where its value stands in a workflow's JSON; `[]` is each entry of a list. */
	path: string;
	/** What the form calls it, after the names of what it stands in; none for what is not on screen. */
	namesOnScreen: string[];
	type: string;
	required: boolean;
	/** `undefined` where there is none, as for the parts of a chat picker's value. */
	default: unknown;
	choices: Array<{ value: string; name: string; description?: string; conditions: Condition[] }>;
	/** Of a number. */
	range?: { min: number; max: number };
	/** Nothing, a text, or one for each way to fill in the field. */
	descriptions: string[];
	conditions: Condition[];
}

/** When the form shows something, or hides it: another field has one of these values. */
export interface Condition {
	effect: 'shown' | 'hidden';
	/** What the form calls the other field. */
	nameOnScreen: string;
	name: string;
	values: string[];
}

/** A form laid out as rows, and what it says between its fields. */
export interface Form {
	rows: FormRow[];
	notices: Notice[];
}

/** What a form says between its fields. */
export interface Notice {
	text: string;
	conditions: Condition[];
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
		namesOnScreen: names,
		type: field.type,
		required: field.required === true,
		default: field.default,
		choices: choicesOf(field, siblings),
		range: rangeOf(field),
		descriptions: field.description === undefined ? [] : [field.description],
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

const ALWAYS_TRUE = 'Always true: tells n8n that this is a picked value';
const HOW_PICKED = 'How it was picked';

/** How n8n stores what was picked from a list or typed in. */
function addLocator(form: Form, field: INodeProperties, path: string, names: string[]): void {
	const common = {
		required: field.required === true,
		default: undefined,
		conditions: [],
	};
	const modes = field.modes ?? [];
	form.rows.push(
		{
			...common,
			path: `${path}.__rl`,
			namesOnScreen: [],
			type: 'boolean',
			choices: [],
			descriptions: [ALWAYS_TRUE],
		},
		{
			...common,
			path: `${path}.mode`,
			namesOnScreen: names,
			type: 'options',
			choices: modes.map(({ name, displayName }) => ({
				value: name,
				name: displayName,
				conditions: [],
			})),
			descriptions: [HOW_PICKED],
		},
		{
			...common,
			path: `${path}.value`,
			namesOnScreen: names,
			type: 'string',
			choices: [],
			descriptions: modes.flatMap(({ hint }) => hint ?? []),
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

function rangeOf({ typeOptions }: INodeProperties): FormRow['range'] {
	const { minValue: min, maxValue: max } = typeOptions ?? {};
	return min === undefined || max === undefined ? undefined : { min, max };
}

function conditionsOf(
	{ displayOptions }: Pick<INodeProperties, 'displayOptions'>,
	siblings: INodeProperties[],
): Condition[] {
	const read = (conditions: object | undefined, effect: Condition['effect']) =>
		Object.entries(conditions ?? {})
			.filter(([name]) => !OPERATION_PARAMETERS.includes(name))
			.map(([path, values]) => {
				// A slash at the start stands for the top of the form.
				const name = path.replace(/^\//, '');
				return {
					effect,
					name,
					nameOnScreen: siblings.find((sibling) => sibling.name === name)?.displayName ?? name,
					values: (values as unknown[]).map(String),
				};
			});
	const { show, hide } = displayOptions ?? {};
	return [...read(show, 'shown'), ...read(hide, 'hidden')];
}

/** The paths of all values in a parameter's JSON, in the notation of `FormRow.path`. */
export function pathsIn(value: unknown, path = ''): string[] {
	if (Array.isArray(value)) return value.flatMap((entry) => pathsIn(entry, `${path}[]`));
	if (typeof value !== 'object' || value === null) return [path];
	return Object.entries(value).flatMap(([name, entry]) =>
		pathsIn(entry, path === '' ? name : `${path}.${name}`),
	);
}
