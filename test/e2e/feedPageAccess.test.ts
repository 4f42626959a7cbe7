import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

import type { StartPage } from '../../sandbox/feishu/src';
import { expect } from '../helpers/e2e/expect';
import { entries } from '../helpers/e2e/FeedPage';
import {
	DESKTOP,
	FeedPageSandbox,
	PHONE,
	button,
	card,
	linkButton,
} from '../helpers/e2e/FeedPageSandbox';

/** Who can use the pages: languages, themes, keyboard, screen readers. */
let sandbox: FeedPageSandbox;

const texts = (zh: string, en: string) => ({ zh, en });
const startPage: StartPage = {
	n8n: { url: 'http://localhost:1', email: 'owner@example.com', password: 'secret' },
	scenarios: (['scenario', 'template'] as const).map((kind) => ({
		id: kind,
		kind,
		title: texts('考勤打卡提醒', 'Attendance'),
		about: texts('以前总忘记，现在一键打卡。', 'Before: forgotten. Now: one tap.'),
		workflow: {
			zh: { name: '考勤打卡提醒', url: 'http://localhost:1/workflow/1' },
			en: { name: 'Attendance', url: 'http://localhost:1/workflow/2' },
		},
		people: [],
		steps: [
			texts('按下“到点了”。', 'Press “It is time”.'),
			texts('按下“打卡”。', 'Press “Clock in”.'),
		],
		triggers:
			kind === 'template'
				? []
				: [
						{
							id: 'time',
							label: texts('到点了', 'It is time'),
							step: 0,
							url: texts('http://localhost:1/zh/x', 'http://localhost:1/x'),
							body: { zh: {}, en: {} },
						},
					],
	})),
};

beforeAll(async () => {
	sandbox = await FeedPageSandbox.start(startPage);
});
afterEach(async () => await sandbox.afterEach());
afterAll(async () => await sandbox?.close());

/** Everything that a message list and the inspector can show. */
async function fill(): Promise<void> {
	const types = ['primary', 'secondary', 'success', 'danger'];
	for (const [index, type] of types.entries()) {
		for (const time_sensitive of [true, false]) {
			await sandbox.create([0, 1], {
				biz_id: `${type}-${time_sensitive}`,
				title: `标题 ${type}`,
				preview: '预览 ⏰',
				time_sensitive,
				status_label: { text: '标签', type },
				buttons: {
					buttons: [
						button('按钮', { button_type: ['default', 'primary', 'success'][index % 3] }),
						linkButton('链接', 'https://example.com'),
					],
				},
			});
		}
	}
	const [{ groups }] = await sandbox.control.company();
	await sandbox.feishu.groupReminder(groups[0].chat_id, {
		time_sensitive: true,
		user_ids: sandbox.ids(0),
	});
	await sandbox.feishu.update({ feed_cards: [] });
	await sandbox.feishu.create({
		app_feed_card: { link: { link: 'https://example.com' } },
		user_ids: [...sandbox.ids(0), 'ou_nobody'],
	});
	await sandbox.control.press({ user: sandbox.ids(0)[0], biz_id: 'primary-true', button: 0 });
	await sandbox.control.addFault({ kind: 'tooManyRequests', operation: 'image.create' });
}

/** Opens all lines of the inspector that come first, and a banner with a spoken text. */
async function openEverything(page: Page): Promise<void> {
	const toggle = page.getByTestId('toggle-inspector');
	if ((await toggle.getAttribute('aria-expanded')) === 'false') await toggle.click();
	await page.getByTestId('inspector').waitFor();
	for (const testId of ['event', 'request']) {
		await page.getByTestId(testId).first().getByRole('button').first().click();
	}
	await page.locator('.row pre').first().waitFor();
}

async function violations(page: Page): Promise<string[]> {
	// What fades in has the colours that it ends with; what turns for ever has no end.
	await page.evaluate(`for (const animation of document.getAnimations()) {
		if (animation.effect.getComputedTiming().endTime !== Infinity) animation.finish();
	}`);
	const { violations } = await new AxeBuilder({ page }).analyze();
	return violations
		.filter(({ impact }) => impact === 'serious' || impact === 'critical')
		.flatMap(({ id, nodes }) =>
			nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
		);
}

