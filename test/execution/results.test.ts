import type { IDataObject, INode, INodeExecutionData, IRun } from 'n8n-workflow';

import type { FaultOptions } from '../../sandbox/feishu/src/client';
import { detailsAtErrorOutput } from '../helpers/execution/engine';
import { withSandbox } from '../helpers/execution/withSandbox';

const sandbox = withSandbox({ people: 40 });

const LINK = 'https://example.com';
/** Well-formed, but nobody's. */
const NOBODY = 'ou_nobody';
const NOBODY_ELSE = 'ou_nobodyelse';

type OnError = NonNullable<INode['onError']>;
const ON_ERROR: OnError[] = ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'];

/** An operation with everything but its recipients, for people who have the card 'b' already or not. */
interface Case {
	/** What it does, as it stands in an error. */
	purpose: string;
	parameters: () => IDataObject;
	/** By what its output names the target. */
	names: () => IDataObject;
	/** Whether people need the card 'b' beforehand. */
	needsCard?: boolean;
	/** What the output tells of NOBODY. */
	nobody: { reason: string; code: string | number };
}

const UNKNOWN = {
	reason: 'Feishu gave no reason: check the ID, and that this person may use the app',
	code: '0',
};
const NOT_IN_CHAT = { reason: 'The user is not in the chat', code: 0 };
/** As an error tells it: the code stands before what to do. */
const sentence = ({ reason, code }: Case['nobody']) => reason.replace(/(?=:)|$/, ` (code ${code})`);
const chat = () => sandbox.groups[0].chat_id;
const chatParameter = () => ({ chatId: { __rl: true, mode: 'id', value: chat() } });

const OPERATIONS: Record<string, Case> = {
	'appFeedCard: create': {
		purpose: 'create the card',
		parameters: () => ({ resource: 'appFeedCard', operation: 'create', bizId: 'b', link: LINK }),
		names: () => ({ biz_id: 'b' }),
		nobody: UNKNOWN,
	},
	'appFeedCard: upsert': {
		purpose: 'create the card',
		parameters: () => ({ resource: 'appFeedCard', operation: 'upsert', bizId: 'b', link: LINK }),
		names: () => ({ biz_id: 'b' }),
		nobody: UNKNOWN,
	},
	'appFeedCard: update': {
		purpose: 'update the card',
		parameters: () => ({
			resource: 'appFeedCard',
			operation: 'update',
			bizId: 'b',
			updateFields: { title: 'new' },
		}),
		names: () => ({ biz_id: 'b' }),
		needsCard: true,
		nobody: UNKNOWN,
	},
	'appFeedCard: delete': {
		purpose: 'delete the card',
		parameters: () => ({ resource: 'appFeedCard', operation: 'delete', bizId: 'b' }),
		names: () => ({ biz_id: 'b' }),
		needsCard: true,
		nobody: UNKNOWN,
	},
	'chat: updateButtons': {
		purpose: 'update the buttons of the chat',
		parameters: () => ({ resource: 'chat', operation: 'updateButtons', ...chatParameter() }),
		names: () => ({ chat_id: chat() }),
		nobody: NOT_IN_CHAT,
	},
	'chat: setTimeSensitive': {
		purpose: 'set the instant reminder of the chat',
		parameters: () => ({ resource: 'chat', operation: 'setTimeSensitive', ...chatParameter() }),
		names: () => ({ chat_id: chat() }),
		nobody: NOT_IN_CHAT,
	},
	'botChat: setTimeSensitive': {
		purpose: "set the instant reminder of the bot's chat",
		parameters: () => ({ resource: 'botChat', operation: 'setTimeSensitive' }),
		names: () => ({}),
		nobody: NOT_IN_CHAT,
	},
};

/** Each operation three times over would make three tables; this gives them one. */
const EACH_OPERATION = Object.entries(OPERATIONS);

async function giveCards(...places: number[]): Promise<void> {
	const userIds = places.map((place) => sandbox.people[place].open_id).join();
	await sandbox.output({ ...OPERATIONS['appFeedCard: create'].parameters(), userIds });
	await sandbox.feishu.clearRequests();
	await sandbox.feishu.clearEffects();
}

