import { createDecipheriv, createHash } from 'node:crypto';

import {
	type FeishuSandbox,
	FeishuSandboxClient,
	SECOND_TENANT_KEY,
	SEEDED_APPS,
	startFeishuSandbox,
	TENANT_KEY,
} from '../../sandbox/feishu/src';
import type { CallbackChange, Person, PressResult } from '../../sandbox/feishu/src/client';
import { CallbackReceiver, type ReceiverAnswer } from '../helpers/sandbox/CallbackReceiver';
import { FeishuCaller } from '../helpers/sandbox/FeishuCaller';

const { custom, fewScopes, store } = SEEDED_APPS;
const encrypt_key = '加密 key';
const biz_id = 'delivery-7';

let sandbox: FeishuSandbox;
let control: FeishuSandboxClient;
let feishu: FeishuCaller;
let receiver: CallbackReceiver;
let person: Person;
let colleague: Person;

beforeAll(async () => {
	sandbox = await startFeishuSandbox({ people: 20, rateLimiting: { enabled: false } });
	control = new FeishuSandboxClient(sandbox.url);
	[person, colleague] = await control.people({ limit: 2 });
});
afterAll(() => sandbox.close());
beforeEach(async () => {
	await control.reset();
	feishu = new FeishuCaller(sandbox.url);
	receiver = new CallbackReceiver();
	await receiver.start();
});
afterEach(() => receiver.close());

/** What of a callback's `event` holds the values of a button. */
interface Values {
	action: { value?: unknown; action_map?: unknown };
	action_map?: unknown;
}

const signFor = {
	action_type: 'webhook',
	text: { text: '签收' },
	action_map: { order: '7', 操作: '签收' },
};
const details = {
	action_type: 'url_page',
	text: { text: '详情' },
	multi_url: {
		url: 'https://example.com/all',
		pc_url: 'https://example.com/pc',
		ios_url: 'https://example.com/ios',
	},
};

const createCard = (buttons: object[] = [signFor, details], as = feishu, id = biz_id) =>
	as.create({
		app_feed_card: {
			biz_id: id,
			link: { link: 'https://example.com' },
			buttons: { buttons },
		},
		user_ids: [person.open_id],
	});
const configure = (change: CallbackChange = {}, app_id: string = custom.app_id) =>
	control.changeCallback(app_id, { url: receiver.url, verify: false, ...change });
const press = (button: number | string = '签收', user = person.open_id): Promise<PressResult> =>
	control.press({ user, biz_id, button });
const allGroups = async () => (await control.company())[0].groups;

/** Waits until what is read is as it should be. */
async function until<T>(read: () => Promise<T>, isRight: (value: T) => boolean): Promise<T> {
	for (;;) {
		const value = await read();
		if (isRight(value)) return value;
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

function decrypt(rawBody: string): string {
	const bytes = Buffer.from(JSON.parse(rawBody).encrypt, 'base64');
	const key = createHash('sha256').update(encrypt_key).digest();
	const decipher = createDecipheriv('aes-256-cbc', key, bytes.subarray(0, 16));
	return Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]).toString();
}

/** Answers the challenge, as an app's server must. */
function answerChallenge(decrypted = (rawBody: string) => rawBody): void {
	receiver.answer = ({ rawBody }) => ({
		body: { challenge: JSON.parse(decrypted(rawBody)).challenge },
	});
}

describe('the callback configuration', () => {
	it('has a Verification Token of each app and nothing else at first', async () => {
		const configurations = await Promise.all(
			Object.values(SEEDED_APPS).map(({ app_id }) => control.callback(app_id)),
		);
		for (const configuration of configurations) {
			expect(configuration).toEqual({
				mode: 'automatic',
				url: '',
				encrypt_key: '',
				verification_token: expect.stringMatching(/^[\w-]{32}$/),
				button_callback: 'card.action.trigger',
			});
		}
		const tokens = configurations.map((configuration) => configuration.verification_token);
		expect(new Set(tokens).size).toBe(tokens.length);
	});

	it('keeps what is not changed, and is as at first after a reset', async () => {
		const before = await control.callback(custom.app_id);
		await configure({ encrypt_key, verification_token: 'token' });
		const { callback } = await control.changeCallback(custom.app_id, { mode: 'url' });
		expect(callback).toEqual({
			mode: 'url',
			url: receiver.url,
			encrypt_key,
			verification_token: 'token',
			button_callback: 'card.action.trigger',
		});
		expect((await control.changeCallback(custom.app_id, { url: '' })).callback.url).toBe('');
		await control.reset();
		expect(await control.callback(custom.app_id)).toEqual(before);
	});

	it.each([
		['a URL of another kind', { url: 'ftp://example.com' }, 'url'],
		['a URL without a host', { url: 'https://' }, 'url'],
		['an unknown mode', { mode: 'pigeon' }, 'mode'],
		['an unknown callback', { button_callback: 'card.action' }, 'button_callback'],
		['an unknown field', { key: '' }, 'key'],
	])('refuses %s', async (_name, change, message) => {
		const changing = control.changeCallback(custom.app_id, change as CallbackChange);
		await expect(changing).rejects.toThrow(message);
	});
});

