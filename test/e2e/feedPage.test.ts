import type { Locator } from 'playwright-core';

import { startFeishuSandbox } from '../../sandbox/feishu/src';
import { FeishuCaller } from '../helpers/sandbox/FeishuCaller';
import { expect } from '../helpers/e2e/expect';
import { entries } from '../helpers/e2e/FeedPage';
import {
	FeedPageSandbox,
	PHONE,
	button,
	card,
	cardsIn,
	linkButton,
	seesCards,
	settled,
} from '../helpers/e2e/FeedPageSandbox';
import { freePort } from '../helpers/e2e/freePort';

/** Message lists on the feed page: what they show, and how they change while somebody looks. */
let sandbox: FeedPageSandbox;

beforeAll(async () => {
	sandbox = await FeedPageSandbox.start();
});
afterEach(async () => await sandbox.afterEach());
afterAll(async () => await sandbox?.close());

describe('a message list', () => {
	it('has pinned entries on top, marked, and the others by time, chats among them', async () => {
		await sandbox.create([0], { biz_id: 'first', title: 'First' });
		await sandbox.create([0], { biz_id: 'pinned', title: 'Pinned', time_sensitive: true });
		await sandbox.create([0], { biz_id: 'last', title: 'Last' });
		const page = await sandbox.openFeeds([0]);
		const feed = sandbox.feedOf(page, 0);
		await seesCards(feed, 'pinned', 'last', 'first');
		const expected = await sandbox.control.feed(sandbox.people[0].open_id);
		const shown = await entries(feed).evaluateAll((elements) =>
			elements.map((element) => [
				element.getAttribute('data-kind'),
				element.querySelector('.entry-title')?.getAttribute('title'),
			]),
		);
		expect(shown).toEqual(expected.map(({ kind, title }) => [kind, title]));
		expect(new Set(expected.map(({ kind }) => kind)).size).toBe(4);
		const pins = await entries(feed).evaluateAll((elements) =>
			elements.map((element) => [
				element.getAttribute('data-pinned'),
				element.querySelectorAll('[data-testid="pin"]').length,
			]),
		);
		expect(pins).toEqual(
			expected.map(({ time_sensitive }) => [String(time_sensitive), time_sensitive ? 1 : 0]),
		);
	});

	it('shows labels in four colours in place of the time', async () => {
		const types = ['primary', 'secondary', 'success', 'danger'];
		for (const type of types) {
			const status_label = { text: `is ${type}`, type };
			await sandbox.create([0], { biz_id: type, title: type, status_label });
		}
		await sandbox.create([0], { biz_id: 'none', title: 'none' });
		const page = await sandbox.openFeeds([0]);
		const feed = sandbox.feedOf(page, 0);
		const colours = new Set<string>();
		for (const type of types) {
			const label = card(feed, type).getByTestId('label');
			await expect(label).toHaveText(`is ${type}`);
			await expect(label).toHaveAttribute('data-label-type', type);
			await expect(card(feed, type).getByTestId('time')).toHaveCount(0);
			colours.add(await colourOf(label));
		}
		expect(colours.size).toBe(4);
		await expect(card(feed, 'none').getByTestId('time')).toHaveText(/^\d\d:\d\d$/);
		await expect(card(feed, 'none').getByTestId('label')).toHaveCount(0);
	});

	it('shows up to two buttons in three styles, links as links', async () => {
		const [styles, colours] = [['default', 'primary', 'success'], new Set<string>()];
		for (const button_type of styles) {
			await sandbox.create([0], {
				biz_id: button_type,
				title: 'With buttons',
				buttons: {
					buttons: [
						button('Call', { button_type }),
						linkButton('Look', 'https://example.com/look'),
					],
				},
			});
		}
		const page = await sandbox.openFeeds([0]);
		for (const style of styles) {
			const entry = card(sandbox.feedOf(page, 0), style);
			colours.add(await colourOf(entry.getByRole('button', { name: 'Call' })));
			const link = entry.getByRole('link', { name: /^Look/ });
			await expect(link).toHaveAttribute('href', 'https://example.com/look');
		}
		expect(colours.size).toBe(3);
	});

	it('shows groups with their buttons and reminder, and the bot’s own chat', async () => {
		const [{ groups }] = await sandbox.control.company();
		const [id] = sandbox.ids(0);
		await sandbox.feishu.chatButtons({
			user_ids: [id],
			chat_id: groups[0].chat_id,
			buttons: { buttons: [button('Sign up')] },
		});
		await sandbox.feishu.groupReminder(groups[0].chat_id, { time_sensitive: true, user_ids: [id] });
		await sandbox.feishu.botReminder({ time_sensitive: true, user_ids: [id] });
		const page = await sandbox.openFeeds([0]);
		const feed = sandbox.feedOf(page, 0);
		const group = feed.locator(`[data-chat-id="${groups[0].chat_id}"]`);
		await expect(group).toHaveAttribute('data-pinned', 'true');
		await expect(group.getByRole('img', { name: 'Instant reminder' })).toHaveCount(1);
		await expect(group.getByRole('button')).toHaveText(['Sign up']);
		const bots = feed.locator('[data-kind="botChat"]');
		await expect(bots.first()).toHaveAttribute('data-pinned', 'true');
		await expect(bots).toHaveCount(1);
	});

	it('shows uploaded avatars, and an icon where there is no such image', async () => {
		const avatar_key = await sandbox.uploadAvatar(ONE_PIXEL);
		await sandbox.create([0], { biz_id: 'with', avatar_key });
		await sandbox.create([0], { biz_id: 'without', avatar_key: 'img_nothing' });
		sandbox.tolerate(/404/);
		const page = await sandbox.openFeeds([0]);
		const feed = sandbox.feedOf(page, 0);
		await expect(card(feed, 'with').locator('img')).toHaveJSProperty('naturalWidth', 1);
		await expect(card(feed, 'with').locator('img')).toBeVisible();
		await expect(card(feed, 'without').locator('img')).toBeHidden();
	});

	it('changes the avatar with the card, also from one that is no image', async () => {
		const [gif, png] = [await sandbox.uploadAvatar(GIF), await sandbox.uploadAvatar(ONE_PIXEL)];
		await sandbox.create([0], { biz_id: 'changing', avatar_key: 'img_nothing' });
		sandbox.tolerate(/404/);
		const page = await sandbox.openFeeds([0]);
		const entry = card(sandbox.feedOf(page, 0), 'changing');
		const picture = entry.locator('.avatar img');
		await expect(picture).toBeHidden();
		for (const avatar_key of [gif, png]) {
			await sandbox.update([0], { biz_id: 'changing', avatar_key }, ['2']);
			await expect(picture).toHaveAttribute('src', `/sandbox/images/${avatar_key}`);
			await expect(picture).toBeVisible();
			await expect(picture).toHaveJSProperty('naturalWidth', 1);
		}
		await sandbox.update([0], { biz_id: 'changing' }, ['2']);
		await expect(picture).toHaveCount(0);
		await expect(entry.locator('.avatar svg')).toBeVisible();
	});

	it('cuts off what is too long, and never the label or the time', async () => {
		const long = '很长的标题'.repeat(12);
		await sandbox.create([0], {
			biz_id: 'long',
			title: long,
			preview: long,
			time_sensitive: true,
			status_label: { text: '一二三四五六七八九十一二三四五六七八九十', type: 'danger' },
			buttons: { buttons: [button('按钮'.repeat(15)), button('另一个'.repeat(10))] },
		});
		for (const options of [{}, { viewport: PHONE }]) {
			const page = await sandbox.openFeeds([0], '', options);
			const entry = card(sandbox.feedOf(page, 0), 'long');
			const box = (await entry.boundingBox())!;
			const parts = entry.locator('.entry-title, .label, .entry-preview, .feed-button, .pin-mark');
			for (const part of await parts.all()) {
				const inner = (await part.boundingBox())!;
				expect(inner.width).toBeGreaterThan(10);
				expect(inner.x + inner.width).toBeLessThanOrEqual(box.x + box.width);
				expect(inner.y + inner.height).toBeLessThanOrEqual(box.y + box.height);
			}
			const width = await page
				.locator('html')
				.evaluate((root) => root.scrollWidth - root.clientWidth);
			expect(width).toBe(0);
		}
	});
});

