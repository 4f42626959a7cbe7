import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { SEEDED_APPS, TENANT_KEY } from '../../sandbox/feishu/src/apps';
import type { FaultOptions } from '../../sandbox/feishu/src/faults';
import type { SavedCredential, SavedWorkflow } from '../../sandbox/n8n/src';
import { expect } from '../../test/helpers/e2e/expect';
import type { RealN8n } from '../../test/helpers/e2e/RealN8n';
import {
	cardToPress,
	chain,
	feishuFeed,
	feishuFeedTrigger,
	manualTrigger,
	node,
} from '../../test/helpers/e2e/workflows';
import { StartReceiver } from '../press/StartReceiver';

const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.custom;

/** Recipients of each card. */
const RECIPIENTS = 200;

/** Who has a card with a button, and presses it once in each round. */
const PRESSERS = 20;

const LINK = 'https://example.com';

/** What goes wrong in a round; in turns. In each third round nothing does. */
const FAULTS: Array<FaultOptions | undefined> = [
	undefined,
	{ kind: 'tooManyRequests', first: 2 },
	{ kind: 'recipientReason', operation: 'appFeedCard.create', first: 1, reason: '1' },
	undefined,
	{ kind: 'serverError', first: 1 },
	{ kind: 'dropped', first: 1, handled: true },
	undefined,
	{ kind: 'tokenExpired', first: 1 },
	{ kind: 'cutOff', first: 1 },
];

/** How much was done, and what does not add up. */
export interface Account {
	'Recipients asked for': number;
	'Recipients reached': number;
	'Recipients told as failed': number;
	Presses: number;
	'Workflows started by presses': number;
	'Waits answered': number;
	Activations: number;
	Faults: number;
	/** A sentence for each thing that was lost, doubled or told wrong. */
	problems: string[];
}

/** What a company's workflows do all day, a round at a time, with an account of every recipient and press. */
export class MixedWork {
	readonly account: Account = {
		'Recipients asked for': 0,
		'Recipients reached': 0,
		'Recipients told as failed': 0,
		Presses: 0,
		'Workflows started by presses': 0,
		'Waits answered': 0,
		Activations: 0,
		Faults: 0,
		problems: [],
	};

	private constructor(
		private readonly n8n: RealN8n,
		private readonly people: string[],
		private readonly cards: SavedWorkflow,
		private readonly wait: SavedWorkflow,
		private readonly presses: SavedWorkflow,
		private readonly receiver: StartReceiver,
	) {}

	/** Makes the workflows, and activates the one that presses start. */
	static async prepare(n8n: RealN8n): Promise<MixedWork> {
		const receiver = new StartReceiver();
		const receiverUrl = await receiver.listen();
		const credential = await n8n.createCredential('Soak', { appId, appSecret });
		const everybody = await n8n.feishu.people({ tenant_key: TENANT_KEY, limit: RECIPIENTS });
		const people = everybody.map(({ open_id }) => open_id);
		await n8n.feishu.changeCallback(appId, { mode: 'longConnection' });
		const [cards, wait, presses] = await Promise.all([
			n8n.session.createWorkflow(cardsWorkflow(credential, people)),
			n8n.session.createWorkflow(waitWorkflow(credential, people.slice(0, 2))),
			n8n.session.createWorkflow(pressesWorkflow(credential, receiverUrl)),
		]);
		const work = new MixedWork(n8n, people, cards, wait, presses, receiver);
		await n8n.session.activateWorkflow(presses);
		await n8n.seesConnections(1);
		await n8n.run(
			chain(
				'Card with a button',
				manualTrigger(),
				feishuFeed('Create', credential, cardToPress(people.slice(0, PRESSERS), 'soak-button')),
			),
		);
		return work;
	}

	/** @param round counts from 1 */
	async doRound(round: number): Promise<void> {
		const { n8n } = this;
		await n8n.feishu.clearEffects();
		await n8n.feishu.clearRequests();
		const fault = FAULTS[round % FAULTS.length];
		if (fault !== undefined) {
			await n8n.feishu.addFault(fault);
			this.account.Faults++;
		}
		await this.sendCards();
		await n8n.feishu.clearFaults();
		await this.press(round);
		await this.askAndAnswer();
		if (round % 4 === 0) await this.activateAgain();
	}

	/** Deactivates what is active, and stops listening. */
	async finish(): Promise<void> {
		await this.n8n.session.deactivateWorkflow(this.presses.id);
		this.expectEqual('Workflows that a press started again', this.receiver.doubled, 0);
		await this.receiver.close();
	}