/** What n8n shows on the node of a run. */
const hintsOf = ({ data }: IRun) => data.resultData.runData['Feishu Feed'][0].hints;
const pairs = (items: INodeExecutionData[]) => items.map(({ pairedItem }) => pairedItem);
const json = (items: INodeExecutionData[]) => items.map((item) => item.json);

describe.each(EACH_OPERATION)('%s', (name, { parameters, names, needsCard, nobody, purpose }) => {
	const isUpsert = name.endsWith('upsert');
	const isDelete = name.endsWith('delete');
	const deleted = (isDone: boolean) => isDelete && { deleted: isDone };
	const reached = (userIds: string[], isDone = true) => ({
		...names(),
		...deleted(isDone),
		succeeded: userIds,
		...(isUpsert && { created: userIds, updated: [] }),
	});
	const execute = async (
		recipients: string[][],
		change: IDataObject = {},
		onError: OnError = 'stopWorkflow',
	) =>
		await sandbox.run(
			{ ...parameters(), userIds: '={{ $json.to }}', ...change },
			{ items: recipients.map((to, place) => ({ to, place })), onError },
		);

	beforeEach(async () => {
		if (needsCard) await giveCards(...Array(10).keys());
	});

	it('gives one item for each input item, paired with it, in order', async () => {
		const recipients = [sandbox.openIds(0, 2), sandbox.openIds(2, 5), sandbox.openIds(5, 6)];
		const { outputs, error, run } = await execute(recipients);
		expect(error).toBeUndefined();
		expect(outputs).toHaveLength(1);
		expect(json(outputs[0])).toEqual(recipients.map((to) => ({ ...reached(to), failed: [] })));
		expect(hintsOf(run)).toEqual([]);
		expect(pairs(outputs[0])).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
	});

	it('gives one item for each recipient when asked to, paired with the input item', async () => {
		const [first, second, third] = sandbox.openIds(0, 3);
		const { outputs, error } = await execute([[first, NOBODY, second], [third]], {
			options: { itemPerRecipient: true },
		});
		expect(error).toBeUndefined();
		const succeeded = { status: 'succeeded', ...(isUpsert && { action: 'created' }) };
		expect(json(outputs[0])).toEqual([
			{ ...names(), ...deleted(true), user_id: first, ...succeeded },
			{ ...names(), ...deleted(false), user_id: NOBODY, status: 'failed', ...nobody },
			{ ...names(), ...deleted(true), user_id: second, ...succeeded },
			{ ...names(), ...deleted(true), user_id: third, ...succeeded },
		]);
		expect(pairs(outputs[0])).toEqual([{ item: 0 }, { item: 0 }, { item: 0 }, { item: 1 }]);
	});

	it('decides by an expression which items are given for each recipient', async () => {
		const recipients = [sandbox.openIds(0, 2), sandbox.openIds(2, 4)];
		const { outputs } = await execute(recipients, {
			options: { itemPerRecipient: '={{ $json.place === 1 }}' },
		});
		expect(json(outputs[0]).map(({ user_id, succeeded }) => user_id ?? succeeded)).toEqual([
			recipients[0],
			...recipients[1],
		]);
		expect(pairs(outputs[0])).toEqual([{ item: 0 }, { item: 1 }, { item: 1 }]);
	});

	describe.each(ON_ERROR)('with on error: %s', (onError) => {
		const failed = [{ user_id: NOBODY, ...nobody }];

		/** The second of three items is the one that fails, and the others must not notice. */
		async function expectFailure(
			options: IDataObject,
			to: string[],
			whoFailed: IDataObject[],
			whoSucceeded: string[],
		): Promise<string> {
			const [first, last] = [sandbox.openIds(0, 1), sandbox.openIds(9, 10)];
			const { outputs, error } = await execute([first, to, last], { options }, onError);
			const others = [first, last].map((userIds) => ({ ...reached(userIds), failed: [] }));
			const told = { ...reached(whoSucceeded, false), failed: whoFailed };
			if (onError === 'stopWorkflow') {
				expect(outputs).toEqual([]);
				expect(error).toMatchObject({ name: 'NodeApiError', context: { itemIndex: 1 } });
				return error?.message as string;
			}
			expect(error).toBeUndefined();
			if (onError === 'continueRegularOutput') {
				expect(json(outputs[0])).toEqual([
					others[0],
					{ error: expect.any(String), ...told },
					others[1],
				]);
				expect(pairs(outputs[0])).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
				return outputs[0][1].json.error as string;
			}
			expect(json(outputs[0])).toEqual(others);
			expect(pairs(outputs[0])).toEqual([{ item: 0 }, { item: 2 }]);
			expect(json(outputs[1])).toEqual([
				{ to, place: 1, error: expect.any(String), ...detailsAtErrorOutput(told) },
			]);
			expect(pairs(outputs[1])).toEqual([{ item: 1 }]);
			return outputs[1][0].json.error as string;
		}

		it.each([{}, { whenSomeFail: 'tell' }])(
			'tells in the output who of some was not reached (options %j)',
			async (options) => {
				const [one, another] = sandbox.openIds(1, 3);
				const { outputs, error, run } = await execute(
					[sandbox.openIds(0, 1), [one, NOBODY, another]],
					{ options },
					onError,
				);
				expect(error).toBeUndefined();
				expect(json(outputs[0])).toEqual([
					{ ...reached(sandbox.openIds(0, 1)), failed: [] },
					{ ...reached([one, another], false), failed },
				]);
				expect(pairs(outputs[0])).toEqual([{ item: 0 }, { item: 1 }]);
				expect(outputs[1] ?? []).toEqual([]);
				// n8n shows it on the node.
				expect(hintsOf(run)).toEqual([
					{
						type: 'warning',
						location: 'outputPane',
						message: `1 of 4 recipients was not reached: ${NOBODY} (${nobody.reason.replace(/:.*/, '')})`,
					},
				]);
			},
		);

		it('fails the item when some were not reached, if it is told to', async () => {
			const [one] = sandbox.openIds(1, 2);
			const message = await expectFailure({ whenSomeFail: 'fail' }, [one, NOBODY], failed, [one]);
			expect(message).toBe(
				`Could not ${purpose} for ${NOBODY} (1 of 2 recipients): ${sentence(nobody)}`,
			);
		});

		it.each([
			{ whenSomeFail: 'tell' },
			{ whenSomeFail: 'fail' },
			{ itemPerRecipient: '={{ $json.place === 1 }}' },
		])('fails the item when nobody was reached (options %j)', async (options) => {
			const all = [...failed, { user_id: NOBODY_ELSE, ...nobody }];
			const message = await expectFailure(options, [NOBODY, NOBODY_ELSE], all, []);
			expect(message).toBe(
				`Could not ${purpose} for ${NOBODY}, ${NOBODY_ELSE}: ${sentence(nobody)}`,
			);
		});
	});
});

