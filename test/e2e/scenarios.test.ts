import { join } from 'node:path';

import type { INode } from 'n8n-workflow';
import type { Browser } from 'playwright-core';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import { ownerAccountOf, type SavedWorkflow } from '../../sandbox/n8n/src';
import { startScriptedModel, type ScriptedModel } from '../../sandbox/model';
import { importScenarios, PEOPLE } from '../../sandbox/scenarios';
import { launchChromium } from '../helpers/e2e/browser';
import { expect } from '../helpers/e2e/expect';
import { FeedPage } from '../helpers/e2e/FeedPage';
import { RealN8n } from '../helpers/e2e/RealN8n';

/** Each scenario as it stands in `workflows/`, walked through on the feed page as `npm start` shows it. */
const { app_id } = SEEDED_APPS.custom;
let n8n: RealN8n;
let model: ScriptedModel;
let browser: Browser;
let feed: FeedPage;

beforeAll(async () => {
	n8n = await RealN8n.start();
	model = await startScriptedModel();
	const remarks = await importScenarios({
		session: n8n.session,
		n8nUrl: n8n.url,
		owner: ownerAccountOf(n8n.userFolder),
		feishuUrl: n8n.feishuUrl,
		modelUrl: model.baseUrl,
		recordFile: join(n8n.userFolder, 'imported.json'),
	});
	expect(remarks).toEqual([]);
	browser = await launchChromium();
});

afterEach(async () => await feed?.close());

afterAll(async () => {
	await browser?.close();
	await n8n?.close();
	await model?.close();
});

/** Opens a scenario's page with the lists of its people and of somebody whom it does not concern. */
async function open(scenario: string, people: string[], bystander: string): Promise<FeedPage> {
	feed = await FeedPage.open(browser, n8n.feishuUrl, [...people, bystander], scenario);
	return feed;
}

describe('attendance', () => {
	const { yangLei, zhuChao, liangHaoran, liFang } = PEOPLE;
	const card = 'attendance-';

	it('is done for the one who clocked in, and goes on for the others', async () => {
		await open('attendance', [yangLei, zhuChao, liangHaoran], liFang);
		const before = await feed.listOf(liFang);
		await feed.trigger('shift');
		for (const person of [yangLei, zhuChao, liangHaoran]) {
			await feed.seesCard(person, card, {
				pinned: true,
				label: 'danger',
				buttons: ['Clock in'],
			});
		}
		await feed.press(zhuChao, card, 'Clock in', 'Clocked in');
		await feed.seesCard(zhuChao, card, { pinned: false, label: 'success', buttons: [] });
		for (const person of [yangLei, liangHaoran]) {
			await feed.seesCard(person, card, { pinned: true, label: 'danger' });
		}
		await feed.seesList(liFang, before);
	});

	it('begins by itself when its schedule says so', async () => {
		const { session } = n8n;
		const [listed] = (await session.workflows()).filter(({ name }) => /Attendance/.test(name));
		const workflow = (await session.findWorkflow(listed!.id)) as SavedWorkflow;
		const schedule = workflow.nodes.find(({ type }) => type.endsWith('.scheduleTrigger')) as INode;
		const rule = { interval: [{ field: 'seconds', secondsInterval: 1 }] };
		const everySecond = workflow.nodes.map((node) =>
			node === schedule ? { ...node, parameters: { rule } } : node,
		);
		await open('attendance', [zhuChao], liFang);
		// Of the test before; nobody presses "It is 8:50" in this one.
		await feed.seesCard(zhuChao, card, { pinned: false, label: 'success' });
		await session.activateWorkflow(
			await session.updateWorkflow(workflow.id, { ...workflow, nodes: everySecond }),
		);
		await feed.seesCard(zhuChao, card, { pinned: true, label: 'danger' });
		await session.deactivateWorkflow(workflow.id);
		const run = await n8n.lastRun(workflow.id);
		expect(run.status).toBe('success');
		expect(run.itemsOf(schedule.name)).toHaveLength(1);
	});
});