describe('the URL verification', () => {
	it('keeps a URL that answers the challenge', async () => {
		answerChallenge();
		const change = { url: receiver.url, verification_token: 'token' };
		const { callback, verification } = await control.changeCallback(custom.app_id, change);
		expect(callback.url).toBe(receiver.url);
		expect(verification).toMatchObject({ ok: true, url: receiver.url, status: 200 });
		expect(receiver.bodies).toEqual([
			{ type: 'url_verification', token: 'token', challenge: expect.stringMatching(/./) },
		]);
		expect(receiver.received[0].headers).toMatchObject({
			'content-type': 'application/json; charset=utf-8',
		});
		expect(receiver.received[0].headers).not.toHaveProperty('x-lark-signature');
	});

	it.each([true, false])('is encrypted if there is a key; signed: %p', async (signed) => {
		await control.changeSettings({ callbacks: { signedVerification: signed } });
		answerChallenge(decrypt);
		const { verification } = await control.changeCallback(custom.app_id, {
			url: receiver.url,
			encrypt_key,
		});
		expect(verification).toMatchObject({ ok: true });
		expect(receiver.bodies).toEqual([{ encrypt: expect.any(String) }]);
		expect('x-lark-signature' in receiver.received[0].headers).toBe(signed);
	});

	it.each<[string, ReceiverAnswer | undefined, object]>([
		['another challenge', { body: { challenge: 'x' } }, { reason: 'invalidAnswer' }],
		['no challenge', { body: {} }, { reason: 'invalidAnswer' }],
		['null', { body: 'null' }, { reason: 'invalidAnswer' }],
		['no JSON', { body: 'ok' }, { reason: 'invalidAnswer' }],
		['HTTP 500', { status: 500 }, { reason: 'status' }],
		['nothing', undefined, { reason: 'timeout', message: 'No answer within 0.1 s' }],
	])('does not keep a URL that answers with %s', async (_name, answer, failure) => {
		if (!answer) await control.changeSettings({ callbacks: { verificationTimeout: 0.1 } });
		receiver.answer = () => answer;
		const change = { url: receiver.url, encrypt_key };
		const { callback, verification } = await control.changeCallback(custom.app_id, change);
		expect(verification).toMatchObject({ ok: false, failure });
		expect(callback).toMatchObject({ url: '', encrypt_key });
	});

	it('waits a second by default', async () => {
		receiver.answer = () => undefined;
		const { verification } = await control.changeCallback(custom.app_id, { url: receiver.url });
		expect(verification).toMatchObject({ failure: { message: 'No answer within 1 s' } });
		expect(verification!.took).toBeGreaterThan(950);
		expect(verification!.took).toBeLessThan(2000);
	});

	it('tells a server that is not there', async () => {
		receiver.close();
		const { verification } = await control.changeCallback(custom.app_id, {
			url: 'http://127.0.0.1:9/callback',
		});
		expect(verification).toMatchObject({ ok: false, failure: { reason: 'unreachable' } });
	});

	it('is made on demand, of the URL that is set or of another', async () => {
		await expect(control.verifyCallbackUrl(custom.app_id)).rejects.toThrow('no callback URL');
		await configure();
		expect(receiver.received).toEqual([]);
		expect(await control.verifyCallbackUrl(custom.app_id)).toMatchObject({ ok: false });
		answerChallenge();
		const verification = await control.verifyCallbackUrl(custom.app_id, `${receiver.url}/2`);
		expect(verification).toMatchObject({ ok: true, url: `${receiver.url}/2` });
		expect(receiver.received.map(({ path }) => path)).toEqual(['/callback', '/callback/2']);
		expect((await control.callback(custom.app_id)).url).toBe(receiver.url);
	});
});

