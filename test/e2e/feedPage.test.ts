import type { Locator, Page } from 'playwright-core';

import { startFeishuSandbox } from '../../sandbox/feishu/src';
import { FeishuCaller } from '../sandbox/FeishuCaller';
import {
	FeedPageSandbox,
	PHONE,
	button,
	card,
	cardsIn,
	entries,
	eventually,
	linkButton,
} from './FeedPageSandbox';

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
		expect(await cardsIn(feed)).toEqual(['pinned', 'last', 'first']);
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
			expect(await label.textContent()).toBe(`is ${type}`);
			expect(await label.getAttribute('data-label-type')).toBe(type);
			expect(await card(feed, type).getByTestId('time').count()).toBe(0);
			colours.add(await colourOf(label));
		}
		expect(colours.size).toBe(4);
		expect(await card(feed, 'none').getByTestId('label').count()).toBe(0);
		expect(await card(feed, 'none').getByTestId('time').textContent()).toMatch(/^\d\d:\d\d$/);
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
			expect(await link.getAttribute('href')).toBe('https://example.com/look');
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
		expect(await group.getAttribute('data-pinned')).toBe('true');
		expect(await group.getByRole('img', { name: 'Instant reminder' }).count()).toBe(1);
		expect(await group.getByRole('button').allTextContents()).toEqual(['Sign up']);
		const bots = feed.locator('[data-kind="botChat"]');
		expect(await bots.first().getAttribute('data-pinned')).toBe('true');
		expect(await bots.count()).toBeGreaterThan(1);
	});

	it('shows uploaded avatars, and an icon where there is no such image', async () => {
		const form = new FormData();
		form.set('image_type', 'avatar');
		form.set('image', new Blob([ONE_PIXEL], { type: 'image/png' }), 'avatar.png');
		const uploaded = await fetch(`${sandbox.url}/open-apis/im/v1/images`, {
			method: 'POST',
			headers: { authorization: `Bearer ${await sandbox.feishu.tenantAccessToken()}` },
			body: form,
		});
		const { data } = (await uploaded.json()) as { data: { image_key: string } };
		await sandbox.create([0], { biz_id: 'with', avatar_key: data.image_key });
		await sandbox.create([0], { biz_id: 'without', avatar_key: 'img_nothing' });
		const page = await sandbox.openFeeds([0]);
		const feed = sandbox.feedOf(page, 0);
		await eventually(async () => {
			expect(await card(feed, 'with').locator('img').isVisible()).toBe(true);
			expect(await card(feed, 'without').locator('img').isVisible()).toBe(false);
		});
		expect(
			await card(feed, 'with')
				.locator('img')
				.evaluate((image) => image.naturalWidth),
		).toBe(1);
		// The browser says that the image is missing.
		expect(sandbox.complaints.splice(0)).toEqual([expect.stringContaining('404')]);
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
		const order = (...expected: string[]) =>
			eventually(async () => expect(await cardsIn(feed)).toEqual(expected));

		await sandbox.create([0], { biz_id: 'a', title: 'A' });
		await sandbox.create([0], { biz_id: 'b', title: 'B', time_sensitive: true });
		await order('b', 'a');
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
		await order('a', 'b');
		const changed = card(feed, 'a');
		expect(await changed.innerText()).toMatch(/A is new[\s\S]*Now[\s\S]*Changed[\s\S]*Press/);
		await sandbox.update([0], { biz_id: 'b', time_sensitive: false }, ['13']);
		await eventually(async () =>
			expect(await card(feed, 'b').getAttribute('data-pinned')).toBe('false'),
		);
		await sandbox.feishu.delete({
			feed_cards: [{ biz_id: 'a', user_id: sandbox.people[0].open_id }],
		});
		await order('b');
	});

	it('one person’s card changes nothing for another', async () => {
		await sandbox.create([0, 1], { biz_id: 'shared', title: 'For both' });
		const page = await sandbox.openFeeds([0, 1]);
		const [mine, theirs] = [sandbox.feedOf(page, 0), sandbox.feedOf(page, 1)];
		await theirs.evaluate((element) => (element.dataset.before = element.innerHTML));
		await sandbox.update([0], { biz_id: 'shared', title: 'Mine alone' }, ['1']);
		await sandbox.create([0], { biz_id: 'mine', title: 'Mine' });
		await card(mine, 'mine').waitFor();
		expect(await card(mine, 'shared').innerText()).toContain('Mine alone');
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
		const before = await place('old-18');
		expect(before).toBeGreaterThan(100);
		expect(before).toBeLessThan(900);

		await sandbox.create([0], { biz_id: 'new', title: 'New', buttons: { buttons: [button('X')] } });
		await sandbox.create([0], { biz_id: 'top', title: 'Top', time_sensitive: true });
		await card(list, 'top').waitFor({ state: 'attached' });
		// One that is in view goes to the top: what is above it stays.
		await sandbox.update([0], { biz_id: 'old-16', time_sensitive: true }, ['13', '102']);
		await eventually(async () => expect((await cardsIn(list))[0]).toBe('old-16'));
		const settled = () =>
			list.evaluate((element) =>
				Promise.all(
					element
						.getAnimations({ subtree: true })
						.map((animation: { finished: Promise<unknown> }) => animation.finished),
				),
			);
		await settled();
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
			expect(await page.evaluate<number>('window.glided')).toEqual(glides ? expect.any(Number) : 0);
			if (glides) expect(await page.evaluate<number>('window.glided')).toBeGreaterThan(1);
		},
	);

	it('keeps the focus on a card that moves, and gives it on when the card goes', async () => {
		for (const biz_id of ['a', 'b', 'c']) await sandbox.create([0], { biz_id, title: biz_id });
		const page = await sandbox.openFeeds([0]);
		const feed = sandbox.feedOf(page, 0);
		await card(feed, 'a').focus();
		await sandbox.update([0], { biz_id: 'a' }, ['102']);
		await eventually(async () => expect(await cardsIn(feed)).toEqual(['a', 'c', 'b']));
		expect(await focused(page)).toBe('a');
		await sandbox.feishu.delete({
			feed_cards: [{ biz_id: 'a', user_id: sandbox.people[0].open_id }],
		});
		await eventually(async () => expect(await cardsIn(feed)).toEqual(['c', 'b']));
		expect(await focused(page)).toBe('c');
	});

	it('says that the sandbox is gone, keeps what it showed, and comes back with it', async () => {
		const first = await startFeishuSandbox({ people: 5 });
		const page = await sandbox.newPage();
		await page.goto(`${first.url}/feed?people=${sandbox.people[0].open_id}`);
		const feed = sandbox.feedOf(page, 0);
		await entries(feed).first().waitFor();
		const count = await entries(feed).count();
		await first.close();
		await page.getByTestId('connection-lost').waitFor();
		expect(await entries(feed).count()).toBe(count);
		const second = await startFeishuSandbox({ people: 5, port: first.port });
		await page.getByTestId('connection-lost').waitFor({ state: 'detached' });
		await new FeishuCaller(second.url).create({
			app_feed_card: { biz_id: 'back', link: { link: 'https://example.com' } },
			user_ids: sandbox.ids(0),
		});
		await card(feed, 'back').waitFor();
		await page.close();
		await second.close();
		// The browser says that nobody answered.
		for (const complaint of sandbox.complaints.splice(0)) expect(complaint).toMatch(/net::ERR_/);
	});
});

