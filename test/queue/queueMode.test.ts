import { join } from 'node:path';

import { ownerAccountOf } from '../../sandbox/n8n/src';
import { importScenarios, PEOPLE } from '../../sandbox/scenarios';
import { expect } from '../helpers/e2e/expect';
import { QueueN8n } from '../helpers/queue/QueueN8n';
import { ScenarioWalk } from '../helpers/queue/ScenarioWalk';

/** The package on n8n's main process, two webhook processes and three workers, with PostgreSQL and Redis. */
const RECIPIENTS = 10_000;

let n8n: QueueN8n;

beforeAll(async () => {
	const startedAt = Date.now();
	n8n = await QueueN8n.start({ people: RECIPIENTS });
	console.info(`n8n's processes were ready after ${seconds(Date.now() - startedAt)}`);
});

afterAll(async () => await n8n?.close());

function seconds(milliseconds: number): string {
	return `${(milliseconds / 1_000).toFixed(1)} s`;
}

/** The scenarios as they stand in `workflows/`. */
describe('the scenarios', () => {
	const walk = (scenario: string, cards = `${scenario}-`) =>
		new ScenarioWalk(n8n.main.feishu, scenario, cards);
	const { yangLei, zhuChao, liangHaoran, liFang, wuJie, zhangXiuying, liuMin } = PEOPLE;
	const { chenJing, huMing, luoYutong, zhaoYang, zhaoJunjie } = PEOPLE;

	beforeAll(async () => {
		const { session, feishuUrl, userFolder } = n8n.main;
		const remarks = await importScenarios({
			session,
			// What systems outside post to comes to the webhook processes.
			n8nUrl: n8n.loadBalancer.url,
			owner: ownerAccountOf(userFolder),
			feishuUrl,
			modelUrl: 'http://localhost:9/none',
			recordFile: join(userFolder, 'imported.json'),
		});
		expect(remarks).toEqual([]);
	});

	it('attendance', async () => {
		const attendance = walk('attendance');
		await attendance.trigger('shift');
		for (const person of [yangLei, zhuChao, liangHaoran]) {
			const pinned = { pinned: true, label: 'danger', buttons: ['Clock in'] } as const;
			await attendance.seesCard(person, pinned);
		}
		expect(await attendance.press(zhuChao, 'Clock in')).toContain('Clocked in');
		await attendance.seesCard(zhuChao, { pinned: false, label: 'success', buttons: [] });
		await attendance.seesCard(yangLei, { pinned: true, label: 'danger' });
	});

	it('meeting', async () => {
		const meeting = walk('meeting');
		await meeting.trigger('begins');
		for (const person of [liFang, wuJie]) {
			await meeting.seesCard(person, { pinned: true, label: 'primary', text: /\d\d:\d\d/ });
		}
		expect(await meeting.press(liFang, 'Join')).toBe('https://example.com/meetings/weekly');
		for (const person of [liFang, wuJie]) await meeting.seesNoCard(person);
	});

	it('complaint', async () => {
		const complaint = walk('complaint');
		const team = [chenJing, huMing, luoYutong];
		await complaint.trigger('review');
		for (const person of team) {
			await complaint.seesCard(person, { pinned: true, buttons: ['Take it', 'Details'] });
		}
		expect(await complaint.press(huMing, 'Take it')).toContain('It is yours');
		await complaint.seesCard(huMing, { label: 'success', buttons: ['Solved', 'Details'] });
		for (const person of [chenJing, luoYutong]) await complaint.seesNoCard(person);
		await complaint.press(huMing, 'Solved');
		await complaint.seesNoCard(huMing);
	});

	it('training', async () => {
		const training = walk('training');
		const staff = await n8n.main.feishu.people({ limit: 300, fields: ['email'] });
		await training.trigger('assigned', { staff: staff.map(({ email }) => email) });
		for (const person of [liFang, zhangXiuying, liuMin]) {
			await training.seesCard(person, { pinned: true, label: 'primary' });
		}
		await training.trigger('completed-by-li-fang');
		await training.seesNoCard(liFang);
		await training.seesCard(liuMin, { pinned: true });
	});

	it('delivery', async () => {
		const delivery = walk('delivery');
		const receivers = [yangLei, zhuChao, liangHaoran];
		await delivery.trigger('left');
		for (const person of receivers) {
			await delivery.seesCard(person, { pinned: true, label: 'secondary', text: '15:30' });
		}
		await delivery.trigger('near');
		for (const person of receivers) {
			await delivery.seesCard(person, { label: 'primary', text: '15:25' });
		}
		expect(await delivery.press(liangHaoran, 'Sign for it')).toContain('Signed for');
		for (const person of receivers) await delivery.seesNoCard(person);
	});

	it('approval', async () => {
		const approval = walk('approval', 'leave-');
		await approval.trigger('request');
		for (const person of [yangLei, zhaoYang]) {
			await approval.seesCard(person, { pinned: true, buttons: ['Approve', 'Decline'] });
		}
		await approval.press(zhaoYang, 'Approve');
		for (const person of [yangLei, zhaoYang]) await approval.seesNoCard(person);
		const answer = { pinned: false, label: 'success', text: 'Your leave is approved' } as const;
		await approval.seesCard(zhaoJunjie, answer, 'answer-to-leave-');
	});
});
