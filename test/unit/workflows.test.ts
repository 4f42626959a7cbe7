import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import type { INode, IWorkflowBase } from 'n8n-workflow';

import { CARD_LIMITS } from '../../nodes/shared/validation/cardFields';

const FOLDER = path.resolve(__dirname, '../../workflows');
const STICKY_NOTE = 'n8n-nodes-base.stickyNote';
const NODE_SIZE = { width: 96, height: 96 };
/** Below a node stand its name, on up to two lines, and its subtitle. */
const CAPTION_HEIGHT = 64;

type Workflow = Pick<IWorkflowBase, 'name' | 'nodes' | 'connections'>;

const workflows = readdirSync(FOLDER).map((file): [string, Workflow] => [
	file,
	JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as Workflow,
]);
const notesOf = ({ nodes }: Workflow) => nodes.filter(({ type }) => type === STICKY_NOTE);
const stepsOf = ({ nodes }: Workflow) => nodes.filter(({ type }) => type !== STICKY_NOTE);
const HAN = /\p{Script=Han}/u;
const isChinese = (file: string) => file.endsWith('.zh-CN.json');
/** What the sandbox's company calls its groups and departments, in either language. */
const withoutSeeded = (text: string) => text.replace(/客服部群|门店运营部群|销售部/g, '');
/** What people see on cards, buttons and toasts, and hear. */
function textsIn(parameters: unknown): string[] {
	const SHOWN = [
		'title',
		'preview',
		'text',
		'content',
		'customSoundText',
		'approveText',
		'declineText',
	];
	if (Array.isArray(parameters)) return parameters.flatMap(textsIn);
	if (typeof parameters !== 'object' || parameters === null) return [];
	return Object.entries(parameters).flatMap(([name, value]: [string, unknown]) =>
		typeof value === 'string' ? (SHOWN.includes(name) ? [value] : []) : textsIn(value),
	);
}

/** The values with a name, at any depth. */
function namedIn(value: unknown, name: string): unknown[] {
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
		key === name ? [inner] : namedIn(inner, name),
	);
}

/** The texts that are written out, not given by an expression, and longer than so many characters. */
const longerThan = (limit: number, texts: unknown[]) =>
	texts.filter((text) => typeof text === 'string' && !text.startsWith('=') && text.length > limit);

interface Box {
	left: number;
	top: number;
	right: number;
	bottom: number;
}

function boxOf({ position: [left, top], parameters }: INode): Box {
	const width = (parameters.width as number | undefined) ?? NODE_SIZE.width;
	const height = (parameters.height as number | undefined) ?? NODE_SIZE.height + CAPTION_HEIGHT;
	return { left, top, right: left + width, bottom: top + height };
}

const overlap = (one: Box, other: Box) =>
	one.left < other.right &&
	other.left < one.right &&
	one.top < other.bottom &&
	other.top < one.bottom;

const pairs = <Each>(all: Each[]) =>
	all.flatMap((one, place) => all.slice(place + 1).map((other): [Each, Each] => [one, other]));

describe.each(workflows)('workflows/%s', (file, workflow) => {
	it('is made of our nodes and of those that n8n has built in, without code', () => {
		const foreign = workflow.nodes.filter(
			({ type }) =>
				!/^(n8n-nodes-base|@n8n\/n8n-nodes-langchain|n8n-nodes-feishu-feed)\./.test(type) ||
				/\.(code|function|functionItem)$/.test(type),
		);
		expect(foreign).toEqual([]);
	});

	it('explains itself in its language', () => {
		const notes = notesOf(workflow).map(({ parameters }) => String(parameters.content));
		expect(notes.length).toBeGreaterThan(0);
		const texts = [workflow.name, ...workflow.nodes.map(({ name }) => name), ...notes];
		const isOwn = (text: string) => isChinese(file) === HAN.test(withoutSeeded(text));
		expect(texts.filter((text) => !isOwn(text))).toEqual([]);
	});

	it('shows nothing in two languages', () => {
		const shown = stepsOf(workflow).flatMap(({ parameters }) => textsIn(parameters));
		expect(shown.filter((text) => HAN.test(text) && !isChinese(file))).toEqual([]);
		expect(shown.filter((text) => /\p{Script=Han}\s*[A-Z][a-z]+/u.test(text))).toEqual([]);
	});

	it('has texts that Feishu takes', () => {
		const { customSoundText, statusLabelText, buttonText } = CARD_LIMITS;
		const tooLong = stepsOf(workflow).flatMap(({ parameters }) => [
			...longerThan(customSoundText, namedIn(parameters, 'customSoundText')),
			...longerThan(statusLabelText, namedIn(namedIn(parameters, 'label'), 'text')),
			...longerThan(buttonText, namedIn(namedIn(parameters, 'button'), 'text')),
		]);
		expect(tooLong).toEqual([]);
	});

	it('is tidy: nothing overlaps, and every line goes from left to right', () => {
		const steps = stepsOf(workflow);
		const overlapping = [...pairs(steps), ...pairs(notesOf(workflow))]
			.filter(([one, other]) => overlap(boxOf(one), boxOf(other)))
			.map(([one, other]) => `${one.name} / ${other.name}`);
		expect(overlapping).toEqual([]);
		const place = new Map(steps.map(({ name, position }) => [name, position[0]]));
		const backwards = Object.entries(workflow.connections).flatMap(([from, { main = [] }]) =>
			main
				.flatMap((output) => output ?? [])
				.filter(({ node }) => !((place.get(node) ?? -Infinity) > (place.get(from) ?? Infinity)))
				.map(({ node }) => `${from} → ${node}`),
		);
		expect(backwards).toEqual([]);
	});

	it('gives each node a name and an ID of its own', () => {
		for (const key of ['name', 'id'] as const) {
			expect(new Set(workflow.nodes.map((each) => each[key])).size).toBe(workflow.nodes.length);
		}
	});

	it('names nodes in expressions that it has', () => {
		const names = new Set(workflow.nodes.map(({ name }) => name));
		const named = [...JSON.stringify(workflow.nodes).matchAll(/\$\('(.+?)'\)/g)].map(
			([, name]) => name ?? '',
		);
		expect(named.filter((name) => !names.has(name))).toEqual([]);
	});
});

