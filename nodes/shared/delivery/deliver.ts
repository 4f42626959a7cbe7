import { STOPPED, isFailedCardReason, readFailedRecipients } from '../api/responses';
import type { ApiResponse, Failure } from '../api/responses';
import { FEISHU_CODE } from '../api/endpoints';
import type { FeedEndpoint } from '../api/endpoints';
import type { FeishuRequest, TakeTurn } from '../api/FeishuClient';
import { bodyOf, toBatches } from './batches';
import type { Batch, Entry, ItemRequest } from './batches';
import type { Pacer } from './Pacer';
import { policyForCall, policyForRecipient } from './retryPolicies';
import type { RetryPolicy } from './retryPolicies';
import { pollUntil } from '../primitives/waitUntil';
import type { IsStopped } from '../primitives/waitUntil';

/** What became of each recipient of an item: a failure, or none. */
export type Outcomes = Map<string, Failure | undefined>;

/** How calls are made. */
export interface Delivery {
	/** Makes one call, and tells right before each attempt. */
	call: (request: FeishuRequest, takeTurn: TakeTurn) => Promise<ApiResponse>;
	pacer: Pacer;
	/** The most calls under way at once. */
	callsAtOnce: number;
	/** The most seconds to wait, all in all, for one call to pass after it has failed. */
	longestWait: number;
	isStopped: IsStopped;
	/** Told whenever the outcome of some recipients is known. */
	onProgress: (recipients: number) => void;
}

/**
 * Sends what the items ask for, in full batches, at the pace of the API's limits.
 * What may pass is tried again; a batch that Feishu refuses for one recipient is split.
 *
 * @returns by item, what became of each of its recipients; nobody is left out
 */
export async function deliver(
	endpoint: FeedEndpoint,
	requests: ItemRequest[],
	delivery: Delivery,
): Promise<Map<number, Outcomes>> {
	const run = new Run(endpoint, requests, delivery);
	for (const wave of toBatches(endpoint, requests)) {
		await run.sendAll(wave);
		await run.sendAll(await run.retryDeferred());
	}
	return run.outcomes;
}

/** Batches that wait in vain for Feishu, one after the other, until the rest is not sent at all. */
const MAX_CONSECUTIVE_FAILURES = 5;
/**
 * Single recipients that are refused, and nobody reached, until refused batches are not split for now:
 * more likely than so many bad IDs is something that is wrong for everybody.
 */
const MAX_SINGLE_FAILURES = 100;

/** Sends batches of one endpoint and keeps what became of their recipients. */
class Run {
	readonly outcomes: Map<number, Outcomes>;
	/** What every further call would meet as well. */
	private abortReason?: Failure;
	private consecutiveFailures = 0;
	private singleFailures = 0;
	private hasReachedSomebody = false;
	/** Batches that were refused and not split. */
	private deferredBatches: Array<{ batch: Batch; failure: Failure }> = [];

	constructor(
		private readonly endpoint: FeedEndpoint,
		requests: ItemRequest[],
		private readonly delivery: Delivery,
	) {
		// Recipients stand in the order in which the user gave them, whenever they are reached.
		this.outcomes = new Map(
			requests.map(({ item, request }) => [
				item,
				new Map(request.userIds.map((id) => [id, STOPPED])),
			]),
		);
	}

	/** Sends batches, as many at once as is allowed. */
	async sendAll(batches: Batch[]): Promise<void> {
		// The workers share one iterator, so that each takes the next batch that nobody has taken.
		const queue = batches.values();
		const worker = async () => {
			for (const batch of queue) await this.send(batch);
		};
		const workers = Math.min(this.delivery.callsAtOnce, batches.length);
		await Promise.all(Array.from({ length: workers }, worker));
	}

	/**
	 * Tries some of the recipients, taken at random, whose batches were refused and not split.
	 * If nobody can be reached, all of them fail.
	 *
	 * @returns the batches to send again, and to split, since somebody could be reached
	 */
	async retryDeferred(): Promise<Batch[]> {
		let deferredBatches = this.deferredBatches;
		this.deferredBatches = [];
		for (let trial = 0; trial < MAX_SINGLE_FAILURES && deferredBatches.length > 0; trial++) {
			if (this.hasReachedSomebody || this.abortReason) break;
			const { batch } = deferredBatches[randomIndex(deferredBatches)];
			const picked = batch.entries.splice(randomIndex(batch.entries), 1);
			await this.send({ ...batch, entries: picked });
			deferredBatches = deferredBatches.filter(({ batch: { entries } }) => entries.length > 0);
		}
		if (this.hasReachedSomebody) return deferredBatches.map(({ batch }) => batch);
		for (const { batch, failure } of deferredBatches)
			this.settle(batch.entries, this.abortReason ?? failure);
		return [];
	}

	private async send(batch: Batch, tries = new Tries(this.delivery.longestWait)): Promise<void> {
		let rest = batch.entries;
		while (rest.length > 0) {
			if (this.abortReason) return this.settle(rest, this.abortReason);
			const answer = await this.call({ ...batch, entries: rest });
			if (answer.failure === undefined) {
				this.consecutiveFailures = 0;
				rest = await this.settleAnswered(rest, answer.data, tries);
				continue;
			}
			const { failure } = answer;
			if (await this.waitForNextTry(policyForCall(failure), failure, tries)) continue;
			if (isPerhapsOneOfMany(rest, failure)) {
				if (!this.hasReachedSomebody && this.singleFailures >= MAX_SINGLE_FAILURES) {
					this.deferredBatches.push({ batch: { ...batch, entries: rest }, failure });
					return;
				}
				const middle = Math.ceil(rest.length / 2);
				await this.send({ ...batch, entries: rest.slice(0, middle) }, tries.ofPart());
				await this.send({ ...batch, entries: rest.slice(middle) }, tries.ofPart());
				return;
			}
			this.noteFailure(rest, failure);
			return this.settle(rest, failure);
		}
	}

