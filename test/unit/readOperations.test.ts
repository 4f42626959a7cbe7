import { NodeHelpers } from 'n8n-workflow';
import type { INodeProperties } from 'n8n-workflow';

import { findOperation, resources } from '../../nodes/FeishuFeed/resources';

/**
 * What n8n's editor does not let anybody enter, but a workflow that was written by hand or by an
 * agent may hold: other types where the form has collections.
 */
const LINK = 'https://example.com';
const RECIPIENTS = { userIdType: 'open_id', userIds: 'ou_a' };
const CARD = { ...RECIPIENTS, cardSource: 'fields', link: LINK, timeSensitive: false };
const UPDATE = { ...RECIPIENTS, bizId: 'b', updateFields: { title: 'new' } };
const CHAT = { ...RECIPIENTS, chatId: 'oc_1' };

function read(resource: string, operation: string, parameters: Record<string, unknown>) {
	const found = findOperation(resource, operation);
	if (found === undefined || found.kind === 'lookUp') {
		throw new Error(`no ${operation} of ${resource}`);
	}
	return found.read(inVersion(1, (name) => parameters[name]));
}

/** Reads parameters as a node of a version does. */
const inVersion = (typeVersion: number, parameters: (name: string) => unknown) =>
	Object.assign(parameters, { typeVersion });

const contentOf = (resource: string, operation: string, parameters: Record<string, unknown>) =>
	read(resource, operation, parameters).content;

const isOfVersion = (field: INodeProperties, typeVersion: number): boolean => {
	const versions = field.displayOptions?.show?.['@version'];
	const displayOptions = versions && { show: { '@version': versions } };
	return NodeHelpers.displayParameter({}, { ...field, displayOptions }, { typeVersion }, null);
};

it('finds every operation by its resource, and no other', () => {
	for (const { option, operations } of resources) {
		for (const operation of operations) {
			expect(findOperation(String(option.value), operation.option.value)).toBe(operation);
		}
	}
	expect(findOperation('appFeedCard', 'updateButtons')).toBeUndefined();
	expect(findOperation('nothing', 'create')).toBeUndefined();
});

it.each([1, 1.1])('asks n8n only for what the form has, in version %d', (version) => {
	const operations = resources.flatMap((resource) => resource.operations);
	expect(operations.length).toBeGreaterThan(0);
	for (const operation of operations) {
		if (operation.kind === 'lookUp') continue;
		// n8n throws for all else.
		const form = new Map(
			operation.fields
				.filter((field) => isOfVersion(field, version))
				.map((field) => [field.name, field.default]),
		);
		const given: Record<string, unknown> = {
			userIds: 'ou_a',
			link: LINK,
			chatId: 'oc_1',
			bizId: '',
		};
		const missing: string[] = [];
		try {
			operation.read(
				inVersion(version, (name) => {
					if (!form.has(name) && name !== 'options') missing.push(name);
					return given[name] ?? form.get(name);
				}),
			);
		} catch {
			// What this form lacks is refused by others of these tests.
		}
		expect([operation.option.name, missing]).toEqual([operation.option.name, []]);
	}
});

it.each<[string, string, Record<string, unknown>, string]>([
	[
		'create',
		'buttons: text',
		{ ...CARD, buttons: 'OK' },
		'Buttons must be an object, but is the text "OK"',
	],
	[
		'create',
		'buttons: a list of texts',
		{ ...CARD, buttons: ['OK'] },
		'Buttons must be an object, but is the text "OK": give a list such as',
	],
	[
		'create',
		'a button: text',
		{ ...CARD, buttons: { button: ['OK'] } },
		'Buttons must be an object',
	],
	[
		'create',
		'a button: a number',
		{ ...CARD, buttons: { button: 5 } },
		'Buttons must be an object',
	],
	[
		'create',
		'platforms: text',
		{ ...CARD, buttons: { button: [{ text: 'A', platformUrls: LINK }] } },
		'Button 1 URLs by Platform must be an object, but is the text',
	],
	[
		'create',
		'action values: text',
		{ ...CARD, buttons: { button: [{ text: 'A', actionType: 'webhook', actionValues: 'a=1' }] } },
		'Button 1 Action Values must be an object, but is the text "a=1"',
	],
	['create', 'a label: text', { ...CARD, statusLabel: 'New' }, 'Status Label must be an object'],
	[
		'create',
		'a label: a list',
		{ ...CARD, statusLabel: { label: ['New'] } },
		'Status Label must be an',
	],
	[
		'create',
		'a notification: true',
		{ ...CARD, notify: true },
		'Notification must be an object, but is',
	],
	[
		'upsert',
		'options: text',
		{ ...CARD, options: 'all' },
		'Options must be an object, but is the text',
	],
	[
		'update',
		'fields: text',
		{ ...UPDATE, updateFields: 'title' },
		'Fields to Update must be an object',
	],
	[
		'update',
		'fields: a list',
		{ ...UPDATE, updateFields: ['1'] },
		'Fields to Update must be an object',
	],
	[
		'update',
		'an unknown field',
		{ ...UPDATE, updateFields: { color: 1 } },
		'Fields to Update has the unk',
	],
	[
		'update',
		'a field of every object',
		{ ...UPDATE, updateFields: { title: 'new', constructor: 'x' } },
		'Fields to Update has the unknown field "constructor"',
	],
	[
		'update',
		'a new label: text',
		{ ...UPDATE, updateFields: { statusLabel: 'x' } },
		'Status Label must',
	],
	[
		'update',
		'new buttons: text',
		{ ...UPDATE, updateFields: { buttons: 'x' } },
		'Buttons must be an ob',
	],
	[
		'update',
		'options: a list',
		{ ...UPDATE, options: [] },
		'Options must be an object, but is a list',
	],
])('%s refuses %s', (operation, _, parameters, message) => {
	expect(() => read('appFeedCard', operation, parameters)).toThrow(message);
});