describe('pressing a webhook button', () => {
	beforeEach(() => createCard());

	it('sends who pressed what to the URL', async () => {
		await configure({ verification_token: 'token' });
		const before = Date.now();
		const result = await press();
		expect(receiver.bodies).toEqual([
			{
				schema: '2.0',
				header: {
					event_id: expect.stringMatching(/^[0-9a-f]{32}$/),
					token: 'token',
					create_time: expect.stringMatching(/^\d{16}$/),
					event_type: 'card.action.trigger',
					tenant_key: TENANT_KEY,
					app_id: custom.app_id,
				},
				event: {
					operator: {
						tenant_key: TENANT_KEY,
						user_id: person.user_id,
						open_id: person.open_id,
						union_id: person.union_id,
					},
					token: expect.stringMatching(/^c-[0-9a-f]{40}$/),
					action: { value: signFor.action_map, tag: 'button' },
					host: 'im_message',
					context: {},
				},
			},
		]);
		const { event_id, create_time } = receiver.bodies[0].header as Record<string, string>;
		expect(Number(create_time) / 1000).toBeGreaterThan(before - 1000);
		expect(Number(create_time) / 1000).toBeLessThan(Date.now() + 1000);
		expect(result).toMatchObject({ action_type: 'webhook', event_id, answered: true });
		expect(await control.events()).toEqual([
			{
				number: 1,
				event_id,
				event_type: 'card.action.trigger',
				kind: 'callback',
				app_id: custom.app_id,
				tenant_key: TENANT_KEY,
				createdAt: expect.any(Number),
				body: receiver.bodies[0],
				open_id: person.open_id,
				biz_id,
				state: 'answered',
				attempts: [
					{
						number: 1,
						via: 'url',
						url: receiver.url,
						sentAt: expect.any(Number),
						answeredAt: expect.any(Number),
						status: 200,
						answer: {},
					},
				],
			},
		]);
	});

	it.each(['open_id', 'union_id', 'user_id'] as const)('takes the person’s %s', async (type) => {
		await configure();
		expect(await press(0, person[type])).toMatchObject({ answered: true });
	});

	it('sends a chat’s button with the chat, of the app that set it last', async () => {
		const [{ chat_id }] = await allGroups();
		const chat = { chat_id, user_ids: [person.open_id] };
		const other = new FeishuCaller(sandbox.url, fewScopes);
		await feishu.chatButtons({ ...chat, buttons: { buttons: [signFor] } });
		await configure();
		await control.press({ user: person.open_id, chat_id, button: '签收' });
		expect(receiver.bodies).toMatchObject([
			{
				header: { app_id: custom.app_id },
				event: { action: { value: signFor.action_map }, context: { open_chat_id: chat_id } },
			},
		]);
		expect(await control.events({ chat_id })).toHaveLength(1);

		await other.chatButtons({ ...chat, buttons: { buttons: [signFor] } });
		await configure({}, fewScopes.app_id);
		await control.press({ user: person.open_id, chat_id, button: '签收' });
		expect(receiver.bodies[1]).toMatchObject({ header: { app_id: fewScopes.app_id } });
		const named = control.press({
			user: person.open_id,
			chat_id,
			app_id: custom.app_id,
			button: 0,
		});
		await expect(named).rejects.toThrow(`has no chat ${chat_id}`);
	});

	it('tells the user ID only to apps that may see it', async () => {
		const other = new FeishuCaller(sandbox.url, fewScopes);
		await createCard([signFor], other, 'other');
		await configure({}, fewScopes.app_id);
		await control.press({ user: person.open_id, biz_id: 'other', button: 0 });
		const { operator } = receiver.bodies[0].event as { operator: object };
		expect(Object.keys(operator)).toEqual(['tenant_key', 'open_id', 'union_id']);
	});

	it('sends no values for a button without', async () => {
		await createCard([{ action_type: 'webhook', text: { text: '好' } }], feishu, 'bare');
		await configure();
		await control.press({ user: person.open_id, biz_id: 'bare', button: 0 });
		expect(receiver.bodies[0]).toMatchObject({ event: { action: { value: {}, tag: 'button' } } });
	});

	it.each([
		['action.value', { action: { value: signFor.action_map, tag: 'button' } }],
		['action.action_map', { action: { action_map: signFor.action_map, tag: 'button' } }],
		['event.action_map', { action: { tag: 'button' }, action_map: signFor.action_map }],
	] as const)('puts the values where the settings say: %s', async (actionValues, shape) => {
		await control.changeSettings({ callbacks: { actionValues } });
		await configure();
		await press();
		const { action, action_map } = receiver.bodies[0].event as Record<string, unknown>;
		expect({ action, action_map }).toEqual({ action_map: undefined, ...shape });
	});

	it.each([
		['action.value', ({ action }: Values) => action.value],
		['action.action_map', ({ action }: Values) => action.action_map],
		['event.action_map', ({ action_map }: Values) => action_map],
	] as const)('sends the values as JSON in a text when told to: %s', async (actionValues, read) => {
		await control.changeSettings({ callbacks: { actionValues, actionValuesForm: 'json' } });
		await configure();
		await press();
		const values = read(receiver.bodies[0].event as Values);
		expect(values).toEqual(expect.any(String));
		expect(JSON.parse(values as string)).toEqual(signFor.action_map);
	});

	it.each([
		['event.biz_id', { biz_id }],
		['action.biz_id', { action: { biz_id } }],
		['context.biz_id', { context: { biz_id } }],
	] as const)('puts the business ID where the settings say: %s', async (bizId, shape) => {
		const callbacks = { bizId, host: 'im_feed', delivery_type: 'feed' };
		await control.changeSettings({ callbacks });
		await configure();
		await press();
		expect(receiver.bodies[0].event).toMatchObject(shape);
		expect(receiver.bodies[0].event).toMatchObject({ host: 'im_feed', delivery_type: 'feed' });
		expect(receiver.received[0].rawBody.split(biz_id)).toHaveLength(2);
	});

	it('encrypts and signs what it sends if there is an Encrypt Key', async () => {
		await configure({ encrypt_key });
		await control.advanceClock(3600);
		await press();
		const [{ rawBody, headers }] = receiver.received;
		expect(Object.keys(JSON.parse(rawBody))).toEqual(['encrypt']);
		expect(JSON.parse(decrypt(rawBody))).toMatchObject({
			event: { action: { value: signFor.action_map } },
		});
		const timestamp = headers['x-lark-request-timestamp'] as string;
		const nonce = headers['x-lark-request-nonce'] as string;
		const signature = createHash('sha256')
			.update(timestamp + nonce + encrypt_key + rawBody)
			.digest('hex');
		expect(headers['x-lark-signature']).toBe(signature);
		expect(Math.abs(Number(timestamp) - Date.now() / 1000 - 3600)).toBeLessThan(10);

		await press();
		const [first, second] = receiver.received;
		expect(second.headers['x-lark-request-nonce']).not.toBe(nonce);
		// Another initialization vector each time.
		expect(JSON.parse(second.rawBody).encrypt.slice(0, 20)).not.toBe(
			JSON.parse(first.rawBody).encrypt.slice(0, 20),
		);
	});

	it('tells the time in milliseconds when told to, and signs it so', async () => {
		await control.changeSettings({ callbacks: { timestampUnit: 'milliseconds' } });
		await configure({ encrypt_key });
		const before = Date.now();
		await press();
		const [{ rawBody, headers }] = receiver.received;
		const timestamp = headers['x-lark-request-timestamp'] as string;
		expect(Number(timestamp)).toBeGreaterThanOrEqual(before);
		expect(Number(timestamp)).toBeLessThanOrEqual(Date.now());
		expect(headers['x-lark-signature']).toBe(
			createHash('sha256')
				.update(timestamp + headers['x-lark-request-nonce'] + encrypt_key + rawBody)
				.digest('hex'),
		);
	});
});