describe('meeting', () => {
	const { liFang, wuJie, zhangXiuying } = PEOPLE;
	const card = 'meeting-';

	it('shows the start time, leads into the meeting, and goes by itself when it is over', async () => {
		await open('meeting', [liFang, wuJie], zhangXiuying);
		const before = {
			liFang: await feed.listOf(liFang),
			zhangXiuying: await feed.listOf(zhangXiuying),
		};
		await feed.trigger('begins');
		for (const person of [liFang, wuJie]) {
			await feed.seesCard(person, card, { pinned: true, label: 'primary', text: /\d\d:\d\d/ });
		}
		expect(await feed.follow(liFang, card, 'Join')).toBe('https://example.com/meetings/weekly');
		for (const person of [liFang, wuJie]) await feed.seesNoCard(person, card);
		await feed.seesList(liFang, before.liFang);
		await feed.seesList(zhangXiuying, before.zhangXiuying);
	});
});

describe('complaint', () => {
	const { chenJing, huMing, luoYutong, liFang } = PEOPLE;
	const team = [chenJing, huMing, luoYutong];
	const card = 'complaint-';
	const complaint = async () =>
		(await n8n.feishu.cards(app_id)).find(({ biz_id }) => biz_id.startsWith(card))!;

	it('belongs to the first who takes it, and goes for the others', async () => {
		await open('complaint', team, liFang);
		const before = await feed.listOf(liFang);
		await feed.trigger('review');
		for (const person of team) {
			await feed.seesCard(person, card, {
				pinned: true,
				label: 'danger',
				text: 'The food was cold',
				buttons: ['Take it', 'Details'],
			});
		}
		await feed.press(huMing, card, 'Take it', 'It is yours');
		await feed.seesCard(huMing, card, {
			pinned: true,
			label: 'success',
			buttons: ['Solved', 'Details'],
		});
		for (const person of [chenJing, luoYutong]) await feed.seesNoCard(person, card);
		await feed.press(huMing, card, 'Solved', 'Well done');
		await feed.seesNoCard(huMing, card);
		await feed.seesList(liFang, before);
	});

	it('has one owner when several press at the same moment', async () => {
		await open('complaint', team, liFang);
		for (let round = 0; round < 5; round++) {
			await feed.trigger('review');
			for (const person of team) await feed.seesCard(person, card, { label: 'danger' });
			const { biz_id } = await complaint();
			const answers = await Promise.all(
				team.map((user) => n8n.feishu.press({ user, biz_id, button: 'Take it' })),
			);
			await expect.poll(async () => (await complaint()).holders.length).toBe(1);
			const owner = (await complaint()).holders[0]!.open_id;
			await feed.seesCard(owner, card, { label: 'success' });
			for (const [place, person] of team.entries()) {
				const answer = answers[place];
				const toast = answer?.action_type === 'webhook' ? answer.toast?.type : undefined;
				// On a slow machine it may be "Working on it".
				expect([person === owner ? 'success' : 'warning', 'info']).toContain(toast);
				if (person !== owner) await feed.seesNoCard(person, card);
			}
			await feed.press(owner, card, 'Solved');
			await feed.seesNoCard(owner, card);
		}
	});
});

describe('training', () => {
	const { liFang, zhangXiuying, liuMin } = PEOPLE;
	const card = 'training-';
	const learners = async () =>
		(await n8n.feishu.cards(app_id)).find(({ biz_id }) => biz_id.startsWith(card))?.holders.length;
	/** Cards come in calls of 20, so that those on the page may be there before the last ones. */
	const waitForLearners = (count: number) => expect.poll(learners).toBe(count);

	it('stays on top of each of hundreds until the course system says that this one has completed it', async () => {
		await open('training', [liFang, zhangXiuying], liuMin);
		await feed.trigger('assigned');
		for (const person of [liFang, zhangXiuying, liuMin]) {
			await feed.seesCard(person, card, {
				pinned: true,
				label: 'primary',
				buttons: ['Start learning'],
			});
		}
		await waitForLearners(300);
		const course = await feed.follow(liFang, card, 'Start learning');
		expect(course).toBe('https://example.com/courses/fire-safety');
		await feed.seesCard(liFang, card, { pinned: true });

		await feed.trigger('completed-by-li-fang');
		await feed.seesNoCard(liFang, card);
		for (const person of [zhangXiuying, liuMin]) {
			await feed.seesCard(person, card, { pinned: true });
		}
		await waitForLearners(299);
	});
});

