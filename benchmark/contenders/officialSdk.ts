import { randomUUID } from 'node:crypto';

import { CARD, sendBatches } from './contender';
import type { OpenContender } from './contender';
import { APP } from './credentials';

/** The official SDK, which sends the same batches as the node. */
export const openOfficialSdk: OpenContender = async ({ sandboxUrl, limited }) => {
	const lark = await import('@larksuiteoapi/node-sdk');
	// It logs every call that Feishu refuses.
	const silent = () => undefined;
	const { im } = new lark.Client({
		...APP,
		domain: sandboxUrl,
		logger: { error: silent, warn: silent, info: silent, debug: silent, trace: silent },
	});
	return (openIds) => async () => {
		const app_feed_card = { ...CARD, biz_id: randomUUID() };
		await sendBatches(openIds, limited, async (user_ids) =>
			im.v2.appFeedCard
				.create({ params: { user_id_type: 'open_id' }, data: { app_feed_card, user_ids } })
				.catch(silent),
		);
	};
};