describe('the old callback of a button', () => {
	const old = { button_callback: 'card.action.trigger_v1', verification_token: 'token' } as const;
	beforeEach(() => createCard());

	it.each(['', encrypt_key])(
		'has neither schema nor header, is not encrypted, and is signed with SHA-1 and the Verification Token (%p)',
		async (key) => {
			await configure({ ...old, encrypt_key: key });
			receiver.answer = () => ({ body: { toast: { type: 'info', content: '好' } } });
			const result = await press();
			expect(result).toMatchObject({ answered: true, toast: { content: '好' } });
			const [{ rawBody, headers }] = receiver.received;
			expect(JSON.parse(rawBody)).toEqual({
				open_id: person.open_id,
				user_id: person.user_id,
				open_message_id: expect.stringMatching(/^om_[0-9a-f]{32}$/),
				tenant_key: TENANT_KEY,
				token: expect.stringMatching(/^c-[0-9a-f]{40}$/),
				action: { value: signFor.action_map, tag: 'button' },
			});
			const timestamp = headers['x-lark-request-timestamp'] as string;
			expect(timestamp).toMatch(/^\d{10}$/);
			expect(headers['x-lark-signature']).toBe(
				createHash('sha1')
					.update(`${timestamp}${headers['x-lark-request-nonce']}token${rawBody}`)
					.digest('hex'),
			);
			expect(await control.events({ event_type: 'card.action.trigger_v1' })).toMatchObject([
				{ kind: 'callback', open_id: person.open_id, biz_id, state: 'answered' },
			]);
		},
	);

	it('names the chat of a chat’s button, and the card’s message each time the same', async () => {
		const [{ chat_id }] = await allGroups();
		await feishu.chatButtons({
			chat_id,
			user_ids: [person.open_id],
			buttons: { buttons: [signFor] },
		});
		await configure(old);
		await press();
		await press();
		await control.press({ user: person.open_id, chat_id, button: '签收' });
		const [first, second, ofChat] = receiver.bodies;
		expect(second.open_message_id).toBe(first.open_message_id);
		expect(ofChat.open_message_id).not.toBe(first.open_message_id);
		expect([first.open_chat_id, ofChat.open_chat_id]).toEqual([undefined, chat_id]);
	});

	it('never goes over a long connection', async () => {
		await configure({ ...old, mode: 'longConnection' });
		expect(await press()).toMatchObject({ answered: false, failure: { reason: 'noReceiver' } });
		await configure({ ...old, mode: 'automatic', url: '' });
		expect(await press()).toMatchObject({ answered: false, failure: { reason: 'noReceiver' } });
		expect(receiver.received).toEqual([]);
	});

	it('leaves other events as they are', async () => {
		await configure({ ...old, encrypt_key });
		await control.sendEvent({ app_id: custom.app_id, event_type: 'im.message', event: {} });
		expect(JSON.parse(decrypt(receiver.received[0].rawBody))).toMatchObject({ schema: '2.0' });
	});
});

