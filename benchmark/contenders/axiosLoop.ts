import { randomUUID } from 'node:crypto';

import { CARD, sendBatches } from './contender';
import type { OpenContender } from './contender';
import { fetchToken } from './credentials';

/** A bare loop over axios, which sends the same batches as the node. */
export const openAxiosLoop: OpenContender = async ({ sandboxUrl, limited }) => {
	const { default: axios } = await import('axios');
	const client = axios.create({
		baseURL: sandboxUrl,
		headers: {
			Authorization: `Bearer ${await fetchToken(sandboxUrl)}`,
			'Content-Type': 'application/json; charset=utf-8',
		},
		params: { user_id_type: 'open_id' },
		validateStatus: () => true,
	});
	return (openIds) => async () => {
		const app_feed_card = { ...CARD, biz_id: randomUUID() };
		await sendBatches(openIds, limited, async (user_ids) =>
			client.post('/open-apis/im/v2/app_feed_card', { app_feed_card, user_ids }),
		);
	};
};
