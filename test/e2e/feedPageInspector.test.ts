import type { Locator, Page } from 'playwright-core';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import { CallbackReceiver } from '../sandbox/CallbackReceiver';
import { FeedPageSandbox, PHONE, button, card, entries, eventually } from './FeedPageSandbox';

/** The inspector of the feed page: what came over the wire, and the knobs to misbehave. */
const { app_id } = SEEDED_APPS.custom;
let sandbox: FeedPageSandbox;

beforeAll(async () => {
	sandbox = await FeedPageSandbox.start();
});
afterEach(async () => await sandbox.afterEach());
afterAll(async () => await sandbox?.close());

const requests = (page: Page) => page.getByTestId('request');
const bodyOf = (row: Locator, name: string) => row.locator(`pre[aria-label="${name}"]`);

describe('what came over the wire', () => {
	it('is empty at first, and says what will come', async () => {
		const page = await sandbox.openFeeds([0]);
		expect(await page.getByTestId('no-traffic').innerText()).toContain(
			'Nothing came over the wire yet',
		);
	});

	it('stands newest first, with status, code, recipients and time', async () => {
		const page = await sandbox.openFeeds([0]);
		await sandbox.create([0, 1], { biz_id: 'card' });
		await sandbox.feishu.update({ feed_cards: [] });
		await eventually(async () => expect(await requests(page).count()).toBe(3));
		const rows = await requests(page).all();
		const shown = await Promise.all(
			rows.map(async (row) => [
				await row.getAttribute('data-operation'),
				await row.getAttribute('data-status'),
				await row.getAttribute('data-code'),
				await row.getAttribute('data-tone'),
			]),
		);
		expect(shown).toEqual([
			['appFeedCardBatch.update', '400', '230001', 'bad'],
			['appFeedCard.create', '200', '0', 'good'],
			['tenantAccessToken.internal', '200', '0', 'good'],
		]);
		expect(await rows[0].innerText()).toMatch(
			/400[\s\S]*\d\d:\d\d:\d\d\.\d{3}[\s\S]*230001 .*feed_cards/,
		);
		expect(await rows[1].innerText()).toMatch(/200[\s\S]*\d+ ms[\s\S]*2 people/);
	});

	it('opens to show request, answer and the recipients’ names', async () => {
		const page = await sandbox.openFeeds([0]);
		await sandbox.create([0, 1], { biz_id: 'card', title: '标题' });
		// The call for the token may come to the page before it.
		const row = page.locator('[data-testid="request"][data-operation="appFeedCard.create"]');
		await row.getByRole('button').first().click();
		await bodyOf(row, 'Request').waitFor();
		expect(JSON.parse(await bodyOf(row, 'Request').innerText())).toMatchObject({
			app_feed_card: { biz_id: 'card', title: '标题' },
			user_ids: sandbox.ids(0, 1),
		});
		expect(JSON.parse(await bodyOf(row, 'Answer').innerText())).toMatchObject({
			code: 0,
			data: { biz_id: 'card' },
		});
		expect(await row.innerText()).toContain('/open-apis/im/v2/app_feed_card');
		await row.getByRole('button', { name: 'Show the recipients’ names' }).click();
		const names = row.getByTestId('recipients').getByRole('listitem');
		expect(await names.allInnerTexts()).toEqual(sandbox.people.slice(0, 2).map(({ name }) => name));
	});

	it('stands out where calls were refused, failed, or did not reach everybody', async () => {
		await sandbox.control.changeSettings({ rateLimiting: { enabled: true } });
		await sandbox.control.addFault({ kind: 'badGateway', operation: 'chatButton.update' });
		const page = await sandbox.openFeeds([0]);
		const user_ids = [...sandbox.ids(0), 'ou_nobody'];
		const app_feed_card = { link: { link: 'https://example.com' } };
		for (let call = 0; call < 11; call++) await sandbox.feishu.create({ app_feed_card, user_ids });
		await sandbox.feishu.chatButtons({ user_ids, chat_id: 'oc_1' });
		await eventually(async () => expect(await requests(page).count()).toBe(13));
		const [gateway, limited, partly] = await requests(page).all();
		expect(await gateway.getAttribute('data-tone')).toBe('bad');
		expect(await gateway.innerText()).toMatch(/502[\s\S]*Fault: badGateway/);
		expect(await limited.getAttribute('data-tone')).toBe('bad');
		expect(await limited.innerText()).toMatch(/429[\s\S]*99991400/);
		expect(await partly.getAttribute('data-tone')).toBe('warning');
		expect(await partly.innerText()).toContain('1 not reached');
		await page.getByTestId('filter-failed').click();
		expect(await requests(page).count()).toBe(12);
	});

	it('holds callbacks out to n8n with their deliveries', async () => {
		const receiver = new CallbackReceiver();
		await receiver.start();
		receiver.answer = () => ({ body: { toast: { content: 'Thanks' } } });
		await sandbox.control.changeCallback(app_id, { url: receiver.url, verify: false });
		await sandbox.create([0], { biz_id: 'card', buttons: { buttons: [button('Press')] } });
		const page = await sandbox.openFeeds([0]);
		await page.getByRole('button', { name: 'Press', exact: true }).click();
		const row = page.getByTestId('event').first();
		await eventually(async () => expect(await row.getAttribute('data-state')).toBe('answered'));
		expect(await row.innerText()).toContain(`Pressed by ${sandbox.people[0].name}`);
		await row.getByRole('button').first().click();
		expect(await row.innerText()).toContain(`Callback URL ${receiver.url}`);
		expect(JSON.parse(await bodyOf(row, 'Request').innerText())).toMatchObject({
			header: { event_type: 'card.action.trigger' },
		});
		expect(JSON.parse(await bodyOf(row, 'Answer').innerText())).toEqual({
			toast: { content: 'Thanks' },
		});
		receiver.close();
	});

	it('can be filtered by direction and by words', async () => {
		await sandbox.create([0], { biz_id: 'card', buttons: { buttons: [button('Press')] } });
		await sandbox.feishu.call('GET', '/open-apis/im/v1/chats');
		await sandbox.control.press({ user: sandbox.ids(0)[0], biz_id: 'card', button: 0 });
		const page = await sandbox.openFeeds([0]);
		const counts = async () => [
			await requests(page).count(),
			await page.getByTestId('event').count(),
		];
		const eventuallyCounts = (expected: number[]) =>
			eventually(async () => expect(await counts()).toEqual(expected));
		await eventuallyCounts([3, 1]);
		await page.getByTestId('filter-calls').click();
		await eventuallyCounts([3, 0]);
		await page.getByTestId('filter-callbacks').click();
		await eventuallyCounts([0, 1]);
		await page.getByTestId('filter-all').click();
		await page.getByTestId('filter-text').fill('chat list');
		await eventuallyCounts([1, 0]);
		await page.getByTestId('filter-text').fill('noReceiver');
		await eventuallyCounts([0, 1]);
		await page.getByTestId('filter-text').fill('nothing of that kind');
		await page.getByText('Nothing matches the filter').waitFor();
	});

	it('shows a call that has no answer yet', async () => {
		await sandbox.feishu.tenantAccessToken();
		await sandbox.control.changeSettings({ latency: 1500 });
		const page = await sandbox.openFeeds([0]);
		const created = sandbox.create([0], { biz_id: 'slow' });
		const row = requests(page).first();
		await eventually(async () => {
			expect(await row.getAttribute('data-operation')).toBe('appFeedCard.create');
			expect(await row.getAttribute('data-tone')).toBe('pending');
		});
		await created;
		await eventually(async () => expect(await row.getAttribute('data-tone')).toBe('good'));
	});
});

