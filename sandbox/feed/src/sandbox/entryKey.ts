import type { FeedEntry } from '../../../feishu/src/client';

/** What tells an entry from all others in one person's message list. */
export function entryKey({
	app_id,
	biz_id,
	chat_id,
}: Pick<FeedEntry, 'app_id' | 'biz_id' | 'chat_id'>): string {
	return biz_id === undefined ? `chat/${chat_id}` : `card/${app_id}/${biz_id}`;
}
