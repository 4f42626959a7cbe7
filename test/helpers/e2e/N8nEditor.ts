import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';

import type { OwnerAccount } from '../../../sandbox/n8n/src';
import { newPage } from './browser';
import { expect } from './expect';

/** n8n's editor in a browser, with the owner signed in: what somebody does there by hand. */
export class N8nEditor {
	private constructor(
		readonly page: Page,
		private readonly url: string,
	) {}

	/** Opens n8n and signs in. */
	static async signIn(
		browser: Browser,
		url: string,
		owner: Pick<OwnerAccount, 'email' | 'password'>,
		options?: BrowserContextOptions,
	): Promise<N8nEditor> {
		const page = await newPage(browser, options);
		const editor = new N8nEditor(page, url);
		await page.goto(`${url}/signin`);
		await page.locator('input[name="emailOrLdapLoginId"]').fill(owner.email);
		await page.locator('input[type="password"]').fill(owner.password);
		await editor.find('form-submit-button').click();
		await page.waitForURL(/\/(home|workflow)/);
		return editor;
	}

	/** What n8n's own tests find an element by. */
	find(testId: string): Locator {
		return this.page.locator(`[data-test-id="${testId}"]`);
	}

	/** Begins a workflow and opens the node panel for its first step. */
	async beginWorkflow(): Promise<void> {
		await this.page.goto(`${this.url}/workflow/new`);
		await this.find('canvas-add-button').click();
		await this.find('node-creator-search-bar').waitFor();
	}

	/** Opens a workflow's canvas, with all of it in view. */
	async openCanvas(workflowUrl: string): Promise<void> {
		await this.page.goto(workflowUrl);
		await this.find('canvas-default-node').or(this.find('canvas-trigger-node')).first().waitFor();
		await this.find('zoom-to-fit').click();
	}

	/** Loads the list of a workflow's executions, which opens the last of them, and waits until that is shown. */
	async openExecutions(workflowId: string, lastNodeName: string): Promise<void> {
		await this.page.goto(`${this.url}/workflow/${workflowId}/executions`);
		await this.seesDone(lastNodeName);
	}

	/** Waits until the canvas of the open execution shows a node as done. */
	private async seesDone(nodeName: string): Promise<void> {
		await this.find('execution-preview-host')
			.locator('.vue-flow__node')
			.filter({ has: this.page.getByText(nodeName, { exact: true }) })
			.locator('[data-test-id="canvas-node-status-success"]')
			.waitFor();
	}

	/**
	 * Opens an execution with a click in the list that is open, and waits until the canvas shows a node of it as done.
	 *
	 * @param nodeName a node that the execution shown before does not have
	 * @returns milliseconds that n8n took to answer the editor's call for it, and from the click until it was shown
	 */
	async openExecution(
		executionId: string,
		nodeName: string,
	): Promise<{ fetchedMs: number; shownMs: number }> {
		const entry = this.find(`execution-details-${executionId}`);
		await entry.waitFor();
		const call = this.page.waitForResponse(
			(response) => new URL(response.url()).pathname === `/rest/executions/${executionId}`,
		);
		const clickedAt = performance.now();
		await entry.locator('a').first().dispatchEvent('click');
		await this.seesDone(nodeName);
		const shownMs = performance.now() - clickedAt;
		const response = await call;
		await response.finished();
		const { requestStart, responseEnd } = response.request().timing();
		return { fetchedMs: responseEnd - requestStart, shownMs };
	}

	/** Opens the form of a workflow's node. @param nodeId its ID in the workflow */
	async openForm(workflowId: string, nodeId: string): Promise<void> {
		await this.page.goto(`${this.url}/workflow/${workflowId}/${nodeId}`);
		await this.find('ndv').waitFor();
	}

	/** Opens the form of a node by double-clicking it on the canvas that is open. */
	async openNode(name: string): Promise<void> {
		const label = this.page.getByText(name, { exact: true });
		await this.page.locator('.vue-flow__node').filter({ has: label }).dblclick();
		await this.find('ndv').waitFor();
	}

	/** Closes the open form. */
	async closeForm(): Promise<void> {
		await this.page.keyboard.press('Escape');
		await this.find('ndv').waitFor({ state: 'detached' });
	}

	/** Searches the node panel. @returns the entries that it lists */
	async search(text: string): Promise<Locator> {
		await this.find('node-creator-search-bar').fill(text);
		return this.find('item-iterator-item');
	}

	/** Adds a node by one of the actions that the node panel lists for it, and opens its form. */
	async addAction(node: string, action: string): Promise<void> {
		await (await this.search(node)).filter({ hasText: node }).first().click();
		await this.page.getByText(/^Actions \(\d+\)/).click();
		await this.find('item-iterator-item').filter({ hasText: action }).first().click();
		await this.find('ndv').waitFor();
	}

	/** A field of the open form, by the name of its parameter. */
	field(parameter: string): Locator {
		return this.find(`parameter-input-${parameter}`).last();
	}

	/** Fills in a field with a text. */
	async fillIn(parameter: string, text: string): Promise<void> {
		await this.field(parameter).locator('input, textarea').first().fill(text);
	}

