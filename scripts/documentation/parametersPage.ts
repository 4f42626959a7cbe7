import type {
	ICredentialType,
	INodeProperties,
	INodePropertyOptions,
	INodeTypeDescription,
} from 'n8n-workflow';

import type { Example, TriggerExample } from './examples';
import { fieldsOf, layOut } from './formRows';
import type { Form, FormRow, Notice } from './formRows';
import { callLimits, cardLimits } from './limits';
import { anchor, code, jsonBlock, plain, table } from './markdown';

interface OperationOfNode {
	heading: string;
	resource: string;
	operation: string;
	description: string;
}

/** A node that has operations, with examples of each. */
interface ActionNode {
	description: INodeTypeDescription;
	examples: Example[];
}

/** A node that has one form. */
interface TriggerNode {
	description: INodeTypeDescription;
	examples: TriggerExample[];
}

/** The page that has every parameter of the nodes and of their credential. */
export function parametersPage(
	action: ActionNode,
	trigger: TriggerNode,
	credential: ICredentialType,
): string {
	const operations = operationsOf(action.description.properties);
	return [
		'<!-- Written by npm run docs. Change the descriptions in nodes/ and credentials/, or docs/examples/. -->',
		'# Parameters',
		'Every field of the nodes and of their credential, by the name on screen and by the name in the JSON of a workflow. The names are part of what the package promises: workflows store them.',
		'A path says where a value stands under `parameters`. `statusLabel.label.text` is',
		jsonBlock({ statusLabel: { label: { text: 'Urgent' } } }),
		'and `buttons.button[].text` is the text of each button:',
		jsonBlock({ buttons: { button: [{ text: 'Yes' }, { text: 'No' }] } }),
		'The default of a field inside a collection, such as Options, is what the form offers when you add it. Without the field, its description says what happens.',
		'Examples run as they are in the n8n that `npm start` opens: their people and groups are those of the sandbox. The tests execute each of them and compare the output.',
		'## Operations',
		table(
			['Operation', '`resource`', '`operation`', 'What it does'],
			operations.map(({ heading, resource, operation, description }) => [
				`[${heading}](${anchor(heading)})`,
				code(resource),
				code(operation),
				plain(description),
			]),
		),
		[
			`[${trigger.description.displayName}](${anchor(trigger.description.displayName)})`,
			`[Credential](${anchor(credential.displayName)})`,
			'[Limits](#limits)',
		].join(' · '),
		...operations.flatMap((operation) => operationSection(action, operation)),
		...triggerSection(trigger),
		`## ${credential.displayName}`,
		`The credential, of type ${code(credential.name)}. [How to fill it in](credential.md).`,
		formTable(layOut(credential.properties).rows),
		'## Limits',
		"Feishu's own. The node checks a card before the first call and says which field breaks which limit. Characters are Unicode code points: an emoji such as ⏰ or a character such as 𠮷 counts as one.",
		'### Of a card',
		cardLimits('en'),
		'### Of calls',
		'Recipients of all input items are joined into full calls.',
		callLimits('en'),
	].join('\n\n');
}

function operationsOf(properties: INodeProperties[]): OperationOfNode[] {
	const named = (name: string) => properties.filter((property) => property.name === name);
	return named('resource')
		.flatMap(({ options }) => options as INodePropertyOptions[])
		.flatMap((resource) =>
			named('operation')
				.filter(({ displayOptions }) => displayOptions?.show?.resource?.includes(resource.value))
				.flatMap(({ options }) => options as INodePropertyOptions[])
				.map((operation) => ({
					heading: `${resource.name}: ${operation.name}`,
					resource: String(resource.value),
					operation: String(operation.value),
					description: operation.description ?? '',
				})),
		);
}

function operationSection(
	{ description, examples }: ActionNode,
	operation: OperationOfNode,
): string[] {
	const shown = examples.filter(
		({ parameters }) =>
			parameters.resource === operation.resource && parameters.operation === operation.operation,
	);
	if (shown.length === 0) {
		throw new Error(`docs/examples/ has no example of ${operation.heading}`);
	}
	return [
		`## ${operation.heading}`,
		`${plain(operation.description)}.`,
		`\`"resource": "${operation.resource}", "operation": "${operation.operation}"\``,
		...formSection(layOut(fieldsOf(description.properties, operation))),
		...shown.flatMap(({ shows, parameters, output }) => [
			`**Example.** ${shows}`,
			jsonBlock(parameters),
			'It gives',
			jsonBlock(output.length === 1 ? output[0] : output),
		]),
	];
}

function triggerSection({ description, examples }: TriggerNode): string[] {
	return [
		`## ${description.displayName}`,
		`${plain(description.description)}. [How to set it up, and what comes out](trigger.md).`,
		...formSection(layOut(description.properties)),
		...examples.flatMap(({ shows, parameters }) => [
			`**Example.** ${shows}`,
			jsonBlock(parameters),
		]),
	];
}

function formSection({ notices, rows }: Form): string[] {
	return [...notices.map(notice), formTable(rows)];
}

function notice({ text, conditions }: Notice): string {
	return sentences([plain(text), ...conditions]);
}

const HEADINGS = [
	'Name on screen',
	'Parameter',
	'Type',
	'Required',
	'Default',
	'Choices',
	'What it does',
];

function formTable(rows: FormRow[]): string {
	return table(HEADINGS, rows.map(formRow));
}

function formRow(row: FormRow): string[] {
	const hidden = row.type === 'hidden';
	return [
		hidden ? '' : plain(row.nameOnScreen),
		code(row.path),
		row.type,
		row.required ? 'yes' : '',
		defaultOf(row.default),
		row.choices.length > 0 ? row.choices.map(choice).join('<br>') : row.range,
		sentences([
			hidden ? 'Not on screen: n8n fills it in' : plain(row.description),
			...row.conditions,
		]),
	];
}

function choice({ value, name, description, conditions }: FormRow['choices'][number]): string {
	const words = plain(description === undefined ? name : `${name}: ${description}`);
	return `${code(value)} ${conditions.length > 0 ? sentences([words, ...conditions]) : words}`;
}

function sentences(texts: string[]): string {
	return texts
		.filter((text) => text !== '')
		.map((text) => text.replace(/\.?$/, '.'))
		.join(' ');
}

/** What a new node holds; an empty text, list or collection is nothing worth a word. */
function defaultOf(value: unknown): string {
	if (value === undefined || value === '' || value === null) return '';
	if (typeof value === 'object') {
		return Object.keys(value).length === 0 ? '' : code(JSON.stringify(value));
	}
	return code(String(value).replace(/\s+/g, ' '));
}
