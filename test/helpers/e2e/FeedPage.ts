import type { Browser, Locator, Page } from 'playwright-core';

import { newPage } from './browser';
import { expect } from './expect';

/** What can be pressed on a card, besides the card itself. */
const pressable = '.entry-buttons :is(button, a)';

/** What must be true of a card on the page; what is absent may be anything. */
export interface CardLook {
	pinned?: boolean;
	label?: 'primary' | 'secondary' | 'success' | 'danger';
	/** Part of what the card says. */
	text?: string | RegExp;
	/** Parts of the texts of buttons that it has; an empty list for none at all. */
	buttons?: string[];
}

/**
 * The feed page in a browser: what a test presses and sees there. Waits for what it looks for, and fails when it does
 * not come.
 */
export class FeedPage {
	/** On a page that is open already; {@link open} opens one. */
	constructor(readonly page: Page) {}

	/**
	 * Opens the page in English.
	 * @param people open IDs of those whose lists are shown side by side
	 * @param scenario whose panel is shown; none by default
	 */
	static async open(
		browser: Browser,
		feishuUrl: string,
		people: string[],
		scenario = '',
		language: 'en' | 'zh' = 'en',
	): Promise<FeedPage> {
		const page = await newPage(browser);
		const query = new URLSearchParams({ people: people.join(','), lang: language });
		if (scenario) query.set('scenario', scenario);
		await page.goto(`${feishuUrl}/feed?${query}`);
		const feedPage = new FeedPage(page);
		for (const person of people) await feedPage.entries(person).first().waitFor();
		return feedPage;
	}

	/** A person's message list. */
	feed(openId: string): Locator {
		return feedOf(this.page, openId);
	}

	/** All of a person's message list. */
	entries(openId: string): Locator {
		return entries(this.feed(openId));
	}

	/** The card whose business ID begins with `bizId`, in a person's list. */
	card(openId: string, bizId: string): Locator {
		return this.feed(openId).locator(`[data-testid="entry"][data-biz-id^="${bizId}"]`);
	}

	/** Presses a button of the scenario's panel: a message of a system outside. */
	async trigger(id: string): Promise<void> {
		await this.page.locator(`[data-testid="trigger"][data-trigger-id="${id}"]`).click();
	}

	/** Presses a link on a person's card. @returns the address of the page that it opened */
	async follow(openId: string, bizId: string, link: string): Promise<string> {
		const opened = this.page.context().waitForEvent('page');
		await this.press(openId, bizId, link);
		const page = await opened;
		await expect(page).not.toHaveURL('about:blank');
		const address = page.url();
		await page.close();
		return address;
	}

	/** Presses a button on a person's card. @param toast part of what the toast says that must come of it */
	async press(openId: string, bizId: string, button: string, toast?: string): Promise<void> {
		await Promise.all([
			// It goes by itself: it is looked out for before it can come.
			toast === undefined ? undefined : this.seesToast(toast),
			this.button(openId, bizId, button).click(),
		]);
	}

	/** A button or link on a person's card. */
	button(openId: string, bizId: string, button: string): Locator {
		return this.card(openId, bizId).locator(pressable, { hasText: button });
	}

	/** Waits until a person's card looks like this. */
	async seesCard(openId: string, bizId: string, look: CardLook): Promise<void> {
		const { pinned, label, text, buttons } = look;
		let card = this.card(openId, bizId);
		if (pinned !== undefined) card = card.and(this.page.locator(`[data-pinned="${pinned}"]`));
		if (label !== undefined) {
			card = card.filter({
				has: this.page.locator(`[data-testid="label"][data-label-type="${label}"]`),
			});
		}
		if (text !== undefined) card = card.filter({ hasText: text });
		if (buttons?.length === 0) card = card.filter({ hasNot: this.page.locator(pressable) });
		for (const button of buttons ?? []) {
			card = card.filter({ has: this.page.locator(pressable, { hasText: button }) });
		}
		await card.waitFor();
	}

	/** Waits until a person has no such card. */
	async seesNoCard(openId: string, bizId: string): Promise<void> {
		await expect(this.card(openId, bizId)).toHaveCount(0);
	}

	/** Waits until the toast says this. */
	async seesToast(text: string): Promise<void> {
		await this.page.locator('[role="status"][data-testid="toast"]', { hasText: text }).waitFor();
	}

	/** Waits until the toast has gone. */
	async seesNoToast(): Promise<void> {
		await expect(this.page.locator('[role="status"][data-testid="toast"]')).toBeEmpty();
	}

	/** A person's list as it stands, from top to bottom: each entry by its ID, with a mark where it is pinned. */
	async listOf(openId: string): Promise<string[]> {
		return await this.entries(openId).evaluateAll((entries) =>
			entries.map(({ dataset }) => {
				const id = dataset.bizId ?? dataset.chatId ?? '';
				return dataset.pinned === 'true' ? `${id} (pinned)` : id;
			}),
		);
	}

	/** Waits until a person's list is this one. */
	async seesList(openId: string, list: string[]): Promise<void> {
		await expect.poll(async () => await this.listOf(openId)).toEqual(list);
	}

	/** Waits for the notifications below the lists, and closes them. The pointer is at rest then. */
	async closeBanners(): Promise<void> {
		const banners = this.page.locator('[data-testid="banner"]');
		await banners.first().waitFor();
		while ((await banners.count()) > 0) {
			await banners.first().locator('button').last().click();
		}
		await this.page.mouse.move(0, 0);
	}

	/** Closes the page. */
	async close(): Promise<void> {
		await this.page.context().close();
	}
}

/** A person's message list on a page. */
export function feedOf(page: Page, openId: string): Locator {
	return page.locator(`[data-testid="feed"][data-open-id="${openId}"]`);
}

/** The entries of a message list, from top to bottom. */
export function entries(feed: Locator): Locator {
	return feed.getByTestId('entry');
}
