import type { INodeParameters } from 'n8n-workflow';

import { SEEDED_APPS, TENANT_KEY } from '../../sandbox/feishu/src';
import type { SavedCredential, SavedWorkflow } from '../../sandbox/n8n/src';
import { expect, PATIENCE } from '../helpers/e2e/expect';
import { Gateway } from '../helpers/e2e/Gateway';
import type { GatewayAnswer } from '../helpers/e2e/Gateway';
import { RealN8n } from '../helpers/e2e/RealN8n';
import type { WorkflowRun } from '../helpers/e2e/RealN8n';
import {
	chain,
	feishuFeed,
	feishuFeedTrigger,
	manualTrigger,
	node,
	withItems,
} from '../helpers/e2e/workflows';

const { app_id: appId, app_secret: firstSecret } = SEEDED_APPS.custom;
const [APPROVE, DECLINE] = ['同意 Approve', '拒绝 Decline'];

/** What a person sees of a press. */
interface Toast {
	type: string;
	content: string;
	i18n: { zh_cn: string; en_us: string };
}

interface Person {
	open_id: string;
	union_id?: string;
	user_id?: string;
}

let n8n: RealN8n;
let gateway: Gateway;
let credential: SavedCredential;
let appSecret: string = firstSecret;
let people: Person[];
let trigger: SavedWorkflow;
let cards = 0;

/** Starts an n8n behind a gateway, which receives presses over the long connection. */
async function start(subPath: string, environment: NodeJS.ProcessEnv = {}): Promise<void> {
	gateway = await Gateway.start();
	gateway.subPath = subPath;
	n8n = await RealN8n.start({ WEBHOOK_URL: `${gateway.url}${subPath}/`, ...environment });
	gateway.target = n8n.url;
	credential = await n8n.createCredential('Feishu of the tests', { appId, appSecret });
	people = await n8n.feishu.people({ tenant_key: TENANT_KEY });
	trigger = await n8n.session.createWorkflow(
		chain(
			'Presses',
			feishuFeedTrigger(credential, { connection: 'longConnection', events: 'any' }),
			node('Started', 'n8n-nodes-base.noOp', {}),
		),
	);
	await n8n.session.activateWorkflow(trigger);
	await n8n.feishu.changeCallback(appId, { mode: 'longConnection' });
	await n8n.seesConnections(1);
}

async function close(): Promise<void> {
	await n8n?.close();
	await gateway?.close();
}

beforeEach(() => {
	gateway.answer = () => undefined;
	gateway.requests.length = 0;
});

/** A card that waits. */
interface Wait {
	bizId: string;
	/** The execution of the workflow that asked. */
	asked: WorkflowRun;
	/** The execution that waits. */
	executionId: string;
}

async function waitFor(parameters: INodeParameters = {}): Promise<Wait> {
	const bizId = `leave-${++cards}`;
	const asked = await n8n.run(askingWorkflow({ bizId, ...parameters }));
	expect([asked.errorMessage(), asked.status]).toEqual([undefined, 'waiting']);
	const url = (await actionOf({ bizId }, APPROVE)).n8n_resume_url as string;
	return { bizId, asked, executionId: /webhook-waiting\/([^/]+)/.exec(url)?.[1] as string };
}

function askingWorkflow(parameters: INodeParameters) {
	return chain(
		'Question',
		manualTrigger(),
		feishuFeed('Ask', credential, {
			resource: 'appFeedCard',
			operation: 'sendAndWait',
			userIds: people
				.slice(0, 2)
				.map(({ open_id }) => open_id)
				.join(','),
			title: 'Leave request',
			link: 'https://example.com/leave',
			...parameters,
		}),
		node('After', 'n8n-nodes-base.noOp', {}),
	);
}

async function cardOf(person: number, { bizId }: { bizId: string }) {
	const entries = await n8n.feishu.feed((people[person] as Person).open_id);
	return entries.find((entry) => entry.biz_id === bizId);
}

/** The action values of a button, as the first recipient's card has them. */
async function actionOf(card: { bizId: string }, button: string): Promise<Record<string, string>> {
	const buttons = (await cardOf(0, card))?.buttons ?? [];
	return buttons.find(({ text }) => text.text === button)?.action_map ?? {};
}

