import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';

import {
	type FeishuSandbox,
	FeishuSandboxClient,
	type StartPage,
	startFeishuSandbox,
	TENANT_KEY,
} from '../../../sandbox/feishu/src';
import type { Person } from '../../../sandbox/feishu/src/client';
import { FeishuCaller } from '../sandbox/FeishuCaller';
import { launchChromium, newPage } from './browser';
import { expect } from './expect';
import { entries, feedOf } from './FeedPage';

/** The widths that pages are made for: a laptop and a phone. */
export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** A sandbox without n8n, and a browser that looks at its pages. Start it in `beforeAll`, close it in `afterAll`. */
export class FeedPageSandbox {
	/** What pages complained about since they were opened. */
	private complaints: string[] = [];
	private tolerated: RegExp[] = [];
	feishu: FeishuCaller;
	readonly control: FeishuSandboxClient;

	private constructor(
		private readonly sandbox: FeishuSandbox,
		readonly browser: Browser,
		/** The first people of the company. */
		readonly people: readonly Person[],
	) {
		this.feishu = new FeishuCaller(sandbox.url);
		this.control = new FeishuSandboxClient(sandbox.url);
	}

	static async start(startPage?: StartPage): Promise<FeedPageSandbox> {
		const sandbox = await startFeishuSandbox({
			people: 60,
			rateLimiting: { enabled: false },
			startPage,
		});
		const people = await new FeishuSandboxClient(sandbox.url).people({ tenant_key: TENANT_KEY });
		return new FeedPageSandbox(sandbox, await launchChromium(), people);
	}

	get url(): string {
		return this.sandbox.url;
	}

	/** Opens a page of the sandbox's, in English unless the path or the options say otherwise. */
	async open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
		const page = await this.newPage(options);
		await page.goto(`${this.url}${path}`);
		return page;
	}

	/** A page that keeps what it complains about. */
	async newPage(options: BrowserContextOptions = {}): Promise<Page> {
		const page = await newPage(this.browser, { viewport: DESKTOP, locale: 'en-GB', ...options });
		page.on('pageerror', (error) => this.complaints.push(String(error)));
		page.on('console', (message) => {
			if (message.type() === 'error') this.complaints.push(message.text());
		});
		return page;
	}

	/** The message lists of the people with these places in the company, once they are there. */
	async openFeeds(places: number[], more = '', options?: BrowserContextOptions): Promise<Page> {
		const page = await this.open(`/feed?people=${this.ids(...places).join(',')}${more}`, options);
		for (const place of places) await entries(this.feedOf(page, place)).first().waitFor();
		return page;
	}

	ids(...places: number[]): string[] {
		return places.map((place) => this.people[place]!.open_id);
	}

	feedOf(page: Page, place: number): Locator {
		return feedOf(page, this.people[place]!.open_id);
	}

	/** Creates a card for the people with these places, and gives how that was answered. */
	async create(places: number[], card: Record<string, unknown>): Promise<void> {
		const answer = await this.feishu.create({
			app_feed_card: { link: { link: 'https://example.com/card' }, ...card },
			user_ids: this.ids(...places),
		});
		expect(answer.data.failed_cards).toEqual([]);
	}

	/** Updates a card of the people with these places. */
	async update(
		places: number[],
		card: Record<string, unknown> & { biz_id: string },
		update_fields: string[],
	): Promise<void> {
		const answer = await this.feishu.update({
			feed_cards: this.ids(...places).map((user_id) => ({
				app_feed_card: card,
				user_id,
				update_fields,
			})),
		});
		expect(answer.data.failed_cards).toEqual([]);
	}

	/** Uploads an avatar, and gives its key. */
	async uploadAvatar(bytes: Buffer): Promise<string> {
		const form = new FormData();
		form.set('image_type', 'avatar');
		form.set('image', new Blob([new Uint8Array(bytes)]), 'avatar');
		const response = await fetch(`${this.url}/open-apis/im/v1/images`, {
			method: 'POST',
			headers: { authorization: `Bearer ${await this.feishu.tenantAccessToken()}` },
			body: form,
		});
		const answer = (await response.json()) as { code: number; data: { image_key: string } };
		expect(answer.code).toBe(0);
		return answer.data.image_key;
	}

	/** Lets pages complain about this until the end of the test: browsers tell of every call that fails. */
	tolerate(complaint: RegExp): void {
		this.tolerated.push(complaint);
	}

	/** Back to the start, with all pages closed; fails when one of them has complained. */
	async afterEach(): Promise<void> {
		for (const context of this.browser.contexts()) await context.close();
		await this.control.reset();
		this.feishu = new FeishuCaller(this.url);
		const { complaints, tolerated } = this;
		this.complaints = [];
		this.tolerated = [];
		expect(complaints.filter((text) => !tolerated.some((one) => one.test(text)))).toEqual([]);
	}

	async close(): Promise<void> {
		await this.browser.close();
		await this.sandbox.close();
	}
}

/** A card of a message list. */
export function card(feed: Locator, biz_id: string): Locator {
	return feed.locator(`[data-testid="entry"][data-biz-id="${biz_id}"]`);
}

/** The business IDs of a message list's cards, from top to bottom, as they stand now. */
export async function cardsIn(feed: Locator): Promise<string[]> {
	const ids = await feed
		.locator('[data-biz-id]')
		.evaluateAll((elements) => elements.map((element) => element.getAttribute('data-biz-id')));
	return ids as string[];
}

/** Waits until a message list has these cards, from top to bottom. */
export async function seesCards(feed: Locator, ...bizIds: string[]): Promise<void> {
	await expect.poll(async () => await cardsIn(feed)).toEqual(bizIds);
}

/** Waits until nothing in an element glides or fades any more. */
export async function settled(element: Locator): Promise<void> {
	const moving = () => element.evaluate((root) => root.getAnimations({ subtree: true }).length);
	await expect.poll(moving).toBe(0);
}

/** A button as Feishu's API takes it. */
export function button(text: string, more: Record<string, unknown> = {}): Record<string, unknown> {
	return { action_type: 'webhook', text: { text }, ...more };
}

/** A button that opens a page. */
export function linkButton(text: string, url: string): Record<string, unknown> {
	return button(text, { action_type: 'url_page', multi_url: { url } });
}