it.each([undefined, null, '', {}, { button: [] }])('takes %j as no buttons', (buttons) => {
	expect(contentOf('appFeedCard', 'create', { ...CARD, buttons })).toEqual({
		app_feed_card: { link: { link: LINK }, time_sensitive: false },
	});
	expect(contentOf('chat', 'updateButtons', { ...CHAT, buttons })).toEqual({
		chat_id: 'oc_1',
		buttons: { buttons: [] },
	});
});

it('takes one button that is not in a list', () => {
	const button = { text: 'A', url: LINK };
	expect(contentOf('chat', 'updateButtons', { ...CHAT, buttons: { button } })).toMatchObject({
		buttons: { buttons: [{ text: { text: 'A' } }] },
	});
});

it.each([undefined, null, '', {}])('takes %j as no label, notification or options', (nothing) => {
	const parameters = { ...CARD, statusLabel: nothing, notify: nothing, options: nothing };
	expect(contentOf('appFeedCard', 'upsert', parameters)).toEqual({
		app_feed_card: { link: { link: LINK }, time_sensitive: false },
	});
});

describe('a business ID whose expression gives nothing', () => {
	/** The parameters of a node in which some are expressions. */
	const reader = (values: Record<string, unknown>, expressions: string[]) =>
		Object.assign((name: string) => values[name], {
			typeVersion: 1,
			isExpression: (name: string) => expressions.includes(name),
		});
	const NOTHING = [undefined, null, ''];
	const WARNING = 'The expression in Business ID gave nothing, so the card got a new ID';
	const json = (biz_id: unknown) => ({
		...CARD,
		cardSource: 'json',
		cardJson: { link: { link: LINK }, biz_id },
	});
	const warningsOf = (operation: string, ...given: Parameters<typeof reader>) => {
		const found = findOperation('appFeedCard', operation);
		return found?.kind === 'lookUp' ? undefined : found?.read(reader(...given)).warnings;
	};

	it.each(NOTHING)('%j: is refused by Create or Update', (bizId) => {
		expect(() => warningsOf('upsert', { ...CARD, bizId }, ['bizId'])).toThrow(
			'Business ID is an expression that gives nothing',
		);
		expect(() => warningsOf('upsert', json(bizId), ['cardJson'])).toThrow(
			'Business ID is an expression that gives nothing',
		);
	});

	it.each(['create', 'sendAndWait'])('makes %s warn', (operation) => {
		for (const bizId of NOTHING) {
			expect(warningsOf(operation, { ...CARD, bizId }, ['bizId'])).toEqual([
				expect.stringContaining(WARNING),
			]);
		}
	});

	it.each(['create', 'sendAndWait'])('makes %s warn among the options', (operation) => {
		const warningsFor = (options: unknown, isExpression: (part?: string) => boolean) => {
			const found = findOperation('appFeedCard', operation);
			if (found === undefined || found.kind === 'lookUp') throw new Error(`no ${operation}`);
			const values: Record<string, unknown> = { ...CARD, options };
			const parameters = Object.assign((name: string) => values[name], {
				typeVersion: 1.1,
				isExpression: (name: string, part?: string) => name === 'options' && isExpression(part),
			});
			return found.read(parameters).warnings;
		};
		const isBusinessId = (part?: string) => part === 'bizId';
		for (const bizId of NOTHING) {
			expect(warningsFor({ bizId }, isBusinessId)).toEqual([expect.stringContaining(WARNING)]);
			expect(warningsFor({ bizId }, () => false)).toBeUndefined();
		}
		expect(warningsFor({}, () => true)).toBeUndefined();
		expect(warningsFor({ bizId: 'b' }, isBusinessId)).toBeUndefined();
	});

	it('makes Create of JSON warn', () => {
		expect(warningsOf('create', json(''), ['cardJson'])).toEqual([
			expect.stringContaining(WARNING),
		]);
	});

	it.each(['create', 'upsert', 'sendAndWait'])(
		'is no slip in %s when the field is empty, or the expression gives an ID',
		(operation) => {
			expect(warningsOf(operation, { ...CARD, bizId: '' }, ['userIds'])).toBeUndefined();
			expect(warningsOf(operation, { ...CARD, bizId: 'b' }, ['bizId'])).toBeUndefined();
			expect(warningsOf(operation, { ...CARD, bizId: 0 }, ['bizId'])).toBeUndefined();
		},
	);
});
