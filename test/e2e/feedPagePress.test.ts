import type { Page } from 'playwright-core';

import { SEEDED_APPS } from '../../sandbox/feishu/src';
import { CallbackReceiver, type ReceiverAnswer } from '../helpers/sandbox/CallbackReceiver';
import { expect } from '../helpers/e2e/expect';
import {
	FeedPageSandbox,
	PHONE,
	button,
	card,
	linkButton,
	settled,
} from '../helpers/e2e/FeedPageSandbox';

/** What a press on the feed page comes to: links, callbacks, toasts, and what goes wrong; and notifications. */
const { app_id } = SEEDED_APPS.custom;
let sandbox: FeedPageSandbox;
let receiver: CallbackReceiver;

beforeAll(async () => {
	sandbox = await FeedPageSandbox.start();
});
beforeEach(async () => {
	receiver = new CallbackReceiver();
	await receiver.start();
	await sandbox.control.changeCallback(app_id, { url: receiver.url, verify: false });
});
afterEach(async () => {
	receiver.close();
	await sandbox.afterEach();
});
afterAll(async () => await sandbox?.close());

const toast = (page: Page) => page.getByTestId('toast');

/** Waits until the app's server has got this many callbacks. */
const receives = (count: number) => expect.poll(() => receiver.received.length).toBe(count);

const withButtons = (...buttons: object[]) => ({
	biz_id: 'card',
	title: 'A card',
	buttons: { buttons },
});

describe('a button with a link', () => {
	it('opens it in a new tab that knows nothing of this page', async () => {
		await sandbox.create([0], withButtons(linkButton('Look', 'https://example.com/look')));
		const page = await sandbox.openFeeds([0]);
		const opening = page.context().waitForEvent('page');
		await page.getByRole('link', { name: /^Look/ }).click();
		const tab = await opening;
		await tab.waitForURL('https://example.com/look');
		expect(await tab.evaluate('window.opener')).toBeNull();
		expect(await tab.evaluate('document.referrer')).toBe('');
		expect(receiver.received).toEqual([]);
	});

	it.each([
		[
			'a phone with Android',
			'Mozilla/5.0 (Linux; Android 14) Mobile',
			'https://example.com/android',
		],
		['an iPhone', 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0)', 'https://example.com/ios'],
		['a computer', undefined, 'https://example.com/pc'],
	])('has its own address for %s', async (_device, userAgent, address) => {
		const urls = {
			url: 'https://example.com/any',
			pc_url: 'https://example.com/pc',
			android_url: 'https://example.com/android',
			ios_url: 'https://example.com/ios',
		};
		const look = button('Look', { action_type: 'url_page', multi_url: urls });
		await sandbox.create([0], withButtons(look));
		const page = await sandbox.openFeeds([0], '', { userAgent });
		await expect(page.getByRole('link', { name: /^Look/ })).toHaveAttribute('href', address);
	});

	it('says when it has none for this device', async () => {
		const multi_url = { ios_url: 'https://example.com/ios' };
		await sandbox.create([0], withButtons(button('Look', { action_type: 'url_page', multi_url })));
		const page = await sandbox.openFeeds([0]);
		await page.getByRole('button', { name: 'Look', exact: true }).click();
		await expect(toast(page)).toContainText('no link for this kind of device');
	});
});

it('a card opens its link, but not when one of its buttons is pressed', async () => {
	await sandbox.create([0], withButtons(button('Press')));
	const page = await sandbox.openFeeds([0]);
	await page.getByRole('button', { name: 'Press', exact: true }).click();
	await receives(1);
	expect(page.context().pages()).toHaveLength(1);
	const opening = page.context().waitForEvent('page');
	await card(sandbox.feedOf(page, 0), 'card').locator('.entry-preview').click({ force: true });
	await (await opening).waitForURL('https://example.com/card');
});