describe('while somebody looks', () => {
	it('cards come, change, move and go', async () => {
		const page = await sandbox.openFeeds([0]);
		const feed = sandbox.feedOf(page, 0);
		await sandbox.create([0], { biz_id: 'a', title: 'A' });
		await sandbox.create([0], { biz_id: 'b', title: 'B', time_sensitive: true });
		await seesCards(feed, 'b', 'a');
		await sandbox.update(
			[0],
			{
				biz_id: 'a',
				title: 'A is new',
				preview: 'Changed',
				time_sensitive: true,
				status_label: { text: 'Now', type: 'success' },
				buttons: { buttons: [button('Press')] },
			},
			['1', '3', '10', '11', '13', '102'],
		);
		await seesCards(feed, 'a', 'b');
		const changed = card(feed, 'a');
		await expect(changed).toHaveText(/A is new[\s\S]*Now[\s\S]*Changed[\s\S]*Press/);
		await sandbox.update([0], { biz_id: 'b', time_sensitive: false }, ['13']);
		await expect(card(feed, 'b')).toHaveAttribute('data-pinned', 'false');
		await sandbox.feishu.delete({
			feed_cards: [{ biz_id: 'a', user_id: sandbox.people[0].open_id }],
		});
		await seesCards(feed, 'b');
	});

	it('one person’s card changes nothing for another', async () => {
		await sandbox.create([0, 1], { biz_id: 'shared', title: 'For both' });
		const page = await sandbox.openFeeds([0, 1]);
		const [mine, theirs] = [sandbox.feedOf(page, 0), sandbox.feedOf(page, 1)];
		await theirs.evaluate((element) => (element.dataset.before = element.innerHTML));
		await sandbox.update([0], { biz_id: 'shared', title: 'Mine alone' }, ['1']);
		await sandbox.create([0], { biz_id: 'mine', title: 'Mine' });
		await card(mine, 'mine').waitFor();
		await expect(card(mine, 'shared')).toContainText('Mine alone');
		expect(await theirs.evaluate((element) => element.dataset.before === element.innerHTML)).toBe(
			true,
		);
	});

	it('keeps the place of whoever has scrolled down', async () => {
		for (let number = 0; number < 30; number++) {
			const buttons = { buttons: number % 3 === 0 ? [button('Press')] : [] };
			await sandbox.create([0], { biz_id: `old-${number}`, title: `Card ${number}`, buttons });
		}
		const page = await sandbox.openFeeds([0]);
		const list = sandbox.feedOf(page, 0).locator('.feed-list');
		await list.evaluate((element) => (element.scrollTop = 700));
		const place = async (biz_id: string) => (await card(list, biz_id).boundingBox())!.y;
		await expect.poll(() => place('old-18')).toBeLessThan(900);
		await settled(list);
		const before = await place('old-18');
		expect(before).toBeGreaterThan(100);
		expect(before).toBeLessThan(900);

		await sandbox.create([0], { biz_id: 'new', title: 'New', buttons: { buttons: [button('X')] } });
		await sandbox.create([0], { biz_id: 'top', title: 'Top', time_sensitive: true });
		await card(list, 'top').waitFor({ state: 'attached' });
		// One that is in view goes to the top: what is above it stays.
		await sandbox.update([0], { biz_id: 'old-16', time_sensitive: true }, ['13', '102']);
		await expect.poll(async () => (await cardsIn(list))[0]).toBe('old-16');
		await settled(list);
		expect(Math.abs((await place('old-18')) - before)).toBeLessThan(2);
		expect(await list.evaluate((element) => element.scrollTop)).toBeGreaterThan(700);
	});

	it('shows what is new to whoever looks at the top', async () => {
		for (let number = 0; number < 20; number++) {
			await sandbox.create([0], { biz_id: `old-${number}`, title: `Card ${number}` });
		}
		const page = await sandbox.openFeeds([0]);
		const list = sandbox.feedOf(page, 0).locator('.feed-list');
		await sandbox.create([0], { biz_id: 'new', title: 'New' });
		await card(list, 'new').waitFor();
		expect(await list.evaluate((element) => element.scrollTop)).toBe(0);
		expect((await cardsIn(list))[0]).toBe('new');
	});

	it.each([
		['no-preference', true],
		['reduce', false],
	] as const)(
		'entries glide to their places with reduced motion %s: %s',
		async (choice, glides) => {
			await sandbox.create([0], { biz_id: 'a', title: 'A' });
			const page = await sandbox.openFeeds([0], '', { reducedMotion: choice });
			const list = sandbox.feedOf(page, 0).locator('.feed-list');
			await page.evaluate(`window.glided = 0;
			const animate = Element.prototype.animate;
			Element.prototype.animate = function (...animation) {
				window.glided++;
				return animate.apply(this, animation);
			};`);
			await sandbox.create([0], { biz_id: 'b', title: 'B' });
			await card(list, 'b').waitFor();
			const glided = await page.evaluate<number>('window.glided');
			if (glides) expect(glided).toBeGreaterThan(1);
			else expect(glided).toBe(0);
		},
	);

	it('keeps the focus on a card that moves, and gives it on when the card goes', async () => {
		for (const biz_id of ['a', 'b', 'c']) await sandbox.create([0], { biz_id, title: biz_id });
		const page = await sandbox.openFeeds([0]);
		const feed = sandbox.feedOf(page, 0);
		await card(feed, 'a').focus();
		await sandbox.update([0], { biz_id: 'a' }, ['102']);
		await seesCards(feed, 'a', 'c', 'b');
		await expect(card(feed, 'a')).toBeFocused();
		await sandbox.feishu.delete({
			feed_cards: [{ biz_id: 'a', user_id: sandbox.people[0].open_id }],
		});
		await seesCards(feed, 'c', 'b');
		await expect(card(feed, 'c')).toBeFocused();
	});

	it('says that the sandbox is gone, keeps what it showed, and comes back with it', async () => {
		const first = await startFeishuSandbox({ people: 5, port: await freePort() });
		const page = await sandbox.newPage();
		await page.goto(`${first.url}/feed?people=${sandbox.people[0].open_id}`);
		const feed = sandbox.feedOf(page, 0);
		await entries(feed).first().waitFor();
		const count = await entries(feed).count();
		sandbox.tolerate(/net::ERR_/);
		await first.close();
		await page.getByTestId('connection-lost').waitFor();
		await expect(entries(feed)).toHaveCount(count);
		const second = await startFeishuSandbox({ people: 5, port: first.port });
		await page.getByTestId('connection-lost').waitFor({ state: 'detached' });
		await new FeishuCaller(second.url).create({
			app_feed_card: { biz_id: 'back', link: { link: 'https://example.com' } },
			user_ids: sandbox.ids(0),
		});
		await card(feed, 'back').waitFor();
		await page.close();
		await second.close();
	});
});