describe('a button that the person does not have', () => {
	beforeEach(async () => {
		await createCard();
		await configure();
	});
	afterEach(async () => {
		expect(receiver.received).toEqual([]);
		expect(await control.events()).toEqual([]);
	});

	const twins = [signFor, { ...signFor, action_map: {} }];
	const update = (feed_card: object) =>
		feishu.update({
			feed_cards: [{ user_id: person.open_id, app_feed_card: { biz_id }, ...feed_card }],
		});

	it.each<[string, () => Promise<unknown>, string]>([
		['of nobody', () => press(0, 'ou_nobody'), 'no person ou_nobody'],
		['of somebody else’s card', () => press(0, colleague.open_id), `has no card ${biz_id}`],
		['at no place', () => press(2), 'No button 2; there are: "签收", "详情"'],
		['with another text', () => press('拒收'), 'No button 拒收'],
		['with a place as text', () => press('0'), 'No button 0'],
		[
			'of neither card nor chat',
			() => control.press({ user: person.open_id, button: 0 }),
			'either biz_id or chat_id',
		],
		[
			'of both card and chat',
			() => control.press({ user: person.open_id, biz_id, chat_id: 'oc_1', button: 0 }),
			'either biz_id or chat_id',
		],
		[
			'of another app’s card',
			() => control.press({ user: person.open_id, biz_id, app_id: store.app_id, button: 0 }),
			`has no card ${biz_id}`,
		],
		[
			'of a chat without buttons',
			async () => {
				const [{ chat_id }] = await allGroups();
				return control.press({ user: person.open_id, chat_id, button: 0 });
			},
			'has no buttons',
		],
		[
			'of a chat that they left',
			async () => {
				const [{ chat_id }] = await allGroups();
				const buttons = { buttons: [signFor] };
				await feishu.chatButtons({ chat_id, user_ids: [person.open_id], buttons });
				await control.changeGroup(chat_id, { removeMembers: [person.open_id] });
				return control.press({ user: person.open_id, chat_id, button: 0 });
			},
			'has no chat',
		],
		[
			'of a card that was deleted',
			async () => {
				await feishu.delete({ feed_cards: [{ biz_id, user_id: person.open_id }] });
				return press();
			},
			`has no card ${biz_id}`,
		],
		[
			'that was taken off the card',
			async () => {
				await update({ update_fields: ['11'] });
				return press();
			},
			'No button 签收; there are: none',
		],
		[
			'whose text another has as well',
			async () => {
				const app_feed_card = { biz_id, buttons: { buttons: twins } };
				await update({ app_feed_card, update_fields: ['11'] });
				return press();
			},
			'Two buttons say "签收"',
		],
		[
			'of two apps’ cards with one business ID',
			async () => {
				await createCard([signFor], new FeishuCaller(sandbox.url, fewScopes));
				return press();
			},
			'Two apps have a card delivery-7: name the app_id',
		],
		[
			'of no address on this platform',
			async () => {
				const buttons = [{ action_type: 'url_page', text: { text: '详情' } }];
				await createCard(buttons, feishu, 'no-address');
				return control.press({
					user: person.open_id,
					biz_id: 'no-address',
					button: 0,
					platform: 'ios',
				});
			},
			'no address for ios clients',
		],
	])('cannot be pressed: one %s', async (_name, pressing, message) => {
		await expect(pressing()).rejects.toThrow(message);
	});
});