	private async sendCards(): Promise<void> {
		const run = await this.n8n.runSaved(this.cards);
		const bizId = `soak-${run.id}`;
		for (const [name, effect] of [
			['Create', 'cardCreated'],
			['Update', 'cardUpdated'],
			['Delete', 'cardDeleted'],
		] as const) {
			const [output] = run.itemsOf(name);
			const reached = listOf(output?.succeeded);
			const failed = (output?.failed as IDataObject[] | undefined) ?? [];
			this.account['Recipients asked for'] += this.people.length;
			this.account['Recipients reached'] += reached.length;
			this.account['Recipients told as failed'] += failed.length;
			this.expectEqual(`${bizId}, ${name}: told of`, reached.length + failed.length, RECIPIENTS);
			const done = await this.n8n.feishu.effects({ effect, biz_id: bizId });
			const doneFor = done.map(({ open_id }) => open_id);
			const people = new Set(doneFor);
			this.expectEqual(
				`${bizId}, ${name}: told as reached though they were not`,
				reached.filter((person) => !people.has(person)).length,
				0,
			);
			if (name === 'Create') {
				this.expectEqual(`${bizId}: cards that were doubled`, doneFor.length - people.size, 0);
			}
		}
	}

	private async press(round: number): Promise<void> {
		const { n8n, receiver } = this;
		const starts = await Promise.all(
			this.people.slice(0, PRESSERS).map(async (user) => {
				const press = { user, biz_id: 'soak-button', app_id: appId, button: 0 };
				const result = await n8n.feishu.press(press);
				if (result.action_type !== 'webhook') throw new Error('The button opens a page');
				return await receiver.startOf(result.event_id);
			}),
		);
		const started = starts.filter((at) => at !== Infinity).length;
		this.account.Presses += starts.length;
		this.account['Workflows started by presses'] += started;
		this.expectEqual(`Round ${round}: presses that started a workflow`, started, starts.length);
	}

	private async askAndAnswer(): Promise<void> {
		const { n8n } = this;
		const asked = await n8n.runSaved(this.wait);
		const bizId = `soak-wait-${asked.id}`;
		await n8n.feishu.press({ user: this.people[0]!, biz_id: bizId, app_id: appId, button: 0 });
		const isOver = async () => (await n8n.executed(asked.id)).status === 'success';
		await expect.poll(isOver).toBe(true);
		const [output] = (await n8n.executed(asked.id)).itemsOf('Ask');
		const data = output?.data as IDataObject | undefined;
		this.expectEqual(`${bizId}: answer`, data?.answer, 'approve');
		this.account['Waits answered']++;
	}

	private async activateAgain(): Promise<void> {
		await this.n8n.session.deactivateWorkflow(this.presses.id);
		await this.n8n.seesConnections(0);
		await this.n8n.session.activateWorkflow(this.presses);
		await this.n8n.seesConnections(1);
		this.account.Activations++;
	}

	private expectEqual(what: string, is: unknown, shouldBe: unknown): void {
		if (is !== shouldBe)
			this.account.problems.push(`${what}: ${String(is)}, not ${String(shouldBe)}`);
	}
}

function cardsWorkflow(credential: SavedCredential, people: string[]) {
	const card: INodeParameters = {
		resource: 'appFeedCard',
		userIds: people.join(','),
		bizId: '=soak-{{ $execution.id }}',
	};
	const more = { onError: 'continueRegularOutput' as const };
	return chain(
		'Cards',
		manualTrigger(),
		feishuFeed(
			'Create',
			credential,
			{ ...card, operation: 'create', title: 'New', link: LINK },
			more,
		),
		feishuFeed(
			'Update',
			credential,
			{ ...card, operation: 'update', updateFields: { title: 'Changed' } },
			more,
		),
		feishuFeed('Delete', credential, { ...card, operation: 'delete' }, more),
	);
}

function waitWorkflow(credential: SavedCredential, people: string[]) {
	return chain(
		'Wait',
		manualTrigger(),
		feishuFeed('Ask', credential, {
			resource: 'appFeedCard',
			operation: 'sendAndWait',
			userIds: people.join(','),
			title: 'May I?',
			link: LINK,
			bizId: '=soak-wait-{{ $execution.id }}',
		}),
	);
}

function pressesWorkflow(credential: SavedCredential, url: string) {
	return chain(
		'Presses',
		feishuFeedTrigger(credential, { connection: 'longConnection' }),
		node(
			'Tell',
			'n8n-nodes-base.httpRequest',
			{ url: `=${url}{{ $json.event_id }}` },
			{ typeVersion: 4.2 },
		),
	);
}

function listOf(value: unknown): string[] {
	return Array.isArray(value) ? (value as string[]) : [];
}
