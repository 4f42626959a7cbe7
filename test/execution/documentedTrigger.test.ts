import { createCipheriv, createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { IDataObject } from 'n8n-workflow';

import { FeishuFeedTrigger } from '../../nodes/FeishuFeedTrigger/FeishuFeedTrigger.node';
import { readToastOfWorkflow, readToast } from '../../nodes/FeishuFeedTrigger/event/toast';
import { readEvent } from '../../nodes/FeishuFeedTrigger/event/feishuEvent';
import type { EventBody, FeishuEvent } from '../../nodes/FeishuFeedTrigger/event/feishuEvent';
import { isWanted, readFilter } from '../../nodes/FeishuFeedTrigger/event/filter';
import { readCallback } from '../../nodes/FeishuFeedTrigger/webhook/callback';
import { SEEDED_APPS } from '../../sandbox/feishu/src';
import type { ButtonPress } from '../../sandbox/feishu/src/client';
import { readTriggerExamples } from '../../scripts/documentation/examples';
import { layOut, pathsIn } from '../../scripts/documentation/formRows';
import { cardToClockIn } from '../helpers/execution/cardToClockIn';
import { withSandbox } from '../helpers/execution/withSandbox';
import type { SandboxForTests } from '../helpers/execution/withSandbox';

const PERSON = 'ou_e3e6762bca24fa9c949699dbd6ab7a5f';
const { properties } = new FeishuFeedTrigger().description;

const read = (page: string) => readFileSync(path.resolve(__dirname, '../..', page), 'utf8');
const blocksOf = (page: string): IDataObject[] =>
	[...read(page).matchAll(/^```json\n([^]*?)\n```$/gm)].map(([, json]) => JSON.parse(json));

/** What the trigger makes of an event with these parameters, the others being as in a new node. */
function isWantedBy(parameters: IDataObject, event: FeishuEvent): boolean {
	const defaults = Object.fromEntries(properties.map((field) => [field.name, field.default]));
	return isWanted(
		event,
		readFilter((name) => parameters[name] ?? defaults[name]),
	);
}

/** Presses a button, and gives what the trigger makes of the event. */
async function press({ feishu }: SandboxForTests, button: ButtonPress): Promise<FeishuEvent> {
	const result = await feishu.press({ app_id: SEEDED_APPS.custom.app_id, ...button });
	if (result.action_type !== 'webhook') throw new Error('The button sends no callback');
	return readEvent(result.event.body as EventBody, 0);
}

describe.each(['docs/trigger.md', 'docs/trigger.zh-CN.md'])('%s', (page) => {
	const sandbox = withSandbox();
	const blocks = blocksOf(page);
	const [item] = blocks.filter(({ event_id }) => event_id !== undefined);

	it('shows the item that the trigger makes of the event in it', () => {
		const made = readEvent(item.event as EventBody, 0);
		expect(made).toEqual(item);
		// The output panel shows the fields in this order.
		expect(Object.keys(made)).toEqual(Object.keys(item));
		expect(Object.keys(made).slice(0, 3)).toEqual(['operator', 'action', 'biz_id']);
	});

	it('shows an item with the fields that a press in the sandbox brings', async () => {
		await sandbox.output(cardToClockIn(PERSON));
		const pressed = await press(sandbox, { user: PERSON, biz_id: 'shift-7', button: 0 });
		expect(pathsIn(pressed).sort()).toEqual(pathsIn(item).sort());
		expect(pressed).toMatchObject({
			action: item.action,
			biz_id: item.biz_id,
			operator: item.operator,
		});
	});

	it('says of every field of an item what it is', () => {
		const rows = [...read(page).matchAll(/^\| `(\w+)` +\|/gm)].map(([, field]) => field);
		const context = { open_chat_id: 'oc_1', open_message_id: 'om_1' };
		const inner = (item.event as IDataObject).event as IDataObject;
		const complete = readEvent({ ...(item.event as object), event: { ...inner, context } }, 0);
		expect(rows.sort()).toEqual(Object.keys(complete).sort());
	});

	it('shows answers of a workflow that are understood', () => {
		const answers = blocks.filter(({ toast }) => toast !== undefined);
		expect(answers.map(readToastOfWorkflow)).toEqual(
			answers.map(({ toast }) => ({
				toast: typeof toast === 'string' ? { type: 'success', content: toast } : toast,
			})),
		);
		expect(answers).toHaveLength(2);
	});

	it('says where the ticket of a store app is', async () => {
		const { app_id } = SEEDED_APPS.store;
		const sent = await sandbox.feishu.sendEvent({
			app_id,
			event_type: 'app_ticket',
			event: { app_ticket: 'of this hour' },
		});
		const event = readEvent(sent.body as EventBody, 0);
		expect(event).toMatchObject({
			event_type: 'app_ticket',
			event: { event: { app_ticket: 'of this hour' } },
		});
		expect(isWantedBy({ events: 'any' }, event)).toBe(true);
		expect(isWantedBy({}, event)).toBe(false);
	});

	it('explains every reason for which a callback is refused', () => {
		const rows = [...read(page).matchAll(/^\| ((?:the|there|it) .*?) +\|/gm)].map(([, one]) => one);
		expect(rows.sort()).toEqual(
			['the trigger has no key to check callbacks with', ...refusals()].sort(),
		);
	});
});

/** Every reason that a callback is refused for, each brought about once. */
function refusals(): string[] {
	const now = Date.UTC(2026, 10, 22);
	const keys = { encryptKey: 'key', verificationToken: 'token', appId: 'cli_1' };
	const header = { token: 'token', event_type: 'card.action.trigger', app_id: 'cli_1' };
	const press = { schema: '2.0', header, event: {} };
	const bytes = (body: unknown) => Buffer.from(JSON.stringify(body));
	const encrypted = (body: unknown, encryptKey = keys.encryptKey) => {
		const iv = Buffer.alloc(16);
		const cipher = createCipheriv(
			'aes-256-cbc',
			createHash('sha256').update(encryptKey).digest(),
			iv,
		);
		const all = Buffer.concat([iv, cipher.update(JSON.stringify(body)), cipher.final()]);
		return bytes({ encrypt: all.toString('base64') });
	};
	const signed = (body: Buffer, seconds = now / 1000) => ({
		'x-lark-request-timestamp': String(seconds),
		'x-lark-request-nonce': 'nonce',
		'x-lark-signature': createHash('sha256')
			.update(`${seconds}nonce${keys.encryptKey}`)
			.update(body)
			.digest('hex'),
	});
	const plain = { ...keys, encryptKey: '' };
	const body = encrypted(press);
	const refused = [
		readCallback(Buffer.alloc(2 ** 20 + 1), {}, keys, now),
		readCallback(Buffer.from('[]'), {}, keys, now),
		readCallback(bytes(press), {}, keys, now),
		readCallback(body, {}, plain, now),
		readCallback(encrypted(press, 'another'), {}, keys, now),
		readCallback(body, {}, keys, now),
		readCallback(body, signed(bytes(press)), keys, now),
		readCallback(body, signed(body, now / 1000 - 8 * 3_600 - 1), keys, now),
		readCallback(bytes({ ...press, header: { ...header, token: '' } }), {}, plain, now),
		readCallback(bytes({ type: 'url_verification', token: 'token' }), {}, plain, now),
		readCallback(bytes({ open_id: 'ou_1', action: {} }), {}, keys, now),
		readCallback(bytes({ header: { token: 'token' } }), {}, plain, now),
		readCallback(bytes({ ...press, header: { ...header, app_id: 'cli_2' } }), {}, plain, now),
	];
	expect(readCallback(body, signed(body), keys, now)).toMatchObject({ kind: 'event' });
	return refused.map((callback) => (callback.kind === 'refused' ? callback.reason : 'none'));
}

describe("the trigger's examples in docs/parameters.md", () => {
	const examples = readTriggerExamples();
	const documented = layOut(properties).rows.map((row) => row.path);

	it.each(examples)('have no parameter that the table lacks: $file', ({ parameters }) => {
		expect(pathsIn(parameters).filter((used) => !documented.includes(used))).toEqual([]);
	});

	it('together show every parameter of the table', () => {
		const used = examples.flatMap(({ parameters }) => pathsIn(parameters));
		const isShown = (parameter: string) =>
			used.some((one) => one === parameter || one.startsWith(`${parameter}.`));
		expect(documented.filter((parameter) => !isShown(parameter))).toEqual([]);
	});

	it('do what they say', () => {
		const [withToast, withWorkflow] = examples.map(({ parameters }) => parameters);
		const [item] = blocksOf('docs/trigger.md').filter(({ event_id }) => event_id !== undefined);
		const event = item as unknown as FeishuEvent;
		const otherCard = { ...event, biz_id: 'shift-9' };
		expect([event, otherCard].map((one) => isWantedBy(withToast, one))).toEqual([true, false]);
		expect([event, otherCard].map((one) => isWantedBy(withWorkflow, one))).toEqual([true, true]);
		expect(readToast(withToast.toast)).toMatchObject({ toast: { type: 'success' } });
		expect(readToast(withWorkflow.fallbackToast)).toMatchObject({ toast: { type: 'info' } });
	});
});

describe.each(['docs/recipes.md', 'docs/recipes.zh-CN.md'])('the answering card in %s', (page) => {
	const sandbox = withSandbox();

	it('starts the workflow for who pressed, who then sees it done', async () => {
		const blocks = blocksOf(page);
		const place = blocks.findIndex(({ connection }) => connection !== undefined);
		const [card, trigger, done] = blocks.slice(place - 1, place + 2);
		const parcel = { parcel: 9, members: sandbox.openIds(0, 3) };
		await sandbox.output(card, { items: [parcel], typeVersion: 1.1 });

		const [, person] = parcel.members;
		const pressed = await press(sandbox, { user: person, biz_id: 'parcel-9', button: 0 });
		expect(isWantedBy(trigger, pressed)).toBe(true);
		expect(readToast(trigger.toast).toast?.content).toBeTruthy();
		const [output] = await sandbox.output(done, {
			items: [pressed as unknown as IDataObject],
			typeVersion: 1.1,
		});
		expect(output).toMatchObject({ succeeded: [person], failed: [] });
		const cards = await Promise.all(
			parcel.members.map(async (one) =>
				(await sandbox.feishu.feed(one)).find(({ biz_id }) => biz_id === 'parcel-9'),
			),
		);
		expect(cards.map((one) => [one?.time_sensitive, one?.buttons.length])).toEqual([
			[true, 1],
			[false, 0],
			[true, 1],
		]);
	});
});