describe('the knobs', () => {
	/** Opens the page with the knobs to be seen. */
	async function openKnobs(): Promise<Page> {
		const page = await sandbox.openFeeds([0]);
		await page.getByTestId('knobs').locator('summary').click();
		return page;
	}

	/** What is said to be on. */
	const active = (page: Page) => page.getByTestId('active-faults').getByRole('listitem');

	it('make answers slow, say so, and stop it', async () => {
		const page = await openKnobs();
		await page.getByTestId('knob-latency').selectOption('3');
		await eventually(async () => expect((await sandbox.control.settings()).latency).toBe(3000));
		await eventually(async () =>
			expect(await active(page).allInnerTexts()).toEqual(['Slow answers 3 s']),
		);
		expect(await page.getByTestId('misbehaving').innerText()).toBe('1');
		await active(page)
			.getByRole('button', { name: /^Switch off: Slow/ })
			.click();
		await page.getByTestId('misbehaving').waitFor({ state: 'detached' });
		expect((await sandbox.control.settings()).latency).toBe(0);
		expect(await page.getByTestId('knob-latency').inputValue()).toBe('0');
	});

	it('refuse every second call, and stop it', async () => {
		const page = await openKnobs();
		const limited = page.getByTestId('knob-limited');
		await limited.click();
		await eventually(async () => expect(await limited.getAttribute('aria-checked')).toBe('true'));
		const codes = [];
		for (let call = 0; call < 4; call++) {
			codes.push((await sandbox.feishu.create(aCard())).code);
		}
		expect(codes).toEqual([0, 99991400, 0, 99991400]);
		await limited.click();
		await eventually(async () => expect(await limited.getAttribute('aria-checked')).toBe('false'));
		expect(await sandbox.control.faults()).toEqual([]);
	});

	it.each([
		['HTTP 500', { status: 500 }],
		['HTTP 502 (HTML)', { status: 502 }],
		['Scope missing 99991672', { code: 99991672 }],
	])('let the next call fail with %s, once', async (choice, expected) => {
		const page = await openKnobs();
		await page.getByTestId('knob-failure').selectOption({ label: choice });
		await page.getByTestId('knob-fail').click();
		await eventually(async () =>
			expect(await active(page).allInnerTexts()).toEqual([`Next call fails: ${choice}`]),
		);
		// The token is no feed operation: it does not use the fault up.
		expect(await sandbox.feishu.create(aCard())).toMatchObject(expected);
		await page.getByTestId('misbehaving').waitFor({ state: 'detached' });
		expect(await sandbox.feishu.create(aCard())).toMatchObject({ status: 200, code: 0 });
	});

	it('let a connection end, and calls not reach their recipients', async () => {
		const page = await openKnobs();
		await page.getByTestId('knob-failure').selectOption({ label: 'Connection ends' });
		await page.getByTestId('knob-fail').click();
		await active(page).first().waitFor();
		await expect(sandbox.feishu.create(aCard())).rejects.toThrow();
		await page.getByTestId('misbehaving').waitFor({ state: 'detached' });
		await page.getByTestId('knob-failure').selectOption({ label: 'Not reached, once each' });
		await page.getByTestId('knob-fail').click();
		await active(page).first().waitFor();
		const { data } = await sandbox.feishu.create(aCard());
		expect(data.failed_cards).toHaveLength(1);
		await active(page).getByRole('button').click();
		await page.getByTestId('misbehaving').waitFor({ state: 'detached' });
		expect(await sandbox.feishu.create(aCard())).toMatchObject({ data: { failed_cards: [] } });
	});

	it('end all tokens', async () => {
		await sandbox.feishu.tenantAccessToken();
		const page = await openKnobs();
		await page.getByTestId('knob-expire').click();
		await page.getByText('1 tokens expired: the next call gets 99991663.').waitFor();
		expect(await sandbox.feishu.create(aCard())).toMatchObject({ code: 99991663 });
	});

	it('show what somebody else has set, too', async () => {
		const page = await openKnobs();
		await sandbox.control.addFault({ kind: 'cutOff', every: 3 });
		await eventually(async () =>
			expect(await active(page).allInnerTexts()).toEqual(['Other fault: cutOff']),
		);
	});

	it('reset everything, after asking, and keep those who listen', async () => {
		await sandbox.create([0], { biz_id: 'card', title: 'To be forgotten' });
		await sandbox.control.addFault({ kind: 'serverError' });
		const page = await sandbox.openFeeds([0]);
		const feed = sandbox.feedOf(page, 0);
		await page.getByTestId('knob-reset').click();
		await page.getByRole('button', { name: 'Cancel' }).click();
		expect(await page.getByTestId('reset-dialog').count()).toBe(0);
		expect(await card(feed, 'card').count()).toBe(1);
		await page.getByTestId('knob-reset').click();
		await page.getByTestId('reset-confirm').click();
		await card(feed, 'card').waitFor({ state: 'detached' });
		expect(await requests(page).count()).toBe(0);
		expect(await page.getByTestId('misbehaving').count()).toBe(0);
		expect(await sandbox.control.faults()).toEqual([]);
		expect(await entries(feed).count()).toBeGreaterThan(0);
		// The token that was given before is still good.
		await sandbox.create([0], { biz_id: 'after' });
		await card(feed, 'after').waitFor();
	});

	function aCard(): object {
		return {
			app_feed_card: { link: { link: 'https://example.com' } },
			user_ids: sandbox.ids(0),
		};
	}
});