describe('whose message lists are shown', () => {
	it('is the first person’s, when the address names nobody', async () => {
		const page = await sandbox.open('/feed');
		await entries(sandbox.feedOf(page, 0)).first().waitFor();
		await expect(page.getByTestId('feed')).toHaveCount(1);
	});

	it('is found by name, by pinyin, and put side by side', async () => {
		const page = await sandbox.openFeeds([0]);
		const [, second, third] = sandbox.people;
		await page.getByTestId('add-person').click();
		await page.getByTestId('person-search').fill(second.name);
		await page.getByTestId('person-option').filter({ hasText: second.name }).first().click();
		await entries(sandbox.feedOf(page, 1)).first().waitFor();

		await page.getByTestId('add-person').click();
		const [given, surname] = third.email.split('.');
		await page.getByTestId('person-search').fill(`${surname} ${given}`);
		await expect(page.getByTestId('person-option').first()).toContainText(third.name);
		await page.keyboard.press('Enter');
		await entries(sandbox.feedOf(page, 2)).first().waitFor();
		await expect(page).toHaveURL(new RegExp(`people=${sandbox.ids(0, 1, 2).join(',')}`));

		await sandbox.create([1], { biz_id: 'second', title: 'Second' });
		await card(sandbox.feedOf(page, 1), 'second').waitFor();
		await sandbox.feedOf(page, 1).getByTestId('remove-person').click();
		await sandbox.feedOf(page, 1).waitFor({ state: 'detached' });
		await page.reload();
		await entries(sandbox.feedOf(page, 2)).first().waitFor();
		await expect(page.getByTestId('feed')).toHaveCount(2);
	});

	it('is changed in place', async () => {
		const page = await sandbox.openFeeds([0]);
		await sandbox.feedOf(page, 0).getByTestId('choose-person').click();
		await page.getByTestId('person-search').fill('nobody at all');
		await expect(page.locator('.person-search')).toContainText('Nobody found');
		await page.getByTestId('person-search').fill(sandbox.people[5].name);
		await expect(page.getByTestId('person-option').first()).toContainText(sandbox.people[5].name);
		await page.keyboard.press('Enter');
		await entries(sandbox.feedOf(page, 5)).first().waitFor();
		await expect(page.getByTestId('feed')).toHaveCount(1);
	});

	it('is nobody’s where the ID is nobody’s, and says so', async () => {
		const page = await sandbox.open(`/feed?people=ou_nobody,${sandbox.people[0].open_id}`);
		await entries(sandbox.feedOf(page, 0)).first().waitFor();
		const nobody = page.locator('[data-open-id="ou_nobody"]');
		await expect(nobody).toContainText('Nobody in the sandbox has the ID ou_nobody');
	});
});

async function colourOf(locator: Locator): Promise<string> {
	return await locator.evaluate(
		(element) => element.ownerDocument.defaultView.getComputedStyle(element).backgroundColor,
	);
}

const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const ONE_PIXEL = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
	'base64',
);