describe('whose message lists are shown', () => {
	it('is the first person’s, when the address names nobody', async () => {
		const page = await sandbox.open('/feed');
		await entries(sandbox.feedOf(page, 0)).first().waitFor();
		expect(await page.getByTestId('feed').count()).toBe(1);
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
		await page.getByTestId('person-option').first().waitFor();
		await page.keyboard.press('Enter');
		await entries(sandbox.feedOf(page, 2)).first().waitFor();
		expect(new URL(page.url()).search).toContain(`people=${sandbox.ids(0, 1, 2).join(',')}`);

		await sandbox.create([1], { biz_id: 'second', title: 'Second' });
		await card(sandbox.feedOf(page, 1), 'second').waitFor();
		await sandbox.feedOf(page, 1).getByTestId('remove-person').click();
		await sandbox.feedOf(page, 1).waitFor({ state: 'detached' });
		await page.reload();
		await entries(sandbox.feedOf(page, 2)).first().waitFor();
		expect(await page.getByTestId('feed').count()).toBe(2);
	});

	it('is changed in place', async () => {
		const page = await sandbox.openFeeds([0]);
		await sandbox.feedOf(page, 0).getByTestId('choose-person').click();
		await page.getByTestId('person-search').fill('nobody at all');
		expect(await page.locator('.person-search').innerText()).toContain('Nobody found');
		await page.getByTestId('person-search').fill(sandbox.people[5].name);
		await page.keyboard.press('Enter');
		await entries(sandbox.feedOf(page, 5)).first().waitFor();
		expect(await page.getByTestId('feed').count()).toBe(1);
	});

	it('is nobody’s where the ID is nobody’s, and says so', async () => {
		const page = await sandbox.open(`/feed?people=ou_nobody,${sandbox.people[0].open_id}`);
		await entries(sandbox.feedOf(page, 0)).first().waitFor();
		const nobody = page.locator('[data-open-id="ou_nobody"]');
		expect(await nobody.innerText()).toContain('Nobody in the sandbox has the ID ou_nobody');
	});
});

async function colourOf(locator: Locator): Promise<string> {
	return await locator.evaluate(
		(element) => element.ownerDocument.defaultView.getComputedStyle(element).backgroundColor,
	);
}

async function focused(page: Page): Promise<string | undefined> {
	return await page.evaluate<string>('document.activeElement.dataset.bizId');
}

const ONE_PIXEL = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
	'base64',
);