describe('delivery', () => {
	const { yangLei, zhuChao, liangHaoran, liFang } = PEOPLE;
	const receivers = [yangLei, zhuChao, liangHaoran];
	const card = 'delivery-';

	it('tells where the goods are, and goes for all when one signs', async () => {
		await open('delivery', receivers, liFang);
		const before = await feed.listOf(liFang);
		await feed.trigger('left');
		for (const person of receivers) {
			await feed.seesCard(person, card, {
				pinned: true,
				label: 'secondary',
				text: '15:30',
				buttons: ['Sign for it', 'Call driver'],
			});
		}
		await feed.trigger('near');
		for (const person of receivers) {
			await feed.seesCard(person, card, { label: 'primary', text: '15:25' });
			await expect(feed.entries(person).first()).toHaveAttribute('data-biz-id', new RegExp(card));
		}
		await feed.press(liangHaoran, card, 'Sign for it', 'Signed for');
		for (const person of receivers) await feed.seesNoCard(person, card);
		await feed.seesList(liFang, before);
	});
});

describe('approval', () => {
	const { yangLei, zhaoYang, zhaoJunjie, liFang } = PEOPLE;
	const managers = [yangLei, zhaoYang];

	it.each([
		{ button: 'Approve', title: 'Your leave is approved', label: 'success' as const },
		{ button: 'Decline', title: 'Your leave is not approved', label: 'danger' as const },
	])('wakes the workflow by "$button", clears both cards and tells who asked', async (answer) => {
		await open('approval', [...managers, zhaoJunjie], liFang);
		const before = await feed.listOf(liFang);
		await feed.trigger('request');
		for (const person of managers) {
			await feed.seesCard(person, 'leave-', {
				pinned: true,
				label: 'primary',
				text: 'Zhao Junjie: 3 days of leave',
				buttons: ['Approve', 'Decline'],
			});
		}
		await feed.press(zhaoYang, 'leave-', answer.button);
		for (const person of managers) await feed.seesNoCard(person, 'leave-');
		await feed.seesCard(zhaoJunjie, 'answer-to-leave-', {
			pinned: false,
			label: answer.label,
			text: answer.title,
		});
		await feed.seesList(liFang, before);
	});
});

describe('an agent that reminds people', () => {
	const { zhangXiuying, liFang, liuMin, yangLei } = PEOPLE;
	const cards = async (person: string) =>
		(await n8n.feishu.feed(person)).filter(({ title }) => /[Rr]eport|^Please/.test(title ?? ''));
	const sees = async (person: string, title: RegExp) =>
		await expect
			.poll(async () => (await cards(person)).map((entry) => entry.title).join())
			.toMatch(title);

	it('creates, changes and deletes cards, and shortens a title that is too long', async () => {
		await open('agent-reminders', [zhangXiuying, liFang, liuMin], yangLei);
		const answer = 'agent-reminders-answer';
		await feed.trigger('remind');
		for (const person of [liFang, liuMin]) await sees(person, /^Weekly report$/);
		expect(await cards(liFang)).toMatchObject([{ preview: 'by 18:00', time_sensitive: true }]);
		await feed.seesCard(zhangXiuying, answer, { text: /Reminded: Weekly report$/ });
		await feed.trigger('change');
		for (const person of [liFang, liuMin]) await sees(person, /^Weekly report by 19:00$/);
		await feed.seesCard(zhangXiuying, answer, { text: 'Changed: Weekly report by 19:00' });
		await feed.trigger('takeBack');
		for (const person of [liFang, liuMin]) await sees(person, /^$/);
		await feed.seesCard(zhangXiuying, answer, { text: 'Taken back' });
		await feed.trigger('longTitle');
		await sees(liFang, /^Please enter the sales of the week.{26}$/);
	});
});

