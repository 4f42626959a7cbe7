import type * as lark from '@larksuiteoapi/node-sdk';
import * as fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { AppFeedCard, UpdateCardContent, UserIdType } from '../../nodes/shared/api/payloads';
import type { Person } from '../../sandbox/feishu/src/client';
import { officialClient } from '../helpers/officialClient';
import { RANDOM_SEED } from '../helpers/randomSeed';
import {
	byExpressions,
	formButtons,
	formCards,
	formOfButtons,
	formOfCard,
	formOfUpdate,
	jsonCards,
	updates,
} from '../helpers/execution/generatedCards';
import type { StoredCredential } from '../helpers/execution/runNode';
import { withSandbox } from '../helpers/execution/withSandbox';
import type { WireCall } from '../helpers/execution/withSandbox';

/**
 * The official SDK is the referee: for what it sends, the node sends the same. Each test makes as
 * many calls as this with either, and compares what arrived.
 */
const CASES = 200;

jest.setTimeout(120_000);

const PEOPLE = 120;
const sandbox = withSandbox({ people: PEOPLE });

const sample = <T>(arbitrary: fc.Arbitrary<T>, numRuns = CASES): T[] =>
	fc.sample(arbitrary, numRuns);

let im: lark.Client['im']['v2'];
let credential: StoredCredential;
beforeEach(() => {
	im = officialClient(sandbox.url).im.v2;
	credential = sandbox.credential();
});

/** The recipients of a call, as the SDK takes them. */
interface Recipients {
	params: { user_id_type: UserIdType };
	user_ids: string[];
}
/** Picks the recipients of a call from the company's people. */
type To = (people: Person[]) => Recipients;

const recipients = (most: number): fc.Arbitrary<To> =>
	fc
		.tuple(
			fc.constantFrom<UserIdType>('open_id', 'union_id', 'user_id'),
			fc.uniqueArray(fc.nat({ max: PEOPLE - 1 }), { minLength: 1, maxLength: most }),
		)
		.map(([user_id_type, places]) => (people) => ({
			params: { user_id_type },
			user_ids: places.map((place) => people[place][user_id_type]),
		}));

/** The recipients as the form has them. */
const formOf = ({ params, user_ids }: Recipients): IDataObject => ({
	userIdType: params.user_id_type,
	userIds: user_ids.join(),
});

/** The calls that arrived, which Feishu took, in the order in which they did. */
async function arrived(): Promise<WireCall[]> {
	const requests = await sandbox.requests();
	expect(requests.filter(({ code }) => code !== 0).map(({ rawResponse }) => rawResponse)).toEqual(
		[],
	);
	return (await sandbox.calls()).map((call) => ({ ...call, body: withSortedFields(call.body) }));
}

/** The fields of an update are a set: their order says nothing. */
function withSortedFields(body: unknown): unknown {
	const { feed_cards } = body as { feed_cards?: UpdateCardContent[] };
	for (const card of feed_cards ?? []) card.update_fields?.sort();
	return body;
}

/** Has the SDK, then the node, make the calls of all cases; both must have sent the same. */
async function expectEqualCalls<Case>({
	cases,
	withSdk,
	withNode,
	atOnce = false,
}: {
	cases: Case[];
	withSdk: (one: Case) => Promise<void>;
	withNode: (one: Case) => Promise<void>;
	/** The node makes the calls of all cases in one execution. */
	atOnce?: boolean;
}): Promise<void> {
	for (const one of cases) await withSdk(one);
	const bySdk = await arrived();
	expect(bySdk).toHaveLength(cases.length);
	await sandbox.feishu.reset({ keepTokens: true });
	for (const one of atOnce ? cases.slice(0, 1) : cases) await withNode(one);
	const byNode = await arrived();
	// One by one, since a difference between all calls of both takes minutes to write out.
	bySdk.forEach((call, place) => expect(byNode[place]).toEqual(call));
	expect(byNode).toHaveLength(bySdk.length);
}