const looks = [DESKTOP, PHONE].flatMap((viewport) =>
	(['light', 'dark'] as const).flatMap((theme) =>
		(['zh', 'en'] as const).map((lang) => [viewport.width, theme, lang, viewport] as const),
	),
);

describe.each(looks)('at %i pixels, %s, in %s', (_width, theme, lang, viewport) => {
	const query = `theme=${theme}&lang=${lang}`;

	it('axe finds nothing serious on the feed page', async () => {
		await fill();
		const page = await sandbox.openFeeds([0, 1], `&${query}&scenario=scenario`, { viewport });
		await sandbox.create([0, 1], {
			biz_id: 'rings',
			title: '来了',
			notify: { with_custom_sound: true, custom_sound_text: '快来看' },
		});
		await page.getByTestId('spoken').first().waitFor();
		await page.getByTestId('add-person').click();
		await page.getByTestId('person-option').first().waitFor();
		await expect(page.getByTestId('person-search')).toBeFocused();
		expect(await violations(page)).toEqual([]);
		await page.keyboard.press('Escape');
		await sandbox.feedOf(page, 0).getByRole('button', { name: '按钮' }).first().click();
		await page.getByTestId('toast-hint').waitFor();
		await openEverything(page);
		expect(await violations(page)).toEqual([]);
		await page.getByTestId('close-inspector').click();
		await page.getByTestId('reset').click();
		await page.getByTestId('reset-dialog').waitFor();
		expect(await violations(page)).toEqual([]);
	});

	it.each(['scenario', 'template'])('axe finds nothing serious on the page of a %s', async (id) => {
		const page = await sandbox.openFeeds([0], `&${query}&scenario=${id}`, { viewport });
		await page.getByTestId('open-workflow').waitFor();
		expect(await violations(page)).toEqual([]);
	});

	it('axe finds nothing serious on the start page', async () => {
		const page = await sandbox.open(`/?${query}`, { viewport });
		await page.getByTestId('scenario-card').waitFor();
		await page.locator('.later-steps summary').first().click();
		expect(await violations(page)).toEqual([]);
		await page.getByTestId('callback-url').fill('http://127.0.0.1:1/webhook');
		await page.getByTestId('callback-save').click();
		await expect(page.getByTestId('callback-outcome')).not.toBeEmpty();
		expect(await violations(page)).toEqual([]);
		await sandbox.control.changeStartPage({ n8n: null, scenarios: [] });
		await page.getByTestId('n8n-missing').waitFor();
		expect(await violations(page)).toEqual([]);
		await sandbox.control.changeStartPage(startPage);
	});

	it('nothing is wider than the screen', async () => {
		await fill();
		const overflow = (page: Page) =>
			page.locator('html').evaluate((root) => root.scrollWidth - root.clientWidth);
		const start = await sandbox.open(`/?${query}`, { viewport });
		await start.getByTestId('scenario-card').waitFor();
		expect(await overflow(start)).toBe(0);
		const feed = await sandbox.openFeeds([0, 1], `&${query}&scenario=scenario`, { viewport });
		expect(await overflow(feed)).toBe(0);
		await openEverything(feed);
		expect(await overflow(feed)).toBe(0);
	});
});

describe('the language', () => {
	it.each([
		['zh-CN', 'zh-CN', '消息流'],
		['zh-TW', 'zh-CN', '消息流'],
		['en-US', 'en', 'Feed'],
		['de-DE', 'en', 'Feed'],
	])('of a browser in %s is %s', async (locale, lang, title) => {
		const page = await sandbox.openFeeds([0], '', { locale });
		await expect(page.locator('html')).toHaveAttribute('lang', lang);
		await expect(page).toHaveTitle(title);
	});

	it('is switched at once, without loading anew, and remembered on both pages', async () => {
		await sandbox.create([0], { biz_id: 'card', title: 'A card', time_sensitive: true });
		const page = await sandbox.openFeeds([0], '&lang=en');
		await page.evaluate('window.isTheSame = true');
		await page.getByTestId('language-zh').click();
		const feed = sandbox.feedOf(page, 0);
		await card(feed, 'card').getByRole('img', { name: '置顶' }).waitFor();
		await expect(page.getByRole('heading', { name: '检查器' })).toHaveCount(1);
		expect(await page.evaluate('window.isTheSame')).toBe(true);
		await expect(page).not.toHaveURL(/lang=/);
		await page.goto(`${sandbox.url}/`);
		await page.getByRole('heading', { name: '看得见的飞书消息流' }).waitFor();
	});
});