describe('a button that calls back', () => {
	it('does so as the person whose list it is in, with its values', async () => {
		const values = { action: 'take', order: '7' };
		await sandbox.create([0, 1], withButtons(button('Take it', { action_map: values })));
		const page = await sandbox.openFeeds([0, 1]);
		await sandbox.feedOf(page, 1).getByRole('button', { name: 'Take it' }).click();
		await receives(1);
		expect(receiver.bodies[0]).toMatchObject({
			header: { event_type: 'card.action.trigger', app_id },
			event: {
				operator: { open_id: sandbox.people[1].open_id },
				action: { value: values },
			},
		});
	});

	it.each(['info', 'success', 'warning', 'error'] as const)(
		'shows a toast of the kind %s',
		async (type) => {
			receiver.answer = () => ({ body: { toast: { type, content: 'Taken' } } });
			await sandbox.create([0], withButtons(button('Take it')));
			const page = await sandbox.openFeeds([0]);
			await page.getByRole('button', { name: 'Take it' }).click();
			await expect(toast(page).locator(`.toast[data-type="${type}"]`)).toHaveText('Taken');
			await expect(toast(page)).toHaveAttribute('role', 'status');
		},
	);

	it('shows the toast in the language of the person', async () => {
		const i18n = { zh_cn: '打卡成功', en_us: 'Clocked in' };
		receiver.answer = () => ({ body: { toast: { content: 'neither', i18n } } });
		await sandbox.create([0], withButtons(button('Press')));
		const page = await sandbox.openFeeds([0]);
		await page.getByRole('button', { name: 'Press', exact: true }).click();
		await expect(toast(page)).toHaveText('Clocked in');
		await page.getByTestId('language-zh').click();
		await page.getByRole('button', { name: 'Press', exact: true }).click();
		await expect(toast(page)).toHaveText('打卡成功');
	});

	it('shows nothing when the answer has no toast', async () => {
		await sandbox.create([0], withButtons(button('Press')));
		const page = await sandbox.openFeeds([0]);
		const press = page.getByRole('button', { name: 'Press', exact: true });
		await press.click();
		await receives(1);
		await expect(press).toHaveAttribute('aria-busy', 'false');
		await expect(toast(page)).toBeEmpty();
	});

	it('is busy until it is answered, and calls back once', async () => {
		let answer: (answer: ReceiverAnswer) => void = () => {};
		receiver.answer = () => new Promise((resolve) => (answer = resolve));
		await sandbox.control.changeSettings({ callbacks: { answerTimeout: 600 } });
		await sandbox.create([0], withButtons(button('Press')));
		const page = await sandbox.openFeeds([0]);
		const press = page.getByRole('button', { name: 'Press', exact: true });
		await press.dblclick();
		await receives(1);
		await expect(press).toHaveAttribute('aria-busy', 'true');
		await press.click();
		answer({ body: { toast: { content: 'Done' } } });
		await expect(toast(page)).toHaveText('Done');
		await expect(press).toHaveAttribute('aria-busy', 'false');
		expect(receiver.received).toHaveLength(1);
	});

	it('works on a chat’s button, too', async () => {
		const [{ groups }] = await sandbox.control.company();
		await sandbox.feishu.chatButtons({
			user_ids: sandbox.ids(0),
			chat_id: groups[0].chat_id,
			buttons: { buttons: [button('Sign up', { action_map: { sign: 'up' } })] },
		});
		const page = await sandbox.openFeeds([0]);
		await page.getByRole('button', { name: 'Sign up' }).click();
		await receives(1);
		expect(receiver.bodies[0]).toMatchObject({
			event: { action: { value: { sign: 'up' } }, context: { open_chat_id: groups[0].chat_id } },
		});
	});
});

describe('what goes wrong with a callback', () => {
	const wrongs: Array<[string, () => Promise<unknown>, string]> = [
		[
			'nobody receives it',
			() => sandbox.control.changeCallback(app_id, { url: '' }),
			'publish a workflow with a Feishu Feed Trigger',
		],
		[
			'the URL is dead',
			() => sandbox.control.changeCallback(app_id, { url: 'http://127.0.0.1:1/x', verify: false }),
			'The callback URL cannot be reached',
		],
		[
			'it is answered 404',
			async () => (receiver.answer = () => ({ status: 404, body: 'no' })),
			'answered with an error',
		],
		[
			'the answer is no toast',
			async () => (receiver.answer = () => ({ body: 'thanks' })),
			'does not understand the answer',
		],
		[
			'the answer does not come in time',
			async () => {
				receiver.answer = () => undefined;
				await sandbox.control.changeSettings({ callbacks: { answerTimeout: 0.2 } });
			},
			'No answer within 3 seconds',
		],
	];

	it.each(wrongs)('is told as Feishu would, with a hint: %s', async (_what, prepare, hint) => {
		await prepare();
		await sandbox.create([0], withButtons(button('Press')));
		const page = await sandbox.openFeeds([0]);
		await page.getByRole('button', { name: 'Press', exact: true }).click();
		await expect(toast(page)).toContainText('Something went wrong, try again later');
		await expect(toast(page)).toContainText(hint);
		await page.getByRole('button', { name: 'Show in the inspector' }).click();
		const row = page.getByTestId('event').first();
		await expect(row).toHaveAttribute('data-tone', 'bad');
		await expect(row.getByRole('button').first()).toHaveAttribute('aria-expanded', 'true');
	});

	it('is a button that has just gone', async () => {
		await sandbox.create([0], withButtons(button('Press')));
		const page = await sandbox.openFeeds([0]);
		// The page does not know yet that the card is gone.
		await page.route('**/sandbox/feeds*', (route) => route.abort());
		// The browser tells of the aborted and of the refused call.
		sandbox.tolerate(/Failed to load resource/);
		await sandbox.feishu.delete({
			feed_cards: [{ biz_id: 'card', user_id: sandbox.people[0].open_id }],
		});
		await page.getByRole('button', { name: 'Press', exact: true }).click();
		await expect(toast(page)).toContainText('The button is not there any more');
	});
});

