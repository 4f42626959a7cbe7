import type { INodeParameters } from 'n8n-workflow';

import { SEEDED_APPS, TENANT_KEY } from '../../sandbox/feishu/src';
import type { RecordedRequest } from '../../sandbox/feishu/src/client';
import type { SavedCredential, WorkflowFile } from '../../sandbox/n8n/src';
import { RealN8n, type WorkflowRun } from '../helpers/e2e/RealN8n';
import { chain, feishuFeed, manualTrigger, withItems } from '../helpers/e2e/workflows';

const CARDS = '/open-apis/im/v2/app_feed_card';
const tokenOperations = [
	'tenantAccessToken.internal',
	'appAccessToken.create',
	'tenantAccessToken.create',
];

let n8n: RealN8n;
let credential: SavedCredential;
let people: string[];
let groupId: string;
/** What no log, output or error may show. */
const secrets = new Set<string>();
const runs: WorkflowRun[] = [];

beforeAll(async () => {
	n8n = await RealN8n.start();
	const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.custom;
	credential = await n8n.createCredential('Feishu of the tests', { appId, appSecret });
	people = (await n8n.feishu.people({ tenant_key: TENANT_KEY })).map(({ open_id }) => open_id);
	const [company] = await n8n.feishu.company();
	groupId = company?.groups[0]?.chat_id ?? '';
	for (const app of Object.values(SEEDED_APPS)) secrets.add(app.app_secret);
	secrets.add(SEEDED_APPS.store.app_ticket);
});

afterAll(async () => await n8n?.close());

afterEach(async () => {
	for (const { operation, responseBody } of await n8n.feishu.requests()) {
		if (!operation || !tokenOperations.includes(operation)) continue;
		const answer = responseBody as Record<string, string | undefined>;
		for (const token of [answer.tenant_access_token, answer.app_access_token]) {
			if (token) secrets.add(token);
		}
	}
	await n8n.feishu.reset({ keepTokens: true });
});

async function run(workflow: WorkflowFile): Promise<WorkflowRun> {
	const finished = await n8n.run(workflow);
	runs.push(finished);
	return finished;
}

/** What arrived at Feishu, without the calls for tokens. */
async function arrived(): Promise<RecordedRequest[]> {
	const requests = await n8n.feishu.requests();
	return requests.filter(({ operation }) => !operation || !tokenOperations.includes(operation));
}

async function tokenCalls(): Promise<number> {
	return (await n8n.feishu.requests({ operation: 'tenantAccessToken.internal' })).length;
}

/** A request as the specification writes it. */
function onTheWire({ method, path, query, body }: RecordedRequest): object {
	return { method, path, query, body };
}

const query = { user_id_type: 'open_id' };
const card: INodeParameters = {
	title: '新员工培训 🎓',
	preview: '请在本周五前完成',
	link: 'https://example.com/training/7',
	timeSensitive: true,
	statusLabel: { label: { text: '未开始', type: 'danger' } },
	buttons: {
		button: [
			{
				text: '开始学习',
				actionType: 'url_page',
				buttonType: 'primary',
				url: 'https://example.com/training/7/start',
				platformUrls: { iosUrl: 'https://example.com/ios/training/7' },
			},
			{
				text: '知道了',
				actionType: 'webhook',
				buttonType: 'default',
				actionValues: { value: [{ name: 'action', value: 'acknowledge' }] },
			},
		],
	},
	notify: { closeNotify: false, customSoundText: '你有新的培训任务' },
	avatarKey: 'img_v3_training',
	bizId: 'training-7',
};
const cardOnTheWire = {
	biz_id: 'training-7',
	title: '新员工培训 🎓',
	preview: '请在本周五前完成',
	link: { link: 'https://example.com/training/7' },
	time_sensitive: true,
	status_label: { text: '未开始', type: 'danger' },
	buttons: {
		buttons: [
			{
				action_type: 'url_page',
				text: { text: '开始学习' },
				button_type: 'primary',
				multi_url: {
					url: 'https://example.com/training/7/start',
					ios_url: 'https://example.com/ios/training/7',
				},
			},
			{
				action_type: 'webhook',
				text: { text: '知道了' },
				button_type: 'default',
				action_map: { action: 'acknowledge' },
			},
		],
	},
	notify: { close_notify: false, custom_sound_text: '你有新的培训任务', with_custom_sound: true },
	avatar_key: 'img_v3_training',
};

