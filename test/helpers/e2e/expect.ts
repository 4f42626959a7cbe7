import { expect as playwrightExpect } from '@playwright/test';

/** How long tests wait for what is to come, in milliseconds: long, since some machines are slow and busy. */
export const PATIENCE = 60_000;

/**
 * Playwright's `expect`: what it says of a locator or a page, and `expect.poll`, is waited for; all else is as in jest.
 * Pages, n8n and the sandbox change by themselves: nothing that is read of them once is an assertion.
 */
export const expect = playwrightExpect.configure({ timeout: PATIENCE });
