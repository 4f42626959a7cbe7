import { readFailedRecipients } from './answers';
import type { Answer, Failure } from './answers';
import type { FeedEndpoint } from './apiTable';
import { bodyOf, gather } from './gather';
import type { Batch, ItemAsk } from './gather';
import type { FeishuRequest } from './FeishuClient';

/** What became of a recipient: a failure, or none. */
export type Outcomes = Map<string, Failure | undefined>;

/** Makes one call, whatever it takes. */
export type Call = (request: FeishuRequest) => Promise<Answer>;

/** Calls under way at once. */
const CALLS_AT_ONCE = 5;

/** Failures that every further call would meet as well. */
const HOPELESS: ReadonlyArray<Failure['kind']> = ['token', 'noToken', 'stopped'];

/**
 * Sends what the items ask for, in full batches.
 *
 * @returns by item, what became of each of its recipients; nobody is left out
 */
export async function deliver(
	endpoint: FeedEndpoint,
	asks: ItemAsk[],
	call: Call,
): Promise<Map<number, Outcomes>> {
	const outcomes = new Map<number, Outcomes>(asks.map(({ item }) => [item, new Map()]));
	let hopeless: Failure | undefined;

	const send = async (batch: Batch): Promise<void> => {
		const answer = hopeless ? { failure: hopeless } : await call(requestFor(endpoint, batch));
		if (answer.failure && isHopeless(answer.failure)) hopeless = answer.failure;
		const failed = answer.failure ? undefined : readFailedRecipients(answer.data, endpoint);
		for (const { item, userId } of batch.entries) {
			outcomes.get(item)?.set(userId, answer.failure ?? failed?.get(userId));
		}
	};

	for (const wave of gather(endpoint, asks)) {
		const waiting = wave[Symbol.iterator]();
		const worker = async () => {
			for (const batch of waiting) await send(batch);
		};
		await Promise.all(Array.from({ length: Math.min(CALLS_AT_ONCE, wave.length) }, worker));
	}
	return outcomes;
}

function isHopeless({ kind, code }: Failure): boolean {
	return HOPELESS.includes(kind) || code === 99991672;
}

function requestFor(endpoint: FeedEndpoint, { path, userIdType, entries }: Batch): FeishuRequest {
	return {
		method: endpoint.method,
		path,
		query: { user_id_type: userIdType },
		body: bodyOf(endpoint, entries),
		scopes: endpoint.scopes,
	};
}
