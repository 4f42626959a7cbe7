import type {
	ICredentialType,
	INodeProperties,
	INodePropertyOptions,
	INodeTypeDescription,
} from 'n8n-workflow';

import type { Example, TriggerExample } from './examples';
import { fieldsOf, layOut } from './formRows';
import type { Condition, Form, FormRow, Notice } from './formRows';
import { callLimits, cardLimits } from './limits';
import { anchor, code, jsonBlock, plain, table } from './markdown';
import type { Translation } from './translation';

interface OperationOfNode {
	/** Its resource's name and its own. */
	names: [string, string];
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

const WORDS = {
	en: {
		otherLanguage: '**English** · [简体中文](parameters.zh-CN.md)',
		title: '# Parameters',
		introduction: [
			'Every field of the nodes and of their credential, by the name on screen and by the name in the JSON of a workflow. The names are part of what the package promises: workflows store them.',
			'A path says where a value stands under `parameters`. `statusLabel.label.text` is',
			jsonBlock({ statusLabel: { label: { text: 'Urgent' } } }),
			'and `buttons.button[].text` is the text of each button:',
			jsonBlock({ buttons: { button: [{ text: 'Yes' }, { text: 'No' }] } }),
			'The default of a field inside a collection, such as Options, is what the form offers when you add it. Without the field, its description says what happens.',
			'[Where to find an `open_id`, a chat ID or an image key](recipients.md#where-to-find-an-id).',
			'Examples run as they are in the n8n that `npm start` opens: their people and groups are those of the sandbox. The tests execute each of them and compare the output.',
		],
		operations: '## Operations',
		operationHeadings: ['Operation', '`resource`', '`operation`', 'What it does'],
		gloss: (gloss: string) => ` (${gloss})`,
		example: (shows: string) => `**Example.** ${shows}`,
		gives: 'It gives',
		trigger: '[How to set it up, and what comes out](trigger.md).',
		credentialLink: 'Credential',
		credential: (type: string) =>
			`The credential, of type ${type}. [How to fill it in](credential.md).`,
		limitsLink: '[Limits](#limits)',
		limits: '## Limits',
		limitsIntroduction:
			"Feishu's own. The node checks a card before the first call and says which field breaks which limit. Characters are Unicode code points: an emoji such as ⏰ or a character such as 𠮷 counts as one.",
		ofCard: '### Of a card',
		ofCalls: '### Of calls',
		joined: 'Recipients of all input items are joined into full calls.',
		formHeadings: [
			'Name on screen',
			'Parameter',
			'Type',
			'Required',
			'Default',
			'Choices',
			'What it does',
		],
		yes: 'yes',
		range: (min: number, max: number) => `${min} to ${max}`,
		hidden: 'Not on screen: n8n fills it in',
		described: (name: string, description: string) => `${name}: ${description}`,
		fullStop: '.',
		space: ' ',
		condition: (effect: Condition['effect'], field: string, name: string, values: string[]) =>
			`${effect === 'shown' ? 'Shown' : 'Hidden'} when "${field}" (${name}) is ${values.join(' or ')}`,
	},
	'zh-CN': {
		otherLanguage: '[English](parameters.md) · **简体中文**',
		title: '# 参数',
		introduction: [
			'节点和凭证的每一个字段。表单是英文的，所以名称保留英文，括号里是中文说明；“参数”一栏是它在工作流 JSON 里的名字。工作流会保存这些名字，今后不会改变。',
			'路径表示值在 `parameters` 里的位置。`statusLabel.label.text` 就是',
			jsonBlock({ statusLabel: { label: { text: '紧急' } } }),
			'`buttons.button[].text` 是每个按钮的文字：',
			jsonBlock({ buttons: { button: [{ text: '同意' }, { text: '拒绝' }] } }),
			'Options 这类集合里的字段，默认值是添加时表单给出的初始值；不添加会怎样，见该字段的说明。',
			'[`open_id`、群 ID、image_key 在哪里找](recipients.zh-CN.md#id-在哪里找)。',
			'示例可以在 `npm start` 打开的 n8n 里直接运行，其中的人员和群都来自沙箱。测试会逐个运行这些示例并核对输出。',
		],
		operations: '## 操作',
		operationHeadings: ['操作', '`resource`', '`operation`', '作用'],
		gloss: (gloss: string) => `（${gloss}）`,
		example: (shows: string) => `**示例：** ${shows}`,
		gives: '输出：',
		trigger: '[如何配置、会输出什么](trigger.zh-CN.md)。',
		credentialLink: '凭证',
		credential: (type: string) => `凭证，类型为 ${type}。[怎么填](credential.zh-CN.md)。`,
		limitsLink: '[限制](#限制)',
		limits: '## 限制',
		limitsIntroduction:
			'这些是飞书的限制。节点在发出第一个请求之前检查卡片，指出哪个字段超出了哪条限制。字符按 Unicode 码位计算，⏰ 这样的表情、𠮷 这样的字都算一个。',
		ofCard: '### 卡片',
		ofCalls: '### 调用',
		joined: '所有输入数据的接收人合并成满批次的调用。',
		formHeadings: ['表单中的名称', '参数', '类型', '必填', '默认值', '选项', '说明'],
		yes: '是',
		range: (min: number, max: number) => `${min} 到 ${max}`,
		hidden: '不在表单中显示，由 n8n 填写',
		described: (name: string, description: string) => `${name}：${description}`,
		fullStop: '。',
		space: '',
		condition: (effect: Condition['effect'], field: string, name: string, values: string[]) =>
			`“${field}”（${name}）为 ${values.join(' 或 ')} 时${effect === 'shown' ? '显示' : '隐藏'}`,
	},
};

/** The page that has every parameter of the nodes and of their credential, in a language. */
export function parametersPage(
	action: ActionNode,
	trigger: TriggerNode,
	credential: ICredentialType,
	translation: Translation,
): string {
	return new ParametersPage(translation).write(action, trigger, credential);
}

class ParametersPage {
	private readonly words: (typeof WORDS)[Translation['language']];

