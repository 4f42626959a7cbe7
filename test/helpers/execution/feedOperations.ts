import type { IDataObject } from 'n8n-workflow';

import type {
	Effect,
	FeishuSandboxClient,
	OperationName,
} from '../../../sandbox/feishu/src/client';
import { FeishuCaller } from '../sandbox/FeishuCaller';

export const LINK = 'https://example.com';

/** What an operation changes: a card, or what a chat shows. */
export interface Target {
	bizId: string;
	chatId: string;
}

/** One of the node's operations that reach people, and what it looks like from Feishu's side. */
export interface FeedOperation {
	/** Without recipients. */
	parameters: (target: Target) => IDataObject;
	/** The endpoint that reaches people, as the sandbox names it. */
	endpoint: OperationName;
	/** The most recipients of one call, as Feishu's reference has it. */
	batchSize: number;
	/** What happens to the feed of everybody who is reached. */
	effect: Effect['effect'];
	/** Whether people need the card beforehand. */
	needsCard: boolean;
}

const ofCard = (operation: string, fields: IDataObject) => (target: Target) => ({
	resource: 'appFeedCard',
	operation,
	bizId: target.bizId,
	...fields,
});
const ofChat = (operation: string, fields: IDataObject) => (target: Target) => ({
	resource: 'chat',
	operation,
	chatId: { __rl: true, mode: 'id', value: target.chatId },
	...fields,
});

/** Every operation; Create or Update twice, for people without the card and with it. */
export const FEED_OPERATIONS = {
	create: {
		parameters: ofCard('create', { title: 'Training', link: LINK }),
		endpoint: 'appFeedCard.create',
		batchSize: 20,
		effect: 'cardCreated',
		needsCard: false,
	},
	update: {
		parameters: ofCard('update', { updateFields: { title: 'Training' } }),
		endpoint: 'appFeedCardBatch.update',
		batchSize: 20,
		effect: 'cardUpdated',
		needsCard: true,
	},
	'upsert of a new card': {
		parameters: ofCard('upsert', { title: 'Training', link: LINK }),
		endpoint: 'appFeedCard.create',
		batchSize: 20,
		effect: 'cardCreated',
		needsCard: false,
	},
	'upsert of a card that exists': {
		parameters: ofCard('upsert', { title: 'Training', link: LINK }),
		endpoint: 'appFeedCardBatch.update',
		batchSize: 20,
		effect: 'cardUpdated',
		needsCard: true,
	},
	delete: {
		parameters: ofCard('delete', {}),
		endpoint: 'appFeedCardBatch.delete',
		batchSize: 20,
		effect: 'cardDeleted',
		needsCard: true,
	},
	updateButtons: {
		parameters: ofChat('updateButtons', {
			buttons: { button: [{ text: 'Open', actionType: 'url_page', url: LINK }] },
		}),
		endpoint: 'chatButton.update',
		batchSize: 20,
		effect: 'chatButtonsSet',
		needsCard: false,
	},
	'chat reminder': {
		parameters: ofChat('setTimeSensitive', { timeSensitive: true }),
		endpoint: 'feedCard.patch',
		batchSize: 50,
		effect: 'chatReminderSet',
		needsCard: false,
	},
	'bot reminder': {
		parameters: () => ({ resource: 'botChat', operation: 'setTimeSensitive', timeSensitive: true }),
		endpoint: 'feedCard.botTimeSentive',
		batchSize: 50,
		effect: 'botReminderSet',
		needsCard: false,
	},
} satisfies Record<string, FeedOperation>;

/** Gives people a card, not through the node, and forgets the calls and effects of that. */
export async function giveCard(
	url: string,
	feishu: FeishuSandboxClient,
	bizId: string,
	openIds: string[],
): Promise<void> {
	const caller = new FeishuCaller(url);
	for (const user_ids of inBatches(openIds, 20)) {
		await caller.create({ app_feed_card: { biz_id: bizId, link: { link: LINK } }, user_ids });
	}
	await feishu.clearRequests();
	await feishu.clearEffects();
}

/** Cuts a list into pieces of one size; the last may be smaller. */
export function inBatches<T>(list: T[], size: number): T[][] {
	return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
		list.slice(index * size, (index + 1) * size),
	);
}

/** Whom an output item tells of; every recipient must be in exactly one of the lists. */
export interface Summary {
	biz_id?: string;
	succeeded: string[];
	failed: Array<{ user_id: string; reason: string; code?: number | string }>;
	skipped?: string[];
}
