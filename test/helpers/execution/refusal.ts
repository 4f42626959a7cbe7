import type { IDataObject } from 'n8n-workflow';

import { withSandbox } from './withSandbox';

export const LINK = 'https://example.com';

/** A whole card in Feishu's words. */
export const CARD: IDataObject = { biz_id: 'b', link: { link: LINK } };

/** Takes its value from the field `x` of a test's item, so that only the node, and not n8n, checks it. */
export const x = '={{ $json.x }}';

const CHAT = { __rl: true, mode: 'id', value: 'oc_0123456789abcdef' };
const userIds = '={{ $json.to }}';

/** Each operation with valid parameters. */
export const VALID = {
	create: { resource: 'appFeedCard', operation: 'create', userIds, link: LINK, bizId: 'b' },
	upsert: { resource: 'appFeedCard', operation: 'upsert', userIds, link: LINK, bizId: 'b' },
	json: {
		resource: 'appFeedCard',
		operation: 'create',
		userIds,
		cardSource: 'json',
		cardJson: '={{ $json.card }}',
	},
	update: {
		resource: 'appFeedCard',
		operation: 'update',
		userIds,
		bizId: 'b',
		updateFields: { title: 'new' },
	},
	delete: { resource: 'appFeedCard', operation: 'delete', userIds, bizId: 'b' },
	chatButtons: { resource: 'chat', operation: 'updateButtons', userIds, chatId: CHAT },
	chatReminder: { resource: 'chat', operation: 'setTimeSensitive', userIds, chatId: CHAT },
	botReminder: { resource: 'botChat', operation: 'setTimeSensitive', userIds },
} satisfies Record<string, IDataObject>;
export type OperationName = keyof typeof VALID;

/** A change to an operation's valid parameters and item, and the beginning of the message for it. */
export type Refusal = [
	name: string,
	operation: OperationName,
	parameters: IDataObject,
	message: string,
	item?: IDataObject,
];

/** One button of the form that opens a link, with some fields changed. */
export const button = (change: IDataObject): IDataObject => ({
	buttons: { button: [{ text: 'Open', actionType: 'url_page', url: LINK, ...change }] },
});

/** One button of the form that brings back these action values. */
export const callback = (value: unknown): IDataObject =>
	button({ actionType: 'webhook', actionValues: { value } } as IDataObject);

/** A button of the form with an address for one platform. */
export const platform = (name: string, value: string): IDataObject =>
	button({ platformUrls: { [name]: value } });

/** A label of the form, with some fields changed. */
export const label = (change: IDataObject): IDataObject => ({
	statusLabel: { label: { text: 'New', type: 'primary', ...change } },
});

/** Buttons in Feishu's words. */
export const sentButton = (change: IDataObject): IDataObject => ({
	buttons: { buttons: [{ action_type: 'webhook', text: { text: 'Open' }, ...change }] },
});

/** Runs operations with bad parameters against the sandbox of a file. */
export function withRefusals() {
	const sandbox = withSandbox({ people: 20 });

	const run = async (operation: OperationName, parameters: IDataObject, item: IDataObject = {}) =>
		await sandbox.run(
			{ ...VALID[operation], ...parameters },
			{ items: [{ to: sandbox.people[0]!.open_id, card: CARD, ...item }] },
		);

	/** The node refuses the item with a message that begins like this, and nothing reaches Feishu. */
	async function expectRefused(...[, operation, parameters, message, item]: Refusal) {
		const { error, outputs } = await run(operation, parameters, item);
		expect(error?.message.slice(0, message.length)).toBe(message);
		expect(error).toMatchObject({ name: 'NodeOperationError', context: { itemIndex: 0 } });
		expect(outputs).toEqual([]);
		expect(await sandbox.feishu.requests()).toEqual([]);
	}

	/** One call with this text arrives, and Feishu finds no fault with its parameters. */
	async function expectSent(
		operation: OperationName,
		parameters: IDataObject,
		value: string,
		item?: IDataObject,
	) {
		await sandbox.feishu.reset({ keepTokens: true });
		await run(operation, parameters, item);
		const [request, ...others] = await sandbox.requests();
		expect(others).toEqual([]);
		expect(strings(request!.body)).toContain(value);
		expectFaultless(request!.code);
	}

	return {
		sandbox,
		run,
		expectRefused,
		expectSent,
		refuses(what: string, refusals: Refusal[]) {
			describe(`refuses before any call: ${what}`, () => {
				it.each(refusals)('%s', async (...refusal) => {
					await expectRefused(...refusal);
				});
			});
		},
	};
}

/** The bot is not in the chat of the valid parameters; other than that they are. */
export function expectFaultless(code: number | undefined): void {
	expect([0, 230027]).toContain(code);
}

/** Every text in a body. */
export function strings(value: unknown): string[] {
	if (typeof value === 'string') return [value];
	return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : [];
}