describe('a notification', () => {
	const rings = (text: string) => ({ with_custom_sound: true, custom_sound_text: text });

	it('comes as a banner and a badge, which go when it is looked at', async () => {
		const page = await sandbox.openFeeds([0, 1], '', { viewport: { width: 1600, height: 900 } });
		await sandbox.create([0], { biz_id: 'card', title: 'Ring', preview: 'Twice' });
		const feed = sandbox.feedOf(page, 0);
		const banner = feed.getByTestId('banner');
		await expect(banner).toHaveText(/Ring[\s\S]*Twice/);
		await sandbox.update([0], { biz_id: 'card' }, ['103']);
		const badge = card(feed, 'card').getByTestId('unread');
		await expect(badge).toHaveText(/^2/);
		// It stays as long as it is pointed at.
		await banner.hover();
		await expect(feed.getByTestId('unread-total')).toHaveText(/^2/);
		await expect(page).toHaveTitle('(2) Feed');
		await expect(sandbox.feedOf(page, 1).getByTestId('banner')).toHaveCount(0);
		await feed.getByRole('button', { name: 'Show', exact: true }).click();
		await badge.waitFor({ state: 'detached' });
		await banner.waitFor({ state: 'detached' });
		await expect(page).toHaveTitle('Feed');
		await expect(card(feed, 'card')).toBeFocused();
	});

	it('is silent when it is switched off, and for updates that do not ring', async () => {
		const page = await sandbox.openFeeds([0]);
		const feed = sandbox.feedOf(page, 0);
		await sandbox.create([0], { biz_id: 'quiet', notify: { close_notify: true } });
		await sandbox.update([0], { biz_id: 'quiet', title: 'Still quiet' }, ['1']);
		await expect(card(feed, 'quiet')).toContainText('Still quiet');
		// One that rings comes after them, and is the only one.
		await sandbox.create([0], { biz_id: 'rings', title: 'Rings' });
		await expect(feed.getByTestId('banner')).toContainText('Rings');
		await expect(feed.getByTestId('unread-total')).toHaveText(/^1/);
		await expect(card(feed, 'quiet').getByTestId('unread')).toHaveCount(0);
	});

	it('speaks only when that is switched on, once for several people, and remembers the choice', async () => {
		const page = await sandbox.newPage();
		await page.addInitScript(`window.spoken = [];
			speechSynthesis.speak = ({ text, lang }) => window.spoken.push(lang + ' ' + text);`);
		await page.goto(`${sandbox.url}/feed?people=${sandbox.ids(0, 1).join(',')}`);
		await sandbox.feedOf(page, 1).getByTestId('entry').first().waitFor();
		const spoken = () => page.evaluate<string[]>('window.spoken');
		const caption = sandbox.feedOf(page, 0).getByTestId('spoken');

		await sandbox.create([0, 1], { biz_id: 'muted', notify: rings('新的差评') });
		await expect(caption).toHaveText('Says (muted): “新的差评”');
		expect(await spoken()).toEqual([]);
		await expect(page.getByTestId('sound')).toHaveAttribute('aria-checked', 'false');

		await page.getByTestId('sound').click();
		await expect(page.getByTestId('sound')).toHaveAttribute('aria-checked', 'true');
		await sandbox.create([0, 1], { biz_id: 'loud', notify: rings('又有差评') });
		await expect(caption).toHaveText('Says: “又有差评”');
		await expect.poll(spoken).toEqual(['zh-CN 又有差评']);

		await page.reload();
		await sandbox.feedOf(page, 1).getByTestId('entry').first().waitFor();
		await expect(page.getByTestId('sound')).toHaveAttribute('aria-checked', 'true');
		await sandbox.create([0], { biz_id: 'english', notify: rings('A bad review') });
		await expect.poll(spoken).toEqual(['en-US A bad review']);
	});

	it('does not cover the card that it is about, on a phone either', async () => {
		const page = await sandbox.openFeeds([0], '', { viewport: PHONE });
		await sandbox.create([0], {
			...withButtons(button('Press')),
			time_sensitive: true,
			notify: rings('快来'),
		});
		const feed = sandbox.feedOf(page, 0);
		// It stays as long as it is pointed at.
		await feed.getByTestId('banner').hover();
		await settled(feed);
		const press = page.getByRole('button', { name: 'Press', exact: true });
		const box = (await press.boundingBox())!;
		const banner = (await feed.getByTestId('banner').boundingBox())!;
		expect(box.y + box.height).toBeLessThanOrEqual(banner.y);
		await press.click();
		await receives(1);
	});
});
