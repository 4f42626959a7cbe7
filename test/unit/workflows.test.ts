import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import type { INode, IWorkflowBase } from 'n8n-workflow';

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
const isBilingual = (text: string) => /\p{Script=Han}/u.test(text) && /[A-Za-z]{2}/.test(text);

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

describe.each(workflows)('workflows/%s', (_file, workflow) => {
	it('is made of our nodes and of those that n8n has built in, without code', () => {
		const foreign = workflow.nodes.filter(
			({ type }) =>
				!/^(n8n-nodes-base|n8n-nodes-feishu-feed)\./.test(type) ||
				/\.(code|function|functionItem)$/.test(type),
		);
		expect(foreign).toEqual([]);
	});

	it('explains itself in Chinese and English', () => {
		const texts = [workflow.name, ...stepsOf(workflow).map(({ name }) => name)];
		expect(texts.filter((text) => !isBilingual(text))).toEqual([]);
		const notes = notesOf(workflow).map(({ parameters }) => String(parameters.content));
		expect(notes.length).toBeGreaterThan(0);
		expect(notes.filter((text) => !isBilingual(text))).toEqual([]);
	});

	it('is tidy: nothing overlaps, and every line goes from left to right', () => {
		const steps = stepsOf(workflow);
		const overlapping = [...pairs(steps), ...pairs(notesOf(workflow))]
			.filter(([one, other]) => overlap(boxOf(one), boxOf(other)))
			.map(([one, other]) => `${one.name} / ${other.name}`);
		expect(overlapping).toEqual([]);
		const place = new Map(steps.map(({ name, position }) => [name, position[0]]));
		const backwards = Object.entries(workflow.connections).flatMap(([from, { main }]) =>
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
				[...JSON.stringify(parameters).matchAll(/"name":"action","value":"(\w+)"/g)].map(
					([, action]) => `${file} ${action}`,
				),
			);
		expect(new Set(buttons)).toEqual(new Set(actions));
	});
});