describe('pressing a url_page button', () => {
	it.each([
		[undefined, 'https://example.com/all'],
		['pc', 'https://example.com/pc'],
		['ios', 'https://example.com/ios'],
		['android', 'https://example.com/all'],
	] as const)('gives the address for %s, and calls nobody', async (platform, url) => {
		await createCard();
		await configure();
		const result = await control.press({ user: person.open_id, biz_id, button: '详情', platform });
		expect(result).toEqual({ action_type: 'url_page', url });
		expect(receiver.received).toEqual([]);
	});
});

describe('the answer to a callback', () => {
	beforeEach(async () => {
		await createCard();
		await configure();
	});

	const i18n = { zh_cn: '好', en_us: 'Good' };
	it.each<[string, ReceiverAnswer, object | undefined]>([
		['{}', { body: {} }, undefined],
		['nothing', { body: '' }, undefined],
		['a toast', { body: { toast: { content: '好' } } }, { content: '好' }],
		[
			'a toast of a kind, in two languages',
			{ body: { toast: { type: 'warning', content: '好', i18n } } },
			{ type: 'warning', content: '好', i18n },
		],
		['a toast by languages', { body: { toast: { type: 'info', i18n } } }, { type: 'info', i18n }],
	])('may be %s', async (_name, answer, toast) => {
		receiver.answer = () => answer;
		const result = await press();
		expect(result).toMatchObject({ answered: true, event: { state: 'answered' } });
		expect((result as { toast?: object }).toast).toEqual(toast);
		expect(result).not.toHaveProperty('failure');
	});

	it.each<[string, ReceiverAnswer | undefined, object, object]>([
		[
			'no JSON',
			{ body: '<html>' },
			{ reason: 'invalidAnswer', message: 'The answer is no JSON' },
			{ status: 200, wrongAnswer: '<html>' },
		],
		['a list', { body: [] }, { reason: 'invalidAnswer' }, { wrongAnswer: '[]' }],
		['a text', { body: '"ok"' }, { reason: 'invalidAnswer' }, { wrongAnswer: '"ok"' }],
		[
			'a toast of an unknown kind',
			{ body: { toast: { type: 'fire', content: '' } } },
			{ reason: 'invalidAnswer', message: expect.stringContaining('toast.type') },
			{},
		],
		[
			'a toast that is a text',
			{ body: { toast: '好' } },
			{ reason: 'invalidAnswer', message: expect.stringContaining('toast must be object') },
			{},
		],
		['a toast without text', { body: { toast: {} } }, { reason: 'invalidAnswer' }, {}],
		[
			'a toast with a number as text',
			{ body: { toast: { content: 7 } } },
			{ reason: 'invalidAnswer' },
			{},
		],
		[
			'HTTP 500',
			{ status: 500, body: 'sorry' },
			{ reason: 'status', message: '500 instead of 200' },
			{ status: 500, wrongAnswer: 'sorry' },
		],
		['HTTP 204', { status: 204 }, { reason: 'status' }, { status: 204 }],
		[
			'a redirect',
			{ status: 302, headers: { location: 'https://example.com' } },
			{ reason: 'status' },
			{ status: 302 },
		],
		['nothing', undefined, { reason: 'timeout', message: 'No answer within 0.2 s' }, {}],
		['{} too late', { body: {}, delay: 400 }, { reason: 'timeout' }, {}],
	])('must not be %s', async (_name, answer, failure, attempt) => {
		const isLate = !answer || answer.delay;
		if (isLate) await control.changeSettings({ callbacks: { answerTimeout: 0.2 } });
		receiver.answer = () => answer;
		const result = await press();
		expect(result).toMatchObject({ answered: false, failure });
		expect(result).not.toHaveProperty('toast');
		expect(await control.events()).toMatchObject([
			{ state: 'failed', attempts: [{ failure, ...attempt }] },
		]);
		// Callbacks are not sent again.
		expect((await control.events())[0]).not.toHaveProperty('nextAttemptAt');
		expect(receiver.received).toHaveLength(1);
	});

	it('is waited for three seconds by default', async () => {
		receiver.answer = () => ({ body: {}, delay: receiver.received.length === 1 ? 2000 : 4000 });
		const results = await Promise.all([press(), press()]);
		expect(results.map((result) => (result as { answered: boolean }).answered).sort()).toEqual([
			false,
			true,
		]);
	});

	it('does not come from a server that is not there', async () => {
		receiver.close();
		expect(await press()).toMatchObject({ failure: { reason: 'unreachable' } });
	});

	it.each([
		['automatic', 'The app has no callback URL and no open long connection'],
		['url', 'The app has no callback URL'],
	] as const)('does not come without a receiver, mode %s', async (mode, message) => {
		await control.changeCallback(custom.app_id, { mode, url: '' });
		expect(await press()).toMatchObject({ failure: { reason: 'noReceiver', message } });
	});

	it('does not come from the URL in long connection mode', async () => {
		await control.changeCallback(custom.app_id, { mode: 'longConnection' });
		const message = 'The app has no open long connection';
		expect(await press()).toMatchObject({ failure: { reason: 'noReceiver', message } });
		expect(receiver.received).toEqual([]);
	});
});