	constructor(private readonly translation: Translation) {
		this.words = WORDS[translation.language];
	}

	write(action: ActionNode, trigger: TriggerNode, credential: ICredentialType): string {
		const { words } = this;
		const { language } = this.translation;
		const operations = operationsOf(action.description.properties);
		return [
			words.otherLanguage,
			'<!-- Written by npm run docs. Change the descriptions in nodes/ and credentials/, or docs/examples/. -->',
			words.title,
			...words.introduction,
			words.operations,
			table(
				words.operationHeadings,
				operations.map((operation) => [
					`[${this.heading(operation)}](${anchor(this.heading(operation))})`,
					code(operation.resource),
					code(operation.operation),
					plain(this.translation.text(operation.description)),
				]),
			),
			[
				`[${trigger.description.displayName}](${anchor(trigger.description.displayName)})`,
				`[${words.credentialLink}](${anchor(credential.displayName)})`,
				words.limitsLink,
			].join(' · '),
			...operations.flatMap((operation) => this.operationSection(action, operation)),
			...this.triggerSection(trigger),
			`## ${credential.displayName}`,
			words.credential(code(credential.name)),
			this.formTable(layOut(credential.properties).rows),
			words.limits,
			words.limitsIntroduction,
			words.ofCard,
			cardLimits(language),
			words.ofCalls,
			words.joined,
			callLimits(language),
		].join('\n\n');
	}

	private heading({ names }: OperationOfNode): string {
		const glosses = names.map((name) => this.translation.gloss(name));
		return this.withGloss(names.join(': '), glosses.filter((gloss) => gloss !== '').join('：'));
	}

	private withGloss(name: string, gloss: string): string {
		return gloss === '' ? name : `${name}${this.words.gloss(gloss)}`;
	}

	private operationSection(
		{ description, examples }: ActionNode,
		operation: OperationOfNode,
	): string[] {
		const shown = examples.filter(
			({ parameters }) =>
				parameters.resource === operation.resource && parameters.operation === operation.operation,
		);
		if (shown.length === 0) {
			throw new Error(`docs/examples/ has no example of ${operation.names.join(': ')}`);
		}
		return [
			`## ${this.heading(operation)}`,
			this.sentences([plain(this.translation.text(operation.description))]),
			`\`"resource": "${operation.resource}", "operation": "${operation.operation}"\``,
			...this.formSection(layOut(fieldsOf(description.properties, operation))),
			...shown.flatMap(({ shows, parameters, output }) => [
				this.words.example(this.translation.text(shows)),
				jsonBlock(parameters),
				this.words.gives,
				jsonBlock(output.length === 1 ? output[0] : output),
			]),
		];
	}