describe('the inspector', () => {
	it('closes, and stays closed at the next visit', async () => {
		const page = await sandbox.openFeeds([0]);
		await page.getByTestId('close-inspector').click();
		await page.getByTestId('inspector').waitFor({ state: 'detached' });
		await page.reload();
		await entries(sandbox.feedOf(page, 0)).first().waitFor();
		expect(await page.getByTestId('inspector').count()).toBe(0);
		await page.getByTestId('toggle-inspector').click();
		await page.getByTestId('inspector').waitFor();
	});

	it('leaves the room to the message lists of a scenario, until it is asked for', async () => {
		const page = await sandbox.openFeeds([0], '&scenario=training');
		expect(await page.getByTestId('inspector').count()).toBe(0);
		await page.getByTestId('toggle-inspector').click();
		await page.getByTestId('inspector').waitFor();
		await page.reload();
		await page.getByTestId('inspector').waitFor();
	});

	it('lies over the message lists on a phone, takes the focus, and Escape closes it', async () => {
		const page = await sandbox.openFeeds([0], '', { viewport: PHONE });
		expect(await page.getByTestId('inspector').count()).toBe(0);
		await page.getByTestId('toggle-inspector').click();
		await page.getByTestId('inspector').waitFor();
		expect(await page.evaluate('document.activeElement.dataset.testid')).toBe('close-inspector');
		expect(await page.locator('.feed-layout').getAttribute('inert')).not.toBeNull();
		await page.keyboard.press('Escape');
		await page.getByTestId('inspector').waitFor({ state: 'detached' });
		expect(await page.evaluate('document.activeElement.dataset.testid')).toBe('toggle-inspector');
	});
});
