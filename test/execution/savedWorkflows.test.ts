import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { NodeHelpers, SEND_AND_WAIT_OPERATION } from 'n8n-workflow';
import type { IDataObject, INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { resources } from '../../nodes/FeishuFeed/resources';
import { FeishuFeedTrigger } from '../../nodes/FeishuFeedTrigger/FeishuFeedTrigger.node';
import { resetProcessState } from '../../nodes/shared/primitives/processState';
import { receiveByLongConnection, receiveByWebhook } from '../helpers/execution/TriggerInBothWays';
import { isEngineAtLeast } from '../helpers/execution/engine';
import { UUID, create } from '../helpers/execution/forms';
import { withSandbox } from '../helpers/execution/withSandbox';
import { withWebSocket } from '../helpers/execution/webSocketOfNode';
import { LongConnectionServer } from '../helpers/unit/LongConnectionServer';

/**
 * Workflows as n8n saved them with earlier code, and what came of each then. Both stay as they are: whoever changes
 * the nodes makes these pass. `RECORD_SAVED_WORKFLOWS=1` records a new file; it changes none that is there.
 */
const FOLDER = path.resolve(__dirname, '../savedWorkflows');
const TRIGGER = 'trigger.json';

interface SavedWorkflow {
	nodes: INode[];
	pinData: { Start?: INodeExecutionData[] };
}

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const filesOf = (folder: string): string[] =>
	readdirSync(folder).filter((name) => name.endsWith('.json'));

/** Each of our nodes in the files, with what came of it. */
const saved = ['1', '1.1'].flatMap((version) =>
	filesOf(path.join(FOLDER, version)).flatMap((file) => {
		const { nodes, pinData } = read(path.join(FOLDER, version, file)) as SavedWorkflow;
		const recording = path.join(FOLDER, version, 'recorded', file);
		const recorded = (existsSync(recording) ? read(recording) : {}) as Record<string, IDataObject>;
		return nodes
			.filter(({ type }) => type.startsWith('n8n-nodes-feishu-feed'))
			.map((node) => ({ version, file, node, pinData, recording, result: recorded[node.name] }));
	}),
);
type Saved = (typeof saved)[number];

const named = (one: Saved): [string, Saved] => [
	`${one.version}/${one.file}: ${one.node.name}`,
	one,
];
const actions = saved.filter(({ file }) => file !== TRIGGER).map(named);
const triggers = saved.filter(({ file }) => file === TRIGGER).map(named);

/** What is another one each time; and the words of a reason, which may become better ones. */
function masked(value: unknown): unknown {
	return JSON.parse(JSON.stringify(value), (key, one: unknown) => {
		if (key === 'log_id' || key === 'reason') return '…';
		if (typeof one !== 'string') return one;
		if (UUID.test(one)) return '(a new ID)';
		return one.replace(/img_v3_[-0-9a-f]{36}\w*/g, '(an image key)');
	}) as unknown;
}

/** Compares with what was recorded. Outputs may have gained fields since. */
function compare({ recording, node, result }: Saved, { sent, ...others }: IDataObject): void {
	const now = masked({ sent, ...others }) as IDataObject;
	if (result === undefined && process.env.RECORD_SAVED_WORKFLOWS) {
		mkdirSync(path.dirname(recording), { recursive: true });
		const recorded = existsSync(recording) ? (read(recording) as IDataObject) : {};
		const all = JSON.stringify({ ...recorded, [node.name]: now }, null, '\t');
		writeFileSync(recording, `${all}\n`);
		return;
	}
	expect(now).toMatchObject(result);
	// Nothing more, and nothing else, is sent.
	expect(now.sent).toEqual(result.sent);
}

describe('the action node', () => {
	const sandbox = withSandbox({ people: 20 });
	const byText = (one: unknown, another: unknown) =>
		JSON.stringify(one).localeCompare(JSON.stringify(another));

	it.each(actions)('does the same with %s', async (_, one) => {
		const { node, pinData, version, file } = one;
		const items = pinData.Start ?? [];
		const liFang = sandbox.people[1].open_id;
		const owners = file.includes('upsert') ? [liFang] : sandbox.openIds(1, 3);
		if (/update\.|delete|upsert/.test(file)) {
			await sandbox.output(
				create({ userIds: owners.join(','), bizId: 'shift-42', title: 'Before' }),
			);
		}
		await sandbox.feishu.clearRequests();
		let waiting: unknown;
		const { outputs, error } = await sandbox.run(node.parameters as IDataObject, {
			typeVersion: Number(version),
			items: items.map(({ json }) => json),
			files: items.map(({ binary }) => binary),
			executeWorkflow: (input) => {
				waiting = input.map(({ json }) => json);
				return input;
			},
		});
		const calls = (await sandbox.calls()).sort(byText);
		if (node.parameters.operation === SEND_AND_WAIT_OPERATION && !isEngineAtLeast(2, 0)) {
			expect(error?.message).toMatch(/^Send and Wait for Response needs n8n 2 or later/);
			expect({ calls, waiting }).toEqual({ calls: [], waiting: undefined });
			return;
		}
		compare(one, {
			sent: { calls, ...(waiting !== undefined && { waiting }) } as IDataObject,
			...(error ? { error: error.message } : { output: outputs[0]?.map(({ json }) => json) }),
		});
	});
});

describe('the trigger', () => {
	let feishu: LongConnectionServer;
	withWebSocket();
	beforeEach(async () => (feishu = await LongConnectionServer.start()));
	afterEach(async () => {
		await feishu.stop();
		resetProcessState();
	});

	const { description } = new FeishuFeedTrigger();
	const press = (id: string, bizId: string, action: string): string =>
		JSON.stringify({
			schema: '2.0',
			header: {
				event_id: id,
				event_type: 'card.action.trigger',
				create_time: '1795318905233834',
				app_id: 'cli_a',
			},
			event: {
				operator: { open_id: 'ou_1', union_id: 'on_1', user_id: '1' },
				action: { value: { action, biz_id: bizId }, tag: 'button' },
			},
		});
	const EVENTS = [
		press('1', 'shift-42', 'clock_in'),
		press('2', 'shift-42', 'later'),
		press('3', 'shift-44', 'clock_in'),
		press('1', 'shift-42', 'clock_in'),
		JSON.stringify({
			schema: '2.0',
			header: {
				event_id: '4',
				event_type: 'app_ticket',
				create_time: '1795318905233834',
				app_id: 'cli_a',
			},
			event: { app_ticket: 'of this hour' },
		}),
	];

	it.each(triggers)('does the same with %s', async (_, one) => {
		const { properties } = description;
		const parameters = NodeHelpers.getNodeParameters(
			properties,
			one.node.parameters,
			true,
			false,
			one.node,
			description,
		) as INodeParameters;
		const surroundings = {
			parameters,
			workflow: () => ({ json: { toast: 'From the workflow' } }),
			resume: () => ({ statusCode: 200 }),
		};
		const { started, responses } =
			parameters.connection === 'longConnection'
				? await receiveByLongConnection(EVENTS, surroundings, feishu)
				: await receiveByWebhook(EVENTS, surroundings);
		compare(one, { sent: { responses }, started } as IDataObject);
	});
});

it('covers every operation', () => {
	const operations = resources.flatMap(({ option, operations: all }) =>
		all.map((operation) => `${option.value}.${operation.option.value}.json`),
	);
	expect(filesOf(path.join(FOLDER, '1.1')).sort()).toEqual([...operations, TRIGGER].sort());
});