describe('a workflow with every operation', () => {
	it('sends what Feishu documents, and the feeds become what was asked for', async () => {
		const [one, two, three] = people as [string, string, string];
		const finished = await run(
			chain(
				'Every operation',
				manualTrigger(),
				feishuFeed('Create', credential, {
					resource: 'appFeedCard',
					operation: 'create',
					userIds: `${one}, ${two}`,
					...card,
				}),
				feishuFeed('Create or update', credential, {
					resource: 'appFeedCard',
					operation: 'upsert',
					userIds: `={{ [...$json.succeeded, '${three}'] }}`,
					title: '新员工培训（第二期）',
					link: 'https://example.com/training/7',
					timeSensitive: true,
					bizId: '={{ $json.biz_id }}',
					options: {},
				}),
				feishuFeed('Update', credential, {
					resource: 'appFeedCard',
					operation: 'update',
					bizId: '={{ $json.biz_id }}',
					userIds: '={{ $json.succeeded }}',
					updateFields: {
						preview: '还剩一天',
						statusLabel: { label: { text: '进行中', type: 'primary' } },
					},
					options: {
						displayTimeNow: true,
						moveToTop: true,
						notifyAgain: true,
						notify: { customSoundText: '还剩一天' },
					},
				}),
				feishuFeed('Update buttons', credential, {
					resource: 'chat',
					operation: 'updateButtons',
					chatId: { __rl: true, mode: 'id', value: groupId },
					userIds: one,
					buttons: {
						button: [
							{
								text: '查看日报',
								actionType: 'url_page',
								buttonType: 'success',
								url: 'https://example.com/report',
							},
						],
					},
				}),
				feishuFeed('Pin the group', credential, {
					resource: 'chat',
					operation: 'setTimeSensitive',
					chatId: { __rl: true, mode: 'id', value: groupId },
					userIds: `${one},${two}`,
					timeSensitive: true,
				}),
				feishuFeed('Pin the bot', credential, {
					resource: 'botChat',
					operation: 'setTimeSensitive',
					userIds: one,
					timeSensitive: true,
				}),
				feishuFeed('Delete', credential, {
					resource: 'appFeedCard',
					operation: 'delete',
					bizId: "={{ $('Create').item.json.biz_id }}",
					userIds: two,
				}),
			),
		);

		expect(finished.errorMessage()).toBeUndefined();
		expect(finished.status).toBe('success');
		const upserted = {
			biz_id: 'training-7',
			title: '新员工培训（第二期）',
			link: { link: 'https://example.com/training/7' },
			time_sensitive: true,
		};
		const updated = {
			biz_id: 'training-7',
			preview: '还剩一天',
			status_label: { text: '进行中', type: 'primary' },
			notify: { custom_sound_text: '还剩一天', with_custom_sound: true },
		};
		const requests = await arrived();
		expect(requests.map(onTheWire)).toEqual([
			{
				method: 'POST',
				path: CARDS,
				query,
				body: { app_feed_card: cardOnTheWire, user_ids: [one, two] },
			},
			{
				method: 'POST',
				path: CARDS,
				query,
				body: { app_feed_card: upserted, user_ids: [one, two, three] },
			},
			{
				method: 'PUT',
				path: `${CARDS}/batch`,
				query,
				body: {
					feed_cards: [one, two].map((user_id) => ({
						app_feed_card: upserted,
						user_id,
						update_fields: ['1', '2', '3', '10', '11', '12', '13'],
					})),
				},
			},
			{
				method: 'PUT',
				path: `${CARDS}/batch`,
				query,
				body: {
					feed_cards: [one, two, three].map((user_id) => ({
						app_feed_card: updated,
						user_id,
						update_fields: ['3', '10', '101', '102', '103'],
					})),
				},
			},
			{
				method: 'PUT',
				path: '/open-apis/im/v2/chat_button',
				query,
				body: {
					user_ids: [one],
					chat_id: groupId,
					buttons: {
						buttons: [
							{
								action_type: 'url_page',
								text: { text: '查看日报' },
								button_type: 'success',
								multi_url: { url: 'https://example.com/report' },
							},
						],
					},
				},
			},
			{
				method: 'PATCH',
				path: `/open-apis/im/v2/feed_cards/${groupId}`,
				query,
				body: { time_sensitive: true, user_ids: [one, two] },
			},
			{
				method: 'PATCH',
				path: '/open-apis/im/v2/feed_cards/bot_time_sentive',
				query,
				body: { time_sensitive: true, user_ids: [one] },
			},
			{
				method: 'DELETE',
				path: `${CARDS}/batch`,
				query,
				body: { feed_cards: [{ biz_id: 'training-7', user_id: two }] },
			},
		]);
		for (const { headers, status, code } of requests) {
			expect(headers?.authorization).toMatch(/^Bearer t-/);
			expect(headers?.['content-type']).toBe('application/json; charset=utf-8');
			expect({ status, code }).toEqual({ status: 200, code: 0 });
		}
		expect(await tokenCalls()).toBe(1);

		expect(finished.itemsOf('Create')).toEqual([
			{ biz_id: 'training-7', succeeded: [one, two], failed: [] },
		]);
		expect(finished.itemsOf('Create or update')).toEqual([
			{
				biz_id: 'training-7',
				succeeded: [one, two, three],
				created: [three],
				updated: [one, two],
				failed: [],
			},
		]);
		expect(finished.itemsOf('Delete')).toEqual([
			{ biz_id: 'training-7', deleted: true, succeeded: [two], failed: [] },
		]);

		const [first, second, third] = await n8n.feishu.feed(one);
		expect(first).toMatchObject({
			kind: 'appFeedCard',
			biz_id: 'training-7',
			title: '新员工培训（第二期）',
			preview: '还剩一天',
			status_label: { text: '进行中', type: 'primary' },
			buttons: [],
			avatar_key: '',
			link: 'https://example.com/training/7',
			time_sensitive: true,
		});
		expect(second).toMatchObject({
			kind: 'group',
			chat_id: groupId,
			time_sensitive: true,
			buttons: [{ text: { text: '查看日报' }, button_type: 'success' }],
		});
		expect(third).toMatchObject({ kind: 'botChat', time_sensitive: true });

		const feedOfTwo = await n8n.feishu.feed(two);
		expect(feedOfTwo.filter(({ kind }) => kind === 'appFeedCard')).toEqual([]);
		expect(feedOfTwo[0]).toMatchObject({ kind: 'group', chat_id: groupId, time_sensitive: true });
		expect(feedOfTwo[0]?.buttons).toEqual([]);
		expect((await n8n.feishu.feed(three))[0]).toMatchObject({ biz_id: 'training-7' });
		const spoken = await n8n.feishu.effects({ effect: 'notified', open_id: one });
		expect(spoken.map(({ spokenText }) => spokenText)).toEqual(['你有新的培训任务', '还剩一天']);
	});

	it('takes all of it back', async () => {
		const [one] = people as [string];
		const chat = { chatId: { __rl: true, mode: 'id', value: groupId }, userIds: one };
		const button = { text: '打开', actionType: 'url_page', url: 'https://example.com' };
		const finished = await run(
			chain(
				'Pin and unpin',
				manualTrigger(),
				feishuFeed('Create', credential, {
					resource: 'appFeedCard',
					operation: 'create',
					userIds: one,
					...card,
				}),
				...[true, false].flatMap((on) => [
					feishuFeed(`Buttons ${on}`, credential, {
						resource: 'chat',
						operation: 'updateButtons',
						...chat,
						buttons: on ? { button: [button] } : {},
					}),
					feishuFeed(`Group ${on}`, credential, {
						resource: 'chat',
						operation: 'setTimeSensitive',
						...chat,
						timeSensitive: on,
					}),
					feishuFeed(`Bot ${on}`, credential, {
						resource: 'botChat',
						operation: 'setTimeSensitive',
						userIds: one,
						timeSensitive: on,
					}),
				]),
				feishuFeed('Unpin and clear', credential, {
					resource: 'appFeedCard',
					operation: 'update',
					bizId: 'training-7',
					userIds: one,
					updateFields: {
						timeSensitive: false,
						statusLabel: {},
						buttons: {},
						preview: '',
						avatarKey: '',
					},
				}),
			),
		);
		expect(finished.errorMessage()).toBeUndefined();
		const feed = await n8n.feishu.feed(one);
		expect(feed.filter(({ time_sensitive: pinned }) => pinned)).toEqual([]);
		expect(feed.filter(({ buttons }) => buttons.length > 0)).toEqual([]);
		expect(feed.find(({ kind }) => kind === 'appFeedCard')).toMatchObject({
			title: '新员工培训 🎓',
			preview: '',
			avatar_key: '',
			status_label: null,
		});
		// Set and taken back, not never set.
		const effects = await n8n.feishu.effects({ open_id: one });
		expect(effects.map(({ effect }) => effect)).toEqual([
			'cardCreated',
			'notified',
			...Array(2).fill(['chatButtonsSet', 'chatReminderSet', 'botReminderSet']).flat(),
			'cardUpdated',
		]);
	});
});