	/** Chooses from a field's list. */
	async choose(parameter: string, option: string): Promise<void> {
		await this.field(parameter).click();
		await this.page.getByRole('option', { name: option }).locator('visible=true').first().click();
	}

	/** A field of the open form that is chosen from a list of Feishu's, the last one of that name. */
	private locator(parameter: string): Locator {
		return this.find(`resource-locator-${parameter}`).last();
	}

	/** Opens the list of such a field and waits for it. @returns its rows */
	async openList(parameter: string): Promise<Locator> {
		await this.locator(parameter).locator('[data-test-id="rlc-input"]').click();
		const rows = this.find('rlc-item').locator('visible=true');
		await rows.or(this.find('rlc-error-message').locator('visible=true')).first().waitFor();
		return rows;
	}

	/** Types into the search field of the open list. */
	async searchList(text: string): Promise<void> {
		await this.find('rlc-search').locator('visible=true').fill(text);
	}

	/** Opens the list of such a field, searches it, and chooses the row of exactly this name. */
	async chooseFromList(parameter: string, name: string, search = name): Promise<void> {
		const rows = await this.openList(parameter);
		await this.searchList(search);
		await rows.getByText(name, { exact: true }).first().click();
		await expect(this.locator(parameter).locator('input').last()).toHaveValue(name);
	}

	/** Fills in such a field by hand. @param mode `id` or `url` */
	async fillInLocator(parameter: string, mode: 'id' | 'url', text: string): Promise<void> {
		await this.locator(parameter).locator('[data-test-id="rlc-mode-selector"]').click();
		await this.find(`mode-${mode}`).locator('visible=true').click();
		await this.locator(parameter)
			.locator('[data-test-id="rlc-input"]')
			.locator('input')
			.or(this.locator(parameter).locator('input[data-test-id="rlc-input"]'))
			.first()
			.fill(text);
		// n8n takes the text over when the field is left.
		await this.page.keyboard.press('Tab');
	}

	/** Switches a field that is on or off. */
	async toggle(parameter: string): Promise<void> {
		await this.field(parameter).locator('[role="switch"], .el-switch').first().click();
	}

	/** Presses a button of the open form that adds fields to it, such as "Add Button", and waits for them. */
	async add(button: string): Promise<void> {
		const form = this.find('ndv');
		const fields = form.locator('[data-test-id^="parameter-input-"]');
		const before = await fields.count();
		await form.getByRole('button', { name: button, exact: true }).click();
		await expect.poll(() => fields.count()).toBeGreaterThan(before);
	}

	/** Adds a field to the open form's options. */
	async addOption(name: string): Promise<void> {
		await this.find('ndv').locator('input[placeholder="Add option"]').last().click();
		await this.page.getByRole('option', { name }).locator('visible=true').first().click();
	}

	/**
	 * Waits until a field of the open form shows a value: typed, chosen from a list, or as an expression. Of several
	 * fields with the name, such as those of two buttons, one must show it.
	 */
	async seesValue(parameter: string, value: string): Promise<void> {
		const fields = this.find(`parameter-input-${parameter}`).or(this.locator(parameter));
		const shown = async () => {
			const inputs = await fields.locator('input, textarea').all();
			const texts = await Promise.all(inputs.map(async (input) => await input.inputValue()));
			return [...texts, ...(await fields.allInnerTexts())].join('\n');
		};
		await expect.poll(shown).toContain(value);
	}

	/** Waits until a field of the open form is switched on or off. */
	async seesSwitch(parameter: string, isOn: boolean): Promise<void> {
		const control = this.field(parameter).locator('[role="switch"]').first();
		await expect(control).toHaveAttribute('aria-checked', String(isOn));
	}

	/** Presses "Execute step". @returns the panel with what came out */
	async executeStep(): Promise<Locator> {
		await this.find('node-execute-button').click();
		return this.find('output-panel');
	}

	/** Opens a saved credential, as a click on it in the list does. */
	async openCredential(id: string): Promise<void> {
		await this.page.goto(`${this.url}/home/credentials/${id}`);
		await this.find('node-credentials-config-container').waitFor();
	}

	/** Presses "Save" in an open credential; n8n tests it then. */
	async saveCredential(): Promise<void> {
		await this.find('credential-save-button').click();
	}

	/** Waits until an open credential's test has failed. @param reason part of what n8n says of it */
	async seesFailedTest(reason: RegExp): Promise<void> {
		const form = this.find('node-credentials-config-container');
		await form.getByText('More details').locator('visible=true').click();
		await form.getByText(reason).locator('visible=true').first().waitFor();
	}

	/** Waits until an open credential's test has succeeded. */
	async seesSuccessfulTest(): Promise<void> {
		await this.find('credentials-config-container-test-success').waitFor();
	}

	/** Closes the messages that n8n shows over the page. */
	async closeMessages(): Promise<void> {
		const messages = this.page.locator('.el-notification__closeBtn');
		await messages.first().waitFor();
		for (const message of await messages.all()) await message.click();
	}
}