	private triggerSection({ description, examples }: TriggerNode): string[] {
		return [
			`## ${description.displayName}`,
			[
				this.sentences([plain(this.translation.text(description.description))]),
				this.words.trigger,
			].join(this.words.space),
			...this.formSection(layOut(description.properties)),
			...examples.flatMap(({ shows, parameters }) => [
				this.words.example(this.translation.text(shows)),
				jsonBlock(parameters),
			]),
		];
	}

	private formSection({ notices, rows }: Form): string[] {
		return [...notices.map((notice) => this.notice(notice)), this.formTable(rows)];
	}

	private notice({ text, conditions }: Notice): string {
		return this.sentences([
			plain(this.translation.text(text)),
			...conditions.map((condition) => this.condition(condition)),
		]);
	}

	private formTable(rows: FormRow[]): string {
		return table(
			this.words.formHeadings,
			rows.map((row) => this.formRow(row)),
		);
	}

	private formRow(row: FormRow): string[] {
		const { words, translation } = this;
		const hidden = row.type === 'hidden';
		const descriptions = row.descriptions.map((text) => plain(translation.text(text)));
		return [
			hidden ? '' : this.nameOnScreen(row.namesOnScreen),
			code(row.path),
			row.type,
			row.required ? words.yes : '',
			defaultOf(row.default),
			row.range === undefined
				? row.choices.map((choice) => this.choice(choice)).join('<br>')
				: words.range(row.range.min, row.range.max),
			this.sentences([
				...(hidden ? [words.hidden] : descriptions),
				...row.conditions.map((condition) => this.condition(condition)),
			]),
		];
	}

	/** All names of a field, and what its own, the last, means. */
	private nameOnScreen(names: string[]): string {
		const own = names.at(-1);
		return plain(
			own === undefined ? '' : this.withGloss(names.join(' › '), this.translation.gloss(own)),
		);
	}

	private choice({ value, name, description, conditions }: FormRow['choices'][number]): string {
		const { words, translation } = this;
		const named = this.withGloss(name, translation.gloss(name));
		const said = plain(
			description === undefined ? named : words.described(named, translation.text(description)),
		);
		const sentences = [said, ...conditions.map((condition) => this.condition(condition))];
		return `${code(value)} ${conditions.length > 0 ? this.sentences(sentences) : said}`;
	}

	private condition({ effect, nameOnScreen, name, values }: Condition): string {
		return this.words.condition(effect, nameOnScreen, code(name), values.map(code));
	}

	private sentences(texts: string[]): string {
		const { fullStop, space } = this.words;
		return texts
			.filter((text) => text !== '')
			.map((text) => text.replace(/[.。]?$/, fullStop))
			.join(space);
	}
}

function operationsOf(properties: INodeProperties[]): OperationOfNode[] {
	const named = (name: string) => properties.filter((property) => property.name === name);
	return named('resource')
		.flatMap(({ options }) => options as INodePropertyOptions[])
		.flatMap((resource) =>
			named('operation')
				.filter(({ displayOptions }) => displayOptions?.show?.resource?.includes(resource.value))
				.flatMap(({ options }) => options as INodePropertyOptions[])
				.map(
					(operation): OperationOfNode => ({
						names: [resource.name, operation.name],
						resource: String(resource.value),
						operation: String(operation.value),
						description: operation.description ?? '',
					}),
				),
		);
}

/** What a new node holds; an empty text, list or collection is nothing worth a word. */
function defaultOf(value: unknown): string {
	if (value === undefined || value === '' || value === null) return '';
	if (typeof value === 'object') {
		return Object.keys(value).length === 0 ? '' : code(JSON.stringify(value));
	}
	return code(String(value).replace(/\s+/g, ' '));
}
