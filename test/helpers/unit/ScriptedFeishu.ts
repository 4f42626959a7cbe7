import { sleep } from 'n8n-workflow';

import type {
	AcquireSlot,
	FeishuClient,
	FeishuRequest,
} from '../../../nodes/shared/api/FeishuClient';
import { STOPPED } from '../../../nodes/shared/api/failures';
import type { ApiResponse } from '../../../nodes/shared/api/responses';

/** What a Feishu answers to a call; `count` is 1 for the first. */
export type Answer = (request: FeishuRequest, count: number) => ApiResponse;

/** A call as Feishu got it. */
interface ReceivedCall {
	request: FeishuRequest;
	/** Milliseconds after Feishu was made. */
	timeMs: number;
}

/** A Feishu that answers by a rule of the test, and the client that calls it. */
export class ScriptedFeishu {
	readonly calls: ReceivedCall[] = [];
	mostAtOnce = 0;
	private atOnce = 0;
	private readonly beginMs = Date.now();

	/** @param latencyMs how long it takes for each answer */
	constructor(
		private readonly answer: Answer,
		private readonly latencyMs: number | ((count: number) => number) = 10,
		private readonly rateLimitScope = 'app',
	) {}

	get client(): FeishuClient {
		const client: Pick<FeishuClient, 'call' | 'rateLimitScope'> = {
			rateLimitScope: this.rateLimitScope,
			call: async (request, acquireSlot) => await this.receive(request, acquireSlot),
		};
		// A client is made only from a credential of n8n's; of it, only this is used.
		return client as FeishuClient;
	}

	private async receive(request: FeishuRequest, acquireSlot?: AcquireSlot): Promise<ApiResponse> {
		if (!(await acquireSlot?.(false))) return { failure: STOPPED };
		const count = this.calls.push({ request, timeMs: Date.now() - this.beginMs });
		this.atOnce += 1;
		this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
		const { latencyMs } = this;
		const delayMs = typeof latencyMs === 'number' ? latencyMs : latencyMs(count);
		await sleep(delayMs);
		this.atOnce -= 1;
		return this.answer(request, count);
	}
}

/** The recipients of a feed call, in its order. */
export function userIdsOf({ body }: FeishuRequest): string[] {
	const { user_ids: userIds, feed_cards: cards = [] } = body as {
		user_ids?: string[];
		feed_cards?: Array<{ user_id: string }>;
	};
	return userIds ?? cards.map(({ user_id: userId }) => userId);
}