describe('what failed', () => {
	it('tells in the error how far the item got', async () => {
		const userIds = [...sandbox.openIds(0, 2), NOBODY].join();
		const { error } = await sandbox.run({
			...OPERATIONS['appFeedCard: create'].parameters(),
			userIds,
			options: { whenSomeFail: 'fail' },
		});
		expect(error?.description).toBe(`Reached: ${sandbox.openIds(0, 2).join(', ')}`);
	});

	it('names three people in an error, and counts the others and other reasons', async () => {
		await sandbox.feishu.changeApp('cli_a5f1c0de00000001', {
			unavailablePeople: sandbox.openIds(0, 5),
		});
		const { error } = await sandbox.run({
			...OPERATIONS['appFeedCard: create'].parameters(),
			userIds: [...sandbox.openIds(0, 5), NOBODY].join(),
		});
		expect(error?.message).toBe(
			`Could not create the card for ${sandbox.openIds(0, 3).join(', ')} and 2 others: ` +
				'the app may not send to this person (code 1): add them to the availability of the app; ' +
				'1 more failed for other reasons',
		);
	});

	const REASONS: Array<['0' | '1' | '2' | '3' | '4', string, RegExp]> = [
		['0', 'UNKNOWN', /gave no reason/],
		['1', 'NO_PERMISSION', /availability of the app/],
		['2', 'NOT_CREATED', /no card with this business ID/],
		['3', 'RATE_LIMITED', /too much was sent/],
		['4', 'DUPLICATE', /already has a card/],
	];

	it.each(REASONS)(
		'reads the reason of a card told as %s and as %s',
		async (digit, name, words) => {
			const [userId, other] = sandbox.openIds(0, 2);
			const reasons: unknown[] = [];
			for (const reasonsAsNames of [false, true]) {
				await sandbox.feishu.changeSettings({ reasonsAsNames });
				const fault: FaultOptions = { kind: 'recipientReason', recipient: userId, reason: digit };
				await sandbox.feishu.addFault(fault);
				const [output] = await sandbox.output({
					...OPERATIONS['appFeedCard: create'].parameters(),
					bizId: String(reasonsAsNames),
					userIds: [userId, other].join(),
					options: { longestWait: 0 },
				});
				expect(output.succeeded).toEqual([other]);
				expect(output.failed).toEqual([
					{
						user_id: userId,
						reason: expect.stringMatching(words),
						code: reasonsAsNames ? name : digit,
					},
				]);
				reasons.push((output.failed as IDataObject[])[0].reason);
			}
			expect(reasons[0]).toBe(reasons[1]);
		},
	);

	it.each([
		['2', 'appFeedCard: update', /no card with this business ID/],
		['2', 'appFeedCard: delete', /no card with this business ID/],
		['4', 'appFeedCard: create', /already has a card/],
	])('is told as Feishu tells it: reason %s from %s', async (code, operation, words) => {
		const [userId, other] = sandbox.openIds(0, 2);
		await giveCards(code === '4' ? 0 : 1);
		const [output] = await sandbox.output({
			...OPERATIONS[operation].parameters(),
			userIds: [userId, other].join(),
		});
		expect(output).toEqual({
			biz_id: 'b',
			...(operation.endsWith('delete') && { deleted: false }),
			succeeded: [other],
			failed: [{ user_id: userId, code, reason: expect.stringMatching(words) }],
		});
	});

	it.each(['chat: updateButtons', 'chat: setTimeSensitive', 'botChat: setTimeSensitive'])(
		'reads another code and message of %s',
		async (operation) => {
			const [userId, other] = sandbox.openIds(0, 2);
			await sandbox.feishu.addFault({
				kind: 'recipientReason',
				recipient: userId,
				error_code: 230035,
				error_message: 'No permission to send',
			});
			const [output] = await sandbox.output({
				...OPERATIONS[operation].parameters(),
				userIds: [userId, other].join(),
			});
			expect(output.succeeded).toEqual([other]);
			expect(output.failed).toEqual([
				{ user_id: userId, reason: 'No permission to send', code: 230035 },
			]);
		},
	);

	it('keeps apart who was created, updated, and not reached at all', async () => {
		await giveCards(1, 3);
		const [first, second, third, fourth] = sandbox.openIds(0, 4);
		const parameters = {
			...OPERATIONS['appFeedCard: upsert'].parameters(),
			userIds: [first, second, NOBODY, third, fourth].join(),
		};
		await sandbox.feishu.addFault({
			kind: 'recipientReason',
			operation: 'appFeedCardBatch.update',
			recipient: fourth,
			reason: '1',
		});
		const [output] = await sandbox.output(parameters);
		expect(output).toEqual({
			biz_id: 'b',
			succeeded: [first, second, third],
			created: [first, third],
			updated: [second],
			failed: [
				{ user_id: NOBODY, ...UNKNOWN },
				{ user_id: fourth, code: '1', reason: expect.stringContaining('availability') },
			],
		});
		const perRecipient = await sandbox.output({
			...parameters,
			options: { itemPerRecipient: true },
		});
		expect(perRecipient.map(({ user_id, status, action }) => [user_id, status, action])).toEqual([
			[first, 'succeeded', 'updated'],
			[second, 'succeeded', 'updated'],
			[NOBODY, 'failed', undefined],
			[third, 'succeeded', 'updated'],
			[fourth, 'failed', undefined],
		]);
	});

	it.each<OnError>(ON_ERROR)(
		'tells a call that Feishu refused as a whole (%s)',
		async (onError) => {
			const { chat_id: chatId } = sandbox.groups[2];
			await sandbox.feishu.changeGroup(chatId, { removeBots: ['cli_a5f1c0de00000001'] });
			const { memberOpenIds } = await sandbox.feishu.group(chatId);
			const { outputs, error } = await sandbox.run(
				{
					resource: 'chat',
					operation: 'updateButtons',
					chatId: { __rl: true, mode: 'id', value: '={{ $json.chat }}' },
					userIds: '={{ $json.to }}',
				},
				{
					items: [
						{ chat: chatId, to: memberOpenIds.slice(0, 2) },
						{ chat: chat(), to: sandbox.openIds(0, 1) },
					],
					onError,
				},
			);
			const [refused, done] = await sandbox.requests();
			const logId = (refused.responseBody as { error: { log_id: string } }).error.log_id;
			expect([refused.code, done.code]).toEqual([230027, 0]);
			const sentence = `Feishu answered "Lack of necessary permissions. The bot is not in the chat." (code 230027, log ID ${logId}): add the bot of the app to the chat, or check the chat ID`;
			const [one, another] = memberOpenIds;
			const message = `Could not update the buttons of the chat for ${one}, ${another}: ${sentence}`;
			const failure = {
				reason:
					'Feishu answered "Lack of necessary permissions. The bot is not in the chat.": add the bot of the app to the chat, or check the chat ID',
				code: 230027,
				log_id: logId,
			};
			const told = {
				chat_id: chatId,
				succeeded: [],
				failed: [
					{ user_id: one, ...failure },
					{ user_id: another, ...failure },
				],
			};
			const reached = { chat_id: chat(), succeeded: sandbox.openIds(0, 1), failed: [] };
			if (onError === 'stopWorkflow') {
				expect(error).toMatchObject({ message, httpCode: '400', context: { itemIndex: 0 } });
			} else if (onError === 'continueRegularOutput') {
				expect(json(outputs[0])).toEqual([{ error: message, ...told }, reached]);
			} else {
				expect(json(outputs[0])).toEqual([reached]);
				expect(json(outputs[1])).toMatchObject([
					{ chat: chatId, to: [one, another], error: message, ...detailsAtErrorOutput(told) },
				]);
			}
		},
	);
});