async function press(person: number, card: { bizId: string }, button = APPROVE): Promise<Toast> {
	const { toast } = (await n8n.feishu.press({
		user: (people[person] as Person).open_id,
		biz_id: card.bizId,
		app_id: appId,
		button,
	})) as { toast?: Toast };
	return toast as Toast;
}

/** A press that Feishu tells of with this operator, whoever that is. */
async function pressAs(
	operator: Partial<Person> | undefined,
	value: Record<string, unknown>,
): Promise<Toast> {
	const sent = await n8n.feishu.sendEvent({
		app_id: appId,
		event_type: 'card.action.trigger',
		event: { ...(operator && { operator }), action: { value, tag: 'button' }, context: {} },
	} as never);
	return (sent.attempts[0]?.answer as { toast?: Toast } | undefined)?.toast as Toast;
}

async function statusOf({ executionId }: Wait): Promise<string> {
	return (await n8n.executed(executionId)).status;
}

async function ended({ asked: { id } }: Wait): Promise<WorkflowRun> {
	const status = async () => (await n8n.executed(id)).status;
	await expect.poll(status, { timeout: PATIENCE }).not.toMatch(/^(new|running|waiting)$/);
	return await n8n.executed(id);
}

/** The lines of n8n's log so far that say what kept a press from its execution. */
function complaints(): string[] {
	const lines = n8n.readLogs().split('\n');
	return lines.filter((line) => line.includes('could not resume a waiting execution'));
}