	/** Makes the call, each attempt in its turn. */
	private async call({ path, userIdType, entries }: Batch): Promise<ApiResponse> {
		const { pacer, call, isStopped } = this.delivery;
		const { method, scopes } = this.endpoint;
		let start: number | undefined;
		const answer = await call(
			{
				method,
				path,
				query: { user_id_type: userIdType },
				body: bodyOf(this.endpoint, entries),
				scopes,
			},
			async () => (start = await pacer.turn(isStopped)) !== undefined,
		);
		if (answer.failure?.kind === 'rateLimited' && start !== undefined) {
			pacer.refused(start, answer.failure.waitSeconds ?? 1);
		}
		return answer;
	}

	/** Settles everybody whose outcome an answer tells for good; gives those who are to be tried again. */
	private async settleAnswered(
		entries: Entry[],
		data: Record<string, unknown>,
		tries: Tries,
	): Promise<Entry[]> {
		const failureOf = readFailedRecipients(data, this.endpoint);
		const again: Entry[] = [];
		let limited: Failure | undefined;
		for (const entry of entries) {
			const failure = failureOf(entry.userId, entry.target);
			if (failure !== undefined && policyForRecipient(failure).tries > 1) {
				again.push(entry);
				limited = failure;
			} else if (failure !== undefined && !this.wasReachedBefore(failure, tries)) {
				this.keep(entry, failure);
			} else {
				this.hasReachedSomebody = true;
				this.keep(entry, undefined);
			}
		}
		this.delivery.onProgress(entries.length - again.length);
		if (limited === undefined) return [];
		if (await this.waitForNextTry(policyForRecipient(limited), limited, tries)) return again;
		for (const entry of again) this.keep(entry, failureOf(entry.userId, entry.target));
		this.delivery.onProgress(again.length);
		return [];
	}

	/** True when the failure only says that an earlier attempt, which was not answered, had worked. */
	private wasReachedBefore(failure: Failure, tries: Tries): boolean {
		const { repeatedReason } = this.endpoint;
		return (
			tries.mayHaveWorked &&
			repeatedReason !== undefined &&
			isFailedCardReason(failure, repeatedReason)
		);
	}

	private async waitForNextTry(
		policy: RetryPolicy,
		failure: Failure,
		tries: Tries,
	): Promise<boolean> {
		const { isStopped } = this.delivery;
		if (failure.kind === 'unanswered' || failure.kind === 'unavailable') tries.mayHaveWorked = true;
		const next = tries.next(policy, failure);
		if (next === undefined || isStopped()) return false;
		await pollUntil(next, isStopped);
		return true;
	}

	/** Spares calls that would fail like the ones before. */
	private noteFailure(entries: Entry[], failure: Failure): void {
		const { kind, code, retryable } = failure;
		const isVain = kind === 'unanswered' || kind === 'unavailable' || retryable === true;
		if (isVain) this.consecutiveFailures += 1;
		if (entries.length === 1) this.singleFailures += 1;
		if (
			kind === 'token' ||
			kind === 'noToken' ||
			kind === 'stopped' ||
			code === FEISHU_CODE.scopeMissing ||
			this.consecutiveFailures >= MAX_CONSECUTIVE_FAILURES
		) {
			this.abortReason = failure;
		}
	}

	private settle(entries: Entry[], failure: Failure | undefined): void {
		for (const entry of entries) this.keep(entry, failure);
		this.delivery.onProgress(entries.length);
	}

	private keep({ item, userId }: Entry, failure: Failure | undefined): void {
		this.outcomes.get(item)?.set(userId, failure);
	}
}

/** Only an invalid parameter may be one recipient's fault. */
function isPerhapsOneOfMany(entries: Entry[], { kind, code }: Failure): boolean {
	return kind === 'refused' && code === FEISHU_CODE.paramIsInvalid && entries.length > 1;
}

function randomIndex(list: unknown[]): number {
	return Math.floor(Math.random() * list.length);
}

/** The attempts at one batch, or at what is left of it. */
class Tries {
	/** True after an attempt of which nobody knows whether Feishu carried it out. */
	mayHaveWorked = false;
	private readonly failures = new Map<RetryPolicy, number>();
	private waiting = 0;
	private firstFailure?: number;

	/** @param longestWait seconds */
	constructor(private readonly longestWait: number) {}

	/** When to try next, in milliseconds since 1970; nothing if that is not worth it. */
	next(policy: RetryPolicy, { waitSeconds = 0 }: Failure): number | undefined {
		const now = Date.now();
		const failures = (this.failures.get(policy) ?? 0) + 1;
		this.failures.set(policy, failures);
		if (failures >= policy.tries) return undefined;
		const milliseconds = policy.wait(failures);
		this.firstFailure ??= now;
		this.waiting = now + Math.max(milliseconds, waitSeconds * 1000) - this.firstFailure;
		return this.waiting <= this.longestWait * 1000 ? now + milliseconds : undefined;
	}

	/** The tries of a part of the batch begin anew, but what may have worked still may have. */
	ofPart(): Tries {
		const part = new Tries(this.longestWait);
		part.mayHaveWorked = this.mayHaveWorked;
		return part;
	}
}