/** How bright pictures are on the whole, from 0 to 255. `pictures`: PNG in base64. */
async function brightnessOf(pictures: string[]): Promise<number[]> {
	const page = await sandbox.newPage();
	const read = `async (picture) => {
		const image = new Image();
		image.src = 'data:image/png;base64,' + picture;
		await image.decode();
		const canvas = new OffscreenCanvas(32, 32).getContext('2d');
		canvas.drawImage(image, 0, 0, 32, 32);
		const { data } = canvas.getImageData(0, 0, 32, 32);
		return data.reduce((sum, value, place) => (place % 4 === 3 ? sum : sum + value)) / (32 * 32 * 3);
	}`;
	return await page.evaluate<number[]>(`Promise.all(${JSON.stringify(pictures)}.map(${read}))`);
}

describe('the theme', () => {
	const seesTheme = (page: Page, theme: string) =>
		expect(page.locator('html')).toHaveAttribute('data-theme', theme);

	it('follows the system, also when that changes', async () => {
		const page = await sandbox.openFeeds([0], '', { colorScheme: 'dark' });
		await seesTheme(page, 'dark');
		await page.emulateMedia({ colorScheme: 'light' });
		await seesTheme(page, 'light');
	});

	it('is switched, remembered, and given back to the system', async () => {
		const page = await sandbox.openFeeds([0], '', { colorScheme: 'dark' });
		const button = page.getByTestId('theme');
		await expect(button).toHaveAttribute('aria-label', 'Theme: System');
		await button.click();
		await seesTheme(page, 'light');
		await page.reload();
		await seesTheme(page, 'light');
		await button.click();
		await seesTheme(page, 'dark');
		await button.click();
		await expect(button).toHaveAttribute('aria-label', 'Theme: System');
	});

	it.each([
		['/feed', 'dark', 'light'],
		['/feed', 'light', 'dark'],
		['/', 'dark', 'light'],
		['/', 'light', 'dark'],
	] as const)('%s never flashes: %s while the system is %s', async (path, theme, colorScheme) => {
		const page = await sandbox.open(`${path}?theme=${theme}`, { colorScheme });
		await page.locator('.toolbar').waitFor();
		// Styles and scripts that come late would show what is painted without them.
		await page.route(/\/assets\//, async (route) => {
			await new Promise((resolve) => setTimeout(resolve, 250));
			await route.continue();
		});
		const frames: string[] = [];
		const session = await page.context().newCDPSession(page);
		session.on('Page.screencastFrame', ({ data, sessionId }) => {
			frames.push(data);
			void session.send('Page.screencastFrameAck', { sessionId }).catch(() => undefined);
		});
		await session.send('Page.startScreencast', { format: 'png', everyNthFrame: 1 });
		await page.reload();
		await page.locator('.toolbar').waitFor();
		await expect.poll(() => frames.length).toBeGreaterThan(1);
		await session.send('Page.stopScreencast');
		for (const brightness of await brightnessOf(frames)) {
			if (theme === 'dark') expect(brightness).toBeLessThan(90);
			else expect(brightness).toBeGreaterThan(165);
		}
	});

	it('shows nothing wrong before messages are read: no empty list, no other text', async () => {
		const page = await sandbox.newPage();
		let answer = () => {};
		const answered = new Promise<void>((resolve) => (answer = resolve));
		await page.route('**/sandbox/feeds*', async (route) => {
			await answered;
			await route.continue();
		});
		await page.goto(`${sandbox.url}/feed?people=${sandbox.ids(0).join()}`);
		await page.getByRole('status', { name: 'Reading messages …' }).waitFor();
		await expect(page.getByText('No messages yet')).toHaveCount(0);
		answer();
		await entries(sandbox.feedOf(page, 0)).first().waitFor();
	});
});

