import type { Locator, Page } from 'playwright-core';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import { CallbackReceiver } from '../helpers/sandbox/CallbackReceiver';
import { expect } from '../helpers/e2e/expect';
import { entries } from '../helpers/e2e/FeedPage';
import { FeedPageSandbox, PHONE, button, card } from '../helpers/e2e/FeedPageSandbox';

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
/** A body of an open row, once it is there. */
const readBody = async (row: Locator, name: string) =>
	JSON.parse(await bodyOf(row, name).innerText()) as unknown;

describe('what came over the wire', () => {
	it('is empty at first, and says what will come', async () => {
		const page = await sandbox.openFeeds([0]);
		await expect(page.getByTestId('no-traffic')).toContainText('Nothing came over the wire yet');
	});

	it('stands newest first, with status, code, recipients and time', async () => {
		const page = await sandbox.openFeeds([0]);
		await sandbox.create([0, 1], { biz_id: 'card' });
		await sandbox.feishu.update({ feed_cards: [] });
		const shown = () =>
			requests(page).evaluateAll((rows) =>
				rows.map(({ dataset }) => [dataset.operation, dataset.status, dataset.code, dataset.tone]),
			);
		await expect.poll(shown).toEqual([
			['appFeedCardBatch.update', '400', '230001', 'bad'],
			['appFeedCard.create', '200', '0', 'good'],
			['tenantAccessToken.internal', '200', '0', 'good'],
		]);
		await expect(requests(page)).toHaveText([
			/400[\s\S]*\d\d:\d\d:\d\d\.\d{3}[\s\S]*230001 .*feed_cards/,
			/200[\s\S]*\d+ ms[\s\S]*2 people/,
			/200/,
		]);
	});

	it('opens to show request, answer and the recipients’ names', async () => {
		const page = await sandbox.openFeeds([0]);
		await sandbox.create([0, 1], { biz_id: 'card', title: '标题' });
		// The call for the token may come to the page before it.
		const row = page.locator('[data-testid="request"][data-operation="appFeedCard.create"]');
		await row.getByRole('button').first().click();
		expect(await readBody(row, 'Request')).toMatchObject({
			app_feed_card: { biz_id: 'card', title: '标题' },
			user_ids: sandbox.ids(0, 1),
		});
		expect(await readBody(row, 'Answer')).toMatchObject({
			code: 0,
			data: { biz_id: 'card' },
		});
		await expect(row).toContainText('/open-apis/im/v2/app_feed_card');
		await row.getByRole('button', { name: 'Show the recipients’ names' }).click();
		const names = row.getByTestId('recipients').getByRole('listitem');
		await expect(names).toHaveText(sandbox.people.slice(0, 2).map(({ name }) => name));
	});

	it('stands out where calls were refused, failed, or did not reach everybody', async () => {
		await sandbox.control.changeSettings({ rateLimiting: { enabled: true } });
		await sandbox.control.addFault({ kind: 'badGateway', operation: 'chatButton.update' });
		const page = await sandbox.openFeeds([0]);
		const user_ids = [...sandbox.ids(0), 'ou_nobody'];
		const app_feed_card = { link: { link: 'https://example.com' } };
		for (let call = 0; call < 11; call++) await sandbox.feishu.create({ app_feed_card, user_ids });
		await sandbox.feishu.chatButtons({ user_ids, chat_id: 'oc_1' });
		await expect(requests(page)).toHaveCount(13);
		const seesRow = async (place: number, tone: string, text: RegExp) => {
			await expect(requests(page).nth(place)).toHaveAttribute('data-tone', tone);
			await expect(requests(page).nth(place)).toHaveText(text);
		};
		await seesRow(0, 'bad', /502[\s\S]*Fault: badGateway/);
		await seesRow(1, 'bad', /429[\s\S]*99991400/);
		await seesRow(2, 'warning', /1 not delivered/);
		await page.getByTestId('filter-failed').click();
		await expect(requests(page)).toHaveCount(12);
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
		await expect(row).toHaveAttribute('data-state', 'answered');
		await expect(row).toContainText(`Pressed by ${sandbox.people[0].name}`);
		await row.getByRole('button').first().click();
		await expect(row).toContainText(`Callback URL ${receiver.url}`);
		expect(await readBody(row, 'Request')).toMatchObject({
			header: { event_type: 'card.action.trigger' },
		});
		expect(await readBody(row, 'Answer')).toEqual({ toast: { content: 'Thanks' } });
		receiver.close();
	});

	it('can be filtered by direction and by words', async () => {
		await sandbox.create([0], { biz_id: 'card', buttons: { buttons: [button('Press')] } });
		await sandbox.feishu.call('GET', '/open-apis/im/v1/chats');
		await sandbox.control.press({ user: sandbox.ids(0)[0], biz_id: 'card', button: 0 });
		const page = await sandbox.openFeeds([0]);
		const seesCounts = async (ofRequests: number, ofEvents: number) => {
			await expect(requests(page)).toHaveCount(ofRequests);
			await expect(page.getByTestId('event')).toHaveCount(ofEvents);
		};
		await seesCounts(3, 1);
		await page.getByTestId('filter-calls').click();
		await seesCounts(3, 0);
		await page.getByTestId('filter-callbacks').click();
		await seesCounts(0, 1);
		await page.getByTestId('filter-all').click();
		await page.getByTestId('filter-text').fill('chat list');
		await seesCounts(1, 0);
		await page.getByTestId('filter-text').fill('noReceiver');
		await seesCounts(0, 1);
		await page.getByTestId('filter-text').fill('nothing of that kind');
		await page.getByText('Nothing matches the filter').waitFor();
	});

	it('shows a call that has no answer yet', async () => {
		await sandbox.feishu.tenantAccessToken();
		await sandbox.control.changeSettings({ latency: 3000 });
		const page = await sandbox.openFeeds([0]);
		const row = (tone: string) =>
			page.locator(`[data-operation="appFeedCard.create"][data-tone="${tone}"]`);
		await Promise.all([row('pending').waitFor(), sandbox.create([0], { biz_id: 'slow' })]);
		await row('good').waitFor();
		await expect(row('pending')).toHaveCount(0);
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
		await expect.poll(async () => (await sandbox.control.settings()).latency).toBe(3000);
		await expect(active(page)).toHaveText(['Slow answers 3 s']);
		await expect(page.getByTestId('misbehaving')).toHaveText('1');
		await active(page)
			.getByRole('button', { name: /^Switch off: Slow/ })
			.click();
		await page.getByTestId('misbehaving').waitFor({ state: 'detached' });
		await expect(page.getByTestId('knob-latency')).toHaveValue('0');
		expect((await sandbox.control.settings()).latency).toBe(0);
	});

	it('refuse every second call, and stop it', async () => {
		const page = await openKnobs();
		const limited = page.getByTestId('knob-limited');
		await limited.click();
		await expect(limited).toHaveAttribute('aria-checked', 'true');
		const codes = [];
		for (let call = 0; call < 4; call++) {
			codes.push((await sandbox.feishu.create(aCard())).code);
		}
		expect(codes).toEqual([0, 99991400, 0, 99991400]);
		await limited.click();
		await expect(limited).toHaveAttribute('aria-checked', 'false');
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
		await expect(active(page)).toHaveText([`Next call fails: ${choice}`]);
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
		await page.getByTestId('knob-failure').selectOption({ label: 'Not delivered, once each' });
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
		await expect(active(page)).toHaveText(['Other fault: cutOff']);
	});

	it('reset everything, after asking, and keep those who listen', async () => {
		await sandbox.create([0], { biz_id: 'card', title: 'To be forgotten' });
		await sandbox.control.addFault({ kind: 'serverError' });
		const page = await sandbox.openFeeds([0]);
		const feed = sandbox.feedOf(page, 0);
		await page.getByTestId('reset').click();
		await page.getByRole('button', { name: 'Cancel' }).click();
		await expect(page.getByTestId('reset-dialog')).toHaveCount(0);
		expect(await sandbox.control.faults()).toHaveLength(1);
		await expect(card(feed, 'card')).toHaveCount(1);
		await page.getByTestId('reset').click();
		await page.getByTestId('reset-confirm').click();
		await card(feed, 'card').waitFor({ state: 'detached' });
		await expect(requests(page)).toHaveCount(0);
		await expect(page.getByTestId('misbehaving')).toHaveCount(0);
		expect(await sandbox.control.faults()).toEqual([]);
		await expect(entries(feed)).not.toHaveCount(0);
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
		await expect(page.getByTestId('inspector')).toHaveCount(0);
		await page.getByTestId('toggle-inspector').click();
		await page.getByTestId('inspector').waitFor();
	});

	it('leaves the room to the message lists of a scenario, until it is asked for', async () => {
		const page = await sandbox.openFeeds([0], '&scenario=training');
		await expect(page.getByTestId('inspector')).toHaveCount(0);
		await page.getByTestId('toggle-inspector').click();
		await page.getByTestId('inspector').waitFor();
		await page.reload();
		await page.getByTestId('inspector').waitFor();
	});

	it('lies over the message lists on a phone, takes the focus, and Escape closes it', async () => {
		const page = await sandbox.openFeeds([0], '', { viewport: PHONE });
		await expect(page.getByTestId('inspector')).toHaveCount(0);
		await page.getByTestId('toggle-inspector').click();
		await page.getByTestId('inspector').waitFor();
		await expect(page.getByTestId('close-inspector')).toBeFocused();
		await expect(page.locator('.feed-layout')).toHaveAttribute('inert');
		await page.keyboard.press('Escape');
		await page.getByTestId('inspector').waitFor({ state: 'detached' });
		await expect(page.getByTestId('toggle-inspector')).toBeFocused();
	});
});