describe('an agent that must ask before it acts', () => {
	const { yangLei, zhaoYang, zhuChao, zhaoJunjie, liFang } = PEOPLE;
	const question = async () =>
		(await n8n.feishu.feed(yangLei)).find(({ title }) => /^Refund \d/.test(title ?? ''));

	it.each([
		{
			button: 'Decline',
			answer: 'Not done: Declined; lei.yang.6@example.com chose Decline',
			pays: false,
		},
		{ button: 'Approve', answer: 'Order 8623 is refunded', pays: true },
	])('does what a manager says: $button', async ({ button, answer, pays }) => {
		await open('agent-approval', [yangLei, zhaoYang, zhuChao, zhaoJunjie], liFang);
		await feed.trigger('refund');
		await expect.poll(async () => (await question())?.title).toBe('Refund 8623?');
		const bizId = (await question())!.biz_id as string;
		for (const person of [yangLei, zhaoYang]) {
			await feed.seesCard(person, bizId, {
				pinned: true,
				label: 'danger',
				text: '¥88 · the food was cold',
				buttons: ['Approve', 'Decline'],
			});
		}
		await feed.press(yangLei, bizId, button);
		await feed.seesCard(zhaoJunjie, 'agent-approval-answer', { text: answer });
		if (pays) await feed.seesCard(zhuChao, 'refund-8623', { text: 'Pay back: order 8623' });
		else await feed.seesNoCard(zhuChao, 'refund-8623');
		for (const person of [yangLei, zhaoYang]) await feed.seesNoCard(person, bizId);
	});
});

describe('the templates', () => {
	const { yangLei, zhuChao, liFang, zhangXiuying } = PEOPLE;
	/** Presses "Execute workflow", and waits until the execution is over. */
	const execute = async (id: string) => {
		const { scenarios } = await n8n.feishu.startPage();
		const url = scenarios.find((scenario) => scenario.id === id)?.workflow.en.url ?? '';
		const workflowId = url.split('/').at(-1) ?? '';
		const executionId = await n8n.session.runWorkflow(workflowId, 'Start');
		expect((await n8n.session.finishedExecution(executionId)).status).toBe('success');
	};

	it('update a card', async () => {
		await open('update-card', [liFang], yangLei);
		await execute('update-card');
		await feed.seesCard(liFang, 'stocktaking', { pinned: false, label: 'success' });
	});

	it('tell everybody in a department and below it, each once', async () => {
		const { liuMin, chenJing, huMing, liFang } = PEOPLE;
		await open('department', [liuMin, chenJing, huMing], liFang);
		const done = execute('department');
		for (const person of [liuMin, chenJing, huMing]) {
			await feed.seesCard(person, 'department', { pinned: true, label: 'danger' });
		}
		await feed.seesNoCard(liFang, 'department');
		const [{ departments }] = await n8n.feishu.company();
		const top = departments.find(({ name }) => name === '销售部')!;
		const below = departments.filter(({ parent }) => parent === top.open_department_id);
		const within = [
			top,
			...below,
			...departments.filter(({ parent }) =>
				below.some((each) => each.open_department_id === parent),
			),
		];
		const members = await Promise.all(
			within.map(({ open_department_id }) => n8n.feishu.department(open_department_id)),
		);
		const expected = new Set(members.flatMap(({ memberOpenIds }) => memberOpenIds));
		expect(expected.size).toBeGreaterThan(members[0]!.members);
		// A call takes 50 recipients: the second call follows the first.
		await expect
			.poll(async () => {
				const created = await n8n.feishu.effects({ effect: 'cardCreated', biz_id: 'department' });
				return created.map(({ open_id }) => open_id).sort();
			})
			.toEqual([...expected].sort());
		await done;
		for (const person of [liuMin, chenJing, huMing]) await feed.seesNoCard(person, 'department');
	});

	it('put buttons on a group, and take them away from the one who pressed', async () => {
		await open('group-buttons', [yangLei, zhuChao], liFang);
		await execute('group-buttons');
		const buttonOf = (person: string) =>
			feed.feed(person).getByRole('button', { name: 'I am ill' });
		await buttonOf(zhuChao).waitFor();
		await Promise.all([feed.seesToast('The manager knows'), buttonOf(yangLei).click()]);
		await buttonOf(yangLei).waitFor({ state: 'detached' });
		await expect(buttonOf(zhuChao)).toHaveCount(1);
	});

	it('pin the bot for a while', async () => {
		await open('pin-bot', [liFang], zhangXiuying);
		const pinned = feed.feed(liFang).locator('[data-kind="botChat"][data-pinned="true"]');
		const done = execute('pin-bot');
		await pinned.waitFor();
		await done;
		await pinned.waitFor({ state: 'detached' });
	});
});