describe('an item with a field that Feishu would refuse', () => {
	const MESSAGE = 'Link must be an address that begins with https://, but is "http://example.com"';
	const parameters = {
		resource: 'appFeedCard',
		operation: 'create',
		userIds: '={{ $json.to }}',
		link: '={{ $json.link }}',
	};
	const items = () =>
		sandbox.openIds(0, 4).map((to, index) => ({
			to,
			link: index === 2 ? 'http://example.com' : LINK,
		}));

	it('stops the node before any request is sent', async () => {
		const { outputs, error } = await sandbox.run(parameters, { items: items() });
		expect(outputs).toEqual([]);
		expect(error).toMatchObject({
			name: 'NodeOperationError',
			message: MESSAGE,
			context: { itemIndex: 2 },
		});
		expect(await sandbox.feishu.requests()).toEqual([]);
	});

	it('goes on as an error among the others', async () => {
		const { outputs, error } = await sandbox.run(parameters, {
			items: items(),
			onError: 'continueRegularOutput',
		});
		expect(error).toBeUndefined();
		expect(json(outputs[0]).map((item) => item.error ?? item.succeeded)).toEqual([
			sandbox.openIds(0, 1),
			sandbox.openIds(1, 2),
			MESSAGE,
			sandbox.openIds(3, 4),
		]);
		expect(outputs[0][2].json).toEqual({ error: MESSAGE });
		expect(pairs(outputs[0])).toEqual([0, 1, 2, 3].map((item) => ({ item })));
		const [{ body }, ...others] = await sandbox.calls();
		const [one, two, , four] = sandbox.openIds(0, 4);
		expect(body).toMatchObject({ user_ids: [one, two, four] });
		expect(others).toEqual([]);
	});

	it('leaves by the error output with the fields that it came with', async () => {
		const { outputs, error } = await sandbox.run(parameters, {
			items: items(),
			onError: 'continueErrorOutput',
		});
		expect(error).toBeUndefined();
		expect(pairs(outputs[0])).toEqual([0, 1, 3].map((item) => ({ item })));
		expect(outputs[1]).toEqual([
			{ json: { ...items()[2], error: MESSAGE }, pairedItem: { item: 2 } },
		]);
	});

	it('costs no request when all items are like that', async () => {
		const { outputs } = await sandbox.run(parameters, {
			items: items().map(({ to }) => ({ to, link: 'nowhere' })),
			onError: 'continueErrorOutput',
		});
		expect(outputs[0]).toEqual([]);
		expect(pairs(outputs[1])).toEqual([0, 1, 2, 3].map((item) => ({ item })));
		expect(await sandbox.feishu.requests()).toEqual([]);
	});
});