describe('the keyboard', () => {
	it('walks through entries, reaches their buttons and opens a card', async () => {
		const buttons = { buttons: [button('Press')] };
		for (const biz_id of ['a', 'b', 'c'])
			await sandbox.create([0], { biz_id, title: biz_id, buttons });
		const page = await sandbox.openFeeds([0]);
		const feed = sandbox.feedOf(page, 0);
		const seesFocusOn = (biz_id: string) => expect(card(feed, biz_id)).toBeFocused();
		const press = async (key: string) => await page.keyboard.press(key);
		await feed.getByTestId('choose-person').focus();
		await press('Tab');
		await seesFocusOn('c');
		await press('ArrowDown');
		await seesFocusOn('b');
		await press('ArrowUp');
		await press('ArrowUp');
		await seesFocusOn('c');
		await press('End');
		await expect(entries(feed).last()).toBeFocused();
		await expect(entries(feed).last()).toBeInViewport();
		await press('Home');
		await seesFocusOn('c');
		await expect(card(feed, 'c')).toHaveCSS('outline-style', 'solid');
		await expect(card(feed, 'c')).toHaveCSS('outline-width', '2px');
		await press('Tab');
		await expect(card(feed, 'c').getByRole('button', { name: 'Press' })).toBeFocused();
		await press('Enter');
		await page.getByTestId('toast-hint').waitFor();
		await press('Shift+Tab');
		const opening = page.context().waitForEvent('page');
		await press('Enter');
		await (await opening).waitForURL('https://example.com/card');
	});

	it('chooses people, and Escape gives the focus back', async () => {
		const page = await sandbox.openFeeds([0]);
		const add = page.getByTestId('add-person');
		await add.focus();
		await page.keyboard.press('Enter');
		await expect(page.getByTestId('person-search')).toBeFocused();
		await page.keyboard.press('Escape');
		await page.getByTestId('person-search').waitFor({ state: 'detached' });
		await expect(add).toBeFocused();
		await page.keyboard.press('Enter');
		await page.getByTestId('person-option').first().waitFor();
		await expect(page.getByTestId('person-search')).toBeFocused();
		await page.keyboard.press('ArrowDown');
		await page.keyboard.press('ArrowDown');
		const third = page.getByTestId('person-option').nth(2);
		await expect(third).toHaveAttribute('aria-selected', 'true');
		const id = await third.getAttribute('id');
		await expect(page.getByTestId('person-search')).toHaveAttribute('aria-activedescendant', id!);
		const name = await third.locator('.person-option-name').innerText();
		await page.keyboard.press('Enter');
		await page.getByRole('region', { name: `Messages of ${name}` }).waitFor();
	});
});

describe('a screen reader', () => {
	it('hears of newly pinned cards, and finds names and texts', async () => {
		await sandbox.create([0], { biz_id: 'old', title: 'Old', time_sensitive: true });
		const page = await sandbox.openFeeds([0]);
		const announcer = page.getByTestId('announcer');
		await expect(announcer).toHaveAttribute('aria-live', 'polite');
		await expect(announcer).toHaveText('');
		await sandbox.create([0], { biz_id: 'plain', title: 'Plain' });
		await sandbox.create([0], {
			biz_id: 'new',
			title: 'New one',
			preview: 'Look here',
			time_sensitive: true,
		});
		const expected = `Pinned for ${sandbox.people[0].name}: New one. Look here`;
		await expect(announcer).toHaveText(expected);
		const list = page.getByRole('list', { name: `Messages of ${sandbox.people[0].name}` });
		await expect(list.getByRole('listitem', { name: /^New one/ })).toHaveCount(1);
	});

	it('finds one heading of the first level and one main part on each page', async () => {
		const feed = await sandbox.openFeeds([0]);
		const start = await sandbox.open('/');
		await start.getByTestId('n8n').waitFor();
		for (const page of [feed, start]) {
			await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
			await expect(page.getByRole('main')).toHaveCount(1);
		}
	});
});
