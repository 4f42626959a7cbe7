import type { Page } from 'playwright-core';

import { expect } from '../helpers/e2e/expect';
import { entries } from '../helpers/e2e/FeedPage';
import { FeedPageSandbox, card } from '../helpers/e2e/FeedPageSandbox';

/** A message list of 1,000 cards. What it measures is printed, since it depends on the machine. */
const CARDS = 1000;
const UPDATES = 30;
let sandbox: FeedPageSandbox;
let page: Page;

beforeAll(async () => {
	sandbox = await FeedPageSandbox.start();
	for (let number = 0; number < CARDS; number++) {
		const time_sensitive = number % 100 === 0;
		await sandbox.create([0], {
			biz_id: `card-${number}`,
			title: `Card ${number}`,
			time_sensitive,
		});
	}
	page = await sandbox.openFeeds([0]);
});
afterAll(async () => await sandbox?.close());

function print(what: string, milliseconds: number[]): void {
	const sorted = [...milliseconds].sort((a, b) => a - b);
	const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))].toFixed(1);
	process.stdout.write(
		`${what}: median ${at(0.5)} ms, 95 % within ${at(0.95)} ms, longest ${at(1)} ms (${sorted.length})\n`,
	);
}

it('scrolls', async () => {
	const feed = sandbox.feedOf(page, 0);
	await expect.poll(() => entries(feed).count()).toBeGreaterThan(CARDS);
	const box = (await feed.locator('.feed-list').boundingBox())!;
	await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
	await page.evaluate(`window.frames_ = [];
		let last;
		const note = (now) => {
			if (last !== undefined) window.frames_.push(now - last);
			last = now;
			if (window.frames_) requestAnimationFrame(note);
		};
		requestAnimationFrame(note);`);
	for (let turn = 0; turn < 120; turn++) await page.mouse.wheel(0, 400);
	const frames = await page.evaluate<number[]>('window.frames_');
	print(`Scrolling through ${CARDS} cards, time between frames`, frames);
	const scrolled = () => feed.locator('.feed-list').evaluate((element) => element.scrollTop);
	await expect.poll(scrolled).toBeGreaterThan(10_000);
	await feed.locator('.feed-list').evaluate((element) => (element.scrollTop = 0));
});

it('shows an update without touching the other cards', async () => {
	await page.evaluate(`window.touched = new Set();
		window.seen = new Map();
		window.painted = new Map();
		new MutationObserver((changes) => {
			for (const { target } of changes) {
				const entry = (target.nodeType === 1 ? target : target.parentElement).closest('.entry');
				if (!entry) continue;
				window.touched.add(entry.dataset.bizId);
				const text = entry.querySelector('.entry-preview').textContent;
				if (window.seen.has(text)) continue;
				window.seen.set(text, Date.now());
				requestAnimationFrame(() => setTimeout(() => window.painted.set(text, Date.now())));
			}
		}).observe(document.querySelector('.feed-list'), {
			subtree: true, childList: true, characterData: true, attributes: true,
		});`);
	const toDocument: number[] = [];
	const toScreen: number[] = [];
	for (let number = 0; number < UPDATES; number++) {
		const preview = `Update ${number}`;
		await sandbox.update([0], { biz_id: 'card-900', preview }, ['3']);
		const answered = Date.now();
		const timeOf = (map: string) =>
			page.evaluate<number | undefined>(`window.${map}.get(${JSON.stringify(preview)})`);
		await expect.poll(() => timeOf('painted'), { intervals: [25] }).toBeDefined();
		toDocument.push((await timeOf('seen'))! - answered);
		toScreen.push((await timeOf('painted'))! - answered);
	}
	print(
		`Update of one of ${CARDS} cards, from the API's answer to the change in the document`,
		toDocument,
	);
	print(
		`Update of one of ${CARDS} cards, from the API's answer to the frame that shows it`,
		toScreen,
	);
	expect(await page.evaluate('[...window.touched]')).toEqual(['card-900']);
});

it('shows a card that moves to the top', async () => {
	const feed = sandbox.feedOf(page, 0);
	const times: number[] = [];
	for (let number = 100; number < 100 + UPDATES; number++) {
		const biz_id = `card-${number}`;
		await sandbox.update([0], { biz_id, time_sensitive: true }, ['13', '102']);
		const answered = Date.now();
		await feed.locator(`.entry:first-child[data-biz-id="${biz_id}"]`).waitFor();
		times.push(Date.now() - answered);
	}
	print(`Move of one of ${CARDS} cards to the top, as the test sees it`, times);
	await expect(card(feed, 'card-129')).toBeInViewport();
});