const pairsOfFiles = workflows
	.filter(([file]) => isChinese(file))
	.map(([file, chinese]): [string, Workflow, Workflow | undefined] => [
		file,
		chinese,
		workflows.find(([other]) => other === file.replace('.zh-CN', ''))?.[1],
	]);

describe.each(pairsOfFiles)('workflows/%s', (_file, chinese, english) => {
	/** What does not depend on the language: the shape, and every value that is no text for people. */
	const shapeOf = ({ nodes, connections }: Workflow) => {
		const place = new Map(nodes.map(({ name }, index) => [name, index]));
		return {
			nodes: nodes.map(({ type, typeVersion, position, parameters, credentials }) => {
				const { path, ...others } = parameters;
				const numbersAndFlags = JSON.stringify(others, (_key, value: unknown) =>
					typeof value === 'string' ? '' : value,
				);
				const end = typeof path === 'string' ? path.replace(/^zh\//, '') : path;
				return { type, typeVersion, position, end, numbersAndFlags, credentials };
			}),
			connections: Object.entries(connections).flatMap(([from, byType]) =>
				Object.entries(byType).map(([type, outputs]) => [
					place.get(from),
					type,
					outputs.map((output) => output?.map(({ node, index }) => [place.get(node), index])),
				]),
			),
		};
	};

	it('is the English workflow in Chinese', () => {
		expect(shapeOf(chinese)).toEqual(shapeOf(english!));
	});

	it('has webhook addresses that begin with zh/, where the English one has the rest', () => {
		const pathsOf = ({ nodes }: Workflow) =>
			nodes.flatMap(({ parameters: { path } }) => (typeof path === 'string' ? [path] : []));
		expect(pathsOf(chinese)).toEqual(pathsOf(english!).map((each) => `zh/${each}`));
	});
});

it('has every workflow in Chinese and in English', () => {
	expect(pairsOfFiles.length * 2).toBe(workflows.length);
});

describe('the workflows together', () => {
	const steps = workflows.flatMap(([file, workflow]) =>
		stepsOf(workflow).map((step) => ({ file, leads: step.name in workflow.connections, ...step })),
	);

	it('have webhook addresses of their own', () => {
		const paths = steps
			.filter(({ type }) => type === 'n8n-nodes-base.webhook')
			.map(({ parameters }) => parameters.path);
		expect(paths.length).toBeGreaterThan(0);
		expect(new Set(paths).size).toBe(paths.length);
	});

	it('start by presses on buttons of their own', () => {
		const isTrigger = ({ type }: INode) => type.endsWith('.feishuFeedTrigger');
		// A trigger that nothing follows only receives the presses that others wait for.
		const triggers = steps.filter(
			(step) => isTrigger(step) && step.leads && step.parameters.events !== 'any',
		);
		const actions = triggers.map(({ file, parameters }) => {
			const filters = parameters.filters as { actionValues?: { value: [{ value: string }] } };
			return `${file} ${filters?.actionValues?.value[0].value}`;
		});
		expect(new Set(actions.map((action) => action.split(' ')[1])).size).toBe(actions.length);
		const buttons = steps
			.filter((step) => !isTrigger(step))
			.flatMap(({ file, parameters }) =>
				[...JSON.stringify(parameters).matchAll(/"name":"action","value":"([^"]+)"/g)].map(
					([, action]) => `${file} ${action}`,
				),
			);
		expect(new Set(buttons)).toEqual(new Set(actions));
	});
});