describe(`${CASES} calls of each kind, with FAST_CHECK_SEED=${RANDOM_SEED}`, () => {
	type CardCase = [card: AppFeedCard, to: To];

	/** Executes the node. That cards do not exist is no matter here: what arrived is compared. */
	async function run(parameters: IDataObject, items: IDataObject[] = [{}]): Promise<void> {
		const options = { callsAtOnce: 1, ...(parameters.options as IDataObject) };
		await sandbox.run({ ...parameters, options }, { items, credential });
	}

	/** Executes the node with all texts of the form given by expressions. */
	async function runForm(resource: string, operation: string, form: IDataObject): Promise<void> {
		const { parameters, item } = byExpressions(form);
		await run({ resource, operation, ...parameters }, [item]);
	}

	async function createWithSdk([card, to]: CardCase): Promise<void> {
		const { params, user_ids } = to(sandbox.people);
		await im.appFeedCard.create({ params, data: { app_feed_card: card, user_ids } });
	}

	it('create, from the form', async () => {
		await expectEqualCalls({
			cases: sample(fc.tuple(formCards, recipients(20)), CASES / 2),
			withSdk: createWithSdk,
			withNode: async ([card, to]) => {
				const form = { ...formOfCard(card), ...formOf(to(sandbox.people)) };
				await runForm('appFeedCard', 'create', form);
			},
		});
	});

	it('create, from JSON', async () => {
		const cases = sample(fc.tuple(jsonCards, recipients(20)), CASES / 2);
		await expectEqualCalls({
			cases,
			withSdk: createWithSdk,
			withNode: async () => {
				const items = cases.map(([card, to], index) => ({
					...formOf(to(sandbox.people)),
					card: index % 2 === 0 ? card : JSON.stringify(card),
				}));
				const parameters = {
					resource: 'appFeedCard',
					operation: 'create',
					userIdType: '={{ $json.userIdType }}',
					userIds: '={{ $json.userIds }}',
					cardSource: 'json',
					cardJson: '={{ $json.card }}',
				};
				await run(parameters, items as unknown as IDataObject[]);
			},
			atOnce: true,
		});
	});

	it('update', async () => {
		await expectEqualCalls({
			cases: sample(fc.tuple(updates, recipients(20))),
			withSdk: async ([change, to]) => {
				const { params, user_ids } = to(sandbox.people);
				const feed_cards = user_ids.map((user_id) => ({ ...change, user_id }));
				await im.appFeedCardBatch.update({ params, data: { feed_cards } });
			},
			withNode: async ([change, to]) => {
				const form = { ...formOfUpdate(change), ...formOf(to(sandbox.people)) };
				await runForm('appFeedCard', 'update', form);
			},
		});
	});

	it('delete, several items in each call', async () => {
		const bizIds = fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), {
			minLength: 1,
			maxLength: 4,
		});
		await expectEqualCalls({
			cases: sample(fc.tuple(bizIds, recipients(5))),
			withSdk: async ([ids, to]) => {
				const { params, user_ids } = to(sandbox.people);
				const feed_cards = ids.flatMap((biz_id) =>
					user_ids.map((user_id) => ({ biz_id, user_id })),
				);
				await im.appFeedCardBatch.delete({ params, data: { feed_cards } });
			},
			withNode: async ([ids, to]) => {
				const form = { ...formOf(to(sandbox.people)), bizId: '={{ $json.id }}' };
				const parameters = { resource: 'appFeedCard', operation: 'delete', ...form };
				await run(
					parameters,
					ids.map((id) => ({ id })),
				);
			},
		});
	});

	it('buttons of a chat', async () => {
		const [{ chat_id }] = sandbox.groups;
		await expectEqualCalls({
			cases: sample(fc.tuple(formButtons, recipients(20))),
			withSdk: async ([buttons, to]) => {
				const { params, user_ids } = to(sandbox.people);
				await im.chatButton.update({ params, data: { chat_id, user_ids, buttons } });
			},
			withNode: async ([buttons, to]) => {
				const form = {
					chatId: { __rl: true, mode: 'id', value: chat_id },
					...formOf(to(sandbox.people)),
				};
				const { parameters, item } = byExpressions({ buttons: formOfButtons(buttons) });
				await run({ resource: 'chat', operation: 'updateButtons', ...form, ...parameters }, [item]);
			},
		});
	});

	it('instant reminder of a chat', async () => {
		const chats = sandbox.groups.map(({ chat_id }) => chat_id);
		await expectEqualCalls({
			cases: sample(fc.tuple(fc.constantFrom(...chats), fc.boolean(), recipients(50))),
			withSdk: async ([feed_card_id, time_sensitive, to]) => {
				const { params, user_ids } = to(sandbox.people);
				const data = { time_sensitive, user_ids };
				await im.feedCard.patch({ params, path: { feed_card_id }, data });
			},
			withNode: async ([chatId, timeSensitive, to]) => {
				const value = { __rl: true, mode: 'id', value: chatId };
				const form = { chatId: value, timeSensitive, ...formOf(to(sandbox.people)) };
				await run({ resource: 'chat', operation: 'setTimeSensitive', ...form });
			},
		});
	});

	it("instant reminder of the bot's chat", async () => {
		await expectEqualCalls({
			cases: sample(fc.tuple(fc.boolean(), recipients(50))),
			withSdk: async ([time_sensitive, to]) => {
				const { params, user_ids } = to(sandbox.people);
				await im.feedCard.botTimeSentive({ params, data: { time_sensitive, user_ids } });
			},
			withNode: async ([timeSensitive, to]) => {
				const form = { timeSensitive, ...formOf(to(sandbox.people)) };
				await run({ resource: 'botChat', operation: 'setTimeSensitive', ...form });
			},
		});
	});
});