describe('what goes wrong', () => {
	const create = (parameters: INodeParameters): INodeParameters => ({
		resource: 'appFeedCard',
		operation: 'create',
		title: '打卡提醒',
		link: 'https://example.com',
		...parameters,
	});

	it('renews a token that expires in the middle of a run, once, and reaches everybody once', async () => {
		const recipients = people.slice(0, 65);
		await n8n.feishu.addFault({
			kind: 'tokenExpired',
			operation: 'appFeedCard.create',
			nth: 2,
		});
		const finished = await run(
			chain(
				'Token expires',
				manualTrigger(),
				feishuFeed('Create', credential, create({ userIds: recipients.join('\n') })),
			),
		);
		expect(finished.errorMessage()).toBeUndefined();
		expect(finished.itemsOf('Create')[0]?.succeeded).toEqual(recipients);
		expect(await tokenCalls()).toBe(1);
		expect(await n8n.feishu.requests({ code: 99991663 })).not.toEqual([]);
		const created = await n8n.feishu.effects({ effect: 'cardCreated' });
		expect(created.map(({ open_id }) => open_id).sort()).toEqual([...recipients].sort());
	});

	it('renews a token that was made in the same run and expires in it', async () => {
		const recipients = people.slice(0, 65);
		const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.custom;
		const unused = await n8n.createCredential('Without a token yet', { appId, appSecret });
		await n8n.feishu.addFault({
			kind: 'tokenExpired',
			operation: 'appFeedCard.create',
			nth: 2,
		});
		const finished = await run(
			chain(
				'First token expires',
				manualTrigger(),
				feishuFeed('Create', unused, create({ userIds: recipients.join('\n') })),
			),
		);
		expect(finished.itemsOf('Create')[0]?.succeeded).toEqual(recipients);
		expect(await tokenCalls()).toBe(2);
	});

	it('keeps the renewed token for later executions', async () => {
		const workflow = chain(
			'Token is kept',
			manualTrigger(),
			feishuFeed('Create', credential, create({ userIds: people[0] as string })),
		);
		await n8n.feishu.expireTokens();
		expect((await run(workflow)).status).toBe('success');
		expect(await tokenCalls()).toBe(1);
		expect((await run(workflow)).status).toBe('success');
		expect(await tokenCalls()).toBe(1);
	});

	it('sends a bad item to the error output and goes on with the others', async () => {
		const [one] = people as [string];
		const node = feishuFeed(
			'Create',
			credential,
			create({ userIds: one, title: '={{ $json.title }}' }),
			{ onError: 'continueErrorOutput' },
		);
		const finished = await run(
			withItems(
				chain('Error output', manualTrigger(), node),
				{ title: '好' },
				{ title: '长'.repeat(61) },
			),
		);
		expect(finished.status).toBe('success');
		expect(finished.itemsOf('Create')).toMatchObject([{ succeeded: [one] }]);
		const failures = finished.itemsOf('Create', 1);
		expect(failures).toHaveLength(1);
		expect(JSON.stringify(failures)).toMatch(/Title/);
		expect(JSON.stringify(failures)).toMatch(/61/);
		expect(await arrived()).toHaveLength(1);
	});

	it('fails the execution for a bad item when nothing else was chosen, without a call', async () => {
		const finished = await run(
			chain(
				'Bad item',
				manualTrigger(),
				feishuFeed(
					'Create',
					credential,
					create({ userIds: people[0] as string, link: 'http://example.com' }),
				),
			),
		);
		expect(finished.status).toBe('error');
		expect(finished.errorMessage()).toMatch(/Link/);
		expect(await arrived()).toEqual([]);
	});

	it('tells who was not reached, and why', async () => {
		const [one, two] = people as [string, string];
		const unknown = `ou_${'0'.repeat(32)}`;
		const finished = await run(
			chain(
				'Some fail',
				manualTrigger(),
				feishuFeed('First', credential, create({ userIds: one, bizId: 'twice' })),
				feishuFeed(
					'Second',
					credential,
					create({ userIds: [one, two, unknown].join(','), bizId: 'twice' }),
				),
			),
		);
		expect(finished.status).toBe('success');
		expect(finished.itemsOf('Second')).toMatchObject([
			{
				biz_id: 'twice',
				succeeded: [two],
				failed: [
					{ user_id: one, code: '4', reason: expect.stringMatching(/already/) },
					{ user_id: unknown, code: '0' },
				],
			},
		]);
	});

	it('names the missing scope and Feishu’s log ID', async () => {
		const { app_id: appId, app_secret: appSecret } = SEEDED_APPS.fewScopes;
		const few = await n8n.createCredential('Few scopes', { appId, appSecret });
		const finished = await run(
			chain(
				'Missing scope',
				manualTrigger(),
				feishuFeed('Pin', few, {
					resource: 'botChat',
					operation: 'setTimeSensitive',
					userIds: people[0] as string,
					timeSensitive: true,
				}),
			),
		);
		expect(finished.status).toBe('error');
		const [request] = await arrived();
		const { error } = finished.data.resultData;
		const told = JSON.stringify([error?.message, error?.description]);
		expect(told).toContain('im:datasync.feed_card.time_sensitive:write');
		expect(told).toContain('99991672');
		expect(told).toContain(request?.logId);
	});

	it('serves a store app, and says so when its ticket is stale', async () => {
		const { app_id: appId, app_secret: appSecret, app_ticket: appTicket } = SEEDED_APPS.store;
		const data = { appType: 'store', appId, appSecret, tenantKey: TENANT_KEY };
		const fresh = await n8n.createCredential('Store app', { ...data, appTicket });
		const stale = await n8n.createCredential('Stale ticket', {
			...data,
			appTicket: 'f'.repeat(32),
		});
		const workflow = (name: string, used: SavedCredential) =>
			chain(
				name,
				manualTrigger(),
				feishuFeed('Create', used, create({ userIds: people[0] as string })),
			);
		expect((await run(workflow('Store app', fresh))).itemsOf('Create')).toMatchObject([
			{ succeeded: [people[0]] },
		]);
		const refused = await run(workflow('Stale ticket', stale));
		expect(refused.status).toBe('error');
		expect(refused.errorMessage()).toMatch(/ticket.*stale/i);
	});
});

it('shows no secret in any log, output or error', () => {
	const told = `${n8n.readLogs()}\n${runs.map(({ data }) => JSON.stringify(data)).join('\n')}`;
	expect(runs.length).toBeGreaterThan(5);
	// The debug log is among them.
	expect(told.includes('Start executing node')).toBe(true);
	expect([...secrets].filter((secret) => secret.startsWith('t-')).length).toBeGreaterThan(2);
	expect([...secrets].filter((secret) => told.includes(secret))).toEqual([]);
});