describe('n8n behind a gateway', () => {
	beforeAll(async () => await start(''));
	afterAll(close);

	describe('a press that does not reach the waiting execution', () => {
		const html = { 'content-type': 'text/html' };
		const answers: Array<[string, GatewayAnswer]> = [
			['401', { status: 401, headers: html, body: '<h1>Invalid form link</h1>' }],
			['403', { status: 403, headers: html, body: '<h1>Forbidden</h1>' }],
			['404 of a proxy', { status: 404, headers: html, body: '<h1>404 Not Found</h1>' }],
			['413', { status: 413, body: '' }],
			['200 of a login page', { status: 200, headers: html, body: '<form>Password</form>' }],
			['200 of another service', { status: 200, body: '{"ok":true}' }],
			['302', { status: 302, headers: { location: '/login' } }],
			['307', { status: 307, headers: { location: '/elsewhere' } }],
		];

		it('is told to press again, the log says why, and the execution waits on', async () => {
			const card = await waitFor();
			for (const [name, answer] of answers) {
				gateway.requests.length = 0;
				gateway.answer = () => answer;
				const before = complaints().length;
				const toast = await press(0, card);
				expect([name, toast.type, toast.i18n.en_us]).toEqual([
					name,
					'warning',
					expect.stringMatching(/could not be taken.*press again/),
				]);
				// Once, and nothing followed the redirect.
				expect(gateway.requests).toHaveLength(1);
				await expect.poll(() => complaints().length).toBe(before + 1);
				const lines = complaints().slice(before);
				expect(lines[0]).toContain(`HTTP ${answer.status}`);
				expect(lines[0]).toContain(`${gateway.url}/webhook-waiting/${card.executionId}`);
				expect(lines[0]).not.toMatch(/signature|choice=/);
			}
			expect(await statusOf(card)).toBe('waiting');
			gateway.answer = () => undefined;
			expect((await press(0, card)).type).toBe('success');
		});

		it('is sent again after 429 and 5xx, and counts once', async () => {
			const userIds = people
				.slice(0, 5)
				.map(({ open_id }) => open_id)
				.join(',');
			const card = await waitFor({ userIds, waitFor: 'all' });
			for (const [person, status] of [429, 500, 502, 503, 504].entries()) {
				let answered = false;
				gateway.answer = () => (answered ? undefined : ((answered = true), { status }));
				expect([status, (await press(person, card)).type]).toEqual([status, 'success']);
				await expect.poll(() => cardOf(person, card)).toBeUndefined();
			}
			const [{ responses }] = (await ended(card)).itemsOf('After') as [{ responses: object[] }];
			expect(responses).toHaveLength(5);
		});

		it('is not called done while the gateway goes on failing', async () => {
			const card = await waitFor();
			gateway.answer = () => ({ status: 503 });
			const before = complaints().length;
			const toast = await press(0, card);
			expect([toast.type, toast.i18n.en_us]).toEqual([
				'warning',
				expect.stringMatching(/not confirmed.*press again/),
			]);
			expect(gateway.requests.length).toBeGreaterThan(1);
			await expect.poll(() => complaints().length).toBe(before + 1);
			expect(complaints().at(-1)).toContain('HTTP 503');
			expect(await statusOf(card)).toBe('waiting');
		});
	});

	describe('who may respond', () => {
		it('is a recipient, by any kind of ID that Feishu tells, and nobody else', async () => {
			for (const kind of ['open_id', 'union_id', 'user_id'] as const) {
				const card = await waitFor({
					userIdType: kind,
					userIds: people
						.slice(0, 2)
						.map((person) => person[kind])
						.join(','),
				});
				const value = await actionOf(card, APPROVE);
				const third = await pressAs(people[2], value);
				expect([kind, third.type, third.i18n.en_us]).toEqual([
					kind,
					'warning',
					expect.stringMatching(/not among/),
				]);
				const nobody = await pressAs(undefined, value);
				expect([kind, nobody.type]).toEqual([kind, 'warning']);
				// The recipient, but Feishu does not tell the kind of ID that the card was sent by.
				const unknown = await pressAs({ ...people[0], [kind]: undefined }, value);
				expect([kind, unknown.type, unknown.i18n.en_us]).toEqual([
					kind,
					'warning',
					expect.stringContaining(kind),
				]);
				expect(await statusOf(card)).toBe('waiting');
				expect((await pressAs({ [kind]: (people[1] as Person)[kind] }, value)).type).toBe(
					'success',
				);
				const run = await ended(card);
				expect(run.itemsOf('After')).toMatchObject([
					{ data: { approved: true }, responses: [{ operator: { [kind]: people[1]?.[kind] } }] },
				]);
			}
			expect(await n8n.session.executionsOf(trigger.id)).toEqual([]);
		});
	});

	describe('a wait that somebody stopped', () => {
		it.each(['delete', 'update'] as const)(
			'is told so at once, and its card ends (%s)',
			async (afterwards) => {
				const card = await waitFor({ afterwards });
				await n8n.session.stopExecution(card.executionId);
				const toast = await press(0, card);
				expect([toast.type, toast.i18n.en_us]).toEqual([
					'info',
					expect.stringMatching(/no longer needed/),
				]);
				// One request: nothing is tried again for 2.6 seconds.
				expect(gateway.requests).toHaveLength(1);
				if (afterwards === 'delete') await expect.poll(() => cardOf(0, card)).toBeUndefined();
				else {
					await expect.poll(async () => (await cardOf(0, card))?.time_sensitive).toBe(false);
					expect((await cardOf(0, card))?.buttons ?? []).toEqual([]);
				}
			},
		);

		it('is told so when its execution was deleted as well', async () => {
			const card = await waitFor();
			await n8n.session.stopExecution(card.executionId);
			await n8n.session.deleteExecution(card.executionId);
			const toast = await press(0, card);
			expect([toast.type, toast.i18n.en_us]).toEqual([
				'info',
				expect.stringMatching(/no longer needed/),
			]);
			await expect.poll(() => cardOf(0, card)).toBeUndefined();
		});
	});

	describe('what n8n keeps', () => {
		/** A workflow that its trigger starts, since n8n keeps what is started by hand. */
		it.each([
			[{ saveDataSuccessExecution: 'none' as const }, 0],
			[{}, 2],
		])('of a wait follows the workflow with %j', async (settings, kept) => {
			const bizId = `leave-${++cards}`;
			const asking = askingWorkflow({ bizId });
			const start = feishuFeedTrigger(credential, {
				connection: 'longConnection',
				filters: { actionValues: { value: [{ name: 'ask', value: bizId }] } },
			});
			const workflow = await n8n.session.createWorkflow({
				...asking,
				nodes: [start, ...asking.nodes.slice(1)],
				connections: {
					Ask: asking.connections.Ask ?? {},
					[start.name]: { main: [[{ node: 'Ask', type: 'main', index: 0 }]] },
				},
				settings: { executionOrder: 'v1', ...settings },
			});
			await n8n.session.activateWorkflow(workflow);
			await pressAs(people[3], { ask: bizId });
			await expect.poll(() => cardOf(1, { bizId })).toBeDefined();
			const value = await actionOf({ bizId }, APPROVE);
			await expect.poll(async () => (await press(0, { bizId })).type).toBe('success');
			await expect.poll(() => cardOf(1, { bizId })).toBeUndefined();
			const executions = async () => (await n8n.session.executionsOf(workflow.id)).length;
			await expect.poll(executions).toBe(kept);
			const late = await pressAs(people[1], value);
			expect([late.type, late.i18n.en_us]).toEqual(['info', expect.stringMatching(/dealt with/)]);
			await n8n.session.deactivateWorkflow(workflow.id);
		});
	});

	describe('two people who respond at the same instant', () => {
		const [WAITS, CARDS] = [10, 20];

		it(`are told the truth, ${WAITS * CARDS} times`, async () => {
			for (let wait = 0; wait < WAITS; wait++) {
				const bizIds = Array.from({ length: CARDS }, (_, card) => `race-${wait}-${card}`);
				const asked = await n8n.run(
					withItems(askingWorkflow({ bizId: '={{ $json.id }}' }), ...bizIds.map((id) => ({ id }))),
				);
				const winners: string[] = [];
				for (const bizId of bizIds) {
					const both = async () =>
						await Promise.all([press(0, { bizId }, APPROVE), press(1, { bizId }, DECLINE)]);
					let toasts = await both();
					// On a busy machine n8n may take neither in time: both are told to press again.
					while (toasts.every(({ type }) => type === 'warning')) toasts = await both();
					expect(toasts.map(({ type }) => type).sort()).toEqual(['info', 'success']);
					const winner = toasts.findIndex(({ type }) => type === 'success');
					expect(toasts[1 - winner]?.i18n.en_us).toContain('dealt with already');
					winners.push((people[winner] as Person).open_id);
				}
				const run = await ended({ asked } as Wait);
				expect(
					(run.itemsOf('After') as Array<{ responses: Array<{ operator: Person }> }>).map(
						({ responses }) => responses.map(({ operator }) => operator.open_id),
					),
				).toEqual(winners.map((winner) => [winner]));
			}
		});
	});

	// The last one, since it changes the secret.
	describe('after the App Secret was changed', () => {
		it('takes presses on new cards at once, and says of older ones that they are', async () => {
			const old = await waitFor();
			const started = await n8n.session.executionsOf(trigger.id);
			appSecret = await n8n.feishu.resetAppSecret(appId);
			const saved = (await n8n.session.findCredential(credential.id)) as SavedCredential;
			await n8n.session.updateCredential({ ...saved, data: { ...saved.data, appSecret } });

			const card = await waitFor();
			expect((await press(0, card)).type).toBe('success');
			const toast = await press(0, old);
			expect([toast.type, toast.i18n.en_us]).toEqual([
				'warning',
				expect.stringMatching(/no longer be answered/),
			]);
			expect(await statusOf(old)).toBe('waiting');
			// Whatever its proof, and wherever Feishu puts it.
			const value = await actionOf(old, APPROVE);
			for (const made of [
				{ ...value, n8n_resume_proof: 'a'.repeat(64) },
				{ n8n_resume_url: value.n8n_resume_url },
				{ n8n_resume_url: { not: 'a text' } },
			]) {
				expect((await pressAs(people[0], made)).type).toBe('warning');
			}
			expect(await n8n.session.executionsOf(trigger.id)).toEqual(started);
			expect(n8n.readLogs()).not.toContain(appSecret);
		});
	});
});

describe('n8n at a sub-path, which the gateway takes away', () => {
	beforeAll(async () => {
		appSecret = firstSecret;
		await start('/n8n');
	});
	afterAll(close);

	it('refuses its own address: the person is told to press again, and the log says where', async () => {
		const card = await waitFor();
		const toast = await press(0, card);
		expect([toast.type, toast.i18n.en_us]).toEqual([
			'warning',
			expect.stringContaining('could not be taken'),
		]);
		await expect.poll(() => complaints().length).toBe(1);
		expect(complaints()[0]).toContain(`${gateway.url}/n8n/webhook-waiting/${card.executionId}`);
		expect(complaints()[0]).toContain('HTTP 401');
		expect(await statusOf(card)).toBe('waiting');
	});
});