describe('other events', () => {
	const event = { message: { chat_id: 'oc_1', content: '{"text":"你好"}' } };
	const send = (rest: object = {}) =>
		control.sendEvent({
			app_id: custom.app_id,
			event_type: 'im.message.receive_v1',
			event,
			...rest,
		});
	const eventIds = () =>
		receiver.bodies.map((body) => (body.header as { event_id: string }).event_id);
	const firstState = async () => (await control.events())[0].state;

	beforeEach(() => configure({ verification_token: 'token' }));

	it('are sent with the header of their type', async () => {
		const sent = await send();
		expect(sent).toMatchObject({ kind: 'event', state: 'answered' });
		expect(receiver.bodies).toEqual([
			{
				schema: '2.0',
				header: {
					event_id: sent.event_id,
					token: 'token',
					create_time: String(Math.floor(sent.createdAt)),
					event_type: 'im.message.receive_v1',
					tenant_key: TENANT_KEY,
					app_id: custom.app_id,
				},
				event,
			},
		]);
	});

	it('are sent in the older form when asked to, for any tenant', async () => {
		const { event_id } = await send({ schema: '1.0', tenant_key: SECOND_TENANT_KEY });
		expect(receiver.bodies).toEqual([
			{
				uuid: event_id,
				token: 'token',
				ts: expect.stringMatching(/^\d{10}\.\d{6}$/),
				type: 'event_callback',
				event: {
					app_id: custom.app_id,
					tenant_key: SECOND_TENANT_KEY,
					type: 'im.message.receive_v1',
					...event,
				},
			},
		]);
	});

	it('carry a new app ticket, and the old one again on demand', async () => {
		await configure({ verification_token: 'token' }, store.app_id);
		const ticket = await control.renewAppTicket(store.app_id);
		await until(
			() => control.events({ event_type: 'app_ticket' }),
			(all) => all.length === 1,
		);
		await feishu.call('POST', '/open-apis/auth/v3/app_ticket/resend', {
			body: { app_id: store.app_id, app_secret: store.app_secret },
			token: null,
		});
		await until(
			async () => receiver.received,
			(all) => all.length === 2,
		);
		const body = {
			uuid: expect.any(String),
			token: 'token',
			ts: expect.any(String),
			type: 'event_callback',
			event: { app_id: store.app_id, type: 'app_ticket', app_ticket: ticket },
		};
		expect(receiver.bodies).toEqual([body, body]);
		expect(receiver.bodies[0].uuid).not.toBe(receiver.bodies[1].uuid);
	});

	it.each<[string, ReceiverAnswer | undefined, string]>([
		['HTTP 500', { status: 500 }, 'status'],
		['silence', undefined, 'timeout'],
	])('are sent four more times after %s, later each time', async (_name, answer, reason) => {
		// What answers has the time that a busy machine takes.
		const answerTimeout = answer === undefined ? 0.05 : 10;
		await control.changeSettings({ callbacks: { retryTimeFactor: 2e-5, answerTimeout } });
		receiver.answer = () => answer;
		const { event_id } = await send();
		const [{ attempts }] = await until(
			() => control.events(),
			([{ state }]) => state === 'failed',
		);
		expect(attempts.map(({ number, failure }) => [number, failure?.reason])).toEqual(
			[1, 2, 3, 4, 5].map((number) => [number, reason]),
		);
		expect(eventIds()).toEqual(Array.from({ length: 5 }, () => event_id));
		const ends = attempts.map(({ sentAt, answeredAt }) => answeredAt ?? sentAt + 50);
		const waits = [1, 2, 3, 4].map((place) => attempts[place].sentAt - ends[place - 1]);
		// 6 h and 1 h in this measure; what is shorter is lost in the time that a call takes.
		expect(waits[3]).toBeGreaterThan(430);
		expect(waits[2]).toBeGreaterThan(70);
		expect(waits[2]).toBeLessThan(waits[3]);
		expect(await control.counters()).toMatchObject({
			events: { events: 1, attempts: 5, answered: 0, failed: 5 },
		});
	});

	it('are counted no more once everything is reset, not even the try that is under way', async () => {
		await control.changeSettings({ callbacks: { answerTimeout: 0.2 } });
		receiver.answer = () => undefined;
		const sent = send().catch(() => undefined);
		await until(
			async () => receiver.received,
			(all) => all.length === 1,
		);
		await control.reset();
		// It answers when the try has ended.
		await sent;
		expect(await control.counters()).toMatchObject({
			events: { events: 0, attempts: 0, answered: 0, failed: 0 },
		});
	});

	it('wait 15 seconds for the first copy', async () => {
		receiver.answer = () => ({ status: 500 });
		const { state, nextAttemptAt, attempts } = await send();
		expect(state).toBe('waiting');
		expect(nextAttemptAt! - attempts[0].answeredAt!).toBeGreaterThanOrEqual(15_000);
		expect(nextAttemptAt! - attempts[0].answeredAt!).toBeLessThan(16_000);
	});

	it('are not sent again once they are answered', async () => {
		await control.changeSettings({ callbacks: { retryTimeFactor: 1e-5 } });
		receiver.answer = () => ({ status: receiver.received.length === 2 ? 200 : 503 });
		await send();
		await until(firstState, (state) => state === 'answered');
		await new Promise((resolve) => setTimeout(resolve, 50));
		expect(receiver.received).toHaveLength(2);
	});

	it('are taken with any answer, if only it is 200', async () => {
		receiver.answer = () => ({ body: 'thanks' });
		expect(await send()).toMatchObject({ state: 'answered', attempts: [{ answer: 'thanks' }] });
	});

	it('are not sent again without a receiver, nor if they are callbacks', async () => {
		await control.changeCallback(custom.app_id, { url: '' });
		expect((await send()).state).toBe('failed');
		await configure();
		receiver.answer = () => ({ status: 500 });
		expect((await send({ kind: 'callback' })).state).toBe('failed');
	});

	it('are copied on demand, with the same event ID', async () => {
		const { event_id } = await send();
		expect(await control.sendCopy(event_id)).toMatchObject({ number: 2, status: 200 });
		expect(eventIds()).toEqual([event_id, event_id]);
		await expect(control.sendCopy('x')).rejects.toThrow('no event x');
	});

	it('are forgotten by a reset, and not sent again after it', async () => {
		await control.changeSettings({ callbacks: { retryTimeFactor: 0.002 } });
		receiver.answer = () => ({ status: 500 });
		await send();
		await control.reset();
		await new Promise((resolve) => setTimeout(resolve, 60));
		expect(receiver.received).toHaveLength(1);
		expect(await control.events()).toEqual([]);
		expect((await control.counters()).events).toEqual({
			events: 0,
			attempts: 0,
			answered: 0,
			failed: 0,
		});
	});

	it('can be filtered', async () => {
		await createCard();
		await configure({}, store.app_id);
		const { event_id } = await send();
		await send({ app_id: store.app_id, event_type: 'x' });
		receiver.answer = () => ({ status: 500 });
		await press();
		const numbers = async (filter: Parameters<typeof control.events>[0]) =>
			(await control.events(filter)).map(({ number }) => number);
		expect(await numbers({})).toEqual([1, 2, 3]);
		expect(await numbers({ app_id: store.app_id })).toEqual([2]);
		expect(await numbers({ event_id })).toEqual([1]);
		expect(await numbers({ event_type: 'card.action.trigger' })).toEqual([3]);
		expect(await numbers({ state: 'failed' })).toEqual([3]);
		expect(await numbers({ open_id: person.open_id })).toEqual([3]);
		expect(await numbers({ biz_id })).toEqual([3]);
		expect(await numbers({ after: 1, limit: 1 })).toEqual([2]);
	});

	it('are forgotten, the oldest first, when there are too many', async () => {
		await control.changeSettings({ recording: { mostRequests: 3 } });
		for (let count = 0; count < 6; count++) await send();
		expect((await control.events()).map(({ number }) => number)).toEqual([3, 4, 5, 6]);
	});
});
